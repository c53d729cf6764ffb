"""A return as it is really filed, decided and paid: what a trial foretells."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count
from typing import TYPE_CHECKING

from adapters.sandbox import Sandbox
from adapters.sandbox_ways import WAYS
from connector import policy
from connector.model import Kind, NewGoods, Resolution, Tender, TenderKind
from connector.money import Money, total
from connector.states import Decision
from connector.steps import decide, inspect, promise, wayback
from connector.steps.amends import possible
from connector.steps.inspect import Counted
from connector.store import filing, notices, orders, refunds, returns, shops
from connector.store.filing import Wish

if TYPE_CHECKING:
    from collections.abc import Iterable

    from connector.model import Charge, Line, Order, Return
    from connector.policy import Case
    from connector.store import Database

LATER = timedelta(days=60)
SAID = {
    Decision.APPROVED: "approved",
    Decision.NEEDS_PERSON: "needs_person",
    Decision.DECLINED: "declined",
}
_numbers = count(1)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a return: of each line by its ref, and all that was given.

    `ways` are all that its shop can do.
    """

    shop: str
    ways: frozenset[Resolution]
    return_id: str
    lines: dict[str, str]
    given: Money


def paid(order: Order) -> Order:
    """Say that an order was paid in full, with one card."""
    parts: tuple[Line | Charge, ...] = (*order.lines, *order.shipping, *order.fees)
    whole = total((one.gross for one in parts), order.currency)
    back = (one.refunded for one in order.shipping if one.refunded)
    card = Tender(
        ref="card",
        gateway="card",
        kind=TenderKind.CARD,
        captured=whole,
        refunded=total(back, order.currency),
    )
    return replace(order, total=whole, tenders=(card,))


def returned(
    db: Database,
    text: str,
    order: Order,
    case: Case,
    *,
    words: Iterable[str] = (),
    is_told: bool = False,
    ways: frozenset[Resolution] = WAYS,
) -> Outcome:
    """File a return of an order in a shop of its own, decide it and pay for it.

    `words` are what a person says of the way back, `is_told` whether the shop told
    its customers of their right, `ways` what the shop can do.
    """
    number = next(_numbers)
    shop = Sandbox(f"shop-{number}")
    shop.abilities = replace(shop.abilities, ways=ways)
    shop.sell(order)
    shops.put(db, shop.name, "sandbox", "memory", order.placed_at)
    shops.bind_policy(db, shop.name, policy.digest(text), text, order.placed_at)
    if is_told:
        notices.say(
            db,
            shop.name,
            digest="",
            since=order.placed_at,
            actor="x",
            now=order.placed_at,
        )
    orders.keep(db, shop.name, order)
    return_id = f"return-{number}"
    filing.add(
        db,
        return_id=return_id,
        shop=shop.name,
        order=order,
        kind=case.kind,
        filed_by=case.channel,
        language="en",
        wishes=[_wish(order, one) for one in case.lines],
        now=case.asked_at,
        platform_ref="R1" if case.channel == "shop" else "",
    )
    decide.run(db, shop, lambda: case.asked_at)
    known = returns.get(db, return_id)
    for word in words if case.kind is Kind.WITHDRAWAL else ():
        wayback.say(db, return_id, word, actor="x", why="", now=case.asked_at)
    _came(db, known)
    promise.run(db, shop, lambda: case.asked_at + LATER)
    rows = refunds.of_return(db, return_id)
    return Outcome(
        shop=shop.name,
        ways=possible(shop.abilities),
        return_id=return_id,
        lines={one.line_ref: SAID[Decision(one.decision)] for one in known.lines},
        given=total((row.request.given for row in rows), order.currency),
    )


def _wish(order: Order, one: policy.Wanted) -> Wish:
    line = order.line(one.line_ref)
    is_other = one.resolution is Resolution.EXCHANGE and line is not None
    return Wish(
        line_ref=one.line_ref,
        quantity=one.quantity,
        reason=one.reason,
        has_photo=one.photo_count > 0,
        wanted=one.resolution,
        answers=one.answers,
        goods=NewGoods(
            ref="v9",
            title="Other",
            quantity=one.quantity,
            price=policy.worth(line, one.quantity),
            product_ref="p9",
        )
        if is_other and line
        else None,
    )


def _came(db: Database, case: Return) -> None:
    """Let all that was approved come back as it left."""
    counted = {
        line.id: Counted(received=line.approved, accepted=line.approved)
        for line in case.lines
        if line.decision == Decision.APPROVED and line.resolution is not Resolution.KEEP
    }
    if counted and not case.cancelled_at:
        inspect.receive(db, case.id, counted, actor="x", now=case.opened_at)
