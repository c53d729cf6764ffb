"""When a period begins, where the shop knows only some of the parcels."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from connector.model import Parcel
from connector.policy.periods import line_begins
from tests.connector.shapes import NOON, a_line, an_order

DAY = timedelta(days=1)


def test_a_known_delivery_is_never_earlier_than_it_was() -> None:
    """One parcel was sent soon and came late, another was sent and nobody saw more."""
    parcels = (
        Parcel(
            ref="p",
            units=(("a", 1),),
            shipped_at=NOON,
            delivered_at=NOON + 20 * DAY,
        ),
        Parcel(ref="q", units=(("a", 1),), shipped_at=NOON + 5 * DAY),
    )
    order = replace(an_order(a_line("a", 9000, 2)), parcels=parcels)
    assert line_begins(order, "a") == (NOON + 20 * DAY, "dispatch")
    later = replace(parcels[1], shipped_at=NOON + 25 * DAY)
    order = replace(order, parcels=(parcels[0], later))
    assert line_begins(order, "a") == (NOON + 25 * DAY, "dispatch")
