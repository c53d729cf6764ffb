"""Promise the money of a return when its goods have come as far as the policy asks."""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import uuid_utils.compat as uuids

from connector.errors import Gone, PlatformError, Refused
from connector.model import Moved, RefundRequest, TenderKind
from connector.policy import When
from connector.settlement import Extras, Own, Units, settle
from connector.states import Decision, Refund
from connector.steps.events import is_disputed
from connector.steps.observe import OURS, is_ours, observe
from connector.store import atomic, desk, errands, history, refunds, returns

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from connector.model import Order, Return, ReturnLine
    from connector.platform import Abilities, Shop
    from connector.settlement import Settlement
    from connector.store import Database
    from connector.store.refunds import RefundRow

log = logging.getLogger(__name__)

NOTHING_DUE = "nothing_due"
SETTLEMENT, CLOSED_THERE, EXCHANGE = "settlement", "closed_there", "exchange"
HOLDS = (SETTLEMENT, CLOSED_THERE, EXCHANGE)  # open questions: no money meanwhile


def run(db: Database, shop: Shop, clock: Callable[[], datetime]) -> int:
    """Promise what has become due in a shop; return how many refunds were planned."""
    return sum(_one(db, shop, ref, clock) for ref in returns.live(db, shop.name))


def payable(case: Return, rows: Sequence[RefundRow]) -> dict[int, int]:
    """Return, by return line id, the units that are due and were never promised.

    A refund that was refused, failed or came undone is not planned anew by
    itself: a person decides (decision 0003). Only a cancelled one gives its units
    back.
    """
    promised: Counter[int] = Counter()
    for row in rows:
        if row.state is not Refund.CANCELLED:
            promised.update({int(ref): units for ref, units in row.units.items()})
    due = {
        line.id: _due(case, line) - promised[line.id] - line.elsewhere
        for line in case.lines
    }
    return {ref: units for ref, units in due.items() if units > 0}


def _due(case: Return, line: ReturnLine) -> int:
    """Return how many units of a line the merchant owes money for by now."""
    if line.decision != Decision.APPROVED or case.cancelled_at:
        return 0
    when = When(case.terms.when) if case.terms else When.INSPECTED
    has_left = case.shipped_at is not None or line.received > 0
    units = {
        When.REQUESTED: line.approved,
        When.SHIPPED: line.approved if has_left else 0,
        When.RECEIVED: line.received - line.rejected,
        When.INSPECTED: line.accepted,
    }[when]
    return max(0, min(units, line.approved - line.rejected))


def _one(
    db: Database, shop: Shop, return_id: str, clock: Callable[[], datetime]
) -> bool:
    case = returns.get(db, return_id)
    if not payable(case, refunds.of_return(db, case.id)):
        return False
    able = shop.abilities
    if _must_wait(db, able, case):
        return False
    try:
        order = observe(db, shop, case.order_ref, clock)
    except Gone:
        _ask(db, case, "the order is gone at the shop; its refund needs you", clock())
        return False
    except PlatformError as error:
        log.warning("refund not planned yet: %s", error, extra={"return": return_id})
        return False
    return _plan(db, able, order, return_id, clock())


def _must_wait(db: Database, able: Abilities, case: Return) -> bool:
    """Wait for a clear picture: an open question at the shop, or a return to make.

    Where refunds stand alone, they do not wait for what the shop is yet to hear.
    """
    if any(desk.is_open(db, "return", case.id, code) for code in HOLDS):
        return True
    if is_disputed(db, case.shop, case.order_ref):
        return True
    if refunds.is_unclear(db, case.shop, case.order_ref):
        return True
    units = payable(case, refunds.of_return(db, case.id))
    if history.happened(db, case.id, NOTHING_DUE) or history.happened(
        db, case.id, _not_yet(units)
    ):
        return True
    if not (able.holds_returns and able.pays_through_returns):
        return False
    is_to_open = able.opens_returns and not case.platform_ref
    return is_to_open or bool(errands.unfinished(db, case.id))


@atomic
def _plan(
    db: Database, able: Abilities, order: Order, return_id: str, now: datetime
) -> bool:
    """Settle and reserve in one transaction: nothing may change in between."""
    case = returns.get(db, return_id)
    rows = refunds.of_return(db, case.id)
    units = payable(case, rows)
    if not units or refunds.is_unclear(db, case.shop, case.order_ref):
        return False
    doubt = "" if able.pays_through_returns else _paid_elsewhere(db, order, case)
    if doubt:
        _ask(db, case, doubt, now)
        return False
    settled = preview(db, order, case, units)
    if settled.ask:
        _ask(db, case, "; ".join(settled.ask), now)
        return False
    if not settled.amount:
        _nothing(db, case, units, now)
        return False
    plan = _request(order, case, units, settled)
    if not able.pays_through_returns:
        plan = replace(plan, return_ref="", return_lines=())
    elif able.holds_returns and any(_has_booked(row) for row in rows):
        # The shop processed these units with a refund whose money never moved.
        plan = replace(plan, return_ref="", return_lines=(), money_only=True)
    try:
        refunds.reserve(
            db,
            shop=case.shop,
            return_id=case.id,
            request=plan,
            units={str(ref): count for ref, count in units.items()},
            due=now,
            now=now,
        )
    except Refused as error:
        _ask(db, case, str(error), now)
        return False
    if not plan.by_gateway:
        _by_hand(db, case, plan, now)
    return True


