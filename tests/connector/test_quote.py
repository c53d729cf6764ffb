from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner, Result

from adapters.shopify.documents import document
from adapters.shopify.standin import serve
from connector.cli.main import cli
from connector.errors import BadRequest
from tests.adapters.shopify.standin_calls import Clock, World, new_shop
from tests.adapters.woocommerce import golden

if TYPE_CHECKING:
    from pathlib import Path

POLICY = """
currency = "EUR"
[[reasons]]
code = "*"
[fees]
restocking_percent = "10"
return_shipping = "1.00"
"""


def quote(tmp_path: Path, platform: str, order: Any, wish: Any, *more: str) -> Result:
    (tmp_path / "order.json").write_text(json.dumps(order))
    (tmp_path / "return.json").write_text(json.dumps(wish))
    (tmp_path / "policy.toml").write_text(POLICY)
    files = ["--order", "order.json", "--return", "return.json"]
    runner = CliRunner()
    paths = [str(tmp_path / x) if x.endswith((".json", ".toml")) else x for x in files]
    more_paths = [str(tmp_path / x) if x == "policy.toml" else x for x in more]
    return runner.invoke(cli, ["quote", "--platform", platform, *paths, *more_paths])


def wish(line: str, quantity: int = 1, **more: Any) -> dict[str, Any]:
    lines = [{"line": line, "quantity": quantity, "reason": "too-small"}]
    return {"kind": "voluntary", "refund_shipping": False, "lines": lines} | more


def test_the_recorded_guest_order_is_quoted_as_it_was_paid(tmp_path: Path) -> None:
    order = golden.body("order-guest")
    result = quote(
        tmp_path, "woocommerce", order, wish("27", refund_shipping=True), "--json"
    )
    assert result.exit_code == 0, result.output
    said = json.loads(result.output)
    assert (said["total_minor"], said["goods_minor"]) == (1499, 999)
    assert (said["tax_minor"], said["shipping_minor"]) == (166 + 83, 500)
    (line,) = said["lines"]
    assert line["tax_by_rate"] == {"1": 166}
    assert line["verdict"] == "approve"
    assert said["tenders"] == [{"tender": "labpay", "minor": 1499}]


def test_fees_of_a_policy_are_taken_off(tmp_path: Path) -> None:
    order = golden.body("order-guest")
    now = ("--now", "2026-12-15T00:00:00Z", "--policy", "policy.toml")
    result = quote(tmp_path, "woocommerce", order, wish("27"), "--json", *now)
    said = json.loads(result.output)
    assert said["fees_minor"] == 100 + 100
    assert said["total_minor"] == said["goods_minor"] - said["fees_minor"]
    later = ("--now", "2027-02-01", "--policy", "policy.toml")
    said = json.loads(
        quote(tmp_path, "woocommerce", order, wish("27"), "--json", *later).output
    )
    assert (said["lines"][0]["verdict"], said["total_minor"]) == ("decline", 0)


def test_an_order_as_our_own_shopify_document_gives_it(tmp_path: Path) -> None:
    clock = Clock()
    shop = new_shop(clock)
    with serve(shop) as url:
        world = World(shop, clock, url)
        gid = world.order(shipping="4.90", discount_percent="10")
        answer = world.ask(document("order"), {"id": gid})
    line = answer["data"]["order"]["lineItems"]["nodes"][0]["id"]
    result = quote(tmp_path, "shopify", answer, wish(line), "--json")
    said = json.loads(result.output)
    assert said["total_minor"] == 2700
    assert said["lines"][0]["tax_by_rate"] == {"VAT@0.2": 450}


def test_the_table_says_the_same_in_words(tmp_path: Path) -> None:
    result = quote(tmp_path, "woocommerce", golden.body("order-guest"), wish("27"))
    assert "refund    9.99 EUR" in result.output


@pytest.mark.parametrize(
    ("order", "asked", "said"),
    [
        ({"nothing": 1}, wish("27"), "is no order as woocommerce's API gives it"),
        ([], wish("27"), "is no order"),
        (golden.body("order-guest"), {"lines": 3}, "the return cannot be read"),
        (golden.body("order-guest"), wish("27", 0), "at least 1"),
    ],
)
def test_bad_input_says_what_to_do(
    tmp_path: Path, order: Any, asked: Any, said: str
) -> None:
    result = quote(tmp_path, "woocommerce", order, asked)
    assert isinstance(result.exception, BadRequest)
    assert said in str(result.exception)


