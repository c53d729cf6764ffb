"""New goods for old ones as an order of WooCommerce: what is asked, what stands.

The order is made unpaid, at its full price, under our key; then one change adds what
came back, as a fee below zero, and releases it. So a second one that was made by
chance is never sent (decision 0017).
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from adapters.woocommerce import fees, translate
from adapters.woocommerce.reading import meta
from connector.model import Finding, Found, Moved, Receipt, Resolution
from connector.money import Money, total
from connector.saying import saying

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connector.model import NewGoods, RefundRequest

Json = Mapping[str, Any]

META_OLD = "_retour_exchange_of"
META_RETURN = "_retour_return"
UNPAID = frozenset({"pending", "failed", "on-hold", "checkout-draft", "auto-draft"})
UNTOUCHED = frozenset({"pending", "checkout-draft", "auto-draft"})
OVER = frozenset({"cancelled", "trash"})
SENDING = "processing"
FIELDS = (
    "id,status,currency,total,line_items,fee_lines,meta_data,payment_url,date_paid_gmt,"
    "tax_lines,prices_include_tax,payment_method"
)
GOODS = frozenset({Resolution.EXCHANGE, Resolution.REPLACEMENT})


def body(request: RefundRequest, old: Json) -> dict[str, Any]:
    """Return the POST body of the new order, for the customer of the old one."""
    asked: dict[str, Any] = {
        "status": "pending",
        "currency": old["currency"],
        "customer_id": int(old.get("customer_id") or 0),
        "line_items": [_line(request, one, old) for one in request.goods],
        "meta_data": [
            {"key": translate.META_NEW, "value": request.key},
            {"key": META_OLD, "value": request.order_ref},
            {"key": META_RETURN, "value": request.return_number},
        ],
    }
    for name in ("billing", "shipping"):
        address = old.get(name)
        if isinstance(address, dict):  # an empty e-mail is refused
            asked[name] = {key: text for key, text in address.items() if text}
    return asked


def _line(request: RefundRequest, one: NewGoods, old: Json) -> dict[str, Any]:
    """Return a line; the shop prices it, but a replacement is worth what came back."""
    is_variant = bool(one.product_ref) and one.product_ref != one.ref
    line: dict[str, Any] = {
        "product_id": int(one.product_ref if is_variant else one.ref),
        "quantity": one.quantity,
    }
    if is_variant:
        line["variation_id"] = int(one.ref)
    if request.way is Resolution.REPLACEMENT:
        net = _net(request, one, old)
        line |= {"subtotal": net, "total": net}
    return line


def _net(request: RefundRequest, one: NewGoods, old: Json) -> str:
    """Return its price without tax, taxed as what it replaces was.

    Several articles may be taxed at several rates; where none of the lines was of this
    one, it is as all of them were.
    """
    same = {str(x["id"]) for x in old.get("line_items") or () if _ware(x) == one.ref}
    back = [x for x in request.lines if x.ref in same] or list(request.lines)
    paid = sum(one.gross.minor for one in back)
    net = sum((one.gross - one.tax).minor for one in back)
    share = Decimal(net) / Decimal(paid) if paid else Decimal(1)
    return f"{(Decimal(one.price.decimal) * share).quantize(fees.FINE):f}"


def _ware(line: Json) -> str:
    return str(line.get("variation_id") or line.get("product_id"))


def price(request: RefundRequest) -> Money:
    """Return what the new goods cost in all."""
    return total((one.price for one in request.goods), request.amount.currency)


def owed(request: RefundRequest) -> Money:
    """Return what the customer pays on top; zero where he does not."""
    return request.owed or Money.zero(request.amount.currency)


def change(request: RefundRequest, new: Json) -> dict[str, Any] | None:
    """Return what makes the new order whole and releases it; None where it is.

    The fee is net: WooCommerce takes VAT off as its lines have it, whatever the fee's
    tax status, and holds it to the net of the lines.
    """
    asked: dict[str, Any] = {}
    if not _has_fee(new):
        fee = _fee(request, new)
        if fee:
            asked["fee_lines"] = [fee]
    if not owed(request) and new.get("status") in UNPAID:
        asked["status"] = SENDING
    return asked or None


def _fee(request: RefundRequest, new: Json) -> dict[str, Any] | None:
    gross = listed(new, request.amount.currency)
    given = gross - owed(request)
    if not gross or given.minor <= 0:
        return None
    fee = fees.net_of(new, given, gross)
    return {
        "name": f"Value of returned goods {request.return_number}".strip(),
        "total": f"{-fee:f}",
        "meta_data": [{"key": translate.META_NEW, "value": request.key}],
    }


def listed(new: Json, currency: str) -> Money:
    """Return what the lines of an order cost, tax included."""
    return total(
        (
            Money.read(str(line.get(name) or "0"), currency)[0]
            for line in new.get("line_items") or ()
            for name in ("total", "total_tax")
        ),
        currency,
    )


def _has_fee(new: Json) -> bool:
    return any(translate.is_swap(one) for one in new.get("fee_lines") or ())


def ours(found: Sequence[Json], key: str) -> list[Json]:
    """Return the orders that were made under a key."""
    return [one for one in found if meta(one, translate.META_NEW) == key]


def kept(known: Sequence[Json]) -> list[Json]:
    """Return, of several orders under a key, the one that staff did not cancel.

    Two are made where a request that was lost is served late. Else all of them.
    """
    found = [one for one in known if str(one.get("status")) not in OVER]
    return found if len(found) == 1 else list(known)


def wrong(request: RefundRequest, new: Json) -> str:
    """Return what of a new order is not as it was promised, or nothing.

    The shop prices its goods itself, and rounds; a cent or two is not a question.
    """
    asked = sorted((one.ref, one.quantity) for one in request.goods)
    there = sorted((_ware(x), int(x["quantity"])) for x in new.get("line_items") or ())
    if asked != there:
        return saying("it is of other goods")
    currency = request.amount.currency
    if str(new.get("currency")) != currency:
        return saying("it is in %(currency)s", currency=str(new.get("currency")))
    found = listed(new, currency)
    if abs((found - price(request)).minor) > translate.CENTS:
        return saying(
            "its goods cost %(found)s, and %(price)s was promised",
            found=found,
            price=price(request),
        )
    return ""


def unsettled(request: RefundRequest, new: Json) -> str:
    """Return why what stands to be paid is not what is owed, or nothing."""
    due = Money.read(str(new.get("total")), request.amount.currency)[0]
    if abs((due - owed(request)).minor) > translate.CENTS:
        return saying(
            "it asks %(due)s, and %(owed)s is owed", due=due, owed=owed(request)
        )
    return ""


def is_early(request: RefundRequest, new: Json) -> bool:
    """Say whether an order is paid before it is whole, or about to be.

    Its customer sees it, at its full price, from the moment that it is made.
    """
    is_begun = str(new.get("status")) not in UNTOUCHED or new.get("payment_method")
    return bool(is_begun and (change(request, new) or {}).get("fee_lines"))


def find(request: RefundRequest, known: Sequence[Json], awaited: Finding) -> Finding:
    """Say how the new order of a request stands; `known` are those under its key.

    `awaited` is the answer where there is none: it may still be on its way.
    """
    if not known:
        return awaited
    if len(known) > 1:
        why = saying(
            "the shop holds several orders for one exchange: %(orders)s; keep one",
            orders=[str(one["id"]) for one in known],
        )
        is_over = all(str(one.get("status")) in OVER for one in known)
        return Finding(found=Found.PERSON, why=why, is_over=is_over)
    return _one(request, known[0])


def unbooked(
    request: RefundRequest, known: Sequence[Json], booking: Finding
) -> Finding:
    """Judge a promise without a booking: none was made yet, or staff deleted it.

    It comes first, so that a new order without one has lost it.
    """
    if not known:
        return booking
    why = saying(
        "the new order %(orders)s stands in the shop, and its booking is gone from"
        " order %(old)s: staff deleted that refund there",
        orders=[str(one["id"]) for one in known],
        old=request.order_ref,
    )
    return Finding(
        found=Found.PERSON,
        why=why,
        is_over=all(str(one.get("status")) in OVER for one in known),
        paid=_paid(request, known[0]) if len(known) == 1 else None,
    )


def _one(request: RefundRequest, new: Json) -> Finding:
    ref, status = str(new["id"]), str(new.get("status"))
    paid = _paid(request, new)
    if status in OVER:
        over = saying("the new order %(order)s was cancelled in the shop", order=ref)
        if paid:
            over = saying("%(what)s; %(paid)s was paid for it", what=over, paid=paid)
        return Finding(found=Found.PERSON, why=over, is_over=True, paid=paid)
    if is_early(request, new):
        early = saying(
            "its customer paid the new order %(order)s, or is about to, before the"
            " value of what came back was taken off it: cancel it in the shop, give"
            " back what he paid for it, then say here that this has not left, and let"
            " it be made again",
            order=ref,
        )
        return Finding(found=Found.PERSON, why=early, paid=paid)
    why = wrong(request, new)
    is_whole = change(request, new) is None
    why = why or (unsettled(request, new) if is_whole else "")
    if why:
        why = saying(
            "the new order %(order)s stands in the shop, but %(why)s; set it right"
            " there",
            order=ref,
            why=why,
        )
        return Finding(found=Found.PERSON, why=why, paid=paid)
    if not is_whole:
        # What is left to do has absolute figures; the fee is looked for first.
        return Finding(found=Found.ABSENT, is_repeatable=True)
    if status in UNPAID:
        return Finding(found=Found.PENDING, receipt=receipt(request, new))
    return Finding(found=Found.DONE, receipt=receipt(request, new))


def _paid(request: RefundRequest, new: Json) -> Money | None:
    """Return what its customer has paid for a new order; None for nothing."""
    if not new.get("date_paid_gmt") or str(new.get("status")) in UNPAID:
        return None
    return Money.read(str(new.get("total")), request.amount.currency)[0] or None


def receipt(request: RefundRequest, new: Json) -> Receipt:
    """Say what was made; until the customer has paid, it is pending."""
    is_open = str(new.get("status")) in UNPAID
    return Receipt(
        ref="",
        amount=request.amount,
        moved=Moved.PENDING if is_open else Moved.YES,
        made=str(new["id"]),
        pay_url=str(new.get("payment_url") or "") if is_open else "",
    )
