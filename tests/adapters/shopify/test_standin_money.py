from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from tests.adapters.shopify.standin_calls import money, process_input, refund_input

if TYPE_CHECKING:
    from tests.adapters.shopify.standin_calls import World

FAILED = (
    "A previous request with this idempotency key failed. "
    "Retry with a new idempotency key."
)
MISMATCH = (
    "The same idempotency key cannot be used with different operation parameters."
)
CONCURRENT = "This request is currently in progress, please try again."


def create(world: World, given: dict[str, Any], key: str) -> Any:
    answer = world.data("RefundCreate", given | {"idempotencyKey": key})
    return answer["refundCreate"]


def side(bag: Any) -> str:
    amount: str = bag["presentmentMoney"]["amount"]
    return amount


def test_the_restocking_fee_is_taken_of_the_subtotal_before_tax(world: World) -> None:
    order = world.order("12.00", 2)  # tax of 20 % inside: 10.00 + 2.00 each
    case, line = world.open_return(order, 1, 10)
    found = world.outcome(case, line, 1)
    assert side(found["discountedSubtotal"]) == "12.0"
    assert side(found["totalTax"]) == "2.0"
    assert side(found["financialTransfer"]["amount"]) == "11.0"


def test_prices_without_tax_get_it_back_on_top(world: World) -> None:
    world.shop.taxes_included = False
    order = world.order("20.00", 1, "0.05")
    case, line = world.open_return(order, 1, 10)
    found = world.outcome(case, line, 1)
    assert side(found["discountedSubtotal"]) == "20.0"
    assert side(found["financialTransfer"]["amount"]) == "19.0"


def test_the_preview_shows_returned_lines_negative_and_the_fee_positive(
    world: World,
) -> None:
    world.shop.taxes_included = False
    order = world.order("20.00", 1, "0.05")
    row = {
        "fulfillmentLineItemId": world.parcel_line(order),
        "quantity": 1,
        "restockingFee": {"percentage": 10},
    }
    given = {"input": {"orderId": order, "returnLineItems": [row]}}
    shown = world.data("ReturnCalculate", given)["returnCalculate"]
    line = shown["returnLineItems"][0]
    assert side(line["subtotalSet"]) == "-20.0"
    assert side(line["totalTaxSet"]) == "-1.0"
    assert side(line["restockingFee"]["amountSet"]) == "2.0"


def test_a_fee_beyond_the_value_makes_the_customer_owe(world: World) -> None:
    order = world.order("10.00", 1, "0")
    row = {
        "fulfillmentLineItemId": world.parcel_line(order),
        "quantity": 1,
        "returnReasonDefinitionId": "gid://shopify/ReturnReasonDefinition/1",
    }
    given = {
        "orderId": order,
        "returnLineItems": [row],
        "returnShippingFee": {"amount": money("12.00")},
    }
    made = world.data("ReturnCreate", {"returnInput": given})["returnCreate"]["return"]
    line = made["returnLineItems"]["nodes"][0]["id"]
    transfer = world.outcome(made["id"], line, 1)["financialTransfer"]
    assert transfer["__typename"] == "InvoiceReturnOutcome"
    assert side(transfer["amount"]) == "2.0"


def test_parts_round_each_for_itself_and_the_last_gets_the_rest(world: World) -> None:
    tea = world.shop.add_product("Tea", "3.34", tax_rate="0")
    order = world.shop.place_order(
        [(tea, 3)], "a@example.com", line_discount={tea: "0.02"}
    )
    world.shop.fulfil(order)
    sale = world.sales(order)[0]
    case, line = world.open_return(order, 3)
    amounts = []
    for _ in range(3):
        amount = side(world.outcome(case, line, 1)["financialTransfer"]["amount"])
        amounts.append(amount)
        given = process_input(case, line, 1, [(sale, amount)])
        assert world.errors("ReturnProcess", given) == []
    assert amounts == ["3.33", "3.33", "3.34"]
    assert world.shop.paid_out_minor(order) == 1000


def test_processing_pays_but_leaves_the_return_open_and_the_note_unread(
    world: World,
) -> None:
    order = world.order(shipping="4.90")
    sale = world.sales(order)[0]
    case, line = world.open_return(order, 2)
    shipping = {"fullRefund": True}
    found = world.outcome(case, line, 2, refundShipping=shipping)
    assert side(found["shipping"]["amountSet"]) == "4.9"
    amount = side(found["financialTransfer"]["amount"])
    assert amount == "64.9"
    given = process_input(
        case, line, 2, [(sale, amount)], refundShipping=shipping, note="ours: 123"
    )
    assert world.errors("ReturnProcess", given) == []
    shown = world.post("ReturnDetail", {"id": case})
    assert "ours: 123" not in str(shown)
    whole = shown["data"]["return"]
    assert whole["status"] == "OPEN"
    row = whole["returnLineItems"]["nodes"][0]
    assert (row["processedQuantity"], row["processableQuantity"]) == (2, 0)
    assert row["refundedQuantity"] == 2
    way = whole["reverseFulfillmentOrders"]["nodes"][0]
    assert way["status"] == "OPEN"
    assert way["lineItems"]["nodes"][0]["dispositions"] == []
    (refund,) = whole["refunds"]["nodes"]
    assert side(refund["totalRefundedSet"]) == "64.9"
    assert world.shop.paid_out_minor(order, by="api") == 6490


