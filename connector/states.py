"""Every lifecycle in the program, as a table of (state, event) -> state."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from connector.errors import IllegalTransition

if TYPE_CHECKING:
    from collections.abc import Mapping

S = TypeVar("S", bound=StrEnum)


class Decision(StrEnum):
    """What the merchant's policy, or a person, says of a return line."""

    PENDING = "pending"
    APPROVED = "approved"
    DECLINED = "declined"
    NEEDS_PERSON = "needs_person"


UNDECIDED = frozenset({Decision.PENDING, Decision.NEEDS_PERSON})

DECISION: Mapping[tuple[Decision, str], Decision] = {
    (Decision.PENDING, "approve"): Decision.APPROVED,
    (Decision.PENDING, "decline"): Decision.DECLINED,
    (Decision.PENDING, "ask"): Decision.NEEDS_PERSON,
    (Decision.NEEDS_PERSON, "approve"): Decision.APPROVED,
    (Decision.NEEDS_PERSON, "decline"): Decision.DECLINED,
    (Decision.APPROVED, "ask"): Decision.NEEDS_PERSON,
    (Decision.DECLINED, "ask"): Decision.NEEDS_PERSON,
}


class Reception(StrEnum):
    """Where the goods of a return line are."""

    AWAITED = "awaited"
    IN_TRANSIT = "in_transit"
    PARTLY = "partly"
    RECEIVED = "received"
    INSPECTED = "inspected"
    LOST = "lost"


RECEPTION: Mapping[tuple[Reception, str], Reception] = {
    (Reception.AWAITED, "ship"): Reception.IN_TRANSIT,
    (Reception.AWAITED, "receive_some"): Reception.PARTLY,
    (Reception.AWAITED, "receive_all"): Reception.RECEIVED,
    (Reception.AWAITED, "lose"): Reception.LOST,
    (Reception.IN_TRANSIT, "receive_some"): Reception.PARTLY,
    (Reception.IN_TRANSIT, "receive_all"): Reception.RECEIVED,
    (Reception.IN_TRANSIT, "lose"): Reception.LOST,
    (Reception.PARTLY, "receive_some"): Reception.PARTLY,
    (Reception.PARTLY, "receive_all"): Reception.RECEIVED,
    (Reception.PARTLY, "lose"): Reception.LOST,
    (Reception.PARTLY, "inspect"): Reception.INSPECTED,
    (Reception.RECEIVED, "inspect"): Reception.INSPECTED,
    (Reception.INSPECTED, "inspect"): Reception.INSPECTED,
    (Reception.INSPECTED, "receive_some"): Reception.PARTLY,
    (Reception.INSPECTED, "receive_all"): Reception.RECEIVED,
    (Reception.INSPECTED, "lose"): Reception.LOST,
    (Reception.LOST, "lose"): Reception.LOST,
    (Reception.LOST, "inspect"): Reception.INSPECTED,
    (Reception.LOST, "receive_some"): Reception.PARTLY,
    (Reception.LOST, "receive_all"): Reception.RECEIVED,
}


class Refund(StrEnum):
    """Where one refund stands; money is only sure in `confirmed`."""

    PLANNED = "planned"  # written down, nothing asked of the shop
    SUBMITTED = "submitted"  # we are about to ask, or have asked
    PENDING = "pending"  # the shop took it, the money is on its way
    CONFIRMED = "confirmed"  # the shop says that the money moved
    REJECTED = "rejected"  # the shop refused it, nothing moved
    UNKNOWN = "unknown"  # asked, no clear answer; only looking resolves it
    FAILED = "failed"  # it was pending, and did not move
    REVERSED = "reversed"  # it was confirmed, and came undone
    CANCELLED = "cancelled"  # withdrawn before anything was asked
    MANUAL = "manual"  # a person must pay by hand, with proof


REFUND: Mapping[tuple[Refund, str], Refund] = {
    (Refund.PLANNED, "submit"): Refund.SUBMITTED,
    (Refund.PLANNED, "find"): Refund.CONFIRMED,
    (Refund.PLANNED, "find_pending"): Refund.PENDING,
    (Refund.PLANNED, "reject"): Refund.REJECTED,
    (Refund.PLANNED, "cancel"): Refund.CANCELLED,
    (Refund.PLANNED, "sold_out"): Refund.CANCELLED,
    (Refund.PLANNED, "by_hand"): Refund.MANUAL,
    (Refund.SUBMITTED, "confirm"): Refund.CONFIRMED,
    (Refund.SUBMITTED, "pend"): Refund.PENDING,
    (Refund.SUBMITTED, "reject"): Refund.REJECTED,
    (Refund.SUBMITTED, "release"): Refund.PLANNED,
    (Refund.SUBMITTED, "lose"): Refund.UNKNOWN,
    (Refund.PENDING, "confirm"): Refund.CONFIRMED,
    (Refund.PENDING, "fail"): Refund.FAILED,
    (Refund.UNKNOWN, "confirm"): Refund.CONFIRMED,
    (Refund.UNKNOWN, "pend"): Refund.PENDING,
    (Refund.UNKNOWN, "fail"): Refund.FAILED,
    (Refund.UNKNOWN, "release"): Refund.PLANNED,
    (Refund.UNKNOWN, "vouch"): Refund.PLANNED,  # its money has left; the goods have not
    (Refund.CONFIRMED, "reverse"): Refund.REVERSED,
    (Refund.MANUAL, "paid"): Refund.PLANNED,
    (Refund.MANUAL, "cancel"): Refund.CANCELLED,
}


