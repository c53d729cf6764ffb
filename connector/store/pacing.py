"""The tables behind a shop's pace: its bucket, its breaker, and the calls under way."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from connector.store.laws import Statement

# Points are kept in thousandths; an empty text is "never" or "not so".
PACE = """
CREATE TABLE pace (
    shop          TEXT PRIMARY KEY REFERENCES shops,
    level         $int NOT NULL DEFAULT 0,
    maximum       $int NOT NULL DEFAULT 0,
    rate          $int NOT NULL DEFAULT 0,
    level_at      TEXT NOT NULL DEFAULT '',
    not_before    TEXT NOT NULL DEFAULT '',
    failures      $int NOT NULL DEFAULT 0,
    opened_at     TEXT NOT NULL DEFAULT '',
    open_until    TEXT NOT NULL DEFAULT '',
    why           TEXT NOT NULL DEFAULT '',
    succeeded_at  TEXT NOT NULL DEFAULT '',
    failed_at     TEXT NOT NULL DEFAULT '',
    failed_why    TEXT NOT NULL DEFAULT ''
)$strict"""

# A call of a process that died is forgotten when its lease has ended.
PACE_CALLS = """
CREATE TABLE pace_calls (
    id        $serial,
    shop      TEXT NOT NULL REFERENCES shops,
    cost      $int NOT NULL,
    ends_at   TEXT NOT NULL
)$strict"""

PACING: tuple[Statement, ...] = (
    PACE,
    PACE_CALLS,
    "CREATE INDEX pace_calls_shop ON pace_calls (shop)",
)
