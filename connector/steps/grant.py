"""Take the keys that a shop hands over in a browser's errand: once, or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connector.steps import connect
from connector.store import atomic, grants, shops

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from connector.config import Secret
    from connector.platform import Check
    from connector.store import Database
    from connector.vault import Vault

ACTOR = "install"
FAILED = "failed:"  # before the code of what failed, as an errand's outcome


@atomic
def settle(
    db: Database,
    vault: Vault,
    state: str,
    *,
    name: str,
    platform: str,
    address: str,
    settings: Mapping[str, Any],
    given: Mapping[str, Secret],
    policy_text: str,
    found: Iterable[Check],
    now: datetime,
) -> bool:
    """Use the state up and keep the proved keys, in one commit.

    False, and nothing is kept, where the state was used meanwhile. A shop of this name
    and address that is connected already gets the keys in the place of its old ones.
    """
    if grants.take(db, state, platform, now) is None:
        return False
    if is_known(db, name, platform, address):
        origin = shops.get(db, name).origin
        shops.put(db, name, platform, address, now, settings=settings, origin=origin)
        connect.rotate(db, vault, name, given, actor=ACTOR, now=now)
        connect.remember(db, name, found, now)
    else:
        connect.add(
            db,
            vault,
            name=name,
            platform=platform,
            address=address,
            settings=settings,
            given=given,
            policy_text=policy_text,
            found=found,
            actor=ACTOR,
            now=now,
        )
    grants.conclude(db, state, name)
    return True


def is_known(db: Database, name: str, platform: str, address: str) -> bool:
    """Say whether this very shop is connected under this name."""
    return any(
        (row.name, row.platform, row.address) == (name, platform, address)
        for row in shops.every(db)
    )
