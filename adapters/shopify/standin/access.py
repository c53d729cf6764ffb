"""Scopes: a field whose scope is lacking is null, beside an ACCESS_DENIED error."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from graphql import GraphQLError, get_named_type

if TYPE_CHECKING:
    from graphql import GraphQLOutputType, GraphQLResolveInfo

    from adapters.shopify.standin.state import State

DOCUMENTATION = "https://shopify.dev/api/usage/access-scopes"
TYPES = {
    "Return": "read_returns",
    "ReturnableFulfillment": "read_returns",
    "ReturnReasonDefinition": "read_returns",
    "ReverseFulfillmentOrder": "read_returns",
    "CalculatedReturn": "read_returns",
    "Order": "read_orders",
    "Refund": "read_orders",
    "OrderTransaction": "read_orders",
    "LineItem": "read_orders",
    "Fulfillment": "read_orders",
    "Customer": "read_customers",
    "Location": "read_locations",
    "Product": "read_products",
    "ProductVariant": "read_products",
    "GiftCard": "read_gift_cards",
    "StoreCreditAccount": "read_store_credit_accounts",
}
MUTATIONS = {
    "refundCreate": "write_orders",
    "orderUpdate": "write_orders",
    "tagsAdd": "write_orders",
    "tagsRemove": "write_orders",
    "removeFromReturn": "write_returns",
    "giftCardCreate": "write_gift_cards",
    "storeCreditAccountCredit": "write_store_credit_account_transactions",
    "reverseFulfillmentOrderDispose": "write_returns",
}


@cache
def needed(parent: str, field: str, kind: GraphQLOutputType) -> str | None:
    """Name the scope that a field needs, by its type or as a mutation."""
    if parent == "Mutation":
        if field.startswith("return"):
            return "write_returns"
        return MUTATIONS.get(field)
    return TYPES.get(get_named_type(kind).name.removesuffix("Connection"))


def resolve(
    source: Any,  # noqa: ANN401 - graphql-core's own signature
    info: GraphQLResolveInfo[State],
    **args: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    """Resolve a field if the app may see it; refuse what is not modelled."""
    state: State = info.context
    scope = needed(info.parent_type.name, info.field_name, info.return_type)
    if scope is not None and scope not in state.scopes:
        required = f"`{scope}` access scope."
        message = (
            f"Access denied for {info.field_name} field. Required access: {required}"
        )
        raise GraphQLError(
            message,
            extensions={
                "code": "ACCESS_DENIED",
                "documentation": DOCUMENTATION,
                "requiredAccess": required,
            },
        )
    if info.path.prev is None and info.field_name not in source:
        message = f"the stand-in shop does not model {info.field_name}"
        raise GraphQLError(message)
    # As the library's own resolver does, which asks of each whether it is a mapping.
    value = source.get(info.field_name)
    return value(info, **args) if callable(value) else value
