"""What may go wrong on the way, set by a test: matched on "METHOD path" or a topic."""

from __future__ import annotations

import re
import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import random

KINDS = frozenset(
    {
        "lose_answer", "lose_request", "delay", "status", "html", "redirect",
        "refuse", "trickle", "duplicate", "reorder", "drop",
    }
)  # fmt: skip


@dataclass(slots=True, eq=False)
class Switch:
    """One misfortune; `arrived` is set when a delayed request has come."""

    kind: str
    match: re.Pattern[str]
    times: int | None
    probability: float
    options: dict[str, Any]
    arrived: threading.Event = field(default_factory=threading.Event)
    released: threading.Event = field(default_factory=threading.Event)


class Switches:
    """All that are set; one that strikes is spent."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._set: list[Switch] = []
        self._all: list[Switch] = []
        self._lock = threading.Lock()
        self.taken: Counter[str] = Counter()  # how often each kind struck

    def add(
        self,
        kind: str,
        match: str = "",
        times: int | None = 1,
        probability: float = 1.0,
        **options: Any,  # noqa: ANN401 - each kind has its own options
    ) -> Switch:
        """Set one: `match` is searched in "POST /orders/1/refunds" or a topic."""
        if kind not in KINDS:
            message = f"no such switch: {kind}"
            raise ValueError(message)
        made = Switch(kind, re.compile(match), times, probability, options)
        with self._lock:
            self._set.append(made)
            self._all.append(made)
        return made

    def take(self, name: str, *kinds: str) -> Switch | None:
        """Spend and return the first switch of these kinds that matches."""
        with self._lock:
            for switch in self._set:
                if switch.kind not in kinds or not switch.match.search(name):
                    continue
                if self._rng.random() >= switch.probability:
                    continue
                self.taken[switch.kind] += 1
                if switch.times is not None:
                    switch.times -= 1
                    if switch.times == 0:
                        self._set.remove(switch)
                return switch
        return None

    def clear(self) -> None:
        """Unset all, and let every delayed request go on."""
        with self._lock:
            for switch in self._all:
                switch.released.set()
            self._set.clear()
            self._all.clear()
