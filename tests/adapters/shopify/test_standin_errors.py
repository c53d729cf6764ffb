from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests

from tests.adapters.shopify.standin_calls import TOKEN, process_input, refund_input

if TYPE_CHECKING:
    from tests.adapters.shopify.standin_calls import World

UNKNOWN = "gid://shopify/Return/999"
NOT_FOUND = "Return not found."
STATE = "Return status is invalid."


@pytest.mark.parametrize(
    ("name", "variables", "field"),
    [
        ("ReturnApproveRequest", {"input": {"id": UNKNOWN}}, ["input", "id"]),
        ("ReturnClose", {"id": UNKNOWN}, ["id"]),
        ("ReturnCancel", {"id": UNKNOWN}, ["id"]),
        ("RemoveFromReturn", {"returnId": UNKNOWN}, ["returnId"]),
        ("ReturnProcess", {"input": {"returnId": UNKNOWN}}, ["input", "returnId"]),
    ],
)
def test_an_unknown_return_is_named_where_it_was_given(
    world: World, name: str, variables: Any, field: list[str]
) -> None:
    assert world.errors(name, variables) == [
        {"code": "NOT_FOUND", "field": field, "message": NOT_FOUND}
    ]


def test_states_that_do_not_fit_are_told_in_shopifys_words(world: World) -> None:
    order = world.order()
    case, _ = world.open_return(order, 1)
    (error,) = world.errors("ReturnApproveRequest", {"input": {"id": case}})
    assert error == {
        "code": "INVALID_STATE",
        "field": ["input", "id"],
        "message": (
            "Return is not approvable. "
            "Only returns with status REQUESTED can be approved."
        ),
    }
    decline = {"input": {"id": case, "declineReason": "OTHER"}}
    (error,) = world.errors("ReturnDeclineRequest", decline)
    assert error["message"] == (
        "Return is not declinable. "
        "Only non-refunded returns with status REQUESTED can be declined."
    )
    assert world.errors("ReturnReopen", {"id": case}) == []
    assert world.errors("ReturnClose", {"id": case}) == []
    assert world.errors("ReturnClose", {"id": case}) == []
    (error,) = world.errors("RemoveFromReturn", {"returnId": case})
    assert (error["field"], error["message"]) == (["returnId"], STATE)


def test_a_declined_request_frees_its_units_and_stays_declined(world: World) -> None:
    order = world.order(quantity=1)
    line = world.shop.lines_of(order)[0]
    case = world.shop.customer_requests_return(order, [(line, 1, "style")])
    decline = {"input": {"id": case, "declineReason": "FINAL_SALE"}}
    assert world.errors("ReturnDeclineRequest", decline) == []
    (error,) = world.errors("ReturnDeclineRequest", decline)
    assert error["message"] == "The return is already declined."
    (error,) = world.errors("ReturnClose", {"id": case})
    assert error["message"] == STATE
    nodes = world.data("ReturnableFulfillments", {"orderId": order})
    shown = nodes["returnableFulfillments"]["nodes"][0]
    assert shown["returnableFulfillmentLineItems"]["nodes"][0]["quantity"] == 1


def test_more_units_than_left_are_refused_and_nothing_changes(world: World) -> None:
    order = world.order(quantity=2)
    row = {
        "fulfillmentLineItemId": world.parcel_line(order),
        "quantity": 3,
        "returnReasonDefinitionId": "gid://shopify/ReturnReasonDefinition/1",
    }
    given = {"orderId": order, "returnLineItems": [row]}
    for name, root in (("ReturnCreate", "returnInput"), ("ReturnRequest", "input")):
        assert world.errors(name, {root: given}) == [
            {
                "code": "INVALID",
                "field": [root, "returnLineItems", "0", "quantity"],
                "message": "Return line item has an invalid quantity.",
            }
        ]
    found = world.data("OrderForReturn", {"id": order})["order"]
    assert found["returns"]["nodes"] == []


