"""The webhooks that we made at shops, and when each shop was last heard of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from connector.store.database import atomic, moment, stamp

if TYPE_CHECKING:
    from connector.store.database import Database, Row

# The shop's clock may be off, and what one topic told needs no second one.
HEARD_WITHIN = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """One webhook that we made."""

    ref: str
    topic: str
    address: str
    secret: str
    made_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """When the watchdog last looked, was last heard, and what no webhook told."""

    watched_at: datetime | None
    heard_at: datetime | None
    unheard_at: datetime | None


@atomic
def put(
    db: Database,
    shop: str,
    *,
    ref: str,
    topic: str,
    address: str,
    secret: str,
    now: datetime,
) -> None:
    """Remember a webhook that we made, or took over; its intent is fulfilled."""
    db.execute(
        "DELETE FROM hook_intents WHERE shop = :shop AND topic = :topic",
        shop=shop,
        topic=topic,
    )
    db.execute(
        "INSERT INTO hooks (shop, ref, topic, address, secret, made_at)"
        " VALUES (:shop, :ref, :topic, :address, :secret, :now)"
        " ON CONFLICT (shop, ref) DO UPDATE SET topic = :topic, address = :address,"
        " secret = :secret",
        shop=shop,
        ref=ref,
        topic=topic,
        address=address,
        secret=secret,
        now=stamp(now),
    )


@atomic
def intend(
    db: Database, shop: str, *, topic: str, address: str, secret: str, now: datetime
) -> None:
    """Write down a webhook that is about to be asked for."""
    db.execute(
        "INSERT INTO hook_intents (shop, topic, address, secret, at)"
        " VALUES (:shop, :topic, :address, :secret, :now) ON CONFLICT (shop, topic)"
        " DO UPDATE SET address = :address, secret = :secret, at = :now",
        shop=shop,
        topic=topic,
        address=address,
        secret=secret,
        now=stamp(now),
    )


def intents(db: Database, shop: str) -> dict[tuple[str, str], str]:
    """Return the secret's mark of each webhook whose making is not known to be done.

    By (topic, address).
    """
    rows = db.query(
        "SELECT topic, address, secret FROM hook_intents WHERE shop = :shop", shop=shop
    )
    return {(row["topic"], row["address"]): row["secret"] for row in rows}


@atomic
def drop_intents(db: Database, shop: str) -> None:
    """Forget what was about to be made."""
    db.execute("DELETE FROM hook_intents WHERE shop = :shop", shop=shop)


@atomic
def drop(db: Database, shop: str, ref: str) -> None:
    """Forget a webhook that is gone."""
    db.execute(
        "DELETE FROM hooks WHERE shop = :shop AND ref = :ref", shop=shop, ref=ref
    )


def of(db: Database, shop: str) -> list[Hook]:
    """List the webhooks that we made at a shop."""
    rows = db.query(
        "SELECT * FROM hooks WHERE shop = :shop ORDER BY topic, ref", shop=shop
    )
    return [_hook(row) for row in rows]


@atomic
def watched(db: Database, shop: str, now: datetime) -> None:
    """Remember that the watchdog has looked."""
    db.execute(
        "UPDATE shops SET watched_at = :now WHERE name = :shop",
        now=stamp(now),
        shop=shop,
    )


@atomic
def unheard(db: Database, shop: str, changed_at: datetime) -> None:
    """Remember a change at the shop that polling found and no webhook has told."""
    db.execute(
        "UPDATE shops SET unheard_at = :at WHERE name = :shop"
        " AND coalesce(unheard_at, '') < :at AND NOT EXISTS (SELECT 1 FROM inbox"
        " WHERE shop = :shop AND source = shops.platform AND received_at >= :since)",
        at=stamp(changed_at),
        since=stamp(changed_at - HEARD_WITHIN),
        shop=shop,
    )


def watch(db: Database, shop: str) -> Watch:
    """Return how well a shop is heard."""
    row = db.query(
        "SELECT watched_at, unheard_at, (SELECT max(received_at) FROM inbox"
        " WHERE shop = :shop AND source = shops.platform) AS heard_at"
        " FROM shops WHERE name = :shop",
        shop=shop,
    )[0]
    return Watch(
        watched_at=moment(row["watched_at"]) if row["watched_at"] else None,
        heard_at=moment(row["heard_at"]) if row["heard_at"] else None,
        unheard_at=moment(row["unheard_at"]) if row["unheard_at"] else None,
    )


def heard(db: Database, shop: str) -> dict[str, datetime]:
    """Return, by topic, when a shop's last delivery came."""
    rows = db.query(
        "SELECT topic, max(received_at) AS at FROM inbox WHERE shop = :shop"
        " AND source = (SELECT platform FROM shops WHERE name = :shop)"
        " GROUP BY topic ORDER BY topic",
        shop=shop,
    )
    return {row["topic"]: moment(row["at"]) for row in rows}


def _hook(row: Row) -> Hook:
    return Hook(
        ref=row["ref"],
        topic=row["topic"],
        address=row["address"],
        secret=row["secret"],
        made_at=moment(row["made_at"]),
    )
