"""Credentials of shops, sealed; only the vault can read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.errors import ConfigError
from connector.store import shops
from connector.store.database import atomic, moment, stamp

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from connector.config import Secret
    from connector.store.database import Database
    from connector.vault import Vault


@atomic
def put(
    db: Database,
    vault: Vault,
    shop: str,
    given: Mapping[str, Secret],
    now: datetime,
    *,
    is_renewal: bool = False,
) -> bool:
    """Seal a shop's secrets, by name; an empty one is forgotten. True if any changed.

    A renewal, as of a token, does not make the shop another: nothing is built anew.

    Raises ConfigError for one that is there and was sealed with an unknown key only
    where it is not replaced.
    """
    known = {row: sealed for row, sealed in _sealed(db, shop).items() if row in given}
    is_other = False
    for name, secret in given.items():
        if name in known and _is_same(vault, known[name], secret):
            continue
        if not secret and name not in known:
            continue
        is_other = True
        _write(db, vault, shop, name, secret, now)
    if is_other and not is_renewal:
        shops.touched(db, shop)
    return is_other


def _forget(db: Database, shop: str, name: str) -> None:
    db.execute(
        "DELETE FROM credentials WHERE shop = :shop AND name = :name",
        shop=shop,
        name=name,
    )


def _write(
    db: Database, vault: Vault, shop: str, name: str, secret: Secret, now: datetime
) -> None:
    if not secret:
        _forget(db, shop, name)
        return
    db.execute(
        "INSERT INTO credentials (shop, name, sealed, changed_at)"
        " VALUES (:shop, :name, :sealed, :now) ON CONFLICT (shop, name)"
        " DO UPDATE SET sealed = :sealed, changed_at = :now",
        shop=shop,
        name=name,
        sealed=vault.seal(secret),
        now=stamp(now),
    )


def _is_same(vault: Vault, sealed: str, secret: Secret) -> bool:
    try:
        return bool(secret) and vault.open(sealed).reveal() == secret.reveal()
    except ConfigError:
        return False  # its key is lost; what is given now replaces it


def of(
    db: Database, vault: Vault, shop: str, names: Collection[str] = ()
) -> dict[str, Secret]:
    """Open secrets of a shop, all or those of `names`; raises ConfigError on no key."""
    return {
        name: vault.open(sealed)
        for name, sealed in _sealed(db, shop).items()
        if not names or name in names
    }


def _sealed(db: Database, shop: str) -> dict[str, str]:
    rows = db.query(
        "SELECT name, sealed FROM credentials WHERE shop = :shop ORDER BY name",
        shop=shop,
    )
    return {row["name"]: row["sealed"] for row in rows}


@atomic
def ensure(
    db: Database, vault: Vault, shop: str, name: str, new: Secret, now: datetime
) -> Secret:
    """Return a secret of a shop; where there is none, `new` becomes it."""
    known = _sealed(db, shop).get(name)
    if known is not None:
        return vault.open(known)
    put(db, vault, shop, {name: new}, now)
    return new


def changed_at(db: Database, shop: str, name: str) -> datetime | None:
    """Return since when a secret is what it is; None where there is none."""
    rows = db.query(
        "SELECT changed_at FROM credentials WHERE shop = :shop AND name = :name",
        shop=shop,
        name=name,
    )
    return moment(rows[0]["changed_at"]) if rows else None


@atomic
def erase(db: Database, shop: str) -> int:
    """Forget every secret of a shop; return how many there were."""
    count = db.execute("DELETE FROM credentials WHERE shop = :shop", shop=shop)
    if count:
        shops.touched(db, shop)
    return count


@atomic
def keep_only(db: Database, shop: str, names: Collection[str]) -> None:
    """Forget every secret of a shop but these."""
    for name in _sealed(db, shop).keys() - set(names):
        _forget(db, shop, name)
    shops.touched(db, shop)


@atomic
def drop_unreadable(db: Database, vault: Vault, shop: str) -> list[str]:
    """Forget the secrets of a shop that no key opens any more; return their names."""
    lost = []
    for name, sealed in _sealed(db, shop).items():
        try:
            vault.open(sealed)
        except ConfigError:
            _forget(db, shop, name)
            lost.append(name)
    if lost:
        shops.touched(db, shop)
    return lost


@atomic
def reseal(db: Database, vault: Vault) -> int:
    """Seal every secret again with the newest key; return how many."""
    rows = db.query("SELECT shop, name, sealed FROM credentials")
    for row in rows:
        db.execute(
            "UPDATE credentials SET sealed = :sealed"
            " WHERE shop = :shop AND name = :name",
            sealed=vault.reseal(row["sealed"]),
            shop=row["shop"],
            name=row["name"],
        )
    return len(rows)
