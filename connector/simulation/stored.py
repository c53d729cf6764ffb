"""How Shopify makes good beside money, in memory: its adapter's own judging.

Credit is given without a key; a gift card's code is taken once; new goods join their
order with the return that is processed for them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from adapters.shopify import judging, refunds
from connector.errors import OutcomeUnknown, PlatformError, Rejected
from connector.model import (
    Finding,
    Found,
    Moved,
    Prepared,
    Receipt,
    Resolution,
)
from connector.money import Money
from connector.simulation.books import Sold
from connector.simulation.due import share
from connector.simulation.goods import CURRENCY
from connector.simulation.rmas import Swap
from connector.simulation.wishes import GOODS

if TYPE_CHECKING:
    from connector.model import RefundRequest, Return, ReturnLine
    from connector.simulation.goods import Made
    from connector.simulation.rmas import Rma
    from connector.simulation.shopify import SimShopify

Json = Mapping[str, Any]
OTHER = frozenset({*GOODS, Resolution.GIFT_CARD, Resolution.COURTESY})


def is_other(request: RefundRequest) -> bool:
    """Say whether it is no refund of Shopify's, or one that a person has paid."""
    return request.way in OTHER or not request.by_gateway


def prepare(shop: SimShopify, request: RefundRequest) -> Prepared:
    """Read what the outcome will be judged by, as the adapter does."""
    if request.way is Resolution.COURTESY:
        return Prepared(preimage={"credits": [one.ref for one in _credits(shop)]})
    seen: dict[str, Any] = {}
    if request.way not in GOODS:
        found = find(shop, request, seen)
        if request.by_gateway and found.found is not Found.ABSENT:
            return Prepared(preimage=seen, already=found.receipt, ask=found.why)
        case = shop.shop_return(request.return_ref) if request.return_ref else None
        ask = refunds.lacking_units(request, case) if case else ""
        return Prepared(preimage=seen, ask=ask)
    return _prepare_goods(shop, request)


def _prepare_goods(shop: SimShopify, request: RefundRequest) -> Prepared:
    """See that the exchange lines are there; hold the figure of a replacement."""
    order = shop.order(request.order_ref)
    seen: dict[str, Any] = {"refunds": sorted(one.ref for one in order.refunds)}
    if not request.return_ref:
        return Prepared(preimage=seen, ask="new goods need a return of the shop")
    case = shop.shop_return(request.return_ref)
    swaps = shop.rmas[request.return_ref].wanted()
    picked = judging.pick(request, swaps)
    seen |= refunds.before(request, case)
    seen |= {"swaps": {one.ref: one.processed for one in swaps}, "picked": picked}
    seen["kept"] = {one.ref: one.standing for one in swaps}
    ask = refunds.lacking_units(request, case)
    if not ask and shop.books.goods.is_sold_out(request):
        return Prepared(preimage=seen, sold_out=True)
    if not ask and not picked:
        ask = "the return has no exchange line for these goods"
    if ask or request.way is not Resolution.REPLACEMENT:
        return Prepared(preimage=seen, ask=ask)
    lines = shop.rmas[request.return_ref].swaps
    cost = sum(lines[x].price * units for x, units in picked.items())
    ask, rounding = shop.compare(request, cost)
    return Prepared(preimage=seen, ask=ask, rounding=rounding)


def make(shop: SimShopify, request: RefundRequest, preimage: Json) -> Receipt:
    """Make it good, once, and read what that made."""
    if not request.by_gateway:
        return _by_hand(request)
    try:
        shop.send(lambda: shop.make(request, preimage))
    except Rejected:
        if request.way is not Resolution.GIFT_CARD:
            raise
    try:
        found = find(shop, request, preimage)
    except PlatformError as error:
        raise OutcomeUnknown(str(error)) from error
    if found.receipt is None:
        raise OutcomeUnknown(found.why)
    return found.receipt


def _by_hand(request: RefundRequest) -> Receipt:
    return Receipt(ref="", amount=request.amount, moved=Moved.YES)


