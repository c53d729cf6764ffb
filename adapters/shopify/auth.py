"""How we sign in at Shopify: a permanent token, or one fetched for 24 hours."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from adapters.guard import STRICT, Transport
from adapters.wire import Timeouts, fetch
from connector.errors import OutcomeUnknown, Rejected

EARLY = timedelta(minutes=5)
WORDS = {
    "shop_not_permitted": (
        "the app and the shop belong to different organisations; make the app in the"
        " Dev Dashboard of the organisation that owns the shop"
    ),
    "invalid_client": "client_id or client_secret is wrong",
    "application_cannot_be_found": "client_id names no app",
}


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
class ClientCredentials:
    """The client credentials grant: a token for 24 hours, renewed before it ends."""

    url: str
    client_id: str
    client_secret: str = field(repr=False)
    clock: Callable[[], datetime]
    timeouts: Timeouts = field(default_factory=Timeouts)
    transport: Transport = STRICT
    _token: str = field(default="", repr=False)
    _ends: datetime | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self) -> str:
        """Return a token that is still good; raises Rejected with what to do."""
        with self._lock:
            if not self._token or not self._ends or self.clock() >= self._ends - EARLY:
                self._renew()
            return self._token

    def forget(self) -> bool:
        """Drop the token, which the shop refused; the next `get` fetches another."""
        with self._lock:
            self._token = ""
        return True

    def _renew(self) -> None:
        asked = self.clock()
        reply = fetch(
            lambda: self.transport.request(
                "POST",
                f"{self.url}/admin/oauth/access_token",
                data={
                    "grant_type": "client_credentials",
                    "client_id": self.client_id,
                    "client_secret": self.client_secret,
                },
                headers={"Accept": "application/json"},
                timeout=(self.timeouts.connect, self.timeouts.read),
            ),
            self.timeouts,
        )
        try:
            body = json.loads(reply.body)
        except ValueError:
            body = None
        if not isinstance(body, dict):
            msg = "Shopify gave no token, and no reason that can be read"
            raise OutcomeUnknown(msg, status=reply.status)
        if "access_token" not in body:
            error = str(body.get("error", ""))[:60]
            msg = WORDS.get(error, "Shopify gave no token")
            raise Rejected(msg, status=reply.status, error=error)
        self._token = str(body["access_token"])
        self._ends = asked + timedelta(seconds=int(body.get("expires_in", 0)))
