"""Tables of what a shop's staff is told: each piece of news once."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from connector.store.laws import Statement

# One row for each piece of news; `subject` is the return or refund that it is about.
NEWS = """
CREATE TABLE tellings (
    id         $serial,
    shop       TEXT NOT NULL REFERENCES shops,
    return_id  TEXT NOT NULL REFERENCES returns,
    subject    TEXT NOT NULL,
    code       TEXT NOT NULL,
    at         TEXT NOT NULL,
    state      TEXT NOT NULL DEFAULT 'planned'
               CHECK (state IN ('planned', 'told', 'stale', 'given_up')),
    due        TEXT NOT NULL,
    attempts   $int NOT NULL DEFAULT 0,
    why        TEXT NOT NULL DEFAULT '',
    UNIQUE (subject, code, at)
)$strict"""

# Up to where a shop's history was read for news; nothing at or before `since` is told.
MARKS = """
CREATE TABLE tell_marks (
    shop        TEXT PRIMARY KEY REFERENCES shops,
    history_id  $int NOT NULL,
    since       TEXT NOT NULL
)$strict"""

TELLINGS: tuple[Statement, ...] = (
    NEWS,
    "CREATE INDEX tellings_due ON tellings (shop, state, due)",
    "CREATE INDEX tellings_return ON tellings (return_id, state)",
    MARKS,
    # What happened before this table was born stays untold.
    (
        "INSERT INTO tell_marks (shop, history_id, since)"
        " SELECT s.name, (SELECT coalesce(max(id), 0) FROM history),"
        " (SELECT coalesce(max(at), '') FROM history) FROM shops s"
    ),
)
