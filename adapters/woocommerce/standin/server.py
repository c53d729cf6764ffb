"""The HTTP door of the stand-in, with the misfortunes that are set."""

from __future__ import annotations

import json
import socket
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from adapters.sockets import Sockets
from adapters.woocommerce.standin import access, rest, site, wcauth
from adapters.woocommerce.standin.problems import Fatal, Problem

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator

    from adapters.woocommerce.standin.shop import Shop
    from adapters.woocommerce.standin.switches import Switch

PREFIX = "/wp-json/wc/v3/"
WPS_PREFIX = "/wp-json/rma/"
MAINTENANCE = b"<!DOCTYPE html><html><title>Maintenance</title></html>"
FATAL = {
    "code": "internal_server_error",
    "message": "<p>There has been a critical error on this website.</p>",
    "data": {"status": 500},
    "additional_errors": [],
}


class Door(Sockets):
    """The shop's door."""

    def __init__(self, shop: Shop, tls: ssl.SSLContext | None = None) -> None:
        super().__init__(Visit, tls)
        self.shop = shop


class Visit(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    server: Door

    def log_message(self, *_args: object) -> None:
        """Say nothing: requests carry keys and names."""

    def do_GET(self) -> None:
        """Answer a GET."""
        self._meet("GET")

    def do_POST(self) -> None:
        """Answer a POST."""
        self._meet("POST")

    def do_PUT(self) -> None:
        """Answer a PUT."""
        self._meet("PUT")

    def do_DELETE(self) -> None:
        """Answer a DELETE."""
        self._meet("DELETE")

    def _meet(self, method: str) -> None:
        """Run a request through whatever misfortune waits for it."""
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path = urlsplit(self.path).path
        name = f"{method} /{path.removeprefix(PREFIX)}"
        switches = self.server.shop.switches
        if self._answer_before(method, path, raw):
            return
        early = switches.take(name, "lose_request", "html", "redirect", "refuse")
        if early:
            self._stumble(early)
            return
        slow = switches.take(name, "delay")
        if slow:
            slow.arrived.set()
            slow.released.wait()
        broken = switches.take(name, "status")
        if broken and not broken.options.get("effect"):
            self._fail(broken)
            return
        status, body, headers = self._answer(method, path, raw)
        late = switches.take(name, "lose_answer", "trickle")
        if broken:
            self._fail(broken)
        elif late and late.kind == "lose_answer":
            self._drop()
        elif late:
            self._trickle(status, body, late)
        else:
            self._send(status, body, "application/json; charset=UTF-8", headers)

    def _answer_before(self, method: str, path: str, raw: bytes) -> bool:
        """Answer what needs no key: the site's moods, its pages, its front page."""
        del raw
        shop = self.server.shop
        query = dict(parse_qsl(urlsplit(self.path).query, keep_blank_values=True))
        given = dict(self.headers.items())
        found = site.before(shop, path, query) or wcauth.visit(
            shop, method, self.path, given, self.server.url
        )
        if found is None:
            return False
        self._send(*found)
        return True

    def _answer(
        self, method: str, path: str, raw: bytes
    ) -> tuple[int, bytes, dict[str, str]]:
        shop = self.server.shop
        # A parameter given twice counts once, the last one, as in PHP.
        query = dict(parse_qsl(urlsplit(self.path).query, keep_blank_values=True))
        try:
            if path.startswith(WPS_PREFIX):
                asked = self._body(raw)
                given = asked if isinstance(asked, dict) else {}
                route = path.removeprefix(WPS_PREFIX)
                code, said = shop.wps.rest(route, given)
                return code, json.dumps(said).encode(), {}
            basic = ""
            if self.server.scheme == "https":  # over http it is not looked at
                basic = access.handed_over(shop, dict(self.headers.items()), query)
            access.admit(shop, method, f"{self.server.url}{path}", query, basic)
            body = self._body(raw)
            status, found, headers = rest.answer(
                shop, method, path.removeprefix(PREFIX), query, body
            )
        except Problem as problem:
            return problem.status, json.dumps(problem.body).encode(), {}
        except Fatal:
            return 500, json.dumps(FATAL).encode(), {}
        with shop.lock:
            return status, json.dumps(found).encode(), headers

    def _body(self, raw: bytes) -> object:
        """Read a JSON body; one sent as something else is ignored, as it really is."""
        if not raw or "json" not in self.headers.get("Content-Type", ""):
            return None
        try:
            return json.loads(raw)
        except ValueError:
            data = {
                "status": 400,
                "json_error_code": 4,
                "json_error_message": "Syntax error",
            }
            told = "Invalid JSON body passed."
            raise Problem(400, "rest_invalid_json", told, data) from None

    def _stumble(self, switch: Switch) -> None:
        if switch.kind == "lose_request":
            self._drop()
        elif switch.kind == "html":
            wait = {"Retry-After": str(switch.options.get("retry_after", 600))}
            self._send(503, MAINTENANCE, "text/html", wait)
        elif switch.kind == "redirect":
            target = {"Location": f"{self.server.url}/elsewhere"}
            self._send(switch.options.get("code", 301), b"", "text/html", target)
        else:
            self._send(401, b"{}", "application/json")

    def _fail(self, switch: Switch) -> None:
        """Answer a status; `retry_after` is said where a proxy says it."""
        wait = switch.options.get("retry_after")
        headers = {} if wait is None else {"Retry-After": str(wait)}
        self._send(
            switch.options.get("code", 500), b"Server Error", "text/html", headers
        )

    def _drop(self) -> None:
        self.close_connection = True
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def _trickle(self, status: int, body: bytes, switch: Switch) -> None:
        """Send the body byte by byte, until released or the client is gone."""
        with suppress(OSError):
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            pause = float(switch.options.get("pause", 0.02))
            while body and not switch.released.wait(pause):
                self.wfile.write(body[:1])
                body = body[1:]
            self.wfile.write(body)

    def _send(
        self,
        status: int,
        body: bytes,
        kind: str,
        headers: dict[str, str] | None = None,
    ) -> None:
        with suppress(OSError):  # a client that timed out is gone
            self.send_response_only(status)
            self.send_header("Server", "nginx/1.22.1")
            self.send_header("Date", site.date(self.server.shop))
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)


@contextmanager
def serve(shop: Shop, tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """Open the shop's door; inside the `with` it answers at the URL given."""
    door = shop.door = Door(shop, tls)
    door.open()
    try:
        yield door.url
    finally:
        shop.switches.clear()
        door.shut()
