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
    for one in own:
        for ref, quantity, minor in _given(one.request):
            worth[ref] += minor
            units[ref] += quantity
    out = worth.total()
    if out and _joins(order):
        back = _back(order, before, units)
        out -= sum(worth[ref] * n // units[ref] for ref, n in back.items())
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


def _back(order: Order, before: Before, given: Counter[str]) -> dict[str, int]:
    """Return the units of new goods that surely came back, by ware.

    What was bought of the same ware is taken to come back first.
    """
    sold: Counter[str] = Counter()
    came: Counter[str] = Counter()
    for line in order.lines:
        ware = line.variant_ref or line.product_ref
        sold[ware] += line.quantity
        came[ware] += before.line(line.ref).units
    bought = {ref: max(0, sold[ref] - n) for ref, n in given.items()}
    return {ref: min(n, max(0, came[ref] - bought[ref])) for ref, n in given.items()}
