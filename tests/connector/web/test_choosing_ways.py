"""The customer chooses how a line is made good, and gets just that."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from connector.model import Kind, Resolution
from connector.states import Exchange, Refund
from connector.steps import inspect
from connector.steps.inspect import Counted
from connector.store import credit, exchanges, returns
from tests.connector.shapes import eur
from tests.connector.web.sandbox_world import (
    NAME,
    QUESTION,
    RULES,
    Stand,
    Visit,
    chooses,
    customer,
    fields,
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


def asks_for(stand: Stand, way: str, ware: str = "") -> Visit:
    """Go the whole way to an open return."""
    visit = customer(stand)
    chooses(visit)
    visit.post(WAYS, **{"way-a": way, "go": "chosen"})
    if ware:
        visit.post(WAYS, **{"ware-a": ware, "go": "check"})
    visit.post(WAYS, go="send")
    assert "/status/" in visit.path, visit.page
    return visit


def comes_back(stand: Stand) -> None:
    """Judge the return, book its goods as accepted, and let the jobs run."""
    stand.work(1)
    case = stand.case()
    counted = {
        line.id: Counted(received=line.approved, accepted=line.approved)
        for line in case.lines
    }
    inspect.receive(stand.db, case.id, counted, actor="console", now=stand.clock())
    stand.work()


def test_every_way_is_shown_with_what_it_brings(stand: Stand) -> None:
    visit = customer(stand)
    chooses(visit)
    assert visit.code == 200
    for words in ("Money back", "Store credit", "Gift card", "Exchange", "Repair"):
        assert words in visit.page
    assert "€30.00" in visit.page
    assert "+ €3.00 from us (10% more)" in visit.page
    assert returns.recent(stand.db, NAME) == []


def test_a_way_that_the_policy_does_not_offer_cannot_be_forced(
    tmp_path: Path, address: str
) -> None:
    rules = RULES.replace('["gift_card", "replacement", "repair"]', '["refund"]')
    with standing(tmp_path, address, rules) as stand:
        visit = customer(stand)
        chooses(visit)
        assert "Gift card" not in visit.page
        visit.post(WAYS, **{"way-a": "gift_card", "go": "chosen"})
        assert visit.code == 400
        visit.post(WAYS, **{"way-a": "courtesy", "go": "send"})
        assert visit.code == 400
        assert returns.recent(stand.db, NAME) == []


def test_where_money_is_the_only_way_it_is_only_shown_what_comes_back(
    tmp_path: Path, address: str
) -> None:
    rules = RULES[: RULES.index("[[offers]]")]
    with standing(tmp_path, address, rules) as stand:
        visit = customer(stand)
        chooses(visit)
        assert "What shall we do?" not in visit.page
        assert "You get back" in visit.page
        visit.post(WAYS, go="send")
        assert "/status/" in visit.path
        assert stand.case().lines[0].wanted is Resolution.REFUND


def test_a_way_must_be_chosen(stand: Stand) -> None:
    visit = customer(stand)
    chooses(visit)
    visit.post(WAYS, go="chosen")
    assert visit.code == 400
    assert "Tell us what you want for “Shirt”" in visit.page


def test_store_credit_comes_with_its_bonus_and_its_code(stand: Stand) -> None:
    visit = asks_for(stand, "store_credit")
    assert stand.case().lines[0].wanted is Resolution.STORE_CREDIT
    comes_back(stand)
    [one] = credit.of_order(stand.db, NAME, "29")
    visit.get(visit.path)
    assert one.code in visit.page
    assert one.value == eur(3000)


def test_the_code_of_a_gift_card_is_for_its_customer_alone(stand: Stand) -> None:
    visit = asks_for(stand, "gift_card")
    comes_back(stand)
    [one] = credit.of_order(stand.db, NAME, "29")
    visit.get(visit.path)
    assert one.code in visit.page
    stranger = Visit(stand.browser())
    stranger.get(visit.path[:-4] + "xxxx")
    assert stranger.code == 404
    assert one.code[-4:] not in stranger.page


def test_credit_on_an_account_shows_no_code(stand: Stand) -> None:
    stand.shop.abilities = replace(stand.shop.abilities, keeps_credit=True)
    visit = asks_for(stand, "store_credit")
    comes_back(stand)
    codes = [one.code for one in credit.of_order(stand.db, NAME, "29")]
    visit.get(visit.path)
    assert codes
    assert not any(code in visit.page for code in codes)
    assert "on your account" in visit.page


def test_the_differences_of_an_exchange_are_shown_before_it_is_sent(
    stand: Stand,
) -> None:
    visit = customer(stand)
    chooses(visit)
    visit.post(WAYS, **{"way-a": "exchange", "go": "chosen"})
    assert "you pay €15.00 more" in visit.page
    assert "you get €23.00 back" in visit.page
    assert "no difference in price" in visit.page
    visit.post(WAYS, **{"ware-a": "coat", "go": "check"})
    assert "Is everything right?" in visit.page
    assert "You pay" in visit.page
    assert "€15.00" in visit.page
    assert returns.recent(stand.db, NAME) == []


def test_a_dearer_article_is_paid_for_by_a_link_of_the_shop(stand: Stand) -> None:
    visit = asks_for(stand, "exchange", "coat")
    case = stand.case()
    assert case.lines[0].goods is not None
    assert case.lines[0].goods.price == eur(4500)
    comes_back(stand)
    visit.get(visit.path)
    assert 'href="https://shop.example/pay"' in visit.page
    assert "Pay €15.00" in visit.page
    [row] = stand.rows()
    stand.shop.pay_owed(row.id)
    stand.work()
    visit.get(visit.path)
    assert "https://shop.example/pay" not in visit.page
    stands = exchanges.of_refund(stand.db, row.id)
    assert stands is not None
    assert stands.state is Exchange.RELEASED


def test_a_cheaper_article_pays_the_rest_back(stand: Stand) -> None:
    asks_for(stand, "exchange", "socks")
    comes_back(stand)
    assert stand.shop.paid_out("29") == eur(2300)
    assert [one.ref for one in stand.shop.made[0].goods] == ["socks"]


def test_a_price_that_changed_is_shown_again_before_anything_is_opened(
    stand: Stand,
) -> None:
    visit = customer(stand)
    chooses(visit)
    visit.post(WAYS, **{"way-a": "exchange", "go": "chosen"})
    visit.post(WAYS, **{"ware-a": "coat", "go": "check"})
    stand.shop.shelf["coat"] = replace(stand.shop.shelf["coat"], price=eur(5000))
    visit.post(WAYS, go="send")
    assert "A price has changed meanwhile" in visit.page
    assert "€20.00" in visit.page
    assert returns.recent(stand.db, NAME) == []
    visit.post(WAYS, go="send")
    goods = stand.case().lines[0].goods
    assert goods is not None
    assert goods.price == eur(5000)


@pytest.mark.parametrize("gone", ["sold out", "no longer sold"])
def test_an_article_that_is_gone_is_not_promised(stand: Stand, gone: str) -> None:
    visit = customer(stand)
    chooses(visit)
    visit.post(WAYS, **{"way-a": "exchange", "go": "chosen"})
    visit.post(WAYS, **{"ware-a": "coat", "go": "check"})
    if gone == "sold out":
        coat = replace(stand.shop.shelf["coat"], available=0)
        stand.shop.shelf["coat"] = coat
    else:
        del stand.shop.shelf["coat"]
    visit.post(WAYS, go="send")
    assert visit.code == 400
    assert "cannot be had just now" in visit.page
    assert returns.recent(stand.db, NAME) == []


def test_an_exchange_needs_an_article(stand: Stand) -> None:
    visit = customer(stand)
    chooses(visit)
    visit.post(WAYS, **{"way-a": "exchange", "go": "send"})
    assert visit.code == 400
    assert "Choose an article for “Shirt”" in visit.page
    assert returns.recent(stand.db, NAME) == []


def test_articles_are_found_by_their_words(stand: Stand) -> None:
    visit = customer(stand)
    chooses(visit)
    given = {"way-a": "exchange", "search-a": "SOCK", "go": "wares"}
    visit.post(WAYS, **given)
    assert 'value="socks"' in visit.page
    assert 'value="coat"' not in visit.page


def test_each_line_goes_its_own_way(stand: Stand) -> None:
    visit = customer(stand)
    more = {"quantity-b": "1", "reason-b": "changed-my-mind"}
    chooses(visit, **more)
    ways = {"way-a": "store_credit", "way-b": "refund", "go": "chosen"}
    visit.post(WAYS, **ways)
    visit.post(WAYS, go="send")
    comes_back(stand)
    found = sorted((row.request.way.value, row.state) for row in stand.rows())
    assert ("refund", Refund.CONFIRMED) in found
    assert ("store_credit", Refund.CONFIRMED) in found
    [one] = credit.of_order(stand.db, NAME, "29")
    assert one.value == eur(3000)


def test_going_back_keeps_what_was_said(stand: Stand) -> None:
    visit = customer(stand)
    chooses(visit, **{"note-a": "too loud"})
    visit.post(WAYS, **{"way-a": "refund", "go": "chosen"})
    assert "Is everything right?" in visit.page
    visit.post(WAYS, go="ways")
    assert fields(visit.page)["note-a"] == "too loud"
    assert 'value="refund" checked' in visit.page


def test_a_repair_goes_to_the_bench(stand: Stand) -> None:
    visit = asks_for(stand, "repair")
    comes_back(stand)
    assert stand.rows() == []
    visit.get(visit.path)
    assert "we repair it and send it back" in visit.page


def test_questions_are_asked_and_their_answers_kept(
    tmp_path: Path, address: str
) -> None:
    with standing(tmp_path, address, RULES + QUESTION) as stand:
        visit = customer(stand)
        chooses(visit)
        assert "Are the tags still on it?" in visit.page
        visit.post(WAYS, **{"way-a": "refund", "go": "chosen"})
        assert visit.code == 400
        answer = {"way-a": "refund", "answer-a|tags": "no", "go": "chosen"}
        visit.post(WAYS, **answer)
        visit.post(WAYS, go="send")
        assert stand.case().lines[0].answers == (("tags", "no"),)


def test_an_answer_that_is_none_of_the_policy_s_is_not_kept(
    tmp_path: Path, address: str
) -> None:
    with standing(tmp_path, address, RULES + QUESTION) as stand:
        visit = customer(stand)
        chooses(visit)
        answer = {"way-a": "refund", "answer-a|tags": "perhaps", "go": "send"}
        visit.post(WAYS, **answer)
        assert visit.code == 400
        assert returns.recent(stand.db, NAME) == []


def test_a_question_alone_is_asked_where_money_is_the_only_way(
    tmp_path: Path, address: str
) -> None:
    rules = RULES[: RULES.index("[[offers]]")] + QUESTION
    with standing(tmp_path, address, rules) as stand:
        visit = customer(stand)
        chooses(visit)
        assert "Are the tags still on it?" in visit.page
        visit.post(WAYS, **{"answer-a|tags": "yes", "go": "chosen"})
        visit.post(WAYS, go="send")
        assert stand.case().lines[0].answers == (("tags", "yes"),)
        assert stand.case().lines[0].wanted is Resolution.REFUND


def test_what_is_too_small_to_send_is_kept_and_said_so(
    tmp_path: Path, address: str
) -> None:
    with standing(tmp_path, address, RULES + '[keep]\nbelow = "12.00"\n') as stand:
        visit = customer(stand)
        given = {"quantity-b": "1", "reason-b": "changed-my-mind"}
        visit.post(f"/returns/{NAME}/choose", **given)
        visit.post(WAYS, **{"way-b": "refund", "go": "chosen"})
        assert "you keep it" in visit.page


def test_a_faulty_article_is_replaced_for_nothing(stand: Stand) -> None:
    visit = customer(stand)
    chooses(visit, "defective")
    visit.post(WAYS, **{"way-a": "replacement", "go": "chosen"})
    assert "To pay" in visit.page
    assert "nothing" in visit.page
    visit.post(WAYS, go="send")
    comes_back(stand)
    [row] = stand.rows()
    assert (row.state, row.amount) == (Refund.CONFIRMED, eur(0))
    [made] = stand.shop.made
    assert [(one.ref, one.quantity) for one in made.goods] == [("m", 1)]
    visit.get(visit.path)
    assert "Replacement" in visit.page


def test_a_repair_says_what_it_adds_before_it_is_chosen(stand: Stand) -> None:
    visit = customer(stand)
    chooses(visit)
    assert "twelve months" not in visit.page  # a wish gives no guarantee
    visit = customer(stand)
    chooses(visit, "defective")
    assert "A repair adds twelve months to your legal guarantee." in visit.page


def test_who_withdraws_is_sent_to_the_function_that_gives_a_receipt(
    stand: Stand,
) -> None:
    visit = customer(stand)
    assert 'name="withdraw"' not in visit.page
    assert f'href="/returns/{NAME}/withdraw"' in visit.page
    chooses(visit, withdraw="1")
    visit.post(WAYS, **{"way-a": "refund", "go": "chosen"})
    visit.post(WAYS, go="send")
    assert stand.case().kind is Kind.VOLUNTARY


def test_a_wish_and_a_fault_are_two_returns_and_each_page_leads_to_the_other(
    stand: Stand,
) -> None:
    visit = customer(stand)
    chooses(visit, **{"quantity-b": "1", "reason-b": "defective"})
    visit.post(WAYS, **{"way-a": "refund", "way-b": "refund", "go": "chosen"})
    visit.post(WAYS, go="send")
    wish, fault = sorted(returns.recent(stand.db, NAME), key=lambda one: one.number)
    assert {wish.kind, fault.kind} == {Kind.VOLUNTARY, Kind.FAULTY}
    assert f"Return {wish.number}" in visit.page
    link = visit.page.split("Your other returns of this order")[1].split('"')[3]
    visit.get(link)
    assert f"Return {fault.number}" in visit.page
    assert f">{wish.number}</a>" in visit.page


def test_a_note_that_is_too_long_is_refused_and_not_cut(stand: Stand) -> None:
    visit = customer(stand)
    chooses(visit, **{"note-a": "x" * 301})
    visit.post(WAYS, **{"way-a": "refund", "go": "chosen"})
    visit.post(WAYS, go="send")
    assert visit.code == 400
    assert returns.recent(stand.db, NAME) == []


def test_whoever_has_not_shown_an_order_begins_at_the_beginning(stand: Stand) -> None:
    stranger = Visit(stand.browser())
    stranger.get(f"/returns/{NAME}/")
    stranger.post(WAYS, **{"quantity-a": "1", "reason-a": "defective", "go": "send"})
    assert stranger.path == f"/returns/{NAME}/"
    assert returns.recent(stand.db, NAME) == []
