"""Time and chance: both come from the seed alone."""

from __future__ import annotations

import heapq
import random
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

T = TypeVar("T")

START = datetime(2026, 9, 1, 8, tzinfo=UTC)


class Time:
    """The time of the world, and the clock that Retour reads.

    They differ: a clock may be set, forward or back, while late effects come when
    they come.
    """

    def __init__(self) -> None:
        self.true = START
        self._offset = timedelta()
        self._coming: list[tuple[datetime, int, Callable[[], None]]] = []
        self._numbers = count()

    def __call__(self) -> datetime:
        """Return what Retour's clock shows."""
        return self.true + self._offset

    def set_clock(self, by: timedelta) -> None:
        """Let the clock jump, without any time going by."""
        self._offset += by

    def later(self, seconds: float, deed: Callable[[], None]) -> None:
        """Let something happen when that much time has gone by."""
        due = self.true + timedelta(seconds=seconds)
        heapq.heappush(self._coming, (due, next(self._numbers), deed))

    def pass_by(self, seconds: float) -> None:
        """Let time go by, and with it everything that was to come."""
        until = self.true + timedelta(seconds=seconds)
        while self._coming and self._coming[0][0] <= until:
            due, _, deed = heapq.heappop(self._coming)
            self.true = max(self.true, due)
            deed()
        self.true = max(self.true, until)


class Chance(random.Random):
    """Chance by seed; `is_calm` turns misfortune off."""

    is_calm = False

    def one_in(self, times: float) -> bool:
        """Say yes once in that many times, and never when all is calm."""
        return not self.is_calm and self.random() * times < 1

    def pick(self, table: Mapping[T, float], usual: T) -> T:
        """Pick by weight in per cent; the rest is `usual`."""
        if self.is_calm:
            return usual
        roll = self.random() * 100
        for value, weight in table.items():
            roll -= weight
            if roll < 0:
                return value
        return usual
