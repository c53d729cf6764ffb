"""Browsers on their way to a shop's consent page: each state is good once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from connector.store.database import atomic, moment, stamp

if TYPE_CHECKING:
    from connector.store.database import Database, Row

LIFE = timedelta(minutes=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What was asked of a shop, when, and what became of it; `args` hold no secret."""

    platform: str
    address: str
    args: Mapping[str, str]
    made_at: datetime
    used_at: datetime | None
    outcome: str
    sealed: str = ""  # keys that came and were not tried yet, as the vault sealed them


@atomic
def begin(
    db: Database,
    state: str,
    *,
    platform: str,
    address: str,
    args: Mapping[str, str],
    now: datetime,
) -> None:
    """Remember that a state went out; only its digest is kept."""
    db.execute(
        "INSERT INTO grants (digest, platform, address, args, made_at)"
        " VALUES (:digest, :platform, :address, :args, :now)",
        digest=_digest(state),
        platform=platform,
        address=address,
        args=json.dumps(dict(args), sort_keys=True),
        now=stamp(now),
    )


@atomic
def take(
    db: Database, state: str, platform: str, now: datetime, sealed: str = ""
) -> Grant | None:
    """Use a state up, keeping what came with it in the same commit.

    None, and nothing is kept, when it is unknown, used, or older than half an hour.
    """
    rows = db.query(
        "UPDATE grants SET used_at = :now, sealed = :sealed WHERE digest = :digest"
        " AND platform = :platform AND used_at IS NULL AND made_at > :oldest"
        " RETURNING *",
        now=stamp(now),
        sealed=sealed,
        digest=_digest(state),
        platform=platform,
        oldest=stamp(now - LIFE),
    )
    return _grant(rows[0]) if rows else None


@atomic
def conclude(db: Database, state: str, outcome: str) -> None:
    """Say what became of it, for the page that waits (a shop's name, or a code)."""
    db.execute(
        "UPDATE grants SET outcome = :outcome WHERE digest = :digest",
        outcome=outcome,
        digest=_digest(state),
    )


@atomic
def forget(db: Database, state: str) -> None:
    """Forget what came with a grant, once it was tried."""
    db.execute(
        "UPDATE grants SET sealed = '' WHERE digest = :digest", digest=_digest(state)
    )


@atomic
def forget_old(db: Database, now: datetime) -> int:
    """Remove grants that nobody finished, with whatever they held."""
    return db.execute(
        "DELETE FROM grants WHERE made_at < :oldest", oldest=stamp(now - LIFE * 4)
    )


def find(db: Database, state: str) -> Grant | None:
    """Look a state up without using it."""
    rows = db.query(
        "SELECT * FROM grants WHERE digest = :digest", digest=_digest(state)
    )
    return _grant(rows[0]) if rows else None


def _digest(state: str) -> str:
    return hashlib.sha256(state.encode()).hexdigest()


def _grant(row: Row) -> Grant:
    return Grant(
        platform=row["platform"],
        address=row["address"],
        args=json.loads(row["args"]),
        made_at=moment(row["made_at"]),
        used_at=moment(row["used_at"]) if row["used_at"] else None,
        outcome=row["outcome"],
        sealed=row["sealed"],
    )
