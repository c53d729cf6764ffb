from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.adapters.shopify.standin_calls import (
    OPERATIONS,
    process_input,
    refund_input,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.adapters.shopify.standin_calls import World

PARCEL = "https://shop.example/webhooks"


class Case:
    """An order with an open return, and everything that documents ask by id."""

    def __init__(self, world: World) -> None:
        self.order = world.order(shipping="4.90")
        self.sale = world.sales(self.order)[0]
        self.case, self.line = world.open_return(self.order, 2)
        self.parcel_line = world.parcel_line(self.order)
        way = world.data("ReturnDetail", {"id": self.case})["return"]
        nodes = way["reverseFulfillmentOrders"]["nodes"][0]["lineItems"]["nodes"]
        self.reverse_line = nodes[0]["id"]
        self.refund = world.shop.staff_refund(self.order, "1.00")
        self.hook = world.shop.subscribe("returns/close", PARCEL)
        row = world.shop.lines_of(self.order)[0]
        self.asked = world.shop.customer_requests_return(
            self.order, [(row, 1, "too-big")]
        )
        found = world.data("OrderForReturn", {"id": self.order})["order"]
        self.customer = found["customer"]["id"]


def variables(one: Case) -> dict[str, Callable[[], Any]]:
    return reading(one) | changing(one) | of_returns(one)


def reading(one: Case) -> dict[str, Callable[[], Any]]:
    chosen = {"fulfillmentLineItemId": one.parcel_line, "quantity": 1}
    order_lines = {"orderId": one.order, "returnLineItems": [chosen]}
    by_id = {"id": one.case}
    return {
        "FindOrder": lambda: {"query": "email:ada@example.com"},
        "OrderForReturn": lambda: {"id": one.order},
        "OrderSuggestedRefund": lambda: {"orderId": one.order, "refundShipping": True},
        "OrdersByReturnStatus": lambda: {
            "first": 5,
            "query": "updated_at:>='2026-11-01T00:00:00Z'",
        },
        "RefundDetail": lambda: {"id": one.refund},
        "ReturnCalculate": lambda: {"input": order_lines},
        "ReturnDetail": lambda: by_id,
        "ReturnReasonDefinitions": dict,
        "ReturnSuggestedOutcome": lambda: (
            by_id
            | {
                "returnLineItems": [{"id": one.line, "quantity": 1}],
                "exchangeLineItems": [],
            }
        ),
        "ReturnableFulfillments": lambda: {"orderId": one.order},
        "ShopInfo": dict,
        "StoreCreditTransactions": lambda: {"customerId": one.customer},
        "WebhookSubscriptions": dict,
    }


def changing(one: Case) -> dict[str, Callable[[], Any]]:
    return {
        "OrderUpdate": lambda: {"input": {"id": one.order, "tags": ["a", "b"]}},
        "RefundCreate": lambda: (
            refund_input(one.order, one.sale, "2.00") | {"idempotencyKey": "k"}
        ),
        "TagsAdd": lambda: {"id": one.order, "tags": ["x"]},
        "TagsRemove": lambda: {"id": one.order, "tags": ["x"]},
        "WebhookSubscriptionCreate": lambda: {
            "topic": "RETURNS_REQUEST",
            "webhookSubscription": {"uri": PARCEL},
        },
        "WebhookSubscriptionDelete": lambda: {"id": one.hook},
    }


def of_returns(one: Case) -> dict[str, Callable[[], Any]]:
    by_id = {"id": one.case}
    removal = {"returnLineItemId": one.line, "quantity": 1}
    disposal = {
        "reverseFulfillmentOrderLineItemId": one.reverse_line,
        "quantity": 1,
        "dispositionType": "RESTOCKED",
        "locationId": "gid://shopify/Location/70000000001",
    }
    return {
        "RemoveFromReturn": lambda: {
            "returnId": one.case,
            "returnLineItems": [removal],
        },
        "ReturnApproveRequest": lambda: {"input": {"id": one.asked}},
        "ReturnCancel": lambda: by_id,
        "ReturnClose": lambda: by_id,
        "ReturnDeclineRequest": lambda: {
            "input": {"id": one.asked, "declineReason": "OTHER"}
        },
        "ReturnProcess": lambda: process_input(
            one.case, one.line, 1, [(one.sale, "30.00")]
        ),
        "ReturnReopen": lambda: by_id,
        "ReverseFulfillmentOrderDispose": lambda: {"dispositionInputs": [disposal]},
    }


# These two want a line that no return has taken yet.
FRESH = ("ReturnCreate", "ReturnRequest")
NAMES = sorted(path.stem for path in OPERATIONS.glob("*.graphql"))


@pytest.mark.parametrize("name", [name for name in NAMES if name not in FRESH])
def test_every_document_in_scope_is_executed(world: World, name: str) -> None:
    given = variables(Case(world))[name]()
    data = world.data(name, given)
    assert all(value is not None for value in data.values())
    for payload in data.values():
        assert not (isinstance(payload, dict) and payload.get("userErrors"))


@pytest.mark.parametrize("name", FRESH)
def test_documents_that_open_a_return_are_executed(world: World, name: str) -> None:
    order = world.order()
    row = {
        "fulfillmentLineItemId": world.parcel_line(order),
        "quantity": 1,
        "returnReasonDefinitionId": "gid://shopify/ReturnReasonDefinition/1",
    }
    given = {"orderId": order, "returnLineItems": [row]}
    key = "returnInput" if name == "ReturnCreate" else "input"
    (payload,) = world.data(name, {key: given}).values()
    assert payload["userErrors"] == []
    assert payload["return"]["name"] == "#1001-R1"


def test_polling_by_updated_at_sees_what_changed_and_pages_by_value(
    world: World,
) -> None:
    first = world.order()
    world.clock.forward(hours=1)
    edge = world.clock.now
    second, third = world.order(), world.order()
    query = f"updated_at:>='{edge:%Y-%m-%dT%H:%M:%SZ}'"
    page = world.data("OrdersByReturnStatus", {"first": 1, "query": query})["orders"]
    assert [row["id"] for row in page["nodes"]] == [second]
    assert page["pageInfo"]["hasNextPage"]
    world.clock.forward(hours=1)
    world.shop.staff_refund(first, "1.00")
    after = page["pageInfo"]["endCursor"]
    given = {"first": 5, "query": query, "after": after}
    rest = world.data("OrdersByReturnStatus", given)["orders"]
    assert [row["id"] for row in rest["nodes"]] == [third, first]
    assert not rest["pageInfo"]["hasNextPage"]


def test_orders_older_than_sixty_days_need_a_scope_of_their_own(world: World) -> None:
    order = world.order()
    world.clock.forward(days=61)
    assert world.data("OrderForReturn", {"id": order})["order"] is None
    world.shop.scopes = [*world.shop.scopes, "read_all_orders"]
    assert world.data("OrderForReturn", {"id": order})["order"]["id"] == order


def test_decimals_are_trimmed(world: World) -> None:
    order = world.order("7.50", 1)
    found = world.data("OrderForReturn", {"id": order})["order"]
    assert found["totalPriceSet"]["shopMoney"]["amount"] == "7.5"
    order = world.order("40.00", 1)
    found = world.data("OrderForReturn", {"id": order})["order"]
    assert found["totalPriceSet"]["shopMoney"]["amount"] == "40.0"


def test_discounts_spread_to_the_cent_and_taxes_lie_inside(world: World) -> None:
    shop = world.shop
    goods = [shop.add_product(f"Tea {i}", "0.99", tax_rate="0.07") for i in range(3)]
    order = shop.place_order(
        [(gid, 1) for gid in goods], "b@example.com", discount_percent="10"
    )
    found = world.data("OrderForReturn", {"id": order})["order"]
    assert found["totalPriceSet"]["shopMoney"]["amount"] == "2.67"
    query = "query($id: ID!) { order(id: $id) { lineItems(first: 9) { nodes {"
    query += " discountAllocations { allocatedAmountSet { shopMoney { amount } } }"
    query += " } } } }"
    nodes = world.ask(query, {"id": order})["data"]["order"]["lineItems"]["nodes"]
    offs = [
        node["discountAllocations"][0]["allocatedAmountSet"]["shopMoney"]["amount"]
        for node in nodes
    ]
    assert offs == ["0.1", "0.1", "0.1"]


def test_both_currencies_are_told(world: World) -> None:
    order = world.order("10.00", 2, presentment=("USD", "1.10"))
    total = world.data("OrderForReturn", {"id": order})["order"]["totalPriceSet"]
    assert total["shopMoney"] == {"amount": "20.0", "currencyCode": "EUR"}
    assert total["presentmentMoney"] == {"amount": "22.0", "currencyCode": "USD"}
