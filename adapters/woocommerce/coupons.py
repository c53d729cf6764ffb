"""Store credit as a coupon of WooCommerce: what is asked, and what stands of it.

WooCommerce knows a coupon's amount and how often it was used, and no balance. Ours is
good for one order at a time; what that order did not take, the same code is opened for
again (decision 0017).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from adapters.woocommerce import rates, translate
from adapters.woocommerce.reading import meta
from connector.model import Finding, Found, Moved, Receipt, take_tax
from connector.money import Money, exponent, round_half_up, total
from connector.saying import saying

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connector.model import RefundRequest, TaxRate

Json = Mapping[str, Any]

META_KEY = "_retour_credit"  # our key
META_WORTH = "_retour_worth"  # what it was made for; `amount` is what is left
META_RATES = "_retour_rates"  # what the shop adds to prices that a coupon is taken off
KIND = "fixed_cart"
SHOWN = 2  # decimals of an amount, whatever the currency has; it is kept as it was told
EXISTS = "woocommerce_rest_coupon_code_already_exists"
# An order in one of these has given its coupon back, or never used it.
UNSPENT = frozenset({"cancelled", "failed", "trash", "checkout-draft"})


def added(order: Json) -> tuple[TaxRate, ...]:
    """Return the taxes that fall with a coupon for the customer of an order.

    None where prices hold their tax, or he pays none: the shop then takes off just
    what the coupon says. Raises Rejected where it is not known.
    """
    return () if order.get("prices_include_tax") else rates.highest(order)


def body(
    request: RefundRequest, email: str, taxes: Sequence[TaxRate] = ()
) -> dict[str, Any]:
    """Return the POST body; `email` is the only one that may use it.

    `taxes` are `added`: the coupon is then of what the credit buys without them.
    The date is said with its offset: WooCommerce reads a naive one as site-local, and
    passes over `date_expires_gmt`.
    """
    asked: dict[str, Any] = {
        "code": request.code,
        "discount_type": KIND,
        "amount": take_tax(request.credit, taxes).decimal,
        "description": f"{request.reason[:120]} [RT-{request.key}]",
        "email_restrictions": [email],
        "individual_use": False,
        "usage_limit": 1,
        "meta_data": [
            {"key": META_KEY, "value": request.key},
            {"key": META_WORTH, "value": request.credit.decimal},
            {"key": META_RATES, "value": rates.write(taxes)},
        ],
    }
    if request.expires_at is not None:
        moment = request.expires_at.astimezone(UTC)
        asked["date_expires"] = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    return asked


def find(request: RefundRequest, known: Sequence[Json], email: str) -> Finding:
    """Say whether the coupon of a request stands, among those with its code.

    A code is taken once only, so that one which is not there may be asked for again.
    """
    if not known:
        return Finding(found=Found.ABSENT, is_repeatable=True)
    wrong = _wrong(request, known[0], email)
    if wrong:
        why = saying(
            "a coupon with our code stands in the shop, but %(wrong)s", wrong=wrong
        )
        return Finding(found=Found.PERSON, why=why)
    receipt = Receipt(
        ref="", amount=request.amount, moved=Moved.YES, made=str(known[0]["id"])
    )
    return Finding(found=Found.DONE, receipt=receipt)


def _wrong(request: RefundRequest, coupon: Json, email: str) -> str:
    """Return what is not as it was asked, or nothing."""
    currency = request.amount.currency
    if meta(coupon, META_KEY) != request.key:
        return saying("is not ours")
    if _worth(coupon, currency) != request.credit:
        return saying(
            "is of %(worth)s and not of %(credit)s",
            worth=_worth(coupon, currency),
            credit=request.credit,
        )
    asked = take_tax(request.credit, _rates(coupon))
    stands = Money.read(str(coupon.get("amount")), currency)[0]
    if stands != _shown(asked) and not is_touched(coupon):
        return saying(
            "takes off %(stands)s and not %(asked)s", stands=stands, asked=asked
        )
    if coupon.get("discount_type") != KIND or coupon.get("status") != "publish":
        return saying("it is of another kind, or no longer published")
    bound = [str(one).lower() for one in coupon.get("email_restrictions") or ()]
    if bound != [email.lower()]:
        return saying("it is not bound to the customer's e-mail alone")
    is_good = _ends_in_time(request, coupon)
    return "" if is_good else saying("it ends at another time")


def _shown(amount: Money) -> Money:
    """Return an amount as the shop's API shows it: with two decimals, half up."""
    finer = 10 ** max(0, exponent(amount.currency) - SHOWN)
    return Money(round_half_up(amount.minor, finer) * finer, amount.currency)


