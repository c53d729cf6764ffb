"""Goods given for goods: what of the money that was paid they stand for."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from connector.money import Money

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connector.model import Charge, Line, Order, RefundRequest
    from connector.settlement.before import Before
    from connector.settlement.vocabulary import Own


def goods_out(order: Order, own: Sequence[Own], before: Before) -> Money:
    """Return what new goods cost that the customer has, by what was deducted for them.

    Money and these together never pass what was captured. New goods that stand on
    the same order lower it no more once they are back, as `before` has it.
    """
    worth: Counter[str] = Counter()
    units: Counter[str] = Counter()
    bought: dict[str, frozenset[str]] = {}
    came: set[str] = set()
    for one in own:
        came.update(share.ref for share in one.request.lines)
        for ref, quantity, minor in _given(one.request):
            worth[ref] += minor
            units[ref] += quantity
            bought.setdefault(ref, frozenset(came))
    out = worth.total()
    if out and _joins(order):
        for ref, sent in units.items():
            back = _back(order, before, (ref, sent), bought[ref])
            out -= worth[ref] * back // sent
    return Money(out, order.currency)


def _given(request: RefundRequest) -> list[tuple[str, int, int]]:
    """Return (ware, units, minor units of worth) of what a refund sends."""
    found = (x.amount.minor for x in request.deductions if x.code == "exchange")
    swapped = Money(sum(found), request.amount.currency)
    if not swapped or not request.goods:
        return [("", 1, swapped.minor)] if swapped else []
    prices = [one.price.minor for one in request.goods]
    parts = swapped.allocate(prices if any(prices) else [1] * len(prices))
    goods = zip(request.goods, parts, strict=True)
    return [(one.ref, one.quantity, part.minor) for one, part in goods]


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
        line
        for line in order.lines
        if (line.variant_ref or line.product_ref) == ware and line.ref not in bought
    ]
    others = max(0, sum(line.quantity for line in lines) - sent)
    came = sum(before.line(line.ref).units for line in lines)
    return min(sent, max(0, came - others))
