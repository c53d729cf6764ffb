"""The only network code for Shopify: one GraphQL request, honestly named."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Protocol

from adapters.guard import STRICT, Transport
from adapters.pacing import stay_away
from adapters.shopify.documents import document
from adapters.wire import Reply, Timeouts, fetch
from connector.errors import Gone, OutcomeUnknown, Rejected, Unavailable
from connector.saying import saying
from connector.turns import Bucket, Heard

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adapters.pacing import Pacing

Json = dict[str, Any]
MOST_THROTTLES = 5
THROTTLED_BY_EDGE = 429
# The whole shop is shut: nothing ran, and all calls may wait until it opens.
SHUT: Mapping[int, str] = {
    402: saying("the shop is frozen until its bill is paid"),
    423: saying("Shopify has locked the shop"),
}
# Errors of a document that surely did not run.
REFUSED = ("ACCESS_DENIED", "MAX_COST_EXCEEDED", "SHOP_INACTIVE")
GONE_CODES = ("NOT_FOUND",)
STATUS_WORDS: Mapping[int, str] = {
    403: saying("the app lacks a scope, or the shop forbids it"),
    404: saying("there is no such shop, or no such API version"),
    430: saying("Shopify refused the request as suspicious"),
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
        pacing: Pacing,
        transport: Transport = STRICT,
    ) -> None:
        self._url = f"{url}/admin/api/{version}/graphql.json"
        self._version = version
        self._credentials = credentials
        self._timeouts = timeouts
        self._pacing = pacing
        self._transport = transport
        self.seen: dict[str, str] = {}  # of the last answer: version, date

    def ask(self, name: str, variables: Mapping[str, Any]) -> Json:
        """Run a document and return its `data`.

        Raises Unavailable (never arrived, or throttled to the end), Rejected
        (surely not run), OutcomeUnknown (anything else).
        """
        for _ in range(MOST_THROTTLES):
            reply = self._pacing.send(
                name, lambda: self._signed_in(name, variables), heard
            )
            if not is_throttled(reply):
                return self._data(reply)
        msg = saying("Shopify is throttling us; try again later")
        raise Unavailable(msg, status=THROTTLED_BY_EDGE)

    def change(self, name: str, root: str, variables: Mapping[str, Any]) -> Json:
        """Run a mutation and return its payload; userErrors become Rejected."""
        payload = self.ask(name, variables).get(root)
        if not isinstance(payload, dict):
            msg = saying("Shopify's answer does not say what it did")
            raise OutcomeUnknown(msg, mutation=root)
        errors = payload.get("userErrors") or ()
        if errors:
            words = "; ".join(str(error.get("message", ""))[:200] for error in errors)
            codes = {str(error.get("code", "")) for error in errors}
            kind = Gone if codes & set(GONE_CODES) else Rejected
            raise kind(words, mutation=root, codes=",".join(sorted(codes)))
        return payload

    def _signed_in(self, name: str, variables: Mapping[str, Any]) -> Reply:
        """Send it, once more with a new token where the old one was refused."""
        reply = self._send(name, variables)
        if reply.status == HTTPStatus.UNAUTHORIZED and self._credentials.forget():
            reply = self._send(name, variables)
        return reply

    def _send(self, name: str, variables: Mapping[str, Any]) -> Reply:
        try:
            token = self._credentials.get()
        except OutcomeUnknown as error:
            msg = saying("no token could be fetched; the shop itself was not asked")
            raise Unavailable(msg) from error
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
        if reply.status == HTTPStatus.UNAUTHORIZED:
            msg = saying("Shopify refused our token")
            raise Rejected(msg, status=reply.status)
        if reply.status in SHUT:
            raise Unavailable(SHUT[reply.status], status=reply.status)
        if reply.status in STATUS_WORDS:
            raise Rejected(STATUS_WORDS[reply.status], status=reply.status)
        body = reply.table
        if reply.status != HTTPStatus.OK or body is None:
            msg = saying("Shopify answered something that cannot be understood")
            raise OutcomeUnknown(msg, status=reply.status)
        served = reply.headers.get("X-Shopify-API-Version", self._version)
        self.seen = {"version": served, "date": reply.headers.get("Date", "")}
        # A retired version does not fail: Shopify serves the oldest it has.
        self._pacing.observer.served(served)
        errors = body.get("errors")
        if errors:
            raise _error(errors, body)
        data = body.get("data")
        if not isinstance(data, dict):
            msg = saying("Shopify answered no data")
            raise OutcomeUnknown(msg)
        return data


def is_throttled(reply: Reply) -> bool:
    """Say whether the answer speaks only of its own attempt: nothing ran."""
    if reply.status == THROTTLED_BY_EDGE:
        return True
    body = reply.table if reply.status == HTTPStatus.OK else None
    return body is not None and "THROTTLED" in _codes(body.get("errors"))


def heard(reply: Reply) -> Heard:
    """Read what an answer says about the shop: its bucket, or that it is down."""
    if reply.status in SHUT:
        return Heard(failure=SHUT[reply.status], is_down=True)
    if reply.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        wait = stay_away(reply, 0.0)
        return Heard(failure=f"Shopify answered {reply.status}", wait=wait)
    if reply.status == THROTTLED_BY_EDGE:
        return Heard(wait=stay_away(reply))
    cost = _table((reply.table or {}).get("extensions"), "cost")
    return Heard(cost=_number(cost.get("requestedQueryCost")), bucket=_bucket(cost))


def _bucket(cost: Json) -> Bucket | None:
    status = _table(cost, "throttleStatus")
    level, most, rate = (
        _number(status.get(name))
        for name in ("currentlyAvailable", "maximumAvailable", "restoreRate")
    )
    if level is None or not most or not rate:
        return None
    return Bucket(available=level, maximum=most, rate=rate)


def _table(found: object, name: str) -> Json:
    inner = found.get(name) if isinstance(found, dict) else None
    return inner if isinstance(inner, dict) else {}


def _number(found: object) -> float | None:
    if isinstance(found, bool) or not isinstance(found, (int, float)):
        return None
    return float(found)


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
