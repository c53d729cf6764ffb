"""Shopify's own figure for a return, held against ours before any money is sent.

It must be ours plus the named deductions that Shopify does not know. One minor
unit a line is rounding, and booked; the rest goes to a person, who sees both
figures and the lines that differ, side by side.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from adapters.shopify.translate import whole
from connector.errors import OutcomeUnknown, PlatformError
from connector.money import Money, total
from connector.saying import N_, joined, saying

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from adapters.shopify.calls import Calls
    from connector.model import Order, RefundRequest, ShopReturn

Json = Mapping[str, Any]

RESTOCKING, RETURN_SHIPPING = "restocking", "return_shipping"
EXCHANGE = "exchange"  # what new goods cost: Shopify takes it off too
FEES: Mapping[str, str] = {
    RESTOCKING: N_("%(amount)s (restocking)"),
    RETURN_SHIPPING: N_("%(amount)s (return shipping)"),
    EXCHANGE: N_("%(amount)s (exchange)"),
    "inspection": N_("%(amount)s (inspection)"),
    "rounding": N_("%(amount)s (rounding)"),
}
EDIT = saying(
    "The shop would ask the customer for its own figure: put the same fees on the"
    " return there and try again, or decide on another way."
)
MOST = 250
MOST_SHOWN = 20  # lines that are asked about one by one; a person needs no more


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """What Shopify makes of some units of a return, tax included."""

    amount: Money  # to the customer; negative where Shopify would send an invoice
    gross: Money  # lines and shipping before any fee
    left: Money  # the most that it would still refund on this order
    fees: Mapping[str, Money]  # what it keeps by itself, by our names

    @property
    def keeps(self) -> Money:
        """What Shopify keeps: its own figure where that is what its fees say.

        A fee of part of a line is told for the whole line only, so that ours is
        good to a minor unit a fee. What else it holds back is no fee.
        """
        stated = total(self.fees.values(), self.amount.currency)
        held = self.gross - self.amount
        is_fee = abs(held.minor - stated.minor) <= len(self.fees)
        return held if self.fees and is_fee else stated


def compare(
    calls: Calls,
    request: RefundRequest,
    order: Order,
    case: ShopReturn,
    picked: Mapping[str, int] | None = None,
) -> tuple[str, Money | None]:
    """Return the question for a person, or nothing and what was rounding.

    `picked` are units of exchange lines, which Shopify nets as we do.
    """
    swaps = picked or {}
    theirs = _ask(calls, request, request.return_lines, shipping(request), swaps)
    off, is_same = gap(request, theirs)
    if is_same:
        return "", off or None
    sides = _sides(calls, request, order, case)
    return joined(" ", [_figures(request, theirs, off), sides]), None


def gap(request: RefundRequest, theirs: Suggestion) -> tuple[Money, bool]:
    """Return by how much a suggestion is off ours, and whether that is rounding."""
    off = theirs.amount - _expected(request, theirs)
    is_owed = theirs.amount.minor < 0 and not request.owed
    return off, not is_owed and abs(off.minor) <= len(request.return_lines)


def shipping(request: RefundRequest) -> Json | None:
    """Return the wish for the shipping that goes back, as Shopify takes it."""
    if not request.shipping:
        return None
    gross = total((share.gross for share in request.shipping), request.amount.currency)
    return {"shippingRefundAmount": money_input(gross)}


def money_input(amount: Money) -> Json:
    """Write an amount as a MoneyInput."""
    return {"amount": amount.decimal, "currencyCode": amount.currency}


def _expected(request: RefundRequest, theirs: Suggestion) -> Money:
    """Return ours plus what Shopify does not know that we keep.

    A fee of its own that exceeds ours of the same name explains nothing. Nothing is
    kept of what the customer owes: Shopify asks him for its own figure.
    """
    if request.owed:
        return -request.owed
    ours = Counter[str]()
    for one in request.deductions:
        if one.code != EXCHANGE:
            ours[one.code] += one.amount.minor
    beyond = sum(max(0, fee.minor - ours[code]) for code, fee in theirs.fees.items())
    kept = Money(ours.total() + beyond, request.amount.currency)
    return request.amount + kept - theirs.keeps


def _figures(request: RefundRequest, theirs: Suggestion, off: Money) -> str:
    """Say both figures, what each keeps, and how far they are apart."""
    kept = {one.code: Money.zero(off.currency) for one in request.deductions}
    for one in request.deductions:
        kept[one.code] += one.amount
    gives = saying("Shopify would give back %(amount)s", amount=theirs.amount)
    if theirs.amount.minor < 0:
        gives = saying(
            "Shopify says that the customer owes %(amount)s", amount=-theirs.amount
        )
    elif theirs.amount == theirs.left:
        gives = saying(
            "Shopify would give back %(amount)s (all that it has left to refund on this"
            " order)",
            amount=theirs.amount,
        )
    ours = saying("Retour %(amount)s", amount=request.amount)
    if request.owed:
        ours = saying(
            "Retour says that the customer owes %(amount)s", amount=request.owed
        )
    said = saying(
        "%(theirs)s after keeping %(they_keep)s; %(ours)s after keeping %(we_keep)s."
        " %(off)s cannot be explained.",
        theirs=gives,
        they_keep=_named(theirs.fees),
        ours=ours,
        we_keep=_named(kept),
        off=Money(abs(off.minor), off.currency),
    )
    return joined(" ", [said, EDIT]) if request.owed else said


def _named(kept: Mapping[str, Money]) -> str:
    parts = [
        saying(FEES.get(code, "%(amount)s (" + code.replace("_", " ") + ")"), amount=it)
        for code, it in kept.items()
    ]
    return _and(parts) if parts else saying("nothing")


def _and(parts: Sequence[str]) -> str:
    said = parts[0]
    for one in parts[1:]:
        said = saying("%(one)s and %(other)s", one=said, other=one)
    return said


def _sides(calls: Calls, request: RefundRequest, order: Order, case: ShopReturn) -> str:
    """Put Shopify's figure of each line beside ours, where they differ."""
    sold = {line.ref: line.line_ref for line in case.lines}
    refs = list(dict.fromkeys(share.ref for share in request.lines))
    shown: list[str] = []
    for ref in refs[:MOST_SHOWN]:
        units = [one for one in request.return_lines if sold.get(one[0]) == ref]
        line = order.line(ref)
        name = f"{line.title if line else ref} x{sum(count for _, count in units)}"
        try:
            side = _side(request, ref, _ask(calls, request, units, None), len(units))
        except PlatformError:
            side = saying("Shopify would not say")
        if side:
            shown.append(saying("%(name)s: %(side)s", name=name, side=side))
    if len(refs) > MOST_SHOWN:
        more = len(refs) - MOST_SHOWN
        shown.append(saying("%(count)s more lines were not compared", count=more))
    if not shown:
        return saying(
            "No line differs: look for other refunds, or for money still owed."
        )
    return saying("Lines that differ: %(lines)s.", lines=joined("; ", shown))