class Exchange(StrEnum):
    """Where new goods stand that are sent for old ones."""

    PROPOSED = "proposed"  # promised, and not asked of the shop
    AWAITING_PAYMENT = "awaiting_payment"  # made; the customer owes the difference
    RELEASED = "released"  # made and paid: the shop may send it
    SHIPPED = "shipped"
    FALLBACK = "fallback"  # gone: something else is given instead
    LAPSED = "lapsed"  # it came to nothing


EXCHANGE: Mapping[tuple[Exchange, str], Exchange] = {
    (Exchange.PROPOSED, "owe"): Exchange.AWAITING_PAYMENT,
    (Exchange.PROPOSED, "release"): Exchange.RELEASED,
    (Exchange.PROPOSED, "sold_out"): Exchange.FALLBACK,
    (Exchange.PROPOSED, "lapse"): Exchange.LAPSED,
    (Exchange.AWAITING_PAYMENT, "release"): Exchange.RELEASED,
    (Exchange.AWAITING_PAYMENT, "lapse"): Exchange.LAPSED,
    (Exchange.RELEASED, "release"): Exchange.RELEASED,  # its money arrived too
    (Exchange.SHIPPED, "release"): Exchange.SHIPPED,
    (Exchange.RELEASED, "ship"): Exchange.SHIPPED,
    (Exchange.RELEASED, "lapse"): Exchange.LAPSED,
    (Exchange.SHIPPED, "lapse"): Exchange.LAPSED,
}

# Where new goods may stand while the promise that asks for them is in a state. It is
# pending while the customer owes the difference, or while his rest is on its way.
TOGETHER: Mapping[Refund, frozenset[Exchange]] = {
    Refund.PLANNED: frozenset({Exchange.PROPOSED}),
    Refund.MANUAL: frozenset({Exchange.PROPOSED}),
    Refund.SUBMITTED: frozenset({Exchange.PROPOSED}),
    Refund.UNKNOWN: frozenset({Exchange.PROPOSED}),
    Refund.PENDING: frozenset(
        {Exchange.AWAITING_PAYMENT, Exchange.RELEASED, Exchange.SHIPPED}
    ),
    Refund.CONFIRMED: frozenset({Exchange.RELEASED, Exchange.SHIPPED}),
    Refund.REJECTED: frozenset({Exchange.LAPSED}),
    Refund.FAILED: frozenset({Exchange.LAPSED}),
    Refund.CANCELLED: frozenset({Exchange.FALLBACK, Exchange.LAPSED}),
    Refund.REVERSED: frozenset({Exchange.LAPSED}),
}


def of_goods(state: Refund, event: str, *, is_owed: bool) -> str:
    """Return what becomes of new goods as their promise came to a state by an event.

    `is_owed`: the customer owes the difference. "" where nothing does.
    """
    if event == "sold_out":
        return event
    if state is Refund.PENDING:
        return "owe" if is_owed else "release"
    if state is Refund.CONFIRMED:
        return "release"
    is_over = Exchange.LAPSED in TOGETHER[state]
    return "lapse" if is_over else ""


class Errand(StrEnum):
    """Where something other than money that we ask of a shop stands."""

    PLANNED = "planned"
    SUBMITTED = "submitted"
    DONE = "done"
    REJECTED = "rejected"
    UNKNOWN = "unknown"


ERRAND: Mapping[tuple[Errand, str], Errand] = {
    (Errand.PLANNED, "submit"): Errand.SUBMITTED,
    (Errand.PLANNED, "find"): Errand.DONE,
    (Errand.PLANNED, "reject"): Errand.REJECTED,
    (Errand.SUBMITTED, "confirm"): Errand.DONE,
    (Errand.SUBMITTED, "reject"): Errand.REJECTED,
    (Errand.SUBMITTED, "release"): Errand.PLANNED,
    (Errand.SUBMITTED, "lose"): Errand.UNKNOWN,
    (Errand.UNKNOWN, "find"): Errand.DONE,
    (Errand.UNKNOWN, "release"): Errand.PLANNED,
    (Errand.UNKNOWN, "reject"): Errand.REJECTED,
}


def advance(table: Mapping[tuple[S, str], S], state: S, event: str) -> S:
    """Return the state after `event`; raises IllegalTransition otherwise."""
    try:
        return table[state, event]
    except KeyError:
        raise IllegalTransition(state=state.value, event=event) from None


def final(table: Mapping[tuple[S, str], S]) -> set[S]:
    """Return the states that nothing leads out of."""
    return set(table.values()) - {state for state, _ in table}
