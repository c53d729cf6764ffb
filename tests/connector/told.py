"""A worked case of tests/golden/money_cases.json, read field by field."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from connector.model import Moved, Order, ShopRefund, TenderKind
from connector.money import Money
from connector.settlement import (
    Extras,
    Settlement,
    Units,
)
from tests.connector.settling import (
    balanced,
    charge_in,
    line_in,
    order_in,
    tender_in,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

FILE = Path(__file__).parents[1] / "golden" / "money_cases.json"
DATA: dict[str, Any] = json.loads(FILE.read_text())
CASES: dict[str, dict[str, Any]] = DATA["cases"]


class Told:
    """A JSON object that remembers which of its fields were read."""

    def __init__(self, raw: dict[str, Any], path: str) -> None:
        self.path = path
        self.raw = {
            name: self._wrap(value, f"{path}.{name}") for name, value in raw.items()
        }
        self.unread = set(raw)

    def __getitem__(self, name: str) -> Any:
        self.unread.discard(name)
        return self.raw[name]

    def get(self, name: str, default: Any = None) -> Any:
        return self[name] if name in self.raw else default

    def all(self) -> dict[str, Any]:
        """Read every field: this object is a table of names and figures."""
        return {name: self[name] for name in self.raw}

    def left(self) -> Iterator[str]:
        yield from (f"{self.path}.{name}" for name in sorted(self.unread))
        for value in self.raw.values():
            for one in value if isinstance(value, list) else [value]:
                if isinstance(one, Told):
                    yield from one.left()

    def _wrap(self, value: Any, path: str) -> Any:
        if isinstance(value, dict):
            return Told(value, path)
        if isinstance(value, list):
            return [self._wrap(one, f"{path}.{i}") for i, one in enumerate(value)]
        return value


def told(name: str) -> Told:
    case = Told(CASES[name], name)
    assert case["title"]
    assert case["rules"]
    assert case["source"].startswith("https://") or case["source"] == "computed by hand"
    return case


def the_order(case: Told) -> Order:
    """Build the order of a case, in its currency."""
    currency = case["currency"]
    lines = [
        line_in(
            currency,
            one["ref"],
            one["gross"],
            one["quantity"],
            one["taxes"].all() if one.get("taxes") else {},
            is_gift_card=one.get("gift_card", False),
        )
        for one in case["lines"]
    ]
    by_hand = tuple(
        ShopRefund(
            ref=f"hand{i}", amount=Money(one["amount"], currency), moved=Moved.YES
        )
        for i, one in enumerate(case.get("by_hand", ()))
    )
    tenders = [
        tender_in(currency, one["ref"], one["captured"], TenderKind(one["kind"]))
        for one in case.get("tenders", ())
    ]
    return order_in(
        currency,
        lines,
        fees=[charge_in(currency, "off", -one) for one in case.get("discounts", ())],
        shipping=[
            charge_in(currency, one["ref"], one["gross"])
            for one in case.get("shipping", ())
        ],
        tenders=tenders,
        refunds=by_hand,
    )


def units_of(one: Told) -> list[Units]:
    return [
        Units(
            line_ref=unit["line"],
            quantity=unit["quantity"],
            restocking_bp=unit.get("restocking_bp", 0),
            deduction_bp=unit.get("deduction_bp", 0),
        )
        for unit in one["units"]
    ]


def extras_of(one: Told, currency: str) -> Extras:
    limit, fee = one.get("shipping_limit"), one.get("return_fee")
    return Extras(
        shipping=one.get("shipping", False),
        shipping_limit=None if limit is None else Money(limit, currency),
        return_fee=None if fee is None else Money(fee, currency),
        fee_once=one.get("fee_once", False),
    )


def fees_of(settled: Settlement) -> dict[str, int]:
    found: dict[str, int] = {}
    for fee in settled.deductions:
        found[fee.code] = found.get(fee.code, 0) + fee.amount.minor
    return found


def taxes_of(settled: Settlement) -> dict[str, int]:
    found: dict[str, int] = {}
    for share in (*settled.lines, *settled.shipping):
        for tax in share.taxes:
            found[tax.rate] = found.get(tax.rate, 0) + tax.amount.minor
    return found


def expect(settled: Settlement, want: Told) -> None:
    """Hold a settlement to all figures; what `want` does not name is nothing."""
    balanced(settled)
    assert settled.amount.minor == want["amount"]
    assert bool(settled.ask) == want.get("asks", False)
    assert fees_of(settled) == (want["fees"].all() if want.get("fees") else {})
    assert taxes_of(settled) == (want["taxes"].all() if want.get("taxes") else {})
    assert sum(one.gross.minor for one in settled.shipping) == want.get("shipping", 0)
    assert settled.waived.minor == want.get("waived", 0)
    assert settled.rounding.minor == 0
    tenders = [[one.tender_ref, one.amount.minor] for one in settled.tenders]
    assert tenders == want.get("tenders", tenders)
