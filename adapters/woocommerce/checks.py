"""Examine a WooCommerce shop step by step: from its address to its time zone.

What each answer means was seen on WooCommerce 11.0.1 (docs/connect-woocommerce.md has
the cures); the fields of `system_status` and `settings` are read where they are there.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from adapters.guard import Transport, check_url
from adapters.wire import Reply, Timeouts, fetch
from adapters.woocommerce.calls import Calls
from connector.errors import Gone, OutcomeUnknown, PlatformError, Rejected, Unavailable
from connector.platform import Check

SPACE = "wc/v3"
OLDEST, OLD = (3, 5), (8, 2)  # no wc/v3 before; no custom order tables by default
MOST_INDEX = 4 * 1024 * 1024  # bytes; nobody has said yes to this shop so far
MOST_SKEW = 120  # seconds that two clocks may differ before it is worth a word
REDIRECTION = 3  # the class of statuses that lead elsewhere: 3xx
TOPIC_REFUSED = "woocommerce_rest_shop_webhook_invalid_topic"
PROBE_TOPIC = "retour.permission"  # never a topic: nothing can come of asking for it
OK, WARN, FAIL = "ok", "warn", "fail"
# What is wrong with a certificate, by `wire`'s word for it -> code.
CERTIFICATES: Mapping[str, str] = {
    "expired": "certificate_expired",
    "other_host": "certificate_other_host",
}
# What a host, a firewall or WordPress itself answers instead of the API.
WALLS: Mapping[int, str] = {
    401: "walled",
    403: "walled",
    405: "walled",
    406: "walled",
    429: "walled",
    500: "shop_broken",
    502: "shop_down",
    503: "maintenance",
    504: "shop_down",
    520: "shop_down",
    521: "shop_down",
    522: "shop_down",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """All that the checks need of one shop."""

    url: str
    calls: Calls
    by_query: Calls  # the same keys, in the address instead of the header
    transport: Transport
    timeouts: Timeouts
    clock: Callable[[], datetime]


def examine(site: Site) -> Iterator[Check]:
    """Run the steps; the first that fails is the last. Never raises."""
    for step in (reach, sign_in, permission, version, money, hooks, customers):
        for check in _said(step, site):
            yield check
            if check.verdict == FAIL:
                return


def _said(step: Callable[[Site], Iterator[Check]], site: Site) -> Iterator[Check]:
    try:
        yield from step(site)
    except PlatformError as error:
        yield Check(step=step.__name__, verdict=FAIL, code=_unlike(error))
    except (KeyError, IndexError, TypeError, ValueError, AttributeError):
        yield Check(step=step.__name__, verdict=FAIL, code="unreadable")


def _unlike(error: PlatformError) -> str:
    """Name an error that no step expects."""
    said = str(error)
    if "certificate" in said:
        return CERTIFICATES.get(str(error.facts.get("why")), "certificate")
    if "private network" in said or "[network] allow" in said:
        return "private"
    if isinstance(error, Unavailable):
        return "unreachable"
    return "keys_refused" if isinstance(error, Rejected) else "unreadable"


def reach(site: Site) -> Iterator[Check]:
    """Find the API at the address: no wall, no redirect, pretty permalinks."""
    check_url(site.url)
    reply = _get(site, "/wp-json/")
    if reply.status // 100 == REDIRECTION:
        facts = {"to": _target(reply)}
        yield Check(step="reach", verdict=FAIL, code="redirected", facts=facts)
        return
    if reply.status == HTTPStatus.NOT_FOUND:
        is_plain = _index(_get(site, "/?rest_route=/")) is not None
        code = "permalinks_plain" if is_plain else "not_wordpress"
        yield Check(step="reach", verdict=FAIL, code=code)
        return
    index = _index(reply)
    if index is None:
        code = WALLS.get(reply.status, "walled" if _is_page(reply) else "unreadable")
        yield Check(step="reach", verdict=FAIL, code=code, facts=_patience(reply))
        return
    if SPACE not in (index.get("namespaces") or ()):
        yield Check(step="reach", verdict=FAIL, code="woocommerce_missing")
        return
    yield Check(step="reach", verdict=OK, code="reached", learnt=_place(index))
    if not site.url.startswith("https://"):
        yield Check(step="reach", verdict=WARN, code="plain_http")
    yield from _clock(site, reply)


def _get(site: Site, path: str) -> Reply:
    """Ask without keys; the API's front page is open to all."""
    return fetch(
        lambda: site.transport.request(
            "GET",
            site.url.rstrip("/") + path,
            headers={"Accept": "application/json"},
            timeout=(site.timeouts.connect, site.timeouts.read),
        ),
        site.timeouts,
        MOST_INDEX,
    )


