"""Deliveries: signed, repeated for four hours, and sometimes lost, doubled or late."""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import json
from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from adapters.shopify.standin.state import Event

if TYPE_CHECKING:
    from adapters.shopify.standin.state import State, Subscription

TIMEOUT = 5  # seconds that a receiver has
RETRIES = 8
# Doubling from here, eight retries take four hours.
FIRST_PAUSE = timedelta(seconds=56)
OK = range(200, 300)


@dataclass(slots=True)
class Delivery:
    """One event on its way to one subscription, at the address of that moment."""

    webhook_id: str
    subscription_gid: str
    uri: str
    name: str | None
    event: Event
    body: bytes
    due: datetime
    failures: int = 0


class Outbox:
    """Deliveries that wait; sending holds no lock of the shop."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._waiting: deque[Delivery] = deque()

    @property
    def waiting(self) -> int:
        """Count the deliveries that are not accepted yet."""
        with self._state.lock:
            self._collect()
            return len(self._waiting)

    def send(self) -> int:
        """Send everything that is due; count what was accepted with a 2xx."""
        with self._state.lock:
            self._collect()
            now = self._state.clock()
            due = [one for one in self._waiting if one.due <= now]
            for one in due:
                self._waiting.remove(one)
        return sum(self._attempt(one) for one in due)

    def _collect(self) -> None:
        """Turn events into deliveries; here switches double, drop and reorder."""
        state = self._state
        fresh: list[Delivery] = []
        while state.events:
            event = state.events.popleft()
            for subscription in list(state.subscriptions.values()):
                if subscription.topic == event.topic:
                    fresh += self._address(event, subscription)
        topics = {one.event.topic for one in fresh}
        if len(fresh) > 1 and state.switches.take(topics, {"reorder"}):
            fresh.reverse()
        self._waiting.extend(fresh)

    def _address(self, event: Event, subscription: Subscription) -> list[Delivery]:
        state = self._state
        if state.switches.take({event.topic}, {"drop"}):
            return []
        one = Delivery(
            webhook_id=state.new_uuid(),
            subscription_gid=subscription.gid,
            uri=subscription.uri,
            name=subscription.name,
            event=event,
            body=json.dumps(event.payload).encode(),
            due=event.at,
        )
        return [one] * (2 if state.switches.take({event.topic}, {"duplicate"}) else 1)

    def _attempt(self, one: Delivery) -> bool:
        if _post(one, self.headers(one)):
            return True
        with self._state.lock:
            one.failures += 1
            if one.failures > RETRIES:
                self._state.subscriptions.pop(one.subscription_gid, None)
            else:
                pause = FIRST_PAUSE * 2 ** (one.failures - 1)
                one.due = self._state.clock() + pause
                self._waiting.append(one)
        return False

    def headers(self, one: Delivery) -> dict[str, str]:
        """Build the headers; the signature covers the raw body."""
        state = self._state
        headers = {
            "Content-Type": "application/json",
            "X-Shopify-Topic": one.event.topic,
            "X-Shopify-Hmac-Sha256": sign(state.client_secret, one.body),
            "X-Shopify-Shop-Domain": state.domain,
            "X-Shopify-API-Version": state.served_version or state.api_version,
            "X-Shopify-Webhook-Id": one.webhook_id,
            "X-Shopify-Event-Id": one.event.event_id,
            "X-Shopify-Triggered-At": f"{one.event.at:%Y-%m-%dT%H:%M:%S.%f}000Z",
        }
        return headers | ({"X-Shopify-Name": one.name} if one.name else {})


def sign(secret: str, body: bytes) -> str:
    """Return base64 of the HMAC-SHA256 of the raw body."""
    digest = hmac.new(secret.encode(), body, hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def _post(one: Delivery, headers: dict[str, str]) -> bool:
    parts = urlsplit(one.uri)
    kind = (
        http.client.HTTPSConnection
        if parts.scheme == "https"
        else http.client.HTTPConnection
    )
    link = kind(parts.hostname or "", parts.port, timeout=TIMEOUT)
    path = parts.path or "/"
    target = f"{path}?{parts.query}" if parts.query else path
    try:
        link.request("POST", target, one.body, headers)
        answer = link.getresponse()
        answer.read()
    except (OSError, http.client.HTTPException):
        return False
    else:
        return answer.status in OK
    finally:
        link.close()
