"""New goods for old: what holds of any order, any returns and any price (R10, I8)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.model import NewGoods, TaxPart, TaxRate, TenderShare, Ware, add_tax
from connector.money import Money, total
from connector.settlement import (
    Extras,
    Own,
    Settlement,
    Units,
    difference,
    goods_out,
    look_back,
    settle,
)
from tests.connector.settling import paid
from tests.connector.shapes import a_line, an_order, eur
from tests.connector.test_settlement_properties import Shop, returns

PRICES = st.one_of(st.integers(0, 12), st.integers(0, 6_000_000))


def swapped(result: Settlement) -> Money:
    """Add up what new goods took of what came back."""
    found = (x.amount for x in result.deductions if x.code == "exchange")
    return total(found, result.amount.currency)


@given(returns(), st.data())
def test_new_goods_take_from_what_is_due_and_no_more(
    case: tuple[Shop, list[list[Units]]], data: st.DataObject
) -> None:
    shop, steps = case
    own: list[Own] = []
    for number, units in enumerate(steps):
        price = Money(data.draw(PRICES), shop.order.currency)
        plain = settle(shop.order, units, Extras(), own)
        result = settle(shop.order, units, Extras(new_goods=price), own)
        assert result.amount + swapped(result) == plain.amount
        assert swapped(result) + result.owed == price
        assert not (result.amount and result.owed)
        owed = difference(plain.amount, price)
        assert result.owed == max(Money.zero(price.currency), owed)
        back = total((x.amount for x in result.tenders), price.currency)
        assert back == result.amount
        assert result.ask == plain.ask
        own.append(paid(shop.order, number, result))


@given(returns())
def test_a_replacement_neither_pays_nor_costs_anything(
    case: tuple[Shop, list[list[Units]]],
) -> None:
    shop, steps = case
    own: list[Own] = []
    for number, units in enumerate(steps):
        plain = settle(shop.order, units, Extras(), own)
        result = settle(shop.order, units, Extras(even=True), own)
        assert not result.amount
        assert not result.owed
        assert not result.tenders
        assert swapped(result) == plain.amount
        own.append(paid(shop.order, number, result))


@pytest.mark.parametrize(
    ("price", "amount", "owed"), [(6000, 0, 1500), (3000, 1500, 0), (4500, 0, 0)]
)
def test_the_worked_example_h20(price: int, amount: int, owed: int) -> None:
    order = an_order(a_line("a", 4500))
    extras = Extras(new_goods=eur(price))
    result = settle(order, [Units(line_ref="a", quantity=1)], extras)
    assert (result.amount, result.owed) == (eur(amount), eur(owed))


def test_new_goods_in_another_currency_are_for_a_person() -> None:
    order = an_order(a_line("a", 4500))
    extras = Extras(new_goods=Money(100, "USD"))
    result = settle(order, [Units(line_ref="a", quantity=1)], extras)
    assert result.ask == ("the new goods cost 1.00 USD, not in EUR",)


def test_an_order_that_new_goods_joined_is_settled_without_a_question() -> None:
    """Shopify leaves the old line on the order and adds the new one beside it."""
    order = an_order(a_line("a", 4500))
    first = settle(
        order, [Units(line_ref="a", quantity=1)], Extras(new_goods=eur(4500))
    )
    order = replace(order, lines=(*order.lines, a_line("b", 4500)))
    own = [paid(order, 1, first)]
    second = settle(order, [Units(line_ref="b", quantity=1)], Extras(), own)
    assert second.ask == ()
    assert second.amount == eur(4500)


def test_the_same_ware_sent_for_part_of_its_line_comes_back_at_its_price() -> None:
    """What came back for it is no reason to hold a cent of it back."""
    order = an_order(replace(a_line("a", 22985, 4), variant_ref="m"))
    two = [Units(line_ref="a", quantity=2)]
    first = settle(order, two, Extras(new_goods=eur(30000)))
    swap = paid(order, 0, first)
    new = NewGoods(ref="m", title="m", quantity=2, price=eur(30000))
    swap = replace(swap, request=replace(swap.request, goods=(new,), owed=first.owed))
    [card] = order.tenders
    later = replace(card, ref="later", captured=eur(18507), refunded=eur(0))
    order = replace(
        order,
        lines=(*order.lines, replace(a_line("b", 30000, 2), variant_ref="m")),
        tenders=(card, later),
        total=order.total + eur(30000),
    )
    back = settle(order, [Units(line_ref="b", quantity=2)], Extras(), [swap])
    assert (back.ask, back.amount, back.rounding) == ((), eur(30000), eur(0))
    whole = paid(order, 1, back)
    rest = settle(order, two, Extras(), [swap, whole])
    assert (rest.ask, rest.amount) == ((), eur(11492))


@given(
    st.integers(1_000, 10**6),
    st.lists(st.integers(1, 3), min_size=1, max_size=6),
    st.data(),
)
def test_the_same_again_comes_back_at_what_it_was_given_for_whatever_it_costs(
    gross: int, parts: list[int], data: st.DataObject
) -> None:
    """A shop rounds its price of each line by itself; all that was paid comes back."""
    bought = replace(a_line("a", gross, sum(parts)), variant_ref="m")
    order, own = an_order(bought), list[Own]()
    for number, units in enumerate(parts):
        one = [Units(line_ref="a", quantity=units)]
        result = settle(order, one, Extras(even=True), own)
        worth = swapped(result)
        assert (result.ask, result.amount, result.owed) == ((), eur(0), eur(0))
        new = NewGoods(ref="m", title="m", quantity=units, price=worth)
        swap = paid(order, number, result).request
        own.append(
            Own(request=replace(swap, goods=(new,)), made=(f"X{number}",), ref="x")
        )
        off = data.draw(st.integers(-2 * units, 2 * units))
        line = a_line(f"n{number}", max(0, worth.minor + off), units)
        line = replace(line, variant_ref="m", swap_ref=f"X{number}")
        lines = (*order.lines, line)
        order = replace(order, lines=lines, total=order.total + line.gross)
    rest = [f"n{number}" for number, units in enumerate(parts) for _ in range(units)]
    back = []
    for ref in data.draw(st.permutations(rest)):
        result = settle(order, [Units(line_ref=ref, quantity=1)], Extras(), own)
        assert result.ask == ()
        back.append(result.amount)
        own.append(paid(order, len(own), result))
        assert total(back, "EUR") <= order.captured
    assert total(back, "EUR") == eur(gross)


def test_a_price_that_is_no_rounding_and_one_that_was_paid_on_stay_the_shop_s() -> None:
    order = an_order(a_line("a", 3000))
    one = [Units(line_ref="a", quantity=1)]
    even = settle(order, one, Extras(even=True))
    more = settle(order, one, Extras(new_goods=eur(4500)))
    for result, price, cost in ((even, 3000, 2500), (more, 4500, 4499)):
        swap = paid(order, 0, result).request
        new = NewGoods(ref="m", title="m", quantity=1, price=eur(price))
        swap = replace(swap, goods=(new,), owed=result.owed or None)
        line = replace(a_line("n", cost), variant_ref="m", swap_ref="X")
        [card] = order.tenders
        there = replace(
            order,
            lines=(*order.lines, line),
            total=order.total + line.gross,
            tenders=(replace(card, captured=card.captured + result.owed),),
        )
        own = [Own(request=swap, made=("X",))]
        back = settle(there, [Units(line_ref="n", quantity=1)], Extras(), own)
        assert (back.ask, back.amount) == ((), eur(cost))


def test_what_was_sent_for_nothing_in_exchange_is_a_person_s_to_pay() -> None:
    """A gift that was bought with the order is worth nothing, and is no question."""
    again = replace(a_line("again", 0), swap_ref="X")
    order = an_order(a_line("a", 3000), again, a_line("gift", 0))
    one = [Units(line_ref="a", quantity=1)]
    swap = paid(order, 0, settle(order, one, Extras(even=True)))
    for own in ([], [swap]):
        gift = settle(order, [Units(line_ref="gift", quantity=1)], Extras(), own)
        assert (gift.ask, gift.amount) == ((), eur(0))
        [why] = settle(order, [Units(line_ref="again", quantity=1)], Extras(), own).ask
        assert "pay their worth" in why


def test_what_is_owed_on_new_goods_keeps_no_other_refund_of_their_order() -> None:
    """Shopify counts them into the total; until they are paid, less was captured."""
    order = an_order(a_line("a", 4500), a_line("c", 2000))
    one = [Units(line_ref="a", quantity=1)]
    first = settle(order, one, Extras(new_goods=eur(6000)))
    swap = paid(order, 1, first)
    swap = replace(swap, request=replace(swap.request, owed=first.owed))
    lines = (*order.lines, a_line("b", 6000))
    order = replace(order, lines=lines, total=order.total + eur(6000))
    other = settle(order, [Units(line_ref="c", quantity=1)], Extras(), [swap])
    assert (first.owed, other.ask, other.amount) == (eur(1500), (), eur(2000))


@given(
    st.integers(100, 10**8),
    st.lists(st.integers(1, 9), min_size=1, max_size=5),
    st.lists(st.builds(TaxRate, percent=st.decimals(1, 30, places=3)), max_size=2),
)
def test_an_even_exchange_is_even_however_many_units_come_back_at_whatever_rate(
    minor: int, parts: list[int], rates: list[TaxRate]
) -> None:
    net, bought = Decimal(minor).scaleb(-4), sum(parts)
    price = add_tax(net, rates, "EUR")
    ware = Ware(ref="w", title="W", price=price, net=net, rates=tuple(rates))
    taxes = tuple(TaxPart(rate=str(n), amount=eur(0)) for n, _ in enumerate(rates))
    line = replace(a_line("a", ware.cost(bought).minor, bought), taxes=taxes)
    order = replace(an_order(line), adds_tax=True)
    own: list[Own] = []
    for number, units in enumerate(parts):
        wanted = [Units(line_ref="a", quantity=units)]
        result = settle(order, wanted, Extras(new_goods=ware.cost(units)), own)
        assert (result.amount, result.owed, result.tenders) == (eur(0), eur(0), ())
        assert result.rounding <= eur(1 + len(rates))
        assert result.goods == total((x.amount for x in result.deductions), "EUR")
        own.append(paid(order, number, result))


@pytest.mark.parametrize("adds_tax", [False, True])
def test_a_cent_is_rounding_only_where_tax_is_added_and_more_is_owed(
    *, adds_tax: bool
) -> None:
    order = replace(an_order(a_line("a", 3596, 3)), adds_tax=adds_tax)
    wanted = [Units(line_ref="a", quantity=2)]
    for price, owed, back in ((2398, 1, 0), (2396, 0, 1), (2400, 3, 0), (2390, 0, 7)):
        result = settle(order, wanted, Extras(new_goods=eur(price)))
        is_rounding = adds_tax and owed + back == 1  # nobody pays it
        due = (0, 0) if is_rounding else (owed, back)
        assert (result.owed, result.amount) == tuple(map(eur, due))


@given(
    st.lists(st.tuples(st.integers(1, 90_000), st.integers(1, 5)), max_size=3),
    st.integers(1, 90_000),
    st.integers(1, 5),
    st.data(),
)
def test_what_was_paid_for_new_goods_in_money_leaves_the_rest_of_their_order_its_due(
    others: list[tuple[int, int]], gross: int, quantity: int, data: st.DataObject
) -> None:
    """Goods on an order of their own come back in parts, and bring what is left."""
    lines = [a_line(f"o{n}", minor, count) for n, (minor, count) in enumerate(others)]
    order = an_order(a_line("a", gross, quantity), *lines)
    sent = data.draw(st.integers(1, quantity))
    plain = settle(order, [Units(line_ref="a", quantity=sent)], Extras())
    even = Extras(even=True)
    first = settle(order, [Units(line_ref="a", quantity=sent)], even)
    own = [paid(order, 0, first)]
    worth = plain.amount.minor
    cuts = sorted(data.draw(st.lists(st.integers(0, worth), max_size=3)))
    parts = [b - a for a, b in zip([0, *cuts], [*cuts, worth], strict=True)]
    [card] = order.tenders
    for number, part in enumerate(parts, start=1):
        share = TenderShare(tender_ref=card.ref, gateway=card.ref, amount=eur(part))
        asked = replace(
            own[0].request,
            key=f"k{number}",
            amount=eur(part),
            lines=(),
            deductions=(),
            tenders=(share,),
            buys_back=own[0].request.key,
        )
        own.append(Own(request=asked))
    assert goods_out(order, own, look_back(order, own)) == eur(0)
    rest = [Units(line_ref=x.ref, quantity=x.quantity) for x in lines]
    if sent < quantity:
        rest.append(Units(line_ref="a", quantity=quantity - sent))
    last = settle(order, rest, Extras(), own)
    assert last.ask == ()
    assert last.amount == order.captured - plain.amount


@given(st.integers(1, 9_000), st.integers(0, 9_000), st.integers(0, 9_000))
def test_money_for_new_goods_is_counted_up_to_what_they_were_given_for(
    gross: int, paid_minor: int, other: int
) -> None:
    """A refund that names another exchange, or too much, frees nothing more."""
    order = an_order(a_line("a", gross), a_line("b", 500))
    first = settle(order, [Units(line_ref="a", quantity=1)], Extras(even=True))
    swap = paid(order, 0, first)

    def back(of: str, minor: int) -> Own:
        asked = replace(
            swap.request, key=f"{of} back", amount=eur(minor), lines=(), deductions=()
        )
        return Own(request=replace(asked, buys_back=of))

    own = [swap, back(swap.request.key, paid_minor), back("another", other)]
    out = goods_out(order, own, look_back(order, own))
    assert out == eur(max(0, gross - paid_minor))