def test_units_processed_once_are_not_processed_again(world: World) -> None:
    order = world.order()
    sale = world.sales(order)[0]
    case, line = world.open_return(order, 2)
    given = process_input(case, line, 2, [(sale, "60.00")])
    assert world.errors("ReturnProcess", given) == []
    (error,) = world.errors("ReturnProcess", given)
    assert error["field"] == ["input", "returnLineItems", "0", "quantity"]
    assert world.shop.paid_out_minor(order) == 6000
    (error,) = world.errors("ReturnCancel", {"id": case})
    assert error["message"] == "Return is not cancelable."


def test_lines_of_other_returns_are_not_found(world: World) -> None:
    order = world.order()
    case, _ = world.open_return(order, 1)
    other = "gid://shopify/ReturnLineItem/7"
    (error,) = world.errors("ReturnProcess", process_input(case, other, 1, []))
    assert error == {
        "code": "NOT_FOUND",
        "field": ["input", "returnLineItems", "0", "id"],
        "message": "Return line item was not found.",
    }


def test_a_reason_is_asked_for_in_two_different_ways(world: World) -> None:
    order = world.order()
    row: dict[str, Any] = {
        "fulfillmentLineItemId": world.parcel_line(order),
        "quantity": 1,
    }
    given = {"orderId": order, "returnLineItems": [row]}
    (error,) = world.errors("ReturnRequest", {"input": given})
    assert (error["code"], error["message"]) == (
        "BLANK",
        "Return reason can't be blank",
    )
    (error,) = world.errors("ReturnCreate", {"returnInput": given})
    assert error["message"] == (
        "Return line items Either return reason or "
        "return reason definition must be provided"
    )
    row["returnReasonDefinitionId"] = "gid://shopify/ReturnReasonDefinition/5"
    (error,) = world.errors("ReturnCreate", {"returnInput": given})
    assert error["message"] == (
        'The note is required when the return reason is "Other"'
    )
    assert world.errors("ReturnRequest", {"input": given}) == []


def test_removing_the_last_line_closes_the_return(world: World) -> None:
    order = world.order()
    case, line = world.open_return(order, 1)
    none = [{"returnLineItemId": line, "quantity": 0}]
    given: dict[str, Any] = {"returnId": case, "returnLineItems": none}
    assert world.errors("RemoveFromReturn", given) == [
        {
            "code": "GREATER_THAN",
            "field": None,
            "message": "Quantity must be greater than 0",
        }
    ]
    none[0]["quantity"] = 1
    found = world.data("RemoveFromReturn", given)["removeFromReturn"]["return"]
    assert (found["status"], found["totalQuantity"]) == ("CLOSED", 0)


def test_refund_errors_have_shopifys_texts_and_no_code(world: World) -> None:
    order = world.order("15.00", 1)
    sale = world.sales(order)[0]
    line = world.shop.lines_of(order)[0]

    def refused(key: str, given: dict[str, Any]) -> Any:
        (error,) = world.errors("RefundCreate", given | {"idempotencyKey": key})
        return error

    over = refund_input(order, sale, "25.00")
    assert refused("a", over) == {
        "field": None,
        "message": ("Refund amount €25.00 is greater than net payment received €15.00"),
    }
    foreign = refund_input("gid://shopify/Order/1", sale, "1.00")
    assert refused("b", foreign) == {
        "field": ["orderId"],
        "message": "Order does not exist",
    }
    assert refused("c", refund_input(order, None, "1.00")) == {
        "field": ["transactions"],
        "message": "Transactions require a parent_id associated with the order",
    }
    many = [{"lineItemId": line, "quantity": 2}]
    assert refused("d", refund_input(order, sale, "1.00", refundLineItems=many)) == {
        "field": ["refundLineItems", "0", "quantity"],
        "message": "Quantity cannot refund more items than were purchased",
    }
    kind = refund_input(order, sale, "1.00")
    kind["input"]["transactions"][0]["kind"] = "AUTHORIZATION"
    assert refused("e", kind) == {
        "field": None,
        "message": "Kind authorization is not a valid transaction",
    }
    assert world.shop.books == []


