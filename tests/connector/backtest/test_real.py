"""A trial foretells what is really decided and given, return by return."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.sandbox_ways import WAYS
from connector.backtest.diff import compare
from connector.model import Customer, Kind, Resolution
from connector.policy import Case, Wanted
from connector.store import connect
from tests.connector.backtest import drawn
from tests.connector.backtest.real import Outcome, paid, returned
from tests.connector.shapes import NOON, a_line, an_order, eur

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.model import Order
    from connector.store import Database

NOW = NOON + timedelta(days=400)
SINCE = timedelta(days=4000)
RELAXED = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@pytest.fixture
def db(address: str) -> Iterator[Database]:
    opened = connect(address)
    yield opened
    opened.close()


OLD = """
currency = "EUR"
[law]
countries = ["US"]
[window]
days = 30
[[reasons]]
code = "whim"
[[reasons]]
code = "broken"
fault = "merchant"
[[reasons]]
code = "*"
"""
SHORT = OLD.replace("days = 30", "days = 14")
NO_SALE = f'{OLD}\n[final_sale]\ntags = ["sale"]\n'
KINDER = OLD.replace('code = "whim"', 'code = "whim"\nfault = "merchant"')
FORCED = f"""{OLD}
[[rules]]
name = "r"
then = {{ resolution = "%s" }}
why = "so"
"""
UNSURE = OLD.replace('code = "broken"', 'code = "ours"')
A, P, D = "approved", "needs_person", "declined"


def lines_of(*reasons: str) -> tuple[Wanted, ...]:
    return tuple(
        Wanted(line_ref=ref, quantity=1, reason=reason)
        for ref, reason in zip("ab", reasons, strict=False)
    )


@pytest.mark.parametrize(
    ("channel", "kind", "reasons", "old", "new", "flips"),
    [
        # Too late for the new window, which declines what is surely no claim.
        ("shop", "voluntary", ["whim"], OLD, SHORT, [(A, D)]),
        ("portal", "voluntary", ["other-reason"], OLD, SHORT, [(A, D)]),
        ("shop", "voluntary", ["other-reason"], OLD, SHORT, [(A, P)]),
        ("inbound", "voluntary", ["never heard of"], OLD, SHORT, [(A, P)]),
        # A word for a fault that the policy does not know is asked about.
        ("shop", "voluntary", ["broken"], OLD, UNSURE, [(A, P)]),
        ("console", "voluntary", ["broken"], OLD, UNSURE, []),
        # A claim beside a whim, until the whim is a claim, too.
        ("shop", "faulty", ["broken", "whim"], OLD, KINDER, [(P, A), (P, A)]),
        ("inbound", "faulty", ["broken", "whim"], OLD, KINDER, [(P, A), (P, A)]),
        ("portal", "faulty", ["broken", "whim"], OLD, KINDER, []),
        # The shop's own return is decided as one.
        ("shop", "voluntary", ["whim", "whim"], OLD, NO_SALE, [(A, P), (A, P)]),
        ("inbound", "voluntary", ["whim", "whim"], OLD, NO_SALE, [(A, D)]),
        # Nobody named the other article; the shop has no such thing.
        ("portal", "voluntary", ["whim"], OLD, FORCED % "exchange", [(A, P)]),
        ("portal", "voluntary", ["whim"], OLD, FORCED % "gift_card", [(A, P)]),
        ("portal", "voluntary", ["whim"], OLD, FORCED % "store_credit", []),
    ],
)
def test_what_a_person_must_look_at_all_the_same(
    db: Database,
    channel: str,
    kind: str,
    reasons: list[str],
    old: str,
    new: str,
    flips: list[tuple[str, str]],
) -> None:
    bare = an_order(a_line("a", 3000), replace(a_line("b", 2000), tags=("sale",)))
    order = replace(bare, customer=Customer(email="ada@example.test", country="US"))
    case = Case(
        kind=Kind(kind),
        asked_at=order.placed_at + timedelta(days=20),
        lines=lines_of(*reasons),
        channel=channel,
    )
    ways = WAYS - {Resolution.GIFT_CARD}
    before = returned(db, old, order, case, ways=ways)
    after = returned(db, new, order, case, ways=ways)
    assert flipped(before, after) == Counter(flips)
    report = compare(db, before.shop, old, new, NOW, SINCE, before.ways)
    assert report.flips == Counter(flips)
    assert report.cost.get("EUR", eur(0)) == after.given - before.given


def flipped(old: Outcome, new: Outcome) -> Counter[tuple[str, str]]:
    """Count the lines that were really decided otherwise, by both decisions."""
    pairs = ((old.lines[ref], new.lines[ref]) for ref in old.lines)
    return Counter(pair for pair in pairs if pair[0] != pair[1])


def real_order(order: Order, tags: tuple[str, ...]) -> Order:
    """Say that an order was paid, and that nothing of it went back."""
    lines = tuple(replace(one, refunded_units=0) for one in order.lines)
    person = replace(order.customer, tags=tags)
    return paid(replace(order, lines=lines, customer=person))


@settings(max_examples=60, deadline=None, suppress_health_check=RELAXED)
@given(
    data=st.data(),
    one=drawn.policies(),
    channel=st.sampled_from(("portal", "shop", "inbound")),
)
def test_a_trial_foretells_what_is_decided(
    db: Database, data: st.DataObject, one: str, channel: str
) -> None:
    other = data.draw(st.one_of(drawn.changed(one), drawn.policies()))
    drawn_one = data.draw(drawn.orders())
    case: Case = data.draw(drawn.cases(drawn_one))
    order = real_order(drawn_one, case.customer_tags)
    case = replace(case, channel=channel, method="", past=(), customer_tags=())
    db.transact(lambda: db.execute("DELETE FROM past_lines"))
    old = returned(db, one, order, case)
    new = returned(db, other, order, case)
    report = compare(db, old.shop, one, other, NOW, SINCE, old.ways)
    assert report.flips == flipped(old, new)
