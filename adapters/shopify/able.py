"""What one Shopify shop can do, by the scopes of the app and the shop's settings."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from adapters.shopify.oauth import lacking
from connector.errors import PlatformError
from connector.model import Resolution
from connector.platform import Abilities, Place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from adapters.shopify.calls import Calls, Json

FRESH = timedelta(minutes=10)  # what was read is believed so long
AGAIN = timedelta(minutes=1)  # and so long nothing is asked where nothing was read
CREDIT_SCOPES = (
    "read_store_credit_accounts",
    "write_store_credit_account_transactions",
)
CARD_SCOPES = ("read_gift_cards", "write_gift_cards")
ALWAYS = frozenset({Resolution.REFUND, Resolution.EXCHANGE, Resolution.REPLACEMENT})
CREDIT = frozenset({Resolution.STORE_CREDIT, Resolution.COURTESY})
CARD = frozenset({Resolution.GIFT_CARD, Resolution.COURTESY})
EVERY = ALWAYS | CREDIT | CARD
# Here the units stay unprocessed at Shopify, so that nothing says where they went.
APART = frozenset({Resolution.GIFT_CARD, Resolution.MANUAL})


def scopes_of(found: Json) -> str:
    """Return the scopes of the app, as Shopify writes them."""
    rows = found["currentAppInstallation"]["accessScopes"]
    return ",".join(str(row["handle"]) for row in rows)


def ways(scopes: str, *, credit_enabled: bool) -> frozenset[Resolution]:
    """Return the ways that these scopes allow; a courtesy needs either credit."""
    found = ALWAYS
    if credit_enabled and not lacking(CREDIT_SCOPES, scopes):
        found |= CREDIT
    if not lacking(CARD_SCOPES, scopes):
        found |= CARD
    return found


def places(rows: Iterable[Json]) -> tuple[Place, ...]:
    """Return where goods can go back to; empty where there is no choice."""
    found = [
        Place(ref=str(row["id"]), name=str(row["name"]))
        for row in rows
        if row.get("isActive", True)
    ]
    return tuple(found) if len(found) > 1 else ()


class Able:
    """The abilities of one shop, read now and then.

    Where they cannot be read every way is assumed: nobody said that it is not there,
    and the shop refuses what it does not have.
    """

    def __init__(
        self, calls: Calls, version: str, clock: Callable[[], datetime]
    ) -> None:
        self._calls = calls
        self._clock = clock
        self._known = Abilities(
            holds_returns=True,
            lists_open_returns=True,
            api_version=version,
            ways=EVERY,
            keeps_credit=True,
            bonus_apart=True,
            pays_on_order=True,
            shelves_apart=APART,
        )
        self._until: datetime | None = None

    def now(self) -> Abilities:
        """Return what is known, read anew where it is old; never raises."""
        at = self._clock()
        if self._until is None or not at < self._until:
            try:
                self._known = self._read()
                self._until = at + FRESH
            except (PlatformError, KeyError, TypeError, ValueError, AttributeError):
                self._until = at + AGAIN
        return self._known

    def _read(self) -> Abilities:
        found = self._calls.ask("abilities", {})
        is_on = bool(found["storeCreditConfiguration"]["storeCreditEnabled"])
        return Abilities(
            holds_returns=True,
            lists_open_returns=True,
            api_version=self._known.api_version,
            ways=ways(scopes_of(found), credit_enabled=is_on),
            keeps_credit=True,
            bonus_apart=True,
            pays_on_order=True,
            shelves_apart=APART,
            places=places(found["locations"]["nodes"]),
        )
