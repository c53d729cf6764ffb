"""Promise the money of a return when its goods have come as far as the policy asks."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

from connector.errors import Gone, PlatformError, Refused
from connector.model import GOODS, Moved, Resolution
from connector.policy.periods import LAW_BOUND
from connector.saying import coded, joined, said_by, saying
from connector.states import UNDECIDED, Refund
from connector.steps import costs, old_order, overlap, shelving, term, whence
from connector.steps.asking import courtesy, request, shared_with_credit
from connector.steps.events import is_disputed
from connector.steps.observe import is_ours, observe
from connector.steps.owing import (
    NOTHING_DUE,
    debts,
    new_goods,
    not_yet,
    owed,
    payable,
    promised,
)
from connector.steps.preview import preview
from connector.store import (
    atomic,
    desk,
    errands,
    history,
    refunds,
    returns,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from connector.model import Order, RefundRequest, Return
    from connector.platform import Abilities, Shop
    from connector.steps.owing import Debt
    from connector.store import Database
    from connector.store.refunds import RefundRow

# An order as just read, and the one that holds the money of its goods, if another does.
Seen = tuple["Order", "Order | None"]

log = logging.getLogger(__name__)

BY_LAW = "term_ends"
SURCHARGE = "surcharge"
SETTLEMENT, CLOSED_THERE, EXCHANGE = "settlement", "closed_there", "exchange"
HOLDS = (SETTLEMENT, CLOSED_THERE, EXCHANGE)  # open questions: no money meanwhile


def run(db: Database, shop: Shop, clock: Callable[[], datetime]) -> int:
    """Promise what has become due in a shop; return how many refunds were planned."""
    return sum(_one(db, shop, ref, clock) for ref in returns.live(db, shop.name))


def _one(
    db: Database, shop: Shop, return_id: str, clock: Callable[[], datetime]
) -> bool:
    case = returns.get(db, return_id)
    latest = term.freed(db, case, clock())
    if not debts(case, refunds.of_return(db, case.id), latest):
        return False
    able = shop.abilities
    if _must_wait(db, able, case):
        return False
    try:
        order = observe(db, shop, case.order_ref, clock)
        old = old_order.read(db, shop, order, clock)
    except Gone:
        why = saying("the order is gone at the shop; its refund needs you")
        _ask(db, case, why, clock())
        return False
    except PlatformError as error:
        log.warning("refund not planned yet: %s", error, extra={"return": return_id})
        return False
    return _plan(db, able, (order, old), return_id, clock())


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
    if history.happened(db, case.id, NOTHING_DUE):
        return True
    if not (able.holds_returns and able.pays_through_returns):
        return False
    is_to_open = able.opens_returns and not case.platform_ref
    return is_to_open or bool(errands.unfinished(db, case.id))


@atomic
def _plan(
    db: Database, able: Abilities, seen: Seen, return_id: str, now: datetime
) -> bool:
    """Settle and reserve in one transaction: nothing may change in between.

    Lines that are made good in different ways are promises of their own.
    """
    case = returns.get(db, return_id)
    order, old = seen
    if any(refunds.is_unclear(db, case.shop, x.ref) for x in (order, old) if x):
        return False
    doubt = "" if able.pays_through_returns else _paid_elsewhere(db, order, case)
    if doubt:
        _ask(db, case, doubt, now)
        return False
    rows = refunds.of_return(db, case.id)
    latest = term.of(db, case, order, rows, now)
    found = debts(case, rows, latest)
    if payable(case, rows) != payable(case, rows, latest):
        _by_law(db, case, now)
    # Each in its turn: what the first takes, fees and shipping too, is gone.
    planned = [_promise(db, able, seen, case, debt, now) for debt in found]
    if any(planned):
        _beside(db, order, case, now)
    return any(planned)


def _beside(db: Database, order: Order, case: Return, now: datetime) -> None:
    """Ask a person, once, about what was paid for no line of a whole order.

    Shopify's duties, tips and additional fees are such: the law gives them back with
    the order (docs/law.md, no. 10), and no refund of ours names them.
    """
    rest = costs.unlisted(order)
    is_law = case.kind in LAW_BOUND and case.refund_shipping
    if not rest or not is_law or desk.was_told(db, case.shop, case.id, SURCHARGE):
        return
    desk.put_return(
        db,
        case,
        SURCHARGE,
        saying(
            "%(rest)s of order %(order)s was paid for neither goods nor delivery:"
            " duties, a tip or another surcharge. With the whole order it goes back by"
            " law: refund it in the shop, unless it went back already",
            rest=rest,
            order=order.number,
        ),
        now,
    )


def _promise(
    db: Database, able: Abilities, seen: Seen, case: Return, debt: Debt, now: datetime
) -> bool:
    order, old = seen
    rows = refunds.of_return(db, case.id)
    if history.happened(db, case.id, not_yet(debt.units, rows)):
        return False
    if debt.way not in (*able.ways, Resolution.MANUAL):
        why = saying(
            "this shop has no %(way)s; decide on another", way=coded(debt.way.value)
        )
        _ask(db, case, why, now)
        return False
    goods = new_goods(case, order, debt.units, rows) if debt.way in GOODS else ()
    if debt.way in GOODS and len(goods) < len(debt.units):
        why = saying("nobody said which article is sent; choose one")
        _ask(db, case, why, now)
        return False
    settled = preview(db, order, case, debt.units)
    if settled.ask:
        _ask(db, case, joined("; ", settled.ask), now)
        return False
    if not settled.amount and debt.way not in GOODS:
        _nothing(db, case, debt.units, rows, now)
        return False
    plan = request(order, case, debt, settled, goods, now, rows)
    plan = shared_with_credit(order, debt.way, plan)
    plan = _placed(db, able, case, debt.units, plan)
    bonus = plan.bonus if able.bonus_apart else None
    if bonus:
        plan = replace(plan, bonus=None)
    if not able.pays_through_returns:
        plan = replace(plan, return_ref="", return_lines=())
    elif able.holds_returns and any(_has_booked(row) for row in rows):
        # The shop processed these units with a refund whose money never moved.
        plan = replace(plan, return_ref="", return_lines=(), money_only=True)
    payer = old_order.payment(db, case, order, old, plan, debt.way)
    is_clear = _is_unpaid(db, case, [(order, plan), (old, payer)], now)
    is_promised = is_clear and _reserve(db, case, plan, debt.units, now, payer)
    if bonus and is_promised:
        top = courtesy(
            case,
            order.ref,
            bonus,
            reason=f"Bonus {case.number}",
            now=now,
            after=plan.key,
        )
        _reserve(db, case, top, {}, now)
    return is_promised


def _is_unpaid(
    db: Database,
    case: Return,
    asked: Sequence[tuple[Order | None, RefundRequest | None]],
    now: datetime,
) -> bool:
    """Say whether nobody else may have paid what is asked; else a person is asked."""
    for order, plan in asked:
        if order is None or plan is None:
            continue
        mine = refunds.of_order(db, case.shop, order.ref)
        others = [one for one in order.refunds if not is_ours(one, mine)]
        doubt = overlap.doubt(db, case, plan, others)
        if doubt:
            _ask(db, case, doubt, now)
            return False
    return True


def _reserve(
    db: Database,
    case: Return,
    plan: RefundRequest,
    units: Mapping[int, int],
    now: datetime,
    payer: RefundRequest | None = None,
) -> bool:
    """Write a promise down; ask a person where the books do not allow it.

    `payer` is the refund of another order that pays it.
    """
    named = {str(ref): count for ref, count in units.items()}
    try:
        if payer:
            old_order.reserve(db, case, plan, payer, named, now)
            return True
        refunds.reserve(
            db,
            shop=case.shop,
            return_id=case.id,
            request=plan,
            units=named,
            due=now,
            now=now,
        )
    except Refused as error:
        _ask(db, case, said_by(error), now)
        return False
    if not plan.by_gateway:
        whence.by_hand(db, case, plan, now)
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
        why = overlap.words(case, one)
        if not desk.was_settled(db, case.shop, case.id, "settlement", why):
            return why
    return ""


def _placed(
    db: Database,
    able: Abilities,
    case: Return,
    units: Mapping[int, int],
    plan: RefundRequest,
) -> RefundRequest:
    """Say what of the goods is here, and leave to errands what cannot go along."""
    lines = [line for line in case.lines if line.id in units]
    before = promised(refunds.of_return(db, case.id))
    is_here = all(x.received - x.rejected - before[x.id] >= units[x.id] for x in lines)
    is_judged = all(shelving.free(db, case, x) >= units[x.id] for x in lines)
    plan = replace(
        plan,
        goods_received=is_here and is_judged,
        is_ahead=plan.way in GOODS and not is_here,
    )
    backs = {share.restock for share in plan.lines if share.quantity}
    is_there = able.holds_returns and able.pays_through_returns
    is_apart = (is_there and not case.platform_ref) or _books_none(able, plan)
    if not is_apart and (able.restocks_by_line or len(backs) < len((True, False))):
        return plan
    shares = tuple(replace(share, restock=False) for share in plan.lines)
    return replace(plan, lines=shares, goods_received=False)


def _books_none(able: Abilities, plan: RefundRequest) -> bool:
    """Say whether the shop books no goods along with this way of making good."""
    is_manual = plan.way is Resolution.REFUND and not plan.by_gateway
    return (Resolution.MANUAL if is_manual else plan.way) in able.shelves_apart


def _has_booked(row: RefundRow) -> bool:
    """Say whether a dead refund left its units processed at the shop."""
    is_dead = row.state in (Refund.FAILED, Refund.REVERSED)
    return is_dead and bool(row.platform_ref or row.made)


def _by_law(db: Database, case: Return, now: datetime) -> None:
    """Note, once, that the law's term ended what the policy still waited for."""
    if not history.happened(db, case.id, BY_LAW):
        why = saying("the law lets the money of a withdrawal be held no longer")
        returns.note(db, case, BY_LAW, "retour", why, now)


def _nothing(
    db: Database,
    case: Return,
    units: Mapping[int, int],
    rows: Sequence[RefundRow],
    now: datetime,
) -> None:
    """Note that no money goes back: for good, or for these units by themselves.

    A fee may exceed the first parcel of a return and not its second, and a line that
    is not judged yet, or is made good in another way, may bring money all the same.
    """
    lost_is_paid = term.pays_for_lost(db, case)
    is_all = all(
        line.decision not in UNDECIDED
        and owed(line, lost_is_paid=lost_is_paid) <= units.get(line.id, 0)
        for line in case.lines
    )
    history.note(
        db,
        shop=case.shop,
        about="return",
        about_id=case.id,
        return_id=case.id,
        event=NOTHING_DUE if is_all else not_yet(units, rows),
        state="",
        why=saying("fees take all, or the goods were free: no money goes back"),
        now=now,
    )


def _ask(db: Database, case: Return, why: str, now: datetime) -> None:
    desk.put_return(db, case, SETTLEMENT, why, now)
