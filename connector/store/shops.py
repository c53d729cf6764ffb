"""The connected shops, and the policies that were ever in force in them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from connector.errors import BadRequest, NotFound
from connector.saying import saying
from connector.store.database import atomic, moment, stamp
from connector.ways import tidy_address

if TYPE_CHECKING:
    from connector.store.database import Database, Row

from datetime import datetime

RESTORED = "restored"  # paused because the database may be a copy


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
    settings: Mapping[str, Any]  # all of its ShopConfig that is no secret
    origin: str  # file: written in the TOML; database: added by wizard or command
    revision: int  # grows with settings and credentials; an older adapter is stale
    removed_at: datetime | None
    facts: Mapping[str, str]  # what the last check found: version, currency, ...
    checked_at: datetime | None


@atomic
def put(
    db: Database,
    name: str,
    platform: str,
    address: str,
    now: datetime,
    *,
    settings: Mapping[str, Any] | None = None,
    origin: str = "file",
) -> None:
    """Add a shop, or bring it up to date; one that was removed comes back."""
    written = json.dumps(dict(settings or {}), sort_keys=True)
    db.execute(
        "INSERT INTO shops (name, platform, address, settings, origin, added_at)"
        " VALUES (:name, :platform, :address, :settings, :origin, :now)"
        " ON CONFLICT (name) DO UPDATE SET address = :address, settings = :settings,"
        " origin = :origin, revision = shops.revision + 1, removed_at = NULL"
        " WHERE shops.address <> :address OR shops.settings <> :settings"
        " OR shops.origin <> :origin OR shops.removed_at IS NOT NULL",
        name=name,
        platform=platform,
        address=address,
        settings=written,
        origin=origin,
        now=stamp(now),
    )


def refuse_second(db: Database, name: str, platform: str, address: str) -> None:
    """Raise BadRequest where the shop at this address is connected by another name.

    One shop with two names would be paid for twice. Call it in the transaction that
    writes the row.
    """
    wanted = tidy_address(platform, address)
    for row in every(db):
        is_other = row.name != name and row.platform == platform
        if is_other and tidy_address(platform, row.address) == wanted:
            msg = saying("this shop is connected already; use the name that it has")
            raise BadRequest(msg, name=row.name)


@atomic
def touched(db: Database, name: str) -> None:
    """Say that a shop's settings or credentials are others now."""
    db.execute("UPDATE shops SET revision = revision + 1 WHERE name = :name", name=name)


@atomic
def remove(db: Database, name: str, now: datetime) -> None:
    """Disconnect a shop; its orders, returns and books stay. Raises NotFound."""
    get(db, name)
    db.execute(
        "UPDATE shops SET removed_at = :now, revision = revision + 1"
        " WHERE name = :name",
        name=name,
        now=stamp(now),
    )


@atomic
def learnt(db: Database, name: str, facts: Mapping[str, str], now: datetime) -> None:
    """Keep what a check of the shop found, beside what is known already."""
    known = {**get(db, name).facts, **facts}
    db.execute(
        "UPDATE shops SET facts = :facts, checked_at = :now WHERE name = :name",
        name=name,
        facts=json.dumps(known, sort_keys=True),
        now=stamp(now),
    )


@atomic
def bind_policy(db: Database, name: str, digest: str, text: str, now: datetime) -> None:
    """Put a policy version in force for a shop; every version is kept for ever.

    From now on it binds the orders that are placed (`orders.keep`).
    """
    db.execute(
        "INSERT INTO policies (hash, text, first_seen) VALUES (:hash, :text, :now)"
        " ON CONFLICT (hash) DO NOTHING",
        hash=digest,
        text=text,
        now=stamp(now),
    )
    db.execute(
        "INSERT INTO policy_lives (shop, hash, since) SELECT name, :hash, :now"
        " FROM shops WHERE name = :name AND coalesce(policy_hash, '') <> :hash",
        hash=digest,
        name=name,
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
    """List the connected shops by name."""
    return [row for row in ever(db) if row.removed_at is None]


def ever(db: Database) -> list[ShopRow]:
    """List all shops that were ever connected, by name."""
    return [_shop(row) for row in db.query("SELECT * FROM shops ORDER BY name")]


def left(db: Database) -> list[ShopRow]:
    """List the shops that were connected once, by name."""
    rows = db.query("SELECT * FROM shops WHERE removed_at IS NOT NULL ORDER BY name")
    return [_shop(row) for row in rows]


def revisions(db: Database) -> dict[str, int]:
    """Return, by the name of each connected shop, its newest revision."""
    rows = db.query(
        "SELECT name, revision FROM shops WHERE removed_at IS NULL ORDER BY name"
    )
    return {row["name"]: int(row["revision"]) for row in rows}


@atomic
def pause(db: Database, name: str, *, is_paused: bool, why: str = "") -> None:
    """Hold back, or let go, every refund of a shop; a pause forgets `reconciled`.

    One that may be a copy stays one, whatever else pauses it: only letting it go
    takes that away.
    """
    if is_paused and get(db, name).paused_why == RESTORED and why != RESTORED:
        return
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
        synced_to=_when(row["synced_to"]),
        refunds_ran=_when(row["refunds_ran"]),
        paused_why=row["paused_why"],
        reconciled_at=_when(row["reconciled_at"]),
        settings=json.loads(row["settings"]),
        origin=row["origin"],
        revision=int(row["revision"]),
        removed_at=_when(row["removed_at"]),
        facts=json.loads(row["facts"]),
        checked_at=_when(row["checked_at"]),
    )


def _when(text: str | None) -> datetime | None:
    return moment(text) if text else None
