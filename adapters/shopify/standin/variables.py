"""Variables that do not fit their types, worded as Shopify's INVALID_VARIABLE."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphql import (
    GraphQLEnumType,
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLScalarType,
    OperationDefinitionNode,
    Undefined,
    type_from_ast,
)

from adapters.shopify.standin.schema import schema

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adapters.shopify.standin.amounts import Json

Path = list[str | int]
Problem = tuple[Path, str]


def variable_problems(
    operation: OperationDefinitionNode, variables: Json
) -> list[Json]:
    """Check every variable that the operation declares."""
    found: list[Json] = []
    for node in operation.variable_definitions or ():
        name = node.variable.name.value
        if name not in variables and node.default_value is not None:
            continue
        kind = type_from_ast(schema(), node.type)
        problems = list(_check(variables.get(name), kind, []))
        if problems:
            found.append(_worded(name, str(kind), variables.get(name), problems))
    return found


def _check(value: object, kind: object, path: Path) -> Iterator[Problem]:
    if isinstance(kind, GraphQLNonNull):
        if value is None:
            yield path, "Expected value to not be null"
        else:
            yield from _check(value, kind.of_type, path)
    elif value is None:
        return
    elif isinstance(kind, GraphQLList):
        rows = value if isinstance(value, list) else [value]
        for index, row in enumerate(rows):
            yield from _check(row, kind.of_type, [*path, index])
    elif isinstance(kind, GraphQLInputObjectType):
        yield from _check_object(value, kind, path)
    else:
        yield from _check_leaf(value, kind, path)


def _check_object(
    value: object, kind: GraphQLInputObjectType, path: Path
) -> Iterator[Problem]:
    if not isinstance(value, dict):
        yield path, f"Expected {value!r} to be a key-value object."
        return
    for name in value.keys() - kind.fields.keys():
        yield [*path, name], f"Field is not defined on {kind.name}"
    for name, field in kind.fields.items():
        if name in value:
            yield from _check(value[name], field.type, [*path, name])
        elif isinstance(field.type, GraphQLNonNull) and (
            field.default_value is Undefined
        ):
            yield [*path, name], "Expected value to not be null"
    if kind.is_one_of and sum(one is not None for one in value.values()) != 1:
        yield path, f"'{kind.name}' requires exactly one argument, but {len(value)}"


def _check_leaf(value: object, kind: object, path: Path) -> Iterator[Problem]:
    if isinstance(kind, GraphQLEnumType):
        if value not in kind.values:
            allowed = ", ".join(kind.values)
            yield path, f'Expected "{value}" to be one of: {allowed}'
    elif isinstance(kind, GraphQLScalarType):
        try:
            kind.parse_value(value)
        except GraphQLError as error:
            yield path, error.message


def _worded(name: str, kind: str, given: object, problems: list[Problem]) -> Json:
    path, explanation = problems[0]
    where = ".".join(str(step) for step in path)
    told = f" for {where}" if where else ""
    message = (
        f"Variable ${name} of type {kind} was provided invalid value{told} "
        f"({explanation})"
    )
    rows = [{"path": path, "explanation": why} for path, why in problems]
    extensions = {"code": "INVALID_VARIABLE", "value": given, "problems": rows}
    return {"message": message, "extensions": extensions}
