"""Webhooks as WooCommerce sends them: late, coalesced, once, and switched off."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import requests

from adapters.woocommerce.standin.switches import Switches

ACTIONS = ("action.woocommerce_", "action.wc_")  # other hooks are refused
MOST_FAILURES = 6  # the 7th in a row switches the webhook off
TIMEOUT = 30
PING_TIMEOUT = 5
FINE = (200, 201, 202, 203, 204, 301, 302)
TOPICS = (
    "order.created", "order.updated", "order.deleted", "order.restored",
    "product.created", "product.updated", "product.deleted", "product.restored",
    "customer.created", "customer.updated", "customer.deleted",
    "coupon.created", "coupon.updated", "coupon.deleted", "coupon.restored",
)  # fmt: skip


@dataclass(slots=True)
class Hook:
    """One webhook of the shop."""

    id: int
    topic: str
    url: str
    secret: str
    status: str = "active"
    failures: int = 0
    name: str = ""
    created_at: datetime | None = None
    modified_at: datetime | None = None
    was_pinged: bool = True  # else another ping follows each failed delivery


@dataclass(slots=True)
class Outbox:
    """Events that wait; those of one webhook with one argument coalesce."""

    switches: Switches
    payload: Callable[[str, int], Any]
    seconds: Callable[[], int]
    hooks: dict[int, Hook] = field(default_factory=dict)
    waiting: list[tuple[int, str, int]] = field(default_factory=list)
    sent: int = 0
    trusts: str = ""  # a file of certificates; "" means the usual ones

    def add(self, topic: str, arg: int) -> None:
        """Queue an event for every webhook of its topic."""
        for hook in list(self.hooks.values()):
            event = (hook.id, topic, arg)
            wanted = hook.topic == topic and hook.status == "active"
            if wanted and event not in self.waiting:
                self.waiting.append(event)

    def drain(self) -> int:
        """Send all that waits, once; a payload is built as it leaves."""
        batch, self.waiting = self.waiting, []
        if self.switches.take("delivery", "reorder"):
            batch.reverse()
        for hook_id, topic, arg in batch:
            hook = self.hooks.get(hook_id)
            if hook is None or hook.status != "active":
                continue
            if self.switches.take(topic, "drop"):
                continue
            times = 2 if self.switches.take(topic, "duplicate") else 1
            body = json.dumps(self.payload(topic, arg)).replace("/", "\\/").encode()
            for _ in range(times):
                self._send(hook, topic, body)
        return len(batch)

    def _send(self, hook: Hook, topic: str, body: bytes) -> None:
        digest = hmac.digest(hook.secret.encode(), body, hashlib.sha256)
        named = hashlib.md5(  # noqa: S324 - WooCommerce names deliveries so
            f"{hook.id}:{self.seconds()}".encode()
        ).hexdigest()
        resource, _, event = topic.partition(".")
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "WooCommerce/11.0.1 Hookshot (WordPress/7.0.4)",
            "X-WC-Webhook-Topic": topic,
            "X-WC-Webhook-Resource": resource,
            "X-WC-Webhook-Event": event,
            "X-WC-Webhook-Signature": base64.b64encode(digest).decode(),
            "X-WC-Webhook-ID": str(hook.id),
            "X-WC-Webhook-Delivery-ID": named,
        }
        self.sent += 1
        try:
            answer = requests.post(
                hook.url,
                data=body,
                headers=headers,
                timeout=TIMEOUT,
                verify=self.trusts or True,
                allow_redirects=False,
            )
            is_fine = answer.status_code in FINE
        except requests.RequestException:
            is_fine = False
        if is_fine:
            hook.failures = 0
            return
        hook.failures += 1
        if hook.failures > MOST_FAILURES:
            hook.status = "disabled"
        if not hook.was_pinged:
            ping(hook, self.trusts)


def ping(hook: Hook, trusts: str) -> bool:
    """Greet a new webhook: a form, no X-WC headers, no signature; failure is fine."""
    try:
        answer = requests.post(
            hook.url,
            data={"webhook_id": hook.id},
            timeout=PING_TIMEOUT,
            verify=trusts or True,
            allow_redirects=False,
        )
    except requests.RequestException:
        hook.was_pinged = False
    else:
        hook.was_pinged = answer.status_code in FINE
    return hook.was_pinged
