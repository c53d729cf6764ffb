"""Tables of staying in step: how far the history was read, which refunds were seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from connector.store.laws import Statement

BACKFILLS = """
CREATE TABLE backfills (
    shop        TEXT PRIMARY KEY REFERENCES shops,
    state       TEXT NOT NULL CHECK (state IN ('running', 'done', 'stopped')),
    cursor      TEXT NOT NULL DEFAULT '',
    done        $int NOT NULL DEFAULT 0,
    total       $int NOT NULL DEFAULT 0,
    attempts    $int NOT NULL DEFAULT 0,
    restarts    $int NOT NULL DEFAULT 0,
    why         TEXT NOT NULL DEFAULT '',
    reaches_to  TEXT,
    started_at  TEXT NOT NULL,
    changed_at  TEXT NOT NULL,
    due         TEXT NOT NULL
)$strict"""

# Every refund that the last snapshot of its order names: a list of all refunds of the
# shop is compared with these. `order_ref` may be an order that is gone.
SEEN_REFUNDS = """
CREATE TABLE seen_refunds (
    shop       TEXT NOT NULL REFERENCES shops,
    ref        TEXT NOT NULL,
    order_ref  TEXT NOT NULL,
    PRIMARY KEY (shop, ref)
)$strict"""

FOLLOWING: tuple[Statement, ...] = (
    BACKFILLS,
    SEEN_REFUNDS,
    "CREATE INDEX seen_refunds_order ON seen_refunds (shop, order_ref)",
)
