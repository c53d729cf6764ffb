"""Whatever persons decide: above a level's amount nothing goes without that level."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector.errors import BadRequest, IllegalTransition, LevelNeeded
from connector.model import Resolution
from connector.money import Money
from connector.states import Decision
from connector.steps import audit
from connector.steps.levels import NOBODY
from connector.store import (
    Database,
    connect,
    history,
    shops,
)
from tests.connector.shapes import NOON
from tests.connector.steps.deciding import BEGIN, SHOES, TEXT, named, opened, sells

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


NAMES = ("clerk", "manager", "director", "jeweller")
STAIRS = (1000, 3000, 6000)
JEWELS = """
[[rules]]
name = "jewels"
when = { sku = "ring" }
then = { approver = "jeweller" }
"""


@pytest.fixture
def db(address: str) -> Iterator[Database]:
    made = connect(address)
    yield made
    assert audit.run(made) == []
    made.close()


def test_a_refusal_leaves_the_return_where_it_is(db: Database) -> None:
    desk = opened(db, TEXT, sells(6000, 8000), 2, 2)
    desk.work()
    before = (desk.case, history.timeline(db, desk.return_id))
    for by in (NOBODY, named("clerk"), named("manager", by=" "), named(by="Ann")):
        with pytest.raises(LevelNeeded) as caught:
            desk.approve(0, by=by)
        assert caught.value.ways == (("manager", "director"),)
        assert (desk.case, history.timeline(db, desk.return_id)) == before
    desk.approve(0, by=named("manager"))
    desk.approve(1, by=named("director"))
    assert desk.noted() == [("manager",), ("director",)]


def test_it_counts_what_is_approved_now_not_what_the_verdict_saw(db: Database) -> None:
    desk = opened(db, TEXT + SHOES, sells(4000), 2)
    desk.work()
    assert desk.case.status == "needs_person"
    desk.courtesy(1001)
    with pytest.raises(LevelNeeded):
        desk.approve(0)
    desk.approve(0, units=1)
    assert desk.noted() == []
    with pytest.raises(LevelNeeded):
        desk.courtesy(2000)
    desk.courtesy(1999)
    assert desk.given() == 5000


def test_what_a_rule_names_is_met_exactly(db: Database) -> None:
    desk = opened(db, TEXT + JEWELS, sells(6000, skus=("ring",)), 2)
    desk.work()
    for by in (named("director"), named("manager"), named("jeweller")):
        with pytest.raises(LevelNeeded) as caught:
            desk.approve(0, by=by)
    assert caught.value.ways == (("manager", "director"), ("jeweller",))
    desk.approve(0, by=named("director", "clerk", "jeweller", "director"))
    assert desk.noted() == [("director", "jeweller")]
    facts = dict(desk.case.lines[0].trace[-1].facts)
    assert facts == {"as": "director, jeweller", "by": "Ann"}


def test_a_verdict_that_is_yet_to_come_counts_already(db: Database) -> None:
    desk = opened(db, TEXT + JEWELS, sells(2000, skus=("ring",)), 1)
    with pytest.raises(LevelNeeded) as caught:
        desk.approve(0)
    assert caught.value.ways == (("jeweller",),)
    desk.approve(0, by=named("jeweller"))


def test_nothing_is_approved_by_itself_that_needs_a_level(db: Database) -> None:
    desk = opened(db, TEXT, sells(4000), 2)
    desk.courtesy(1000)  # 50.00 in all, once the goods are approved
    desk.work()
    assert desk.case.status == "awaited"
    desk = opened(db, TEXT, sells(4000), 2)
    desk.courtesy(1001)
    desk.work()
    assert desk.case.status == "needs_person"
    assert [x.code for x in desk.case.lines[0].trace if x.says == "ask"] == [
        "level_before"
    ]
    with pytest.raises(LevelNeeded):
        desk.approve(0)


def test_another_currency_is_the_highest_level_s(db: Database) -> None:
    order = sells(100)
    paid = replace(order.lines[0], gross=Money(100, "USD"))
    dollars = replace(
        order, lines=(paid,), currency="USD", total=Money(100, "USD"), tenders=()
    )
    desk = opened(db, TEXT, dollars, 1)
    desk.work()
    with pytest.raises(LevelNeeded) as caught:
        desk.approve(0, by=named("manager"))
    assert caught.value.ways == (("director",),)
    desk.approve(0, by=named("director"))


def test_a_return_of_long_ago_holds_to_whom_its_verdict_named(db: Database) -> None:
    """Its policy can no longer be read; who is named there is met exactly."""
    desk = opened(db, TEXT, sells(6000), 2)
    desk.work()
    shops.bind_policy(db, desk.shop.name, "old", "no key of today = 1", NOON)
    db.execute(
        "UPDATE returns SET policy_hash = 'old' WHERE id = :id", id=desk.return_id
    )
    for by in (NOBODY, named("director")):
        with pytest.raises(LevelNeeded):
            desk.approve(0, by=by)
    desk.approve(0, by=named("manager"))
    assert desk.case.status == "awaited"


def test_before_it_is_approved_anybody_may_propose_another_way(db: Database) -> None:
    desk = opened(db, TEXT, sells(6000), 2)
    desk.work()
    desk.instead(0, Resolution.KEEP)
    with pytest.raises(LevelNeeded):
        desk.approve(0)
    desk.approve(0, by=named("manager"))
    with pytest.raises(LevelNeeded):
        desk.instead(0, Resolution.MANUAL)
    desk.instead(0, Resolution.REPAIR)  # nothing is paid any more
    with pytest.raises(LevelNeeded):
        desk.instead(0, Resolution.REFUND)


LEVELS = st.permutations(NAMES[:3]).map(lambda x: dict(zip(x, STAIRS, strict=True)))
HELD = st.sampled_from([NOBODY, named("jeweller", "clerk"), *map(named, NAMES)])
LINES = st.integers(0, 1)
APPROVE = st.tuples(st.just("approve"), LINES, st.none() | st.integers(1, 2), HELD)
PAYING = st.sampled_from([Resolution.KEEP, Resolution.MANUAL, Resolution.NONE])
STEPS = st.one_of(
    APPROVE,
    APPROVE,
    st.tuples(st.just("courtesy"), st.integers(1, 3000), HELD),
    st.tuples(st.just("instead"), LINES, PAYING, HELD),
    st.tuples(st.just("decline"), LINES),
    st.just(("work",)),
)


def _rules(levels: dict[str, int]) -> str:
    text = BEGIN + JEWELS
    for who, minor in levels.items():
        text += f'[[approve.levels]]\nabove = "{minor // 100}.00"\nwho = "{who}"\n'
    return text


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    levels=LEVELS,
    gross=st.lists(st.integers(500, 5000), min_size=2, max_size=2),
    has_ring=st.booleans(),
    steps=st.lists(STEPS, min_size=4, max_size=12),
)
def test_no_way_leads_above_a_level_s_amount_without_that_level(
    db: Database,
    levels: dict[str, int],
    gross: list[int],
    steps: list[tuple[Any, ...]],
    *,
    has_ring: bool,
) -> None:
    skus = ("ring",) * has_ring
    desk = opened(db, _rules(levels), sells(*gross, skus=skus), 2, 2)
    for name, *arguments in steps:
        deed: Callable[..., None] = getattr(desk, name)
        with suppress(BadRequest, IllegalTransition):
            deed(*arguments)
        noted = {level for some in desk.noted() for level in some}
        for minor in levels.values():
            if desk.given() > minor:
                assert any(levels.get(one, -1) >= minor for one in noted)
        if has_ring and desk.case.lines[0].decision == Decision.APPROVED:
            assert "jeweller" in noted