def _index(reply: Reply) -> Mapping[str, Any] | None:
    try:
        found = json.loads(reply.body)
    except ValueError:
        return None
    return found if isinstance(found, dict) and "namespaces" in found else None


def _is_page(reply: Reply) -> bool:
    return "html" in reply.headers.get("Content-Type", "").lower()


def _target(reply: Reply) -> str:
    """Say where a redirect leads, without its query."""
    parts = urlsplit(reply.headers.get("Location", ""))
    path = parts.path.removesuffix("/").removesuffix("/wp-json")
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{path}"[:200]


def _patience(reply: Reply) -> Mapping[str, str]:
    wait = reply.headers.get("Retry-After", "")
    return {"seconds": wait} if wait.isdigit() else {"seconds": "600"}


def _place(index: Mapping[str, Any]) -> dict[str, str]:
    """Read the site's name and time zone; `gmt_offset` is hours, also as text."""
    zone = str(index.get("timezone_string") or "")
    if not zone and str(index.get("gmt_offset", "")) != "":
        zone = f"UTC{float(index['gmt_offset']):+g}"
    return {"name": str(index.get("name") or "")[:120], "time_zone": zone}


def _clock(site: Site, reply: Reply) -> Iterator[Check]:
    """Compare clocks by the Date header; the catch-up reads by the shop's clock."""
    given = reply.headers.get("Date")
    if not given:
        return
    skew = int((parsedate_to_datetime(given) - site.clock()).total_seconds())
    learnt = {"clock_skew_seconds": str(skew)}
    is_far = abs(skew) > MOST_SKEW
    yield Check(
        step="clock",
        verdict=WARN if is_far else OK,
        code="clock_differs" if is_far else "clock_agrees",
        facts={"seconds": str(abs(skew))},
        learnt=learnt,
    )


def sign_in(site: Site) -> Iterator[Check]:
    """Read one order with the keys; each refusal has its own cause."""
    try:
        site.calls.get("orders", {"per_page": "1", "_fields": "id"})
    except Rejected as error:
        code = _refusal(error)
        closer = CLOSER.get(code)
        code = closer(site) if closer else code
        yield Check(step="sign_in", verdict=FAIL, code=code)
        return
    except OutcomeUnknown as error:
        code = WALLS.get(int(str(error.facts.get("status") or 0)), "unreadable")
        facts = {"seconds": "600"}
        yield Check(step="sign_in", verdict=FAIL, code=code, facts=facts)
        return
    yield Check(step="sign_in", verdict=OK, code="keys_accepted")


def _refusal(error: Rejected) -> str:
    """Say why keys were refused.

    No or an unknown key: 401 `cannot_view`, also where the host drops the
    Authorization header. A wrong secret, or a key that may only write: 401
    `authentication_error`. A key of a mere customer: 403 `cannot_view`.
    """
    status, code = error.facts.get("status"), str(error.facts.get("code", ""))
    if isinstance(error, Gone):
        return "woocommerce_missing"
    if not code.startswith("woocommerce_"):
        return "walled"
    if status == HTTPStatus.FORBIDDEN:
        return "key_of_customer"
    is_secret = code == "woocommerce_rest_authentication_error"
    return "secret_wrong" if is_secret else "key_unknown"


def _unknown_or_dropped(site: Site) -> str:
    """Tell an unknown key from a header that the host drops: over TLS, ask twice."""
    if not site.url.startswith("https://"):
        return "key_unknown"
    try:
        site.by_query.get("orders", {"per_page": "1", "_fields": "id"})
    except Rejected as error:
        return _refusal(error)
    except PlatformError:
        return "key_unknown"
    return "header_dropped"


def _secret_or_write_only(site: Site) -> str:
    """Tell a wrong secret from a key that may only write, in any language."""
    is_write_only = _asked_to_write(site)[1] == TOPIC_REFUSED
    return "write_only" if is_write_only else "secret_wrong"


