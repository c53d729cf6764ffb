"""Ways to make good other than money: what a line becomes, credits, new goods."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.store.bylaws import LINE_MOVES
from connector.store.laws import append_only

if TYPE_CHECKING:
    from connector.store.laws import Statement

# An even exchange moves no money. A CHECK is the one thing that SQLite lets be
# rewritten in place (https://www.sqlite.org/lang_altertable.html, "simpler"
# procedure), in as many characters: the columns added after it count on that, and
# make every connection read it anew.
NO_MONEY: Statement = {
    "sqlite": (
        "PRAGMA writable_schema = ON",
        (
            "UPDATE sqlite_schema SET sql = replace(sql,"
            " 'CHECK (amount_minor > 0)', 'CHECK (amount_minor >=0)')"
            " WHERE type = 'table' AND name = 'refunds'"
        ),
        "PRAGMA writable_schema = OFF",
    ),
    "postgresql": (
        "ALTER TABLE refunds DROP CONSTRAINT refunds_amount_minor_check",
        (
            "ALTER TABLE refunds ADD CONSTRAINT refunds_amount_minor_check"
            " CHECK (amount_minor >= 0)"
        ),
    ),
}

# Credit that we made: issued with a confirmed refund, taken back when that comes
# undone, spent as the shop tells. `part` keeps a bonus apart from what was paid (R13).
CREDITS = """
CREATE TABLE credits (
    id            $serial,
    refund_id     TEXT NOT NULL REFERENCES refunds,
    shop          TEXT NOT NULL,
    order_ref     TEXT NOT NULL,
    code          TEXT NOT NULL,
    kind          TEXT NOT NULL CHECK (kind IN ('issue', 'reverse')),
    part          TEXT NOT NULL CHECK (part IN ('value', 'bonus', 'courtesy')),
    amount_minor  $int NOT NULL CHECK (amount_minor > 0),
    currency      TEXT NOT NULL,
    expires_at    TEXT,
    at            TEXT NOT NULL,
    UNIQUE (refund_id, part, kind)
)$strict"""

# What the shop last said is left of a credit.
BALANCES = """
CREATE TABLE balances (
    refund_id   TEXT PRIMARY KEY REFERENCES refunds,
    left_minor  $int NOT NULL CHECK (left_minor >= 0),
    read_at     TEXT NOT NULL
)$strict"""

# New goods for old ones: their own lifecycle beside the refund that asks for them.
EXCHANGES = """
CREATE TABLE exchanges (
    refund_id   TEXT PRIMARY KEY REFERENCES refunds,
    state       TEXT NOT NULL DEFAULT 'proposed',
    made        TEXT NOT NULL DEFAULT '',
    pay_url     TEXT NOT NULL DEFAULT '',
    owed_minor  $int NOT NULL DEFAULT 0 CHECK (owed_minor >= 0),
    currency    TEXT NOT NULL,
    changed_at  TEXT NOT NULL
)$strict"""

# What was lost in part may be inspected, and lost in part again: the table of moves
# has grown since its trigger was made.
MOVES_ANEW: Statement = {
    "sqlite": ("DROP TRIGGER line_moves",),
    "postgresql": (
        "DROP TRIGGER line_moves ON return_lines",
        "DROP FUNCTION line_moves_law()",
    ),
}

MAKING_GOOD: tuple[Statement, ...] = (
    NO_MONEY,
    "ALTER TABLE refunds ADD COLUMN way TEXT NOT NULL DEFAULT 'refund'",
    "ALTER TABLE refunds ADD COLUMN made TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE return_lines ADD COLUMN decided TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE return_lines ADD COLUMN goods TEXT",
    "ALTER TABLE return_lines ADD COLUMN answers TEXT NOT NULL DEFAULT '[]'",
    "ALTER TABLE return_lines ADD COLUMN restock $int",
    "ALTER TABLE return_lines ADD COLUMN place TEXT NOT NULL DEFAULT ''",
    (
        "ALTER TABLE return_lines ADD COLUMN handed_back $int NOT NULL DEFAULT 0"
        " CHECK (handed_back >= 0)"
    ),
    CREDITS,
    append_only("credits"),
    "CREATE INDEX credits_order ON credits (shop, order_ref)",
    BALANCES,
    EXCHANGES,
    MOVES_ANEW,
    LINE_MOVES,
)
