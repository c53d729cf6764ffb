"""The console counts what was given before on the order, and says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connector.states import Exchange, Refund
from connector.store import desk, exchanges, returns
from tests.connector.shapes import eur
from tests.connector.web.sandbox_world import (
    NAME,
    Stand,
    Visit,
    chooses,
    customer,
    merchant,
    standing,
)
from tests.connector.web.test_approving import LEVELS, WAYS, asks, line, page, staff

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BEFORE = "With what was given before on this order"
GRACE = {"as": "manager", "by": "Grace"}


@pytest.fixture
def stand(tmp_path: Path, address: str) -> Iterator[Stand]:
    with standing(tmp_path, address, LEVELS) as made:
        yield made


def test_the_second_return_asks_for_the_level_and_the_page_says_why(
    stand: Stand,
) -> None:
    asks(stand, "1")
    asks(stand, "1")  # 30.00 each, and 50.00 is anybody's
    second, first = (
        returns.get(stand.db, one.id) for one in returns.recent(stand.db, NAME)
    )
    assert (first.status, second.status) == ("awaited", "needs_person")
    visit = staff_at(stand, second.id)
    assert f"{BEFORE}, worth more than €50.00" in visit.page
    where = f"/console/returns/{second.id}/lines/{second.lines[0].id}/decide"
    visit.post(where, event="approve", units="1", why="torn")
    assert visit.code == 403
    assert f"{BEFORE}, this must be approved by: manager." in visit.page
    assert "Nothing was changed." in visit.page
    assert returns.get(stand.db, second.id).status == "needs_person"
    visit.post(where, event="approve", units="1", why="torn", **GRACE)
    assert returns.get(stand.db, second.id).status == "awaited"


def staff_at(stand: Stand, return_id: str) -> Visit:
    visit = merchant(stand)
    visit.get(f"/console/returns/{return_id}")
    return visit


def test_held_money_of_a_return_is_let_go_as_its_level(stand: Stand) -> None:
    asks(stand)
    visit = staff(stand)
    visit.post(line(stand), event="approve", units="2", **GRACE)
    lay(stand, "return", stand.case().id, "settlement")
    visit.post(f"{page(stand)}/settled")
    assert visit.code == 403
    assert "This must be approved by: manager." in visit.page
    assert [one.code for one in desk.open_matters(stand.db)] == ["settlement"]
    visit.post(f"{page(stand)}/settled", **GRACE)
    assert desk.open_matters(stand.db) == []
    assert "Held money was let go" in visit.page


def test_a_dispute_is_settled_as_the_level_of_its_order(stand: Stand) -> None:
    asks(stand)
    visit = staff(stand)
    visit.post(line(stand), event="approve", units="2", **GRACE)
    matter = lay(stand, "order", stand.case().order_ref, "dispute")
    where = f"/console/desk/{matter}/seen"
    visit.get("/console/")
    assert f'action="{where}"' in visit.page
    assert 'name="as"' in visit.page
    visit.post(where, by="Bob")
    assert visit.code == 403
    assert 'value="Bob"' in visit.page
    assert [one.code for one in desk.open_matters(stand.db)] == ["dispute"]
    visit.post(where, **GRACE)
    assert desk.open_matters(stand.db) == []


def test_another_sum_is_accepted_as_the_level_of_what_is_given_with_it(
    tmp_path: Path, address: str
) -> None:
    """A coat instead of a shirt of 30.00, whose customer paid less than he owes."""
    with standing(tmp_path, address, LEVELS.replace("50.00", "30.00")) as stand:
        visit = customer(stand)
        chooses(visit)
        visit.post(WAYS, **{"way-a": "exchange", "go": "chosen"})
        visit.post(WAYS, **{"ware-a": "coat", "go": "check"})
        visit.post(WAYS, go="send")
        stand.work(1)
        visit = staff(stand)
        visit.post(line(stand, "receive"), received="1", accepted="1")
        stand.work()
        (row,) = stand.rows()
        owed = row.request.owed
        assert owed is not None
        stand.shop.pay_otherwise(row.id, owed - eur(1))
        stand.work()
        visit.get(f"/console/refunds/{row.id}")
        assert 'name="as"' not in visit.page
        where = f"/console/refunds/{row.id}/accept"
        visit.post(where, why="a cent short")
        assert (visit.code, stand.rows()[0].state) == (403, Refund.PENDING)
        assert "must be approved by: manager" in visit.page
        assert 'value="a cent short"' in visit.page
        visit.post(where, why="a cent short", **GRACE)
        stands = exchanges.of_refund(stand.db, row.id)
        assert stands is not None
        assert stands.state is Exchange.RELEASED
        visit.get(page(stand))
        assert "approved as manager by Grace: €" in visit.page
        assert "Part of what was owed is not asked for" in visit.page


def lay(stand: Stand, about: str, about_id: str, code: str) -> int:
    desk.put(
        stand.db, shop=NAME, about=about, about_id=about_id, code=code, why="look",
        now=stand.clock(),
    )  # fmt: skip
    [matter] = desk.open_matters(stand.db)
    return matter.id