def _paid_elsewhere(db: Database, order: Order, case: Return) -> str:
    """Return what a person must say first of a refund by others that names no lines.

    The button of a return plugin makes such ones: it may have paid this return, and
    only a person knows. Once it is settled, in these words, it is asked no more.
    """
    if not case.platform_ref:
        return ""
    mine = refunds.of_order(db, case.shop, case.order_ref)
    for one in order.refunds:
        if one.lines or one.moved is Moved.NO or is_ours(one, mine):
            continue
        why = (
            f"refund {one.ref} of {one.amount} was made in the shop and names no"
            " lines: it may be the money of this return"
        )
        if not desk.was_settled(db, case.shop, case.id, "settlement", why):
            return why
    return ""


def preview(
    db: Database, order: Order, case: Return, units: Mapping[int, int]
) -> Settlement:
    """Return what these units bring: the very function that pays.

    A refund that died, but whose units no person has given back, still counts: it
    may be made again, and what others get must not depend on when.
    """
    rows = refunds.of_order(db, case.shop, case.order_ref)
    own = [
        Own(request=row.request, ref=row.platform_ref)
        for row in rows
        if row.state in OURS or row.units
    ]
    # The shop's record of a refund of ours that died is no refund by others.
    dead = [row for row in rows if row.state not in OURS and not row.units]
    standing = tuple(one for one in order.refunds if not is_ours(one, dead))
    order = replace(order, refunds=standing)
    # The way back is charged once; a refund that died gave its fee back with it.
    is_charged = any(
        fee.code == "return_shipping"
        for row in refunds.of_return(db, case.id)
        if row.state in OURS
        for fee in row.request.deductions
    )
    restocking = dict(case.terms.restocking) if case.terms else {}
    wanted = [
        Units(
            line_ref=line.line_ref,
            quantity=units[line.id],
            restocking_bp=restocking.get(line.id, 0),
            restock=line.accepted >= units[line.id],
        )
        for line in case.lines
        if line.id in units
    ]
    fee = case.terms.return_fee if case.terms else None
    extras = Extras(
        shipping=case.refund_shipping,  # settling knows what of it went back
        return_fee=None if is_charged else fee,
    )
    return settle(order, wanted, extras, own)


def _request(
    order: Order, case: Return, units: Mapping[int, int], settled: Settlement
) -> RefundRequest:
    lines = [line for line in case.lines if line.id in units]
    return RefundRequest(
        key=str(uuids.uuid7()),
        order_ref=order.ref,
        amount=settled.amount,
        lines=settled.lines,
        shipping=settled.shipping,
        deductions=settled.deductions,
        tenders=settled.tenders,
        reason=f"Return {case.number}",
        return_number=case.number,
        return_ref=case.platform_ref,
        return_lines=tuple(
            (line.platform_ref, units[line.id]) for line in lines if line.platform_ref
        ),
        goods_received=all(line.received >= units[line.id] for line in lines),
        by_gateway=_is_automatic(order, settled),
    )


def _has_booked(row: RefundRow) -> bool:
    """Say whether a dead refund left its units processed at the shop."""
    return row.state in (Refund.FAILED, Refund.REVERSED) and bool(row.platform_ref)


def _is_automatic(order: Order, settled: Settlement) -> bool:
    """Say whether every tender can be paid back through the shop's API."""
    used = {share.tender_ref for share in settled.tenders}
    return not any(
        tender.can_refund is False or tender.kind is TenderKind.MANUAL
        for tender in order.tenders
        if tender.ref in used
    )


def _by_hand(db: Database, case: Return, plan: RefundRequest, now: datetime) -> None:
    refunds.move(db, plan.key, "by_hand", now, why="its tender takes no refund by API")
    desk.put(
        db,
        shop=case.shop,
        about="refund",
        about_id=plan.key,
        code="pay_by_hand",
        why=f"pay {plan.amount} by hand for {case.number}, then confirm it here",
        now=now,
    )


def _not_yet(units: Mapping[int, int]) -> str:
    """Name the fact that fees took all of what these units bring."""
    return "not_yet_due:" + ",".join(f"{ref}x{n}" for ref, n in sorted(units.items()))


def _nothing(
    db: Database, case: Return, units: Mapping[int, int], now: datetime
) -> None:
    """Note that no money goes back: for good, or until more units have come.

    A fee may exceed the first parcel of a return and not its second.
    """
    is_all = all(
        line.received + line.lost >= line.approved
        for line in case.lines
        if line.decision == Decision.APPROVED
    )
    history.note(
        db,
        shop=case.shop,
        about="return",
        about_id=case.id,
        return_id=case.id,
        event=NOTHING_DUE if is_all else _not_yet(units),
        state="",
        why="fees take all, or the goods were free: no money goes back",
        now=now,
    )


def _ask(db: Database, case: Return, why: str, now: datetime) -> None:
    desk.put(
        db,
        shop=case.shop,
        about="return",
        about_id=case.id,
        code=SETTLEMENT,
        why=why,
        now=now,
    )
