"""The settlement itself, in the order of docs/money.md."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from connector.law import delivery_of_part
from connector.model import Deduction, Share
from connector.money import Money, total
from connector.saying import saying
from connector.settlement import tenders
from connector.settlement.before import look_back
from connector.settlement.given import at_worth, goods_out
from connector.settlement.prices import as_paid, carried
from connector.settlement.shares import of_charge, of_line
from connector.settlement.vocabulary import Settlement

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connector.model import Charge, Line, Order
    from connector.settlement.before import Before
    from connector.settlement.shares import Part
    from connector.settlement.vocabulary import Extras, Own, Units


@dataclass(slots=True)
class _Sum:
    """A settlement in the making; figures in minor units.

    `cents` is how many minor units may still be booked as rounding: one a line.
    """

    currency: str
    lines: list[Share] = field(default_factory=list)
    shipping: list[Share] = field(default_factory=list)
    rounded: list[Deduction] = field(default_factory=list)
    fees: list[Deduction] = field(default_factory=list)
    ask: list[str] = field(default_factory=list)
    waived: int = 0
    cents: int = 0

    def take(self, part: Part) -> None:
        """Count what one line brings."""
        self.lines.append(part.share)
        self.fees.extend(part.fees)
        self.waived += part.waived
        self.ask.extend(part.ask)
        self.cents += bool(part.share.gross) - part.clamp
        if part.clamp:
            self.round(part.clamp, part.share.ref)

    def round(self, minor: int, line_ref: str = "") -> None:
        """Book a clamp, so that it is seen."""
        amount = Money(minor, self.currency)
        self.rounded.append(
            Deduction(code="rounding", amount=amount, line_ref=line_ref)
        )


def settle(
    order: Order, units: Sequence[Units], extras: Extras, own: Sequence[Own] = ()
) -> Settlement:
    """Say exactly what goes back for these units.

    `order` is the shop's word, read just now; `own` are our refunds of the order
    that stand, sent or not, the oldest first. Pure and total: what cannot be paid is
    in `ask`.
    """
    order = at_worth(order, own)
    before = look_back(order, own)
    so_far = _Sum(currency=order.currency, ask=_doubts(order, before))
    lines = {line.ref: line for line in as_paid(order)}
    for wanted in units:
        line = lines.get(wanted.line_ref)
        if line is None:
            none = saying("the order has no line %(line)s", line=wanted.line_ref)
            so_far.ask.append(none)
            continue
        why = _held_back(line, wanted)
        if why:
            so_far.ask.append(why)
            continue
        gone = before.line(line.ref)
        part = of_line(line, wanted, gone)
        so_far.take(part)
        gone.add(part.share)
    if extras.shipping:
        so_far.shipping = _shipping(order, extras, before, so_far.ask)
    if extras.surcharges:
        so_far.shipping += _surcharges(order, extras.surcharges, before)
    _return_fee(extras, before, so_far)
    return _close(order, extras, before, so_far, goods_out(order, own, before))


def _held_back(line: Line, wanted: Units) -> str:
    """Return why a line is not refunded at all, or nothing.

    New goods that joined an order at no price, as staff send them at Shopify, are
    worth what they replaced; which line that was, a person can see.
    """
    if not line.gross and line.swap_ref:
        return saying(
            "%(title)s: it may stand for goods that it replaced; pay their worth",
            title=line.title,
        )
    if line.is_gift_card:
        return saying(
            "%(title)s: a gift card cannot be returned or refunded", title=line.title
        )
    if wanted.quantity < 1 or line.quantity < 1:
        return saying(
            "%(title)s: %(wanted)s of %(all)s cannot come back",
            title=line.title,
            wanted=wanted.quantity,
            all=line.quantity,
        )
    if line.gross.minor < 0:
        return saying(
            "%(title)s: this line is a discount of %(amount)s, nothing sold",
            title=line.title,
            amount=-line.gross,
        )
    return ""


def _doubts(order: Order, before: Before) -> list[str]:
    """Return why what was paid is not clear; a cent a line is rounding (R6).

    New goods of an exchange may stand on the order beside those they replace: what
    came back for them is no captured money.
    """
    found: list[str] = []
    parts: tuple[Line | Charge, ...] = (*order.lines, *order.shipping, *order.fees)
    listed = total((part.gross for part in parts), order.currency)
    listed -= Money(before.exchanged, order.currency)
    cents = max(1, len(parts))
    if (listed - order.total).minor > cents:
        found.append(
            saying(
                "the lines of this order add up to %(listed)s, its total is %(total)s:"
                " it was edited, or a discount was not shared out",
                listed=listed,
                total=order.total,
            )
        )
    total_due = order.total - Money(before.exchanged, order.currency)
    if (total_due - order.captured).minor > cents:
        found.append(
            saying(
                "only %(captured)s of %(total)s of this order was paid",
                captured=order.captured,
                total=order.total,
            )
        )
    return found


def _shipping(
    order: Order, extras: Extras, before: Before, ask: list[str]
) -> list[Share]:
    """Return what is left of the outbound shipping, once, up to the limit (I6, R8)."""
    gone = {charge.ref: before.charge(charge) for charge in order.shipping}
    back = sum(one.gross for one in gone.values())
    room = sum(charge.gross.minor for charge in order.shipping)
    limit = extras.shipping_limit
    if limit is not None and limit.currency != order.currency:
        ask.append(
            saying(
                "the shipping limit of %(limit)s is not in %(currency)s",
                limit=limit,
                currency=order.currency,
            )
        )
        return []
    if limit is not None:
        room = min(room, limit.minor)
    if extras.shipping_part:
        room = _in_step(order, before, room, extras.shipping_part)
    room = max(0, room - back)
    shares: list[Share] = []
    for charge in order.shipping:
        left = max(0, charge.gross.minor - gone[charge.ref].gross)
        minor = min(left, room)
        room -= minor
        if minor:
            shares.append(of_charge(charge, minor, gone[charge.ref]))
    return shares


def _surcharges(order: Order, mode: str, before: Before) -> list[Share]:
    """Return what is left of the surcharges, in step with the goods that are back.

    All of it with the last unit. Those below zero are discounts, in the lines already.
    """
    lines = [line for line in order.lines if line.gross.minor >= 0]
    is_all = all(before.line(line.ref).units >= line.quantity for line in lines)
    shares = []
    for charge in order.fees:
        gone, whole = before.charge(charge), charge.gross.minor
        if whole <= 0:
            continue
        room = whole if is_all else _in_step(order, before, whole, mode)
        minor = max(0, room - gone.gross)
        if minor:
            shares.append(of_charge(charge, minor, gone))
    return shares


def _in_step(order: Order, before: Before, whole: int, mode: str) -> int:
    """Return how much shipping is back in all, as much of the goods is (minor units).

    Those that go back now are counted already: what is left of it goes with them.
    """
    lines = carried(order)
    worth = sum(line.gross.minor for line in lines)
    gone = sum(min(line.gross.minor, before.line(line.ref).gross) for line in lines)
    standard = Money(whole, order.currency)
    return delivery_of_part(standard, worth=worth, gone=gone, mode=mode).minor


def _return_fee(extras: Extras, before: Before, so_far: _Sum) -> None:
    """Take the way back off, less what earlier returns paid where it is once."""
    fee = extras.return_fee
    if fee is None or not fee:
        return
    if fee.currency != so_far.currency:
        so_far.ask.append(
            saying(
                "the return fee of %(fee)s is not in %(currency)s",
                fee=fee,
                currency=so_far.currency,
            )
        )
        return
    minor = fee.minor - (before.return_fees if extras.fee_once else 0)
    if minor > 0:
        amount = Money(minor, so_far.currency)
        so_far.fees.append(Deduction(code="return_shipping", amount=amount))


def _close(
    order: Order, extras: Extras, before: Before, so_far: _Sum, given: Money
) -> Settlement:
    """Take fees off the goods, add shipping, hold the sum, split it over tenders."""
    currency = order.currency
    goods = sum(share.gross.minor for share in so_far.lines)
    goods -= sum(one.amount.minor for one in so_far.rounded)
    kept, waived = _limit(so_far.fees, goods)
    due = goods - sum(one.amount.minor for one in kept)
    due += sum(share.gross.minor for share in so_far.shipping)
    left = tenders.left_by_tender(order, before)
    room = max(0, tenders.room(order, left) - given.minor)
    excess = max(0, due - room)
    rounding = sum(one.amount.minor for one in so_far.rounded)
    if excess > max(0, so_far.cents):
        so_far.ask.append(
            saying(
                "%(due)s is due, but only %(left)s of this order is left to refund",
                due=Money(due, currency),
                left=Money(room, currency),
            )
        )
    else:
        rounding += excess
    if excess:
        due -= excess
        so_far.round(excess)
    slack = _slack(so_far.lines) if order.adds_tax else 0
    swapped, owed = _exchange(extras, due, so_far, slack)
    due -= sum(one.amount.minor for one in swapped)
    rounding += sum(x.amount.minor for x in swapped if x.code == "rounding")
    return Settlement(
        lines=tuple(so_far.lines),
        shipping=tuple(so_far.shipping),
        deductions=(*kept, *so_far.rounded, *swapped),
        tenders=tenders.give_back(
            order,
            due,
            tenders.unpromised(order, before, left, due),
            extras.tender_kinds,
        ),
        amount=Money(due, currency),
        waived=Money(so_far.waived + waived, currency),
        rounding=Money(rounding, currency),
        owed=Money(owed, currency),
        ask=tuple(so_far.ask),
    )


def _slack(lines: Sequence[Share]) -> int:
    """Return the minor units that rounding takes of lines which tax is added to.

    The net and each tax of a whole line are rounded, and its units' share again.
    """
    return sum(1 + len(one.taxes) for one in lines if one.gross)


def _exchange(
    extras: Extras, due: int, so_far: _Sum, slack: int
) -> tuple[list[Deduction], int]:
    """Pay for new goods with what is due (R10); return that, and what is still owed.

    A difference of up to `slack` minor units is rounding, which nobody pays.
    """
    price = extras.new_goods
    if price is None and not extras.even:
        return [], 0
    if price is not None and price.currency != so_far.currency:
        so_far.ask.append(
            saying(
                "the new goods cost %(price)s, not in %(currency)s",
                price=price,
                currency=so_far.currency,
            )
        )
        return [], 0
    cost = due if price is None or extras.even else price.minor
    used = min(due, cost)
    is_even = used > 0 and abs(cost - due) <= slack
    taken = {"exchange": used, "rounding": due - used if is_even else 0}
    swapped = [
        Deduction(code=code, amount=Money(minor, so_far.currency))
        for code, minor in taken.items()
        if minor
    ]
    return swapped, 0 if is_even else cost - used


def _limit(deductions: list[Deduction], room: int) -> tuple[list[Deduction], int]:
    """Hold fees to the goods; the rest is waived, never a debt (R7)."""
    waived = 0
    kept: list[Deduction] = []
    for one in deductions:
        minor = min(one.amount.minor, room)
        room -= minor
        waived += one.amount.minor - minor
        if minor:
            kept.append(replace(one, amount=Money(minor, one.amount.currency)))
    return kept, waived
