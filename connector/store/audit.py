"""The law of the books, restated in SQL: each query lists what breaks it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from connector.store.database import Database

# name of the rule -> rows that break it, as (what, which)
RULES = {
    "every promise is reserved in full": """
        SELECT r.id AS which FROM refunds r WHERE r.amount_minor <> (
            SELECT coalesce(sum(e.amount_minor), 0) FROM ledger e
            WHERE e.refund_id = r.id AND e.kind = 'reserve')""",
    "confirmed money is posted, and only that": """
        SELECT r.id AS which FROM refunds r
        WHERE (CASE WHEN r.state IN ('confirmed', 'reversed')
               THEN r.amount_minor ELSE 0 END) <> (
            SELECT coalesce(sum(e.amount_minor), 0) FROM ledger e
            WHERE e.refund_id = r.id AND e.kind = 'post')""",
    "what never moved is void, and only that": """
        SELECT r.id AS which FROM refunds r
        WHERE (CASE WHEN r.state IN ('rejected', 'failed', 'cancelled')
               THEN r.amount_minor ELSE 0 END) <> (
            SELECT coalesce(sum(e.amount_minor), 0) FROM ledger e
            WHERE e.refund_id = r.id AND e.kind = 'void')""",
    "what came undone is reversed, and only that": """
        SELECT r.id AS which FROM refunds r
        WHERE (CASE WHEN r.state = 'reversed'
               THEN r.amount_minor ELSE 0 END) <> (
            SELECT coalesce(sum(e.amount_minor), 0) FROM ledger e
            WHERE e.refund_id = r.id AND e.kind = 'reverse')""",
    "a planned refund is in the outbox": """
        SELECT r.id AS which FROM refunds r
        WHERE r.state = 'planned' AND NOT EXISTS (
            SELECT 1 FROM outbox o WHERE o.subject = 'refund' AND o.id = r.id)""",
    "a refund that was asked has its pre-image": """
        SELECT r.id AS which FROM refunds r
        WHERE r.state IN ('submitted', 'unknown') AND r.preimage IS NULL""",
    "a refund's state is the last of its history": """
        SELECT r.id AS which FROM refunds r WHERE r.state IS DISTINCT FROM (
            SELECT h.state FROM history h
            WHERE h.about = 'refund' AND h.about_id = r.id
            ORDER BY h.id DESC LIMIT 1)""",
    "a return line's decision is the last of its history": """
        SELECT CAST(l.id AS TEXT) AS which FROM return_lines l
        WHERE l.decision <> 'pending' AND l.decision IS DISTINCT FROM (
            SELECT h.state FROM history h WHERE h.about = 'line'
            AND h.about_id = CAST(l.id AS TEXT)
            AND h.event IN ('approve', 'decline', 'ask')
            ORDER BY h.id DESC LIMIT 1)""",
    "a live line holds as many units as were asked": """
        SELECT CAST(l.id AS TEXT) AS which FROM return_lines l
        JOIN returns r ON r.id = l.return_id
        WHERE r.cancelled_at IS NULL AND l.decision <> 'declined'
        AND l.asked <> (SELECT count(*) FROM units u WHERE u.return_line_id = l.id)""",
}


def breaches(db: Database) -> list[tuple[str, str]]:
    """List (rule, id) for everything that breaks the law; empty when all is well."""
    return [
        (rule, str(row["which"]))
        for rule, query in RULES.items()
        for row in db.query(query)
    ]
