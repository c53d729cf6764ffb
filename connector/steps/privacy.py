"""Carry out what a person may ask: a copy of what is held on him, or to be forgotten.

What must be known to settle a return is kept until that is settled, and then erased
by itself. Books, refunds and history hold no personal data, and stay whole.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import uuid_utils.compat as uuids

from connector.compliance import (
    DATA_REQUEST,
    REDACT,
    SHOP_REDACT,
    Traces,
    bare,
    named,
    parse,
)
from connector.errors import BadRequest, NotFound, PlatformError, Rejected
from connector.saying import joined, saying
from connector.steps import holding
from connector.store import (
    atomic,
    desk,
    inbox,
    orders,
    personal,
    privacy,
    shops,
    statements,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from connector.compliance import Ask
    from connector.platform import Shop
    from connector.store import Database
    from connector.store.inbox import Delivery
    from connector.store.privacy import Request

log = logging.getLogger(__name__)

ABOUT = "privacy"
WAITS, READY, CONNECTED = "erasure_waits", "data_request", "shop_redact"


def take(db: Database, delivery: Delivery, now: datetime) -> Request | None:
    """Write down what a compliance webhook asks; None for any other delivery."""
    asked = parse(delivery.topic, delivery.body)
    if asked is None:
        return None
    return privacy.ask(
        db,
        shop=delivery.shop,
        kind=asked.kind,
        asked_by="shop",
        request_key=f"delivery:{delivery.id}",
        customer=asked.customer,
        delivery_id=delivery.id,
        now=now,
    )


def by_email(
    db: Database, shop: str, kind: str, email: str, *, actor: str, now: datetime
) -> Request:
    """Write down a wish that reached the merchant himself; the address is not kept.

    Raises BadRequest for what is no address, NotFound where no order has it.
    """
    shops.get(db, shop)
    if kind not in (DATA_REQUEST, REDACT) or "@" not in email:
        msg = saying("give the e-mail address that the customer bought with")
        raise BadRequest(msg)
    found = personal.orders_of(db, shop, email=email)
    declared = [one.id for one in statements.of_person(db, shop, [email], found)]
    if not found and not declared:
        msg = saying("no order of this shop names that address")
        raise NotFound(msg, shop=shop)
    return privacy.ask(
        db,
        shop=shop,
        kind=kind,
        asked_by=actor,
        request_key=str(uuids.uuid7()),
        orders=found,
        statements=declared,
        now=now,
    )


def run(db: Database, known: Mapping[str, Shop], clock: Callable[[], datetime]) -> int:
    """Carry out what was asked; return how many requests came to their end."""
    done = 0
    for request in privacy.unfinished(db):
        try:
            done += _CARRY[request.kind](db, known, _located(db, request), clock())
        except PlatformError as error:
            log.warning("request for privacy waits: %s", error)
    return done


def _asked(db: Database, request: Request) -> Ask | None:
    """Read the delivery again, while it still has a body."""
    if request.delivery_id is None:
        return None
    try:
        delivery = inbox.get(db, request.delivery_id)
    except NotFound:
        return None
    return parse(delivery.topic, delivery.body) if delivery.body else None


def _located(db: Database, request: Request) -> Request:
    """Find the orders that a request is about, once."""
    asked = _asked(db, request)
    if request.orders is not None or request.kind == SHOP_REDACT:
        return request
    email, numbers = (asked.email, asked.orders) if asked else ("", ())
    refs = personal.orders_of(db, request.shop, email=email, numbers=numbers)
    emails = {email, *(personal.email_of(db, request.shop, ref) for ref in refs)}
    declared = statements.of_person(db, request.shop, sorted(emails), refs)
    privacy.found(db, request.id, refs, [one.id for one in declared])
    return privacy.get(db, request.id)


def _traces(db: Database, request: Request) -> Traces:
    """Return by what deliveries are known to speak of this person."""
    asked = _asked(db, request)
    refs = request.orders or ()
    emails = {personal.email_of(db, request.shop, ref) for ref in refs}
    numbers = {bare(ref) for ref in refs} | {request.customer}
    if asked:
        emails.add(asked.email)
        numbers |= set(asked.orders)
    names = {named(personal.number_of(db, request.shop, ref)) for ref in refs}
    return Traces(
        numbers=frozenset(numbers - {""}),
        emails=frozenset(emails - {""}),
        names=frozenset(names - {""}),
    )


def _copy(
    db: Database, known: Mapping[str, Shop], request: Request, now: datetime
) -> bool:
    """Put together all that is held on a person, for the merchant to hand over."""
    del known
    text = holding.of(db, request, _traces(db, request), now)
    _hand_over(db, request, text, now)
    return True


@atomic
def _hand_over(db: Database, request: Request, text: str, now: datetime) -> None:
    privacy.keep_export(db, request.id, text, now)
    _forget_own(db, request)
    why = saying(
        "a customer asked what you hold on them: download it under Privacy, and send"
        " it to them by %(day)s",
        day=request.due_at.date(),
    )
    _lay(db, request, READY, why, now)


def _forget_own(db: Database, request: Request) -> None:
    """Empty the request's own delivery: it names the person."""
    if request.delivery_id is not None:
        personal.forget_bodies(db, [request.delivery_id])


