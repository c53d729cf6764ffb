from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from connector.errors import LawBroken
from connector.store import inbox
from tests.connector.shapes import NOON

if TYPE_CHECKING:
    from connector.store import Database


def delivered(db: Database, key: str, body: bytes = b"{}", shop: str = "boots") -> bool:
    return inbox.add(
        db,
        shop=shop,
        source="woocommerce",
        topic="order.updated",
        delivery_key=key,
        body=body,
        headers={},
        now=NOON,
    )


def test_a_delivery_is_kept_once_and_its_copies_are_counted(db: Database) -> None:
    assert [delivered(db, "1"), delivered(db, "1"), delivered(db, "2")] == [
        True,
        False,
        True,
    ]
    assert inbox.counts(db, "boots") == (2, 1)


def test_a_body_is_kept_byte_by_byte(db: Database) -> None:
    delivered(db, "1", b'\xff\x00{"a":"\\/"}')
    assert inbox.recent(db)[0].body == b'\xff\x00{"a":"\\/"}'


def test_a_delivery_that_cannot_be_kept_is_an_error_not_a_duplicate(
    db: Database,
) -> None:
    with pytest.raises(LawBroken):
        delivered(db, "1", shop="nobody")


def test_a_claimed_delivery_comes_back_when_its_reader_died(db: Database) -> None:
    delivered(db, "1")
    first = inbox.claim(db, NOON)
    assert first is not None
    assert inbox.claim(db, NOON) is None
    again = inbox.claim(db, NOON + inbox.LEASE + timedelta(seconds=1))
    assert again is not None
    assert (again.id, again.attempts) == (first.id, 2)


def test_an_unknown_delivery_is_kept_and_marked(db: Database) -> None:
    delivered(db, "1")
    claimed = inbox.claim(db, NOON)
    assert claimed is not None
    inbox.settle(db, claimed.id, "unknown", "no meaning to us")
    assert inbox.get(db, claimed.id).state == "unknown"
    assert inbox.waiting(db) == 0
