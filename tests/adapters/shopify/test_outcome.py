"""Shopify's figure for a return against ours: what is explained, what is not."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from connector.model import Deduction, RefundRequest
from connector.money import Money
from connector.settlement import Extras, Units, settle
from tests.adapters.shopify.standin_calls import money
from tests.adapters.shopify.test_adapter import adapter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connector.model import Prepared
    from tests.adapters.shopify.standin_calls import World

TEN = 1000  # basis points


def euros(minor: int) -> Money:
    return Money(minor, "EUR")


def bought(world: World, *prices: str, units: int = 3, rate: str = "0.19") -> str:
    """Let somebody buy some of each of several things."""
    kinds = [
        world.shop.add_product(f"Thing {number}", price, tax_rate=rate)
        for number, price in enumerate(prices, start=1)
    ]
    gid = world.shop.place_order([(kind, units) for kind in kinds], "ada@example.com")
    world.shop.fulfil(gid)
    return gid


def opened(
    world: World, order: str, units: int, percents: Sequence[float], **more: Any
) -> tuple[str, tuple[tuple[str, int], ...]]:
    """Open a return with as many first lines as there are restocking fees."""
    found = world.data("OrderForReturn", {"id": order})["order"]["fulfillments"]
    sent = found[0]["fulfillmentLineItems"]["nodes"]
    rows = [
        {
            "fulfillmentLineItemId": one["id"],
            "quantity": units,
            "returnReasonDefinitionId": "gid://shopify/ReturnReasonDefinition/8",
        }
        | ({"restockingFee": {"percentage": percent}} if percent else {})
        for one, percent in zip(sent, percents, strict=False)
    ]
    asked = {"returnInput": {"orderId": order, "returnLineItems": rows} | more}
    made = world.data("ReturnCreate", asked)["returnCreate"]
    assert made["userErrors"] == []
    lines = made["return"]["returnLineItems"]["nodes"]
    return made["return"]["id"], tuple((line["id"], units) for line in lines)


def wanted(
    world: World,
    order_ref: str,
    case: tuple[str, tuple[tuple[str, int], ...]],
    *,
    restocking_bp: int = 0,
    deduction_bp: int = 0,
    return_fee: Money | None = None,
) -> RefundRequest:
    """Settle a return as the core does."""
    order = adapter(world).order(order_ref)
    lines = zip(order.lines, case[1], strict=False)
    chosen = [
        Units(
            line_ref=line.ref,
            quantity=units,
            restocking_bp=restocking_bp,
            deduction_bp=deduction_bp,
        )
        for line, (_, units) in lines
    ]
    settled = settle(order, chosen, Extras(return_fee=return_fee))
    return RefundRequest(
        key="0192-key",
        order_ref=order.ref,
        amount=settled.amount,
        lines=settled.lines,
        shipping=settled.shipping,
        deductions=settled.deductions,
        tenders=settled.tenders,
        reason="Return 29-R1",
        return_ref=case[0],
        return_lines=case[1],
    )


def compared(world: World, request: RefundRequest) -> Prepared:
    return adapter(world).prepare(request)


def test_what_shopify_does_not_know_is_named_and_explains_its_figure(
    world: World,
) -> None:
    order = bought(world, "10.00")
    ask = wanted(
        world,
        order,
        opened(world, order, 2, [0]),
        restocking_bp=TEN,
        deduction_bp=2500,
        return_fee=euros(390),
    )
    assert ask.amount == euros(2000 - 200 - 500 - 390)
    prepared = compared(world, ask)
    assert (prepared.ask, prepared.rounding) == ("", None)


@pytest.mark.parametrize("included", [True, False])
@pytest.mark.parametrize("price", ["0.07", "3.33", "9.99", "10.05", "17.77", "123.45"])
@pytest.mark.parametrize("units", [1, 2, 3])
def test_a_fee_on_another_base_is_explained_for_any_part_of_a_line(
    world: World, price: str, units: int, *, included: bool
) -> None:
    world.shop.taxes_included = included
    order = bought(world, price, "5.55")
    case, lines = opened(world, order, 3, [12.5, 12.5])
    some = (case, tuple((ref, units) for ref, _ in lines))
    ask = wanted(world, order, some, restocking_bp=1250)
    assert compared(world, ask).ask == ""


@pytest.mark.parametrize(
    ("percent", "ours", "shown"),
    [
        (20, 0, "Retour 23.80 EUR."),
        (20, TEN, "Retour 23.80 EUR less a fee of 2.38 EUR."),
    ],
)
def test_a_fee_at_the_shop_above_ours_is_for_a_person(
    world: World, percent: float, ours: int, shown: str
) -> None:
    order = bought(world, "11.90", "5.00")
    case = opened(world, order, 2, [percent, 0])
    ask = wanted(world, order, case, restocking_bp=ours, return_fee=euros(390))
    why = compared(world, ask).ask
    assert f"Shopify would give back {euros(3380 - 400)}" in why
    assert f"Retour {ask.amount}" in why
    theirs = "Thing 1 x2: Shopify 23.80 EUR less a fee of 4.00 EUR"
    assert why.endswith(f"Lines that differ: {theirs}, {shown}")


def test_a_fee_for_the_way_back_is_known_once(world: World) -> None:
    order = bought(world, "10.00")
    fee = {"returnShippingFee": {"amount": money("3.00")}}
    case, ((line, _),) = opened(world, order, 2, [0], **fee)
    one = wanted(world, order, (case, ((line, 1),)), return_fee=euros(390))
    shop = adapter(world)
    assert compared(world, one).ask == ""
    shop.refund(one, shop.prepare(one).preimage)
    assert compared(world, replace(one, amount=euros(1000), deductions=())).ask == ""


def test_a_fee_for_the_way_back_that_we_do_not_take_is_for_a_person(
    world: World,
) -> None:
    order = bought(world, "10.00")
    fee = {"returnShippingFee": {"amount": money("3.00")}}
    ask = wanted(world, order, opened(world, order, 2, [0], **fee))
    why = compared(world, ask).ask
    assert "17.00 EUR after keeping 3.00 EUR (return shipping)" in why
    assert "3.00 EUR cannot be explained. No line differs" in why


@pytest.mark.parametrize(("off", "is_asked"), [(2, False), (-2, False), (3, True)])
def test_one_minor_unit_a_line_is_rounding_and_no_more(
    world: World, off: int, *, is_asked: bool
) -> None:
    order = bought(world, "10.00", "5.00")
    ask = wanted(world, order, opened(world, order, 1, [0, 0]))
    prepared = compared(world, replace(ask, amount=euros(1500 - off)))
    assert bool(prepared.ask) is is_asked
    assert prepared.rounding == (None if is_asked else euros(off))


def test_a_deduction_is_only_worth_what_it_says(world: World) -> None:
    order = bought(world, "10.00")
    ask = wanted(world, order, opened(world, order, 1, [0]))
    kept = (Deduction(code="inspection", amount=euros(400)),)
    short = replace(ask, amount=euros(500), deductions=kept)
    why = compared(world, short).ask
    assert "Retour 5.00 EUR after keeping 4.00 EUR (inspection)" in why
    assert "1.00 EUR cannot be explained" in why


def test_what_staff_gave_back_meanwhile_is_for_a_person(world: World) -> None:
    order = bought(world, "10.00")
    ask = wanted(world, order, opened(world, order, 3, [0]), return_fee=euros(390))
    assert compared(world, ask).ask == ""
    world.shop.staff_refund(order, "2.00")
    why = compared(world, ask).ask
    assert "28.00 EUR (all that it has left to refund on this order)" in why
    assert "2.00 EUR cannot be explained. No line differs" in why


def test_a_customer_who_owes_money_is_for_a_person(world: World) -> None:
    order = bought(world, "10.00")
    fee = {"returnShippingFee": {"amount": money("13.00")}}
    ask = wanted(world, order, opened(world, order, 1, [0], **fee))
    assert "the customer owes 3.00 EUR after" in compared(world, ask).ask


def test_a_line_that_shopify_will_not_speak_of_does_not_hide_the_question(
    world: World,
) -> None:
    order = bought(world, "10.00")
    ask = wanted(world, order, opened(world, order, 1, [0]))
    read, figure = (
        world.shop.switches.add("delay", "return", at="after") for _ in range(2)
    )
    read.release()
    asked: list[str] = []
    wrong = replace(ask, amount=euros(700))
    thread = threading.Thread(target=lambda: asked.append(compared(world, wrong).ask))
    thread.start()
    assert figure.arrived.wait(20)
    world.shop.switches.add("lose_request", "return", times=None)
    figure.release()
    thread.join(20)
    assert "10.00 EUR" in asked[0]
    assert "Thing 1 x1: Shopify would not say" in asked[0]
