"""Take in the returns that a shop holds itself, and what was decided there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import uuid_utils.compat as uuids

from connector.errors import NotFound, Refused
from connector.model import Kind
from connector.saying import said_by, saying
from connector.states import Errand
from connector.steps import claims, told
from connector.steps.follow import cancelled
from connector.steps.follow import follow as follow_up
from connector.steps.observe import observe
from connector.steps.question import rules_of
from connector.steps.told import ACTOR
from connector.store import (
    at_shop,
    atomic,
    desk,
    errands,
    filing,
    history,
    orders,
    returns,
)
from connector.store.filing import Wish

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from connector.model import Order, Return, ShopReturn
    from connector.platform import Abilities, Shop
    from connector.store import Database

REPLACED = saying("replaced by another request in the shop")
REWRITTEN = saying("rewritten by the customer in the shop")
ENDED = frozenset({"closed", "declined", "cancelled"})


def follow(
    db: Database, shop: Shop, order_ref: str, clock: Callable[[], datetime]
) -> bool:
    """Read an order with its returns; only then does it count as read.

    False when it must be read once more. Raises what reading raises.
    """
    started = clock()
    order = observe(db, shop, order_ref, clock)
    if not take_in(db, shop, order, clock()):
        return False
    orders.read_whole(db, shop.name, order, started)
    return True


def take_in(db: Database, shop: Shop, order: Order, now: datetime) -> bool:
    """Bring our returns of an order in step with the shop's own.

    False when one of them may be the echo of a return that we are just making
    there: come again later.
    """
    able = shop.abilities
    if not able.holds_returns:
        return True
    found = shop.returns(order.ref)
    if able.rewrites_requests:
        _end_replaced(db, shop.name, order.ref, found, now)
    taken = [_one(db, shop.name, able, order, one, now) for one in found]
    return all(taken)


@atomic
def _end_replaced(
    db: Database, shop: str, order_ref: str, found: Sequence[ShopReturn], now: datetime
) -> None:
    """End what the shop shows no longer: another request took its place there.

    That happens only after it was refused or withdrawn, whoever saw it.
    """
    refs = {one.ref for one in found}
    for case in returns.of_order(db, shop, order_ref):
        if not case.platform_ref or case.platform_ref in refs or case.closed_at:
            continue
        if found:
            cancelled(db, case, REPLACED, now)
        elif not case.cancelled_at and case.status != "declined":
            why = saying("the shop does not show the request of this return any more")
            _ask(db, shop, case.id, why, now)


@atomic
def _one(
    db: Database,
    shop: str,
    able: Abilities,
    order: Order,
    found: ShopReturn,
    now: datetime,
) -> bool:
    known = returns.by_platform_ref(db, shop, found.ref)
    if known:
        if _is_rewritten(able, known, found):
            _rewrite(db, able, order, known, found, now)
            return True
        return follow_up(db, able, known, found, now)
    opening = errands.opening(db, shop, order.ref)
    if any(row.state in (Errand.SUBMITTED, Errand.UNKNOWN) for row in opening):
        return False
    if found.status in ENDED or _is_history(db, shop, able, order, found, now):
        return True
    if not _is_over(found):
        _open(db, shop, able, order, found, now)
    return True


def _is_rewritten(able: Abilities, case: Return, found: ShopReturn) -> bool:
    """Say whether the customer wrote another request over the one that we know."""
    is_asking = able.rewrites_requests and found.status in ("requested", "open")
    return is_asking and not case.closed_at and told.is_rewritten(case, found)


def _rewrite(
    db: Database,
    able: Abilities,
    order: Order,
    case: Return,
    found: ShopReturn,
    now: datetime,
) -> None:
    """End our return and file what is asked for now, unless it went too far: ask."""
    cancelled(db, case, REWRITTEN, now)
    case = returns.get(db, case.id)
    if case.cancelled_at or case.status == "declined":
        why = saying("its request was rewritten")
        at_shop.detach(db, case, why, ACTOR, now)
        _open(db, case.shop, able, order, found, now)


def _is_history(
    db: Database,
    shop: str,
    able: Abilities,
    order: Order,
    found: ShopReturn,
    now: datetime,
) -> bool:
    """Say whether a return was approved and paid there before we ever saw it.

    Where refunds stand alone nothing else tells it from one that is still to be
    paid; the refund is in our books as others' already.
    """
    is_paid = any(
        one.made_at is None or one.made_at >= found.opened_at for one in order.refunds
    )
    if able.pays_through_returns or found.status != "open" or not is_paid:
        return False
    if not history.happened(db, found.ref, "settled_in_shop"):
        history.note(
            db,
            shop=shop,
            about="order",
            about_id=found.ref,
            event="settled_in_shop",
            state="",
            why=saying(
                "request %(number)s was approved and paid before Retour saw it",
                number=found.number,
            ),
            now=now,
        )
    return True


def _is_over(found: ShopReturn) -> bool:
    """Say whether all of it was paid back there before we saw it: at a till, mostly."""
    return bool(found.lines) and all(
        line.line_ref and line.refunded >= line.quantity for line in found.lines
    )


def _open(
    db: Database,
    shop: str,
    able: Abilities,
    order: Order,
    found: ShopReturn,
    now: datetime,
) -> None:
    """File the shop's return as ours; units held by another one go to a person."""
    if any(not x.line_ref for x in found.lines) and able.pays_through_returns:
        why = saying(
            "return %(number)s was made without a receipt: it names no line that was"
            " bought; settle it in the shop",
            number=found.number,
        )
        _ask(db, shop, found.ref, why, now)
        return
    wishes = _wishes(found)
    if not wishes:
        why = saying(
            "return %(number)s of the shop names nothing that can be read",
            number=found.number,
        )
        _ask(db, shop, found.ref, why, now)
        return
    return_id = str(uuids.uuid7())
    try:
        filing.add(
            db,
            return_id=return_id,
            shop=shop,
            order=order,
            kind=_kind(db, shop, order, wishes),
            filed_by=ACTOR,
            language=order.customer.language or "en",
            wishes=wishes,
            now=now,
            platform_ref=found.ref,
            asked_at=found.opened_at,
        )
    except Refused as error:
        # Nothing was written: `filing.add` chooses units before it inserts.
        why = saying(
            "return %(number)s of the shop: %(why)s",
            number=found.number,
            why=said_by(error),
        )
        _ask(db, shop, found.ref, why, now)
        return
    follow_up(db, able, returns.get(db, return_id), found, now)


def _kind(db: Database, shop: str, order: Order, wishes: Sequence[Wish]) -> Kind:
    """Say of what kind the shop's return is, by its reasons, as the portal does."""
    try:
        rules = rules_of(db, shop, order.ref)
    except NotFound:
        return Kind.VOLUNTARY  # nothing judges it either
    return claims.kind_of_all(rules, [one.reason for one in wishes])


def _wishes(found: ShopReturn) -> list[Wish]:
    return [
        Wish(
            line_ref=line.line_ref,
            quantity=line.quantity,
            reason=told.reason(line.reason),
            note=line.note,
            has_photo=bool(found.photos),
            platform_ref=line.ref,
        )
        for line in found.lines
        if line.quantity > 0
    ]


def _ask(db: Database, shop: str, about_id: str, why: str, now: datetime) -> None:
    """Lay a return that is not ours before a person, once in the same words."""
    if desk.was_settled(db, shop, about_id, "foreign", why):
        return  # a person took it off the desk: what he did there is his
    desk.put(
        db,
        shop=shop,
        about="return",
        about_id=about_id,
        code="foreign",
        why=why,
        now=now,
    )
