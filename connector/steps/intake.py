"""Read what deliveries mean: which order to read again, which return to open."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from connector import inbound
from connector.compliance import Traces
from connector.errors import (
    BadRequest,
    Gone,
    OutcomeUnknown,
    PlatformError,
    Refused,
    Rejected,
    RetourError,
    Unavailable,
)
from connector.model import Kind
from connector.saying import said_by, saying
from connector.steps import events, foreign, left, privacy, request, wanted
from connector.steps.observe import observe
from connector.steps.pace import is_away, note_version
from connector.store import (
    atomic,
    backfills,
    desk,
    inbox,
    orders,
    personal,
    returns,
    shops,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from connector.model import Return
    from connector.platform import Notice, Shop
    from connector.store import Database
    from connector.store.inbox import Delivery

log = logging.getLogger(__name__)

MOST_ATTEMPTS = 12
LATEST = timedelta(hours=6)
# While a shop is down, its deliveries come again in a quarter of their age.
SOONEST_AWAY, LATEST_AWAY = timedelta(seconds=15), timedelta(minutes=5)


class NotYet(RetourError):
    """Something of ours is under way at the shop; read this delivery later."""


def run(
    db: Database,
    known: Mapping[str, Shop],
    clock: Callable[[], datetime],
    most: int = 500,
) -> int:
    """Read deliveries that are due, `most` at once; return how many were read.

    None is ever dropped: what cannot be understood is kept and marked, what
    cannot be done now comes again, what keeps failing goes to a person.
    """
    done = 0
    while done < most:
        delivery = inbox.claim(db, clock())
        if delivery is None:
            break
        _read(db, known, delivery, clock)
        done += 1
    return done


def _read(
    db: Database,
    known: Mapping[str, Shop],
    delivery: Delivery,
    clock: Callable[[], datetime],
) -> None:
    try:
        state, note = _understand(db, known, delivery, clock)
    except Gone:
        inbox.settle(db, delivery.id, "done", saying("it is gone at the shop"))
    except (Unavailable, OutcomeUnknown) as error:
        is_down = is_away(db, delivery.shop, error)
        (_wait if is_down else _again)(db, delivery, str(error), clock())
    except (PlatformError, NotYet) as error:
        _again(db, delivery, str(error), clock())
    except Exception as error:
        # Whatever it is, the delivery must stay; a bug here is found by a person.
        log.exception("delivery not understood", extra={"delivery": delivery.id})
        _again(db, delivery, type(error).__name__, clock())
    else:
        gone = state != "failed" and personal.names_erased(
            db, delivery.shop, Traces.of(delivery.body)
        )
        gone = gone or _is_spent(delivery, state)
        inbox.settle(db, delivery.id, state, note, is_forgotten=gone)


def _is_spent(delivery: Delivery, state: str) -> bool:
    """Say whether a body brought photos that are kept with their return by now."""
    is_ours = delivery.source == inbound.SOURCE and state == "done"
    return is_ours and any(one.photos for one in inbound.parse(delivery.body).lines)


def _understand(
    db: Database,
    known: Mapping[str, Shop],
    delivery: Delivery,
    clock: Callable[[], datetime],
) -> tuple[str, str]:
    """Act on one delivery; return the state it ends in, and a note."""
    if privacy.take(db, delivery, clock()):
        return "done", saying("a request for privacy, written down")
    shop = known.get(delivery.shop)
    if shop is None:
        if shops.get(db, delivery.shop).removed_at is None:
            msg = saying("this shop cannot be used just now")
            raise Unavailable(msg)  # it is read when it can be, however late
        return "failed", saying("this shop is not connected any more")
    if delivery.source == inbound.SOURCE:
        return _inbound(db, shop, delivery, clock)
    return _heed(db, shop, delivery, clock)


def _heed(
    db: Database, shop: Shop, delivery: Delivery, clock: Callable[[], datetime]
) -> tuple[str, str]:
    """Do what a notice of the shop asks for: mostly, read an order again."""
    pinned, sent = shop.abilities.api_version, delivery.headers.get("API-Version")
    if pinned and sent:
        note_version(db, shop.name, pinned, sent, clock(), about="webhooks")
    notice = shop.read_notice(delivery.topic, delivery.body)
    if notice.about == "unknown":
        return "unknown", saying("no table of ours knows this topic or body")
    if notice.about == "uninstalled" and _still_answers(shop):
        return "done", saying("the shop still answers: it is old news")
    said = events.heed(db, shop.name, notice, clock())
    if said and not notice.order_ref:
        return "done", said
    if notice.about == "history":
        backfills.wake(db, shop.name, clock())
        return "done", saying("the order history is ready to be read")
    if notice.about == "returns":
        refs = returns.orders_at_shop(db, shop.name)
    else:
        ref = _order_ref(shop, notice)
        refs = [ref] if ref else []
        if not ref:
            return "unknown", saying("it names no order that can be found")
    return _follow(db, shop, refs, delivery, clock) or ("done", said)


def _follow(
    db: Database,
    shop: Shop,
    refs: Sequence[str],
    delivery: Delivery,
    clock: Callable[[], datetime],
) -> tuple[str, str] | None:
    """Read orders again that were not read since; raises NotYet."""
    stale = [
        ref
        for ref in refs
        if not orders.read_since(db, shop.name, ref, delivery.received_at)
    ]
    if refs and not stale:
        return "done", saying("the order was read since, for another delivery")
    taken = [foreign.follow(db, shop, ref, clock) for ref in stale]
    if not all(taken):
        msg = saying("a return of ours is being made there")
        raise NotYet(msg)
    return None


def _still_answers(shop: Shop) -> bool:
    """Look whether the app was really removed: the news may be a day old.

    Raises what says neither yes nor no, so that it is looked at again.
    """
    try:
        shop.probe()
    except Rejected:
        return False
    return True


def _order_ref(shop: Shop, notice: Notice) -> str:
    if notice.order_ref:
        return notice.order_ref
    if notice.return_ref:
        return shop.shop_return(notice.return_ref).order_ref
    if notice.goods_ref:
        return shop.order_of_goods(notice.goods_ref) or ""
    if notice.refund_ref:
        return shop.order_of_refund(notice.refund_ref) or ""
    return ""


def _inbound(
    db: Database, shop: Shop, delivery: Delivery, clock: Callable[[], datetime]
) -> tuple[str, str]:
    """Open the return that another program asks for; say why when it cannot be."""
    is_withdrawal = False
    try:
        asked = inbound.parse(delivery.body)
        is_withdrawal = asked.kind is Kind.WITHDRAWAL
        case = _open(db, shop, asked, clock)
    except (BadRequest, Refused, Gone) as error:
        why = saying("a return was asked for, but %(why)s", why=said_by(error))
        if is_withdrawal:
            why = saying(
                "%(what)s. It is called a withdrawal, which counts from when it came,"
                " sent or not: enter it under “Withdrawals”",
                what=why,
            )
        _ask(db, delivery, why, clock())
        return "failed", said_by(error)
    return "done", saying("opened %(number)s", number=case.number)


def _open(
    db: Database, shop: Shop, asked: inbound.Asked, clock: Callable[[], datetime]
) -> Return:
    ref = asked.order_ref or shop.find_order(asked.order_number)
    if not ref:
        msg = saying("the shop has no such order")
        raise BadRequest(msg)
    order = observe(db, shop, ref, clock)
    wishes = wanted.wishes(db, shop, order, asked)
    if returns.by_event(db, shop.name, asked.event_id) is None:
        left.hold(db, shop.name, order, wishes)
    wanted.keep_photos(db, order, asked, shop.name, clock())
    return request.open_return(
        db,
        shop=shop.name,
        order=order,
        kind=wanted.kind(db, shop, order, asked),
        wishes=wishes,
        filed_by=inbound.SOURCE,
        language=asked.language,
        now=clock(),
        event_key=asked.event_id,
        method=wanted.method(db, shop, order, asked),
    )


def _wait(db: Database, delivery: Delivery, why: str, now: datetime) -> None:
    """Keep it for when the shop is back: an outage is no fault of the delivery."""
    age = (now - delivery.received_at) / 4
    away = min(max(age, SOONEST_AWAY), LATEST_AWAY)
    inbox.wait(db, delivery.id, now + away, why)


@atomic
def _again(db: Database, delivery: Delivery, why: str, now: datetime) -> None:
    if delivery.attempts >= MOST_ATTEMPTS:
        inbox.settle(db, delivery.id, "failed", why)
        said = saying(
            "a %(topic)s delivery keeps failing: %(why)s",
            topic=delivery.topic,
            why=why,
        )
        _ask(db, delivery, said, now)
        return
    wait = min(timedelta(seconds=5 * 2**delivery.attempts), LATEST)
    inbox.later(db, delivery.id, now + wait, why)


def _ask(db: Database, delivery: Delivery, why: str, now: datetime) -> None:
    desk.put(
        db,
        shop=delivery.shop,
        about="delivery",
        about_id=str(delivery.id),
        code="unread",
        why=why,
        now=now,
    )