def _side(request: RefundRequest, ref: str, theirs: Suggestion, rounding: int) -> str:
    """Show one line of both sides; nothing where only rounding is between them."""
    zero = Money.zero(request.amount.currency)
    gross = total((x.gross for x in request.lines if x.ref == ref), zero.currency)
    fees = (x for x in request.deductions if (x.code, x.line_ref) == (RESTOCKING, ref))
    kept = total((one.amount for one in fees), zero.currency)
    fee = theirs.fees.get(RESTOCKING, zero)
    is_same = abs(theirs.gross.minor - gross.minor) <= rounding
    if is_same and fee.minor - kept.minor <= rounding:
        return ""
    return saying(
        "Shopify %(theirs)s, Retour %(ours)s",
        theirs=_less(theirs.gross, fee),
        ours=_less(gross, kept),
    )


def _less(gross: Money, fee: Money) -> str | Money:
    if not fee:
        return gross
    return saying("%(gross)s less a fee of %(fee)s", gross=gross, fee=fee)


def _ask(
    calls: Calls,
    request: RefundRequest,
    lines: Sequence[tuple[str, int]],
    wish: Json | None,
    swaps: Mapping[str, int] | None = None,
) -> Suggestion:
    """Ask what Shopify would do for these units, and what it would keep."""
    asked: dict[str, Any] = {
        "id": request.return_ref,
        "lines": [{"id": ref, "quantity": units} for ref, units in lines],
        "swaps": [{"id": ref, "quantity": n} for ref, n in (swaps or {}).items()],
        "shipping": wish,
    }
    found = calls.ask("suggested_outcome", asked).get("return") or {}
    outcome = found.get("suggestedFinancialOutcome")
    if not isinstance(outcome, dict):
        msg = saying("Shopify suggests nothing for this return")
        raise OutcomeUnknown(msg)
    zero = Money.zero(request.amount.currency)
    transfer = outcome.get("financialTransfer") or {}
    amount = _bag(transfer.get("amount"), zero)
    is_owed = transfer.get("__typename") == "InvoiceReturnOutcome"
    return Suggestion(
        amount=-amount if is_owed else amount,
        gross=_gross(outcome, zero, included=bool(found["order"]["taxesIncluded"])),
        left=_bag(outcome.get("maximumRefundable"), zero),
        fees=_fees(found, dict(lines), zero),
    )


def _gross(outcome: Json, zero: Money, *, included: bool) -> Money:
    """Add up what the units were paid; tax comes on top where prices lack it."""
    freight = outcome.get("shipping") or {}
    bags = [outcome.get("discountedSubtotal"), freight.get("amountSet")]
    if not included:
        bags += [outcome.get("totalTax"), freight.get("taxSet")]
    return total((_bag(bag, zero) for bag in bags), zero.currency)


def _fees(found: Json, lines: Mapping[str, int], zero: Money) -> dict[str, Money]:
    """Name the fees that Shopify takes for these units.

    The fee for the way back is taken once, with the first units processed.
    """
    rows = whole(found["returnLineItems"], MOST, "return lines")
    restocking = [
        _bag(row["restockingFee"]["amountSet"], zero).share(
            lines[row["id"]], int(row["quantity"])
        )
        for row in rows
        if row["id"] in lines and row.get("restockingFee")
    ]
    way = [_bag(one["amountSet"], zero) for one in found["returnShippingFees"]]
    if any(int(row["processedQuantity"]) for row in rows):
        way = []
    named: Iterable[tuple[str, list[Money]]] = (
        (RESTOCKING, restocking),
        (RETURN_SHIPPING, way),
    )
    return {code: total(fees, zero.currency) for code, fees in named if fees}


def _bag(bag: Json | None, zero: Money) -> Money:
    shown = (bag or {}).get("presentmentMoney") or {}
    return Money.read(str(shown.get("amount", "0")), zero.currency)[0]
