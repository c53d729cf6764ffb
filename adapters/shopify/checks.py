"""Examine a Shopify shop step by step: from its address to its scopes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from adapters.shopify.able import CARD_SCOPES, CREDIT_SCOPES
from adapters.shopify.calls import SHUT, Calls
from adapters.shopify.oauth import lacking
from connector.errors import PlatformError, Rejected, Unavailable
from connector.platform import Check

if TYPE_CHECKING:
    from adapters.shopify.calls import Json

OK, WARN, FAIL = "ok", "warn", "fail"
MOST_SKEW = 120  # seconds
NEEDED = (
    "read_orders",
    "write_orders",
    "read_returns",
    "write_returns",
    "read_products",
    "read_customers",
    "read_fulfillments",
    "read_locations",
)
ALL_ORDERS = "read_all_orders"
# What the token desk calls its refusals.
GRANTS: Mapping[str, str] = {
    "shop_not_permitted": "not_permitted",
    "invalid_client": "client_wrong",
    "application_cannot_be_found": "client_wrong",
    "invalid_grant": "grant_ended",
    "app_not_installed": "not_installed",
}
STATUSES: Mapping[int, str] = {
    401: "token_refused",
    402: "shop_frozen",
    403: "forbidden",
    404: "no_such_shop",
    423: "shop_locked",
    429: "shopify_busy",
    430: "forbidden",
}
BROKEN = 500  # from here on Shopify has an error of its own
# The shop cannot be talked to at all; whatever else was refused is a matter of keys.
REACH = frozenset({"shopify_busy", "shopify_down"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """All that the checks need of one shop."""

    domain: str
    version: str
    calls: Calls
    clock: Callable[[], datetime]
    can_prove: bool = True  # the secret is known that its webhooks are signed with


def examine(store: Store) -> Iterator[Check]:
    """Run the steps; the first that fails is the last. Never raises."""
    try:
        found = store.calls.ask("shop", {})
    except PlatformError as error:
        yield _refusal(error)
        return
    yield Check(step="reach", verdict=OK, code="reached")
    yield Check(step="sign_in", verdict=OK, code="keys_accepted")
    try:
        yield from _shop(store, found)
    except (KeyError, TypeError, ValueError, AttributeError):
        yield Check(step="sign_in", verdict=FAIL, code="unreadable")


def _refusal(error: PlatformError) -> Check:
    """Name what was answered by its words, then its status; else how it was lost."""
    status = _status(error)
    code = (
        _granted_not(error)
        or STATUSES.get(status)
        or ("shopify_down" if status >= BROKEN else _lost(error))
    )
    is_answered = code not in REACH and (status or isinstance(error, Rejected))
    step = "sign_in" if is_answered and code != "private" else "reach"
    return Check(step=step, verdict=FAIL, code=code)


def _status(error: PlatformError) -> int:
    """Return what was answered, now or when the shop was last found shut; else 0."""
    before = (one for one, why in SHUT.items() if error.facts.get("why") == why)
    return int(str(error.facts.get("status") or next(before, 0)))


def _granted_not(error: PlatformError) -> str | None:
    """Return what the token desk, or the lack of a grant, says."""
    if "grant has ended" in str(error):
        return "grant_ended"
    return GRANTS.get(str(error.facts.get("error", "")))


def _lost(error: PlatformError) -> str:
    """Name an error that no status explains."""
    said = str(error)
    if isinstance(error, Unavailable):
        return "certificate" if "certificate" in said else "unreachable"
    if "private network" in said or "[network] allow" in said:
        return "private"
    return "token_refused" if isinstance(error, Rejected) else "unreadable"


def _shop(store: Store, found: Json) -> Iterator[Check]:
    """Read who it is, what we may, which version it serves, what its clock says."""
    shop = found["shop"]
    if shop["myshopifyDomain"] != store.domain:
        facts = {"domain": str(shop["myshopifyDomain"])}
        yield Check(step="sign_in", verdict=FAIL, code="other_shop", facts=facts)
        return
    handles = [
        str(x["handle"]) for x in found["currentAppInstallation"]["accessScopes"]
    ]
    learnt = {
        "name": str(shop["name"]),
        "domain": str(shop["myshopifyDomain"]),
        "currency": str(shop["currencyCode"]),
        "time_zone": str(shop["ianaTimezone"]),
        "plan": str((shop.get("plan") or {}).get("publicDisplayName") or ""),
        "prices_include_tax": "yes" if shop["taxesIncluded"] else "no",
        "scopes": ",".join(sorted(handles)),
    }
    facts = {"currency": learnt["currency"]}
    yield Check(
        step="currency", verdict=OK, code="currency", facts=facts, learnt=learnt
    )
    yield from _scopes(handles)
    yield from _version(store)
    yield from _clock(store)
    yield _webhooks(store)


def _webhooks(store: Store) -> Check:
    if store.can_prove:
        return Check(step="webhooks", verdict=OK, code="webhooks_proved")
    return Check(step="webhooks", verdict=WARN, code="webhooks_unproved")


def _scopes(handles: list[str]) -> Iterator[Check]:
    short = lacking(NEEDED, ",".join(handles))
    if short:
        facts = {"scopes": ", ".join(short)}
        yield Check(step="scopes", verdict=FAIL, code="scopes_short", facts=facts)
        return
    yield Check(step="scopes", verdict=OK, code="scopes_enough")
    yield from _ways(handles)
    if ALL_ORDERS not in handles:
        yield Check(step="scopes", verdict=WARN, code="sixty_days")


def _ways(handles: list[str]) -> Iterator[Check]:
    """Name the scopes without which there is no store credit, or no gift card."""
    granted = ",".join(handles)
    for scopes, code in ((CREDIT_SCOPES, "credit_short"), (CARD_SCOPES, "cards_short")):
        short = lacking(scopes, granted)
        if short:
            facts = {"scopes": ", ".join(short)}
            yield Check(step="scopes", verdict=WARN, code=code, facts=facts)


def _version(store: Store) -> Iterator[Check]:
    served = store.calls.seen.get("version", store.version)
    facts = {"served": served, "pinned": store.version}
    is_same = served == store.version
    yield Check(
        step="version",
        verdict=OK if is_same else WARN,
        code="api_version" if is_same else "api_version_other",
        facts=facts,
        learnt={"version": served},
    )


def _clock(store: Store) -> Iterator[Check]:
    given = store.calls.seen.get("date")
    if not given:
        return
    skew = int((parsedate_to_datetime(given) - store.clock()).total_seconds())
    is_far = abs(skew) > MOST_SKEW
    yield Check(
        step="clock",
        verdict=WARN if is_far else OK,
        code="clock_differs" if is_far else "clock_agrees",
        facts={"seconds": str(abs(skew))},
        learnt={"clock_skew_seconds": str(skew)},
    )
