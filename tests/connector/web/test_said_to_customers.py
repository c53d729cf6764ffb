"""What the merchant says to his customer is read by him."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from connector.model import Resolution
from connector.steps import amends
from connector.store import orders
from tests.connector.web.sandbox_world import (
    EMAIL,
    NAME,
    QUESTION,
    RULES,
    Stand,
    Visit,
    chooses,
    customer,
    standing,
)
from tests.connector.web.test_shown_is_decided import checks, sends, text_of

if TYPE_CHECKING:
    from pathlib import Path

FEE = QUESTION.replace('says = "ask"\n', 'says = "fee"\nrestocking_percent = "20"\n')
WHY = 'why = { en = "It takes us longer then.", de = "Das dauert dann." }\n'


def status_of(stand: Stand, answer: str = "no") -> str:
    """Send a shirt back with an answer, and read the page of the return."""
    visit = customer(stand)
    chooses(visit)
    checks(visit, **{"answer-a|tags": answer})
    sends(visit)
    stand.work(1)
    visit.get(visit.path)
    return text_of(visit)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (FEE + WHY, "A restocking fee of 20 % applies. It takes us longer then."),
        (FEE, "A restocking fee of 20 % applies to this answer."),
        (QUESTION + WHY, "A person looks at it first: It takes us longer then."),
        (QUESTION, "A person looks at this, because of an answer given."),
        (QUESTION.replace('says = "ask"\n', WHY), "It takes us longer then."),
    ],
)
def test_the_word_for_an_answer_is_on_the_page_of_the_return(
    tmp_path: Path, address: str, asked: str, said: str
) -> None:
    with standing(tmp_path, address, RULES + asked, "CH") as stand:
        assert said in status_of(stand)


def test_no_fee_is_told_of_what_a_person_lets_the_customer_keep(
    tmp_path: Path, address: str
) -> None:
    with standing(tmp_path, address, RULES + FEE, "CH") as stand:
        visit = customer(stand)
        chooses(visit)
        checks(visit, **{"answer-a|tags": "no"})
        sends(visit)
        stand.work(1)
        case = stand.case()
        amends.instead(
            stand.db,
            stand.shop.abilities,
            case.id,
            case.lines[0].id,
            Resolution.KEEP,
            actor="console",
            why="not worth its way back",
            now=stand.clock(),
        )
        visit.get(visit.path)
        assert "restocking fee" not in text_of(visit)


@pytest.mark.parametrize(
    ("then", "said"),
    [
        ('decide = "ask"', "A person looks at it first: So it is."),
        ('restocking_percent = "20"', "A restocking fee of 20 % applies. So it is."),
    ],
)
def test_the_word_for_a_rule_is_on_the_page_of_the_return(
    tmp_path: Path, address: str, then: str, said: str
) -> None:
    rule = f'[[rules]]\nname = "own"\nthen = {{ {then} }}\nwhy = "So it is."\n'
    with standing(tmp_path, address, RULES + QUESTION + rule, "CH") as stand:
        assert said in status_of(stand, "yes")


def test_who_approves_what_is_not_the_customer_s(tmp_path: Path, address: str) -> None:
    level = '[approve]\nautomatic_below = "5.00"\n'
    level += '[[approve.levels]]\nabove = "10.00"\nwho = "manager"\n'
    with standing(tmp_path, address, RULES + QUESTION + level, "CH") as stand:
        page = status_of(stand, "yes")
        assert "Being checked by a person" in page
        assert "manager" not in page
        assert "5.00" not in page


def days_of(stand: Stand) -> str:
    visit = Visit(stand.browser())
    visit.get(f"/policy/{NAME}")
    visit.post(f"/policy/{NAME}", number="29", email=EMAIL)
    return text_of(visit)


LETTER = """
[[exclude]]
why = "No."
article = "c"
when = { price = { above = "20.00" } }
"""
UNTIL = "By law you can withdraw from the contract at least until November 16, 2026."


@pytest.mark.parametrize(
    ("more", "count"),
    [
        ("", 2),
        ('[[exclude]]\nwhy = "No."\nwhen = { price = { above = "0.01" } }\n', 2),
        (
            LETTER,
            1,
        ),
    ],
)
def test_the_day_of_the_law_is_told_beside_the_policy_s(
    tmp_path: Path, address: str, more: str, count: int
) -> None:
    with standing(tmp_path, address, RULES + more) as stand:
        assert days_of(stand).count(UNTIL) == count
        stand.clock.pass_by(hours=24 * 20)
        assert "withdraw from the contract at least" not in days_of(stand)


def test_where_no_law_gives_the_right_no_day_is_told(
    tmp_path: Path, address: str
) -> None:
    with standing(tmp_path, address) as stand:
        order = stand.shop.order("29")
        abroad = replace(order, customer=replace(order.customer, country="US"))
        orders.keep(stand.db, NAME, abroad)
        assert "withdraw from the contract at least" not in days_of(stand)
