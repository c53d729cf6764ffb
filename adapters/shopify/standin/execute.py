"""Run a document: parse, validate, price, throttle, execute, and word the errors."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLError,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    OperationType,
    execute_sync,
    parse,
    validate,
)

from adapters.shopify.standin import mutations, queries
from adapters.shopify.standin.access import resolve
from adapters.shopify.standin.amounts import Json
from adapters.shopify.standin.cost import LARGEST_QUERY, Flat, Meter
from adapters.shopify.standin.plan import Plan, Unusual
from adapters.shopify.standin.schema import schema
from adapters.shopify.standin.variables import variable_problems

if TYPE_CHECKING:
    from adapters.shopify.standin.cost import Bucket
    from adapters.shopify.standin.state import State

LIMITS = "https://shopify.dev/api/usage/rate-limits"
UNKNOWN_FIELD = re.compile(r"Cannot query field '(\w+)' on type '(\w+)'\.")
UNKNOWN_ARGUMENT = re.compile(r"Unknown argument '(\w+)' on field '(\w+)\.(\w+)'\.")
# graphql-core 3.2 and 3.3 word this differently.
MISSING_KEY = re.compile(
    r"(?:Directive '@(\w+)' argument '(\w+)'|Argument '@(\w+)\((\w+):\)') of type "
)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A valid document, its operation, and the names of its root fields."""

    document: DocumentNode
    operation: OperationDefinitionNode
    meter: Meter
    variables: Json
    roots: set[str]
    plan: Plan | None  # where it is a query that can have one

    @property
    def name(self) -> str | None:
        """The operation's name, if it has one."""
        return self.operation.name.value if self.operation.name else None


@lru_cache(maxsize=256)
def _checked(query: str) -> tuple[DocumentNode, list[GraphQLError], Flat]:
    """Parse and validate a document; the same text always comes out the same."""
    document = parse(query)
    return document, validate(schema(), document), {}


@lru_cache(maxsize=256)
def _planned(query: str, name: str | None) -> Plan | None:
    """Return the plan of a query that `name` chooses; None where there is none."""
    document = _checked(query)[0]
    operation = _chosen(document, name)[0]
    if operation.operation is not OperationType.QUERY:
        return None
    try:
        return Plan(document, operation)
    except Unusual:
        return None


def _chosen(document: DocumentNode, named: str | None) -> list[OperationDefinitionNode]:
    return [
        node
        for node in document.definitions
        if isinstance(node, OperationDefinitionNode)
        and (named is None or (node.name is not None and node.name.value == named))
    ]


def prepare(body: Json) -> Prepared | Json:
    """Check a request as far as it needs no shop; answer the errors if it fails."""
    query = str(body.get("query") or "")
    try:
        document, errors, flat = _checked(query)
    except GraphQLSyntaxError as error:
        return {"errors": [_located(error) | {"message": error.message}]}
    if errors:
        return {"errors": [_invalid(error) for error in errors]}
    named = body.get("operationName")
    chosen = _chosen(document, named)
    if len(chosen) != 1:
        return {"errors": [{"message": f'No operation named "{named}"'}]}
    variables = body.get("variables") or {}
    problems = variable_problems(chosen[0], variables)
    if problems:
        return {"errors": problems}
    meter = Meter(document, chosen[0], variables, flat)
    roots = {field.name.value for field in meter.fields()}
    plan = _planned(query, named)
    return Prepared(document, chosen[0], meter, variables, roots, plan)


def run(state: State, bucket: Bucket, prepared: Prepared) -> Json:
    """Execute a prepared document under the shop's lock, and charge for it."""
    requested = prepared.meter.requested()
    if requested > LARGEST_QUERY:
        return too_dear(requested)
    with state.lock:
        state.begin()
        if not bucket.take(requested, state.clock()):
            return throttled(bucket, requested)
        answer = _execute(state, prepared)
        actual = min(requested, prepared.meter.actual(answer.get("data")))
        bucket.refund(requested - actual)
    answer["extensions"] = {"cost": _cost(bucket, requested, actual)}
    return answer


