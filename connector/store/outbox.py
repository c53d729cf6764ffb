"""The outbox: what is to be asked of shops, each claimed by one worker at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from connector.store.database import atomic, stamp

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from connector.store.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A claimed line of the outbox; `token` proves that the claim still holds."""

    subject: str
    id: str
    shop: str
    attempts: int
    token: str


# A refund leaves only when no other of its order is out and, where it goes through
# the shop's own return, when that has been made and approved. New goods that wait for
# their customer's payment move no money of ours (`amount` is zero): they hold nothing.
_READY_REFUND = """
SELECT o.id FROM outbox o JOIN refunds r ON r.id = o.id
WHERE o.subject = 'refund' AND o.shop = :shop AND o.due <= :now
AND r.state = 'planned'
AND NOT EXISTS (SELECT 1 FROM refunds x WHERE x.shop = r.shop
                AND x.order_ref = r.order_ref
                AND (x.state IN ('submitted', 'unknown')
                     OR (x.state = 'pending' AND x.amount_minor > 0)))
AND (:alone = 1 OR NOT EXISTS (
    SELECT 1 FROM errands e WHERE e.return_id = r.return_id
    AND e.verb IN ('open', 'approve') AND e.state <> 'done'))
ORDER BY o.due, o.id"""

_READY_ERRAND = """
SELECT o.id FROM outbox o JOIN errands e ON CAST(e.id AS TEXT) = o.id
WHERE o.subject = 'errand' AND o.shop = :shop AND o.due <= :now
AND e.state = 'planned'
AND NOT EXISTS (SELECT 1 FROM errands x WHERE x.return_id = e.return_id
                AND x.id < e.id AND x.state NOT IN ('done', 'rejected'))
ORDER BY o.due, o.id"""

_READY = {"refund": _READY_REFUND, "errand": _READY_ERRAND}


@atomic
def claim(
    db: Database,
    subject: str,
    shop: str,
    token: str,
    now: datetime,
    *,
    skip: Collection[str] = (),
    alone: bool = False,
) -> Claim | None:
    """Take the next line that is due; the dispatcher's lock makes us the only one.

    `alone`: refunds do not wait for errands of their returns.
    """
    known = {"alone": int(alone)} if subject == "refund" else {}
    ready = db.query(_READY[subject], shop=shop, now=stamp(now), **known)
    wanted = next((row["id"] for row in ready if row["id"] not in skip), None)
    if wanted is None:
        return None
    rows = db.query(
        "UPDATE outbox SET claim = :token, attempts = attempts + 1"
        " WHERE subject = :subject AND id = :id RETURNING attempts",
        subject=subject,
        id=wanted,
        token=token,
    )
    return Claim(
        subject=subject,
        id=wanted,
        shop=shop,
        attempts=rows[0]["attempts"],
        token=token,
    )


def holds(db: Database, claim: Claim) -> bool:
    """Read again whether the claim is still ours, just before a call."""
    rows = db.query(
        "SELECT claim FROM outbox WHERE subject = :subject AND id = :id",
        subject=claim.subject,
        id=claim.id,
    )
    return bool(rows) and rows[0]["claim"] == claim.token


def later(db: Database, claim: Claim, due: datetime) -> None:
    """Give a line back, to be tried again, unless another worker has it by now."""
    _give_back(db, claim, due, untried=0)


def wait(db: Database, claim: Claim, due: datetime) -> None:
    """Give back a line that could not be tried: the attempt does not count."""
    _give_back(db, claim, due, untried=1)


@atomic
def _give_back(db: Database, claim: Claim, due: datetime, *, untried: int) -> None:
    db.execute(
        "UPDATE outbox SET due = :due, claim = NULL, attempts = attempts - :untried"
        " WHERE subject = :subject AND id = :id AND claim = :token",
        token=claim.token,
        subject=claim.subject,
        id=claim.id,
        due=stamp(due),
        untried=untried,
    )


@atomic
def done(db: Database, subject: str, subject_id: str) -> None:
    """Take a line off the list."""
    db.execute(
        "DELETE FROM outbox WHERE subject = :subject AND id = :id",
        subject=subject,
        id=subject_id,
    )


def waiting(db: Database, shop: str) -> int:
    """Count what is still to be asked of a shop."""
    sql = "SELECT count(*) AS n FROM outbox WHERE shop = :shop"
    return int(db.query(sql, shop=shop)[0]["n"])


@atomic
def wake(db: Database, subject: str, subject_id: str, now: datetime) -> None:
    """Make a line due now, whatever it waited for."""
    db.execute(
        "UPDATE outbox SET due = :now WHERE subject = :subject AND id = :id",
        subject=subject,
        id=subject_id,
        now=stamp(now),
    )
