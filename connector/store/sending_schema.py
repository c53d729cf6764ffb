"""Since when there is proof that a return was sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from connector.store.laws import Statement

# What a person said of proof before stands in the timeline; his last word counts.
LAST = (
    "SELECT max(h.at) FROM history h WHERE h.about_id = returns.id"
    " AND h.event = 'proof_taken' AND NOT EXISTS (SELECT 1 FROM history l"
    " WHERE l.about_id = h.about_id AND l.event = 'proof_refused' AND l.id > h.id)"
)

WAS_SAID = (
    "EXISTS (SELECT 1 FROM history h WHERE h.about_id = returns.id"
    " AND h.event = 'proof_taken')"
)

SENDING: tuple[Statement, ...] = (
    "ALTER TABLE returns ADD COLUMN proven_at TEXT",
    f"UPDATE returns SET proven_at = ({LAST}) WHERE {WAS_SAID}",  # noqa: S608 - ours
)