def test_a_financial_repeat_pays_again_for_it_is_not_idempotent(world: World) -> None:
    order = world.order()
    sale = world.sales(order)[0]
    case, line = world.open_return(order, 1)
    first = process_input(case, line, 1, [(sale, "30.00")])
    assert world.errors("ReturnProcess", first) == []
    again = process_input(case, line, 1, [(sale, "30.00")], returnLineItems=[])
    assert world.errors("ReturnProcess", again) == []
    assert world.shop.paid_out_minor(order) == 6000


def test_over_refunding_is_refused_unless_it_is_allowed(world: World) -> None:
    order = world.order("10.00", 1)
    sale = world.sales(order)[0]
    case, line = world.open_return(order, 1)
    given = process_input(case, line, 1, [(sale, "11.00")])
    (error,) = world.errors("ReturnProcess", given)
    assert error["message"] == (
        "Refund amount €11.00 is greater than net payment received €10.00"
    )
    given["input"]["financialTransfer"]["issueRefund"]["allowOverRefunding"] = True
    assert world.errors("ReturnProcess", given) == []
    assert world.shop.paid_out_minor(order) == 1100


def test_restocking_is_counted_and_disposing_too_much_is_accepted(
    world: World,
) -> None:
    order = world.order(quantity=2)
    case, _ = world.open_return(order, 2)
    way = world.data("ReturnDetail", {"id": case})["return"]
    lines = way["reverseFulfillmentOrders"]["nodes"][0]["lineItems"]["nodes"]
    (variant,) = world.shop.variants.values()
    assert variant.stock == 8
    row = {
        "reverseFulfillmentOrderLineItemId": lines[0]["id"],
        "quantity": 2,
        "dispositionType": "RESTOCKED",
        "locationId": "gid://shopify/Location/70000000001",
    }
    for _ in range(2):
        given = {"dispositionInputs": [row]}
        assert world.errors("ReverseFulfillmentOrderDispose", given) == []
    assert variant.stock == 12
    (error,) = world.errors("ReverseFulfillmentOrderDispose", {"dispositionInputs": []})
    assert error["message"] == "The array cannot be empty."


def test_store_credit_instead_of_money_lands_on_the_account(world: World) -> None:
    order = world.order()
    case, line = world.open_return(order, 1)
    outcome = world.outcome(case, line, 1, allocation="STORE_CREDIT")
    (method,) = outcome["financialTransfer"]["suggestedRefundMethods"]
    assert side(method["amount"]) == "30.0"
    credit = {"storeCreditRefund": {"amount": money("30.00")}}
    given = process_input(case, line, 1, [])
    given["input"]["financialTransfer"]["issueRefund"]["refundMethods"] = [credit]
    assert world.errors("ReturnProcess", given) == []
    buyer = world.data("OrderForReturn", {"id": order})["order"]["customer"]
    (account,) = buyer["storeCreditAccounts"]["nodes"]
    assert account["balance"] == {"amount": "30.0", "currencyCode": "EUR"}


def test_a_refund_with_the_same_key_is_paid_once_and_told_as_it_is_now(
    world: World,
) -> None:
    order = world.order()
    given = refund_input(order, world.sales(order)[0], "5.00", note="ref 7")
    world.shop.gateway_next("pending")
    first = create(world, given, "k")["refund"]
    assert first["note"] == "ref 7"
    (transaction,) = first["transactions"]["nodes"]
    assert transaction["status"] == "PENDING"
    world.shop.settle(transaction["id"], "SUCCESS")
    again = create(world, given, "k")["refund"]
    assert again["id"] == first["id"]
    assert again["transactions"]["nodes"][0]["status"] == "SUCCESS"
    assert world.shop.paid_out_minor(order) == 500


def test_a_key_is_bound_to_its_parameters_and_to_one_day(world: World) -> None:
    order = world.order()
    sale = world.sales(order)[0]
    five = refund_input(order, sale, "5.00")
    assert create(world, five, "k")["userErrors"] == []
    (error,) = create(world, refund_input(order, sale, "6.00"), "k")["userErrors"]
    assert error == {"field": None, "message": MISMATCH}
    world.clock.forward(hours=24)
    assert create(world, five, "k")["userErrors"] == []
    assert world.shop.paid_out_minor(order) == 1000


