"""How we sign in at Shopify: a permanent token, or one that is fetched and renewed."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from adapters.guard import STRICT, Transport
from adapters.shopify.oauth import Desk, Granted
from adapters.wire import Timeouts
from connector.errors import Rejected
from connector.saying import saying

if TYPE_CHECKING:
    from collections.abc import Callable

    from adapters.shopify.oauth import App
    from connector.platform import TokenStore

EARLY = timedelta(minutes=5)
ACCESS, ENDS, REFRESH = "access_token", "access_ends", "refresh_token"
WHOSE = "access_app"  # the client ID that the tokens were granted to


@dataclass(slots=True)
class Token:
    """A permanent token (`shpat_…`) of an app made before 2026."""

    token: str = field(repr=False)

    def get(self) -> str:
        """Return the token."""
        return self.token

    def forget(self) -> bool:
        """Say that there is no other one."""
        return False


@dataclass(slots=True)
class InMemory:
    """Tokens of one process alone: tests, and checks before a shop is connected."""

    kept: dict[str, str] = field(default_factory=dict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def read(self) -> dict[str, str]:
        """Return what is kept."""
        return dict(self.kept)

    def renew(
        self,
        is_good: Callable[[dict[str, str]], bool],
        fetch: Callable[[dict[str, str]], dict[str, str]],
    ) -> dict[str, str]:
        """Return good tokens, fetching them where the kept ones are not."""
        with self._lock:
            if not is_good(self.kept):
                self.kept = fetch(dict(self.kept))
            return dict(self.kept)


class _Renewed:
    """A token that ends: kept beside other processes' eyes, renewed before its end."""

    def __init__(
        self, clock: Callable[[], datetime], store: TokenStore, client_id: str
    ) -> None:
        self._clock, self._store, self._client_id = clock, store, client_id
        self._refused = ""

    def get(self) -> str:
        """Return a token that is still good; raises Rejected with what to do."""
        known = self._store.read()
        if not self._is_good(known):
            known = self._store.renew(self._is_good, self._fetched)
        return known[ACCESS]

    def forget(self) -> bool:
        """Drop the token, which the shop refused; the next `get` fetches another."""
        self._refused = self._store.read().get(ACCESS, "")
        return True

    def _is_good(self, known: dict[str, str]) -> bool:
        access, ends = known.get(ACCESS), known.get(ENDS)
        if not access or access == self._refused:
            return False
        if known.get(WHOSE) != self._client_id:
            return False
        return not ends or self._clock() < datetime.fromisoformat(ends) - EARLY

    def _fetched(self, known: dict[str, str]) -> dict[str, str]:
        return packed(self._ask(known), self._client_id)

    def _ask(self, known: dict[str, str]) -> Granted:
        raise NotImplementedError


def packed(granted: Granted, client_id: str) -> dict[str, str]:
    """Return what is kept of a grant, by the names of `connector.store.credentials`."""
    ends = granted.ends.isoformat() if granted.ends else ""
    return {
        ACCESS: granted.access,
        ENDS: ends,
        REFRESH: granted.refresh,
        WHOSE: client_id,
    }


class ClientCredentials(_Renewed):
    """The client credentials grant: a token for 24 hours, asked for again."""

    def __init__(
        self,
        url: str,
        client_id: str,
        client_secret: str,
        clock: Callable[[], datetime],
        timeouts: Timeouts | None = None,
        transport: Transport = STRICT,
        store: TokenStore | None = None,
    ) -> None:
        super().__init__(clock, store or InMemory(), client_id)
        self._desk = Desk(url=url, transport=transport, timeouts=timeouts or Timeouts())
        self._pair = (client_id, client_secret)

    def _ask(self, known: dict[str, str]) -> Granted:
        del known
        return self._desk.by_credentials(*self._pair, self._clock())


class Installed(_Renewed):
    """An offline token of an app that several shops install; its pair is renewed."""

    def __init__(
        self,
        url: str,
        app: App,
        clock: Callable[[], datetime],
        store: TokenStore,
        timeouts: Timeouts | None = None,
        transport: Transport = STRICT,
    ) -> None:
        super().__init__(clock, store, app.client_id)
        self._desk = Desk(url=url, transport=transport, timeouts=timeouts or Timeouts())
        self._app = app

    def _ask(self, known: dict[str, str]) -> Granted:
        if not known.get(REFRESH) or known.get(WHOSE) != self._client_id:
            msg = saying("the shop's grant has ended; install the app on it again")
            raise Rejected(msg)
        return self._desk.by_refresh(self._app, known[REFRESH], self._clock())