# What a refusal may mean besides, found out by a second harmless request.
CLOSER: Mapping[str, Callable[[Site], str]] = {
    "key_unknown": _unknown_or_dropped,
    "secret_wrong": _secret_or_write_only,
}


def _asked_to_write(site: Site) -> tuple[int, str]:
    """Ask for a webhook of a topic that does not exist; return status and code."""
    asked = {"topic": PROBE_TOPIC, "delivery_url": "https://retour.invalid"}
    try:
        site.calls.post("webhooks", asked)
    except Rejected as error:
        return int(str(error.facts.get("status"))), str(error.facts.get("code", ""))
    return 0, ""


def permission(site: Site) -> Iterator[Check]:
    """Prove the right to write by asking for what can never be made.

    A webhook of a topic that does not exist: 400 where the key may write, 401 where
    it may only read. Nothing is stored either way.
    """
    status, code = _asked_to_write(site)
    if code == TOPIC_REFUSED:
        yield Check(step="permission", verdict=OK, code="can_write")
        return
    named = {0: "unreadable", 401: "read_only", 403: "key_of_customer"}
    yield Check(step="permission", verdict=FAIL, code=named.get(status, "walled"))


def version(site: Site) -> Iterator[Check]:
    """Read WooCommerce's version and whether orders have tables of their own."""
    found = _optional(site, "system_status")
    place = found.get("environment") or {} if isinstance(found, dict) else {}
    said = str(place.get("version") or "")
    if not said:
        yield Check(step="version", verdict=WARN, code="version_unknown")
        return
    learnt = {"version": said, "wordpress": str(place.get("wp_version") or "")}
    known = found.get("settings") or {}
    if isinstance(known, dict) and "HPOS_enabled" in known:
        learnt["hpos"] = "yes" if known["HPOS_enabled"] else "no"
    number = tuple(int(part) for part in said.split(".")[:2] if part.isdigit())
    facts = {"version": said}
    if number < OLDEST:
        yield Check(step="version", verdict=FAIL, code="version_old", facts=facts)
        return
    yield Check(
        step="version",
        verdict=WARN if number < OLD else OK,
        code="version_aged" if number < OLD else "version_good",
        facts=facts,
        learnt=learnt,
    )


def money(site: Site) -> Iterator[Check]:
    """Read currency, decimals and how tax is rounded: they decide about cents."""
    currency = str(site.calls.get("data/currencies/current")["code"])
    general, tax = _settings(site, "general"), _settings(site, "tax")
    learnt = {
        "currency": currency,
        "decimals": general.get("woocommerce_price_num_decimals", ""),
        "prices_include_tax": tax.get("woocommerce_prices_include_tax", ""),
        "tax_round_at_subtotal": tax.get("woocommerce_tax_round_at_subtotal", ""),
    }
    facts = {"currency": currency}
    yield Check(
        step="currency", verdict=OK, code="currency", facts=facts, learnt=learnt
    )
    if learnt["tax_round_at_subtotal"] == "yes":
        yield Check(step="currency", verdict=WARN, code="tax_at_subtotal")


def hooks(site: Site) -> Iterator[Check]:
    """See that webhooks may be listed: they tell what happens."""
    site.calls.get("webhooks", {"per_page": "1"})
    yield Check(step="webhooks", verdict=OK, code="webhooks_possible")


def customers(site: Site) -> Iterator[Check]:
    """See whether the roles of customers may be read: some policies ask for them."""
    try:
        site.calls.get("customers", {"per_page": "1", "role": "all", "_fields": "role"})
    except PlatformError:
        yield Check(step="customers", verdict=WARN, code="roles_unread")
        return
    yield Check(step="customers", verdict=OK, code="roles_read")


def _settings(site: Site, group: str) -> dict[str, str]:
    found = _optional(site, f"settings/{group}")
    rows = found if isinstance(found, list) else []
    return {
        str(row["id"]): str(row.get("value", ""))
        for row in rows
        if isinstance(row, dict) and "id" in row
    }


def _optional(site: Site, path: str) -> Any:  # noqa: ANN401 - JSON
    """Read what these keys may not be allowed to read."""
    try:
        return site.calls.get(path)
    except Rejected:
        return {}
