"""Fees of a return of ours, as Shopify takes them: the way back, and restocking.

Restocking is a percentage there, of a line before tax; ours is an amount. Its base is
asked of Shopify, and the percentage written so that the very amount comes out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from adapters.shopify.outcome import RESTOCKING, RETURN_SHIPPING, money_input
from connector.money import Money, total

if TYPE_CHECKING:
    from adapters.shopify.calls import Calls
    from connector.model import Deduction

Json = Mapping[str, Any]
WHOLE = 100  # per cent; whether Shopify takes more is not documented
FINE = Decimal("0.000001")


def way_back(fees: Sequence[Deduction]) -> Json | None:
    """Return the fee for the way back as a ReturnShippingFeeInput, if there is one."""
    found = [one.amount for one in fees if one.code == RETURN_SHIPPING]
    if not found:
        return None
    return {"amount": money_input(total(found, found[0].currency))}


def restocked(
    calls: Calls,
    order_ref: str,
    rows: Sequence[tuple[str, Json]],
    fees: Sequence[Deduction],
) -> list[Json]:
    """Put restocking fees on the rows of a return, each by its order line.

    A fee above what its line cost before tax is left out: a person is asked when the
    figures are compared.
    """
    wanted = {one.line_ref: one.amount for one in fees if one.code == RESTOCKING}
    charged = [(ref, row) for ref, row in rows if ref in wanted]
    if not charged:
        return [row for _, row in rows]
    bases = _bases(calls, order_ref, charged, next(iter(wanted.values())).currency)
    percents = {ref: _percent(fee, bases.get(ref)) for ref, fee in wanted.items()}
    return [
        {**row, "restockingFee": {"percentage": percents[ref]}}
        if percents.get(ref)
        else row
        for ref, row in rows
    ]


def _percent(fee: Money, base: Money | None) -> float:
    if base is None or not fee or fee.minor > base.minor:
        return 0.0
    return float((Decimal(fee.minor) * WHOLE / base.minor).quantize(FINE))


def _bases(
    calls: Calls, order_ref: str, rows: Sequence[tuple[str, Json]], currency: str
) -> dict[str, Money]:
    """Ask what the whole of each order line's rows is, as a fee of all of it."""
    asked = {
        "orderId": order_ref,
        "returnLineItems": [
            {
                "fulfillmentLineItemId": row["fulfillmentLineItemId"],
                "quantity": row["quantity"],
                "restockingFee": {"percentage": WHOLE},
            }
            for _, row in rows
        ],
    }
    found = calls.ask("fee_bases", {"input": asked}).get("returnCalculate") or {}
    refs = {row["fulfillmentLineItemId"]: ref for ref, row in rows}
    bases: dict[str, Money] = {}
    for one in found.get("returnLineItems") or ():
        ref = refs.get(one["fulfillmentLineItem"]["id"])
        shown = ((one.get("restockingFee") or {}).get("amountSet") or {}).get(
            "presentmentMoney"
        )
        if ref and shown:
            part = Money.read(str(shown["amount"]), currency)[0]
            bases[ref] = bases.get(ref, Money.zero(currency)) + part
    return bases