def _execute(state: State, prepared: Prepared) -> Json:
    """Answer by the plan; whatever is unusual, as graphql-core words it."""
    if prepared.plan is not None:
        with suppress(Exception):
            root = queries.root(state)
            return {"data": prepared.plan.answer(state, root, prepared.variables)}
    return executed(state, prepared)


def executed(state: State, prepared: Prepared) -> Json:
    """Execute a document as graphql-core does."""
    is_query = prepared.operation.operation is OperationType.QUERY
    result = execute_sync(
        schema(),
        prepared.document,
        root_value=queries.root(state) if is_query else mutations.root(state),
        context_value=state,
        variable_values=prepared.variables,
        operation_name=prepared.name,
        field_resolver=resolve,
    )
    return _shown(result)


def _shown(result: ExecutionResult) -> Json:
    answer: Json = {"data": result.data}
    if result.errors:
        # A fault of the stand-in itself must not pass for an answer of Shopify's.
        for error in result.errors:
            cause = error.original_error
            if cause is not None and not isinstance(cause, GraphQLError):
                raise cause
        answer["errors"] = [error.formatted for error in result.errors]
    return answer


def _cost(bucket: Bucket, requested: int, actual: int | None) -> Json:
    return {
        "requestedQueryCost": requested,
        "actualQueryCost": actual,
        "throttleStatus": bucket.status(),
    }


def throttled(bucket: Bucket, requested: int) -> Json:
    """Word THROTTLED: HTTP 200, nothing executed."""
    extensions = {"code": "THROTTLED", "documentation": LIMITS}
    return {
        "errors": [{"message": "Throttled", "extensions": extensions}],
        "extensions": {"cost": _cost(bucket, requested, None)},
    }


def too_dear(requested: int) -> Json:
    """Refuse a single query above the limit of 1000 points."""
    message = (
        f"Query cost is {requested}, which exceeds the single query max cost limit "
        f"({LARGEST_QUERY})."
    )
    extensions = {
        "code": "MAX_COST_EXCEEDED",
        "cost": requested,
        "maxCost": LARGEST_QUERY,
        "documentation": LIMITS,
    }
    return {"errors": [{"message": message, "extensions": extensions}]}


def internal_error(request_id: str, data: Json | None) -> Json:
    """Word INTERNAL_SERVER_ERROR, of which the outcome is unknown."""
    message = (
        "Internal error. Looks like something went wrong on our end.\n"
        f"Request ID: {request_id} (include this in support requests)."
    )
    extensions = {"code": "INTERNAL_SERVER_ERROR", "requestId": request_id}
    answer: Json = {"errors": [{"message": message, "extensions": extensions}]}
    return answer if data is None else answer | {"data": dict.fromkeys(data)}


def _located(error: GraphQLError) -> Json:
    return {
        "locations": [
            {"line": place.line, "column": place.column}
            for place in error.locations or ()
        ]
    }


def _invalid(error: GraphQLError) -> Json:
    """Word a validation error as Shopify's validator would."""
    text = error.message
    if match := UNKNOWN_FIELD.match(text):
        name, kind = match.groups()
        text = f"Field '{name}' doesn't exist on type '{kind}'"
        more = {"code": "undefinedField", "typeName": kind, "fieldName": name}
    elif match := UNKNOWN_ARGUMENT.match(text):
        name, _, field = match.groups()
        text = f"Field '{field}' doesn't accept argument '{name}'"
        more = {"code": "argumentNotAccepted", "name": field, "argumentName": name}
    elif match := MISSING_KEY.match(text.replace('"', "'")):
        name, argument = (part for part in match.groups() if part)
        text = f"Directive '{name}' is missing required arguments: {argument}"
        more = {"code": "missingRequiredArguments", "name": name}
    else:
        more = {"code": "graphqlValidation"}
    return {"message": text} | _located(error) | {"extensions": more}
