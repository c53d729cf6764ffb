"""The merchant changes what a line is made good with, and sees what became of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import uuid_utils.compat as uuids

from connector.model import Resolution
from connector.states import Exchange, Refund
from connector.steps import promise, unpaid
from connector.store import credit, desk, exchanges, refunds, shops
from connector.web.outcomes import leads_to
from tests.connector.shapes import a_request, eur
from tests.connector.web.sandbox_world import (
    NAME,
    Stand,
    Visit,
    chooses,
    customer,
    merchant,
    standing,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WAYS = f"/returns/{NAME}/ways"


@pytest.fixture
def stand(tmp_path: Path, address: str) -> Iterator[Stand]:
    with standing(tmp_path, address) as made:
        yield made


def opened(stand: Stand, way: str = "refund", ware: str = "") -> Visit:
    """Let a customer ask for a way, judge it; return the merchant on its page."""
    visit = customer(stand)
    chooses(visit)
    visit.post(WAYS, **{"way-a": way, "go": "chosen"})
    if ware:
        visit.post(WAYS, **{"ware-a": ware, "go": "check"})
    visit.post(WAYS, go="send")
    stand.work(1)
    staff = merchant(stand)
    staff.get(f"/console/returns/{stand.case().id}")
    assert staff.code == 200
    return staff


def line(stand: Stand, deed: str) -> str:
    case = stand.case()
    return f"/console/returns/{case.id}/lines/{case.lines[0].id}/{deed}"


def books(stand: Stand, staff: Visit, **more: str) -> None:
    """Book the shirt as received and accepted."""
    given = {"received": "1", "accepted": "1", **more}
    staff.post(line(stand, "receive"), **given)
    stand.work()
    staff.get(f"/console/returns/{stand.case().id}")


@pytest.mark.parametrize(
    "way", ["store_credit", "gift_card", "replacement", "repair", "keep", "manual"]
)
def test_a_line_is_made_good_in_another_way(stand: Stand, way: str) -> None:
    staff = opened(stand)
    staff.post(line(stand, "resolve"), way=way, why="she called")
    assert stand.case().lines[0].resolution is Resolution(way)
    assert "she called" in staff.page


def test_what_has_begun_is_not_changed(stand: Stand) -> None:
    staff = opened(stand)
    assert "Make it good in another way" in staff.page
    books(stand, staff)
    assert "Make it good in another way" not in staff.page
    staff.post(line(stand, "resolve"), way="gift_card", why="too late")
    assert "its return is over" in staff.page
    assert stand.case().lines[0].resolution is Resolution.REFUND


def test_an_unknown_way_changes_nothing(stand: Stand) -> None:
    staff = opened(stand)
    for way in ("", "gold", "courtesy"):
        staff.post(line(stand, "resolve"), way=way)
        assert stand.case().lines[0].decided in (None, Resolution.REFUND)


def test_an_article_is_chosen_from_the_shop_s_wares(stand: Stand) -> None:
    staff = opened(stand)
    staff.get(line(stand, "wares"))
    assert 'value="coat"' in staff.page
    assert "in stock: 5" in staff.page
    staff.post(line(stand, "resolve"), way="exchange", ware="coat", why="as agreed")
    goods = stand.case().lines[0].goods
    assert goods is not None
    assert (goods.ref, goods.price) == ("coat", eur(4500))
    staff.get(line(stand, "wares") + "?product=hats")
    assert "sells nothing by that id" in staff.page


def test_an_exchange_without_an_article_is_refused(stand: Stand) -> None:
    staff = opened(stand)
    staff.post(line(stand, "resolve"), way="exchange")
    assert "for which article" in staff.page
    assert stand.case().lines[0].decided is not Resolution.EXCHANGE


def test_a_courtesy_is_a_credit_whose_code_the_console_never_shows(
    stand: Stand,
) -> None:
    staff = opened(stand)
    path = f"/console/returns/{stand.case().id}/courtesy"
    staff.post(path, amount="5,50", why="for the wait")
    stand.work()
    [one] = credit.of_order(stand.db, NAME, "29")
    assert one.bonus == eur(550)
    staff.get(f"/console/returns/{stand.case().id}")
    assert one.code not in staff.page
    assert f"code ending in {one.code[-4:]}" in staff.page
    staff.get(f"/console/refunds/{one.refund_id}")
    assert one.code not in staff.page
    assert one.code[-4:] in staff.page


@pytest.mark.parametrize("amount", ["", "-5", "1.500", "1,234.00", "free", "0", "٣"])
def test_what_is_no_clear_amount_gives_nothing(stand: Stand, amount: str) -> None:
    staff = opened(stand)
    path = f"/console/returns/{stand.case().id}/courtesy"
    staff.post(path, amount=amount, why="for the wait")
    assert 'role="alert"' in staff.page
    assert stand.rows() == []


def test_a_courtesy_needs_a_reason(stand: Stand) -> None:
    staff = opened(stand)
    staff.post(f"/console/returns/{stand.case().id}/courtesy", amount="5", why=" ")
    assert stand.rows() == []


def test_where_goods_go_is_said_as_they_are_booked(stand: Stand) -> None:
    staff = opened(stand)
    books(stand, staff, restock="no", place="p2")
    found = stand.case().lines[0]
    assert (found.restock, found.place) == (False, "p2")
    [row] = stand.rows()
    [share] = row.request.lines
    assert (share.restock, share.place) == (False, "p2")
    assert "Lyon" in staff.page


def test_goods_go_to_no_place_that_the_shop_has_not(stand: Stand) -> None:
    staff = opened(stand)
    books(stand, staff, place="p9")
    assert stand.case().lines[0].received == 0
    assert stand.rows() == []


def test_a_repaired_article_goes_back_and_the_return_ends(stand: Stand) -> None:
    staff = opened(stand, "repair")
    books(stand, staff)
    assert stand.case().status == "received"
    staff.post(line(stand, "hand-back"), units="1")
    stand.work()
    assert stand.case().status == "closed"
    staff.get(f"/console/returns/{stand.case().id}")
    staff.post(line(stand, "hand-back"), units="1")
    assert stand.case().lines[0].handed_back == 1


def test_payment_by_hand_needs_its_proof(stand: Stand) -> None:
    staff = opened(stand)
    staff.post(line(stand, "resolve"), way="manual", why="she has no card any more")
    books(stand, staff)
    [row] = stand.rows()
    assert row.state is Refund.MANUAL
    staff.get(f"/console/refunds/{row.id}")
    staff.post(f"/console/refunds/{row.id}/paid", why="")
    assert stand.rows()[0].state is Refund.MANUAL
    staff.post(f"/console/refunds/{row.id}/paid", why="bank reference 77")
    stand.work()
    assert stand.rows()[0].state is Refund.CONFIRMED


def test_money_with_the_old_order_and_its_goods_name_each_other(stand: Stand) -> None:
    staff = opened(stand)
    case = stand.case()
    goods, money = str(uuids.uuid7()), str(uuids.uuid7())
    asked = replace(a_request(goods, 100), order_ref=case.order_ref, paid_by=money)
    payer = replace(asked, key=money, lines=(), paid_by="", pays=goods)
    for request, owner in ((asked, case.id), (payer, None)):
        refunds.reserve(
            stand.db,
            shop=case.shop,
            return_id=owner,
            request=replace(request, return_number=case.number),
            units={},
            due=stand.clock(),
            now=stand.clock(),
        )
    staff.get(f"/console/refunds/{money}")
    assert f'href="/console/refunds/{goods}">{case.number}</a>' in staff.page
    staff.get(f"/console/refunds/{goods}")
    assert f'href="/console/refunds/{money}">paid with the order' in staff.page
    staff.post(f"/console/refunds/{goods}/withdraw", why="she keeps it")
    states = [refunds.get(stand.db, key).state for key in (goods, money)]
    assert states == [Refund.CANCELLED, Refund.CANCELLED]


def test_an_exchange_that_is_not_paid_for_is_asked_about_once(stand: Stand) -> None:
    staff = opened(stand, "exchange", "coat")
    books(stand, staff)
    assert "the customer owes €15.00" in staff.page
    assert "new order made-1" in staff.page
    assert 'href="https://shop.example/pay"' in staff.page
    early = stand.clock() + timedelta(days=13)
    assert unpaid.run(stand.db, stand.shop, early) == 0
    late = stand.clock() + timedelta(days=15)
    assert unpaid.run(stand.db, stand.shop, late) == 1
    assert unpaid.run(stand.db, stand.shop, late) == 1
    [matter] = desk.open_matters(stand.db, NAME)
    assert (matter.code, matter.about) == ("unpaid", "refund")
    assert "€" not in matter.why
    assert "made-1" in matter.why


def test_an_exchange_that_was_called_off_becomes_money(stand: Stand) -> None:
    staff = opened(stand, "exchange", "coat")
    books(stand, staff)
    [row] = stand.rows()
    unpaid.run(stand.db, stand.shop, stand.clock() + timedelta(days=15))
    staff.get(f"/console/refunds/{row.id}")
    assert "The customer does not pay?" in staff.page
    staff.post(f"/console/refunds/{row.id}/call-off", way="refund", why="")
    assert stand.rows()[0].state is Refund.PENDING
    staff.post(
        f"/console/refunds/{row.id}/call-off", way="refund", why="cancelled made-1"
    )
    assert stand.rows()[0].state is Refund.PENDING
    stand.shop.cancel_made(row.id)
    staff.post(
        f"/console/refunds/{row.id}/call-off", way="refund", why="cancelled made-1"
    )
    stand.work()
    first, second = stand.rows()
    assert first.state is Refund.FAILED
    stands = exchanges.of_refund(stand.db, first.id)
    assert stands is not None
    assert stands.state is Exchange.LAPSED
    assert (second.state, second.amount) == (Refund.CONFIRMED, eur(3000))
    assert stand.shop.paid_out("29") == eur(3000)
    assert desk.open_matters(stand.db, NAME) == []


def test_an_exchange_that_was_paid_is_not_called_off(stand: Stand) -> None:
    staff = opened(stand, "exchange", "coat")
    books(stand, staff)
    [row] = stand.rows()
    stand.shop.pay_owed(row.id)
    staff.post(f"/console/refunds/{row.id}/call-off", way="refund", why="cancelled")
    assert "has paid meanwhile" in staff.page
    stand.work()
    staff.post(f"/console/refunds/{row.id}/call-off", way="refund", why="cancelled")
    [row] = stand.rows()
    assert row.state is Refund.CONFIRMED
    assert stand.shop.paid_out("29") == eur(0)


def test_the_verdict_shows_what_is_offered_and_its_bonus(stand: Stand) -> None:
    staff = opened(stand)
    assert "store credit (+10%)" in staff.page


@pytest.mark.parametrize(
    ("url", "is_safe"),
    [
        ("https://shop.example/pay/1", True),
        ("https://www.shop.example/pay", True),
        ("http://shop.example/pay", False),
        ("https://shop.example.evil.example/pay", False),
        ("https://evil.example/shop.example", False),
        ("https://shop.example@evil.example/", False),
        ("https://ada:secret@shop.example/", False),
        ("javascript:alert(1)", False),
        ("//shop.example/pay", False),
        ("https://[broken", False),
        ("", False),
    ],
)
def test_only_a_page_of_the_shop_is_a_place_to_pay(
    stand: Stand, url: str, *, is_safe: bool
) -> None:
    assert leads_to(shops.get(stand.db, NAME), url) is is_safe


def test_a_platform_s_own_checkout_is_one_too(stand: Stand) -> None:
    row = replace(
        shops.get(stand.db, NAME), platform="shopify", address="a.myshopify.com"
    )
    assert leads_to(row, "https://a.myshopify.com/pay")
    assert leads_to(row, "https://checkout.shopify.com/1")
    assert not leads_to(row, "https://b.myshopify.com/pay")
    assert not leads_to(row, "https://notshopify.com/pay")


def test_a_withdrawn_bonus_is_given_again_from_its_page_once(stand: Stand) -> None:
    stand.shop.abilities = replace(stand.shop.abilities, bonus_apart=True)
    staff = opened(stand, "store_credit")
    staff.post(line(stand, "receive"), received="1", accepted="1")
    promise.run(stand.db, stand.shop, stand.clock)
    _, bonus = stand.rows()
    page = f"/console/refunds/{bonus.id}"
    staff.get(page)
    staff.post(f"{page}/withdraw", why="a slip")
    assert "Give the bonus again" in staff.page
    staff.post(f"{page}/again", why="it was a slip")
    assert "Give the bonus again" not in staff.page
    stand.work()
    assert [row.state.value for row in stand.rows()] == [
        "confirmed",
        "cancelled",
        "confirmed",
    ]
