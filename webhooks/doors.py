"""The doors that shops knock at: who they are, and by which secret we know them."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


class Accept(Protocol):
    """`steps.receive.accept` with its database bound to it."""

    def __call__(
        self,
        *,
        shop: str,
        source: str,
        topic: str,
        delivery_key: str,
        body: bytes,
        headers: Mapping[str, str],
        now: datetime,
    ) -> bool:
        """Keep a delivery; True when it is new, an exception when it is not kept."""
        ...


class Became(Protocol):
    """`steps.receive.became` with its database bound to it."""

    def __call__(self, *, shop: str, source: str, delivery_key: str) -> tuple[str, str]:
        """Say the state of a delivery that is here, and why."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """One shop's door; `secrets` are the new one and, while it rotates, the old.

    `has_left`: the shop parted, and may only say what concerns privacy. `is_shut`:
    nothing can be proved just now, and the shop must send it again.
    """

    shop: str
    platform: str
    domain: str = ""
    secrets: Sequence[bytes] = ()
    has_left: bool = False
    is_shut: bool = False


@dataclass(slots=True, kw_only=True)
class Doors:
    """All doors of an installation; `rejected` counts refused deliveries a shop."""

    accept: Accept
    became: Became
    doors: Iterable[Door]  # gone through anew at each delivery: shops come and go
    clock: Callable[[], datetime]
    max_bytes: int = 2 * 1024 * 1024
    max_with_photos: int = 24 * 1024 * 1024  # of what another program sends
    rejected: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def named(self, platform: str, shop: str) -> Door | None:
        """Find a shop's door by our name for it."""
        found = (d for d in self.doors if (d.platform, d.shop) == (platform, shop))
        return next(found, None)

    def at(self, domain: str) -> Door | None:
        """Find a Shopify shop's door by its domain."""
        known = (d for d in self.doors if d.platform == "shopify")
        return next((d for d in known if d.domain == domain.lower()), None)

    def refuse(self, shop: str) -> None:
        """Count a delivery that did not prove where it came from."""
        with self._lock:
            self.rejected[shop] += 1
