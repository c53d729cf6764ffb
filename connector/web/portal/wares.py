"""What a customer may have instead of a line: the shop's wares, and the difference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from flask import request

from connector.model import NewGoods, Ware
from connector.money import Money
from connector.steps import offers
from connector.web.face import face
from connector.web.portal.wishes import judge

if TYPE_CHECKING:
    from connector.model import Order
    from connector.steps.offers import Outcome
    from connector.store.filing import Wish
    from connector.web.portal.wishes import Asked

MOST_PRODUCTS = 5  # each is a question to the shop
MOST = 60  # articles on one page; searching finds the others
SEARCH_LENGTH = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Instead:
    """A ware that may be had for a line; `owed` is the customer's, `back` ours.

    `is_there`: the shop has enough of it now.
    """

    ware: Ware
    owed: Money
    back: Money
    is_there: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """What a page shows: some of `count` articles, found by `words`."""

    words: str
    wares: Sequence[Instead]
    count: int


def listed(shop: str, order: Order, one: Asked) -> Listed:
    """List what can be had instead of a line; raises PlatformError.

    The other variants of the same product first, then what else of the order's
    products is sold. What was bought is left out: the same again is no exchange.
    """
    words = request.form.get(f"search-{one.line.ref}", "").strip()[:SEARCH_LENGTH]
    found = [
        ware
        for ref in _products(order, one)
        for ware in face().shops[shop].wares(order.ref, ref)
        if ware.ref != one.line.variant_ref and _is_meant(ware, words)
    ]
    shown = [_instead(shop, order, one, ware) for ware in found[:MOST]]
    return Listed(words=words, wares=shown, count=len(found))


def alone(shop: str, order: Order, one: Asked, wish: Wish) -> list[Outcome]:
    """Say what one line would bring in a way, without what the whole return costs."""
    verdict = judge(shop, order, one, [wish])
    by_itself = replace(
        verdict,
        return_fee=None,
        refund_shipping=False,
        shipping_part="",
        surcharges="",
    )
    return offers.foresee(face().db, shop, order, [wish], by_itself)


def _products(order: Order, one: Asked) -> list[str]:
    refs = [one.line.product_ref, *(line.product_ref for line in order.lines)]
    return [ref for ref in dict.fromkeys(refs) if ref][:MOST_PRODUCTS]


def _is_meant(ware: Ware, words: str) -> bool:
    """Say whether every word that was searched for is in a ware's name or number."""
    text = f"{ware.title} {ware.sku}".casefold()
    return all(word in text for word in words.casefold().split())


def _instead(shop: str, order: Order, one: Asked, ware: Ware) -> Instead:
    """Reckon the difference by the function that pays, without fees of the whole."""
    count = one.wish.quantity
    goods = NewGoods(
        ref=ware.ref,
        title=ware.title,
        quantity=count,
        price=ware.cost(count),
        product_ref=ware.product_ref,
    )
    wish = replace(one.wish, goods=goods)
    zero = Money.zero(order.currency)
    owed, back = zero, zero
    for out in alone(shop, order, one, wish):
        if out.settled:
            owed, back = out.settled.owed, out.settled.amount
    return Instead(
        ware=ware,
        owed=owed,
        back=back,
        is_there=ware.available is None or ware.available >= count,
    )
