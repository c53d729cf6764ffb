"""Since when there is proof that a return was sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from connector.store.laws import Statement

SENDING: tuple[Statement, ...] = (
    "ALTER TABLE returns ADD COLUMN proven_at TEXT",
    # What a person said of proof before stands in the timeline; his last word counts.
    (
        "UPDATE returns SET proven_at = (SELECT max(h.at) FROM history h"
        " WHERE h.about_id = returns.id AND h.event = 'proof_taken'"
        " AND NOT EXISTS (SELECT 1 FROM history l WHERE l.about_id = h.about_id"
        " AND l.event = 'proof_refused' AND l.id > h.id))"
        " WHERE EXISTS (SELECT 1 FROM history h WHERE h.about_id = returns.id"
        " AND h.event = 'proof_taken')"
    ),
)
