"""What the database itself refuses, on both stores: invariants that SQL can hold."""

from __future__ import annotations

from collections.abc import Mapping

from connector.states import REFUND

# One text for both stores, or a text for each by its engine's name.
Statement = str | Mapping[str, tuple[str, ...]]


def append_only(table: str) -> Statement:
    """Return the triggers that hold a table to adding."""
    keeps, holds = f"{table} rows are never changed", f"{table} rows are never removed"
    function = f"{table}_kept"
    return {
        "sqlite": (
            _abort(f"{table}_keeps BEFORE UPDATE ON {table}", keeps),
            _abort(f"{table}_holds BEFORE DELETE ON {table}", holds),
        ),
        "postgresql": (
            _function(function, f"{table} rows are never changed or removed"),
            _before(f"{table}_keeps", f"UPDATE OR DELETE ON {table}", function),
        ),
    }


def refused(
    name: str, what: str, condition: str, why: str
) -> Mapping[str, tuple[str, ...]]:
    """Return a trigger that refuses rows for which `condition` holds.

    `what` is "INSERT ON units" and the like; the condition speaks of NEW and OLD.
    """
    return {
        "sqlite": (_abort(f"{name} BEFORE {what} WHEN {condition}", why),),
        "postgresql": (
            _function(f"{name}_law", why, condition),
            _before(name, what, f"{name}_law"),
        ),
    }


def _abort(what: str, why: str) -> str:
    return f"CREATE TRIGGER {what} BEGIN SELECT raise(ABORT, '{why}'); END"


def _function(name: str, why: str, condition: str = "TRUE") -> str:
    quoted = condition.replace("'", "''")
    return (
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS"
        f" 'BEGIN IF {quoted} THEN RAISE EXCEPTION ''{why}''"
        " USING ERRCODE = ''integrity_constraint_violation''; END IF;"
        " RETURN NEW; END'"
    )


def _before(name: str, what: str, function: str) -> str:
    each = f"FOR EACH ROW EXECUTE FUNCTION {function}()"
    return f"CREATE TRIGGER {name} BEFORE {what} {each}"


def _moves() -> str:
    """List the legal moves of a refund, from the one table that states them."""
    pairs = sorted(
        {(before.value, after.value) for (before, _), after in REFUND.items()}
    )
    return " OR ".join(
        f"(OLD.state = '{before}' AND NEW.state = '{after}')" for before, after in pairs
    )


LAWS: tuple[Statement, ...] = (
    refused(
        "line_received",
        "UPDATE ON return_lines",
        "NEW.received + NEW.lost > NEW.approved AND"
        " NEW.received + NEW.lost > OLD.received + OLD.lost",
        "I2: more units received than were approved",
    ),
    refused(
        "refund_fixed",
        "UPDATE ON refunds",
        "NEW.id <> OLD.id OR NEW.shop <> OLD.shop OR NEW.order_ref <> OLD.order_ref"
        " OR NEW.amount_minor <> OLD.amount_minor OR NEW.currency <> OLD.currency"
        " OR NEW.return_id IS DISTINCT FROM OLD.return_id",
        "I9: what a refund is does not change in its life",
    ),
    refused(
        "refund_moves",
        "UPDATE ON refunds",
        f"NEW.state <> OLD.state AND NOT ({_moves()})",
        "a refund cannot go from that state to this one",
    ),
    refused(
        "entry_currency",
        "INSERT ON ledger",
        "NEW.refund_id IS NOT NULL AND NEW.currency <> (SELECT r.currency"
        " FROM refunds r WHERE r.id = NEW.refund_id)",
        "I10: an entry is in the currency of its refund",
    ),
    refused(
        "entry_reserved",
        "INSERT ON ledger",
        "NEW.refund_id IS NOT NULL AND NEW.kind <> 'reserve' AND NOT EXISTS ("
        "SELECT 1 FROM ledger e WHERE e.refund_id = NEW.refund_id"
        " AND e.kind = 'reserve' AND e.tender = NEW.tender"
        " AND e.amount_minor = NEW.amount_minor AND e.currency = NEW.currency)",
        "an entry without its reserve",
    ),
    refused(
        "return_cancel",
        "UPDATE ON returns",
        "NEW.cancelled_at IS NOT NULL AND OLD.cancelled_at IS NULL AND EXISTS ("
        "SELECT 1 FROM return_lines l WHERE l.return_id = NEW.id AND l.received > 0)",
        "I15: a return is not cancelled once goods came back",
    ),
    refused(
        "unit_of_order",
        "INSERT ON units",
        "NOT EXISTS (SELECT 1 FROM return_lines l JOIN returns r ON r.id = l.return_id"
        " WHERE l.id = NEW.return_line_id AND l.line_ref = NEW.line_ref"
        " AND r.shop = NEW.shop AND r.order_ref = NEW.order_ref)",
        "I16: a unit belongs to the order and shop of its return",
    ),
)
