"""The table of webhooks that we are about to make."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from connector.store.laws import Statement

# Written before a webhook is asked for: an answer that is lost is known again.
INTENTS = """
CREATE TABLE hook_intents (
    shop     TEXT NOT NULL REFERENCES shops,
    topic    TEXT NOT NULL,
    address  TEXT NOT NULL,
    secret   TEXT NOT NULL DEFAULT '',
    at       TEXT NOT NULL,
    PRIMARY KEY (shop, topic)
)$strict"""

WATCHDOG: tuple[Statement, ...] = (
    INTENTS,
    "CREATE INDEX history_about ON history (about_id, event)",
)
