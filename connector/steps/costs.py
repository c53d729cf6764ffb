"""What may be kept of a refund, where the law has a word in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector import law
from connector.law import Fee
from connector.model import Kind
from connector.money import Money, total
from connector.steps import wayback
from connector.store import notices

if TYPE_CHECKING:
    from connector.model import Charge, Line, Order, Return
    from connector.store import Database


def borne(db: Database, case: Return, order: Order, fee: Money | None) -> Money | None:
    """Return what a customer bears of the policy's fee for the way back.

    One who withdraws bears it only if the shop told him before he bought, and does not
    fetch the goods: directive 2011/83/EU, articles 6(6) and 14(1); L221-23 Code de la
    consommation, § 357(5) and (6) BGB.
    """
    allowed = law.fees_allowed(
        case.kind,
        is_told=_is_told(db, case, order),
        is_fetched=wayback.of(db, case).is_fetched,
    )
    return fee if Fee.RETURN_COST in allowed else None


def kept(db: Database, case: Return, order: Order, fee: Money) -> Money | None:
    """Return what of that fee is kept when the money goes back.

    Of a withdrawal nothing, unless a person said that the goods came with the shop's
    label: his own carrier the customer has paid already (docs/law.md, no. 15).
    """
    if case.kind is Kind.WITHDRAWAL and not wayback.of(db, case).is_labelled:
        return None
    return borne(db, case, order, fee)


def lost(db: Database, case: Return, order: Order, loss_bp: int) -> int:
    """Return what may be kept for value that was lost, by a person's grade.

    In basis points of what was paid. One who withdraws bears it only if he was told of
    his right: directive 2011/83/EU, article 14(2); § 357a(1) BGB.
    """
    if not loss_bp:
        return 0
    return law.loss_allowed(case.kind, loss_bp, is_told=_is_told(db, case, order))


def unlisted(order: Order) -> Money:
    """Return what was paid of an order beside its lines, delivery and surcharges.

    Zero where it is no more than a minor unit a line: that is rounding.
    """
    parts: tuple[Line | Charge, ...] = (*order.lines, *order.shipping, *order.fees)
    rest = order.total - total((one.gross for one in parts), order.currency)
    is_more = rest.minor > max(1, len(parts))
    return rest if is_more else Money.zero(order.currency)


def _is_told(db: Database, case: Return, order: Order) -> bool:
    return notices.was_told(db, case.shop, order.placed_at)
