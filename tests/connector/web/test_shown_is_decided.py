"""What the customer is shown before he sends the form is what is then decided."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

import pytest

from connector.steps import inspect
from connector.steps.inspect import Counted
from connector.store import returns
from tests.connector.shapes import eur
from tests.connector.web.sandbox_world import (
    NAME,
    QUESTION,
    RULES,
    Stand,
    Visit,
    chooses,
    customer,
    standing,
)

if TYPE_CHECKING:
    from pathlib import Path

WAYS = f"/returns/{NAME}/ways"
HALF = 'then = { restocking_percent = "50" }\n'


def rule(when: str) -> str:
    return f'[[rules]]\nname = "own"\nwhen = {{ {when} }}\n{HALF}'


def checks(visit: Visit, way: str = "refund", **more: str) -> None:
    """Go from the choice to the page with all figures."""
    visit.post(WAYS, **{"way-a": way, "go": "chosen", **more})
    assert "Is everything right?" in visit.page, visit.page


def sends(visit: Visit) -> None:
    visit.post(WAYS, go="send")
    assert "/status/" in visit.path, visit.page


def restocked(stand: Stand) -> list[int]:
    """Return the restocking fees of all returns, in basis points, the first first."""
    stand.work(1)
    cases = [returns.get(stand.db, one.id) for one in returns.recent(stand.db, NAME)]
    terms = [one.terms for one in reversed(cases)]
    return [sum(bp for _, bp in one.restocking) for one in terms if one]


def test_a_rule_for_the_shop_is_shown_as_it_decides(
    tmp_path: Path, address: str
) -> None:
    with standing(tmp_path, address, RULES + rule(f'shop = "{NAME}"'), "CH") as stand:
        visit = customer(stand)
        chooses(visit)
        checks(visit)
        assert "You get back</strong></dt><dd><strong>€15.00" in visit.page
        sends(visit)
        assert restocked(stand) == [5000]


def test_a_question_for_the_shop_is_asked(tmp_path: Path, address: str) -> None:
    where = f'when = {{ shop = "{NAME}" }}\n'
    answers = "[[questions.answers]]"
    asked = QUESTION.replace(answers, where + answers, 1)
    with standing(tmp_path, address, RULES + asked, "CH") as stand:
        visit = customer(stand)
        chooses(visit)
        assert "Are the tags still on it?" in visit.page
        checks(visit, **{"answer-a|tags": "yes"})
        sends(visit)
        stand.work(1)
        assert stand.case().status == "awaited"


@pytest.mark.parametrize(
    "when", ["past_returns = { above = 0 }", 'past_value = { above = "1.00" }']
)
@pytest.mark.parametrize("judged", [True, False])
def test_an_earlier_return_counts_before_it_is_sent_too(
    tmp_path: Path, address: str, when: str, *, judged: bool
) -> None:
    """Also one that nobody has judged yet: it will be judged before."""
    with standing(tmp_path, address, RULES + rule(when), "CH") as stand:
        first = customer(stand)
        chooses(first)
        checks(first)
        assert "<strong>€30.00" in first.page
        sends(first)
        if judged:
            stand.work(1)
        second = customer(stand)
        chooses(second)
        checks(second)
        assert "You get back</strong></dt><dd><strong>€15.00" in second.page
        sends(second)
        assert restocked(stand) == [0, 5000]


def test_two_returns_of_one_form_are_shown_as_they_will_be_decided(
    tmp_path: Path, address: str
) -> None:
    """A fault and a whim are two returns: the second one has a past already."""
    with standing(
        tmp_path, address, RULES + rule("past_returns = { above = 0 }"), "CH"
    ) as stand:
        visit = customer(stand)
        more = {"quantity-b": "1", "reason-b": "changed-my-mind"}
        chooses(visit, "defective", **more)
        checks(visit, **{"way-b": "refund"})
        assert "You get back</strong></dt><dd><strong>€5.00" in visit.page
        sends(visit)
        assert sorted(restocked(stand)) == [0, 5000]


def test_a_limit_that_declines_is_told_beforehand(tmp_path: Path, address: str) -> None:
    limit = '[[limits]]\ndays = 30\nreturns = 1\nsays = "decline"\nwhy = "Too many."\n'
    with standing(tmp_path, address, RULES + limit, "CH") as stand:
        visit = customer(stand)
        chooses(visit)
        checks(visit)
        sends(visit)
        again = customer(stand)
        chooses(again)
        assert "Store credit" not in again.page


def test_the_days_of_an_order_know_the_shop_and_the_past(
    tmp_path: Path, address: str
) -> None:
    rules = RULES + (
        f'[[windows]]\nname = "here"\nwhen = {{ shop = "{NAME}" }}\ndays = 60\n'
    )
    with standing(tmp_path, address, rules, "CH") as stand:
        visit = Visit(stand.browser())
        visit.get(f"/policy/{NAME}")
        visit.post(f"/policy/{NAME}", number="29", email="ada@example.test")
        assert "You can return it until" in visit.page
        assert "January 1, 2027" in visit.page


FEES = (
    'currency = "EUR"\n[[reasons]]\ncode = "changed-my-mind"\n'
    '[fees]\nrestocking_percent = "20"\nreturn_shipping = "4.90"\n'
)


def text_of(visit: Visit) -> str:
    """Return what a page says, its tags left out."""
    main = visit.page.partition("<main")[2].partition("</main>")[0]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", "<" + main)).split())


def test_money_alone_is_shown_with_its_fees_before_and_after(
    tmp_path: Path, address: str
) -> None:
    figures = (
        "Goods that come back €30.00 Kept: restocking fee -€6.00"
        " Kept: return shipping -€4.90 You get back €19.10"
    ).replace("-", "\N{MINUS SIGN}")
    with standing(tmp_path, address, FEES, "CH") as stand:
        visit = customer(stand)
        chooses(visit)
        assert returns.recent(stand.db, NAME) == []
        assert figures in text_of(visit)
        assert "Step 2 of 2" in text_of(visit)
        sends(visit)
        stand.work(1)
        assert restocked(stand) == [2000]
        visit.get(visit.path)
        assert figures in text_of(visit)
        (line,) = stand.case().lines
        back = {line.id: Counted(received=1, accepted=1)}
        inspect.receive(stand.db, stand.case().id, back, actor="t", now=stand.clock())
        stand.work()
        assert [row.amount for row in stand.rows()] == [eur(1910)]
        visit.get(visit.path)
        assert "€19.10" in text_of(visit)
        assert "Kept: restocking fee €6.00 Kept: return shipping €4.90" in text_of(
            visit
        )


def test_who_changes_something_where_there_is_no_choice_chooses_items_anew(
    tmp_path: Path, address: str
) -> None:
    with standing(tmp_path, address, FEES, "CH") as stand:
        visit = customer(stand)
        chooses(visit)
        visit.post(WAYS, go="ways")
        assert "What would you like to return?" in visit.page
        assert returns.recent(stand.db, NAME) == []


def test_what_would_be_declined_is_said_before_it_is_sent(
    tmp_path: Path, address: str
) -> None:
    out = '[[exclude]]\nwhy = "No mugs."\nwhen = { price = { below = "20.00" } }\n'
    with standing(tmp_path, address, FEES + out, "CH") as stand:
        visit = customer(stand)
        only = {"quantity-b": "1", "reason-b": "changed-my-mind", "quantity-a": "0"}
        chooses(visit, **only)
        assert "these articles cannot come back" in unescape(visit.page)
        assert "1 \N{MULTIPLICATION SIGN} Mug" in text_of(visit)
        sends(visit)
        stand.work(1)
        assert stand.case().status == "declined"


def test_each_way_of_a_return_is_foreseen_and_the_way_back_kept_once(
    tmp_path: Path, address: str
) -> None:
    fees = '[fees]\nreturn_shipping = "4.90"\n'
    with standing(tmp_path, address, RULES + fees, "CH") as stand:
        visit = customer(stand)
        chooses(visit, **{"quantity-b": "1", "reason-b": "changed-my-mind"})
        checks(visit, "store_credit", **{"way-b": "refund"})
        before = text_of(visit)
        sends(visit)
        stand.work(1)
        visit.get(visit.path)
        after = text_of(visit)
        for one in ("You get as credit €27.61", "You get back €10.00"):
            assert one in before
            assert one in after
        assert after.count("Kept: return shipping") == 1


def test_a_way_back_dearer_than_one_line_is_kept_of_the_other(
    tmp_path: Path, address: str
) -> None:
    """The mug's credit would be nothing less the fee: the shirt's money bears it."""
    fees = '[fees]\nreturn_shipping = "12.00"\n'
    with standing(tmp_path, address, RULES + fees, "CH") as stand:
        visit = customer(stand)
        chooses(visit, **{"quantity-b": "1", "reason-b": "changed-my-mind"})
        checks(visit, "refund", **{"way-b": "store_credit"})
        before = text_of(visit)
        sends(visit)
        stand.work(1)
        case = stand.case()
        back = {x.id: Counted(received=1, accepted=1) for x in case.lines}
        inspect.receive(stand.db, case.id, back, actor="t", now=stand.clock())
        stand.work(3)
        given = sorted(row.amount.minor for row in stand.rows())
        assert given == [1000, 1800]
        assert "You get as credit €11.00" in before
        assert "You get back €18.00" in before


def test_a_question_that_hangs_on_the_way_is_put_once_it_is_chosen(
    tmp_path: Path, address: str
) -> None:
    """Else nobody could answer it, and every such return would wait for a person."""
    where = 'when = { resolution = "store_credit" }\n'
    answers = "[[questions.answers]]"
    asked = QUESTION.replace(answers, where + answers, 1)
    with standing(tmp_path, address, RULES + asked, "CH") as stand:
        visit = customer(stand)
        chooses(visit)
        assert "Are the tags still on it?" not in visit.page
        visit.post(WAYS, **{"way-a": "store_credit", "go": "chosen"})
        assert visit.code == 400
        assert "Are the tags still on it?" in visit.page
        checks(visit, "store_credit", **{"answer-a|tags": "yes"})
        sends(visit)
        stand.work(1)
        assert stand.case().lines[0].answers == (("tags", "yes"),)
        assert stand.case().status == "awaited"


def test_a_question_of_another_way_is_not_put(tmp_path: Path, address: str) -> None:
    where = 'when = { resolution = { is_not = "store_credit" } }\n'
    answers = "[[questions.answers]]"
    asked = QUESTION.replace(answers, where + answers, 1)
    with standing(tmp_path, address, RULES + asked, "CH") as stand:
        visit = customer(stand)
        chooses(visit)
        checks(visit, "store_credit")
        sends(visit)
        stand.work(1)
        assert stand.case().status == "awaited"


def test_a_rule_shows_and_decides_no_other_way_than_a_replacement_that_is_wanted(
    tmp_path: Path, address: str
) -> None:
    """For a fault the customer chooses between repair and replacement."""
    own = '[[rules]]\nname = "own"\nwhen = { fault = ["merchant"] }\n'
    then = 'then = { resolution = "keep", decide = "approve" }\n'
    with standing(tmp_path, address, RULES + own + then, "FR") as stand:
        visit = customer(stand)
        chooses(visit, "defective")
        checks(visit, "replacement")
        assert "<h2>Replacement</h2>" in visit.page
        assert "you keep the article" not in visit.page
        sends(visit)
        stand.work(1)
        (line,) = stand.case().lines
        assert (line.decision, line.resolution) == ("needs_person", "replacement")
        assert [one.code for one in line.trace if one.says == "ask"] == ["fault_choice"]


@pytest.mark.parametrize("way", ["refund", "store_credit", "gift_card"])
def test_a_faulty_rest_brings_the_delivery_however_the_first_was_made_good(
    tmp_path: Path, address: str, way: str
) -> None:
    with standing(tmp_path, address, RULES, "CH", shipping=490) as stand:
        first = customer(stand)
        chooses(first, **{"quantity-a": "3"})
        checks(first, way)
        sends(first)
        stand.work(1)
        case = stand.case()
        back = {x.id: Counted(received=3, accepted=3) for x in case.lines}
        inspect.receive(stand.db, case.id, back, actor="t", now=stand.clock())
        stand.work(3)
        second = customer(stand)
        rest = {"quantity-a": "0", "quantity-b": "1", "reason-b": "defective"}
        chooses(second, **rest)
        second.post(WAYS, **{"way-b": "refund", "go": "chosen"})
        assert "You get back €14.90" in text_of(second)
        sends(second)
        stand.work(1)
        found = [returns.get(stand.db, x.id) for x in returns.recent(stand.db, NAME)]
        (faulty,) = [one for one in found if one.kind == "faulty"]
        assert faulty.refund_shipping


def test_of_goods_that_stay_nothing_is_said_to_come_back(
    tmp_path: Path, address: str
) -> None:
    more = (
        '[keep]\nbelow = "15.00"\n[[methods]]\ncode = "post"\n'
        'labels = { en = "By post" }\n[[methods]]\ncode = "shop"\n'
        'labels = { en = "To the shop" }\n'
    )
    with standing(tmp_path, address, FEES + more, "CH") as stand:
        visit = customer(stand)
        mug = {"quantity-a": "0", "quantity-b": "1", "reason-b": "changed-my-mind"}
        chooses(visit, **mug, method="post")
        pages = [text_of(visit)]
        sends(visit)
        stand.work(1)
        visit.get(visit.path)
        pages.append(text_of(visit))
        assert "Goods that you keep €10.00" in pages[0]
        for page in pages:
            assert "send back" not in page
            assert "By post" not in page
        other = customer(stand)
        chooses(other, method="post")
        assert "Goods that come back €30.00" in text_of(other)
        assert "By post" in text_of(other)


def test_the_ways_say_that_the_way_back_is_still_to_come_off(
    tmp_path: Path, address: str
) -> None:
    fees = '[fees]\nreturn_shipping = "4.90"\n'
    with standing(tmp_path, address, RULES + fees, "CH") as stand:
        visit = customer(stand)
        chooses(visit)
        assert "€30.00" in text_of(visit)
        assert "The way back costs up to €4.90. That is not taken off" in text_of(visit)
        checks(visit)
        assert "You get back €25.10" in text_of(visit)
        faulty = customer(stand)
        chooses(faulty, "defective")
        assert "The way back costs" not in text_of(faulty)
