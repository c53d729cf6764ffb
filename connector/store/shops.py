"""The connected shops, and the policies that were ever in force in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from connector.errors import NotFound
from connector.store.database import atomic, moment, stamp

if TYPE_CHECKING:
    from connector.store.database import Database, Row

from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopRow:
    """What the store holds of a shop; credentials are elsewhere."""

    name: str
    platform: str
    address: str
    policy_hash: str | None
    is_paused: bool
    synced_to: datetime | None
    refunds_ran: datetime | None
    paused_why: str
    reconciled_at: datetime | None


@atomic
def put(db: Database, name: str, platform: str, address: str, now: datetime) -> None:
    """Add a shop, or bring its address up to date."""
    db.execute(
        "INSERT INTO shops (name, platform, address, added_at)"
        " VALUES (:name, :platform, :address, :now)"
        " ON CONFLICT (name) DO UPDATE SET address = :address",
        name=name,
        platform=platform,
        address=address,
        now=stamp(now),
    )


@atomic
def bind_policy(db: Database, name: str, digest: str, text: str, now: datetime) -> None:
    """Put a policy version in force for a shop; every version is kept."""
    db.execute(
        "INSERT INTO policies (hash, text, first_seen) VALUES (:hash, :text, :now)"
        " ON CONFLICT (hash) DO NOTHING",
        hash=digest,
        text=text,
        now=stamp(now),
    )
    db.execute(
        "UPDATE shops SET policy_hash = :hash WHERE name = :name",
        hash=digest,
        name=name,
    )


def policy_text(db: Database, digest: str) -> str:
    """Return a policy version as it was written; raises NotFound."""
    rows = db.query("SELECT text FROM policies WHERE hash = :hash", hash=digest)
    if not rows:
        msg = "there is no such policy version"
        raise NotFound(msg, hash=digest)
    return str(rows[0]["text"])


def get(db: Database, name: str) -> ShopRow:
    """Return one shop; raises NotFound."""
    rows = db.query("SELECT * FROM shops WHERE name = :name", name=name)
    if not rows:
        msg = "there is no such shop"
        raise NotFound(msg, shop=name)
    return _shop(rows[0])


def every(db: Database) -> list[ShopRow]:
    """List all shops by name."""
    return [_shop(row) for row in db.query("SELECT * FROM shops ORDER BY name")]


@atomic
def pause(db: Database, name: str, *, is_paused: bool, why: str = "") -> None:
    """Hold back, or let go, every refund of a shop; a pause forgets `reconciled`."""
    get(db, name)
    db.execute(
        "UPDATE shops SET paused = :paused, paused_why = :why,"
        " reconciled_at = NULL WHERE name = :name",
        paused=int(is_paused),
        why=why,
        name=name,
    )


@atomic
def reconciled(db: Database, name: str, now: datetime) -> None:
    """Remember that shop and books told one story."""
    db.execute(
        "UPDATE shops SET reconciled_at = :now WHERE name = :name",
        now=stamp(now),
        name=name,
    )


@atomic
def synced(db: Database, name: str, upto: datetime) -> None:
    """Remember up to which modification time a shop was read."""
    db.execute(
        "UPDATE shops SET synced_to = :upto WHERE name = :name",
        upto=stamp(upto),
        name=name,
    )


@atomic
def ran(db: Database, name: str, now: datetime) -> None:
    """Remember when refunds were last pushed to a shop."""
    db.execute(
        "UPDATE shops SET refunds_ran = :now WHERE name = :name",
        now=stamp(now),
        name=name,
    )


def _shop(row: Row) -> ShopRow:
    return ShopRow(
        name=row["name"],
        platform=row["platform"],
        address=row["address"],
        policy_hash=row["policy_hash"],
        is_paused=bool(row["paused"]),
        synced_to=moment(row["synced_to"]) if row["synced_to"] else None,
        refunds_ran=moment(row["refunds_ran"]) if row["refunds_ran"] else None,
        paused_why=row["paused_why"],
        reconciled_at=moment(row["reconciled_at"]) if row["reconciled_at"] else None,
    )
