"""Since when a shop tells its customers of the right to withdraw, before they buy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.store.database import atomic, moment, stamp

if TYPE_CHECKING:
    from datetime import datetime

    from connector.store.database import Database


@atomic
def say(
    db: Database,
    shop: str,
    *,
    digest: str,
    since: datetime | None,
    actor: str,
    now: datetime,
) -> None:
    """Note that customers are told since then, or, with None, that they are not."""
    db.execute(
        "INSERT INTO notices (shop, digest, since, actor, at)"
        " VALUES (:shop, :digest, :since, :actor, :now)",
        shop=shop,
        digest=digest,
        since=stamp(since) if since else "",
        actor=actor,
        now=stamp(now),
    )


def since(db: Database, shop: str) -> datetime | None:
    """Return since when customers are told; None unless the shop ever said so."""
    rows = db.query(
        "SELECT since FROM notices WHERE shop = :shop ORDER BY id DESC LIMIT 1",
        shop=shop,
    )
    return moment(rows[0]["since"]) if rows and rows[0]["since"] else None


def was_told(db: Database, shop: str, bought: datetime) -> bool:
    """Say whether a customer who bought then was told; no word of the shop is no."""
    told = since(db, shop)
    return told is not None and told <= bought
