"""The fee of a new order: what came back, so fine that the shop asks just what is owed.

WooCommerce takes VAT off with a fee below zero: at each rate of the lines, in
proportion to their net, rounded by itself *(source)*. So the order's total may be a
minor unit off, and even below zero: no refund can be booked on it then, not even one of
nothing. A fee is kept as finely as it is told; a part of a minor unit sets that right,
but where no fee does: it is held to the net of the lines.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_DOWN, ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from connector.money import Money, exponent

if TYPE_CHECKING:
    from collections.abc import Sequence

Json = Mapping[str, Any]
FINE = Decimal("0.000001")  # WooCommerce keeps a fee as finely as it is told
STEPS = 50  # of a minor unit, to each side


def net_of(new: Json, given: Money, gross: Money) -> Decimal:
    """Return the net that a fee takes off an order whose lines cost `gross`.

    `given` is what came back, tax included. Where the order does not say its rates, it
    is the share of the lines' net, and rounding may take a minor unit.
    """
    lines: Sequence[Json] = new["line_items"]
    net = sum((Decimal(str(one["total"])) for one in lines), Decimal(0))
    part = Decimal(given.minor) / Decimal(gross.minor)
    plain = net if given == gross else (net * part).quantize(FINE)
    weights = _weights(new, net)
    if weights is None:
        return plain
    unit = Decimal(1).scaleb(-exponent(gross.currency))
    near = (plain + unit * step / STEPS for step in range(-STEPS, STEPS + 1))
    owed = Decimal((gross - given).decimal)
    half = ROUND_HALF_DOWN if new.get("prices_include_tax") else ROUND_HALF_UP

    def off(fee: Decimal) -> tuple[Decimal, Decimal]:
        taxes = ((fee * one).quantize(unit, rounding=half) for one in weights)
        asked = Decimal(gross.decimal) - fee - sum(taxes, Decimal(0))
        due = asked.quantize(unit, rounding=ROUND_HALF_UP)
        return abs(due - owed), abs(fee - plain)

    return min((fee for fee in near if 0 < fee <= net), key=off, default=plain)


def _weights(new: Json, net: Decimal) -> list[Decimal] | None:
    """Return the tax of each rate on one unit of a fee; None where it is not known."""
    rates = {str(one.get("rate_id")): one for one in new.get("tax_lines") or ()}
    found: dict[str, Decimal] = {}
    for line in new["line_items"]:
        for one in line.get("taxes") or ():
            ref = str(one.get("id"))
            rate = rates.get(ref, {})
            if rate.get("rate_percent") is None or rate.get("compound"):
                return None
            part = Decimal(str(line["total"])) / net if net else Decimal(0)
            percent = Decimal(str(rate["rate_percent"])) / 100
            found[ref] = found.get(ref, Decimal(0)) + part * percent
    return list(found.values())
