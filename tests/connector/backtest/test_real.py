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
from connector.model import Charge, Customer, Kind, OrderStatus, Resolution
from connector.money import Money
from connector.policy import Case, Wanted
from tests.connector.backtest import drawn
from tests.connector.backtest.changes import changed
from tests.connector.backtest.real import Outcome, paid, returned
from tests.connector.shapes import NOON, a_line, an_order, eur

if TYPE_CHECKING:
    from connector.model import Order
    from connector.store import Database

NOW = NOON + timedelta(days=400)
SINCE = timedelta(days=4000)
RELAXED = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


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


PAID = f'{OLD}\n[fees]\nreturn_shipping = "4.90"\n'
DEAR = PAID.replace("4.90", "6.90")


@pytest.mark.parametrize(
    ("words", "is_told", "others", "cost"),
    [
        # What is not told is never borne, and what his own carrier took is not kept.
        (["labelled"], False, 0, 0),
        ([], True, 1, 0),
        (["labelled"], True, 1, -200),
        (["labelled", "fetched"], True, 1, 0),
    ],
)
def test_the_way_back_of_a_withdrawal_costs_what_is_kept_of_it(
    db: Database, words: list[str], others: int, cost: int, *, is_told: bool
) -> None:
    bare = an_order(a_line("a", 3000, 2))
    order = replace(bare, customer=Customer(email="ada@example.test", country="FR"))
    case = Case(
        kind=Kind.WITHDRAWAL,
        asked_at=order.placed_at + timedelta(days=2),
        lines=lines_of("whim"),
        channel="portal",
    )
    old = returned(db, PAID, order, case, words=words, is_told=is_told)
    new = returned(db, DEAR, order, case, words=words, is_told=is_told)
    report = compare(db, old.shop, PAID, DEAR, NOW, SINCE)
    assert (report.flips, report.others) == ({}, others)
    assert new.given - old.given == eur(cost)
    assert report.cost.get("EUR", eur(0)) == eur(cost)


def test_a_fee_takes_no_more_than_the_goods_bring(db: Database) -> None:
    order = an_order(a_line("a", 500))
    case = Case(
        kind=Kind.VOLUNTARY,
        asked_at=order.placed_at + timedelta(days=2),
        lines=lines_of("whim"),
        channel="portal",
    )
    old, new = (returned(db, text, order, case) for text in (PAID, DEAR))
    assert (old.given, new.given) == (eur(10), eur(0))
    report = compare(db, old.shop, PAID, DEAR, NOW, SINCE)
    assert report.cost == {"EUR": eur(-10)}


def test_a_gift_beside_an_exchange_brings_nothing_and_stops_nothing(
    db: Database,
) -> None:
    order = paid(an_order(a_line("a", 363), a_line("b", 1905), a_line("gift", 0)))
    wanted = (
        *lines_of("whim"),
        Wanted(line_ref="gift", quantity=1, reason="whim"),
        Wanted(line_ref="b", quantity=1, reason="whim", resolution=Resolution.EXCHANGE),
    )
    case = Case(
        kind=Kind.VOLUNTARY,
        asked_at=order.placed_at + timedelta(days=2),
        lines=wanted,
        channel="portal",
    )
    offers = f'{OLD}\n[[offers]]\nresolutions = ["refund", "exchange"]\n'
    old = returned(db, FORCED % "refund", order, case)
    new = returned(db, offers, order, case)
    report = compare(db, old.shop, FORCED % "refund", offers, NOW, SINCE, old.ways)
    assert (old.given, new.given) == (eur(2268), eur(2268))
    assert report.cost.get("EUR", eur(0)) == eur(0)


def flipped(old: Outcome, new: Outcome) -> Counter[tuple[str, str]]:
    """Count the lines that were really decided otherwise, by both decisions."""
    pairs = ((old.lines[ref], new.lines[ref]) for ref in old.lines)
    return Counter(pair for pair in pairs if pair[0] != pair[1])


def real_order(order: Order, tags: tuple[str, ...]) -> Order:
    """Say that an order was paid, and that nothing of it went back."""
    lines = tuple(
        replace(one, refunded_units=0, is_gift_card=False) for one in order.lines
    )
    person = replace(order.customer, tags=tags)
    return paid(replace(order, lines=lines, customer=person))


