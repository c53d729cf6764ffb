from __future__ import annotations

import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest
import trustme

from adapters.guard import STRICT, Transport, check_url
from adapters.wire import Timeouts, fetch
from adapters.woocommerce.standin import Shop, serve
from connector.errors import Rejected, Unavailable
from tests.connector.shapes import NOON
from tests.tls import authority, context

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HIDDEN = [
    "127.0.0.1",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",  # noqa: S104 - refused, not listened at
    "224.0.0.1",
    "239.255.255.250",
    "255.255.255.255",
    "::1",
    "::",
    "fe80::1%eth0",
    "fd00::1",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:a9fe:a9fe",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "168.63.129.16",
    "::7f00:1",
    "fec0::1",
]


@pytest.fixture
def local() -> Iterator[str]:
    with serve(Shop(clock=lambda: NOON)) as url:
        yield url


def ask(transport: Transport, url: str) -> int:
    return fetch(
        lambda: transport.request("GET", url, timeout=(2, 2)),
        Timeouts(connect=2, read=2, total=2),
    ).status


@pytest.mark.parametrize("address", HIDDEN)
def test_no_address_of_a_private_network_is_asked(address: str) -> None:
    with pytest.raises(Rejected, match="private network"):
        STRICT.check(address, 443)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1"])
def test_a_public_address_is_asked_at_the_usual_ports(address: str) -> None:
    for port in (80, 443, 8080, 8443):
        STRICT.check(address, port)
    with pytest.raises(Rejected, match="port 80"):
        STRICT.check(address, 5432)


def test_what_is_allowed_is_asked_at_any_port() -> None:
    Transport(allow=("10.1.0.0/16",)).check("10.1.2.3", 5432)
    with pytest.raises(Rejected):
        Transport(allow=("10.1.0.0/16",)).check("10.2.0.1", 443)


@pytest.mark.parametrize(
    "name",
    [
        "127.0.0.1",
        "localhost",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "127.1",
        "①②⑦.⓪.⓪.①",
        "LOCALHOST",
    ],
)
def test_however_this_machine_is_written_nothing_is_sent(local: str, name: str) -> None:
    port = local.rpartition(":")[2]
    with pytest.raises(Rejected):
        ask(STRICT, f"http://{name}:{port}/wp-json/wc/v3/orders")


def test_this_machine_is_asked_when_it_is_meant(local: str) -> None:
    allowed = Transport(allow=("127.0.0.0/8",))
    assert ask(allowed, f"{local}/wp-json/wc/v3/orders") == 401


def test_a_name_that_resolves_differently_the_second_time_gains_nothing(
    local: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = int(local.rpartition(":")[2])
    real, answers = socket.getaddrinfo, iter(["93.184.216.34", "127.0.0.1"])

    def rebinding(host: Any, *args: Any, **kwargs: Any) -> Any:
        if host != "rebinding.example":
            return real(host, *args, **kwargs)
        found = (next(answers), port)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", found)]

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    monkeypatch.setattr("adapters.guard.PORTS", frozenset({port}))
    with pytest.raises(Rejected, match="private network"):
        ask(STRICT, f"http://rebinding.example:{port}/")


@pytest.mark.parametrize(
    "url",
    [
        "ftp://shop.example",
        "file:///etc/passwd",
        "https://",
        "https://user@shop.example",
        "https://user:secret@shop.example",
        "https://shop.example:0",
        "https://shop.example:99999",
        "https://[::1",
        "javascript:alert(1)",
    ],
)
def test_an_address_that_hides_where_it_leads_is_refused(url: str) -> None:
    with pytest.raises(Rejected) as caught:
        check_url(url)
    assert "secret" not in str(caught.value)


def test_what_is_no_network_is_said() -> None:
    with pytest.raises(ValueError, match="does not appear to be"):
        Transport(allow=("everything",))


def test_authorities_are_read_again_when_their_file_was_changed(
    tmp_path: Path,
) -> None:
    bundle = tmp_path / "ca.pem"
    bundle.write_bytes(trustme.CA().cert_pem.bytes())
    trusting = Transport(("127.0.0.0/8",), str(bundle))
    with serve(Shop(clock=lambda: NOON), context()) as url:
        with pytest.raises(Unavailable, match="certificate is not valid"):
            ask(trusting, f"{url}/wp-json/wc/v3/orders")
        bundle.write_bytes(authority().cert_pem.bytes())
        assert ask(trusting, f"{url}/wp-json/wc/v3/orders") == 401
        assert ask(trusting, f"{url}/wp-json/wc/v3/orders") == 401


def test_no_cookie_of_a_shop_is_sent_back_to_it() -> None:
    heard: list[str | None] = []

    class Baker(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            heard.append(self.headers.get("Cookie"))
            self.send_response(204)
            self.send_header("Set-Cookie", "session=1; Path=/")
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Baker) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,)).start()
        allowed = Transport(allow=("127.0.0.0/8",))
        url = f"http://127.0.0.1:{server.server_port}/"
        assert [ask(allowed, url), ask(allowed, url)] == [204, 204]
        server.shutdown()
    assert heard == [None, None]
