"""Another program says how a line is to be made good."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from connector import inbound
from connector.errors import BadRequest
from connector.model import Resolution
from connector.steps import wanted
from tests.connector.shapes import eur
from tests.connector.web.sandbox_world import QUESTION, RULES, Stand, standing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from connector.store.filing import Wish


@pytest.fixture
def stand(tmp_path: Path, address: str) -> Iterator[Stand]:
    with standing(tmp_path, address, RULES + QUESTION) as made:
        yield made


METHODS = """
[[methods]]
code = "in-store"
[[methods]]
code = "post"
"""


def body(method: str = "", **line: Any) -> bytes:
    asked = {"line": "a", "quantity": 1, "reason": "defective", **line}
    whole = {
        "event_id": "ticket-1",
        "timestamp": "2026-11-02T12:00:00Z",
        "order_number": "29",
        "lines": [asked],
        "method": method,
    }
    return json.dumps(whole).encode()


def wishes(stand: Stand, **line: Any) -> list[Wish]:
    order = stand.shop.order("29")
    return wanted.wishes(stand.db, stand.shop, order, inbound.parse(body(**line)))


def test_money_is_what_is_wanted_unless_it_says_otherwise(stand: Stand) -> None:
    [found] = wishes(stand)
    assert (found.wanted, found.goods, found.answers) == (Resolution.REFUND, None, ())


def test_an_article_is_read_at_its_price_of_now(stand: Stand) -> None:
    [found] = wishes(stand, resolution="exchange", ware="coat", quantity=2)
    assert found.wanted is Resolution.EXCHANGE
    assert found.goods is not None
    assert (found.goods.quantity, found.goods.price) == (2, eur(9000))


def test_answers_come_along(stand: Stand) -> None:
    [found] = wishes(stand, answers={"tags": "no"})
    assert found.answers == (("tags", "no"),)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ({"resolution": "store-credit"}, "did you mean 'store_credit'?"),
        ({"resolution": "courtesy"}, "lines[0].resolution: unknown 'courtesy'"),
        ({"resolution": "exchange"}, "lines[0].ware"),
        ({"ware": "coat"}, "lines[0].ware"),
        ({"resolution": 5}, "$.lines[0].resolution"),
        ({"resolutions": "refund"}, "resolutions"),
    ],
)
def test_what_cannot_be_meant_is_refused_at_once(
    line: dict[str, Any], says: str
) -> None:
    with pytest.raises(BadRequest) as caught:
        inbound.parse(body(**line))
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ({"answers": {"tag": "no"}}, "did you mean 'tags'?"),
        ({"answers": {"tags": "not"}}, "did you mean 'no'?"),
        ({"resolution": "exchange", "ware": "hat"}, "no longer sold"),
        ({"resolution": "exchange", "ware": "coat", "quantity": 9}, "sold out"),
    ],
)
def test_what_the_policy_or_the_shop_does_not_know_is_for_a_person(
    stand: Stand, line: dict[str, Any], says: str
) -> None:
    with pytest.raises(BadRequest) as caught:
        wishes(stand, **line)
    assert says in str(caught.value)


def test_a_way_that_the_shop_lacks_is_for_a_person(stand: Stand) -> None:
    ways = stand.shop.abilities.ways - {Resolution.GIFT_CARD}
    stand.shop.abilities = replace(stand.shop.abilities, ways=ways)
    with pytest.raises(BadRequest, match="no gift_card"):
        wishes(stand, resolution="gift_card")


@pytest.mark.parametrize(
    ("named", "kept"), [("", ""), ("post", "post"), ("In-Store", "in-store")]
)
def test_the_way_back_comes_along(
    tmp_path: Path, address: str, named: str, kept: str
) -> None:
    with standing(tmp_path, address, RULES + METHODS) as stand:
        order = stand.shop.order("29")
        asked = inbound.parse(body(named))
        assert wanted.method(stand.db, stand.shop, order, asked) == kept


@pytest.mark.parametrize(
    ("rules", "says"),
    [
        (RULES + METHODS, "method: unknown 'instore'; did you mean 'in-store'?"),
        (RULES, "method: the policy lists no"),
    ],
)
def test_a_way_back_that_the_policy_does_not_list_is_for_a_person(
    tmp_path: Path, address: str, rules: str, says: str
) -> None:
    with standing(tmp_path, address, rules) as stand:
        order = stand.shop.order("29")
        asked = inbound.parse(body("instore"))
        with pytest.raises(BadRequest, match=says):
            wanted.method(stand.db, stand.shop, order, asked)
