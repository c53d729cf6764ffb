"""Orders to be settled, in any currency, and what must hold of each settlement."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from connector.model import (
    Charge,
    Line,
    Order,
    OrderStatus,
    RefundRequest,
    ShopRefund,
    TaxPart,
    Tender,
    TenderKind,
)
from connector.money import Money, total
from connector.settlement import Extras, Own, Settlement, Units, settle
from tests.connector.shapes import NOON

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def line_in(
    currency: str,
    ref: str,
    gross: int,
    quantity: int = 1,
    taxes: Mapping[str, int] | None = None,
    **more: Any,
) -> Line:
    return Line(
        ref=ref,
        title=f"Line {ref}",
        quantity=quantity,
        gross=Money(gross, currency),
        taxes=tuple(
            TaxPart(rate=rate, amount=Money(minor, currency))
            for rate, minor in (taxes or {}).items()
        ),
        **more,
    )


def charge_in(
    currency: str, ref: str, gross: int, taxes: Mapping[str, int] | None = None
) -> Charge:
    parts = line_in(currency, ref, gross, 1, taxes).taxes
    return Charge(
        ref=ref, title=f"Charge {ref}", gross=Money(gross, currency), taxes=parts
    )


def tender_in(
    currency: str, ref: str, captured: int, kind: TenderKind = TenderKind.CARD
) -> Tender:
    return Tender(
        ref=ref,
        gateway=ref,
        kind=kind,
        captured=Money(captured, currency),
        refunded=Money.zero(currency),
    )


def order_in(
    currency: str,
    lines: Sequence[Line],
    *,
    shipping: Sequence[Charge] = (),
    fees: Sequence[Charge] = (),
    tenders: Sequence[Tender] = (),
    refunds: Sequence[ShopRefund] = (),
) -> Order:
    """Build an order whose parts sum to its total, paid on one card by default.

    Refunds by hand are booked on the tenders, the first ones first.
    """
    parts: tuple[Line | Charge, ...] = (*lines, *shipping, *fees)
    price = total((part.gross for part in parts), currency)
    held = list(tenders) or [tender_in(currency, "card", price.minor)]
    back = total((one.amount for one in refunds), currency).minor
    for i, tender in enumerate(held):
        taken = min(back, tender.captured.minor)
        held[i] = replace(tender, refunded=Money(taken, currency))
        back -= taken
    return Order(
        ref="29",
        number="#29",
        currency=currency,
        total=price,
        status=OrderStatus.COMPLETED,
        placed_at=NOON,
        updated_at=NOON,
        lines=tuple(lines),
        shipping=tuple(shipping),
        fees=tuple(fees),
        tenders=tuple(held),
        refunds=tuple(refunds),
    )


def paid(order: Order, number: int, result: Settlement) -> Own:
    """Turn a settlement into a refund of ours that stands but was not yet sent."""
    return Own(
        request=RefundRequest(
            key=str(number),
            order_ref=order.ref,
            amount=result.amount,
            lines=result.lines,
            shipping=result.shipping,
            deductions=result.deductions,
            tenders=result.tenders,
            reason="returned",
        )
    )


def balanced(result: Settlement) -> None:
    """Hold the sum that every settlement keeps, to the minor unit."""
    shipping = sum(one.gross.minor for one in result.shipping)
    fees = sum(one.amount.minor for one in result.deductions)
    assert result.amount.minor == result.goods.minor + shipping - fees
    assert result.amount.minor == sum(one.amount.minor for one in result.tenders)
    assert result.amount.minor >= 0
    assert all(one.amount.minor > 0 for one in result.deductions)
    assert all(one.amount.minor > 0 for one in result.tenders)
    assert all(one.tax <= one.gross for one in (*result.lines, *result.shipping))
    rounded = sum(
        one.amount.minor for one in result.deductions if one.code == "rounding"
    )
    assert result.rounding.minor == rounded or result.ask


def one_by_one(
    order: Order, *steps: Units, extras: Extras | None = None
) -> list[Settlement]:
    own: list[Own] = []
    results = []
    for number, units in enumerate(steps):
        result = settle(order, [units], extras or Extras(), own)
        balanced(result)
        results.append(result)
        own.append(paid(order, number, result))
    return results


def unit(ref: str = "a", quantity: int = 1, fee_bp: int = 0) -> Units:
    return Units(line_ref=ref, quantity=quantity, restocking_bp=fee_bp)
