"""Bulk operations: a query without pages, run in the background, its result a file."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from graphql import (
    FieldNode,
    GraphQLError,
    GraphQLList,
    GraphQLObjectType,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    execute_sync,
    get_named_type,
    get_nullable_type,
    parse,
    validate,
)

from adapters.shopify.standin.access import resolve
from adapters.shopify.standin.ids import checked, number
from adapters.shopify.standin.operations import Fate, Operation
from adapters.shopify.standin.pages import connection
from adapters.shopify.standin.schema import schema
from adapters.shopify.standin.views import stamp

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graphql import SelectionSetNode

    from adapters.shopify.standin.amounts import Json
    from adapters.shopify.standin.state import State

MOST_AT_ONCE = 5
MOST_CONNECTIONS, DEEPEST = 5, 2
KEPT = timedelta(days=7)
LONGEST = timedelta(minutes=5)  # an operation ends by itself, asked after or not
UNDER_WAY = ("CREATED", "RUNNING")


def run_query(
    state: State,
    query: str,
    groupObjects: bool = False,  # noqa: FBT001, FBT002 - the schema's name
) -> Json:
    """Resolve `bulkOperationRunQuery`."""
    busy = [one for one in state.bulk.known.values() if one.status in UNDER_WAY]
    told = _refusal(query)
    code = "INVALID"
    if told is None and len(busy) >= MOST_AT_ONCE:
        told = (
            "A bulk query operation for this app and shop is already in progress: "
            f"{busy[0].gid}."
        )
        code = "OPERATION_IN_PROGRESS"
    if told is not None:
        errors = [{"code": code, "field": ["query"], "message": told}]
        return {"bulkOperation": None, "userErrors": errors}
    made = Operation(
        gid=state.new_gid("BulkOperation"),
        query=query,
        grouped=groupObjects,
        created_at=state.now(),
        fate=state.bulk.plan.popleft() if state.bulk.plan else Fate(),
        signature=state.new_uuid(),
    )
    state.bulk.known[made.gid] = made
    return {"bulkOperation": view(state, made), "userErrors": []}


def one_operation(state: State, gid: str) -> Json | None:
    """Resolve `bulkOperation`: asking after one lets it get on."""
    found = state.bulk.known.get(checked(gid, "BulkOperation"))
    if found is None:
        return None
    advance(state, found)
    return view(state, found)


def operations(state: State, info: object, **args: Any) -> Json:  # noqa: ANN401 - GraphQL arguments
    """Resolve `bulkOperations`; its search terms are not modelled."""
    rows = list(state.bulk.known.values())

    def key(one: Operation) -> tuple[float, int]:
        return one.created_at.timestamp(), number(one.gid)

    def shown(one: Operation) -> Json:
        return view(state, one)

    args.pop("query", None)
    args.pop("sortKey", None)
    return connection(rows, shown, key)(info, **args)


def view(state: State, one: Operation) -> Json:
    """Show an operation; the address of its result is good for 7 days."""
    is_over = one.completed_at is not None
    is_kept = is_over and state.now() - (one.completed_at or state.now()) <= KEPT
    has_file = bool(one.lines) and is_kept
    whole = one.status == "COMPLETED"
    status = "EXPIRED" if is_over and not is_kept else one.status
    return {
        "__typename": "BulkOperation",
        "id": one.gid,
        "query": one.query,
        "type": "QUERY",
        "status": status,
        "errorCode": one.fate.error_code if is_over else None,
        "createdAt": stamp(one.created_at),
        "completedAt": stamp(one.completed_at),
        "objectCount": str(len(one.lines)),
        "rootObjectCount": str(one.roots),
        "fileSize": str(_size(one)) if whole and has_file else None,
        "url": _url(state, one) if whole and has_file else None,
        "partialDataUrl": _url(state, one) if has_file and not whole else None,
    }


def _size(one: Operation) -> int:
    return sum(len(line) + 1 for line in one.lines)


def _url(state: State, one: Operation) -> str:
    return f"{state.address}/bulk/{number(one.gid)}.jsonl?signature={one.signature}"


def result(state: State, name: str, signature: str) -> bytes | None:
    """Give the file of an address, while it is kept and the signature is right."""
    for one in state.bulk.known.values():
        if f"{number(one.gid)}.jsonl" == name and one.signature == signature:
            over = one.completed_at
            if over is not None and state.now() - over <= KEPT:
                return b"".join(line + b"\n" for line in one.lines)
    return None


def advance(state: State, one: Operation) -> None:
    """Let an operation get one step on: created, running, over."""
    if one.status == "CREATED":
        one.status = "RUNNING"
        _collect(state, one)
    elif one.status == "RUNNING":
        _finish(state, one)


def catch_up(state: State) -> None:
    """End the operations whose time has come."""
    for one in state.bulk.known.values():
        while one.status in UNDER_WAY and state.now() - one.created_at >= LONGEST:
            advance(state, one)


def _finish(state: State, one: Operation) -> None:
    one.status, one.completed_at = one.fate.status, state.now()
    if one.status != "COMPLETED":
        kept = int(len(one.lines) * one.fate.partial)
        one.lines = one.lines[:kept]
        if one.lines:
            one.lines[-1] = one.lines[-1][: len(one.lines[-1]) // 2]
    body = {
        "admin_graphql_api_id": one.gid,
        "completed_at": stamp(one.completed_at),
        "created_at": stamp(one.created_at),
        "error_code": (one.fate.error_code or "").lower() or None,
        "status": one.status.lower(),
        "type": "query",
    }
    state.announce("bulk_operations/finish", body)


def _collect(state: State, one: Operation) -> None:
    """Run the query over everything; lines of one order are not kept together."""
    from adapters.shopify.standin import queries  # noqa: PLC0415 - a ring

    state.is_bulk = True
    try:
        found = execute_sync(
            schema(),
            parse(one.query),
            root_value=queries.root(state),
            context_value=state,
            field_resolver=resolve,
        )
    finally:
        state.is_bulk = False
    if found.errors:
        one.fate = Fate("FAILED", "ACCESS_DENIED")
        return
    (root,) = (found.data or {}).values()
    rows = [edge["node"] for edge in root["edges"]]
    one.roots = len(rows)
    lines = [line for row in rows for line in _lines(row, None)]
    if not one.grouped:
        state.rng.shuffle(lines)
    one.lines = lines


def _lines(row: Json, parent: str | None) -> Iterator[bytes]:
    """Write an object, then what hangs on it as lines of their own."""
    own, hung = {}, []
    for name, value in row.items():
        if isinstance(value, dict) and "edges" in value:
            hung += [edge["node"] for edge in value["edges"]]
        else:
            own[name] = value
    if parent is not None:
        own["__parentId"] = parent
    yield json.dumps(own, separators=(",", ":")).encode()
    for child in hung:
        yield from _lines(child, row["id"])


def _refusal(query: str) -> str | None:
    """Say why a query cannot be run in bulk."""
    try:
        document = parse(query)
    except GraphQLSyntaxError as error:
        return f"Invalid bulk query: {error.message}"
    errors: list[GraphQLError] = validate(schema(), document)
    if errors:
        return f"Invalid bulk query: {errors[0].message}"
    (operation,) = (
        one for one in document.definitions if isinstance(one, OperationDefinitionNode)
    )
    seen: list[int] = []
    told = _walk(operation.selection_set, schema().query_type, 0, seen, in_list=False)
    limits = {
        "Bulk queries must contain at least one connection.": not seen,
        "Bulk queries cannot contain more than 5 connections.": (
            len(seen) > MOST_CONNECTIONS
        ),
        "Bulk queries cannot contain connections with a nesting depth > 2.": (
            max(seen, default=0) > DEEPEST
        ),
    }
    return told or next((words for words, is_so in limits.items() if is_so), None)


def _walk(
    selections: SelectionSetNode,
    kind: Any,  # noqa: ANN401 - a type of graphql-core
    depth: int,
    seen: list[int],
    *,
    in_list: bool,
) -> str | None:
    """Count connections and their depth; one inside a list is refused."""
    for node in selections.selections:
        if not isinstance(node, FieldNode) or node.selection_set is None:
            continue
        if depth == 0 and node.name.value in ("node", "nodes"):
            return "Bulk queries cannot use the node and nodes fields."
        if not isinstance(kind, GraphQLObjectType):
            continue
        found = kind.fields[node.name.value].type
        inner = get_named_type(found)
        is_connection = inner.name.endswith("Connection")
        if is_connection:
            if in_list:
                return (
                    "Queries that contain a connection field within a list field are "
                    "not currently supported."
                )
            seen.append(depth + 1)
        is_list = isinstance(get_nullable_type(found), GraphQLList)
        is_page = kind.name.endswith("Connection")
        told = _walk(
            node.selection_set,
            inner,
            depth + is_connection,
            seen,
            in_list=in_list or (is_list and not is_page),
        )
        if told:
            return told
    return None
