"""What a merchant may give for the lines of a return, and where goods may go."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from connector import policy
from connector.model import GOODS, Resolution
from connector.money import Money
from connector.platform import Place
from connector.policy import Offer
from connector.states import Decision
from connector.steps import amends, grading, levels, offers, question, settling
from connector.store import customers, orders, returns, shops
from connector.web.approving import Ways
from connector.web.face import face

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connector.model import Order, Return
    from connector.platform import Abilities
    from connector.store.desk import Matter
    from connector.store.refunds import RefundRow

NOT_INSTEAD = frozenset({Resolution.REPAIR, Resolution.KEEP})


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What can be done with a return; nothing where its shop is disconnected.

    `changeable` are the lines that are not being made good yet, `gradable` those whose
    lost value may still be kept; `bonus` and
    `offered` are what the verdict fixed and what the policy offers, by line.
    `to_approve`, `to_change` (by line) and `to_add` say as whom that may be done,
    for each level that the policy demands; a line of which it demands none is not
    there.
    """

    ways: tuple[Resolution, ...] = ()
    places: tuple[Place, ...] = ()
    gives_courtesy: bool = False
    changeable: frozenset[int] = frozenset()
    gradable: frozenset[int] = frozenset()
    bonus: dict[int, int] = field(default_factory=dict)
    offered: dict[int, tuple[Offer, ...]] = field(default_factory=dict)
    to_approve: dict[int, Ways] = field(default_factory=dict)
    to_change: dict[int, Ways] = field(default_factory=dict)
    to_add: Ways = ()


def of(case: Return, order: Order) -> Choices:
    """Return what may be given for a return."""
    here = face()
    shop = here.shops.get(case.shop)
    if shop is None:
        return Choices()
    able = shop.abilities
    possible = amends.possible(able)
    changeable = frozenset(
        line.id for line in case.lines if amends.can_change(here.db, case, line)
    )
    return Choices(
        ways=tuple(way for way in Resolution if way in possible),
        places=able.places,
        gives_courtesy=Resolution.COURTESY in able.ways and not case.cancelled_at,
        changeable=changeable,
        gradable=frozenset(
            line.id for line in case.lines if grading.can_grade(here.db, case, line)
        ),
        bonus=dict(case.terms.bonus) if case.terms else {},
        offered=_offered(able, case, order, changeable),
        to_approve=_to_approve(case),
        to_change={
            line_id: ways for line_id in changeable if (ways := changing(case, line_id))
        },
        to_add=levels.to_add(here.db, case, Money(1, order.currency)).choices(),
    )


def _to_approve(case: Return) -> dict[int, Ways]:
    """Return as whom each undecided line may be approved, with all its units."""
    found = {
        line.id: levels.to_approve(face().db, case, {line.id: line.asked}).choices()
        for line in case.lines
        if line.decision == Decision.NEEDS_PERSON
    }
    return {line_id: ways for line_id, ways in found.items() if ways}


def changing(case: Return, line_id: int) -> Ways:
    """Return as whom a line may be made good in another way, where that pays."""
    way = Resolution.MANUAL  # any that pays something
    return levels.to_change(face().db, case, line_id, way).choices()


def to_vouch(return_id: str | None) -> Ways:
    """Return as whom it may be said what became of the money of a return."""
    if not return_id:
        return ()
    case = returns.get(face().db, return_id)
    return levels.to_vouch(face().db, case).choices()


def to_settle_all(matters: Sequence[Matter]) -> Ways:
    """Return as whom all matters of a return may be taken off the desk."""
    return settling.demanded(face().db, matters).choices()


def to_settle(matters: Sequence[Matter]) -> dict[int, Ways]:
    """Return as whom each of these may be taken off the desk, if that needs a level."""
    found = {one.id: settling.to_settle(face().db, one).choices() for one in matters}
    return {matter_id: ways for matter_id, ways in found.items() if ways}


def to_call_off(row: RefundRow) -> Ways:
    """Return as whom something else may be given for an exchange."""
    if not row.return_id or not row.request.goods:
        return ()
    case = returns.get(face().db, row.return_id)
    found = [one for line_id in row.units for one in changing(case, int(line_id))]
    return tuple(dict.fromkeys(found))


def instead(shop: str) -> list[Resolution]:
    """Return what may be given where new goods came to nothing."""
    found = face().shops.get(shop)
    possible = amends.possible(found.abilities) if found else frozenset()
    return [way for way in Resolution if way in possible - GOODS - NOT_INSTEAD]


def _offered(
    able: Abilities, case: Return, order: Order, changeable: frozenset[int]
) -> dict[int, tuple[Offer, ...]]:
    """Ask the policy by which the return was judged, or the order's, what it offers.

    Of a line that is made good nothing is said: the order is no longer what it was.
    """
    here = face()
    digest = case.policy_hash or orders.policy_of(here.db, case.shop, order.ref)
    if not digest:
        return {}
    rules = policy.stored(shops.policy_text(here.db, digest))
    asked = question.asked(case, customers.past(here.db, case))
    verdict = policy.judge(rules, order, asked)
    return {
        line.id: offers.offered(able, order, said, case.kind)
        for line, said in zip(case.lines, verdict.lines, strict=True)
        if line.id in changeable
    }
