"""The real schema, pruned, with scalars that refuse what Shopify refuses."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from importlib.resources import files

from graphql import GraphQLError, GraphQLScalarType, GraphQLSchema, build_schema

NAME = "admin-2026-10-returns.graphql"


def _decimal(value: object) -> Decimal:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        message = f"invalid decimal '{value}'"
        raise GraphQLError(message) from None
    if isinstance(value, bool) or not number.is_finite():
        message = f"invalid decimal '{value}'"
        raise GraphQLError(message)
    return number


def _time(value: object) -> str:
    try:
        datetime.fromisoformat(str(value))
    except ValueError:
        message = f"invalid DateTime '{value}'"
        raise GraphQLError(message) from None
    return str(value)


@cache
def schema() -> GraphQLSchema:
    """Build the schema once: it takes a good part of a second."""
    text = files(__package__).joinpath(NAME).read_text(encoding="utf-8")
    built = build_schema(text)
    for name in ("Decimal", "Money"):
        _parse(built, name, _decimal)
    _parse(built, "DateTime", _time)
    return built


def _parse(built: GraphQLSchema, name: str, read: object) -> None:
    scalar = built.type_map[name]
    if not isinstance(scalar, GraphQLScalarType):
        raise TypeError(name)
    for attribute in ("parse_value", "coerce_input_value"):
        if hasattr(scalar, attribute):
            setattr(scalar, attribute, read)