def test_a_key_whose_request_failed_is_spent(world: World) -> None:
    order = world.order("1.00", 1)
    given = refund_input(order, world.sales(order)[0], "5.00")
    assert "greater than" in create(world, given, "k")["userErrors"][0]["message"]
    assert create(world, given, "k")["userErrors"][0]["message"] == FAILED


def test_without_a_key_nothing_is_refunded(world: World) -> None:
    order = world.order()
    given = refund_input(order, world.sales(order)[0], "5.00")
    query = "mutation($input: RefundInput!) { refundCreate(input: $input)"
    answer = world.ask(query + " { refund { id } } }", given)
    assert answer["data"] == {"refundCreate": None}
    (error,) = answer["errors"]
    assert error["extensions"] == {"code": "BAD_REQUEST"}
    assert error["message"] == (
        "The @idempotent directive is required for this mutation but was not provided."
    )
    answer = world.ask(query + " @idempotent { refund { id } } }", given)
    assert answer["errors"][0]["message"] == (
        "Directive 'idempotent' is missing required arguments: key"
    )
    assert world.shop.books == []


def test_two_requests_with_one_key_at_once_pay_once(world: World) -> None:
    order = world.order()
    given = refund_input(order, world.sales(order)[0], "5.00")
    held = world.shop.switches.add("delay", "refundCreate", at="gateway")
    answers: list[Any] = []
    thread = threading.Thread(target=lambda: answers.append(create(world, given, "k")))
    thread.start()
    assert held.arrived.wait(20)
    (error,) = create(world, given, "k")["userErrors"]
    assert error == {"field": None, "message": CONCURRENT}
    held.release()
    thread.join()
    assert answers[0]["userErrors"] == []
    assert world.shop.paid_out_minor(order) == 500


def test_a_pending_refund_may_fail_days_later(world: World) -> None:
    order = world.order()
    sale = world.sales(order)[0]
    world.shop.gateway_next("pending_then_failure")
    refund = create(world, refund_input(order, sale, "5.00"), "k")["refund"]
    assert refund["transactions"]["nodes"][0]["status"] == "PENDING"
    assert side(refund["totalRefundedSet"]) == "5.0"
    before = world.data("OrderForReturn", {"id": order})["order"]
    assert side(before["totalRefundedSet"]) == "0.0"
    world.clock.forward(hours=2)
    shown = world.data("RefundDetail", {"id": refund["id"]})["refund"]
    (transaction,) = shown["transactions"]["nodes"]
    assert transaction["status"] == "FAILURE"
    assert transaction["errorCode"] == "PAYMENT_PROVIDER_ERROR"
    after = world.data("OrderForReturn", {"id": order})["order"]
    assert after["updatedAt"] > before["updatedAt"]
    assert [payout.moved for payout in world.shop.books] == [False]
    assert world.shop.paid_out_minor(order) == 0


def test_a_gateway_that_errs_after_paying_is_seen_in_the_books(world: World) -> None:
    order = world.order()
    sale = world.sales(order)[0]
    world.shop.gateway_next("pay_then_error")
    world.shop.gateway_next("failure")
    for key, status in (("a", "ERROR"), ("b", "FAILURE")):
        refund = create(world, refund_input(order, sale, "5.00"), key)["refund"]
        assert refund["transactions"]["nodes"][0]["status"] == status
    assert [payout.moved for payout in world.shop.books] == [True, False]


def test_the_books_and_the_api_tell_one_story(world: World) -> None:
    tenders = [("gift_card", "25.00"), ("shopify_payments", None)]
    order = world.order(tenders=tenders, shipping="4.90")
    case, line = world.open_return(order, 2)
    found = world.outcome(case, line, 2)["financialTransfer"]
    parts = [
        (row["parentTransaction"]["id"], side(row["amountSet"]))
        for row in found["suggestedTransactions"]
    ]
    assert [amount for _, amount in parts] == ["25.0", "35.0"]
    given = process_input(case, line, 2, parts)
    assert world.errors("ReturnProcess", given) == []
    world.shop.staff_refund(order, "5.00", note="sorry")
    shown = world.data("OrderForReturn", {"id": order})["order"]
    assert side(shown["totalRefundedSet"]) == "65.0"
    assert shown["displayFinancialStatus"] == "PARTIALLY_REFUNDED"
    assert [row["note"] for row in shown["refunds"]] == [None, "sorry"]
    assert shown["refunds"][0]["return"] == {"id": case}
    assert world.shop.paid_out_minor(order) == 6500
    assert world.shop.paid_out_minor(order, by="staff") == 500
    assert [payout.gateway for payout in world.shop.books] == [
        "gift_card",
        "shopify_payments",
        "shopify_payments",
    ]
