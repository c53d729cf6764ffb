"""Orders that were paid, in part or in whole, with a coupon of ours: it was a means.

WooCommerce knows a coupon as a discount. Taken for one, what was bought with credit
would be worth nothing when it comes back. So its part of each line is put back on the
line, and stands as a tender of its own (decision 0017).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from adapters.woocommerce.reading import meta
from connector.errors import BadAmount
from connector.model import CREDITS, Tender, TenderKind
from connector.money import Money, total
from connector.saying import saying

if TYPE_CHECKING:
    from connector.model import RefundRequest

Json = Mapping[str, Any]

CODE = re.compile(r"[2-9A-HJKMNP-Z]{16}", re.IGNORECASE)  # as we make them
GATEWAY = "retour_credit"
PREFIX = "credit:"  # of a tender's ref; its code follows
META_BACK = "_retour_credit_back"  # on our refund: what the coupon is good for again
META_ELSE = "_retour_credit_else"  # what was paid with it, and went back otherwise


def maybe(data: Json) -> tuple[str, ...]:
    """Return the codes that an order used and that may be ours, in small letters."""
    codes = (str(one.get("code", "")) for one in data.get("coupon_lines") or ())
    return tuple(sorted({one.lower() for one in codes if CODE.fullmatch(one)}))


def taken(data: Json, codes: Collection[str], currency: str) -> Money:
    """Return what coupons took off an order, tax included."""
    return total(
        (
            _read(line.get(name), currency)
            for line in data.get("coupon_lines") or ()
            if str(line.get("code", "")).lower() in codes
            for name in ("discount", "discount_tax")
        ),
        currency,
    )


def undone(data: Json, ours: Collection[str], currency: str) -> Json:
    """Return an order whose lines are at what they cost before our coupons."""
    used = [
        one
        for one in data.get("coupon_lines") or ()
        if str(one.get("code", "")).lower() in ours
    ]
    lines = list(data.get("line_items") or ())
    if not used or not lines:
        return data
    nets = _spread(lines, used, "", "discount", currency)
    taxes = _spread(lines, used, "_tax", "discount_tax", currency)
    whole = [
        _line(line, net, tax) for line, net, tax in zip(lines, nets, taxes, strict=True)
    ]
    return {**data, "line_items": whole}


def _line(line: Json, net: Money, tax: Money) -> Json:
    """Put the part of our coupons back on a line; `taxes` only weigh its tax."""
    return {
        **line,
        "total": (_read(line.get("total"), net.currency) + net).decimal,
        "total_tax": (_read(line.get("total_tax"), tax.currency) + tax).decimal,
        "taxes": [
            {**one, "total": one.get("subtotal") or one.get("total")}
            for one in line.get("taxes") or ()
        ],
    }


def _spread(
    lines: Sequence[Json], used: Sequence[Json], kind: str, name: str, currency: str
) -> list[Money]:
    """Share what our coupons took over the lines, as discounts of any sort lie."""
    whole = total((_read(one.get(name), currency) for one in used), currency)
    full = [_read(one.get(f"subtotal{kind}"), currency).minor for one in lines]
    now = [_read(one.get(f"total{kind}"), currency).minor for one in lines]
    off = [max(0, a - b) for a, b in zip(full, now, strict=True)]
    for weights in (off, full, [1] * len(lines)):
        if sum(weights) > 0 and min(weights) >= 0:
            return whole.allocate(weights)
    return whole.allocate([1] * len(lines))


def tenders(
    data: Json,
    ours: Collection[str],
    refunds: Sequence[Json],
    currency: str,
    *,
    is_paid: bool,
) -> tuple[Tender, ...]:
    """Return what was paid with each coupon of ours, and what of it went back."""
    found = []
    for code in sorted(ours):
        amount = taken(data, {code}, currency)
        if not amount:
            continue
        gone = [
            back(one, code, currency, name)
            for one in refunds
            for name in (META_BACK, META_ELSE)
        ]
        found.append(
            Tender(
                ref=f"{PREFIX}{code}",
                gateway=GATEWAY,
                kind=TenderKind.STORE_CREDIT,
                captured=amount if is_paid else Money.zero(currency),
                refunded=total(gone, currency),
                can_refund=True,
            )
        )
    return tuple(found)


def is_credit(ref: str) -> bool:
    """Say whether a tender's ref names a coupon of ours."""
    return ref.startswith(PREFIX)


def given_back(request: RefundRequest) -> dict[str, Money]:
    """Return what each coupon is good for again once a request is made.

    Nothing, where a new credit is made of it, or a person pays it by other means.
    """
    is_paid_whole = not (request.by_gateway or request.by_hand)
    if request.way in CREDITS or is_paid_whole:
        return {}
    return _of_credit(request)


def _of_credit(request: RefundRequest) -> dict[str, Money]:
    return {
        one.tender_ref.removeprefix(PREFIX): one.amount
        for one in request.tenders
        if is_credit(one.tender_ref)
    }


def metas(request: RefundRequest) -> list[dict[str, str]]:
    """Return what the booking says of the coupons that its goods were paid with."""
    key = META_BACK if given_back(request) else META_ELSE
    parts = [f"{code}={one.decimal}" for code, one in _of_credit(request).items()]
    return [{"key": key, "value": " ".join(parts)}] if parts else []


def back(refund: Json, code: str, currency: str, name: str = META_BACK) -> Money:
    """Return what one of the shop's refunds says that went back to a coupon."""
    parts = (one.partition("=") for one in meta(refund, name).split())
    return total(
        (_read(amount, currency) for its, _, amount in parts if its == code.lower()),
        currency,
    )


def _read(value: object, currency: str) -> Money:
    try:
        return Money.read(str(value or "0"), currency)[0]
    except BadAmount:
        return Money.zero(currency)


def void(request: RefundRequest, code: str, amount: Money) -> str:
    """Say what to do about credit that cannot be good again."""
    if request.by_gateway:
        return saying(
            "%(amount)s of it was paid with the credit …%(code)s, which was deleted or"
            " has ended: withdraw this, and give it back another way",
            amount=amount,
            code=code[-4:],
        )
    return saying(
        "%(amount)s of it was paid with the credit …%(code)s, which was deleted or"
        " has ended: give that back another way too, then say here that all of it has"
        " left",
        amount=amount,
        code=code[-4:],
    )
