"""Returns that were approved and never sent."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from adapters.sandbox import Sandbox
from connector import policy
from connector.model import Kind, Return
from connector.steps import audit, decide, expire
from connector.steps.inspect import Counted, receive, ship
from connector.steps.request import open_return
from connector.store import Database, connect, desk, history, orders, returns, shops
from connector.store.filing import Wish
from tests.connector.shapes import NOON, a_line, an_order

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

TEXT = """
currency = "EUR"
[[reasons]]
code = "*"
[expiry]
days = 20
"""
LATE = NOON + timedelta(days=21)


@pytest.fixture
def db(address: str) -> Iterator[Database]:
    opened = connect(address)
    shops.put(opened, "boots", "sandbox", "", NOON)
    shops.bind_policy(opened, "boots", policy.digest(TEXT), TEXT, NOON)
    yield opened
    assert audit.run(opened) == []
    opened.close()


def shop_with_order() -> Sandbox:
    made = Sandbox("boots")
    made.sell(an_order(a_line("a", 3000, 3)))
    return made


def approved(db: Database, shop: Sandbox, kind: Kind = Kind.VOLUNTARY) -> Return:
    order = shop.order("29")
    orders.keep(db, "boots", order)
    wish = Wish(line_ref="a", quantity=1, reason="other")
    case = open_return(
        db,
        shop="boots",
        order=order,
        kind=kind,
        wishes=[wish],
        filed_by="portal",
        now=NOON,
    )
    assert decide.run(db, shop, lambda: NOON) == 1
    found = returns.get(db, case.id)
    assert found.status == "awaited"
    return found


def ended(db: Database, shop: Sandbox, case: Return, now: datetime) -> Return:
    expire.run(db, shop, now)
    return returns.get(db, case.id)


def test_what_never_came_ends_after_the_policy_s_days(db: Database) -> None:
    shop = shop_with_order()
    case = approved(db, shop)
    early = NOON + timedelta(days=19)
    assert ended(db, shop, case, early).status == "awaited"
    assert ended(db, shop, case, LATE).status == "cancelled"
    why = [e.why for e in history.timeline(db, case.id) if e.event == "cancel"]
    assert why == ["nothing came back in 20 days"]
    assert expire.run(db, shop, LATE) == 0


@pytest.mark.parametrize("kind", [Kind.WITHDRAWAL, Kind.FAULTY, Kind.CARRIER_DAMAGE])
def test_a_claim_of_the_law_goes_to_a_person_once(db: Database, kind: Kind) -> None:
    shop = shop_with_order()
    case = approved(db, shop, kind)
    assert ended(db, shop, case, LATE).status == "awaited"
    matters = [one for one in desk.open_matters(db) if one.about_id == case.id]
    assert [one.code for one in matters] == [expire.EXPIRED]
    assert expire.run(db, shop, LATE + timedelta(days=1)) == 0


def test_what_came_back_or_is_on_its_way_never_ends(db: Database) -> None:
    shop = shop_with_order()
    case = approved(db, shop)
    ship(db, case.id, actor="portal", now=NOON)
    assert ended(db, shop, case, LATE).status == "in_transit"
    one = {case.lines[0].id: Counted(received=1)}
    receive(db, case.id, one, actor="x", now=NOON)
    assert ended(db, shop, case, LATE).status == "received"
