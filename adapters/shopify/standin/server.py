"""The HTTP door of the stand-in: GraphQL, tokens, and the misfortunes that are set."""

from __future__ import annotations

import json
import socket
import threading
from contextlib import contextmanager, suppress
from datetime import UTC
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from adapters.shopify.standin import bulk, execute, grants, storefront
from adapters.shopify.standin.cost import MAXIMUM, Bucket
from adapters.shopify.standin.schema import schema
from adapters.sockets import Sockets

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator

    from adapters.shopify.standin.amounts import Json
    from adapters.shopify.standin.shop import Shop
    from adapters.shopify.standin.switches import Switch

NOT_LOGGED_IN = (
    "[API] Invalid API key or access token (unrecognized login or wrong password)"
)
BEFORE = {"lose_request", "throttle", "refuse", "redirect"}
AROUND = {"status", "html", "internal_error"}
IDLE = 0.2  # seconds between two looks of the background thread at retries


class Door(Sockets):
    """The shop's door, with the bucket that pays for queries."""

    def __init__(self, shop: Shop, tls: ssl.SSLContext | None = None) -> None:
        super().__init__(Visit, tls)
        self.shop = shop
        self.bucket = Bucket(MAXIMUM, shop.clock())


class Visit(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    server: Door

    def log_message(self, *_args: object) -> None:
        """Say nothing: requests carry tokens and names."""

    def do_POST(self) -> None:
        """Answer the two addresses that the stand-in has."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = self.path.split("?", 1)[0].strip("/").split("/")
        if storefront.is_proxied(self.path):
            self._forward(body)
        elif parts == ["admin", "oauth", "access_token"]:
            self._token(body)
        elif parts == ["admin", "oauth", "approve"]:
            self._approve(body)
        elif parts[:2] == ["admin", "api"] and parts[3:] == ["graphql.json"]:
            self._graphql(parts[2], body)
        else:
            self._json(HTTPStatus.NOT_FOUND, {"errors": "Not Found"})

    def do_GET(self) -> None:
        """Show the pages that people see, or give the result of a bulk operation."""
        if self.path.startswith("/admin/oauth/authorize?"):
            self._consent(grants.query_of(self.path))
        elif storefront.is_proxied(self.path):
            self._forward(b"")
        elif self.path == "/store/apps/retour":
            shown = storefront.frame(self.server.shop)
            self._send(HTTPStatus.OK, shown.encode(), "text/html", {})
        else:
            self._result()

    def _result(self) -> None:
        parts = urlsplit(self.path)
        shop = self.server.shop
        folder, _, name = parts.path.strip("/").partition("/")
        signature = dict(parse_qsl(parts.query)).get("signature", "")
        with shop.lock:
            found = bulk.result(shop, name, signature) if folder == "bulk" else None
        early = shop.switches.take({"bulk"}, {"lose_request", "lose_answer", "status"})
        if found is None:
            self._json(HTTPStatus.NOT_FOUND, {"errors": "Not Found"})
        elif early is None:
            self._send(HTTPStatus.OK, found, "application/jsonl", {})
        elif early.kind == "lose_answer":
            self._tear(found)
        else:
            self._drop()

    def _tear(self, body: bytes) -> None:
        """Send half of a file, and hang up."""
        with suppress(OSError):
            self._head(HTTPStatus.OK, len(body), "application/jsonl", {})
            self.wfile.write(body[: len(body) // 2])
        self._drop()

    def _consent(self, query: dict[str, str]) -> None:
        trouble = grants.trouble(self.server.shop, query)
        shown = trouble or grants.page(self.server.shop, query)
        status = HTTPStatus.BAD_REQUEST if trouble else HTTPStatus.OK
        self._send(status, shown.encode(), "text/html", {})

    def _forward(self, body: bytes) -> None:
        shop = self.server.shop
        given = dict(self.headers.items())
        found = storefront.forward(shop, self.command, self.path, given, body)
        headers = dict(found.headers)
        kind = headers.pop("Content-Type", "text/html").split(";")[0]
        self._send(found.status, found.body, kind, headers)

    def _approve(self, body: bytes) -> None:
        asked = dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True))
        is_no = asked.pop("verdict", "") == "cancel"
        decide = grants.deny if is_no else grants.approve
        target = {"Location": decide(self.server.shop, asked)}
        self._send(HTTPStatus.FOUND, b"", "text/html", target)

    def _token(self, body: bytes) -> None:
        text = body.decode(errors="replace")
        is_json = "json" in self.headers.get("Content-Type", "")
        try:
            asked = dict(json.loads(text)) if is_json else dict(parse_qsl(text))
        except (ValueError, TypeError):
            asked = {}
        switches = self.server.shop.switches
        if switches.take({"token"}, {"lose_request"}) is not None:
            self._drop()
            return
        status, answer = grants.token(self.server.shop, asked)
        if switches.take({"token"}, {"lose_answer"}) is not None:
            self._drop()
        else:
            self._json(status, answer)

    def _known(self) -> bool:
        shop = self.server.shop
        given = self.headers.get("X-Shopify-Access-Token", "")
        with shop.lock:
            ends = shop.tokens.get(given)
            grants.used(shop, given)
        return given == shop.token or (ends is not None and shop.clock() < ends)

    def _graphql(self, version: str, body: bytes) -> None:
        shop = self.server.shop
        if not self._known():
            self._json(HTTPStatus.UNAUTHORIZED, {"errors": NOT_LOGGED_IN})
            return
        # A retired version falls forward; one that never was is not found.
        if version > shop.api_version and version != "unstable":
            self._json(HTTPStatus.NOT_FOUND, {"errors": "Not Found"})
            return
        try:
            asked = dict(json.loads(body))
        except (ValueError, TypeError):
            self._json(HTTPStatus.BAD_REQUEST, {"errors": {"query": "Invalid JSON"}})
            return
        prepared = execute.prepare(asked)
        if isinstance(prepared, dict):
            self._json(HTTPStatus.OK, prepared)
            return
        self._meet(prepared)

    def _meet(self, prepared: execute.Prepared) -> None:
        """Run the document through whatever misfortune waits for its root fields."""
        switches = self.server.shop.switches
        names = prepared.roots
        _wait(switches.take(names, {"delay"}, at="before"))
        early = switches.take(names, BEFORE)
        if early is not None:
            self._stumble(early, prepared)
            return
        around = switches.take(names, AROUND)
        if around is not None and not around.options.get("effect"):
            self._break(around, None)
            return
        answer = execute.run(self.server.shop, self.server.bucket, prepared)
        if around is not None:
            self._break(around, answer.get("data"))
        elif switches.take(names, {"lose_answer"}):
            self._drop()
        else:
            late = switches.take(names, {"delay"}, at="after")
            if late is not None and late.options.get("body_trickle"):
                self._trickle(late, answer)
            else:
                _wait(late)
                self._json(HTTPStatus.OK, answer)

    def _stumble(self, switch: Switch, prepared: execute.Prepared) -> None:
        if switch.kind == "lose_request":
            self._drop()
        elif switch.kind == "throttle":
            requested = prepared.meter.requested()
            answer = execute.throttled(self.server.bucket, requested)
            self._json(HTTPStatus.OK, answer)
        elif switch.kind == "refuse":
            code = switch.options.get("code", 401)
            self._json(code, {"errors": HTTPStatus(code).phrase})
        else:
            code = switch.options.get("code", 301)
            target = switch.options.get("location", f"{self.server.url}/elsewhere")
            self._send(code, b"", "text/html", {"Location": target})

    def _break(self, switch: Switch, data: Json | None) -> None:
        """Answer with a fault, before the effect (no data) or after it."""
        if switch.kind == "status":
            code = switch.options.get("code", 503)
            wait = switch.options.get("retry_after")
            headers = {} if wait is None else {"Retry-After": str(wait)}
            self._send(code, b"<html>Service Unavailable</html>", "text/html", headers)
        elif switch.kind == "html":
            code = switch.options.get("code", 200)
            self._send(code, b"<html><body>Something</body></html>", "text/html", {})
        else:
            request_id = self.server.shop.new_uuid()
            self._json(HTTPStatus.OK, execute.internal_error(request_id, data))

    def _drop(self) -> None:
        self.close_connection = True
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def _trickle(self, switch: Switch, answer: Json) -> None:
        """Send the body byte by byte, until released or the client is gone."""
        body = json.dumps(answer).encode()
        self._head(HTTPStatus.OK, len(body), "application/json", {})
        switch.arrived.set()
        pause = float(switch.options["body_trickle"])
        with suppress(OSError):
            while body and not switch.released.wait(pause):
                self.wfile.write(body[:1])
                self.wfile.flush()
                body = body[1:]
            self.wfile.write(body)

    def _json(self, status: int, answer: Json) -> None:
        self._send(status, json.dumps(answer).encode(), "application/json", {})

    def _head(
        self, status: int, length: int, kind: str, headers: dict[str, str]
    ) -> None:
        self.send_response_only(status)
        moment = self.server.shop.clock().astimezone(UTC)
        self.send_header("Date", moment.strftime("%a, %d %b %Y %H:%M:%S GMT"))
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(length))
        shop = self.server.shop
        served = shop.served_version or shop.api_version
        self.send_header("X-Shopify-API-Version", served)
        self.send_header("X-Request-Id", self.server.shop.new_uuid())
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def _send(
        self, status: int, body: bytes, kind: str, headers: dict[str, str]
    ) -> None:
        with suppress(OSError):  # a client that timed out is gone
            self._head(status, len(body), kind, headers)
            self.wfile.write(body)


def _wait(switch: Switch | None) -> None:
    if switch is not None:
        switch.arrived.set()
        switch.released.wait()


@contextmanager
def serve(shop: Shop, tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """Open the shop's door; inside the `with` it answers at the URL given."""
    schema()  # built once, before a caller waits for it
    door = shop.door = Door(shop, tls)
    shop.address = door.url
    stop = threading.Event()
    threads: list[threading.Thread] = []
    if shop.autodeliver:
        threads.append(threading.Thread(target=_keep_delivering, args=(shop, stop)))
    for thread in threads:
        thread.start()
    door.open()
    try:
        yield door.url
    finally:
        stop.set()
        shop.changed.set()
        shop.switches.clear()
        door.shut()
        for thread in threads:
            thread.join()


def _keep_delivering(shop: Shop, stop: threading.Event) -> None:
    while not stop.is_set():
        shop.changed.wait(IDLE)
        shop.changed.clear()
        shop.deliver()
