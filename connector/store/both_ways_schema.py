"""Columns and a verb that follow a shop's own returns both ways."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from connector.store.laws import Statement

VERBS = "('open', 'approve', 'decline', 'dispose', 'close', 'cancel')"

# SQLite cannot change a CHECK: the table is written anew, every row as it was.
CANCEL: Statement = {
    "sqlite": (
        (
            "CREATE TABLE errands_new ("
            " id INTEGER PRIMARY KEY, return_id TEXT NOT NULL REFERENCES returns,"
            f" verb TEXT NOT NULL CHECK (verb IN {VERBS}),"
            " state TEXT NOT NULL DEFAULT 'planned', args TEXT NOT NULL DEFAULT '{}',"
            " preimage TEXT, changed_at TEXT NOT NULL, why TEXT NOT NULL DEFAULT ''"
            ") STRICT"
        ),
        (
            "INSERT INTO errands_new SELECT id, return_id, verb, state, args, preimage,"
            " changed_at, why FROM errands"
        ),
        "DROP TABLE errands",
        "ALTER TABLE errands_new RENAME TO errands",
        (
            "CREATE UNIQUE INDEX one_errand ON errands (return_id, verb)"
            " WHERE verb <> 'dispose'"
        ),
    ),
    "postgresql": (
        "ALTER TABLE errands DROP CONSTRAINT errands_verb_check",
        (
            "ALTER TABLE errands ADD CONSTRAINT errands_verb_check"
            f" CHECK (verb IN {VERBS})"
        ),
    ),
}

BOTH_WAYS: tuple[Statement, ...] = (
    # Units of a return line that somebody else paid back, in the shop itself.
    "ALTER TABLE return_lines ADD COLUMN elsewhere $int NOT NULL DEFAULT 0",
    CANCEL,
)
