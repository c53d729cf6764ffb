"""What the tests of the stand-in share: a clock, a shop, a client, the documents."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import requests

from adapters.shopify.standin import Shop
from adapters.shopify.standin.state import CREDIT_SCOPES, SCOPES

GOLDEN = Path(__file__).parents[2] / "golden" / "shopify"
OPERATIONS = GOLDEN / "operations"
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
TOKEN = "shpat_x"
SECRET = "hush"


@dataclass
class Clock:
    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **parts: float) -> None:
        self.now += timedelta(**parts)


def document(name: str) -> str:
    return (OPERATIONS / f"{name}.graphql").read_text(encoding="utf-8")


def money(amount: str, currency: str = "EUR") -> dict[str, str]:
    return {"amount": amount, "currencyCode": currency}


@dataclass
class World:
    """A shop with its clock, and a client at its door."""

    shop: Shop
    clock: Clock
    url: str = ""
    seen: list[requests.Response] = field(default_factory=list)

    def post(self, name: str, variables: Any = None, **headers: str) -> Any:
        return self.ask(document(name), variables, **headers)

    def ask(self, query: str, variables: Any = None, **headers: str) -> Any:
        answer = requests.post(
            f"{self.url}/admin/api/2026-10/graphql.json",
            json={"query": query, "variables": variables or {}},
            headers={"X-Shopify-Access-Token": TOKEN} | headers,
            timeout=20,
            allow_redirects=False,
        )
        self.seen.append(answer)
        return answer.json()

    def data(self, name: str, variables: Any = None) -> Any:
        answer = self.post(name, variables)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    def errors(self, name: str, variables: Any) -> Any:
        (payload,) = self.data(name, variables).values()
        return payload["userErrors"]

    def order(
        self, price: str = "30.00", quantity: int = 3, rate: str = "0.20", **more: Any
    ) -> str:
        """Place, send and deliver an order of one kind of thing."""
        tea = self.shop.add_product("Assam", price, tax_rate=rate)
        gid = self.shop.place_order([(tea, quantity)], "ada@example.com", **more)
        self.shop.fulfil(gid)
        self.shop.deliver_parcel(gid)
        return gid

    def sales(self, order: str) -> list[str]:
        rows = self.data("OrderForReturn", {"id": order})["order"]["transactions"]
        return [row["id"] for row in rows if row["kind"] == "SALE"]

    def parcel_line(self, order: str) -> str:
        found = self.data("OrderForReturn", {"id": order})["order"]["fulfillments"]
        gid: str = found[0]["fulfillmentLineItems"]["nodes"][0]["id"]
        return gid

    def open_return(
        self, order: str, quantity: int, percent: float | None = None
    ) -> tuple[str, str]:
        """Open a return of the first line; give its GID and its line's."""
        row: dict[str, Any] = {
            "fulfillmentLineItemId": self.parcel_line(order),
            "quantity": quantity,
            "returnReasonDefinitionId": "gid://shopify/ReturnReasonDefinition/8",
        }
        if percent is not None:
            row["restockingFee"] = {"percentage": percent}
        made = self.data(
            "ReturnCreate",
            {"returnInput": {"orderId": order, "returnLineItems": [row]}},
        )["returnCreate"]
        assert made["userErrors"] == []
        line = made["return"]["returnLineItems"]["nodes"][0]["id"]
        return made["return"]["id"], line

    def outcome(self, case: str, line: str, quantity: int, **more: Any) -> Any:
        variables = {
            "id": case,
            "returnLineItems": [{"id": line, "quantity": quantity}],
            "exchangeLineItems": [],
        } | more
        found = self.data("ReturnSuggestedOutcome", variables)["return"]
        return found["suggestedFinancialOutcome"]


def process_input(
    case: str, line: str, quantity: int, parts: list[tuple[str, str]], **more: Any
) -> dict[str, Any]:
    """Build the variables of ReturnProcess."""
    paid = [
        {"parentId": sale, "transactionAmount": money(amount)} for sale, amount in parts
    ]
    base = {
        "returnId": case,
        "returnLineItems": [{"id": line, "quantity": quantity}],
        "financialTransfer": {"issueRefund": {"orderTransactions": paid}},
    }
    return {"input": base | more}


def refund_input(
    order: str, sale: str | None, amount: str, **more: Any
) -> dict[str, Any]:
    """Build the variables of RefundCreate, without the key."""
    part = {"orderId": order, "amount": amount, "gateway": "any", "kind": "REFUND"}
    if sale is not None:
        part["parentId"] = sale
    return {"input": {"orderId": order, "transactions": [part]} | more}


def new_shop(clock: Clock, **more: Any) -> Shop:
    return Shop(
        domain="teehaus.myshopify.com",
        token=TOKEN,
        client_id="id",
        client_secret=SECRET,
        clock=clock,
        **({"scopes": (*SCOPES, *CREDIT_SCOPES)} | more),
    )
