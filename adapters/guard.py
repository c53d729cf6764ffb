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
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.utils import default_headers
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from adapters.trust import Trust
from connector.errors import Rejected
from connector.saying import saying

if TYPE_CHECKING:
    from urllib3.response import BaseHTTPResponse

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

PORTS = frozenset({80, 443, 8080, 8443})
# Public in the registries, and yet a door to the machine: Azure's own services,
# IPv4-compatible and site-local IPv6.
INSIDE = tuple(
    ipaddress.ip_network(one) for one in ("168.63.129.16/32", "::/96", "fec0::/10")
)
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
PRIVATE = saying(
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
    _adapter: _Adapter = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Read the networks; raises ValueError for what is none."""
        networks = tuple(ipaddress.ip_network(one, strict=False) for one in self.allow)
        object.__setattr__(self, "_networks", networks)
        adapter = _Adapter(_pools(self), Trust(self.ca_file))
        object.__setattr__(self, "_adapter", adapter)

    def request(self, method: str, url: str, **options: Any) -> requests.Response:  # noqa: ANN401 - as requests has them
        """Make one request on a connection of its own; raises Rejected if forbidden.

        Streams, follows no redirect and keeps no cookie, as no session is kept;
        `timeout` and the other `options` are those of `requests.request`.
        """
        check_url(url)
        timeout, given = options.pop("timeout"), options.pop("headers", {})
        asked = requests.Request(
            method, url, headers={**default_headers(), **given}, **options
        )
        return self._adapter.send(asked.prepare(), stream=True, timeout=timeout)

    def check(self, found: str, port: int) -> None:
        """Raise Rejected unless this IP address and port may be asked."""
        address = ipaddress.ip_address(found.partition("%")[0])
        if any(address in network for network in self._networks):
            return
        if not all(_is_public(one) for one in (address, *_inside(address))):
            raise Rejected(PRIVATE)
        if port not in PORTS:
            msg = saying(
                "a shop answers at port 80, 443, 8080 or 8443; another must be named in"
                " [network] allow"
            )
            raise Rejected(msg, port=port)


def check_url(url: str) -> None:
    """Raise Rejected for an address that hides where it leads."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
        msg = saying(
            "the shop's address cannot be used; write it as https://shop.example"
        )
        raise Rejected(msg)
    if parts.username is not None or parts.password is not None:
        msg = saying("the shop's address must hold no user name and no password")
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


class _Once(HTTPConnectionPool):
    """A pool for one request: what is in use closes when its answer was read."""

    def urlopen(self, *args: Any, **kwargs: Any) -> BaseHTTPResponse:  # noqa: ANN401 - as urllib3 has it
        """Take no connection back."""
        try:
            return super().urlopen(*args, **kwargs)
        finally:
            self.close()


Pools = tuple[type[HTTPConnectionPool], type[HTTPSConnectionPool]]


def _pools(found: Transport) -> Pools:
    """Make pools, for http and https, whose connections this transport checks."""

    class Plain(_Checked):
        transport = found

    class Secure(_Checked, HTTPSConnection):
        transport = found

    class PlainPool(_Once):
        ConnectionCls = Plain

    class SecurePool(_Once, HTTPSConnectionPool):
        ConnectionCls = Secure

    return PlainPool, SecurePool


class _Adapter(HTTPAdapter):
    """Makes connections that are checked by one transport, and keeps none."""

    def __init__(self, pools: Pools, trust: Trust) -> None:
        super().__init__(max_retries=0)
        self._plain, self._secure = pools
        self._trust = trust

    def get_connection_with_tls_context(
        self,
        request: requests.PreparedRequest,
        *_args: object,
        **_kwargs: object,
    ) -> HTTPConnectionPool:
        """Give each request a pool of its own."""
        parts = urlsplit(request.url or "")
        host = parts.hostname or ""
        if parts.scheme == "https":
            context = self._trust.context()
            return self._secure(host, parts.port, maxsize=1, ssl_context=context)
        return self._plain(host, parts.port, maxsize=1)

    def cert_verify(
        self, conn: HTTPConnectionPool, *_args: object, **_kwargs: object
    ) -> None:
        """Demand a certificate; whose are trusted, the connection's context knows."""
        if isinstance(conn, HTTPSConnectionPool):
            conn.cert_reqs = "CERT_REQUIRED"


STRICT = Transport()
