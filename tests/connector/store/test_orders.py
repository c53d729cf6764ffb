from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from connector.errors import LawBroken
from connector.model import Customer
from connector.store import orders, personal
from tests.connector.shapes import NOON, a_line, an_order

if TYPE_CHECKING:
    from connector.store import Database

WHO = Customer(email="ann@example.test", name="Ann", country="FR")


def test_a_batch_of_the_history_brings_nobody_back_who_was_forgotten(
    db: Database,
) -> None:
    whole = replace(an_order(a_line("a", 3000, 3)), customer=WHO)
    found = [replace(whole, ref=ref, number=ref) for ref in ("40", "41", "42")]
    orders.keep(db, "boots", found[1])
    personal.erase_order(db, "boots", "40", NOON)
    personal.erase_order(db, "boots", "41", NOON, is_for_good=False)
    later = timedelta(seconds=1)
    newer = [replace(one, updated_at=one.updated_at + later) for one in found]
    for batch, emails in (
        (found, ["", "", WHO.email]),
        (newer, ["", WHO.email, WHO.email]),  # what 41 says since is kept again
    ):
        orders.keep_older(db, "boots", batch)
        kept = [orders.get(db, "boots", one.ref) for one in batch]
        assert [one.customer.email for one in kept] == emails
        assert {one.customer.country for one in kept} == {"FR"}


def test_a_batch_is_kept_whole_or_not_at_all(db: Database) -> None:
    insert = (
        "INSERT INTO orders (shop, ref, number, updated_at, read_at, snapshot)"
        " VALUES (:shop, '50', '50', '', '', '')"
    )
    orders.keep_older(db, "boots", [])
    with pytest.raises(LawBroken):
        db.transact(
            lambda: db.execute_each(insert, [{"shop": "boots"}, {"shop": "nobody"}])
        )
    assert orders.refs(db, "boots") == ["29"]