def _erase(
    db: Database, known: Mapping[str, Shop], request: Request, now: datetime
) -> bool:
    """Forget a person, order by order; what is open waits, and is said."""
    del known
    refs = request.orders or ()
    left = _empty(db, request, _traces(db, request))
    waits = {}
    for ref in refs:
        why = personal.holds(db, request.shop, ref)
        if why:
            waits[ref] = why
        else:
            _erase_order(db, request, ref, now)
    if not waits and _erase_statements(db, request, now):
        waits["statements"] = saying(
            "a withdrawal of theirs waits for a person or a receipt"
        )
    return _end(db, request, waits, now, is_unread=left)


@atomic
def _erase_statements(db: Database, request: Request, now: datetime) -> list[str]:
    """Forget who declared withdrawals; return those that are needed still."""
    done, waits = personal.erase_statements(db, request.shop, request.statements, now)
    if done:
        privacy.count(db, request.id, done)
    return waits


def _empty(db: Database, request: Request, traces: Traces | None) -> bool:
    """Empty what webhooks brought of a person; True while some is not read yet."""
    if traces is not None and not traces:
        return False
    read, unread = personal.bodies(db, request.shop, traces)
    own = {request.delivery_id}
    _forget(db, request, [one for one in read if one not in own])
    return bool(set(unread) - own)


@atomic
def _forget(db: Database, request: Request, ids: list[int]) -> None:
    emptied = personal.forget_bodies(db, ids)
    if emptied:
        privacy.count(db, request.id, {"deliveries": emptied})


@atomic
def _erase_order(db: Database, request: Request, ref: str, now: datetime) -> None:
    done = personal.erase_order(db, request.shop, ref, now)
    if done:
        privacy.count(db, request.id, done)


@atomic
def _end(
    db: Database,
    request: Request,
    waits: Mapping[str, str],
    now: datetime,
    *,
    is_unread: bool,
) -> bool:
    exports = privacy.exports_of(
        db, request.shop, request.customer, request.orders or ()
    )
    privacy.forget_exports(db, ids=exports)
    if waits or is_unread:
        privacy.move(db, request.id, "waiting", now)
    if waits:
        why = saying(
            "a customer asked to be forgotten, but %(why)s: what is needed for that is"
            " kept until then, and erased by itself afterwards",
            why=joined("; ", list(dict.fromkeys(waits.values()))),
        )
        _lay(db, request, WAITS, why, now)
    if waits or is_unread:
        return False
    _forget_own(db, request)
    privacy.move(db, request.id, "done", now)
    desk.close(db, ABOUT, str(request.id), "retour", now)
    return True


def _erase_shop(
    db: Database, known: Mapping[str, Shop], request: Request, now: datetime
) -> bool:
    """Forget everybody of a shop that left, and its keys.

    Nothing waits here: a shop that took its keys back cannot be paid through. One
    that still answers us was connected again since, and a person must say.
    """
    shop = known.get(request.shop)
    if shop is not None and _answers(shop):
        why = saying(
            "the shop asks to erase all that is held of it, but it is connected:"
            " remove it first, by %(day)s",
            day=request.due_at.date(),
        )
        privacy.move(db, request.id, "waiting", now)
        _lay(db, request, CONNECTED, why, now)
        return False
    is_unread = _empty(db, request, None)
    for ref in orders.refs(db, request.shop):
        if not orders.is_erased(db, request.shop, ref):
            _erase_order(db, request, ref, now)
    every = [one.id for one in statements.of_shop(db, request.shop)]
    gone = statements.erase(db, every, now)
    if gone:
        privacy.count(db, request.id, gone)
    _end_shop(db, request, now)
    return _end(db, request, {}, now, is_unread=is_unread)


@atomic
def _end_shop(db: Database, request: Request, now: datetime) -> None:
    shops.pause(db, request.shop, is_paused=True, why="erased")
    if shops.get(db, request.shop).removed_at is None:
        shops.remove(db, request.shop, now)
    done = {name: n for name, n in personal.erase_shop(db, request.shop).items() if n}
    if done:
        privacy.count(db, request.id, done)
    ids = [one.id for one in privacy.recent(db, 10_000) if one.shop == request.shop]
    privacy.forget_exports(db, ids=ids)


def _answers(shop: Shop) -> bool:
    """Say whether the shop still takes our keys; raises while nobody can know."""
    try:
        shop.probe()
    except Rejected:
        return False
    return True


_CARRY: Mapping[
    str, Callable[[Database, Mapping[str, Shop], Request, datetime], bool]
] = {DATA_REQUEST: _copy, REDACT: _erase, SHOP_REDACT: _erase_shop}


def _lay(db: Database, request: Request, code: str, why: str, now: datetime) -> None:
    desk.put(
        db,
        shop=request.shop,
        about=ABOUT,
        about_id=str(request.id),
        code=code,
        why=why,
        now=now,
    )
