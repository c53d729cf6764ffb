"""The only network code for Shopify: one GraphQL request, honestly named."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any, Protocol

from adapters.guard import STRICT, Transport
from adapters.shopify.documents import document
from adapters.wire import Reply, Timeouts, fetch
from connector.errors import Gone, OutcomeUnknown, Rejected, Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

log = logging.getLogger(__name__)

Json = dict[str, Any]
MOST_WAITS = 5
LONGEST_WAIT = 20.0  # seconds; a full bucket refills in as many
# Errors of a document that surely did not run.
REFUSED = ("ACCESS_DENIED", "MAX_COST_EXCEEDED", "SHOP_INACTIVE")
GONE_CODES = ("NOT_FOUND",)
STATUS_WORDS: Mapping[int, str] = {
    402: "the shop is frozen until its bill is paid",
    403: "the app lacks a scope, or the shop forbids it",
    404: "there is no such shop, or no such API version",
    423: "Shopify has locked the shop",
    430: "Shopify refused the request as suspicious",
}


class Credentials(Protocol):
    """What gives a token, and can be told that it was refused."""

    def get(self) -> str:
        """Return a token."""
        ...

    def forget(self) -> bool:
        """Drop it; False when there is no other."""
        ...


class Calls:
    """GraphQL requests to one shop; a mutation is repeated only when throttled."""

    def __init__(
        self,
        url: str,
        version: str,
        credentials: Credentials,
        timeouts: Timeouts,
        sleep: Callable[[float], None],
        transport: Transport = STRICT,
    ) -> None:
        self._url = f"{url}/admin/api/{version}/graphql.json"
        self._version = version
        self._credentials = credentials
        self._timeouts = timeouts
        self._sleep = sleep
        self._transport = transport
        self.seen: dict[str, str] = {}  # of the last answer: version, date

    def ask(self, name: str, variables: Mapping[str, Any]) -> Json:
        """Run a document and return its `data`.

        Raises Unavailable (never arrived, or throttled to the end), Rejected
        (surely not run), OutcomeUnknown (anything else).
        """
        for _ in range(MOST_WAITS):
            reply = self._send(name, variables)
            if reply.status == 401 and self._credentials.forget():  # noqa: PLR2004 - HTTP
                reply = self._send(name, variables)
            wait = _throttled(reply)
            if wait is None:
                return self._data(reply)
            self._sleep(wait)
        msg = "Shopify is throttling us; try again later"
        raise Unavailable(msg)

    def change(self, name: str, root: str, variables: Mapping[str, Any]) -> Json:
        """Run a mutation and return its payload; userErrors become Rejected."""
        payload = self.ask(name, variables).get(root)
        if not isinstance(payload, dict):
            msg = "Shopify's answer does not say what it did"
            raise OutcomeUnknown(msg, mutation=root)
        errors = payload.get("userErrors") or ()
        if errors:
            words = "; ".join(str(error.get("message", ""))[:200] for error in errors)
            codes = {str(error.get("code", "")) for error in errors}
            kind = Gone if codes & set(GONE_CODES) else Rejected
            raise kind(words, mutation=root, codes=",".join(sorted(codes)))
        return payload

    def _send(self, name: str, variables: Mapping[str, Any]) -> Reply:
        token = self._credentials.get()
        return fetch(
            lambda: self._transport.request(
                "POST",
                self._url,
                data=json.dumps({"query": document(name), "variables": variables}),
                headers={
                    "Content-Type": "application/json",
                    "Accept": "application/json",
                    "X-Shopify-Access-Token": token,
                    "User-Agent": "Retour (returns and refunds)",
                },
                timeout=(self._timeouts.connect, self._timeouts.read),
            ),
            self._timeouts,
        )

    def _data(self, reply: Reply) -> Json:
        """Read an answer that is no throttle."""
        if reply.status == 401:  # noqa: PLR2004 - HTTP
            msg = "Shopify refused our token"
            raise Rejected(msg, status=reply.status)
        if reply.status in STATUS_WORDS:
            raise Rejected(STATUS_WORDS[reply.status], status=reply.status)
        body = _object(reply)
        if reply.status != 200 or body is None:  # noqa: PLR2004 - HTTP
            msg = "Shopify answered something that cannot be understood"
            raise OutcomeUnknown(msg, status=reply.status)
        served = reply.headers.get("X-Shopify-API-Version", self._version)
        self.seen = {"version": served, "date": reply.headers.get("Date", "")}
        if served != self._version:
            # A retired version does not fail: Shopify serves the oldest it has.
            log.warning("Shopify served API %s, not %s", served, self._version)
        errors = body.get("errors")
        if errors:
            raise _error(errors, body)
        data = body.get("data")
        if not isinstance(data, dict):
            msg = "Shopify answered no data"
            raise OutcomeUnknown(msg)
        return data


def _throttled(reply: Reply) -> float | None:
    """Return how long to wait, or None; a throttle speaks only of its own attempt."""
    if reply.status == 429:  # noqa: PLR2004 - HTTP
        given = reply.headers.get("Retry-After", "2")
        return min(float(given), LONGEST_WAIT) if _is_number(given) else 2.0
    body = _object(reply) if reply.status == 200 else None  # noqa: PLR2004 - HTTP
    if body is None or "THROTTLED" not in _codes(body.get("errors")):
        return None
    cost = (body.get("extensions") or {}).get("cost") or {}
    status = cost.get("throttleStatus") or {}
    lacking = float(cost.get("requestedQueryCost") or 0) - float(
        status.get("currentlyAvailable") or 0
    )
    rate = float(status.get("restoreRate") or 50)
    return min(max(lacking / rate, 0.5), LONGEST_WAIT)


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).isdigit()


def _object(reply: Reply) -> Json | None:
    try:
        body = json.loads(reply.body)
    except ValueError:
        return None
    return body if isinstance(body, dict) else None


def _codes(errors: object) -> set[str]:
    entries = errors if isinstance(errors, list) else []
    return {
        str((one.get("extensions") or {}).get("code", ""))
        for one in entries
        if isinstance(one, dict)
    }


def _error(errors: object, body: Json) -> Exception:
    """Name GraphQL errors: only those that surely ran nothing are refusals."""
    codes = _codes(errors)
    entries = errors if isinstance(errors, list) else [errors]
    words = "; ".join(
        str(one.get("message", ""))[:200] if isinstance(one, dict) else "error"
        for one in entries
    )
    if codes & set(REFUSED) or ("data" not in body and codes <= {""}):
        return Rejected(f"Shopify refused: {words}", codes=",".join(sorted(codes)))
    named = ",".join(sorted(codes))
    return OutcomeUnknown(f"Shopify failed on its side: {words}", codes=named)
