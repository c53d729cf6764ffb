"""What another program asks for each line, read into wishes that can be filed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector import inbound
from connector.errors import BadRequest
from connector.model import Resolution
from connector.pictures import made
from connector.saying import coded, saying
from connector.steps import amends, claims
from connector.steps.question import rules_of
from connector.store import photos
from connector.store.filing import Wish

if TYPE_CHECKING:
    from datetime import datetime

    from connector.inbound import Asked, AskedLine
    from connector.model import Kind, Order
    from connector.platform import Abilities, Shop
    from connector.policy import Policy
    from connector.store import Database


def wishes(db: Database, shop: Shop, order: Order, asked: Asked) -> list[Wish]:
    """Return a wish for each line; reads wanted articles at the shop.

    Raises BadRequest for what cannot be meant, with the nearest name, and
    PlatformError where the shop cannot be asked: then it is tried again later.
    """
    rules = rules_of(db, shop.name, order.ref)
    able = shop.abilities
    return [_wish(shop, able, rules, order, line) for line in asked.lines]


def keep_photos(
    db: Database, order: Order, asked: Asked, shop: str, now: datetime
) -> None:
    """Keep the photos that came along, for the return that is opened next.

    Until it is they wait, as those of a customer's form do; sent twice they are one.
    """
    for line in asked.lines:
        ref = inbound.line_ref(order, line)
        for one in line.photos if order.line(ref) else ():
            photos.keep(db, shop, order.ref, ref, made(one), now)


def kind(db: Database, shop: Shop, order: Order, asked: Asked) -> Kind:
    """Return the kind that is named, else what the reasons make of it."""
    if asked.kind is not None:
        return asked.kind
    rules = rules_of(db, shop.name, order.ref)
    return claims.kind_of_all(rules, [one.reason for one in asked.lines])


def method(db: Database, shop: Shop, order: Order, asked: Asked) -> str:
    """Return the way back that is named, of those that the policy lists, else "".

    Raises BadRequest for another, with the nearest name.
    """
    named = asked.method.strip().casefold()
    known = [one.code for one in rules_of(db, shop.name, order.ref).methods]
    if not named or named in known:
        return named
    if not known:
        msg = saying("method: the policy lists no ways back")
        raise BadRequest(msg)
    raise BadRequest(inbound.unknown("method", named, known))


def _wish(
    shop: Shop, able: Abilities, rules: Policy, order: Order, line: AskedLine
) -> Wish:
    way = Resolution(line.resolution)
    if way not in amends.possible(able):
        msg = saying("this shop has no %(way)s", way=coded(way.value))
        raise BadRequest(msg)
    goods = (
        amends.read_goods(shop, order.ref, line.ware, line.quantity)
        if line.ware
        else None
    )
    return Wish(
        line_ref=inbound.line_ref(order, line),
        quantity=line.quantity,
        reason=line.reason,
        note=line.note,
        wanted=way,
        goods=goods,
        answers=_answers(rules, line),
        photos=tuple(made(one).sha256 for one in line.photos),
    )


def _answers(rules: Policy, line: AskedLine) -> tuple[tuple[str, str], ...]:
    """Check answers against the policy's questions; unknown words are no answer."""
    known = {one.code: one for one in rules.questions}
    for question, answer in line.answers.items():
        if question not in known:
            raise BadRequest(inbound.unknown("answers", question, sorted(known)))
        codes = [one.code for one in known[question].choices]
        if answer not in codes:
            raise BadRequest(inbound.unknown(f"answers.{question}", answer, codes))
    return tuple(line.answers.items())
