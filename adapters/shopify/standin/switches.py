"""Misfortune on demand: what may go wrong between the app and the shop."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import random

KINDS = frozenset(
    {
        "lose_answer",
        "lose_request",
        "delay",
        "status",
        "html",
        "throttle",
        "refuse",
        "redirect",
        "internal_error",
        "duplicate",
        "reorder",
        "drop",
    }
)
ALL = "*"


@dataclass(slots=True, eq=False)
class Switch:
    """One misfortune: which root field or topic it meets, and how often still."""

    kind: str
    match: str
    times: int | None
    probability: float
    options: dict[str, Any]
    arrived: threading.Event = field(default_factory=threading.Event)
    released: threading.Event = field(default_factory=threading.Event)

    def release(self) -> None:
        """Let a delayed request go on."""
        self.released.set()


class Switches:
    """The misfortunes that are set; each is spent as it strikes."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._set: list[Switch] = []
        self._all: list[Switch] = []
        self._lock = threading.Lock()
        self.taken: Counter[str] = Counter()  # how often each kind struck

    def add(
        self,
        kind: str,
        match: str = ALL,
        times: int | None = 1,
        probability: float = 1.0,
        **options: Any,  # noqa: ANN401 - each kind has its own options
    ) -> Switch:
        """Set a misfortune; `times=None` means until `clear`; options depend on it.

        delay: `at` ("before", "gateway" or "after" the effect), `body_trickle` seconds
        between bytes · status: `code`, `effect`, `retry_after` seconds · html: `code`,
        `effect` · refuse: `code` · redirect: `code`, `location` · internal_error:
        `effect`.
        """
        if kind not in KINDS:
            message = f"no such switch: {kind}"
            raise ValueError(message)
        switch = Switch(kind, match, times, probability, options)
        with self._lock:
            self._set.append(switch)
            self._all.append(switch)
        return switch

    def take(self, names: set[str], kinds: set[str], **wanted: str) -> Switch | None:
        """Spend and return the first switch that strikes one of these names."""
        with self._lock:
            for switch in self._set:
                if switch.kind in kinds and self._meets(switch, names, wanted):
                    self._spend(switch)
                    return switch
        return None

    def clear(self) -> None:
        """Unset everything and let every delayed request go on."""
        with self._lock:
            self._set.clear()
            for switch in self._all:
                switch.release()
            self._all.clear()

    def _meets(self, switch: Switch, names: set[str], wanted: dict[str, str]) -> bool:
        if switch.match not in names | {ALL}:
            return False
        if any(switch.options.get(key, "before") != at for key, at in wanted.items()):
            return False
        return switch.probability >= 1 or self._rng.random() < switch.probability

    def _spend(self, switch: Switch) -> None:
        self.taken[switch.kind] += 1
        if switch.times is None:
            return
        switch.times -= 1
        if switch.times <= 0:
            self._set.remove(switch)
