from __future__ import annotations

from collections import deque
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from connector.errors import BadRequest
from connector.model import Resolution, Terms
from connector.money import Money
from connector.states import Exchange, Refund
from connector.steps import amends, audit, balances, inspect, promise
from connector.store import (
    Database,
    atomic,
    credit,
    desk,
    exchanges,
    ledger,
)
from tests.connector.shapes import eur
from tests.stories.making_good import Counter, counting, new, shirts, wish

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adapters.sandbox import Sandbox
    from connector.model import Return


class Undone(Exception):
    """Roll back what a test has forged."""


@pytest.fixture
def shop() -> Sandbox:
    return shirts()


@pytest.fixture
def counter(address: str, shop: Sandbox) -> Iterator[Counter]:
    with counting(address, shop) as made:
        yield made


def test_store_credit_is_issued_once_and_pays_no_tender(counter: Counter) -> None:
    case = counter.open(wish(way=Resolution.STORE_CREDIT))
    counter.work()
    assert counter.states(case) == [("store_credit", Refund.CONFIRMED)]
    [made] = counter.shop.made
    assert made.credit == eur(3000)
    [known] = credit.of_order(counter.db, "sandbox", "29")
    assert (known.value, known.bonus) == (eur(3000), eur(0))
    assert ledger.standing(counter.db, "sandbox", "29", "EUR") == eur(3000)
    assert counter.case(case.id).status == "closed"


def test_a_bonus_is_kept_apart_from_what_was_paid(counter: Counter) -> None:
    terms = Terms(when="received", bonus=((0, 1000),), credit_days=365)
    counter.open(wish(quantity=2, way=Resolution.STORE_CREDIT), terms=terms)
    counter.work()
    [known] = credit.of_order(counter.db, "sandbox", "29")
    assert (known.value, known.bonus) == (eur(6000), eur(600))
    assert counter.shop.made[0].credit == eur(6600)
    assert known.expires_at is not None
    assert known.expires_at - known.issued_at <= timedelta(days=365)


@pytest.mark.parametrize("bonus_apart", [True, False])
def test_a_bonus_goes_with_its_credit_wherever_the_shop_keeps_it(
    counter: Counter, *, bonus_apart: bool
) -> None:
    counter.shop.abilities = replace(counter.shop.abilities, bonus_apart=bonus_apart)
    terms = Terms(when="received", bonus=((0, 500),))
    case = counter.open(wish(way=Resolution.STORE_CREDIT), terms=terms)
    counter.work()
    found = sorted(one.credit.minor for one in counter.shop.made if one.credit)
    assert found == ([150, 3000] if bonus_apart else [3150])
    known = credit.of_order(counter.db, "sandbox", "29")
    assert sum(one.bonus.minor for one in known) == 150
    assert {state for _, state in counter.states(case)} == {Refund.CONFIRMED}


def test_the_bonus_of_a_credit_that_was_refused_is_not_given(counter: Counter) -> None:
    counter.shop.abilities = replace(counter.shop.abilities, bonus_apart=True)
    counter.shop.mishaps = deque(["refused"])
    terms = Terms(when="received", bonus=((0, 500),))
    case = counter.open(wish(way=Resolution.STORE_CREDIT), terms=terms)
    counter.work()
    assert sorted(counter.states(case)) == [
        ("courtesy", Refund.CANCELLED),
        ("store_credit", Refund.REJECTED),
    ]
    assert counter.shop.made == []


def test_an_even_exchange_moves_no_money(counter: Counter) -> None:
    case = counter.open(wish(way=Resolution.EXCHANGE, goods=new("l")))
    counter.work()
    [row] = counter.rows(case)
    assert (row.state, row.amount) == (Refund.CONFIRMED, eur(0))
    assert [one.ref for one in counter.shop.made[0].goods] == ["l"]
    assert counter.shop.paid_out("29") == eur(0)
    assert counter.case(case.id).status == "closed"


def test_what_a_cheaper_article_leaves_over_goes_back(counter: Counter) -> None:
    case = counter.open(wish(way=Resolution.EXCHANGE, goods=new("socks")))
    counter.work()
    [row] = counter.rows(case)
    assert row.amount == eur(2300)
    assert counter.shop.paid_out("29") == eur(2300)
    assert counter.shop.ware("29", "socks").available == 4


