"""What was not sent yet, or is refunded already, is not asked back in the portal."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from connector.model import OrderStatus, Parcel
from connector.store import orders, returns
from tests.connector.shapes import NOON
from tests.connector.web.sandbox_world import (
    NAME,
    Stand,
    Visit,
    chooses,
    customer,
    standing,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WITHDRAW = f'href="/returns/{NAME}/withdraw"'
LINKS = 2  # on every page, whatever it says


@pytest.fixture
def stand(tmp_path: Path, address: str) -> Iterator[Stand]:
    with standing(tmp_path, address) as made:
        yield made


def changed(stand: Stand, fulfilled: int | None, refunded: int = 0) -> None:
    """Let the shop have sent so many of three shirts and refunded others; no mug."""
    order = stand.shop.order("29")
    shirt = replace(order.lines[0], fulfilled=fulfilled, refunded_units=refunded)
    mug = replace(order.lines[1], fulfilled=fulfilled and 0)
    parcels = (Parcel(ref="p", units=(("a", fulfilled or 0),), delivered_at=NOON),)
    kept = replace(
        order,
        lines=(shirt, mug),
        parcels=parcels if fulfilled else (),
        status=OrderStatus.OPEN,
        completed_at=None,
    )
    stand.shop.sell(kept)
    orders.keep(stand.db, NAME, kept)


def offered(visit: Visit) -> list[int]:
    """Return how many of each line can be chosen at most."""
    found = visit.page.split("<select ")[1:]
    return [
        one.partition("</select>")[0].count("<option") - 1
        for one in found
        if 'name="quantity-' in one
    ]


def test_only_what_was_sent_can_be_chosen(stand: Stand) -> None:
    changed(stand, fulfilled=2)
    visit = customer(stand)
    assert offered(visit) == [2]
    assert "Not sent to you yet: 1" in visit.page
    assert visit.page.count(WITHDRAW) == LINKS + 1


def test_what_the_shop_refunded_is_said_to_be_refunded(stand: Stand) -> None:
    changed(stand, fulfilled=2, refunded=1)
    visit = customer(stand)
    assert offered(visit) == [2]
    assert "Refunded already: 1" in visit.page
    changed(stand, fulfilled=3, refunded=3)
    visit = customer(stand)
    assert offered(visit) == []
    assert "There is nothing that you can send back now." in visit.page
    assert "Go on" not in visit.page


@pytest.mark.parametrize(("fulfilled", "refunded"), [(1, 0), (3, 2)])
def test_more_than_is_left_is_refused_with_what_is(
    stand: Stand, fulfilled: int, refunded: int
) -> None:
    visit = customer(stand)
    changed(stand, fulfilled, refunded)
    chooses(visit, **{"quantity-a": "2"})
    assert visit.code == 400
    assert "Of “Shirt” you can send back 1 now" in visit.page
    assert returns.recent(stand.db, NAME) == []


def test_what_is_refunded_while_the_form_is_filled_in_is_refused_too(
    stand: Stand,
) -> None:
    visit = customer(stand)
    chooses(visit, **{"quantity-a": "3"})
    visit.post(f"/returns/{NAME}/ways", **{"way-a": "refund", "go": "chosen"})
    order = stand.shop.order("29")
    shirt = replace(order.lines[0], refunded_units=1)
    stand.shop.sell(replace(order, lines=(shirt, order.lines[1])))
    visit.post(f"/returns/{NAME}/ways", go="send")
    assert visit.code == 400
    assert "Of “Shirt” you can send back 2 now" in visit.page
    assert returns.recent(stand.db, NAME) == []


def test_of_an_order_that_is_not_completed_nobody_is_told_to_send_what_never_came(
    stand: Stand,
) -> None:
    changed(stand, fulfilled=None)
    visit = customer(stand)
    assert offered(visit) == [3, 1]
    assert "Choose only what you have received." in visit.page
    assert visit.page.count(WITHDRAW) == LINKS + 1


def test_of_one_that_was_sent_nothing_of_that_is_said(stand: Stand) -> None:
    page = customer(stand).page
    assert page.count(WITHDRAW) == LINKS
    for words in ("Choose only what", "Not sent to you", "Refunded already"):
        assert words not in page
