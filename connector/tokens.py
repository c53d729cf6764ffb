"""The tokens of one shop, sealed in the database and renewed by one process alone."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import uuid_utils.compat as uuids

from connector.config import Secret
from connector.errors import Unavailable
from connector.saying import saying
from connector.store import credentials, leases

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from connector.store import Database
    from connector.vault import Vault

NAMES = ("access_token", "access_ends", "refresh_token", "access_app")
LIFE = timedelta(minutes=3)  # longer than a whole call may take
PAUSE_SECONDS = 0.25
MOST_PAUSES = 240


class SealedTokens:
    """Satisfies `connector.platform.TokenStore` with the database and the vault."""

    def __init__(
        self,
        db: Database,
        vault: Vault,
        shop: str,
        now: Callable[[], datetime],
        sleep: Callable[[float], None],
    ) -> None:
        self._db, self._vault, self._shop = db, vault, shop
        self._now, self._sleep = now, sleep

    def read(self) -> dict[str, str]:
        """Return what is kept; raises ConfigError where no key opens it."""
        known = credentials.of(self._db, self._vault, self._shop, NAMES)
        return {name: known[name].reveal() for name in NAMES if name in known}

    def renew(
        self,
        is_good: Callable[[dict[str, str]], bool],
        fetch: Callable[[dict[str, str]], dict[str, str]],
    ) -> dict[str, str]:
        """Return good tokens; whoever holds the lease fetches, the others wait.

        A process that dies with a new pair unwritten has not used it, so that the
        old refresh token is still good at Shopify.
        """
        lease, holder = f"tokens:{self._shop}", str(uuids.uuid7())
        for _ in range(MOST_PAUSES):
            known = self.read()
            if is_good(known):
                return known
            if leases.claim(self._db, lease, holder, self._now(), LIFE):
                try:
                    return self._fetch(is_good, fetch)
                finally:
                    leases.release(self._db, lease, holder)
            self._sleep(PAUSE_SECONDS)
        msg = saying("another process has been fetching a token for a minute")
        raise Unavailable(msg, shop=self._shop)

    def _fetch(
        self,
        is_good: Callable[[dict[str, str]], bool],
        fetch: Callable[[dict[str, str]], dict[str, str]],
    ) -> dict[str, str]:
        known = self.read()
        if is_good(known):  # it was renewed just before the lease was ours
            return known
        new = fetch(known)
        return self._db.transact(lambda: self._swap(known, new))

    def _swap(self, known: dict[str, str], new: dict[str, str]) -> dict[str, str]:
        """Keep what was fetched, unless a new grant has come in the meantime."""
        now_there = self.read()
        if now_there != known:
            return now_there
        self.keep(new)
        return new

    def keep(self, new: dict[str, str]) -> None:
        """Seal tokens in one commit."""
        given = {name: Secret(new.get(name, "")) for name in NAMES}
        credentials.put(
            self._db, self._vault, self._shop, given, self._now(), is_renewal=True
        )
