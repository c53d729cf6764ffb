"""Where the money goes back to: each tender in order, never above what it has left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.model import Moved, TenderKind, TenderShare
from connector.money import Money

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from connector.model import Order, Tender
    from connector.settlement.before import Before

# R9: stored value goes back first, then the card; cash-like tenders come last.
TENDER_ORDER = {
    TenderKind.STORE_CREDIT: 0,
    TenderKind.GIFT_CARD: 1,
    TenderKind.CARD: 2,
    TenderKind.UNKNOWN: 3,
    TenderKind.MANUAL: 4,
}


def left_by_tender(order: Order, before: Before) -> dict[str, int]:
    """Return what each tender still holds, by its ref, in minor units."""
    return {
        one.ref: max(
            0,
            one.captured.minor
            - one.refunded.minor
            - before.unseen_tenders.get(one.ref, 0),
        )
        for one in order.tenders
    }


def unpromised(
    order: Order, before: Before, left: Mapping[str, int], due: int
) -> Mapping[str, int]:
    """Return what each tender holds by the shop's word and by our books, the less.

    Credit is charged to a tender in our books, and the shop books it on none. Where
    that leaves less than is due, the shop has booked otherwise, and its word counts.
    """
    held = {
        one.ref: min(
            left[one.ref], max(0, one.captured.minor - before.tenders.get(one.ref, 0))
        )
        for one in order.tenders
    }
    return held if sum(held.values()) >= due else left


def room(order: Order, left: Mapping[str, int]) -> int:
    """Return what the order as a whole still holds, in minor units (R6).

    A refund that the shop lists and books on no tender, cash over the counter or
    credit for a card, was paid all the same.
    """
    listed = sum(one.amount.minor for one in order.refunds if one.moved is not Moved.NO)
    booked = sum(one.refunded.minor for one in order.tenders)
    return max(0, sum(left.values()) - max(0, listed - booked))


def give_back(
    order: Order, due: int, left: Mapping[str, int], first: Sequence[TenderKind]
) -> tuple[TenderShare, ...]:
    """Split `due` minor units: the kinds in `first`, then the default order (R9)."""

    def place(tender: Tender) -> tuple[int, int]:
        named = first.index(tender.kind) if tender.kind in first else len(first)
        return named, TENDER_ORDER[tender.kind]

    shares: list[TenderShare] = []
    for tender in sorted(order.tenders, key=place):
        minor = min(due, left[tender.ref])
        due -= minor
        if minor > 0:
            amount = Money(minor, order.currency)
            shares.append(
                TenderShare(
                    tender_ref=tender.ref, gateway=tender.gateway, amount=amount
                )
            )
    return tuple(shares)
