"""An expression without what is known where it is looked at comes to the same."""

from __future__ import annotations

import sqlite3
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from connector.backtest.known import shorter
from connector.backtest.sql import Case, Chosen, both, case, either, flag, no

NAMES = ("a", "b", "c")
ATOMS = st.sampled_from([f"p.{name} = 1" for name in NAMES])


def _larger(some: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    few = st.lists(some, min_size=2, max_size=4)
    return st.one_of(
        some.map(no),
        few.map(both),
        few.map(either),
        st.lists(st.tuples(some, some), min_size=1, max_size=3).map(_chosen),
    )


def _chosen(pairs: list[tuple[str, str]]) -> str:
    arms = [(test, flag(value)) for test, value in pairs]
    return Chosen(Case(arms, "0"))


TESTS = st.recursive(ATOMS, _larger, max_leaves=12)


def _weighed(test: str) -> list[int]:
    """Weigh a test in SQLite, whatever its columns hold."""
    rows = ", ".join(str(one) for one in product((0, 1), repeat=len(NAMES)))
    text = f"WITH p ({', '.join(NAMES)}) AS (VALUES {rows}) SELECT {test} FROM p"  # noqa: S608 - ours
    with sqlite3.connect(":memory:") as connection:
        return [row[0] for row in connection.execute(text)]


@given(TESTS)
def test_it_comes_to_the_same_and_is_no_longer(test: str) -> None:
    found = shorter(test)
    assert _weighed(found) == _weighed(test)
    assert len(found) <= len(test)


def test_what_is_demanded_is_not_weighed_again_inside() -> None:
    one, other = "p.a = 1", "p.b = 1"
    inside = no(both((one, other)))
    assert shorter(both((one, inside))) == both((one, no(both((other,)))))


def test_what_an_earlier_arm_asked_is_known_in_later_ones() -> None:
    one, other = "p.a = 1", "p.b = 1"
    inner = case((other, case((one, "1"), otherwise="2")), otherwise="0")
    found = shorter(case((one, "7"), (other, inner)))
    assert found == case((one, "7"), (other, "2"))