def shopify_order(shipped: int, quantity: int = 3) -> tuple[Any, str]:
    """Return an order as Shopify gives it, of which some units were sent; its line."""
    clock = Clock()
    shop = new_shop(clock)
    with serve(shop) as url:
        world = World(shop, clock, url)
        tea = shop.add_product("Assam", "30.00", tax_rate="0.20")
        gid = shop.place_order([(tea, quantity)], "ada@example.com")
        if shipped:
            shop.fulfil(gid, [(shop.orders[gid].lines[0].gid, shipped)])
        answer = world.ask(document("order"), {"id": gid})
    return answer, answer["data"]["order"]["lineItems"]["nodes"][0]["id"]


@pytest.mark.parametrize(
    ("shipped", "asked", "verdict"),
    [(0, 1, "decline"), (2, 3, "decline"), (2, 2, "approve"), (3, 3, "approve")],
)
def test_what_was_not_sent_cannot_come_back_and_is_said_so(
    tmp_path: Path, shipped: int, asked: int, verdict: str
) -> None:
    order, line = shopify_order(shipped)
    result = quote(tmp_path, "shopify", order, wish(line, asked), "--json")
    said = json.loads(result.output)
    assert said["lines"][0]["verdict"] == verdict
    assert (said["total_minor"] > 0) is (verdict == "approve")
    told = (
        f"Only {shipped} of these items can come back: {3 - shipped} were not sent yet,"
        " and are cancelled, not returned."
    )
    assert (told in said["lines"][0]["why"]) is (verdict == "decline")


def test_a_shop_that_does_not_say_what_was_sent_is_said_to_be_so(
    tmp_path: Path,
) -> None:
    order = golden.body("order-guest")
    for status, is_unknown in (("processing", True), ("completed", False)):
        asked = (tmp_path, "woocommerce", order | {"status": status}, wish("27"))
        said = json.loads(quote(*asked, "--json").output)
        assert said["is_sent_unknown"] is is_unknown
        assert ("does not say what" in quote(*asked).output) is is_unknown


def test_a_line_that_does_not_exist_is_a_question(tmp_path: Path) -> None:
    order = golden.body("order-guest")
    result = quote(tmp_path, "woocommerce", order, wish("99"), "--json")
    said = json.loads(result.output)
    assert (said["lines"][0]["verdict"], said["total_minor"]) == ("ask", 0)


RULES = """
currency = "EUR"
[[reasons]]
code = "*"
[[offers]]
resolutions = ["refund", "exchange", "replacement", "repair"]
[[offers]]
resolutions = ["store_credit", "gift_card"]
bonus_percent = "10"
"""


def quoted(tmp_path: Path, **line: Any) -> dict[str, Any]:
    """Quote the mug of the guest order, which cost 9.99, in a way of its own."""
    order = golden.body("order-guest")
    asked = wish("27")
    asked["lines"][0].update(line)
    (tmp_path / "rules.toml").write_text(RULES)
    now = ("--now", "2026-12-15T00:00:00Z", "--policy", str(tmp_path / "rules.toml"))
    result = quote(tmp_path, "woocommerce", order, asked, "--json", *now)
    assert result.exit_code == 0, (result.output, result.exception)
    said: dict[str, Any] = json.loads(result.output)
    return said


def test_store_credit_is_quoted_with_its_bonus(tmp_path: Path) -> None:
    said = quoted(tmp_path, resolution="store_credit")
    assert (said["total_minor"], said["credit_minor"]) == (0, 999)
    assert said["bonus_minor"] == 100
    assert said["tenders"] == []
    assert said["lines"][0]["resolution"] == "store_credit"


@pytest.mark.parametrize(
    ("price", "total", "owed"), [(1500, 0, 501), (999, 0, 0), (400, 599, 0)]
)
def test_the_difference_of_an_exchange_is_quoted(
    tmp_path: Path, price: int, total: int, owed: int
) -> None:
    said = quoted(tmp_path, resolution="exchange", new_price_minor=price)
    assert (said["total_minor"], said["owed_minor"]) == (total, owed)
    assert said["new_goods_minor"] == min(price, 999)
    assert sum(one["minor"] for one in said["tenders"]) == total


def test_a_repair_costs_nothing(tmp_path: Path) -> None:
    said = quoted(tmp_path, resolution="repair")
    assert (said["total_minor"], said["ways"][0]["way"]) == (0, "repair")


@pytest.mark.parametrize(
    "line",
    [
        {"resolution": "exchange"},
        {"new_price_minor": 100},
        {"resolution": "exchange", "new_price_minor": -1},
        {"resolution": "courtesy"},
        {"resolution": "gold"},
    ],
)
def test_a_way_that_cannot_be_asked_for_is_refused(
    tmp_path: Path, line: dict[str, Any]
) -> None:
    asked = wish("27")
    asked["lines"][0].update(line)
    result = quote(tmp_path, "woocommerce", golden.body("order-guest"), asked)
    assert isinstance(result.exception, BadRequest)
