"""The law of the books, restated in SQL: each query lists what breaks it."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from connector.states import DECISION, RECEPTION, REFUND

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.store.database import Database

S = TypeVar("S", bound=StrEnum)


def _events(table: Mapping[tuple[S, str], S]) -> str:
    return ", ".join(f"'{event}'" for event in sorted({event for _, event in table}))


def _strays(about: str, table: Mapping[tuple[S, str], S]) -> str:
    """Return a query for what moved, by its history, as no lifecycle allows."""
    pairs = sorted({(one.value, two.value) for (one, _), two in table.items()})
    legal = " OR ".join(f"(was = '{one}' AND state = '{two}')" for one, two in pairs)
    return f"""
        SELECT DISTINCT about_id AS which FROM (
            SELECT h.about_id, h.state, lag(h.state) OVER (
                PARTITION BY h.about_id ORDER BY h.id) AS was
            FROM history h WHERE h.about = '{about}' AND h.event IN ({_events(table)})
        ) AS steps WHERE was IS NOT NULL AND NOT ({legal})"""  # noqa: S608 - our own states


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
    "I14: a refund's state is the last of its history": """
        SELECT r.id AS which FROM refunds r WHERE r.state IS DISTINCT FROM (
            SELECT h.state FROM history h
            WHERE h.about = 'refund' AND h.about_id = r.id
            ORDER BY h.id DESC LIMIT 1)""",
    "I9: a refund moves only as its lifecycle says": _strays("refund", REFUND),
    "I9: a refund was planned before anything else": """
        SELECT r.id AS which FROM refunds r WHERE 'plan' IS DISTINCT FROM (
            SELECT h.event FROM history h
            WHERE h.about = 'refund' AND h.about_id = r.id ORDER BY h.id LIMIT 1)""",
    "I9: no entry of a refund without its reserve": """
        SELECT DISTINCT e.refund_id AS which FROM ledger e
        WHERE e.refund_id IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM ledger x WHERE x.refund_id = e.refund_id
            AND x.kind = 'reserve' AND x.tender = e.tender
            AND x.amount_minor = e.amount_minor AND x.currency = e.currency)""",
    "I16: every entry is of the order of its refund": """
        SELECT DISTINCT r.id AS which FROM ledger e JOIN refunds r
        ON r.id = e.refund_id WHERE e.shop <> r.shop OR e.order_ref <> r.order_ref""",
    "I8: a line is decided only as its lifecycle says": _strays("line", DECISION),
    "I14: a return's opening, closing and cancelling are in its history": """
        SELECT r.id AS which FROM returns r WHERE NOT EXISTS (
            SELECT 1 FROM history h WHERE h.about = 'return' AND h.about_id = r.id
            AND h.event = 'open')
        OR (r.closed_at IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM history h WHERE h.about = 'return' AND h.about_id = r.id
            AND h.event = 'close'))
        OR (r.cancelled_at IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM history h WHERE h.about = 'return' AND h.about_id = r.id
            AND h.event = 'cancel'))""",
    "I14: where goods are is the last of their history": f"""
        SELECT CAST(l.id AS TEXT) AS which FROM return_lines l
        WHERE l.reception <> 'awaited' AND l.reception IS DISTINCT FROM (
            SELECT h.state FROM history h WHERE h.about = 'line'
            AND h.about_id = CAST(l.id AS TEXT)
            AND h.event IN ({_events(RECEPTION)})
            ORDER BY h.id DESC LIMIT 1)""",  # noqa: S608 - our own events
    "I14: a return line's decision is the last of its history": """
        SELECT CAST(l.id AS TEXT) AS which FROM return_lines l
        WHERE l.decision <> 'pending' AND l.decision IS DISTINCT FROM (
            SELECT h.state FROM history h WHERE h.about = 'line'
            AND h.about_id = CAST(l.id AS TEXT)
            AND h.event IN ('approve', 'decline', 'ask')
            ORDER BY h.id DESC LIMIT 1)""",
    "I2: no more units received than approved": """
        SELECT CAST(l.id AS TEXT) AS which FROM return_lines l
        WHERE l.decision = 'approved' AND l.received + l.lost > l.approved""",
    "I9: one refund of ours has one record at the shop": """
        SELECT r.id AS which FROM refunds r WHERE r.platform_ref <> '' AND EXISTS (
            SELECT 1 FROM refunds x WHERE x.shop = r.shop AND x.id <> r.id
            AND x.platform_ref = r.platform_ref)""",
    "I9: one refund of an order is out at a time": """
        SELECT r.id AS which FROM refunds r
        WHERE (r.state IN ('submitted', 'unknown')
            OR (r.state = 'pending' AND r.amount_minor > 0)) AND EXISTS (
            SELECT 1 FROM refunds x WHERE x.shop = r.shop AND x.id <> r.id
            AND x.order_ref = r.order_ref AND (x.state IN ('submitted', 'unknown')
                OR (x.state = 'pending' AND x.amount_minor > 0)))""",
    "I10: every entry is in the currency of its refund": """
        SELECT DISTINCT r.id AS which FROM refunds r JOIN ledger e
        ON e.refund_id = r.id WHERE e.currency <> r.currency""",
    "I15: no cancelled return has goods back": """
        SELECT r.id AS which FROM returns r WHERE r.cancelled_at IS NOT NULL
        AND EXISTS (SELECT 1 FROM return_lines l WHERE l.return_id = r.id
                    AND l.received > 0)""",
    "I16: every unit is of the order and shop of its return": """
        SELECT CAST(u.return_line_id AS TEXT) AS which FROM units u
        JOIN return_lines l ON l.id = u.return_line_id
        JOIN returns r ON r.id = l.return_id
        WHERE u.shop <> r.shop OR u.order_ref <> r.order_ref
        OR u.line_ref <> l.line_ref""",
    "I16: every refund is of the order and shop of its return": """
        SELECT f.id AS which FROM refunds f JOIN returns r ON r.id = f.return_id
        WHERE f.shop <> r.shop OR f.order_ref <> r.order_ref""",
    "I17: every decision says by which rule it was made": """
        SELECT CAST(l.id AS TEXT) AS which FROM return_lines l
        WHERE l.decision <> 'pending' AND l.trace = '[]'""",
    "I17: a policy that decided is named by its version": """
        SELECT r.id AS which FROM returns r WHERE r.policy_hash = '' AND EXISTS (
            SELECT 1 FROM history h WHERE h.return_id = r.id AND h.about = 'line'
            AND h.actor = 'policy')""",
    "I17: every policy that judged is kept": """
        SELECT r.id AS which FROM returns r WHERE r.policy_hash <> '' AND NOT EXISTS (
            SELECT 1 FROM policies p WHERE p.hash = r.policy_hash)""",
    "every statement that gives an address has its receipt": """
        SELECT s.id AS which FROM statements s WHERE s.reach <> ''
        AND NOT EXISTS (SELECT 1 FROM letters l WHERE l.statement_id = s.id)""",
    "a statement becomes a withdrawal of its own shop": """
        SELECT m.statement_id AS which FROM statement_matches m
        JOIN statements s ON s.id = m.statement_id
        JOIN returns r ON r.id = m.return_id
        WHERE r.kind <> 'withdrawal' OR r.shop <> s.shop
        OR r.order_ref <> m.order_ref""",
    "I1: a declined or cancelled line holds no unit": """
        SELECT DISTINCT CAST(l.id AS TEXT) AS which FROM return_lines l
        JOIN returns r ON r.id = l.return_id
        JOIN units u ON u.return_line_id = l.id
        WHERE r.cancelled_at IS NOT NULL OR l.decision = 'declined'""",
    "I1: a live line holds as many units as were asked": """
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
