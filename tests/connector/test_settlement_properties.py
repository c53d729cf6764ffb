"""What holds of any order, any sequence of returns and any mix of fees."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from connector.model import (
    Charge,
    Line,
    Moved,
    Order,
    RefundedLine,
    ShopRefund,
    Tender,
    TenderKind,
)
from connector.money import Money
from connector.settlement import (
    BASIS_POINTS,
    Extras,
    Own,
    Settlement,
    Units,
    as_paid,
    settle,
)
from tests.connector.settling import (
    balanced,
    charge_in,
    line_in,
    order_in,
    paid,
    tender_in,
)

CURRENCIES = ("JPY", "EUR", "KWD")  # 0, 2 and 3 decimals
RATES = ("20", "5.5", "state", "city")


class Fees(NamedTuple):
    """The fees of one line, in basis points; the same for all of its units."""

    restocking: int
    loss: int


class Shop(NamedTuple):
    order: Order
    fees: dict[str, Fees]


@st.composite
def taxes(draw: st.DrawFn, gross: int) -> dict[str, int]:
    """Draw the tax of some rates; together never above the gross."""
    found: dict[str, int] = {}
    for rate in draw(st.lists(st.sampled_from(RATES), max_size=3, unique=True)):
        found[rate] = draw(st.integers(0, (gross - sum(found.values())) // 2))
    return found


@st.composite
def lines(draw: st.DrawFn, currency: str) -> list[Line]:
    """Draw lines: dear, of a few cents, or free; a shop may list a tax of nothing."""
    prices = st.one_of(st.integers(0, 12), st.integers(0, 5_000_000))
    found = []
    for i in range(draw(st.integers(1, 4))):
        gross = draw(prices)
        quantity = draw(st.integers(1, 7))
        found.append(line_in(currency, f"l{i}", gross, quantity, draw(taxes(gross))))
    return found


@st.composite
def tenders(draw: st.DrawFn, currency: str, price: int) -> list[Tender]:
    """Draw up to three tenders that hold the price together."""
    cuts = sorted(draw(st.lists(st.integers(0, price), max_size=2)))
    edges = [0, *cuts, price]
    kinds = st.sampled_from(list(TenderKind))
    return [
        tender_in(currency, f"t{i}", edges[i + 1] - edges[i], draw(kinds))
        for i in range(len(edges) - 1)
    ]


@st.composite
def shops(draw: st.DrawFn, *, with_fees: bool) -> Shop:
    currency = draw(st.sampled_from(CURRENCIES))
    sold = draw(lines(currency))
    goods = sum(line.gross.minor for line in sold)
    off = draw(st.one_of(st.just(0), st.integers(0, goods)))
    way = draw(st.integers(0, 2_000))
    shipping: list[Charge] = []
    if way:
        shipping.append(charge_in(currency, "way", way, draw(taxes(way))))
    extra = draw(st.one_of(st.just(0), st.integers(1, 900)))
    price = goods - off + way + extra
    order = order_in(
        currency,
        sold,
        fees=[
            *([charge_in(currency, "off", -off)] if off else []),
            *([charge_in(currency, "extra", extra, draw(taxes(extra)))] * bool(extra)),
        ],
        shipping=shipping,
        tenders=draw(tenders(currency, price)),
    )
    share = st.integers(0, BASIS_POINTS) if with_fees else st.just(0)
    fees = {line.ref: Fees(draw(share), draw(share)) for line in sold}
    return Shop(order, fees)


def steps_of(shop: Shop, draw: st.DrawFn) -> list[list[Units]]:
    """Draw all units of an order, in any order, in returns of any size."""
    singles = [
        Units(
            line_ref=line.ref,
            quantity=1,
            restocking_bp=shop.fees[line.ref].restocking,
            deduction_bp=shop.fees[line.ref].loss,
        )
        for line in shop.order.lines
        for _ in range(line.quantity)
    ]
    left = draw(st.permutations(singles))
    steps = []
    while left:
        size = draw(st.integers(1, len(left)))
        steps.append(list(left[:size]))
        left = left[size:]
    return steps


@st.composite
def returns(
    draw: st.DrawFn, *, with_fees: bool = True
) -> tuple[Shop, list[list[Units]]]:
    shop = draw(shops(with_fees=with_fees))
    return shop, steps_of(shop, draw)


@st.composite
def two_ways(draw: st.DrawFn) -> tuple[Shop, list[list[Units]], list[list[Units]]]:
    shop = draw(shops(with_fees=True))
    return shop, steps_of(shop, draw), steps_of(shop, draw)


def play(shop: Shop, steps: list[list[Units]], extras: Extras) -> list[Settlement]:
    """Settle return after return; each stands before the next."""
    own: list[Own] = []
    results = []
    for number, units in enumerate(steps):
        result = settle(shop.order, units, extras, own)
        balanced(result)
        results.append(result)
        own.append(paid(shop.order, number, result))
    return results


WITH_SHIPPING = Extras(shipping=True, surcharges="pro_rata")


@given(returns(with_fees=False))
def test_all_units_back_without_fees_give_back_all_on_every_tender(
    case: tuple[Shop, list[list[Units]]],
) -> None:
    shop, steps = case
    results = play(shop, steps, WITH_SHIPPING)
    assert not any(result.ask for result in results)
    assert not any(result.rounding for result in results)
    for tender in shop.order.tenders:
        back = [
            share.amount.minor
            for result in results
            for share in result.tenders
            if share.tender_ref == tender.ref
        ]
        assert sum(back) == tender.captured.minor


@given(returns())
def test_each_line_and_each_of_its_rates_sums_to_what_was_paid(
    case: tuple[Shop, list[list[Units]]],
) -> None:
    shop, steps = case
    results = play(shop, steps, WITH_SHIPPING)
    parts: tuple[Line | Charge, ...] = (
        *as_paid(shop.order),
        *shop.order.shipping,
        *(one for one in shop.order.fees if one.gross.minor > 0),
    )
    for part in parts:
        shares = [
            share
            for result in results
            for share in (*result.lines, *result.shipping)
            if share.ref == part.ref
        ]
        assert sum(share.gross.minor for share in shares) == part.gross.minor
        if part.tax > part.gross:
            continue  # a discount without tax took more than the net
        for tax in part.taxes:
            back = [
                one.amount.minor
                for share in shares
                for one in share.taxes
                if one.rate == tax.rate
            ]
            assert sum(back) == tax.amount.minor


@given(returns(), st.integers(0, 3_000))
def test_never_more_than_was_captured_however_often_it_is_asked(
    case: tuple[Shop, list[list[Units]]], by_the_way: int
) -> None:
    shop, steps = case
    fee = Money(by_the_way, shop.order.currency)
    extras = replace(WITH_SHIPPING, return_fee=fee)
    results = play(shop, [*steps, *steps], extras)
    back: dict[str, int] = {}
    for result in results:
        for share in result.tenders:
            back[share.tender_ref] = back.get(share.tender_ref, 0) + share.amount.minor
    for tender in shop.order.tenders:
        assert back.get(tender.ref, 0) <= tender.captured.minor
    again = results[len(steps) :]
    assert all(result.ask and not result.amount for result in again)


@given(returns(), st.data())
def test_never_more_than_is_left_after_refunds_by_hand(
    case: tuple[Shop, list[list[Units]]], data: st.DataObject
) -> None:
    shop, steps = case
    captured = shop.order.captured
    by_hand = data.draw(st.integers(0, captured.minor))
    refund = ShopRefund(
        ref="hand", amount=Money(by_hand, captured.currency), moved=Moved.YES
    )
    rest, held = by_hand, []
    for tender in shop.order.tenders:
        taken = data.draw(st.integers(0, min(rest, tender.captured.minor)))
        held.append(replace(tender, refunded=Money(taken, captured.currency)))
        rest -= taken  # what is left over went back on no tender: in cash
    order = replace(shop.order, refunds=(refund,), tenders=tuple(held))
    results = play(Shop(order, shop.fees), steps, WITH_SHIPPING)
    assert sum(one.amount.minor for one in results) <= captured.minor - by_hand


@given(returns(), st.data())
def test_a_refund_counts_the_same_on_its_way_and_at_the_shop(
    case: tuple[Shop, list[list[Units]]], data: st.DataObject
) -> None:
    shop, steps = case
    *earlier, last = steps
    on_its_way = [
        paid(shop.order, number, result)
        for number, result in enumerate(play(shop, earlier, WITH_SHIPPING))
    ]
    shown, own = shop.order, []
    for one in on_its_way:
        if data.draw(st.booleans()):
            shown = at_the_shop(shown, one)
            own.append(replace(one, ref=f"ref{one.request.key}"))
        else:
            own.append(one)
    expected = settle(shop.order, last, WITH_SHIPPING, on_its_way)
    assert settle(shown, last, WITH_SHIPPING, own) == expected


def at_the_shop(order: Order, one: Own) -> Order:
    """Let the shop list a refund of ours, on its tenders and charges too."""
    back = {share.tender_ref: share.amount for share in one.request.tenders}
    ways = {share.ref: share.gross for share in one.request.shipping}
    none = Money.zero(order.currency)
    refund = ShopRefund(
        ref=f"ref{one.request.key}",
        amount=one.request.amount,
        moved=Moved.YES,
        key=one.request.key,
        lines=tuple(
            RefundedLine(line_ref=x.ref, quantity=x.quantity, gross=x.gross)
            for x in (*one.request.lines, *one.request.shipping)
        ),
    )
    return replace(
        order,
        refunds=(*order.refunds, refund),
        tenders=tuple(
            replace(x, refunded=x.refunded + back.get(x.ref, none))
            for x in order.tenders
        ),
        shipping=tuple(
            replace(x, refunded=(x.refunded or none) + ways.get(x.ref, none))
            for x in order.shipping
        ),
        fees=tuple(
            replace(x, refunded=(x.refunded or none) + ways.get(x.ref, none))
            for x in order.fees
        ),
    )


@given(returns(), st.data())
def test_more_units_never_give_less(
    case: tuple[Shop, list[list[Units]]], data: st.DataObject
) -> None:
    shop, steps = case
    units = [one for step in steps for one in step]
    before = data.draw(st.integers(0, len(units)))
    some = data.draw(st.integers(before, len(units)))
    own = [
        paid(shop.order, number, result)
        for number, result in enumerate(play(shop, [units[:before]], Extras()))
    ]
    fee = shop.order.total.share(1, 10)
    extras = Extras(return_fee=fee)
    amounts = [
        settle(shop.order, units[before:upto], extras, own).amount.minor
        for upto in (some, len(units))
    ]
    assert amounts == sorted(amounts)


@given(two_ways())
def test_how_a_return_is_split_does_not_matter_to_the_total(
    case: tuple[Shop, list[list[Units]], list[list[Units]]],
) -> None:
    shop, one_way, another = case
    totals = [
        sum(result.amount.minor for result in play(shop, steps, WITH_SHIPPING))
        for steps in (one_way, another)
    ]
    assert totals[0] == totals[1]


@given(returns())
def test_fees_are_their_share_of_the_line_however_it_comes_back(
    case: tuple[Shop, list[list[Units]]],
) -> None:
    shop, steps = case
    results = play(shop, steps, Extras())
    for ref, fees in shop.fees.items():
        taken = sum(
            fee.amount.minor
            for result in results
            for fee in result.deductions
            if fee.line_ref == ref
        )
        goods = sum(
            share.gross.minor
            for result in results
            for share in result.lines
            if share.ref == ref
        )
        share = min(BASIS_POINTS, fees.restocking + fees.loss)
        assert abs(taken * BASIS_POINTS - goods * share) * 2 <= BASIS_POINTS


@given(returns(), st.integers(0, 3_000))
def test_the_preview_is_what_is_paid(
    case: tuple[Shop, list[list[Units]]], minor: int
) -> None:
    shop, steps = case
    fee = Money(minor, shop.order.currency)
    extras = replace(WITH_SHIPPING, return_fee=fee)
    own: list[Own] = []
    for number, units in enumerate(steps):
        shown = settle(shop.order, units, extras, list(own))
        due = settle(shop.order, units, extras, list(own))
        balanced(shown)
        assert shown == due
        own.append(paid(shop.order, number, due))
