"""A surcharge that goes back has a word of its own, and is not called shipping."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from connector.model import Charge
from connector.store import atomic, orders, returns
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

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from connector.store import Database

WAYS = f"/returns/{NAME}/ways"


@pytest.fixture
def stand(tmp_path: Path, address: str) -> Iterator[Stand]:
    with standing(tmp_path, address) as made:
        yield made


def sells(stand: Stand, title: str) -> None:
    """Let the order have cost delivery, and a fee of that name."""
    sold = stand.shop.order("29")
    paid = sold.total + eur(800)
    dear = replace(
        sold,
        total=paid,
        shipping=(Charge(ref="s", title="Parcel", gross=eur(500)),),
        fees=(Charge(ref="f", title=title, gross=eur(300)),),
        tenders=(replace(sold.tenders[0], captured=paid),),
    )
    stand.shop.sell(dear)
    orders.keep(stand.db, NAME, dear)


@atomic
def with_shipping(db: Database, stand: Stand) -> None:
    """Let the law give back all that was paid, as it does of a whole order."""
    case = stand.case()
    assert case.terms
    returns.judged(db, case.id, case.policy_hash, case.terms, shipping=True)


def text(page: str) -> str:
    return " ".join(re.sub("<[^>]+>", " ", page).split())


@pytest.mark.parametrize(
    ("title", "word"),
    [("Cash on delivery", "Surcharge: Cash on delivery"), ("", "Surcharge")],
)
def test_customer_and_merchant_read_what_it_is(
    stand: Stand, title: str, word: str
) -> None:
    sells(stand, title)
    visit: Visit = customer(stand)
    chooses(
        visit,
        "defective",
        **{"quantity-a": "3", "quantity-b": "1", "reason-b": "defective"},
    )
    visit.post(WAYS, **{"way-a": "refund", "way-b": "refund", "go": "chosen"})
    visit.post(WAYS, go="send")
    stand.work(1)
    with_shipping(stand.db, stand)
    visit.get(visit.path)
    assert f"Shipping €5.00 {word} €3.00" in text(visit.page)
    staff = merchant(stand)
    for line in stand.case().lines:
        many = str(line.asked)
        staff.get(f"/console/returns/{stand.case().id}")
        where = f"/console/returns/{stand.case().id}/lines/{line.id}/receive"
        staff.post(where, received=many, accepted=many)
    stand.work()
    (row,) = stand.rows()
    staff.get(f"/console/refunds/{row.id}")
    assert f"Shipping €5.00 {word} €3.00" in text(staff.page)