def test_a_dearer_article_is_sent_when_its_difference_is_paid(counter: Counter) -> None:
    case = counter.open(wish(way=Resolution.EXCHANGE, goods=new("coat")))
    counter.work()
    [row] = counter.rows(case)
    stands = exchanges.of_refund(counter.db, row.id)
    assert stands is not None
    assert (row.state, stands.state) == (Refund.PENDING, Exchange.AWAITING_PAYMENT)
    assert (stands.owed, stands.pay_url) == (eur(1500), "https://shop.example/pay")
    counter.shop.pay_owed(row.id)
    counter.work()
    stands = exchanges.of_refund(counter.db, row.id)
    assert stands is not None
    assert stands.state is Exchange.RELEASED
    assert counter.shop.paid_out("29") == eur(0)


def test_several_units_are_exchanged_as_they_come_and_add_up(counter: Counter) -> None:
    goods = replace(new("m", 3), price=eur(8999))
    case = counter.open(
        wish(quantity=3, way=Resolution.EXCHANGE, goods=goods), is_back=False
    )
    for _ in range(3):
        one_more(counter, case, case.lines[0].id)
        promise.run(counter.db, counter.shop, lambda: counter.now)
    sent = [one.price for row in counter.rows(case) for one in row.request.goods]
    assert [one.minor for one in sent] == [3000, 2999, 3000]


def one_more(counter: Counter, case: Return, line_id: int) -> None:
    counted = {line_id: inspect.Counted(received=1, accepted=1)}
    inspect.receive(counter.db, case.id, counted, actor="console", now=counter.now)


def test_a_replacement_costs_nobody_anything(counter: Counter) -> None:
    goods = replace(new("coat"), price=eur(0))
    case = counter.open(wish(way=Resolution.REPLACEMENT, goods=goods))
    counter.work()
    [row] = counter.rows(case)
    assert (row.state, row.amount, row.request.owed) == (
        Refund.CONFIRMED,
        eur(0),
        None,
    )
    assert counter.shop.made[0].goods == (replace(goods, price=eur(3000)),)


def test_each_line_is_made_good_in_its_own_way(counter: Counter) -> None:
    case = counter.open(
        wish("a", 2, Resolution.EXCHANGE, new("l", 2)),
        wish("b", 1, Resolution.STORE_CREDIT),
    )
    counter.work()
    assert counter.states(case) == [
        ("exchange", Refund.CONFIRMED),
        ("store_credit", Refund.CONFIRMED),
    ]
    assert counter.case(case.id).status == "closed"


def test_what_the_customer_keeps_is_refunded_without_its_goods(
    counter: Counter,
) -> None:
    case = counter.open(wish(way=Resolution.KEEP), is_back=False)
    assert case.status == "received"
    counter.work()
    assert counter.shop.paid_out("29") == eur(3000)
    assert counter.case(case.id).status == "closed"


@pytest.mark.parametrize("other", [True, False])
def test_what_a_person_lets_the_customer_keep_bears_no_fee_for_coming_back(
    counter: Counter, *, other: bool
) -> None:
    # The lines first filed are 1 and 2.
    terms = Terms(
        when="received", return_fee=eur(390), restocking=((1, 1000), (2, 1000))
    )
    wishes = [wish(), *([wish("b")] if other else [])]
    case = counter.open(*wishes, terms=terms, is_back=False)
    counter.instead(case, Resolution.KEEP, "not worth its way back")
    counter.work()
    assert counter.shop.paid_out("29") == eur(3000)
    if other:
        counter.receive(case.id)
        counter.work()
        assert counter.shop.paid_out("29") == eur(3000 + 1000 - 100 - 390)
    assert counter.case(case.id).status == "closed"


