"""The policy of an order, and a return put as a question to it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from connector import policy
from connector.policy import email_hash
from connector.steps.stands import went_back
from connector.store import customers, orders, shops

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from connector.model import Kind, Order, Return
    from connector.store import Database
    from connector.store.filing import Wish


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Who asks, where, when and how; `past` are his earlier returns in that shop.

    `method` is the way back that he chose, of those that the policy lists, `gone` what
    went back of his order before.
    """

    shop: str
    channel: str
    asked_at: datetime
    past: tuple[policy.Past, ...] = ()
    method: str = ""
    gone: tuple[tuple[str, int], ...] = ()


def rules_of(db: Database, shop: str, order_ref: str) -> policy.Policy:
    """Return the policy version that an order is judged by; raises NotFound."""
    digest = orders.policy_of(db, shop, order_ref)
    return policy.stored(shops.policy_text(db, digest))


def asked(
    case: Return,
    past: tuple[policy.Past, ...],
    gone: tuple[tuple[str, int], ...] = (),
) -> policy.Case:
    """Put a return as the policy's question; `past` are its customer's earlier ones.

    `gone` is what went back of its order before.
    """
    lines = [
        policy.Wanted(
            line_ref=line.line_ref,
            quantity=line.asked,
            reason=line.reason,
            note=line.note,
            has_photo=line.has_photo,
            photos=line.photos,
            resolution=line.wanted,
            answers=line.answers,
        )
        for line in case.lines
    ]
    who = Asker(
        shop=case.shop,
        channel=case.filed_by,
        asked_at=case.opened_at,
        past=past,
        method=case.method,
        gone=gone,
    )
    return _put(who, case.kind, lines)


def foreseen(who: Asker, kind: Kind, wishes: Iterable[Wish]) -> policy.Case:
    """Put wishes that are no return yet as the question that their return will be."""
    lines = [
        policy.Wanted(
            line_ref=wish.line_ref,
            quantity=wish.quantity,
            reason=wish.reason,
            note=wish.note,
            has_photo=wish.has_photo,
            photos=len(wish.photos),
            resolution=wish.wanted,
            answers=wish.answers,
        )
        for wish in wishes
    ]
    return _put(who, kind, lines)


def asker(db: Database, shop: str, order: Order, channel: str, now: datetime) -> Asker:
    """Return who would ask now for something of an order, and how."""
    past = customers.earlier(db, shop, order, now)
    gone = went_back(db, shop, order)
    return Asker(shop=shop, channel=channel, asked_at=now, past=past, gone=gone)


def then(who: Asker, order: Order, wishes: Sequence[Wish]) -> Asker:
    """Return the same customer once these wishes are a return of his.

    Whom the shop does not name by an address has no past.
    """
    if not email_hash(order.customer.email):
        return who
    worth = customers.worth_of(order, [(x.line_ref, x.quantity) for x in wishes])
    mine = policy.Past(asked_at=who.asked_at, worth=worth)
    return replace(who, past=(*who.past, mine))


def _put(who: Asker, kind: Kind, lines: Iterable[policy.Wanted]) -> policy.Case:
    """Make the question: what is shown beforehand and what decides are one."""
    return policy.Case(
        kind=kind,
        asked_at=who.asked_at,
        shop=who.shop,
        channel=who.channel,
        method=who.method,
        past=who.past,
        gone=who.gone,
        lines=tuple(lines),
    )
