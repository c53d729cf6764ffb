"""A query's plan answers what graphql-core answers, and nothing where it cannot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from adapters.shopify.documents import document
from adapters.shopify.standin import execute, queries
from adapters.shopify.standin.plan import Unusual
from tests.adapters.shopify import standin_calls
from tests.adapters.shopify.test_documents import NAMES
from tests.adapters.shopify.test_standin_documents import Case, reading

if TYPE_CHECKING:
    from tests.adapters.shopify.standin_calls import World

OURS = [name for name in NAMES if document(name).lstrip().startswith("query")]
BY_ORDER = (
    "order",
    "order_lines",
    "order_refunds",
    "order_returns",
    "order_swaps",
    "order_taxes",
)
BY_RETURN = ("exchange", "return", "return_goods")


def both(world: World, query: str, given: dict[str, Any]) -> Any:
    """Return what the plan answers, once graphql-core has answered the same."""
    prepared = execute.prepare({"query": query, "variables": given})
    assert isinstance(prepared, execute.Prepared)
    assert prepared.plan is not None
    found = prepared.plan.answer(world.shop, queries.root(world.shop), given)
    assert {"data": found} == execute.executed(world.shop, prepared)
    assert list(found) == list(execute.executed(world.shop, prepared)["data"])
    return found


@pytest.mark.parametrize("name", sorted(standin_calls.OPERATIONS.glob("*.graphql")))
def test_documents_of_others_are_answered_alike(world: World, name: Any) -> None:
    given = reading(Case(world)).get(name.stem)
    if given is None:  # it changes something
        prepared = execute.prepare({"query": name.read_text()})
        assert isinstance(prepared, dict) or prepared.plan is None
    else:
        both(world, name.read_text(), given())


def variables(world: World, name: str) -> dict[str, Any]:
    """Return variables with which one of our documents finds something."""
    one = Case(world)
    shop = world.shop
    product = next(iter(shop.variants.values()))
    chosen = {"fulfillmentLineItemId": one.parcel_line, "quantity": 1}
    preview = {"input": {"orderId": one.order, "returnLineItems": [chosen]}}
    way = next(iter(shop.returns.values())).reverse[0].gid
    line = [{"id": one.line, "quantity": 1}]
    known: dict[str, dict[str, Any]] = {
        "cards": {"query": "last_characters:abcd"},
        "fee_bases": preview,
        "ware_prices": preview,
        "find_order": {"query": "name:1001"},
        "orders_changed": {"query": "updated_at:>='2026-01-01T00:00:00Z'"},
        "orders_open_returns": {"query": "updated_at:>='2026-01-01T00:00:00Z'"},
        "orders_there": {"ids": [one.order]},
        "refund_order": {"id": one.refund},
        "return_reasons": {"handles": ["unwanted"]},
        "suggested_outcome": {"id": one.case, "lines": line, "swaps": []},
        "ware": {"id": product.gid},
        "wares": {"id": product.product_gid},
        "goods_order": {"id": way},
        "returnable": {"id": one.order},
        "credit_account": {"id": one.order},
    }
    known |= {name: {"id": one.order} for name in BY_ORDER}
    known |= {name: {"id": one.case} for name in BY_RETURN}
    return known.get(name, {})


@pytest.mark.parametrize(
    "name", [x for x in OURS if x not in ("history", "bulk_state")]
)
def test_documents_of_ours_are_answered_alike(world: World, name: str) -> None:
    given = variables(world, name)
    assert None not in both(world, document(name), given).values()


def test_an_abstract_type_an_alias_and_a_fragment_are_answered_alike(
    world: World,
) -> None:
    one = Case(world)
    query = """
    query($a: ID!, $b: ID!) {
      first: node(id: $a) { __typename id ... on Order { number: name ...More } }
      second: node(id: $b) { __typename ... on Return { name } ...More }
    }
    fragment More on Order { name totalPriceSet { shopMoney { amount } }
      totalPriceSet { shopMoney { currencyCode } } }
    """
    found = both(world, query, {"a": one.order, "b": one.case})
    assert found["first"]["totalPriceSet"]["shopMoney"].keys() == {
        "amount",
        "currencyCode",
    }
    assert found["second"].keys() == {"__typename", "name"}


def test_what_may_not_be_seen_is_unusual_and_worded_as_ever(world: World) -> None:
    order = world.order()
    world.shop.scopes = ["read_products"]
    asked = {"query": document("order"), "variables": {"id": order}}
    prepared = execute.prepare(asked)
    assert isinstance(prepared, execute.Prepared)
    assert prepared.plan is not None
    with pytest.raises(Unusual):
        prepared.plan.answer(world.shop, queries.root(world.shop), {"id": order})
    (error,) = world.ask(document("order"), {"id": order})["errors"]
    assert error["extensions"]["code"] == "ACCESS_DENIED"


@pytest.mark.parametrize(
    "query",
    [
        "query($id: ID!) { order(id: $id) @include(if: true) { id } }",
        "{ ... @skip(if: false) { shop { name } } }",
        "{ __schema { queryType { name } } }",
        'mutation { tagsAdd(id: "x", tags: []) { userErrors { message } } }',
    ],
)
def test_what_has_no_plan_is_left_to_graphql_core(query: str) -> None:
    prepared = execute.prepare({"query": query, "variables": {"id": "x"}})
    assert isinstance(prepared, execute.Prepared)
    assert prepared.plan is None
