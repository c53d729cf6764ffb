"""Goods back on the shelf: each unit once, after inspection, as it was marked.

A unit goes along with the booking of its money where all units of that booking are
judged by then. What is judged later, or cannot go along, is an errand of its own. The
ledger is what refunds and errands say: nothing is put back that they name already.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import uuid_utils.compat as uuids

from connector.model import Resolution, Shelved
from connector.saying import saying
from connector.states import Errand, Refund
from connector.steps.owing import FREE, NOTHING_DUE, promised
from connector.store import atomic, desk, errands, history, orders, refunds, returns

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from connector.model import Return, ReturnLine, Share
    from connector.platform import Shop
    from connector.store import Database
    from connector.store.errands import ErrandRow
    from connector.store.refunds import RefundRow

VERB = "dispose"
MATTER = "errand_dispose"
UNCLEAR = "shelf_unclear"
LINE = "line"  # in the args of an errand: it is one of these


def run(db: Database, shop: Shop, now: datetime) -> int:
    """Plan what of a shop's live returns is judged and goes apart; return how many."""
    cases = [returns.get(db, ref) for ref in returns.live(db, shop.name)]
    back = [case for case in cases if any(line.accepted for line in case.lines)]
    return sum(plan(db, case.id, now) for case in back if _is_news(db, case))


def is_one(row: ErrandRow) -> bool:
    """Say whether an errand is of judged goods; else it is of an arrival."""
    return row.verb == VERB and LINE in row.args


def is_waiting(db: Database, shop: str) -> bool:
    """Say whether goods of a shop wait to be put back."""
    open_ones = (Errand.PLANNED, Errand.SUBMITTED, Errand.UNKNOWN)
    return any(
        is_one(x) for state in open_ones for x in errands.in_state(db, state, shop)
    )


@atomic
def plan(db: Database, return_id: str, now: datetime) -> int:
    """Plan the errands of what goes apart; return how many."""
    case = returns.get(db, return_id)
    apart = [(line, units) for line in case.lines if (units := _apart(db, case, line))]
    for line, units in apart:
        if line.restock is not False and _is_by_staff(db, case, line):
            _leave(db, case, line, units, now)
        else:
            _add(db, case, line, units, now)
    for row in _dark(db, case):
        doubt(db, row, now)
    return len(apart)


@atomic
def doubt(db: Database, row: RefundRow, now: datetime) -> None:
    """Ask, once, about the shelf of a refund that the shop never told the end of."""
    units = sum(x.quantity for x in row.request.lines if x.restock)
    if not units or not row.return_id or history.happened(db, row.id, UNCLEAR):
        return
    case = returns.get(db, row.return_id)
    why = saying(
        "the shop never said what became of a refund of %(number)s, and it is not known"
        " whether it put its %(units)s units back on the shelf; look at the stock, and"
        " put back by hand what is not there",
        number=case.number,
        units=units,
    )
    history.note_refund(db, row, UNCLEAR, "retour", why, now)
    _ask(db, case, why, now)


@atomic
def flush(db: Database, case: Return, line: ReturnLine, now: datetime) -> None:
    """Let what is judged by now go where it was marked for, before that changes."""
    units = free(db, case, line)
    if units:
        _add(db, case, line, units, now)


def free(db: Database, case: Return, line: ReturnLine) -> int:
    """Return how many accepted units of a line nothing has given a place yet."""
    if line.resolution is Resolution.REPAIR:
        return 0  # they go back to the customer
    sound = min(line.accepted, line.received - line.handed_back)
    yes, no = _told(db, case, line)
    return max(0, sound - yes - no)


def refused(db: Database, row: ErrandRow, why: str, now: datetime) -> None:
    """Ask a person to put back what the shop did not take; its stock is his to see.

    What only was to stay off the shelf needs nobody.
    """
    case = returns.get(db, row.return_id)
    if row.args["restock"]:
        said = saying(
            "%(goods)s of %(number)s did not surely go back on the shelf: %(why)s; look"
            " at the stock, and put back by hand what is not there",
            goods=_named(db, case, row),
            number=case.number,
            why=why,
        )
        _ask(db, case, said, now)


def goods(db: Database, row: ErrandRow) -> Shelved:
    """Return what an errand asks, as the shop is told."""
    case, args = returns.get(db, row.return_id), row.args
    line = returns.line_of(case, args[LINE])
    return Shelved(
        key=args["key"],
        order_ref=case.order_ref,
        line_ref=line.line_ref,
        quantity=args["units"],
        total=args["total"],
        restock=args["restock"],
        place=args["place"],
        return_number=case.number,
        return_ref=case.platform_ref,
        return_line=line.platform_ref,
    )


def _is_news(db: Database, case: Return) -> bool:
    return bool(_dark(db, case)) or any(_apart(db, case, x) for x in case.lines)


