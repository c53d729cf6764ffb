"""A withdrawal is declared: kept and confirmed in one commit, matched afterwards.

Nothing that is looked up can keep a statement from being taken (§ 355(1) and
§ 356a(5) BGB): the order is searched by a job, and what is not clear goes to a person.
"""

from __future__ import annotations

import hashlib
import logging
from datetime import timedelta
from typing import TYPE_CHECKING

import uuid_utils.compat as uuids

from connector import law, withdrawal
from connector.errors import BadRequest, Gone, PlatformError, Refused
from connector.model import Kind
from connector.saying import saying
from connector.steps import left, progress, remainder
from connector.steps import request as opening
from connector.steps.observe import observe
from connector.store import (
    atomic,
    desk,
    letters,
    orders,
    returns,
    statements,
)
from connector.store.filing import Wish

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from connector.model import Order, Return
    from connector.platform import Shop
    from connector.store import Database
    from connector.store.statements import Statement
    from connector.withdrawal import Moments, Said, Seller

log = logging.getLogger(__name__)

ABOUT, MATCH = "statement", "match"
REST = "rest"  # what a whole order holds beside its return
REASON = "withdrawal"  # no reason is asked: § 355(1) sentence 4 BGB, L221-18
RETOUR = "retour"
PATIENCE = timedelta(hours=1)  # a shop that cannot be asked for so long: a person


@atomic
def take(
    db: Database,
    *,
    shop: str,
    said: Said,
    seller: Seller,
    channel: str,
    language: str,
    moments: Moments,
    sent_key: str,
    actor: str,
    now: datetime,
) -> Statement:
    """Keep a statement and plan its receipt; the same one sent twice is one.

    `sent_key` names the sending (a form, a message): with the same content it is
    the same statement. Raises BadRequest for a channel or times that cannot be.
    """
    _check(channel, moments, now)
    key = hashlib.sha256(f"{sent_key}\0{said.digest()}".encode()).hexdigest()
    statement_id = str(uuids.uuid7())
    is_new = statements.add(
        db,
        statement_id=statement_id,
        shop=shop,
        sent_key=key,
        channel=channel,
        language=language,
        said=said,
        moments=moments,
        actor=actor,
        now=now,
    )
    if not is_new:
        known = statements.by_key(db, shop, key)
        if known is not None:
            return known
    kept = statements.get(db, statement_id)
    if said.reach:
        _confirm(db, kept, seller, now)
    return kept


def _check(channel: str, moments: Moments, now: datetime) -> None:
    if channel not in withdrawal.CHANNELS:
        ways = list(withdrawal.CHANNELS)
        msg = saying("a statement comes by one of %(ways)s", ways=ways)
        raise BadRequest(msg, channel=channel[:40])
    if not moments.sent <= moments.received <= now:
        msg = saying("it was sent before it arrived, and arrived before now")
        raise BadRequest(msg)


def _confirm(db: Database, kept: Statement, seller: Seller, now: datetime) -> None:
    letters.write(
        db,
        letter_id=str(uuids.uuid7()),
        shop=kept.shop,
        statement_id=kept.id,
        language=kept.language,
        recipient=kept.said.reach,
        subject=withdrawal.subject(seller, kept.language),
        body=receipt(kept, seller),
        now=now,
    )


def receipt(kept: Statement, seller: Seller) -> str:
    """Return the receipt of a statement, in its language."""
    return withdrawal.receipt(
        kept.said,
        seller=seller,
        number=kept.id,
        channel=kept.channel,
        moments=kept.moments,
        language=kept.language,
    )


def run(db: Database, shop: Shop, clock: Callable[[], datetime]) -> int:
    """Find the orders of new statements and open their returns; return how many."""
    return sum(_one(db, shop, one, clock) for one in statements.unread(db, shop.name))


def _one(
    db: Database, shop: Shop, kept: Statement, clock: Callable[[], datetime]
) -> bool:
    try:
        order = _order(db, shop, kept.said.contract, clock)
    except PlatformError as error:
        log.warning("statement not matched yet: %s", error, extra={"shop": shop.name})
        if clock() - kept.entered_at > PATIENCE:
            why = saying("the shop cannot be asked for the order")
            _ask(db, kept, why, clock())
        return False
    return _match(db, kept.id, order, clock())


def _order(
    db: Database, shop: Shop, number: str, clock: Callable[[], datetime]
) -> Order | None:
    """Find the order that a customer names, as the shop has it now."""
    known = orders.find(db, shop.name, number)
    ref = known.ref if known else shop.find_order(number)
    if ref is None:
        return None
    try:
        return observe(db, shop, ref, clock)
    except Gone:
        return None


@atomic
def _match(db: Database, statement_id: str, order: Order | None, now: datetime) -> bool:
    kept = statements.get(db, statement_id)
    if kept.order_ref is not None:  # another worker was quicker
        return False
    why = _doubt(db, kept, order)
    if why or order is None:
        _ask(db, kept, why, now)
        return False
    try:
        _open(db, kept, order, _all_left(db, order, kept.shop), RETOUR, now)
    except (BadRequest, Refused) as error:
        _ask(db, kept, error.args[0], now)
        return False
    return True


