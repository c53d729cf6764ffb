"""What a person has seen and settled is taken off the desk, and nothing else is."""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from connector.states import Refund
from connector.store import desk
from tests.connector.shapes import eur
from tests.connector.web.sandbox_world import (
    NAME,
    Stand,
    chooses,
    customer,
    fields,
    merchant,
    standing,
)
from tests.connector.web.test_amending import WAYS, books, line, opened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.connector.web.sandbox_world import Visit


@pytest.fixture
def stand(tmp_path: Path, address: str) -> Iterator[Stand]:
    with standing(tmp_path, address) as made:
        yield made


def laid(stand: Stand, about: str, about_id: str, code: str) -> int:
    """Lay a matter on the desk; return its id."""
    desk.put(
        stand.db, shop=NAME, about=about, about_id=about_id, code=code, why="look",
        now=stand.clock(),
    )  # fmt: skip
    [matter] = [x for x in desk.open_matters(stand.db) if x.code == code]
    return matter.id


def settle(staff: Visit, page: str, matter: int) -> bool:
    """Press the button of a matter, where a page has one; else ask for it all the same.

    Returns whether there is a button.
    """
    staff.get(page)
    path = f"/console/desk/{matter}/seen"
    has_button = f'action="{path}"' in staff.page
    staff.post(path)
    return has_button


@pytest.mark.parametrize("code", ["credit_gone", "new_order_cancelled", "late_answer"])
def test_what_was_seen_of_a_refund_that_is_over_is_taken_off(
    stand: Stand, code: str
) -> None:
    staff = opened(stand, "gift_card")
    books(stand, staff)
    [row] = stand.rows()
    assert row.state is Refund.CONFIRMED
    matter = laid(stand, "refund", row.id, code)
    assert settle(staff, f"/console/refunds/{row.id}", matter)
    assert desk.open_matters(stand.db) == []
    matter = laid(stand, "refund", row.id, code)
    assert settle(staff, "/console/", matter)
    assert desk.open_matters(stand.db) == []


def test_money_that_somebody_has_to_pay_stays_on_the_desk(stand: Stand) -> None:
    staff = opened(stand)
    staff.post(line(stand, "resolve"), way="manual", why="she has no card")
    books(stand, staff)
    [row] = stand.rows()
    assert row.state is Refund.MANUAL
    [matter] = desk.about(stand.db, row.id)
    for page in ("/console/", f"/console/refunds/{row.id}"):
        assert not settle(staff, page, matter.id)
        assert [x.id for x in desk.about(stand.db, row.id)] == [matter.id]


def test_a_return_that_is_the_shop_s_alone_is_taken_off(stand: Stand) -> None:
    staff = merchant(stand)
    matter = laid(stand, "return", "gid://shopify/Return/7", "foreign")
    assert settle(staff, "/console/", matter)
    assert desk.open_matters(stand.db) == []


def test_a_bonus_that_came_to_nothing_can_be_made_again(stand: Stand) -> None:
    stand.shop.abilities = replace(stand.shop.abilities, bonus_apart=True)
    staff = opened(stand, "store_credit")
    stand.shop.mishaps = deque(["", "refused"])
    books(stand, staff)
    [top] = [row for row in stand.rows() if row.request.after]
    assert (top.state, top.units) == (Refund.REJECTED, {})
    [matter] = desk.about(stand.db, top.id)
    page = f"/console/refunds/{top.id}"
    assert not settle(staff, page, matter.id)
    staff.get(page)
    path = f"{page}/again"
    assert f'action="{path}"' in staff.page
    staff.post(path, why="it was refused")
    stand.work()
    states = [row.state for row in stand.rows() if row.request.after]
    assert states == [Refund.REJECTED, Refund.CONFIRMED]
    assert desk.open_matters(stand.db) == []


def test_a_form_that_is_sent_twice_counts_once(stand: Stand) -> None:
    staff = opened(stand)
    case = stand.case()
    page = f"/console/returns/{case.id}"
    path = f"{page}/courtesy"
    once = fields(staff.page)["once"]
    for _ in range(2):
        staff.post(path, amount="5.00", why="it took us long", once=once)
    assert "this courtesy was given already" in staff.page
    staff.post(path, amount="5.00", why="once more", once=fields(staff.page)["once"])
    given = [row.request.bonus for row in stand.rows()]
    assert given == [eur(500), eur(500)]


def test_goods_are_not_booked_twice_by_one_form(stand: Stand) -> None:
    visit = customer(stand)
    chooses(visit, **{"quantity-a": "3"})
    visit.post(WAYS, **{"way-a": "refund", "go": "chosen"})
    visit.post(WAYS, go="send")
    stand.work(1)
    staff = merchant(stand)
    staff.get(f"/console/returns/{stand.case().id}")
    for _ in range(2):
        staff.post(line(stand, "receive"), received="1", accepted="1", before="0-0-0-0")
    assert "booked meanwhile" in staff.page
    found = stand.case().lines[0]
    assert (found.received, found.accepted) == (1, 1)
    staff.get(f"/console/returns/{stand.case().id}")
    assert fields(staff.page)["before"] == "1-1-0-0"
