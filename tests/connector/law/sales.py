"""Sales as the tests of the law write them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from connector import law
from connector.money import Money

LONG_AGO = date(2025, 1, 1)
TOLD = law.Told(right=LONG_AGO, function=LONG_AGO)


def sale(
    country: str,
    *delivered: date | None,
    ordered: date = date(2026, 1, 1),
    told: law.Told = TOLD,
    region: str = "",
) -> law.Sale:
    parcels = tuple(law.Delivery(delivered=day) for day in delivered)
    return law.Sale(
        country=country, ordered=ordered, deliveries=parcels, told=told, region=region
    )


def last_day(
    country: str,
    *delivered: date | None,
    ordered: date = date(2026, 1, 1),
    told: law.Told = TOLD,
    region: str = "",
    switches: law.Switches = law.DEFAULTS,
) -> date | None:
    bought = sale(country, *delivered, ordered=ordered, told=told, region=region)
    return law.right(bought, switches=switches).ends


def at(text: str, zone: str = "Europe/Paris") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def eur(minor: int) -> Money:
    return Money(minor, "EUR")
