"""Shop and ledger, both ways: matched, explained, or a person's question."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from adapters.sandbox import Sandbox
from connector.errors import Gone
from connector.model import Moved, ShopRefund
from connector.states import Refund
from connector.steps import audit, byhand, compare, refund
from connector.steps.compare import EXPLAINED, FLAGGED, MATCHED, Line
from connector.store import Database, connect, desk, ledger, orders, refunds, shops
from tests.connector.shapes import NOON, a_line, a_request, an_order, eur

if TYPE_CHECKING:
    from collections.abc import Iterator

LATER = NOON + timedelta(hours=1)


@pytest.fixture
def shop() -> Sandbox:
    sandbox = Sandbox()
    sandbox.sell(an_order(a_line("a", 3000, 3)))
    return sandbox


@pytest.fixture
def db(address: str, shop: Sandbox) -> Iterator[Database]:
    opened = connect(address)
    shops.put(opened, shop.name, "sandbox", "memory", NOON)
    orders.keep(opened, shop.name, shop.order("29"))
    yield opened
    assert audit.run(opened) == []
    opened.close()


def paid(db: Database, shop: Sandbox, mishap: str = "") -> None:
    shop.mishaps.append(mishap)
    refunds.reserve(
        db,
        shop=shop.name,
        return_id=None,
        request=a_request("k1", 1000),
        units={},
        due=NOON,
        now=NOON,
    )
    refund.push(db, shop, lambda: NOON, token="test")


def compared(db: Database, shop: Sandbox) -> list[Line]:
    return compare.run(db, shop, lambda: LATER)


def change(shop: Sandbox, *refunds_there: ShopRefund) -> None:
    shop.orders["29"] = replace(shop.orders["29"], refunds=refunds_there)


def test_a_refund_that_both_sides_have_matches(db: Database, shop: Sandbox) -> None:
    paid(db, shop)
    (line,) = compared(db, shop)
    assert (line.verdict, line.unexplained_minor) == (MATCHED, 0)
    assert line.shop_amount == line.book_amount == eur(1000)
    assert shops.get(db, shop.name).reconciled_at == LATER


def test_a_refund_by_staff_enters_the_books_and_is_explained(
    db: Database, shop: Sandbox
) -> None:
    paid(db, shop)
    shop.pay_by_hand("29", eur(500))
    said = [(line.verdict, line.why) for line in compared(db, shop)]
    assert said == [(MATCHED, ""), (EXPLAINED, "made in the shop itself")]
    assert ledger.standing(db, shop.name, "29", "EUR") == eur(1500)


def test_one_without_an_answer_is_being_looked_at(db: Database, shop: Sandbox) -> None:
    paid(db, shop, "lost")
    (line,) = compared(db, shop)
    assert (line.verdict, line.book_amount) == (EXPLAINED, eur(1000))


def test_a_refund_deleted_at_the_shop_is_noticed_and_reversed(
    db: Database, shop: Sandbox
) -> None:
    """WooCommerce tells nobody, and the order's modification date stays."""
    paid(db, shop)
    change(shop)
    compared(db, shop)
    assert refunds.get(db, "k1").state is Refund.REVERSED
    assert [matter.code for matter in desk.open_matters(db)] == ["reversed"]


def test_a_deleted_refund_by_staff_is_taken_back_by_an_entry(
    db: Database, shop: Sandbox
) -> None:
    paid(db, shop)
    ours = shop.orders["29"].refunds
    shop.pay_by_hand("29", eur(500))
    compared(db, shop)
    change(shop, *ours)
    compared(db, shop)
    assert ledger.standing(db, shop.name, "29", "EUR") == eur(1000)


def test_another_amount_at_the_shop_is_a_persons_question(
    db: Database, shop: Sandbox
) -> None:
    paid(db, shop)
    (there,) = shop.orders["29"].refunds
    change(shop, replace(there, amount=eur(900)))
    (line,) = compared(db, shop)
    assert (line.verdict, line.unexplained_minor) == (FLAGGED, 100)
    assert [matter.code for matter in desk.open_matters(db)] == ["unmatched"]
    assert shops.get(db, shop.name).reconciled_at is None


def test_what_a_person_found_paid_is_explained_without_a_record(
    db: Database, shop: Sandbox
) -> None:
    paid(db, shop, "never")
    byhand.found_out(db, "k1", money_moved=True, why="bank list", actor="me", now=LATER)
    (line,) = compared(db, shop)
    assert (line.verdict, line.why) == (
        EXPLAINED,
        "a person found it paid: bank list",
    )


def test_money_that_moved_after_all_is_flagged(db: Database, shop: Sandbox) -> None:
    paid(db, shop, "never")
    byhand.found_out(db, "k1", money_moved=False, why="bank", actor="me", now=LATER)
    change(shop, ShopRefund(ref="9", amount=eur(1000), moved=Moved.YES, key="k1"))
    (line,) = compared(db, shop)
    assert (line.verdict, line.unexplained_minor) == (FLAGGED, 0)
    assert ledger.standing(db, shop.name, "29", "EUR") == eur(1000)


def test_an_order_that_is_gone_is_flagged_and_nothing_is_lost(
    db: Database, shop: Sandbox
) -> None:
    paid(db, shop)
    del shop.orders["29"]
    with pytest.raises(Gone):
        shop.order("29")
    (line,) = compared(db, shop)
    assert (line.verdict, line.why) == (FLAGGED, "the order is gone at the shop")
    assert refunds.get(db, "k1").state is Refund.CONFIRMED
    (matter,) = desk.open_matters(db)
    desk.close_one(db, matter.id, "ann", LATER)
    (line,) = compared(db, shop)
    assert (line.verdict, desk.open_matters(db)) == (EXPLAINED, [])
