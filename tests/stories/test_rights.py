"""What the law gives a customer stands before the person who decides: docs/law.md."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from adapters.sandbox import Sandbox
from connector import law, policy
from connector.demo.world import BOOTS, TEE
from connector.law import Remedy
from connector.model import Kind, Parcel, Resolution, TaxPart, Terms
from connector.states import Decision
from connector.steps import amends, question, rights
from connector.store import desk, notices, orders, returns, shops, statements
from connector.web import outcomes
from tests.connector.shapes import NOON, a_line, an_order, eur
from tests.stories.declaring import Customer, later, particulars
from tests.stories.making_good import counting, stocked, wish
from tests.stories.test_withdrawal_staff import staff
from tests.stories.way import asked, bought, the_return

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient

    from connector.demo import World
    from connector.model import Order
    from jobs.schedule import Work
    from tests.stories.making_good import Counter

__all__ = ["staff"]  # a fixture

SATURDAY = 5


@pytest.fixture
def counter(address: str) -> Iterator[Counter]:
    sandbox = stocked(Sandbox())
    sandbox.sell(an_order(a_line("a", 9000, 3)))
    with counting(address, sandbox) as made:
        yield made


def living_in(country: str) -> Order:
    """Return the order of a customer there, which arrived on the day it was placed."""
    plain = an_order(a_line("a", 9000, 3))
    there = replace(plain.customer, country=country)
    parcel = Parcel(ref="p", units=(("a", 3),), delivered_at=NOON)
    return replace(plain, customer=there, parcels=(parcel,))


RULES = policy.load('currency = "EUR"\n[[reasons]]\ncode = "*"\n')


def late(country: str, days: int, order: Order | None = None) -> policy.LineVerdict:
    """Judge a withdrawal that was declared so many days after the parcel."""
    wanted = policy.Wanted(line_ref="a", quantity=1, reason="withdrawal")
    at = NOON + timedelta(days=days)
    case = policy.Case(kind=Kind.WITHDRAWAL, asked_at=at, lines=(wanted,))
    (line,) = policy.judge(RULES, order or living_in(country), case).lines
    return line


@pytest.mark.parametrize("country", ["FR", "DE", "GB"])
def test_a_late_withdrawal_says_until_when_the_right_may_have_run(country: str) -> None:
    sale = law.sale_of(living_in(country))
    ends = law.right(sale).ends
    assert ends
    said, *_ = late(country, 40).trace
    assert (said.code, said.says) == ("withdrawal_extended", "ask")
    assert dict(said.facts)["until"] == ends.isoformat()
    assert ends.isoformat() in said.why
    said, *_ = late(country, 500).trace
    assert said.code == "withdrawal_over"


def test_what_never_showed_as_delivered_has_no_last_day_and_a_person_is_told() -> None:
    on_its_way = replace(
        living_in("DE"), parcels=(Parcel(ref="p", units=(), shipped_at=NOON),)
    )
    said, *_ = late("DE", 90, on_its_way).trace
    assert said.code == "withdrawal_unstarted"


@pytest.mark.parametrize("country", ["FR", "DE", "GB"])
def test_while_a_parcel_is_still_to_come_a_withdrawal_is_in_time(country: str) -> None:
    there = living_in(country)
    other = Parcel(ref="q", units=(("a", 1),), shipped_at=NOON)
    outstanding = replace(there, parcels=(*there.parcels, other))
    unsent = replace(
        there, lines=tuple(replace(line, fulfilled=2) for line in there.lines)
    )
    for order in (outstanding, unsent):
        assert late(country, 20, order).decision is Decision.APPROVED
        assert late(country, 90, order).decision is Decision.APPROVED
    assert late(country, 20).decision is Decision.NEEDS_PERSON


def test_in_the_united_kingdom_the_next_working_day_is_taken_as_goodwill() -> None:
    saturday = living_in("GB")
    day = date(2026, 6, 20)  # its fourteenth day is a Saturday
    at = NOON.replace(year=day.year, month=day.month, day=day.day)
    saturday = replace(
        saturday, parcels=(Parcel(ref="p", units=(), delivered_at=at),), placed_at=at
    )
    off = policy.load(
        'currency = "EUR"\n[law]\nuk_goodwill = false\n[[reasons]]\ncode = "*"\n'
    )
    wanted = policy.Wanted(line_ref="a", quantity=1, reason="withdrawal")
    case = policy.Case(
        kind=Kind.WITHDRAWAL, asked_at=at + timedelta(days=16), lines=(wanted,)
    )
    kind, strict = (policy.judge(one, saturday, case).lines[0] for one in (RULES, off))
    assert kind.decision is Decision.APPROVED
    assert strict.decision is Decision.NEEDS_PERSON


def test_the_page_of_a_late_withdrawal_shows_its_last_day_and_why(
    world: World, work: Work, staff: FlaskClient
) -> None:
    db = world.office.db
    purchase = bought(world, BOOTS)
    world.clock.pass_by(days=40)
    Customer(world, BOOTS).declare(particulars(purchase))
    later(world, work, minutes=1)
    case = the_return(world, purchase)
    order = orders.get(db, BOOTS, purchase.ref)
    (never,) = rights.of(db, case, order, world.clock()).withdrawing
    page = staff.get(f"/console/returns/{case.id}").get_data(as_text=True)
    assert "The right to withdraw" in page
    if never.right.ends:
        assert never.right.is_extended
        assert "twelve months longer" in page
    else:
        assert "not begun" in page
    long_ago = world.clock() - timedelta(days=400)
    notices.say(db, BOOTS, digest="x", since=long_ago, actor="t", now=world.clock())
    (knew,) = rights.of(db, case, order, world.clock()).withdrawing
    assert not knew.right.is_extended


def test_a_last_day_that_moved_is_shown_beside_plain_counting(
    world: World, work: Work, staff: FlaskClient
) -> None:
    world.clock.pass_by(days=(SATURDAY - world.clock().weekday()) % 7)
    purchase = bought(world, TEE)
    Customer(world, TEE).declare(particulars(purchase))
    later(world, work, minutes=1)
    (case,) = returns.of_order(world.office.db, TEE, purchase.ref)
    order = orders.get(world.office.db, TEE, purchase.ref)
    (found,) = rights.of(world.office.db, case, order, world.clock()).withdrawing
    plain, ends = found.right.counted, found.right.ends
    assert plain is not None
    assert ends == plain + timedelta(days=2)
    page = staff.get(f"/console/returns/{case.id}").get_data(as_text=True)
    assert f"by plain counting: {plain:%B} {plain.day}, {plain.year}" in page


def fault(counter: Counter, country: str) -> rights.Faulty:
    orders.keep(counter.db, counter.shop.name, living_in(country))
    case = counter.open(wish("a"), kind=Kind.FAULTY, is_back=False)
    found = rights.of(counter.db, case, living_in(country), counter.now)
    (line,) = found.faulty
    return line


def test_a_fault_shows_its_guarantee_who_proves_and_what_may_be_asked(
    counter: Counter,
) -> None:
    french = fault(counter, "FR")
    assert french.is_open
    assert french.remedies == (Remedy.REPAIR, Remedy.REPLACEMENT)
    assert french.guarantee.until
    assert french.guarantee.until == french.guarantee.presumed
    assert "L241-6" in french.way_article
    british = fault(counter, "GB")
    assert Remedy.REFUND in british.remedies
    day = law.local_day(NOON, "GB")
    assert british.reject_until == day + timedelta(days=30)
    dutch = fault(counter, "NL")
    assert (dutch.guarantee.until, dutch.is_open) == (None, False)


@pytest.mark.parametrize(
    ("asked", "back", "until"),
    [(10, 19, 40), (24, 39, 46)],  # days after the parcel
)
def test_a_repair_stops_the_days_to_reject_from_its_asking_to_its_end(
    counter: Counter, asked: int, back: int, until: int
) -> None:
    order = living_in("GB")
    orders.keep(counter.db, counter.shop.name, order)
    counter.now = NOON + timedelta(days=asked)
    first = counter.open(wish("a", way=Resolution.REPAIR), kind=Kind.FAULTY)
    counter.now = NOON + timedelta(days=back)
    amends.hand_back(
        counter.db, first.id, first.lines[0].id, 1, actor="t", now=counter.now
    )
    again = counter.open(wish("a"), kind=Kind.FAULTY)
    (line,) = rights.of(counter.db, again, order, counter.now).faulty
    assert line.reject_until == law.local_day(NOON, "GB") + timedelta(days=until)


def test_a_repair_that_came_back_prolongs_and_opens_the_money(
    counter: Counter,
) -> None:
    order = living_in("ES")
    orders.keep(counter.db, counter.shop.name, order)
    first = counter.open(wish("a", way=Resolution.REPAIR), kind=Kind.FAULTY)
    counter.now += timedelta(days=9)
    amends.hand_back(
        counter.db, first.id, first.lines[0].id, 1, actor="t", now=counter.now
    )
    counter.work()
    again = counter.open(wish("a"), kind=Kind.FAULTY)
    plain = law.guarantee(
        law.Goods(
            country="ES",
            bought=law.local_day(NOON, "ES"),
            delivered=law.local_day(NOON, "ES"),
        )
    )
    (line,) = rights.of(counter.db, again, order, counter.now).faulty
    assert set(line.remedies) == set(Remedy)
    assert plain.until
    assert line.guarantee.until
    assert line.guarantee.until > plain.until


def test_no_law_that_retour_knows_shows_nothing(counter: Counter) -> None:
    order = living_in("US")
    orders.keep(counter.db, counter.shop.name, order)
    case = counter.open(wish("a"), kind=Kind.FAULTY)
    assert rights.of(counter.db, case, order, counter.now) == rights.Rights()


def test_the_page_of_a_fault_shows_the_guarantee(
    world: World, staff: FlaskClient
) -> None:
    purchase = bought(world, TEE)
    asked(world, purchase, reason="defective")
    case = the_return(world, purchase)
    page = staff.get(f"/console/returns/{case.id}").get_data(as_text=True)
    assert "The legal guarantee" in page
    assert "The customer may ask for" in page


@pytest.mark.parametrize("allows", [True, False])
def test_a_part_is_withdrawn_by_a_person_who_knows_the_policy(
    world: World, work: Work, *, allows: bool
) -> None:
    db = world.office.db
    digest = shops.get(db, TEE).policy_hash
    assert digest
    text = shops.policy_text(db, digest)
    if not allows:
        text += "\n[law]\npart_of_order = false\n"
        shops.bind_policy(db, TEE, policy.digest(text), text, world.clock())
    purchase = bought(world, TEE)
    world.tee.orders[purchase.ref].country = "FR"
    Customer(world, TEE).declare(particulars(purchase, part="one shirt"))
    later(world, work, minutes=1)
    (kept,) = statements.recent(db)
    (matter,) = desk.about(db, kept.id)
    assert "say which" in matter.why
    assert ("refuse it" in matter.why) is not allows
    assert returns.of_order(db, TEE, purchase.ref) == []


def test_an_excluded_article_shows_what_its_exception_needs(counter: Counter) -> None:
    order = living_in("DE")
    orders.keep(counter.db, counter.shop.name, order)
    case = counter.open(wish("a"), kind=Kind.WITHDRAWAL, is_back=False)
    sealed = policy.load(
        'currency = "EUR"\n[[reasons]]\ncode = "*"\n[[exclude]]\narticle = "e"\n'
        'why = "Sealed."\nwhen = { sku = "" }\n'
    )
    (said,) = policy.judge(sealed, order, question.asked(case, ())).lines
    assert said.decision is Decision.NEEDS_PERSON
    (line,) = case.lines
    judged = replace(case, lines=(replace(line, trace=said.trace),))
    (one,) = rights.of(counter.db, judged, order, counter.now).withdrawing
    assert one.exception == "BGB § 312g(2) no. 3"
    assert one.needs == ("unsealed",)


def test_a_kept_fee_shows_the_tax_in_it(address: str) -> None:
    taxed = replace(a_line("a", 12_000), taxes=(TaxPart(rate="20", amount=eur(2000)),))
    sandbox = stocked(Sandbox())
    sandbox.sell(an_order(taxed))
    with counting(address, sandbox) as counter:
        case = counter.open(wish("a"), is_back=False)
        (line,) = case.lines
        terms = Terms(when="received", restocking=((line.id, 1500),))
        returns.judged(counter.db, case.id, "", terms, shipping=False)
        counter.receive(case.id)
        counter.work()
        (row,) = counter.rows(case)
        order = orders.get(counter.db, "sandbox", "29")
        assert outcomes.fee_taxes(counter.db, row, order) == {"a": eur(300)}
