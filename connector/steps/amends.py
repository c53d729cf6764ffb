"""What else may make a return good: another way, another ware, credit as a courtesy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector import law
from connector.errors import BadRequest, Gone, PlatformError
from connector.model import CREDITS, GOODS, Found, NewGoods, Resolution
from connector.saying import coded, saying
from connector.states import Decision, Exchange, Refund
from connector.steps import extra, handing, levels, paid_otherwise, progress, rest
from connector.steps.owing import FREE, STAYING
from connector.steps.promise import SETTLEMENT
from connector.steps.reconcile import look
from connector.store import atomic, desk, exchanges, orders, refunds, returns

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from connector.model import Finding, Return, ReturnLine
    from connector.money import Money
    from connector.platform import Abilities, Shop
    from connector.store import Database
    from connector.store.refunds import RefundRow

# What we do without the shop: it need not be among its ways.
OURS = frozenset(
    {Resolution.KEEP, Resolution.REPAIR, Resolution.MANUAL, Resolution.NONE}
)

hand_back = handing.hand_back


def possible(able: Abilities) -> frozenset[Resolution]:
    """Return every way that a line can be made good in a shop."""
    return (able.ways | OURS) - {Resolution.COURTESY}


def can_change(db: Database, case: Return, line: ReturnLine) -> bool:
    """Say whether a line may still be made good in another way."""
    is_over = case.cancelled_at is not None or case.closed_at is not None
    is_declined = line.decision == Decision.DECLINED or _is_handed_back(line)
    return not (is_over or is_declined or _has_begun(db, case, line, Resolution.REFUND))


def choose(shop: Shop, order_ref: str, ref: str, quantity: int) -> NewGoods:
    """Read a ware again, at its price and stock of now; raises BadRequest."""
    try:
        return read_goods(shop, order_ref, ref, quantity)
    except PlatformError:
        msg = saying("the shop cannot be asked for this article just now; try again")
        raise BadRequest(msg) from None


def read_goods(shop: Shop, order_ref: str, ref: str, quantity: int) -> NewGoods:
    """Do as `choose` does; raises PlatformError too, for whoever can wait."""
    try:
        ware = shop.ware(order_ref, ref)
    except Gone:
        msg = saying("this article is no longer sold; choose another")
        raise BadRequest(msg) from None
    if ware.available is not None and ware.available < quantity:
        msg = saying("this article is sold out; choose another")
        raise BadRequest(msg, left=ware.available)
    return NewGoods(
        ref=ware.ref,
        title=ware.title,
        quantity=quantity,
        price=ware.cost(quantity),
        product_ref=ware.product_ref,
    )


def _is_handed_back(line: ReturnLine) -> bool:
    """Say whether the customer has goods of a repair again; to pay them too is wrong.

    What was rejected and went back to him takes nothing from what is due.
    """
    return line.handed_back > 0 and line.resolution is Resolution.REPAIR


@atomic
def instead(
    db: Database,
    able: Abilities,
    return_id: str,
    line_id: int,
    resolution: Resolution,
    *,
    actor: str,
    why: str,
    now: datetime,
    goods: NewGoods | None = None,
    approval: levels.Approval = levels.NOBODY,
    has_agreed: bool = False,
) -> None:
    """Make a line good in another way; raises BadRequest once that has begun.

    Of a line that is made good in part, the units that are left may still be.
    Raises LevelNeeded where the policy wants another `approval`.
    `has_agreed`: the customer has expressly agreed to credit, after he asked. Without
    it none is given where the law pays back by the same means.
    """
    case = returns.get(db, return_id)
    line = returns.line_of(case, line_id)
    if resolution not in possible(able):
        msg = saying("this shop has no %(way)s", way=coded(resolution.value))
        raise BadRequest(msg, number=case.number)
    if resolution is Resolution.EXCHANGE and goods is None and line.goods is None:
        msg = saying("say for which article it is exchanged")
        raise BadRequest(msg, number=case.number)
    if line.decision == Decision.DECLINED or case.cancelled_at or case.closed_at:
        msg = saying("this line is declined, or its return is over")
        raise BadRequest(msg, number=case.number)
    if _is_handed_back(line):
        msg = saying(
            "goods of this line went back to the customer; he may return them anew"
        )
        raise BadRequest(msg, number=case.number)
    if _has_begun(db, case, line, resolution):
        msg = saying("this line is being made good already; settle that refund first")
        raise BadRequest(msg, number=case.number)
    is_other = resolution in CREDITS and resolution is not line.wanted
    if is_other:
        _hold_to_means(db, case, now if has_agreed else None)
    how = levels.to_change(db, case, line_id, resolution).hold(approval)
    said = levels.said(how, why)
    if is_other and has_agreed:
        agreed = saying(
            "the customer agreed to %(way)s instead of money",
            way=coded(resolution.value),
        )
        returns.note(db, case, "agreed", actor, agreed, now)
    returns.resolve(
        db, case, line_id, resolution, actor=actor, why=said, now=now, goods=goods
    )
    desk.settle(db, "return", case.id, SETTLEMENT, actor, now)


def keeps_means(db: Database, case: Return, agreed: datetime | None) -> bool:
    """Say whether the law pays a return back by the means that it was paid with.

    `agreed` is when the customer agreed to another; the choice counts once he asked.
    """
    country = orders.get(db, case.shop, case.order_ref).customer.country
    is_bound = law.binds_means(country, case.kind)
    return is_bound and law.same_means(progress.told(db, case), agreed)


def _hold_to_means(db: Database, case: Return, agreed: datetime | None) -> None:
    if keeps_means(db, case, agreed):
        msg = saying(
            "by law the money goes back as it was paid, unless the customer agrees"
        )
        raise BadRequest(msg, number=case.number)


def _has_begun(
    db: Database, case: Return, line: ReturnLine, resolution: Resolution
) -> bool:
    """Say whether a promise of a line is open, or nothing of it is left to change.

    Where units were made good already, the others still come back.
    """
    rows = [
        row
        for row in refunds.of_return(db, case.id)
        if row.units.get(str(line.id)) and row.state is not Refund.CANCELLED
    ]
    if not rows:
        return False
    done = sum(row.units[str(line.id)] for row in rows)
    is_open = any(row.state is not Refund.CONFIRMED for row in rows)
    return is_open or done >= line.approved or resolution in FREE | STAYING


def fall_back(
    db: Database, refund_id: str, why: str, now: datetime, gone: Sequence[int] = ()
) -> str:
    """Give what the terms say where new goods are gone; without terms, money.

    `gone` are the places of these in the promise, none for all: the other lines get
    their goods by a promise of their own. Where the terms say nothing a person is
    asked, and no money moves meanwhile. Where a person has paid a part by hand, he
    pays the rest by hand too. Returns what he must decide of the promise itself,
    which then stands; "" where it is settled.
    """
    row = refunds.get(db, refund_id)
    if row.paid_by_hand and gone and len(gone) < len(row.units):
        return saying(
            "%(why)s; %(paid)s was paid by hand, and not all goods are gone",
            why=why,
            paid=row.paid_by_hand,
        )
    if row.paid_by_hand:
        return rest.by_hand(db, refund_id, why, now)
    _fall_back(db, refund_id, why, now, gone)
    return ""


@atomic
def _fall_back(
    db: Database, refund_id: str, why: str, now: datetime, gone: Sequence[int]
) -> None:
    row = refunds.get(db, refund_id)
    if row.state is not Refund.PLANNED or row.return_id is None or row.paid_by_hand:
        return
    case = returns.get(db, row.return_id)
    refunds.move(db, refund_id, "sold_out", now, why=why)
    way = case.terms.fallback if case.terms else Resolution.REFUND
    if way in CREDITS and keeps_means(db, case, None):
        way = Resolution.REFUND  # what the policy says was agreed to by nobody
    if way in (Resolution.NONE, *GOODS):
        desk.put_return(
            db,
            case,
            SETTLEMENT,
            saying(
                "%(why)s; decide what %(number)s gets instead",
                why=why,
                number=case.number,
            ),
            now,
        )
        return
    lines = [line.id for line in case.lines if str(line.id) in row.units]
    for place, line_id in enumerate(lines):
        if not gone or place in gone:
            returns.resolve(db, case, line_id, way, actor="retour", why=why, now=now)


def call_off(
    db: Database,
    shop: Shop,
    refund_id: str,
    resolution: Resolution,
    *,
    actor: str,
    why: str,
    now: datetime,
    approval: levels.Approval = levels.NOBODY,
    has_agreed: bool = False,
) -> None:
    """Give something else for an exchange that its customer never paid for.

    A person has cancelled the new order in the shop before; the shop is asked whether
    that is so. Raises BadRequest where it can still be paid, or was, unless it waits
    for the customer's payment, or without a reason; LevelNeeded as `instead` does.
    """
    row = refunds.get(db, refund_id)
    _hold_to_unpaid(db, row)
    try:
        finding = look(shop, row)
    except PlatformError:
        msg = saying("the shop cannot be asked just now whether it was paid; try again")
        raise BadRequest(msg) from None
    if finding.found is Found.DONE:
        msg = saying("the customer has paid meanwhile: the exchange goes on")
        raise BadRequest(msg)
    if not finding.is_over and finding.found not in (Found.FAILED, Found.ABSENT):
        new = row.made or saying("the new order")
        msg = saying(
            "the shop does not say that %(order)s is cancelled: cancel it there first",
            order=new,
        )
        if finding.why:
            msg = saying("%(what)s (%(why)s)", what=msg, why=finding.why)
        raise BadRequest(msg)
    _call_off(
        db,
        shop.abilities,
        refund_id,
        resolution,
        approval,
        actor=actor,
        why=why,
        now=now,
        has_agreed=has_agreed,
        finding=finding,
    )


def _hold_to_unpaid(db: Database, row: RefundRow) -> None:
    """Refuse to call off what is not an exchange that waits for payment alone."""
    stands = exchanges.of_refund(db, row.id)
    if row.state is Refund.PENDING and not row.request.owed:
        msg = saying("the rest of the money is on its way to the customer; wait for it")
        raise BadRequest(msg)
    if stands is None or stands.state is not Exchange.AWAITING_PAYMENT:
        msg = saying(
            "only an exchange that waits for its customer's payment can be called off"
        )
        raise BadRequest(msg)
    if row.amount:
        msg = saying(
            "%(amount)s of it is on its way at the gateway: wait for that first",
            amount=row.amount,
        )
        raise BadRequest(msg)


@atomic
def _call_off(
    db: Database,
    able: Abilities,
    refund_id: str,
    resolution: Resolution,
    approval: levels.Approval,
    *,
    actor: str,
    why: str,
    now: datetime,
    has_agreed: bool,
    finding: Finding,
) -> None:
    row = refunds.get(db, refund_id)
    _hold_to_unpaid(db, row)
    if not why.strip():
        msg = saying(
            "say how you know that nothing was paid or sent; it stays in the timeline"
        )
        raise BadRequest(msg)
    if resolution in GOODS or resolution not in possible(able) or not row.return_id:
        msg = saying("say what the customer gets instead")
        raise BadRequest(msg)
    case = returns.get(db, row.return_id)
    if resolution in CREDITS:
        _hold_to_means(db, case, now if has_agreed else None)
    said = {
        int(line_id): levels.said(
            levels.to_change(db, case, int(line_id), resolution).hold(approval),
            why.strip(),
        )
        for line_id in row.units
    }
    refunds.move(db, refund_id, "fail", now, why=why.strip(), actor=actor)
    refunds.give_back(db, refund_id, why=why.strip(), actor=actor, now=now)
    paid_otherwise.ask_back(db, row, finding, now)
    for line_id, text in said.items():
        returns.resolve(db, case, line_id, resolution, actor=actor, why=text, now=now)


@atomic
def courtesy(
    db: Database,
    able: Abilities,
    return_id: str,
    amount: Money,
    *,
    actor: str,
    why: str,
    now: datetime,
    approval: levels.Approval = levels.NOBODY,
    key: str = "",
) -> str:
    """Promise credit on top, as a kindness; return its key: `key`, once for ever.

    Raises BadRequest without a reason, for nothing, in another currency than the
    order's, or where the shop has no such credit; LevelNeeded where the return gives
    so much with it that the policy wants another `approval`.
    """
    case = returns.get(db, return_id)
    order = orders.get(db, case.shop, case.order_ref)
    if Resolution.COURTESY not in able.ways:
        msg = saying("this shop has no credit to give")
        raise BadRequest(msg, number=case.number)
    if amount.minor <= 0 or amount.currency != order.currency:
        msg = saying(
            "a courtesy is more than nothing, in %(currency)s", currency=order.currency
        )
        raise BadRequest(msg, amount=amount)
    if not why.strip():
        msg = saying("say why; it stays in the timeline")
        raise BadRequest(msg)
    if key in {row.id for row in refunds.of_return(db, case.id)}:
        msg = saying("this courtesy was given already")
        raise BadRequest(msg, number=case.number)
    how = levels.to_add(db, case, amount).hold(approval)
    key = extra.promise(
        db,
        case,
        order.ref,
        amount,
        reason=f"Courtesy {case.number}",
        actor=actor,
        now=now,
        key=key,
    )
    returns.note(db, case, "courtesy", actor, levels.said(how, why.strip()), now)
    return key