def test_an_id_of_another_kind_is_a_top_level_error(world: World) -> None:
    answer = world.post("OrderForReturn", {"id": UNKNOWN})
    assert answer["data"] == {"order": None}
    (error,) = answer["errors"]
    assert error["message"] == f"Invalid id: {UNKNOWN}"
    assert error["extensions"] == {"code": "RESOURCE_NOT_FOUND"}
    assert error["path"] == ["order"]


def test_missing_scopes_null_a_field_and_leave_the_others(world: World) -> None:
    order = world.order()
    world.shop.scopes = [s for s in world.shop.scopes if s != "read_customers"]
    answer = world.post("OrderForReturn", {"id": order})
    assert answer["data"]["order"]["name"] == "#1001"
    assert answer["data"]["order"]["customer"] is None
    (error,) = answer["errors"]
    assert error["extensions"]["code"] == "ACCESS_DENIED"
    assert error["path"] == ["order", "customer"]
    assert error["message"] == (
        "Access denied for customer field. "
        "Required access: `read_customers` access scope."
    )


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{ shop { colour } }", "undefinedField"),
        ('{ shop(id: "1") { id } }', "argumentNotAccepted"),
    ],
)
def test_an_invalid_document_does_not_pass(world: World, query: str, code: str) -> None:
    answer = world.ask(query)
    assert answer["errors"][0]["extensions"]["code"] == code
    assert "data" not in answer


@pytest.mark.parametrize(
    ("field", "value"),
    [("declineReason", "MOOD"), ("colour", "red"), ("id", None)],
)
def test_variables_that_do_not_fit_are_told_with_problems(
    world: World, field: str, value: str | None
) -> None:
    given = {"id": UNKNOWN, "declineReason": "OTHER"} | {field: value}
    answer = world.post("ReturnDeclineRequest", {"input": given})
    (error,) = answer["errors"]
    assert error["extensions"]["code"] == "INVALID_VARIABLE"
    assert error["extensions"]["problems"][0]["path"] == [field]


def test_a_bad_decimal_is_no_amount(world: World) -> None:
    given = refund_input("gid://shopify/Order/1", None, "ten")
    answer = world.post("RefundCreate", given | {"idempotencyKey": "a"})
    assert answer["errors"][0]["extensions"]["code"] == "INVALID_VARIABLE"


def test_a_wrong_token_is_401_and_the_version_is_told(world: World) -> None:
    answer = world.ask("{ shop { id } }", **{"X-Shopify-Access-Token": "shpat_y"})
    assert world.seen[-1].status_code == 401
    assert "Invalid API key or access token" in answer["errors"]
    world.ask("{ shop { id } }")
    assert world.seen[-1].headers["X-Shopify-API-Version"] == "2026-10"


def grant(world: World, **more: str) -> requests.Response:
    form = {
        "grant_type": "client_credentials",
        "client_id": "id",
        "client_secret": "hush",
    }
    url = f"{world.url}/admin/oauth/access_token"
    return requests.post(url, data=form | more, timeout=20)


def test_client_credentials_buy_a_token_for_a_day(world: World) -> None:
    given = grant(world).json()
    assert given["expires_in"] == 86399
    assert "write_returns" in given["scope"].split(",")
    headers = {"X-Shopify-Access-Token": given["access_token"]}
    assert given["access_token"] != TOKEN
    assert "data" in world.ask("{ shop { id } }", **headers)
    world.clock.forward(days=1)
    world.ask("{ shop { id } }", **headers)
    assert world.seen[-1].status_code == 401


def test_client_credentials_are_refused_by_name(world: World) -> None:
    wrong = grant(world, client_secret="guess")
    assert (wrong.status_code, wrong.json()["error"]) == (400, "invalid_client")
    world.shop.shop_not_permitted = True
    assert grant(world).json()["error"] == "shop_not_permitted"
