"""When each policy version was live in a shop, and whose returns came before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.store.laws import append_only

if TYPE_CHECKING:
    from connector.store.laws import Statement

# One row each time that a version goes live; the last before an order was placed is
# the version that it is judged by.
LIVES = """
CREATE TABLE policy_lives (
    id     $serial,
    shop   TEXT NOT NULL,
    hash   TEXT NOT NULL REFERENCES policies,
    since  TEXT NOT NULL
)$strict"""

POLICY_LIVES: tuple[Statement, ...] = (
    LIVES,
    "CREATE INDEX policy_lives_shop ON policy_lives (shop, since)",
    (
        "INSERT INTO policy_lives (shop, hash, since) SELECT s.name, s.policy_hash,"
        " p.first_seen FROM shops s JOIN policies p ON p.hash = s.policy_hash"
    ),
    append_only("policy_lives"),
    append_only("policies"),
    # SHA-256 of the buyer's address, until he is forgotten; what all of it was worth.
    "ALTER TABLE returns ADD COLUMN customer TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE returns ADD COLUMN worth_minor $int NOT NULL DEFAULT 0",
    "ALTER TABLE returns ADD COLUMN worth_currency TEXT NOT NULL DEFAULT ''",
    "CREATE INDEX returns_customer ON returns (shop, customer, opened_at)",
)