@settings(max_examples=60, deadline=None, suppress_health_check=RELAXED)
@given(
    data=st.data(),
    one=drawn.policies(),
    channel=st.sampled_from(("portal", "shop", "inbound")),
    words=st.sampled_from(((), ("labelled",), ("labelled", "fetched"))),
    is_told=st.booleans(),
)
def test_a_trial_foretells_what_is_decided_and_given(
    db: Database,
    data: st.DataObject,
    one: str,
    channel: str,
    words: tuple[str, ...],
    *,
    is_told: bool,
) -> None:
    other = data.draw(st.one_of(changed(one), drawn.policies()))
    drawn_one = data.draw(drawn.orders())
    case: Case = data.draw(drawn.cases(drawn_one))
    order = real_order(drawn_one, case.customer_tags)
    case = replace(case, channel=channel, method="", past=(), customer_tags=())
    db.transact(lambda: db.execute("DELETE FROM past_lines"))
    old = returned(db, one, order, case, words=words, is_told=is_told)
    new = returned(db, other, order, case, words=words, is_told=is_told)
    report = compare(db, old.shop, one, other, NOW, SINCE, old.ways)
    assert report.flips == flipped(old, new)
    zero = Money.zero(order.currency)
    assert report.cost.get(order.currency, zero) == new.given - old.given


# Reasons of which nobody wants to see more.
PLAIN = {"required": "false", "no": "ask", "no_fee": "", "other": drawn.OTHER}
EASY = drawn.HEAD % PLAIN
for word in ("photos = 2", "needs_person = true"):
    EASY = EASY.replace(word, "")


@st.composite
def giving(draw: st.DrawFn) -> str:
    """Draw a policy that asks nobody for much, and pays in every way."""
    countries = draw(st.sampled_from((["US"], ["CH"])))
    text = [
        EASY,
        f"[law]\ncountries = {countries!r}",
        f'part_delivery = "{draw(st.sampled_from(("pro_rata", "none_until_last")))}"',
        "[window]\ndays = 300",
        f'[fees]\nrestocking_percent = "{draw(drawn.percents)}"',
    ]
    if draw(st.booleans()):
        text.append(f'return_shipping = "{draw(drawn.amounts)}"')
    text.append(f"[refund]\nshipping = {draw(st.sampled_from(('true', 'false')))}")
    text.append(draw(drawn.deliveries))
    text.append(
        f"[[offers]]\nresolutions = {list(drawn.WAYS)!r}\n"
        f'bonus_percent = "{draw(drawn.percents)}"'
    )
    if draw(st.booleans()):
        text.append(f'[keep]\nbelow = "{draw(drawn.amounts)}"')
    if draw(st.booleans()):
        text.append(
            f'[[rules]]\nname = "r"\nwhen = {draw(drawn.whens)}\n'
            f'then = {draw(drawn.thens)}\nwhy = "so"'
        )
    return "\n".join(text)


@settings(max_examples=60, deadline=None, suppress_health_check=RELAXED)
@given(
    data=st.data(),
    old=giving(),
    new=giving(),
    words=st.sampled_from((("labelled",), (), ("labelled", "fetched"))),
    is_told=st.booleans(),
    surcharge=st.sampled_from((0, 199)),
)
def test_a_trial_foretells_what_is_given(
    db: Database,
    data: st.DataObject,
    old: str,
    new: str,
    words: tuple[str, ...],
    surcharge: int,
    *,
    is_told: bool,
) -> None:
    drawn_one = data.draw(drawn.orders())
    case: Case = data.draw(drawn.cases(drawn_one))
    order = replace(real_order(drawn_one, ()), status=OrderStatus.COMPLETED)
    if surcharge:
        fee = Charge(ref="f", title="Wrap", gross=Money(surcharge, order.currency))
        order = paid(replace(order, fees=(fee,)))
    case = replace(case, channel="portal", method="", past=(), customer_tags=())
    db.transact(lambda: db.execute("DELETE FROM past_lines"))
    before = returned(db, old, order, case, words=words, is_told=is_told)
    after = returned(db, new, order, case, words=words, is_told=is_told)
    report = compare(db, before.shop, old, new, NOW, SINCE, before.ways)
    assert report.flips == flipped(before, after)
    more = after.given - before.given
    assert report.cost.get(order.currency, Money.zero(order.currency)) == more