def find(shop: SimShopify, request: RefundRequest, preimage: Json) -> Finding:
    """Judge as the adapter does."""
    if not request.by_gateway:
        return Finding(found=Found.DONE, receipt=_by_hand(request))
    if request.way is Resolution.GIFT_CARD:
        return judging.of_card(request, _cards(shop, request))
    if request.way is Resolution.COURTESY:
        return judging.of_credit(request, preimage, _credits(shop))
    order = shop.order(request.order_ref)
    case = shop.shop_return(request.return_ref)
    swaps = shop.rmas[request.return_ref].wanted()
    unpaid = [x for x in shop.books.goods.of_order(request.order_ref) if not x.is_paid]
    owed = sum(one.owed for one in unpaid)
    url = "https://shop.example/pay" if owed else ""
    bill = judging.Bill(owed=Money(owed, CURRENCY), pay_url=url)
    return judging.of_goods(request, preimage, order.refunds, case, swaps, bill)


def _cards(shop: SimShopify, request: RefundRequest) -> list[judging.Card]:
    shop.read()
    made = shop.books.goods.by_code(request.code)
    if made is None:
        return []
    worth = Money(made.credit, CURRENCY)
    return [judging.Card(ref=made.ref, amount=worth, left=worth)]


def _credits(shop: SimShopify) -> list[judging.Credit]:
    """List the credits that no order stands for; the account is one customer's."""
    shop.read()
    return [
        judging.Credit(
            ref=one.ref,
            amount=Money(one.credit, CURRENCY),
            event=judging.GIVEN,
            made_at=shop.now(),
            expires_at=one.expires_at,
        )
        for one in shop.books.goods.made
        if one.credit and one.is_gift
    ]


def wanted(shop: SimShopify, case: Return) -> dict[str, Swap]:
    """Write what a return of ours wants instead, each unit as a line of its own.

    A replacement is sold at what it replaces.
    """
    found = [one for line in case.lines for one in _swaps(shop, case, line)]
    return {shop.new_ref("X"): one for one in found}


def _swaps(shop: SimShopify, case: Return, line: ReturnLine) -> list[Swap]:
    shelves = shop.books.goods.shelves
    if line.resolution is Resolution.EXCHANGE and line.goods:
        price = shelves[line.goods.ref].price
        return [Swap(line.goods.ref, 1, price) for _ in range(line.asked)]
    if line.resolution is not Resolution.REPLACEMENT:
        return []
    bill = shop.books.bills[case.order_ref]
    sold = next(one for one in bill.lines if one.ref == line.line_ref)
    first = line.before + 1
    return [
        Swap(sold.ware, 1, min(shelves[sold.ware].price, _worth(sold, place)))
        for place in range(first, first + line.asked)
    ]


def _worth(sold: Sold, place: int) -> int:
    """Return what one unit is worth by its place, or Shopify's figure, a cent less."""
    ours = share(sold.gross, place, sold.quantity)
    ours -= share(sold.gross, place - 1, sold.quantity)
    each = share(sold.gross, 1, sold.quantity)
    is_last = place >= sold.quantity
    theirs = sold.gross - each * (sold.quantity - 1) if is_last else each
    return theirs if ours - theirs == 1 else ours


def send_new(
    shop: SimShopify, request: RefundRequest, rma: Rma, picked: Mapping[str, int]
) -> Made:
    """Let new goods join their order, as its new lines."""
    bill = shop.books.bills[request.order_ref]
    made = shop.books.goods.send(request, ",".join(picked), bill.ref, shop.chance)
    made.picked = dict(picked)
    back = {share.ref for share in request.lines}
    age = 1 + max(one.age for one in bill.lines if one.ref in back)
    new = [
        Sold(
            shop.new_ref("N"),
            units,
            rma.swaps[ref].price * units,
            0,
            rma.swaps[ref].ware,
            age,
            made.key,
            ref,
        )
        for ref, units in picked.items()
    ]
    if request.way is Resolution.REPLACEMENT:
        _value(request, new)
    bill.lines += new
    return made


def _value(request: RefundRequest, new: list[Sold]) -> None:
    """Let what is sent the same again be worth what it replaces, to the cent.

    Shopify's own price of it may be a cent off: all that was paid comes back at last.
    """
    for ware in {one.ware for one in new}:
        lines = [one for one in new if one.ware == ware]
        worth = sum(x.price.minor for x in request.goods if x.ref == ware)
        parts = Money(worth, CURRENCY).allocate([one.gross for one in lines])
        for one, part in zip(lines, parts, strict=True):
            one.worth = part.minor
