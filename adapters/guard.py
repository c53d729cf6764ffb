"""Requests to shops: never into a private network, never along a redirect.

An address of a shop is typed by people and stored; without a guard it could name the
machine's own services or a cloud's metadata. The check is made on the address that the
name resolved to, and again on the peer that was reached, before a byte is sent, so
that a name that resolves differently the second time gains nothing.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from connector.errors import Rejected

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

PORTS = frozenset({80, 443, 8080, 8443})
# Public in the registries, and yet a door to the machine: Azure's own services,
# IPv4-compatible and site-local IPv6.
INSIDE = tuple(
    ipaddress.ip_network(one) for one in ("168.63.129.16/32", "::/96", "fec0::/10")
)
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
PRIVATE = (
    "the shop's address leads into a private network; where that is meant, name it in"
    ' [network] allow, as "10.1.2.3/32"'
)


@dataclass(frozen=True, slots=True)
class Transport:
    """How shops are asked: which private networks are meant, whose certificates hold.

    `allow` are CIDR networks; `ca_file` is a bundle to trust instead of the usual
    one. The environment is not read: REQUESTS_CA_BUNDLE would win over `verify`, and
    a .netrc would send other people's passwords.
    """

    allow: Sequence[str] = ()
    ca_file: str = ""
    _networks: tuple[Network, ...] = field(init=False, repr=False)
    _pools: dict[str, type[HTTPConnectionPool]] = field(
        init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        """Read the networks; raises ValueError for what is none."""
        networks = tuple(ipaddress.ip_network(one, strict=False) for one in self.allow)
        object.__setattr__(self, "_networks", networks)
        object.__setattr__(self, "_pools", _pools(self))

    def request(self, method: str, url: str, **options: Any) -> requests.Response:  # noqa: ANN401 - as requests has them
        """Make one request on a connection of its own; raises Rejected if forbidden.

        Streams, follows no redirect; `options` are those of `requests.request`.
        """
        check_url(url)
        options |= {"allow_redirects": False, "stream": True}
        with requests.Session() as session:
            session.trust_env = False
            checked = _Adapter(self._pools)
            session.mount("http://", checked)
            session.mount("https://", checked)
            return session.request(method, url, verify=self.ca_file or True, **options)

    def check(self, found: str, port: int) -> None:
        """Raise Rejected unless this IP address and port may be asked."""
        address = ipaddress.ip_address(found.partition("%")[0])
        if any(address in network for network in self._networks):
            return
        if not all(_is_public(one) for one in (address, *_inside(address))):
            raise Rejected(PRIVATE)
        if port not in PORTS:
            msg = "a shop answers at port 80, 443, 8080 or 8443; another must be named"
            msg_0 = f"{msg} in [network] allow"
            raise Rejected(msg_0, port=port)


def check_url(url: str) -> None:
    """Raise Rejected for an address that hides where it leads."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
        msg = "the shop's address cannot be used; write it as https://shop.example"
        raise Rejected(msg)
    if parts.username is not None or parts.password is not None:
        msg = "the shop's address must hold no user name and no password"
        raise Rejected(msg)


def _is_public(address: Address) -> bool:
    is_inside = any(address in network for network in INSIDE)
    return address.is_global and not address.is_multicast and not is_inside


def _inside(address: Address) -> tuple[Address, ...]:
    """Return what an IPv6 address carries: mapped, 6to4, Teredo and NAT64 ones."""
    if isinstance(address, ipaddress.IPv4Address):
        return ()
    found = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if address in NAT64:
        found.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return tuple(one for one in found if one is not None)


class _Checked(HTTPConnection):
    """Connects only where every address of the name may be asked."""

    transport: ClassVar[Transport]

    def _new_conn(self) -> socket.socket:
        """Check what the name resolves to, then the peer that was reached."""
        port = self.port or 443
        try:
            known = socket.getaddrinfo(self._dns_host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            known = []  # the connection below says it in urllib3's own way
        for entry in known:
            self.transport.check(str(entry[4][0]), port)
        made = super()._new_conn()
        try:
            self.transport.check(str(made.getpeername()[0]), port)
        except Rejected:
            made.close()
            raise
        return made


def _pools(found: Transport) -> dict[str, type[HTTPConnectionPool]]:
    """Make pools, by scheme, whose connections this transport checks."""

    class Plain(_Checked):
        transport = found

    class Secure(_Checked, HTTPSConnection):
        transport = found

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}


class _Adapter(HTTPAdapter):
    """Makes connections that are checked by one transport."""

    def __init__(self, pools: dict[str, type[HTTPConnectionPool]]) -> None:
        self._pools = pools
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - as requests has it
        """Give the pools connections of ours."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = self._pools


STRICT = Transport()