def _doubt(db: Database, kept: Statement, order: Order | None) -> str:
    """Say what only a person may decide about a statement; "" where all is clear."""
    if order is None:
        return saying("no order of the shop has the number that the statement names")
    if kept.said.part:
        return _of_part(db, kept, order)
    reach, email = kept.said.reach.strip(), order.customer.email.strip()
    if not email or reach.casefold() != email.casefold():
        return saying(
            "it names order %(order)s, but gives another e-mail address than the order"
            " has: see whether it is the customer's",
            order=order.number,
        )
    if not _all_left(db, order, kept.shop):
        return _nothing_left(db, kept, order)
    return ""


def _nothing_left(db: Database, kept: Statement, order: Order) -> str:
    rest = remainder.uncovered(db, kept, order, {})
    if rest:
        return saying(
            "nothing of order %(order)s can be sent back: %(why)s",
            order=order.number,
            why=rest,
        )
    return saying(
        "nothing of order %(order)s can be sent back: refunded already, not shipped"
        " yet (then cancel it in the shop%(due)s), or in another return already",
        order=order.number,
        due=remainder.due(db, kept, order),
    )


def _of_part(db: Database, kept: Statement, order: Order) -> str:
    """Say what a person decides of a withdrawal from a part (docs/law.md, no. 19)."""
    which = saying(
        "the customer withdraws from a part of order %(order)s: say which",
        order=order.number,
    )
    country = order.customer.country
    if law.may_part(country, progress.switches_of(db, kept.shop, order.ref)):
        return which
    return saying(
        "%(which)s, or refuse it: your policy has part_of_order = false", which=which
    )


def _all_left(db: Database, order: Order, shop: str) -> dict[str, int]:
    """Return by line all units that were sent and are in no live return."""
    found = left.of_order(db, shop, order)
    return {
        line.ref: found[line.ref].here
        for line in order.lines
        if found[line.ref].here and not line.is_gift_card
    }


def _open(
    db: Database,
    kept: Statement,
    order: Order,
    units: Mapping[str, int],
    actor: str,
    now: datetime,
) -> Return:
    """Open the return as asked for when the statement was sent, and remember it."""
    case = opening.open_return(
        db,
        shop=kept.shop,
        order=order,
        kind=Kind.WITHDRAWAL,
        wishes=[
            Wish(line_ref=ref, quantity=count, reason=REASON)
            for ref, count in units.items()
        ],
        filed_by="portal" if kept.channel == "page" else "console",
        language=kept.language,
        now=now,
        event_key=f"statement:{kept.id}",
        asked_at=kept.moments.sent,
    )
    statements.match(
        db,
        kept.id,
        order_ref=order.ref,
        return_id=case.id,
        actor=actor,
        now=now,
    )
    desk.close(db, ABOUT, kept.id, actor, now)
    if not kept.said.part:
        _ask_rest(db, kept, order, case, now)
    return case


def _ask_rest(
    db: Database, kept: Statement, order: Order, case: Return, now: datetime
) -> None:
    """Lay before a person what of a whole order its return does not hold."""
    covered = {line.line_ref: line.asked for line in case.lines}
    rest = remainder.uncovered(db, kept, order, covered)
    if rest:
        why = saying(
            "return %(number)s does not hold all of it: %(rest)s",
            number=case.number,
            rest=rest,
        )
        _ask(db, kept, why, now, REST)


def by_person(
    db: Database,
    shop: Shop,
    statement_id: str,
    number: str,
    units: Mapping[str, int] | None,
    *,
    actor: str,
    clock: Callable[[], datetime],
) -> Return:
    """Open the return that a statement means, of these units or of all that are left.

    Raises BadRequest for an unknown order or impossible units, Refused for taken ones,
    PlatformError while the shop cannot be asked.
    """
    order = _order(db, shop, number, clock)
    if order is None:
        msg = saying("no order of this shop has that number")
        raise BadRequest(msg)
    return _by_person(db, statement_id, order, units, actor, clock())


@atomic
def _by_person(
    db: Database,
    statement_id: str,
    order: Order,
    units: Mapping[str, int] | None,
    actor: str,
    now: datetime,
) -> Return:
    kept = statements.get(db, statement_id)
    if kept.return_id is not None:
        return returns.get(db, kept.return_id)
    wanted = units or _all_left(db, order, kept.shop)
    return _open(db, kept, order, wanted, actor, now)


@atomic
def settle(
    db: Database, statement_id: str, number: str, *, actor: str, now: datetime
) -> None:
    """Take a statement off the desk without a return; with its order, where known.

    For an order that was cancelled before it left, or a statement that is none.
    Raises BadRequest for an order that is not known here.
    """
    kept = statements.get(db, statement_id)
    if number.strip():
        order = orders.find(db, kept.shop, number)
        if order is None:
            msg = saying("no order of this shop has that number")
            raise BadRequest(msg)
        statements.match(
            db,
            kept.id,
            order_ref=order.ref,
            return_id=None,
            actor=actor,
            now=now,
        )
    desk.close(db, ABOUT, kept.id, actor, now)


def _ask(
    db: Database, kept: Statement, why: str, now: datetime, code: str = MATCH
) -> None:
    """Lay a statement before a person; it counts from when it was sent all the same."""
    desk.put(
        db,
        shop=kept.shop,
        about=ABOUT,
        about_id=kept.id,
        code=code,
        why=saying(
            "a withdrawal was declared on %(sent)s, and counts from then; %(why)s",
            sent=kept.moments.sent,
            why=why,
        ),
        now=now,
    )
