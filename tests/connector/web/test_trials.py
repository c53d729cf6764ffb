"""A merchant tries a changed policy on the past, in the console."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connector import policy
from connector.store import shops
from tests.connector.web.sandbox_world import (
    NAME,
    RULES,
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

HERE = f"/console/shops/{NAME}/policy"
FEE = '[fees]\nrestocking_percent = "10"\n'


@pytest.fixture
def stand(tmp_path: Path, address: str) -> Iterator[Stand]:
    with standing(tmp_path, address, country="CH") as made:
        yield made


@pytest.fixture
def staff(stand: Stand) -> Visit:
    """Sign in once a shirt of 30.00 was asked back for money."""
    visit = customer(stand)
    chooses(visit)
    visit.post(f"/returns/{NAME}/ways", **{"way-a": "refund", "go": "chosen"})
    visit.post(f"/returns/{NAME}/ways", go="send")
    stand.work(1)
    found = merchant(stand)
    found.get(HERE)
    return found


def test_a_change_says_what_it_saves_and_on_which_order(
    stand: Stand, staff: Visit
) -> None:
    staff.post(HERE, text=RULES + FEE, months="6")
    assert staff.code == 200
    assert "It would have saved" in staff.page
    assert "3.00" in staff.page
    assert stand.case().id in staff.page
    assert "fee 10%" in staff.page


def test_trying_changes_nothing(stand: Stand, staff: Visit) -> None:
    before = shops.get(stand.db, NAME).policy_hash
    staff.post(HERE, text=RULES + FEE, months="6")
    assert shops.get(stand.db, NAME).policy_hash == before == policy.digest(RULES)


def test_what_is_wrong_with_a_text_is_said_with_its_line(staff: Visit) -> None:
    text = RULES + "[windw]\ndays = 20\n"
    staff.post(HERE, text=text, months="6")
    assert staff.code == 400
    assert "did you mean" in staff.page
    assert "[windw]" in staff.page


def test_a_text_below_the_law_is_refused_and_names_the_article(staff: Visit) -> None:
    staff.post(HERE, text=RULES + "[window]\ndays = 3\n", months="6")
    assert staff.code == 400
    assert "2011/83/EU" in staff.page


def test_rules_in_vain_are_named(staff: Visit) -> None:
    rule = (
        '[[rules]]\nname = "{}"\npriority = {}\nwhen = {{ country = "FR" }}\n'
        'then = {{ decide = "ask" }}\nwhy = "so"\n'
    )
    text = RULES + rule.format("one", 2) + rule.format("two", 1)
    staff.post(HERE, text=text, months="6")
    assert "Worth a look in this text" in staff.page


def test_only_a_merchant_sees_it(stand: Stand) -> None:
    visit = Visit(stand.browser())
    visit.get(HERE)
    assert visit.path == "/console/door"
