"""Goods that WooCommerce sent in exchange, and that come back for money."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.model import Resolution
from connector.steps import byhand
from connector.store import ledger, refunds
from tests.connector.shapes import eur
from tests.stories.making_good import wish

if TYPE_CHECKING:
    from connector.model import Return
    from connector.store.refunds import RefundRow
    from tests.stories.woo_ways import WooCounter


def exchanged(counter: WooCounter, size: str = "l", quantity: int = 1) -> str:
    """Send other goods for shirts; return the new order, which the mirror knows."""
    before = {one["id"] for one in counter.swaps()}
    counter.returned(counter.wish(Resolution.EXCHANGE, size, quantity))
    counter.work()
    [new] = [one for one in counter.swaps() if one["id"] not in before]
    counter.learn(str(new["id"]))
    return str(new["id"])


def sent_back(
    counter: WooCounter,
    ref: str,
    quantity: int = 1,
    way: Resolution = Resolution.REFUND,
    *,
    is_back: bool = True,
) -> Return:
    line = counter.shop.order(ref).lines[0].ref
    wished = wish(line, quantity, way)
    return counter.returned(wished, order_ref=ref, is_back=is_back)


def payers(counter: WooCounter) -> list[RefundRow]:
    """Return what the first order was asked to pay for goods on another."""
    rows = refunds.of_order(counter.db, "boots", counter.order)
    return [row for row in rows if row.request.pays]


def is_paid_once(counter: WooCounter, ref: str, minor: int = 3000) -> None:
    """Hold shop and books against one refund with the old order, one booking here."""
    assert counter.standin.paid_out_minor() == minor
    [booked] = counter.shop.order(ref).refunds
    assert booked.amount == eur(minor)
    assert [x["amount"] for x in counter.standin.refunds[int(ref)]] == ["0.00"]
    paid = counter.standin.refunds[int(counter.order)]
    assert sum(round(100 * float(x["amount"])) for x in paid) == minor
    assert ledger.standing(counter.db, "boots", counter.order, "EUR") == eur(minor)
    assert ledger.standing(counter.db, "boots", ref, "EUR") == eur(minor)


def withdraw(counter: WooCounter, refund_id: str) -> None:
    byhand.withdraw(counter.db, refund_id, why="no", actor="console", now=counter.now)