def test_a_repair_ends_when_the_customer_has_it_back(counter: Counter) -> None:
    case = counter.open(wish(way=Resolution.REPAIR))
    counter.work()
    assert counter.rows(case) == []
    assert counter.case(case.id).status == "received"
    amends.hand_back(
        counter.db, case.id, case.lines[0].id, 1, actor="console", now=counter.now
    )
    counter.work()
    assert counter.case(case.id).status == "closed"
    with pytest.raises(BadRequest):
        amends.hand_back(
            counter.db, case.id, case.lines[0].id, 1, actor="console", now=counter.now
        )


def test_a_repair_that_the_customer_has_back_is_not_paid_too(counter: Counter) -> None:
    case = counter.open(wish(way=Resolution.REPAIR), wish("b"))
    line = case.lines[0]
    amends.hand_back(counter.db, case.id, line.id, 1, actor="console", now=counter.now)
    assert not amends.can_change(counter.db, case, counter.case(case.id).lines[0])
    with pytest.raises(BadRequest, match="went back to the customer"):
        counter.instead(case, Resolution.REFUND, "he is not content", line)
    counter.work()
    assert counter.shop.paid_out("29") == eur(1000)


def test_a_courtesy_is_credit_that_no_tender_stands_for(counter: Counter) -> None:
    case = counter.open(wish())
    amends.courtesy(
        counter.db,
        counter.shop.abilities,
        case.id,
        eur(500),
        actor="console",
        why="it took us long",
        now=counter.now,
    )
    counter.work()
    assert counter.shop.paid_out("29") == eur(3000)
    assert [one.credit for one in counter.shop.made] == [eur(500)]
    assert ledger.standing(counter.db, "sandbox", "29", "EUR") == eur(3000)
    [known] = credit.of_order(counter.db, "sandbox", "29")
    assert (known.value, known.bonus) == (eur(0), eur(500))


@pytest.mark.parametrize(
    ("amount", "why"), [(eur(0), "kind"), (Money(5, "USD"), "kind"), (eur(5), " ")]
)
def test_a_courtesy_that_means_nothing_is_refused(
    counter: Counter, amount: Money, why: str
) -> None:
    case = counter.open(wish())
    with pytest.raises(BadRequest):
        amends.courtesy(
            counter.db,
            counter.shop.abilities,
            case.id,
            amount,
            actor="console",
            why=why,
            now=counter.now,
        )


def test_a_line_that_is_being_made_good_is_not_decided_anew(counter: Counter) -> None:
    case = counter.open(wish(way=Resolution.STORE_CREDIT))
    counter.work()
    with pytest.raises(BadRequest):
        counter.instead(case, Resolution.REFUND, "second thoughts")


def test_what_is_left_of_a_credit_is_asked_and_kept(counter: Counter) -> None:
    counter.open(wish(way=Resolution.STORE_CREDIT))
    counter.work()
    assert balances.run(counter.db, counter.shop, lambda: counter.now) == 1
    made = counter.shop.made[0]
    made.credit = eur(1200)
    counter.now += timedelta(days=1)
    assert balances.run(counter.db, counter.shop, lambda: counter.now) == 1
    [known] = credit.of_order(counter.db, "sandbox", "29")
    assert (known.value, known.left) == (eur(3000), eur(1200))
    assert balances.run(counter.db, counter.shop, lambda: counter.now) == 0
    counter.shop.codes.clear()
    counter.now += timedelta(days=1)
    balances.run(counter.db, counter.shop, lambda: counter.now)
    assert desk.is_open(counter.db, "refund", known.refund_id, "credit_gone")


def test_the_audit_finds_credit_that_no_refund_stands_for(counter: Counter) -> None:
    case = counter.open(wish(way=Resolution.STORE_CREDIT))
    counter.work()
    [row] = counter.rows(case)

    @atomic
    def forge(db: Database) -> None:
        db.execute(
            "INSERT INTO credits (refund_id, shop, order_ref, code, kind, part,"
            " amount_minor, currency, at) VALUES (:id, 'sandbox', '29', :code, 'issue',"
            " 'courtesy', 1, 'EUR', :now)",
            id=row.id,
            code=row.request.code,
            now=counter.now.isoformat(),
        )
        breaches = audit.run(db)
        assert [one.rule.split(":")[0] for one in breaches] == ["I9"]
        raise Undone

    with pytest.raises(Undone):
        forge(counter.db)
