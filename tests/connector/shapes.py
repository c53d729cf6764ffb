"""Small builders of model values for tests."""

from __future__ import annotations

from datetime import UTC, datetime

from connector.model import (
    Charge,
    Deduction,
    Line,
    Order,
    OrderStatus,
    RefundRequest,
    Share,
    TaxPart,
    Tender,
    TenderKind,
    TenderShare,
)
from connector.money import Money, total

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


def eur(minor: int) -> Money:
    return Money(minor, "EUR")


def a_line(ref: str, gross: int, quantity: int = 1, tax: int = 0) -> Line:
    taxes = (TaxPart(rate="1", amount=eur(tax)),) if tax else ()
    return Line(
        ref=ref, title=f"Line {ref}", quantity=quantity, gross=eur(gross), taxes=taxes
    )


def a_tender(ref: str, captured: int, kind: TenderKind = TenderKind.CARD) -> Tender:
    return Tender(
        ref=ref, gateway=ref, kind=kind, captured=eur(captured), refunded=eur(0)
    )


def an_order(
    *lines: Line, shipping: int = 0, tenders: tuple[Tender, ...] = ()
) -> Order:
    charges = (Charge(ref="s", title="Parcel", gross=eur(shipping)),) * bool(shipping)
    paid = total((line.gross for line in lines), "EUR") + eur(shipping)
    return Order(
        ref="29",
        number="#29",
        currency="EUR",
        total=paid,
        status=OrderStatus.COMPLETED,
        placed_at=NOON,
        updated_at=NOON,
        lines=lines,
        shipping=charges,
        tenders=tenders or (a_tender("card", paid.minor),),
    )


def a_request(
    key: str, minor: int, deductions: tuple[Deduction, ...] = ()
) -> RefundRequest:
    return RefundRequest(
        key=key,
        order_ref="29",
        amount=eur(minor),
        lines=(Share(ref="a", quantity=1, gross=eur(minor)),),
        shipping=(),
        deductions=deductions,
        tenders=(TenderShare(tender_ref="card", gateway="card", amount=eur(minor)),),
        reason="returned",
    )
