"""Shopify's returns as its books have them: what comes back, what is wanted instead."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from adapters.shopify import judging
from connector.errors import Rejected
from connector.model import ShopReturn, ShopReturnLine
from connector.simulation.chance import START

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(slots=True)
class Swap:
    """What is wanted instead, at what price for each unit.

    What was taken off the order again stays processed here.
    """

    ware: str
    units: int
    price: int
    processed: int = 0
    removed: int = 0


@dataclass(slots=True)
class Rma:
    """A return at the shop; quantities by its line's ref."""

    ref: str
    order: str
    status: str
    lines: dict[str, tuple[str, int]]  # ref -> (order line, units)
    processed: dict[str, int] = field(default_factory=dict)
    refunded: dict[str, int] = field(default_factory=dict)
    disposed: dict[str, int] = field(default_factory=dict)
    swaps: dict[str, Swap] = field(default_factory=dict)
    number: str = ""  # ours, where we opened it

    def take(
        self, units: Mapping[str, int], swaps: Mapping[str, int], *, is_paid: bool
    ) -> None:
        """Process units, once each; Shopify refuses more than are left."""
        for ref, count in units.items():
            if self.processed.get(ref, 0) + count > self.lines[ref][1]:
                msg = "quantity is more than can be processed"
                raise Rejected(msg)
        for ref, count in swaps.items():
            if self.swaps[ref].processed + count > self.swaps[ref].units:
                msg = "quantity is more than can be exchanged"
                raise Rejected(msg)
        for ref, count in units.items():
            self.processed[ref] = self.processed.get(ref, 0) + count
            self.refunded[ref] = self.refunded.get(ref, 0) + count * is_paid
        for ref, count in swaps.items():
            self.swaps[ref].processed += count

    def remove(self, swaps: Mapping[str, int]) -> None:
        """Take off the order what was to be sent."""
        for ref, count in swaps.items():
            self.swaps[ref].removed += count

    def dispose(self, units: Mapping[str, int]) -> None:
        """Book goods; more than there are is taken without complaint."""
        for ref, count in units.items():
            self.disposed[ref] = self.disposed.get(ref, 0) + count

    def wanted(self) -> list[judging.Swap]:
        """List what is wanted instead, as the adapter reads it."""
        return [
            judging.Swap(
                ref=ref,
                ware=one.ware,
                processed=one.processed,
                processable=one.units - one.processed,
                standing=one.processed - one.removed,
            )
            for ref, one in self.swaps.items()
        ]

    def seen(self) -> ShopReturn:
        """Write it as the adapter reads it."""
        lines = tuple(
            ShopReturnLine(
                ref=ref,
                line_ref=line,
                quantity=units,
                processable=units - self.processed.get(ref, 0),
                processed=self.processed.get(ref, 0),
                refunded=self.refunded.get(ref, 0),
                reason="changed-my-mind",
            )
            for ref, (line, units) in self.lines.items()
        )
        return ShopReturn(
            ref=self.ref,
            number=self.ref,
            order_ref=self.order,
            status=self.status,
            lines=lines,
            opened_at=START,
            raw_status=self.status.upper(),
            exchanges=sum(one.units for one in self.swaps.values()),
            our_number=self.number,
        )
