"""What another program asks for each line, read into wishes that can be filed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector import inbound
from connector.errors import BadRequest
from connector.model import Resolution
from connector.saying import coded, saying
from connector.steps import amends, claims
from connector.steps.question import rules_of
from connector.store.filing import Wish

if TYPE_CHECKING:
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


def kind(db: Database, shop: Shop, order: Order, asked: Asked) -> Kind:
    """Return the kind that is named, else what the reasons make of it."""
    if asked.kind is not None:
        return asked.kind
    rules = rules_of(db, shop.name, order.ref)
    return claims.kind_of_all(rules, [one.reason for one in asked.lines])


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
    )


def _answers(rules: Policy, line: AskedLine) -> tuple[tuple[str, str], ...]:
    """Check answers against the policy's questions; unknown words are no answer."""
    known = {one.code: one for one in rules.questions}
    for question, answer in line.answers.items():
        if question not in known:
            msg = f"answers: {inbound.nearest(question, sorted(known))}"
            raise BadRequest(msg)
        codes = [one.code for one in known[question].choices]
        if answer not in codes:
            msg = f"answers.{question}: {inbound.nearest(answer, codes)}"
            raise BadRequest(msg)
    return tuple(line.answers.items())
