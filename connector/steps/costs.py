"""Who bears the cost of sending goods back, where the law has a word in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.model import Kind
from connector.store import notices

if TYPE_CHECKING:
    from connector.model import Order, Return
    from connector.money import Money
    from connector.store import Database


def borne(db: Database, case: Return, order: Order, fee: Money | None) -> Money | None:
    """Return what a customer bears of the policy's fee for the way back.

    One who withdraws bears it only if the shop told him before he bought: directive
    2011/83/EU, articles 6(6) and 14(1); L221-23 Code de la consommation, § 357(5) BGB.
    """
    is_free = case.kind is Kind.WITHDRAWAL and not notices.was_told(
        db, case.shop, order.placed_at
    )
    return None if is_free else fee
