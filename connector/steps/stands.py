"""What went back of an order before, as settling counts it."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from connector.settlement import Own, look_back
from connector.states import Refund
from connector.steps.observe import OURS, is_ours
from connector.store import cap, refunds, returns

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connector.model import Charge, Order, Return, ShopRefund
    from connector.store import Database
    from connector.store.refunds import RefundRow


Went = tuple[tuple[str, int], ...]  # (line ref, units)


def as_stands(db: Database, shop: str, order: Order) -> tuple[Order, list[Own]]:
    """Return an order, and what stands of our refunds, as both count in settling.

    A refund that died, but whose units no person has given back, still counts: it
    may be made again, and what others get must not depend on when.
    """
    rows = refunds.of_order(db, shop, order.ref)
    own = [cap.own_of(row) for row in rows if _counts(row)]
    # The shop's record of a refund of ours that died is no refund by others.
    dead = [row for row in rows if not _counts(row)]
    standing = tuple(one for one in order.refunds if not is_ours(one, dead))
    return replace(order, refunds=standing), own


def went_back(db: Database, shop: str, order: Order) -> Went:
    """Return (line ref, units) that went back of an order, as settling counts them.

    By our own books, however they were made good, and by the shop's.
    """
    found = look_back(*as_stands(db, shop, order))
    return tuple((ref, one.units) for ref, one in found.lines.items() if one.units)


def before(db: Database, case: Return, order: Order) -> tuple[Order, Went]:
    """Return today's order as it stood before a return, and what had gone back by then.

    What this return brought back, and those opened after it, is put back: of its own
    units all, of the others what the shop has of our refunds and of theirs.
    """
    late = [
        one
        for one in returns.of_order(db, case.shop, order.ref)
        if (one.opened_at, one.id) >= (case.opened_at, case.id)
    ]
    ids = {one.id for one in late}
    named = {one.platform_ref for one in late} - {""}
    rows = refunds.of_order(db, case.shop, order.ref)
    theirs = [row for row in rows if row.return_id in ids]
    gone = [
        one
        for one in order.refunds
        if one.return_ref in named or any(row.matches(one) for row in theirs)
    ]
    own = [cap.own_of(row) for row in rows if _counts(row) and row.return_id not in ids]
    dead = [row for row in rows if not _counts(row)]
    standing = tuple(x for x in order.refunds if x not in gone and not is_ours(x, dead))
    then = replace(_put_back(case, order, gone, theirs), refunds=standing)
    found = look_back(then, own)
    went = tuple((ref, x.units) for ref, x in found.lines.items() if x.units)
    return then, went


def _put_back(
    case: Return, order: Order, gone: Sequence[ShopRefund], rows: Sequence[RefundRow]
) -> Order:
    """Take what refunds and a return gave back out of an order's own counts."""
    mine: Counter[str] = Counter()
    for asked in case.lines:
        mine[asked.line_ref] += asked.asked
    units: Counter[str] = Counter()
    for one in gone:
        units.update({part.line_ref: part.quantity for part in one.lines})
    at_shop = [row for row in rows if any(row.matches(one) for one in gone)]
    charged: Counter[str] = Counter()
    for row in at_shop:
        charged.update({x.ref: x.gross.minor for x in row.request.shipping})
    lines = [
        replace(
            line,
            refunded_units=max(
                0, line.refunded_units - max(units[line.ref], mine[line.ref])
            ),
        )
        for line in order.lines
    ]
    shipping = [_uncharged(one, charged[one.ref]) for one in order.shipping]
    fees = [_uncharged(one, charged[one.ref]) for one in order.fees]
    return replace(
        order, lines=tuple(lines), shipping=tuple(shipping), fees=tuple(fees)
    )


def _uncharged(charge: Charge, minor: int) -> Charge:
    """Give back what was refunded of a charge, in minor units."""
    if charge.refunded is None or not minor:
        return charge
    left = max(0, charge.refunded.minor - minor)
    return replace(charge, refunded=replace(charge.refunded, minor=left))


def _counts(row: RefundRow) -> bool:
    """Say whether what a refund promised is taken: one withdrawn gave it back."""
    if row.state in OURS:
        return True
    return bool(row.units) and row.state is not Refund.CANCELLED
