"""New goods that their customer paid otherwise than was asked, or in vain."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connector import policy
from connector.errors import BadRequest, LevelNeeded
from connector.model import Resolution
from connector.states import Exchange, Refund
from connector.steps import amends, paid_otherwise
from connector.steps.levels import NOBODY, Approval
from connector.store import desk, exchanges, history, shops
from tests.connector.shapes import NOON, eur
from tests.stories.woo_ways import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.model import Return
    from tests.stories.woo_ways import WooCounter


@pytest.fixture
def counter(address: str) -> Iterator[WooCounter]:
    with serving(address) as found:
        yield found


def owed(counter: WooCounter) -> Return:
    """Exchange an `m` for a coat: its customer owes 15.00."""
    case = counter.returned(counter.wish(Resolution.EXCHANGE, "coat"))
    counter.work(2)
    return case


def accept(
    counter: WooCounter,
    case: Return,
    why: str = "agreed by phone",
    by: Approval = NOBODY,
) -> None:
    [row] = counter.rows(case)
    paid_otherwise.accept(
        counter.db,
        counter.shop,
        row.id,
        actor="console",
        why=why,
        now=counter.now,
        approval=by,
    )


def strict(counter: WooCounter, above: str) -> None:
    """Let a manager approve what is worth more than so much."""
    rules = f"""
currency = "EUR"
[[reasons]]
code = "*"
[[approve.levels]]
above = "{above}"
who = "manager"
"""
    shops.bind_policy(counter.db, counter.shop.name, policy.digest(rules), rules, NOON)
    counter.learn(counter.order)


def paid_less(counter: WooCounter, total: str) -> Return:
    """Let staff ask another sum of the customer than he owes, and him pay that."""
    case = owed(counter)
    [new] = counter.swaps()
    counter.standin.edit_order(new["id"], total=total)
    counter.pay()
    counter.work()
    return case


@pytest.mark.parametrize(
    ("above", "total", "needs"),
    [
        ("34.99", "10.00", True),  # goods of 30.00, and 5.00 of the 15.00 forgiven
        ("35.00", "10.00", False),
        ("30.00", "20.00", False),  # more than was owed: nothing is forgiven
        ("29.99", "20.00", True),  # whose return needs it, at that
    ],
)
def test_who_accepts_another_sum_needs_the_level_of_what_is_given_with_it(
    counter: WooCounter, above: str, total: str, *, needs: bool
) -> None:
    strict(counter, above)
    case = paid_less(counter, total)
    clerk = Approval(levels=("clerk",), by="Bob")
    for by in (NOBODY, clerk) if needs else ():
        with pytest.raises(LevelNeeded):
            accept(counter, case, by=by)
        assert counter.states(case) == [("exchange", Refund.PENDING)]
    accept(counter, case, by=Approval(levels=("manager",), by="Grace"))
    [row] = counter.rows(case)
    assert row.state is Refund.CONFIRMED
    forgiven = [x.event for x in history.events(counter.db, case.id, "waived:")]
    assert forgiven == (["waived:5.00 EUR"] if total == "10.00" else [])
    said = [x.why for x in history.of(counter.db, row.id) if x.event == "confirm"]
    assert said[0].startswith("approved as manager by Grace: ") is needs


def test_what_was_forgiven_counts_for_the_order(counter: WooCounter) -> None:
    strict(counter, "60.00")
    case = paid_less(counter, "10.00")
    accept(counter, case)
    able, now = counter.shop.abilities, counter.now
    where = (counter.db, able, case.id)
    with pytest.raises(LevelNeeded):
        amends.courtesy(*where, eur(2501), actor="test", why="sorry", now=now)
    amends.courtesy(*where, eur(2500), actor="test", why="sorry", now=now)


@pytest.mark.parametrize("total", ["10.00", "20.00"])
def test_a_person_accepts_what_staff_let_the_customer_pay(
    counter: WooCounter, total: str
) -> None:
    case = owed(counter)
    [new] = counter.swaps()
    counter.standin.edit_order(new["id"], total=total)
    counter.work()
    with pytest.raises(BadRequest, match="not paid"):
        accept(counter, case)
    counter.pay()
    counter.work()
    assert counter.states(case) == [("exchange", Refund.PENDING)]
    with pytest.raises(BadRequest, match="say why"):
        accept(counter, case, " ")
    accept(counter, case)
    [row] = counter.rows(case)
    stands = exchanges.of_refund(counter.db, row.id)
    assert stands is not None
    assert (row.state, stands.state) == (Refund.CONFIRMED, Exchange.RELEASED)
    counter.work()
    assert counter.case(case.id).status == "closed"
    assert desk.open_matters(counter.db) == []


def test_what_is_as_was_asked_needs_nobody_to_accept_it(counter: WooCounter) -> None:
    case = owed(counter)
    counter.pay()
    with pytest.raises(BadRequest, match="as it was asked"):
        accept(counter, case)
    counter.work()
    assert counter.states(case) == [("exchange", Refund.CONFIRMED)]


@pytest.mark.parametrize("is_paid", [True, False])
def test_what_was_paid_for_goods_that_are_called_off_is_not_forgotten(
    counter: WooCounter, *, is_paid: bool
) -> None:
    case = owed(counter)
    [new] = counter.swaps()
    if is_paid:
        counter.pay()
    counter.standin.edit_order(new["id"], status="cancelled")
    counter.work()
    [row] = counter.rows(case)
    [matter] = desk.about(counter.db, row.id)
    assert ("15.00 EUR" in matter.why) is is_paid
    counter.call_off(row, "he wants money")
    counter.work()
    assert counter.standin.paid_out_minor() == 3000
    found = desk.about(counter.db, str(new["id"]))
    assert [one.code for one in found] == (["paid_in_vain"] if is_paid else [])
    assert all("15.00 EUR" in one.why for one in found)


def test_new_goods_whose_booking_staff_deleted_are_not_taken_for_unpaid(
    counter: WooCounter,
) -> None:
    case = owed(counter)
    old = int(counter.order)
    [booking] = counter.standin.refunds[old]
    counter.standin.staff_delete_refund(old, booking["id"])
    counter.pay()
    counter.work()
    [row] = counter.rows(case)
    [matter] = desk.about(counter.db, row.id)
    assert matter.code == "unknown"
    assert "its booking is gone" in matter.why
    with pytest.raises(BadRequest, match="cancel it there first"):
        counter.call_off(row, "he never paid")
    assert counter.standin.paid_out_minor() == 0


def test_a_new_order_that_was_deleted_before_it_was_paid_is_asked_about(
    counter: WooCounter,
) -> None:
    case = owed(counter)
    counter.standin.force_delete(counter.swaps()[0]["id"])
    counter.work()
    [row] = counter.rows(case)
    [matter] = desk.about(counter.db, row.id)
    assert (matter.code, "no longer in the shop" in matter.why) == ("unknown", True)
    counter.call_off(row, "it was deleted")
    counter.work()
    assert counter.standin.paid_out_minor() == 3000
