"""What tax a WooCommerce shop adds for the customer of an order, by tax class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from connector.errors import Rejected
from connector.model import TaxRate, add_tax
from connector.saying import saying

Json = Mapping[str, Any]


def of_class(order: Json, tax_class: object) -> tuple[TaxRate, ...]:
    """Return what the order's customer pays on goods of a class; none if exempt.

    Raises Rejected where the order does not say.
    """
    if not _is_taxed(order):
        return ()
    same = [x for x in _taxed(order) if x.get("tax_class") == tax_class]
    if not same:
        msg = saying("what tax its customer pays on this article is not known")
        raise Rejected(msg, tax_class=str(tax_class))
    return _of_line(order, same[0])


def highest(order: Json) -> tuple[TaxRate, ...]:
    """Return the most that its customer pays on any of its goods; none if exempt.

    Raises Rejected where the order does not say.
    """
    if not _is_taxed(order):
        return ()
    found = [_of_line(order, one) for one in _taxed(order)]
    if not found:
        msg = saying("what tax its customer pays is not known")
        raise Rejected(msg, order=str(order.get("id")))
    return max(found, key=_weight)


def write(rates: Sequence[TaxRate]) -> str:
    """Return rates as a text for an object's meta; `read` is its inverse."""
    return "+".join(f"{x.percent:f}{'c' if x.is_compound else ''}" for x in rates)


def read(text: str) -> tuple[TaxRate, ...]:
    """Return the rates that `write` has written; "" are none."""
    return tuple(
        TaxRate(percent=Decimal(one.removesuffix("c")), is_compound=one.endswith("c"))
        for one in text.split("+")
        if one
    )


def _weight(rates: Sequence[TaxRate]) -> int:
    return add_tax(Decimal(10**6), rates, "EUR").minor


def _is_taxed(order: Json) -> bool:
    """Say whether its customer pays tax; a coupon may have taken all that bears it."""
    taxes = [order.get("total_tax")]
    taxes += [x.get("subtotal_tax") for x in order.get("line_items") or ()]
    return any(Decimal(str(one or "0")) for one in taxes)


def _taxed(order: Json) -> list[Json]:
    return [x for x in order.get("line_items") or () if x.get("taxes")]


def _of_line(order: Json, line: Json) -> tuple[TaxRate, ...]:
    ids = {str(x.get("id")) for x in line["taxes"] if x.get("total")}
    known = [x for x in order.get("tax_lines") or () if str(x.get("rate_id")) in ids]
    if len(known) < len(ids) or any(x.get("rate_percent") is None for x in known):
        msg = saying("at what rate its customer pays tax is not known")
        raise Rejected(msg, order=str(order.get("id")))
    return tuple(
        TaxRate(
            percent=Decimal(str(one["rate_percent"])),
            is_compound=one.get("compound") is True,
        )
        for one in known
    )
