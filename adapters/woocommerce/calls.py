"""The only network code for WooCommerce: the official client, held to a deadline."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from requests.auth import HTTPBasicAuth
from woocommerce import API

from adapters.guard import STRICT, Transport
from adapters.pacing import stay_away
from adapters.wire import Reply, Timeouts, fetch
from connector.errors import Gone, OutcomeUnknown, Rejected, Unavailable, Unsupported
from connector.saying import saying
from connector.turns import Heard

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    import requests

    from adapters.pacing import Pacing
    from connector.errors import PlatformError

PAGE = 100
AGENT = "Retour (returns and refunds)"
# A refund POST answers HTTP 500 for business errors, with a bare integer in `data`.
# Only these sentences surely mean that nothing was done; every other 500 may come
# from a gateway that paid before it failed.
REFUSALS: Mapping[str, type[Rejected]] = {
    "Invalid refund amount.": Rejected,
    "Refund amount must be greater than zero.": Rejected,
    "The payment gateway for this order does not support automatic refunds.": (
        Unsupported
    ),
    "The payment gateway for this order does not exist.": Unsupported,
}
REFUSAL_CODES = (
    "woocommerce_rest_cannot_create_order_refund",
    "woocommerce_rest_invalid_order_refund",
)


class Client(API):  # type: ignore[misc] # it ships no types
    """The official client on our transport: it signs, the guard connects.

    The client asks by a function of requests' own, which can be given neither a
    guard nor a deadline; only that one step is ours.
    """

    def __init__(self, transport: Transport, **given: Any) -> None:  # noqa: ANN401 - as the client has them
        super().__init__(**given)
        self._transport = transport

    def _API__request(  # noqa: N802 - the client's own name for this step
        self,
        method: str,
        endpoint: str,
        data: object,
        params: Mapping[str, str] | None = None,
    ) -> requests.Response:
        url, asked = self._API__get_url(endpoint), dict(params or {})
        auth = None
        if self.is_ssl and self.query_string_auth:
            asked["consumer_key"] = self.consumer_key
            asked["consumer_secret"] = self.consumer_secret
        elif self.is_ssl:
            auth = HTTPBasicAuth(self.consumer_key, self.consumer_secret)
        else:
            url = self._API__get_oauth_url(f"{url}?{urlencode(asked)}", method)
            asked = {}
        headers = {"User-Agent": self.user_agent, "Accept": "application/json"}
        if data is not None:
            headers["Content-Type"] = "application/json;charset=utf-8"
        return self._transport.request(
            method,
            url,
            auth=auth,
            params=asked,
            data=None if data is None else json.dumps(data).encode(),
            timeout=self.timeout,
            headers=headers,
        )


class Calls:
    """Requests to one shop, each sent once.

    `keys_in_query` is for hosts that drop the Authorization header: the keys then
    stand in the address, which the shop's own log may keep.
    """

    def __init__(
        self,
        *,
        url: str,
        key: str,
        secret: str,
        timeouts: Timeouts,
        pacing: Pacing,
        transport: Transport = STRICT,
        keys_in_query: bool = False,
    ) -> None:
        self._api = Client(
            transport,
            url=url,
            consumer_key=key,
            consumer_secret=secret,
            version="wc/v3",
            timeout=(timeouts.connect, timeouts.read),
            user_agent=AGENT,
            query_string_auth=keys_in_query,
        )
        self._url = url.rstrip("/")
        self._timeouts, self._transport = timeouts, transport
        self._pacing = pacing

    def get(self, path: str, params: Mapping[str, str] | None = None) -> Any:  # noqa: ANN401 - JSON
        """Read one thing; raises Gone, Rejected, Unavailable or OutcomeUnknown."""
        return self.page(path, params)[0]

    def page(
        self, path: str, params: Mapping[str, str] | None = None
    ) -> tuple[Any, int]:
        """Read one page; return it and how many pages there are."""
        reply = self._read(path, params or {})
        pages = reply.headers.get("X-WP-TotalPages", "1")
        return _json(reply), int(pages) if pages.isdigit() else 1

    def counted(self, path: str, params: Mapping[str, str]) -> tuple[Any, int | None]:
        """Read one page; return it and how many things there are on all of them."""
        reply = self._read(path, params)
        total = reply.headers.get("X-WP-Total", "")
        return _json(reply), int(total) if total.isdigit() else None

    def _read(self, path: str, params: Mapping[str, str]) -> Reply:
        reply = self._send(lambda: self._api.get(path, params=dict(params)))
        if reply.status == HTTPStatus.OK:
            return reply
        raise read_error(reply)

    def every(self, path: str, params: Mapping[str, str]) -> Iterator[Any]:
        """Read a list to its end, page by page."""
        number = 1
        while True:
            asked = dict(params) | {"per_page": str(PAGE), "page": str(number)}
            found, pages = self.page(path, asked)
            if not isinstance(found, list):
                msg = saying("the shop answered something that is no list")
                raise OutcomeUnknown(msg)
            yield from found
            if number >= pages or not found:
                return
            number += 1

    def put(self, path: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """Change something, once; raises as `get` does."""
        return _object(self._send(lambda: self._api.put(path, dict(body))), 200)

    def post(self, path: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """Make something that moves no money, once; raises as `get` does."""
        return _object(self._send(lambda: self._api.post(path, dict(body))), 201)

    def make(self, path: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """Make a coupon or an order, once; whatever is no clear refusal is unknown."""
        reply = self._send(lambda: self._api.post(path, dict(body)))
        if reply.status == HTTPStatus.CREATED:
            answer = _json(reply)
            if isinstance(answer, dict) and "id" in answer:
                return answer
        if reply.status in (400, 401, 403):
            words = saying("the shop refused what was to be made")
            raise Rejected(words, status=reply.status, code=_code(reply))
        words = saying("it may have been made: the answer is no clear yes or no")
        raise OutcomeUnknown(words, status=reply.status, code=_code(reply))

    def post_unsigned(self, path: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """Post to a path of the site that knows no WooCommerce key, without ours.

        WordPress refuses a sign-in that it does not know, even where it asks none.
        """
        reply = self._send(
            lambda: self._transport.request(
                "POST",
                f"{self._url}/{path}",
                json=dict(body),
                headers={"User-Agent": AGENT, "Accept": "application/json"},
                timeout=(self._timeouts.connect, self._timeouts.read),
            )
        )
        return _object(reply, 200)

    def refund(self, order_ref: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """Post a refund, once; whatever is not surely a refusal is unknown."""
        path = f"orders/{order_ref}/refunds"
        reply = self._send(lambda: self._api.post(path, dict(body)))
        if reply.status == HTTPStatus.CREATED:
            answer = _json(reply)
            if isinstance(answer, dict):
                return answer
        raise refund_error(reply)

    def remove(self, path: str, params: Mapping[str, str]) -> Mapping[str, Any]:
        """Remove something; raises Gone where it is not there."""
        reply = self._send(lambda: self._api.delete(path, params=dict(params)))
        return _object(reply, 200)

    def _send(self, ask: Callable[[], requests.Response]) -> Reply:
        return self._pacing.send("call", lambda: fetch(ask, self._timeouts), heard)


def heard(reply: Reply) -> Heard:
    """Read what an answer says about the shop, whatever it says to our question.

    A 500 in JSON is about one order (a gateway, a fatal error in its hooks); in
    HTML it is WordPress without its database, or a proxy without WordPress.
    """
    if reply.status == HTTPStatus.TOO_MANY_REQUESTS:
        return Heard(wait=stay_away(reply))
    if reply.status == HTTPStatus.SERVICE_UNAVAILABLE:
        wait = stay_away(reply, 0.0)
        return Heard(failure="the shop answered 503", is_down=wait > 0, wait=wait)
    is_broken = reply.status >= HTTPStatus.INTERNAL_SERVER_ERROR
    if is_broken and _code(reply) == "not JSON":
        return Heard(failure=f"the shop answered {reply.status}")
    return Heard()


def read_error(reply: Reply) -> PlatformError:
    """Name what an answer to a read means."""
    code = _code(reply)
    if reply.status in (429, 503):
        words = saying("the shop is in maintenance, or asks us to stay away")
        return Unavailable(words, status=reply.status)  # a read changes nothing
    known: Sequence[tuple[tuple[int, ...], type[PlatformError], str]] = (
        (
            (401, 403),
            Rejected,
            saying("the shop refused our keys, or they lack permission"),
        ),
        ((404, 410), Gone, saying("the shop has no such thing")),
        ((400,), Rejected, saying("the shop did not understand what was asked")),
    )
    for statuses, kind, said in known:
        if reply.status in statuses:
            return kind(said, status=reply.status, code=code)
    words = saying("the shop answered something that cannot be understood")
    return OutcomeUnknown(words, status=reply.status, code=code)


def refund_error(reply: Reply) -> PlatformError:
    """Name what an answer to a refund POST means; in doubt, unknown."""
    try:
        body = json.loads(reply.body)
    except ValueError:
        body = {}
    found = body if isinstance(body, dict) else {}
    message, data = str(found.get("message", "")), found.get("data")
    if reply.status in (400, 401, 403, 404):
        words = saying("the shop refused the refund before it looked at it")
        return Rejected(words, status=reply.status, code=_code(reply))
    if found.get("code") in REFUSAL_CODES and message in REFUSALS:
        return REFUSALS[message](message)
    is_no_order = str(found.get("code", "")).endswith("invalid_order_id")
    if data == HTTPStatus.NOT_FOUND and is_no_order:
        words = saying("the shop has no such order")
        return Gone(words)
    words = saying("the refund may have been made: the answer is no clear yes or no")
    return OutcomeUnknown(words, status=reply.status, code=_code(reply))


def _json(reply: Reply) -> Any:  # noqa: ANN401 - JSON
    try:
        return json.loads(reply.body)
    except ValueError:
        msg = saying("the shop answered something that is not JSON")
        raise OutcomeUnknown(msg, status=reply.status) from None


def _object(reply: Reply, status: int) -> Mapping[str, Any]:
    answer = _json(reply) if reply.status == status else None
    if isinstance(answer, dict):
        return answer
    raise read_error(reply)


def _code(reply: Reply) -> str:
    """Return the shop's error code; its message may hold HTML or personal data."""
    try:
        body = json.loads(reply.body)
    except ValueError:
        return "not JSON"
    code = body.get("code", "") if isinstance(body, dict) else ""
    return code[:80] if isinstance(code, str) else ""
