"""Judge what became of a way to make good, from what was read before and after.

Pure: no network and no clock. Whatever could be made twice by trying again is never
said to be absent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from connector.model import Finding, Found, Moved, Receipt
from connector.money import Money
from connector.saying import saying

if TYPE_CHECKING:
    from connector.model import RefundRequest, ShopRefund, ShopReturn

Json = Mapping[str, Any]
GIVEN = "ADJUSTMENT"  # the event of a credit that no order stands for
FOUND = {
    Moved.YES: Found.DONE,
    Moved.PENDING: Found.PENDING,
    Moved.NO: Found.FAILED,
    Moved.UNKNOWN: Found.PERSON,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """One credit on the customer's account, as the shop lists it."""

    ref: str
    amount: Money
    event: str
    made_at: datetime
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A gift card that the shop found under our code."""

    ref: str
    amount: Money
    left: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Swap:
    """A line of a return for what is wanted instead; units as the shop counts them.

    `standing` are those processed that the order still has: staff may edit it.
    """

    ref: str
    ware: str
    processed: int
    processable: int
    standing: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """What the customer owes on an order, and where he pays it.

    `received` is all that he ever paid on it; None where nobody read that.
    """

    owed: Money
    pay_url: str = ""
    received: Money | None = None


# Credit of its own: no key, no code and no note.


def _is_like(request: RefundRequest, one: Credit) -> bool:
    if one.event != GIVEN or one.amount != request.credit:
        return False
    if request.expires_at is None or one.expires_at is None:
        return request.expires_at is one.expires_at
    return abs((one.expires_at - request.expires_at).total_seconds()) < 1


def given(request: RefundRequest, one: Credit) -> Receipt:
    """Return what a credit on the account stands for."""
    return Receipt(ref="", amount=request.amount, moved=Moved.YES, made=one.ref)


def of_credit(
    request: RefundRequest, preimage: Json, seen: Sequence[Credit]
) -> Finding:
    """Find a credit that the pre-image of the account does not have.

    Exactly one that is like ours is ours; none proves nothing: the request may run
    late, and nothing would stop a second one.
    """
    before = set(preimage.get("credits") or ())
    new = [x for x in seen if x.ref not in before and _is_like(request, x)]
    if len(new) == 1:
        return Finding(found=Found.DONE, receipt=given(request, new[0]))
    why = saying("no such credit is on the account; a late run could still give it")
    if new:
        why = saying(
            "%(count)s credits like this one appeared; which of them is ours?",
            count=len(new),
        )
    return Finding(found=Found.PERSON, why=why)


def doubt_of_credit(
    request: RefundRequest, seen: Sequence[Credit], promised_at: datetime | None
) -> str:
    """Ask about a credit like ours that is younger than our promise of it.

    Where the books were put back from a backup, it may be this very one.
    """
    for one in seen:
        is_younger = promised_at is None or one.made_at >= promised_at
        if is_younger and _is_like(request, one):
            return saying(
                "a credit of %(amount)s was given to this customer at %(at)s: it may be"
                " this very one",
                amount=one.amount,
                at=one.made_at,
            )
    return ""


# Gift cards: their code is ours, and taken once.


def of_card(request: RefundRequest, found: Sequence[Card]) -> Finding:
    """Find the card of our code; without it, to ask again makes no second one."""
    if not found:
        return Finding(found=Found.ABSENT, is_repeatable=True)
    ours = [one for one in found if one.amount == request.credit]
    if len(ours) == len(found) == 1:
        made = Receipt(ref="", amount=request.amount, moved=Moved.YES, made=ours[0].ref)
        return Finding(found=Found.DONE, receipt=made)
    why = saying(
        "the code of this gift card is taken by another, or by one of another amount"
    )
    return Finding(found=Found.PERSON, why=why)


# New goods: one `returnProcess` for what comes back and for what is sent.


def pick(request: RefundRequest, swaps: Sequence[Swap]) -> dict[str, int]:
    """Choose the exchange lines to process; empty where they do not suffice."""
    left = {one.ref: one.processable for one in swaps}
    picked: dict[str, int] = {}
    for goods in request.goods:
        wanted = goods.quantity
        for one in swaps:
            taken = min(wanted, left[one.ref]) if one.ware == goods.ref else 0
            if taken:
                picked[one.ref] = picked.get(one.ref, 0) + taken
                left[one.ref] -= taken
                wanted -= taken
        if wanted:
            return {}
    return picked


def of_goods(
    request: RefundRequest,
    preimage: Json,
    refunds: Sequence[ShopRefund],
    case: ShopReturn,
    swaps: Sequence[Swap],
    bill: Bill,
) -> Finding:
    """Judge an exchange by the units that were processed since the pre-image.

    Money that went back must be there too, as one new refund of this return.
    """
    lines = {line.ref: line.processed for line in case.lines}
    sent = {one.ref: one.processed for one in swaps}
    wanted = dict(request.return_lines)
    picked: Mapping[str, int] = preimage.get("picked") or {}
    back = _since(lines, preimage.get("lines") or {}, first=True)
    out = _since(sent, preimage.get("swaps") or {})
    new = _new(request, preimage, refunds)
    if not back and not out and not new:
        if preimage.get("is_all"):
            return Finding(found=Found.ABSENT)  # Shopify refuses these units twice
        why = saying(
            "nothing changed at the shop, but a late run could still send these goods"
        )
        return Finding(found=Found.PERSON, why=why)
    is_there = _covers(back, wanted) and _covers(out, picked)
    off = _taken_off(preimage, picked, swaps) if is_there else None
    if off:
        return off
    is_paid = len(new) == 1 if request.amount else True
    if picked and is_there and is_paid:
        short = _short(request, preimage, bill)
        if short:
            return Finding(found=Found.PERSON, why=short)
        return _made(request, new, picked, bill)
    why = saying(
        "only a part of this exchange is there: look at the return in the shop"
    )
    is_gone = bool(picked) and not any(out.get(ref) for ref in picked)
    return Finding(found=Found.PERSON, why=why, is_over=is_gone)


def _taken_off(
    preimage: Json, picked: Mapping[str, int], swaps: Sequence[Swap]
) -> Finding | None:
    """Say that units of ours were taken off the order again, or could be.

    Whose they were cannot be said only of a line that several promises share: one of
    the shop's own, or of a return with too many units (decision 0026).
    """
    short = {one.ref for one in swaps if one.standing < one.processed}
    sent = {one.ref: one.processed for one in swaps}
    if any(ref in short and sent[ref] > units for ref, units in picked.items()):
        why = saying(
            "units of an exchange line that stands for more than one exchange were"
            " taken off the order in the shop: see there whose they were, and say what"
            " became of this one"
        )
        return Finding(found=Found.PERSON, why=why)
    kept = _since({one.ref: one.standing for one in swaps}, preimage.get("kept") or {})
    if _covers(kept, picked):
        return None
    why = saying(
        "new goods of this exchange were taken off the order in the shop: it is not"
        " paid, whatever the order owes; say what the customer gets instead"
    )
    is_gone = not any(kept.get(ref) for ref in picked)
    return Finding(found=Found.PERSON, why=why, is_over=is_gone)


def by_money(made: Receipt) -> Finding:
    """Judge by whether the money moved; a person sees to what moved in part."""
    found, why = FOUND[made.moved], ""
    if found is Found.PERSON:
        why = saying(
            "a part of the %(amount)s moved at Shopify, and another did not: see in the"
            " order's timeline there which failed, pay that by hand, then say here that"
            " it has left",
            amount=made.amount,
        )
    return Finding(found=found, receipt=made, why=why)


def _made(
    request: RefundRequest,
    new: Sequence[ShopRefund],
    picked: Mapping[str, int],
    bill: Bill,
) -> Finding:
    paid = new[0] if request.amount else None
    moved = paid.moved if paid else Moved.YES
    is_open = bool(request.owed) and bool(bill.owed)
    if is_open:
        moved = Moved.PENDING
    made = Receipt(
        ref=paid.ref if paid else "",
        amount=paid.amount if paid else request.amount,
        moved=moved,
        made=",".join(picked),
        pay_url=bill.pay_url if is_open else "",
    )
    return by_money(made)


def _short(request: RefundRequest, preimage: Json, bill: Bill) -> str:
    """Say that the order owes no more, though less was paid than the exchange costs.

    A minor unit a line is rounding: the shop asked for its own figure.
    """
    before = preimage.get("received")
    if not request.owed or bill.owed or bill.received is None or before is None:
        return ""
    paid = bill.received - Money(int(before), bill.received.currency)
    if paid.minor + len(request.return_lines) >= request.owed.minor:
        return ""
    return saying(
        "the shop asks nothing more of the customer, but he paid %(paid)s of the"
        " %(owed)s that this exchange costs on top: look at the order there",
        paid=paid,
        owed=request.owed,
    )


def _since(
    now: Mapping[str, int], before: Mapping[str, Any], *, first: bool = False
) -> dict[str, int]:
    """Return how many units more were processed of each line."""
    found = {}
    for ref, units in now.items():
        known = before.get(ref, 0)
        was = known[0] if first and isinstance(known, list) else known
        if units > int(was):
            found[ref] = units - int(was)
    return found


def _covers(done: Mapping[str, int], wanted: Mapping[str, int]) -> bool:
    return all(done.get(ref, 0) >= units for ref, units in wanted.items())


def _new(
    request: RefundRequest, preimage: Json, refunds: Sequence[ShopRefund]
) -> list[ShopRefund]:
    before = set(preimage.get("refunds") or ())
    return [
        one
        for one in refunds
        if one.ref not in before and one.return_ref == request.return_ref
    ]


def sums_up(request: RefundRequest) -> Money:
    """Return what Shopify should suggest: money back, or less than nothing owed."""
    zero = Money.zero(request.amount.currency)
    return request.amount - (request.owed or zero)
