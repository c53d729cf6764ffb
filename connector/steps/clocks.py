"""The legal clock of each return, reckoned when it is read: nothing of it is stored.

What the law says is `connector.law`'s; here is where the facts of a return lie.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from connector import law, policy
from connector.errors import PolicyError
from connector.law import Clock
from connector.model import Kind, Resolution
from connector.money import Money, total
from connector.states import Refund
from connector.store import desk, history, orders, refunds, returns, shops, statements

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from connector.law import Switches
    from connector.model import Order, Return
    from connector.store import Database
    from connector.store.history import Event
    from connector.store.refunds import RefundRow

ENDED = frozenset({"closed", "cancelled", "declined"})
OVERDUE, NOT_SENT = "overdue", "not_sent_back"
ABOUT, RETOUR = "return", "retour"
MONEY = frozenset({Resolution.REFUND, Resolution.KEEP, Resolution.MANUAL})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The clock of a return as it stands today, where the customer lives.

    `due` is what is at stake, tax and delivery included; `cost` what lateness has
    added to it so far, a risk that is never booked: None where a rate that it needs
    is not set in the policy's `[law]`.
    """

    clock: Clock
    days_late: int
    due: Money
    cost: Money | None

    @property
    def is_overdue(self) -> bool:
        """Whether the merchant is late."""
        return self.days_late > 0 and self.clock.on is law.Who.MERCHANT


def of(db: Database, case: Return, now: datetime) -> Reading | None:
    """Read the clock of a return; None once it is over."""
    if case.status in ENDED:
        return None
    order = orders.get(db, case.shop, case.order_ref)
    switches = _switches(db, case)
    rows = refunds.of_return(db, case.id)
    clock = law.clock(_progress(db, case, order, rows), switches)
    today = law.local_day(now, order.customer.country)
    days = clock.days_late(today)
    worth, due = _stake(case, order, rows)
    cost = clock.late.cost(due, days, switches, worth) if due else due
    return Reading(clock=clock, days_late=days, due=due, cost=cost)


def _switches(db: Database, case: Return) -> Switches:
    """Return the open points of the law as the policy of the return settles them."""
    digest = case.policy_hash or orders.policy_of(db, case.shop, case.order_ref)
    text = shops.policy_text(db, digest) if digest else ""
    try:
        return policy.stored(text).switches if text else law.DEFAULTS
    except PolicyError:
        return law.DEFAULTS  # a version of long ago


def _progress(
    db: Database, case: Return, order: Order, rows: list[RefundRow]
) -> law.Progress:
    """Put a return as the law's question.

    The customer's word that the parcel is on its way counts as proof of sending until
    a person says otherwise: the earlier day is the safe one.
    """
    country = order.customer.country

    def day(moment: datetime | None) -> date | None:
        return law.local_day(moment, country) if moment else None

    declared = statements.of_return(db, case.id)
    told = declared.moments.received if declared else case.opened_at
    events = history.timeline(db, case.id)
    return law.Progress(
        country=country,
        kind=case.kind,
        told=law.local_day(told, country),
        goods=day(_all_here(case, events)),
        proof=day(case.shipped_at),
        accepted=day(_last(events, "approve")),
        paid=day(_paid(case, rows)),
        wants_money=all(line.resolution in MONEY for line in case.lines),
    )


def _all_here(case: Return, events: list[Event]) -> datetime | None:
    """Return when the last of the goods came; None while some are missing."""
    return _last(events, "receive") if case.status == "received" else None


def _last(events: list[Event], prefix: str) -> datetime | None:
    found = [one.at for one in events if one.event.startswith(prefix)]
    return max(found, default=None)


def _paid(case: Return, rows: list[RefundRow]) -> datetime | None:
    """Return when all that had to be paid was paid; None while some is missing."""
    if not rows or any(row.state is not Refund.CONFIRMED for row in _live(rows)):
        return None
    paid = sum(sum(row.units.values()) for row in _live(rows))
    owed = sum(line.approved - line.rejected for line in case.lines)
    return max(row.changed_at for row in rows) if paid >= owed else None


def _live(rows: list[RefundRow]) -> list[RefundRow]:
    return [row for row in rows if row.state.value in refunds.LIVE]


def _stake(case: Return, order: Order, rows: list[RefundRow]) -> tuple[Money, Money]:
    """Return the price of the goods, and all that is still to go back for them."""
    goods = total(
        (
            sold.gross.share(line.asked, max(1, sold.quantity))
            for line in case.lines
            if line.decision != "declined" and (sold := order.line(line.line_ref))
        ),
        order.currency,
    )
    planned = [row.amount for row in _live(rows) if row.state is not Refund.CONFIRMED]
    if planned:
        return goods, total(planned, order.currency)
    is_law = case.refund_shipping or (
        case.kind is Kind.WITHDRAWAL and _is_whole(case, order)
    )
    delivery = [one.gross for one in order.shipping] if is_law else []
    return goods, goods + total(delivery, order.currency)


def _is_whole(case: Return, order: Order) -> bool:
    asked = {line.line_ref: line.asked for line in case.lines}
    return all(asked.get(line.ref, 0) >= line.quantity for line in order.lines)


def run(db: Database, shop: str, clock: Callable[[], datetime]) -> int:
    """Lay before a person what is overdue, by us or by the customer; return how much.

    A matter that is no longer so is taken off the desk again.
    """
    return sum(_watch(db, returns.get(db, one), clock()) for one in _open(db, shop))


def _open(db: Database, shop: str) -> list[str]:
    """List returns that are not over, and those with such a matter on the desk."""
    asked = [
        matter.about_id
        for matter in desk.open_matters(db, shop)
        if matter.code in (OVERDUE, NOT_SENT)
    ]
    return list(dict.fromkeys([*returns.live(db, shop), *asked]))


def _watch(db: Database, case: Return, now: datetime) -> bool:
    reading = of(db, case, now)
    wanted = _late(case, reading)
    for code in (OVERDUE, NOT_SENT):
        if code != wanted and desk.is_open(db, ABOUT, case.id, code):
            desk.settle(db, ABOUT, case.id, code, RETOUR, now)
    if reading is None or not wanted:
        return False
    why = _why(case, reading)
    if desk.was_settled(db, case.shop, case.id, wanted, why):
        return False  # a person saw this very lateness
    desk.put(
        db,
        shop=case.shop,
        about=ABOUT,
        about_id=case.id,
        code=wanted,
        why=why,
        now=now,
    )
    return True


def _late(case: Return, reading: Reading | None) -> str:
    """Say what a person must be told; "" for nothing."""
    if reading is None or not reading.days_late:
        return ""
    if reading.is_overdue:
        return OVERDUE
    is_his = case.kind is Kind.WITHDRAWAL and case.status == "awaited"
    return NOT_SENT if is_his else ""


def _why(case: Return, reading: Reading) -> str:
    clock = reading.clock
    until = f"{clock.until:%Y-%m-%d}" if clock.until else ""
    if reading.is_overdue:
        late = clock.late
        costs = f"; lateness costs by {late.article}" if late.article else ""
        contested = ", which is contested" if late.is_contested else ""
        return (
            f"return {case.number} is overdue: by {clock.article} the {clock.what} was"
            f" due on {until}{costs}{contested}"
        )
    return (
        f"the customer of return {case.number} had to send the goods by {until}"
        f" ({clock.article}): decide what becomes of it"
    )
