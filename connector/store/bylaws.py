"""More that the database itself refuses: what a row is stays, and moves as told.

They came after `laws`, in a migration of their own: an applied one never changes.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from connector.states import DECISION, RECEPTION
from connector.store.laws import Statement, refused

if TYPE_CHECKING:
    from collections.abc import Mapping

S = TypeVar("S", bound=StrEnum)


def _along(column: str, table: Mapping[tuple[S, str], S]) -> str:
    """Return the condition that a column moves as no lifecycle in `table` says."""
    pairs = sorted({(one.value, other.value) for (one, _), other in table.items()})
    legal = " OR ".join(
        f"(OLD.{column} = '{one}' AND NEW.{column} = '{other}')" for one, other in pairs
    )
    return f"NEW.{column} <> OLD.{column} AND NOT ({legal})"


# In which state of its refund an entry is made; `move` writes the state first.
ENTERED = """
NEW.refund_id IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM refunds r WHERE r.id = NEW.refund_id
    AND r.shop = NEW.shop AND r.order_ref = NEW.order_ref
    AND ((NEW.kind = 'reserve' AND r.state = 'planned')
      OR (NEW.kind = 'post' AND r.state = 'confirmed')
      OR (NEW.kind = 'void' AND r.state IN ('rejected', 'failed', 'cancelled'))
      OR (NEW.kind = 'reverse' AND r.state = 'reversed')))"""

RESERVED_ABOVE = """
NEW.kind = 'reserve' AND EXISTS (
    SELECT 1 FROM refunds r WHERE r.id = NEW.refund_id
    AND r.currency = NEW.currency AND NEW.amount_minor + (
        SELECT coalesce(sum(e.amount_minor), 0) FROM ledger e
        WHERE e.refund_id = NEW.refund_id AND e.kind = 'reserve') > r.amount_minor)"""

# What was asked of the shop is what the row says was asked, for ever.
ASKED_ONCE = """
(NEW.plan <> OLD.plan AND OLD.state NOT IN ('planned', 'manual'))
OR (OLD.first_sent_at IS NOT NULL
    AND NEW.first_sent_at IS DISTINCT FROM OLD.first_sent_at)
OR (OLD.platform_ref <> '' AND NEW.platform_ref = '')
OR (NEW.units <> OLD.units AND (NEW.units <> '{}'
    OR OLD.state NOT IN ('rejected', 'failed', 'cancelled', 'reversed')))"""

LINE_MOVES = refused(
    "line_moves",
    "UPDATE ON return_lines",
    _along("reception", RECEPTION),
    "the goods cannot go from that state to this one",
)

# Not in SQL, but in the audit: I1's bound of units sold, I3, I4, I6, I7, I11 and
# I12, which all need what a snapshot or a plan says; both are JSON.
BYLAWS: tuple[Statement, ...] = (
    refused(
        "line_fixed",
        "UPDATE ON return_lines",
        "NEW.return_id <> OLD.return_id OR NEW.line_ref <> OLD.line_ref"
        " OR NEW.asked <> OLD.asked",
        "I1: what was asked for does not change",
    ),
    refused("unit_stays", "UPDATE ON units", "1 = 1", "I1: a unit is never moved"),
    refused(
        "line_holds_units",
        "UPDATE ON return_lines",
        "NEW.decision = 'approved' AND OLD.decision <> 'approved' AND NEW.asked <> ("
        "SELECT count(*) FROM units u WHERE u.return_line_id = NEW.id)",
        "I1: a line that gave its units back is not approved",
    ),
    refused(
        "line_decides",
        "UPDATE ON return_lines",
        _along("decision", DECISION),
        "I8: a line cannot go from that decision to this one",
    ),
    LINE_MOVES,
    refused(
        "refund_born",
        "INSERT ON refunds",
        "NEW.state <> 'planned'",
        "I9: a refund is planned before anything else",
    ),
    refused(
        "refund_looked",
        "UPDATE ON refunds",
        "NEW.state IN ('submitted', 'unknown') AND NEW.preimage IS NULL",
        "I9: nothing is asked of a shop without a look at it",
    ),
    refused(
        "refund_asked_once",
        "UPDATE ON refunds",
        ASKED_ONCE,
        "I9: what was asked of a shop stays written",
    ),
    refused(
        "entry_in_state",
        "INSERT ON ledger",
        ENTERED,
        "I9: an entry does not fit the state or the order of its refund",
    ),
    refused(
        "entry_within",
        "INSERT ON ledger",
        RESERVED_ABOVE,
        "I3: more is reserved than the refund is for",
    ),
    refused(
        "line_of_live",
        "UPDATE ON return_lines",
        "NEW.received > OLD.received AND EXISTS (SELECT 1 FROM returns r"
        " WHERE r.id = NEW.return_id AND r.cancelled_at IS NOT NULL)",
        "I15: nothing is received for a cancelled return",
    ),
    refused(
        "return_fixed",
        "UPDATE ON returns",
        "NEW.id <> OLD.id OR NEW.shop <> OLD.shop OR NEW.order_ref <> OLD.order_ref"
        " OR NEW.opened_at <> OLD.opened_at OR NEW.kind <> OLD.kind",
        "I16: a return stays the one that was opened",
    ),
    refused(
        "refund_of_return",
        "INSERT ON refunds",
        "NEW.return_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM returns r"
        " WHERE r.id = NEW.return_id AND r.shop = NEW.shop"
        " AND r.order_ref = NEW.order_ref)",
        "I16: a refund is of the order and shop of its return",
    ),
    refused(
        "line_traced",
        "UPDATE ON return_lines",
        "NEW.decision <> OLD.decision AND NEW.trace = '[]'",
        "I17: a decision says by which rule it was made",
    ),
    refused(
        "policy_named",
        "INSERT ON history",
        "NEW.about = 'line' AND NEW.actor = 'policy' AND NOT EXISTS ("
        "SELECT 1 FROM returns r JOIN policies p ON p.hash = r.policy_hash"
        " WHERE r.id = NEW.return_id)",
        "I17: a policy that decides is named by its version",
    ),
)
