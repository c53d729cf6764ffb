"""The customers, and what each is owed under the demo's policy.

The arithmetic here is the play's own, in fractions: it knows policy.toml by heart
and never asks Retour.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction
from math import floor

WINDOW_DAYS = 30
GRACE_DAYS = 5
ASK_FROM = 15000  # minor units: a person decides from here on
RETURN_FEE = 390
RESTOCKING = Fraction(10, 100)
MERCHANTS_FAULT = ("defective", "wrong-item")
PERSON = ("wrong-item",)
NO_RESTOCKING = ("too-small", *MERCHANTS_FAULT)
HOLDS_RETURNS = "tee"
CANNOT = ("final-sale", "opened")


@dataclass(slots=True, kw_only=True)
class Bought:
    """One line as the shop charged it, in minor units, tax included."""

    ref: str
    quantity: int
    paid: int
    tag: str = ""
    back: int = 0  # units paid back so far


@dataclass(slots=True, kw_only=True)
class Purchase:
    """An order of one customer."""

    shop: str
    ref: str
    number: str
    email: str
    placed: datetime
    lines: list[Bought]
    delivered: datetime | None = None
    shipping: int = 0
    due: int = 0


@dataclass(slots=True, kw_only=True)
class Wish:
    """A return that a customer asks for: units and reason by line."""

    purchase: Purchase
    units: Mapping[str, int]
    reason: str
    asked: datetime
    arrives: Mapping[str, int] = field(default_factory=dict)
    ways: Mapping[str, str] = field(default_factory=dict)  # by line; else a refund
    wares: Mapping[str, str] = field(default_factory=dict)  # what is wanted instead
    photos: tuple[bytes, ...] = ()  # of each line
    is_native: bool = False  # asked for in the shop itself, decided as a whole
    is_claim: bool = False  # filed as faulty goods: the law's claim, not the shop's


def verdict(wish: Wish) -> dict[str, str]:
    """Say what becomes of each line: approve, decline, ask or wait.

    What asks is granted by the merchant, what waits he leaves lying.
    """
    said = {ref: _line(wish, line) for ref, line in _lines(wish).items()}
    worth = sum(
        _share(line, wish.units[ref], line.quantity)
        for ref, line in _lines(wish).items()
        if said[ref] == "approve"
    )
    if worth >= ASK_FROM:
        said = {ref: "wait" if one == "approve" else one for ref, one in said.items()}
    if (
        wish.is_native
        and len({one.replace("wait", "ask") for one in said.values()}) > 1
    ):
        return dict.fromkeys(said, "wait")
    if wish.purchase.shop == HOLDS_RETURNS and "wait" in said.values():
        # It is made at the shop, and paid, when all of it is decided.
        return {ref: "decline" if x == "decline" else "wait" for ref, x in said.items()}
    return said


def _line(wish: Wish, line: Bought) -> str:
    """Judge one line; the law grants a claim of fault whatever the shop says."""
    if not wish.is_claim and (line.tag in CANNOT or _is_late(wish)):
        return "decline"
    return "ask" if wish.reason in PERSON else "approve"


def _is_late(wish: Wish) -> bool:
    """Count days from delivery; WooCommerce only knows when the order was completed."""
    start = wish.purchase.delivered or wish.purchase.placed
    days = WINDOW_DAYS + (GRACE_DAYS if wish.purchase.shop == "boots" else 0)
    return wish.asked - start > timedelta(days=days)


def owed(wish: Wish, approved: set[str]) -> int:
    """Return what goes back for the units that arrive of the approved lines."""
    lines = {
        ref: line
        for ref, line in _lines(wish).items()
        if ref in approved and wish.arrives.get(ref, 0)
    }
    if not lines:
        return 0
    total = 0
    for ref, line in lines.items():
        after = line.back + wish.arrives[ref]
        gross = _upto(line, after) - _upto(line, line.back)
        line.back = after
        fee = 0 if wish.reason in NO_RESTOCKING else _half_up(gross * RESTOCKING)
        total += gross - fee
    if wish.is_claim and _is_whole(wish):
        total += wish.purchase.shipping
    is_ours = wish.reason in MERCHANTS_FAULT
    return max(0, total - (0 if is_ours else RETURN_FEE))


def _is_whole(wish: Wish) -> bool:
    """Say whether the whole order goes back: then its shipping does too, by law."""
    return all(
        wish.units.get(line.ref, 0) == line.quantity for line in wish.purchase.lines
    )


def _lines(wish: Wish) -> dict[str, Bought]:
    return {line.ref: line for line in wish.purchase.lines if wish.units.get(line.ref)}


def _share(line: Bought, units: int, of: int) -> int:
    return _half_up(Fraction(line.paid * units, of))


def _upto(line: Bought, units: int) -> int:
    return _half_up(Fraction(line.paid * units, line.quantity))


def _half_up(value: Fraction) -> int:
    return floor(value + Fraction(1, 2))
