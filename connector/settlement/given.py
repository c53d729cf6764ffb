"""Goods given for goods: what of the money that was paid they stand for."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from connector.money import Money, total

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from connector.model import Charge, Line, Order, RefundRequest
    from connector.settlement.before import Before
    from connector.settlement.vocabulary import Own

# By how many minor units a unit may cost another price at the shop than it was given
# for: what is more is no rounding.
NEAR = 2


def at_worth(order: Order, own: Sequence[Own]) -> Order:
    """Return an order on which new goods cost what they were given for.

    A shop rounds by itself, so that its price of them may be a minor unit off; all
    that was paid must come back in the end. Where the customer paid on top, he paid
    the shop's figure.
    """
    worth = {
        line.ref: part
        for one in own
        if not one.request.owed
        for line, part in _of_own(order, own, one)
        if abs((part - line.gross).minor) <= NEAR * line.quantity
    }
    lines = tuple(
        replace(line, gross=worth.get(line.ref, line.gross)) for line in order.lines
    )
    off = total((line.gross for line in lines), order.currency)
    off -= total((line.gross for line in order.lines), order.currency)
    return replace(order, lines=lines, total=order.total + off) if worth else order


def goods_out(order: Order, own: Sequence[Own], before: Before) -> Money:
    """Return what new goods cost that the customer has, by what was deducted for them.

    Money and these together never pass what was captured. New goods that stand on
    the same order lower it no more once they are back, as `before` has it; of those
    on an order of their own, what money was paid for from here counts as money.
    """
    worth: Counter[str] = Counter()
    units: Counter[str] = Counter()
    bought: dict[str, frozenset[str]] = {}
    came: set[str] = set()
    known: set[str] = set()
    out = Money.zero(order.currency)
    for one in own:
        came.update(share.ref for share in one.request.lines)
        linked = _of_own(order, own, one)
        known.update(line.ref for line, _ in linked)
        for line, part in linked:
            back = min(before.line(line.ref).units, line.quantity)
            out += part - part.share(back, line.quantity)
        wares = {_ware(line) for line, _ in linked}
        for ref, (quantity, minor) in _given(one.request).items():
            if ref in wares:
                continue
            worth[ref] += minor
            units[ref] += quantity
            bought.setdefault(ref, frozenset(came))
    for ref, sent in units.items():
        back = 0
        if worth.total() and _joins(order):
            back = _back(order, before, (ref, sent), bought[ref] | known)
        out += Money(worth[ref], order.currency)
        out -= Money(worth[ref], order.currency).share(back, sent)
    return max(out - _bought_back(own, order.currency), Money.zero(order.currency))


def _bought_back(own: Sequence[Own], currency: str) -> Money:
    """Return what of the goods that were given was paid back in money since."""
    worth = {one.request.key: swapped(one.request) for one in own}
    found = Money.zero(currency)
    for key, paid in paid_back(own).items():
        found += min(paid, worth.get(key, Money.zero(currency)))
    return found


def paid_back(own: Sequence[Own]) -> Mapping[str, Money]:
    """Return, by the exchange that sent them, what was paid for goods in money."""
    found: dict[str, Money] = {}
    for one in (x.request for x in own if x.request.buys_back):
        before = found.get(one.buys_back, Money.zero(one.amount.currency))
        found[one.buys_back] = before + one.amount
    return found


def swapped(request: RefundRequest) -> Money:
    """Return what goods that a request sends cost of what came back."""
    found = (x.amount for x in request.deductions if x.code == "exchange")
    return total(found, request.amount.currency)


def _of_own(order: Order, own: Sequence[Own], one: Own) -> list[tuple[Line, Money]]:
    """Return the lines that a refund of ours sent, each with what it was given for.

    Only where the shop says so of all units of a ware, and of no other refund.
    """
    if not one.made or not one.request.goods:
        return []
    others = {ref for other in own if other is not one for ref in other.made}
    mine = set(one.made) - others
    found = []
    for ref, (quantity, minor) in _given(one.request).items():
        lines = [x for x in order.lines if x.swap_ref in mine and _ware(x) == ref]
        if sum(line.quantity for line in lines) != quantity:
            continue
        weights = [line.gross.minor for line in lines]
        if not any(weights):
            weights = [line.quantity for line in lines]
        parts = Money(minor, order.currency).allocate(weights)
        found += list(zip(lines, parts, strict=True))
    return found


def _ware(line: Line) -> str:
    return line.variant_ref or line.product_ref


def _given(request: RefundRequest) -> Mapping[str, tuple[int, int]]:
    """Return, by ware, the units that a refund sends and their minor units of worth."""
    worth = swapped(request)
    if not worth or not request.goods:
        return {"": (1, worth.minor)} if worth else {}
    prices = [one.price.minor for one in request.goods]
    parts = worth.allocate(prices if any(prices) else [1] * len(prices))
    given: dict[str, tuple[int, int]] = {}
    for one, part in zip(request.goods, parts, strict=True):
        units, minor = given.get(one.ref, (0, 0))
        given[one.ref] = (units + one.quantity, minor + part.minor)
    return given


def _joins(order: Order) -> bool:
    """Say whether goods stand on this order that no captured money paid for."""
    parts: tuple[Line | Charge, ...] = (*order.lines, *order.shipping, *order.fees)
    return sum(part.gross.minor for part in parts) > order.captured.minor + len(parts)


def _back(
    order: Order, before: Before, given: tuple[str, int], bought: frozenset[str]
) -> int:
    """Return the units of a ware that surely came back, of those `given` for others.

    Lines that came back before any of it was sent are `bought`. Of the other lines
    of the ware, what was bought is taken to come back first.
    """
    ware, sent = given
    lines = [
        line for line in order.lines if _ware(line) == ware and line.ref not in bought
    ]
    others = max(0, sum(line.quantity for line in lines) - sent)
    came = sum(before.line(line.ref).units for line in lines)
    return min(sent, max(0, came - others))
