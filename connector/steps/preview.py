"""What units of a return bring, as the money would be reckoned now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.law import surcharges_back
from connector.model import GOODS, Resolution
from connector.money import total
from connector.settlement import Extras, Units, settle
from connector.steps import costs, shelving
from connector.steps.observe import OURS
from connector.steps.owing import STAYING, UNCHARGED, new_goods, way_of
from connector.steps.stands import as_stands
from connector.store import refunds

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.model import Order, Return, ReturnLine
    from connector.settlement import Settlement
    from connector.store import Database


def preview(
    db: Database, order: Order, case: Return, units: Mapping[int, int]
) -> Settlement:
    """Return what these units bring: the very function that pays."""
    order, own = as_stands(db, case.shop, order)
    # The way back is charged once; a refund that died gave its fee back with it.
    is_charged = any(
        fee.code == "return_shipping"
        for row in refunds.of_return(db, case.id)
        if row.state in OURS
        for fee in row.request.deductions
    )
    restocking = _restocking(case)
    lines = [line for line in case.lines if line.id in units]
    wanted = [
        Units(
            line_ref=line.line_ref,
            quantity=units[line.id],
            restocking_bp=0
            if line.resolution in UNCHARGED
            else restocking.get(line.id, 0),
            deduction_bp=costs.lost(db, case, order, line.loss_bp),
            restock=_goes_back(db, case, line, units[line.id]),
            place=line.place,
        )
        for line in lines
    ]
    has_way_back = any(x.resolution not in STAYING | UNCHARGED for x in lines)
    fee = case.terms.return_fee if case.terms and has_way_back else None
    fee = costs.kept(db, case, order, fee) if fee else None
    part = case.terms.shipping_part if case.terms else ""
    ways = {way_of(line) for line in lines}
    sent = new_goods(case, order, units, refunds.of_return(db, case.id))
    extras = Extras(
        # settling knows what of it went back; new goods are sent, not paid back
        shipping=(case.refund_shipping or bool(part)) and not ways & GOODS,
        shipping_limit=case.terms.shipping_limit if case.terms else None,
        shipping_part="" if case.refund_shipping else part,
        surcharges=""
        if ways & GOODS
        else surcharges_back(case.kind, part, is_whole=case.refund_shipping),
        return_fee=None if is_charged else fee,
        new_goods=total((one.price for one in sent), order.currency)
        if Resolution.EXCHANGE in ways
        else None,
        even=Resolution.REPLACEMENT in ways,
    )
    return settle(order, wanted, extras, own)


def _restocking(case: Return) -> dict[int, int]:
    """Return the restocking fee by return line id, in basis points.

    None of a line that stays, whoever decided so: nothing of it is restocked.
    """
    staying = {line.id for line in case.lines if line.resolution in STAYING}
    fees = case.terms.restocking if case.terms else ()
    return {ref: bp for ref, bp in fees if ref not in staying}


def _goes_back(db: Database, case: Return, line: ReturnLine, units: int) -> bool:
    """Say whether all of these units are accepted, for the shelf, and not yet there."""
    return line.restock is not False and shelving.free(db, case, line) >= units
