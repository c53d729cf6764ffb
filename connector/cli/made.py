"""What became of a promise, for the terminal: new goods and credit, without codes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.model import CREDITS
from connector.store import credit, exchanges

if TYPE_CHECKING:
    from connector.store import Database
    from connector.store.credit import Credit
    from connector.store.exchanges import ExchangeRow
    from connector.store.refunds import RefundRow

SHOWN = 4


def end_of(code: str) -> str:
    """Return the end of a credit's code: enough to know it by, not to spend it."""
    return f"…{code[-SHOWN:]}" if code else ""


def of_refund(db: Database, row: RefundRow) -> list[str]:
    """Return a sentence for each thing that was made beside the money."""
    found = exchanges.of_refund(db, row.id) if row.request.goods else None
    said = [_goods(row, found)] if found else []
    if row.request.way in CREDITS:
        known = credit.of_order(db, row.shop, row.order_ref)
        said += [_credit(one) for one in known if one.refund_id == row.id]
    return said


def _goods(row: RefundRow, one: ExchangeRow) -> str:
    what = ", ".join(f"{x.quantity} x {x.title}" for x in row.request.goods)
    made = f", new order {one.made}" if one.made else ""
    owed = f", {one.owed} is the customer's to pay" if one.owed else ""
    return f"{row.request.way.value} {one.state.value}: {what}{made}{owed}"


def _credit(one: Credit) -> str:
    bonus = f", of it {one.bonus} on top" if one.bonus else ""
    left = "" if one.left is None else f", {one.left} left"
    until = f", until {one.expires_at.date().isoformat()}" if one.expires_at else ""
    undone = ", taken back" if one.is_reversed else ""
    return (
        f"credit {end_of(one.code)} of {one.value + one.bonus}"
        f"{bonus}{left}{until}{undone}"
    )