def _apart(db: Database, case: Return, line: ReturnLine) -> int:
    """Return the units that no booking of money will take along any more.

    Those that are accepted and not promised yet wait for their own.
    """
    if case.cancelled_at:
        return 0
    rows = refunds.of_return(db, case.id)
    is_over = case.closed_at is not None or line.resolution in FREE
    if is_over or history.happened(db, case.id, NOTHING_DUE):
        coming = 0
    else:
        paid = promised(rows)[line.id] + line.elsewhere
        coming = max(0, line.accepted - paid)
    return max(0, free(db, case, line) - coming)


def _told(db: Database, case: Return, line: ReturnLine) -> tuple[int, int]:
    """Return the units that were put on the shelf, and those that were kept off it."""
    yes = no = 0
    for row in refunds.of_return(db, case.id):
        for share in _placed(db, row, line):
            yes += share.quantity * share.restock
            no += share.quantity * (not share.restock)
    for errand in errands.of_return(db, case.id):
        if is_one(errand) and errand.args[LINE] == line.id:
            yes += errand.args["units"] * errand.args["restock"]
            no += errand.args["units"] * (not errand.args["restock"])
    return yes, no


def _placed(db: Database, row: RefundRow, line: ReturnLine) -> Iterable[Share]:
    """Return the shares of a line whose place a refund says, unless it never was.

    One that a person ended before it was sent has none. One that failed is counted
    too: its booking may stand though no money moved.
    """
    if row.state is Refund.CANCELLED and history.happened(db, row.id, UNCLEAR):
        # It was withdrawn after it was booked, and is asked about.
        return [x for x in row.request.lines if x.ref == line.line_ref and x.restock]
    never = (Refund.CANCELLED, Refund.REJECTED)
    is_word = row.state in (Refund.FAILED, Refund.CONFIRMED) and not row.platform_ref
    if row.state in never or (is_word and not _was_sent(row) and not row.made):
        return ()
    is_all = row.request.goods_received
    shares = (x for x in row.request.lines if x.ref == line.line_ref)
    return [x for x in shares if x.restock or is_all]


def _was_sent(row: RefundRow) -> bool:
    return row.request.first_sent_at is not None


def _dark(db: Database, case: Return) -> list[RefundRow]:
    """List refunds that were sent and ended by a person's word, not asked about yet."""
    rows: Sequence[RefundRow] = refunds.of_return(db, case.id)
    return [
        row
        for row in rows
        if row.state in (Refund.FAILED, Refund.CONFIRMED)
        and _was_sent(row)
        and not (row.platform_ref or row.made)
        and any(share.restock for share in row.request.lines)
        and not history.happened(db, row.id, UNCLEAR)
    ]


def _add(
    db: Database, case: Return, line: ReturnLine, units: int, now: datetime
) -> None:
    restock = line.restock is not False
    yes, no = _told(db, case, line)
    asked = {
        LINE: line.id,
        "units": units,
        "restock": restock,
        "place": line.place,
        "key": str(uuids.uuid7()),
        "total": units + (yes if restock else no),
    }
    errands.add(db, case.id, VERB, now, asked)


def _is_by_staff(db: Database, case: Return, line: ReturnLine) -> bool:
    """Say whether staff refunded units of a line instead of us.

    The shop then puts them back with that refund, unless they were told not to.
    """
    if not history.happened(db, case.id, NOTHING_DUE):
        return False
    keys = {row.id for row in refunds.of_order(db, case.shop, case.order_ref)}
    order = orders.get(db, case.shop, case.order_ref)
    return any(
        back.line_ref == line.line_ref and back.quantity
        for one in order.refunds
        if one.key not in keys and (not one.made_at or one.made_at >= case.opened_at)
        for back in one.lines
    )


def _leave(
    db: Database, case: Return, line: ReturnLine, units: int, now: datetime
) -> None:
    """Put nothing back, and ask a person to look whether staff's refund has."""
    _add(db, case, replace(line, restock=False), units, now)
    why = saying(
        "staff refunded goods of %(number)s in the shop, which may have put %(units)s"
        " units back on the shelf with it; look at the stock, and put back by hand what"
        " is not there",
        number=case.number,
        units=units,
    )
    _ask(db, case, why, now)


def _named(db: Database, case: Return, row: ErrandRow) -> str:
    """Return the units of an errand in words, and where they belong."""
    line = returns.line_of(case, row.args[LINE])
    sold = orders.get(db, case.shop, case.order_ref).line(line.line_ref)
    what = f"{row.args['units']} x {sold.title if sold else line.line_ref}"
    if not row.args["place"]:
        return what
    return saying("%(what)s at %(place)s", what=what, place=row.args["place"])


def _ask(db: Database, case: Return, why: str, now: datetime) -> None:
    """Lay it before a person; what he has not answered yet stays in the words."""
    desk.put_beside(
        db,
        shop=case.shop,
        about="return",
        about_id=case.id,
        code=MATTER,
        why=why,
        now=now,
    )
