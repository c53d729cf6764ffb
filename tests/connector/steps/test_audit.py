from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connector.model import Moved, ShopRefund
from connector.steps import audit
from connector.store import connect, ledger, orders, refunds, shops
from tests.connector.shapes import NOON, a_line, a_request, an_order, eur

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.store import Database


@pytest.fixture
def db(address: str) -> Iterator[Database]:
    """A database that its test will break: no audit at its end."""
    opened = connect(address)
    shops.put(opened, "boots", "sandbox", "memory", NOON)
    orders.keep(opened, "boots", an_order(a_line("a", 3000, 3)))
    yield opened
    opened.close()


def promised(db: Database, key: str, minor: int) -> None:
    refunds.reserve(
        db,
        shop="boots",
        return_id=None,
        request=a_request(key, minor),
        units={},
        due=NOON,
        now=NOON,
    )


def rules(db: Database) -> set[str]:
    return {breach.rule for breach in audit.run(db)}


def without_laws(db: Database) -> None:
    """Let damage be done that the database itself refuses otherwise."""
    if db.engine.name == "postgresql":
        db.query("SELECT set_config('session_replication_role', 'replica', false)")
        return
    for row in db.query("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
        db.execute(f"DROP TRIGGER {row['name']}")


@pytest.mark.parametrize(
    ("damage", "rule"),
    [
        (
            "UPDATE refunds SET amount_minor = 999",
            "every promise is reserved in full",
        ),
        (
            "UPDATE refunds SET state = 'confirmed'",
            "confirmed money is posted, and only that",
        ),
        (
            "UPDATE refunds SET state = 'rejected'",
            "what never moved is void, and only that",
        ),
        (
            "UPDATE refunds SET state = 'reversed'",
            "what came undone is reversed, and only that",
        ),
        (
            "UPDATE refunds SET state = 'unknown'",
            "a refund that was asked has its pre-image",
        ),
        (
            "UPDATE refunds SET state = 'manual'",
            "I14: a refund's state is the last of its history",
        ),
        ("DELETE FROM outbox", "a planned refund is in the outbox"),
    ],
)
def test_damage_to_the_books_is_named(db: Database, damage: str, rule: str) -> None:
    promised(db, "k1", 1000)
    assert rules(db) == set()
    without_laws(db)
    db.execute(damage)
    assert rule in rules(db)


def test_i4_promises_above_what_was_captured_are_a_breach(db: Database) -> None:
    promised(db, "k1", 3000)
    assert rules(db) == set()
    by_hand = ShopRefund(ref="5", amount=eur(1), moved=Moved.YES)
    ledger.external(db, "boots", "29", by_hand, NOON)
    assert rules(db) == {"I4: 30.01 EUR stands against 30.00 EUR captured"}