def _ends_in_time(request: RefundRequest, coupon: Json) -> bool:
    """Say whether it is good for as long as was promised, to the second."""
    said = coupon.get("date_expires_gmt")
    if request.expires_at is None:
        return not said
    if not said:
        return False
    moment = datetime.fromisoformat(str(said)).replace(tzinfo=UTC)
    return abs((moment - request.expires_at).total_seconds()) < 1


def is_ours(coupon: Json) -> bool:
    """Say whether a coupon is credit of ours, not a discount of the shop's."""
    return bool(meta(coupon, META_KEY))


def has_ended(coupon: Json, now: datetime) -> bool:
    """Say whether a coupon is good no more, however much is left of it."""
    said = coupon.get("date_expires_gmt")
    return bool(said) and datetime.fromisoformat(str(said)).replace(tzinfo=UTC) <= now


def is_touched(coupon: Json) -> bool:
    """Say whether a coupon was used, or opened again: orders then say what is left."""
    return bool(coupon.get("usage_count")) or coupon.get("usage_limit") != 1


def spent(orders: Sequence[Json]) -> list[Json]:
    """Return the orders that keep what a coupon took off them."""
    return [one for one in orders if one.get("status") not in UNSPENT]


def left(
    coupon: Json, orders: Sequence[Json], currency: str, back: Money | None = None
) -> Money | None:
    """Return what is left of a coupon; None where no order shows how it was used.

    `back` is what goods that were bought with it gave back to it, as they came back.
    `orders` are the customer's since it was made; their coupon lines say what it took,
    tax included. One that was cancelled has given it back. Below zero is what they
    took above its worth, but for what rounding takes.
    """
    worth = _worth(coupon, currency)
    taken = [
        _taken(line, currency)
        for order in spent(orders)
        for line in order.get("coupon_lines") or ()
        if str(line.get("code", "")).lower() == str(coupon["code"]).lower()
    ]
    if coupon.get("usage_count") and not taken:
        return None
    rest = worth - total(taken, currency) + (back or Money.zero(currency))
    return Money.zero(currency) if -translate.CENTS <= rest.minor < 0 else rest


def _worth(coupon: Json, currency: str) -> Money:
    """Return what a coupon was made for, tax included."""
    return Money.read(meta(coupon, META_WORTH) or str(coupon["amount"]), currency)[0]


def _taken(line: Json, currency: str) -> Money:
    return total(
        (
            Money.read(str(line.get(name) or "0"), currency)[0]
            for name in ("discount", "discount_tax")
        ),
        currency,
    )


def opened(coupon: Json, rest: Money) -> dict[str, Any] | None:
    """Return what makes a coupon good for what is left; None where it is.

    Used up, it takes nothing off: WooCommerce gives a use back with an order that is
    cancelled. Absolute figures: putting them twice changes nothing.
    """
    amount = take_tax(rest, _rates(coupon)) if rest.minor > 0 else rest - rest
    uses = int(coupon.get("usage_count") or 0)
    limit = uses + 1 if amount else max(1, uses)  # a limit of 0 would be none
    stands = Money.read(str(coupon["amount"]), rest.currency)[0]
    # What it holds may be finer than what is shown.
    is_known = exponent(rest.currency) <= SHOWN or not is_touched(coupon)
    is_same = stands == _shown(amount) and coupon.get("usage_limit") == limit
    if is_known and is_same:
        return None
    return {"amount": amount.decimal, "usage_limit": limit}


def _rates(coupon: Json) -> tuple[TaxRate, ...]:
    return rates.read(meta(coupon, META_RATES))
