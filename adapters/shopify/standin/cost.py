"""Query costs and the leaky bucket that pays for them.

The figures fit Shopify's own answers in recordings of a live shop: a mutation is 10, an
object 1, scalars, money and userErrors nothing, a connection 2 and then as many times
its nodes as `first` has binary digits.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    VariableNode,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adapters.shopify.standin.amounts import Json

MAXIMUM = 2000.0
RESTORE_RATE = 100.0  # points a second
LARGEST_QUERY = 1000
MUTATION = 10
CONNECTION = 2
FREE = frozenset({"userErrors", "pageInfo"})
MONEY = ({"amount", "currencyCode"}, {"shopMoney", "presentmentMoney"})


@dataclass(slots=True)
class Bucket:
    """Points left for one app on one shop."""

    available: float
    at: datetime

    def take(self, points: float, now: datetime) -> bool:
        """Charge points if there are enough, after what time restored."""
        gone = max(0.0, (now - self.at).total_seconds())
        self.available = min(MAXIMUM, self.available + gone * RESTORE_RATE)
        self.at = max(self.at, now)
        if points > self.available:
            return False
        self.available -= points
        return True

    def refund(self, points: float) -> None:
        """Give back what was charged beyond the actual cost."""
        self.available = min(MAXIMUM, self.available + points)

    def status(self) -> Json:
        """Show the bucket as `throttleStatus`."""
        return {
            "maximumAvailable": int(MAXIMUM),
            "currentlyAvailable": int(self.available),
            "restoreRate": int(RESTORE_RATE),
        }


@dataclass(frozen=True, slots=True)
class Below:
    """What a selection set holds, and by its keys what of that may cost something."""

    fields: list[FieldNode]
    dear: list[tuple[str, FieldNode]]
    is_money: bool
    is_page: bool

    @classmethod
    def of(cls, fields: list[FieldNode]) -> Below:
        """Sort the fields."""
        names = {field.name.value for field in fields} - {"__typename"}
        return cls(
            fields,
            [(_alias(field), field) for field in fields if _may_cost(field)],
            any(names <= money for money in MONEY),
            bool(names & {"nodes", "edges"}),
        )


Flat = dict[tuple[int, bool], Below]  # by the id of a selection set of one document


class Meter:
    """Costs of one operation: asked for, and what the answer then cost.

    `flat` keeps what the document's selections hold, for the next meter of it.
    """

    def __init__(
        self,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        variables: Json,
        flat: Flat,
    ) -> None:
        self._operation = operation
        self._variables = variables
        self._known = flat
        self._fragments = {
            node.name.value: node
            for node in document.definitions
            if isinstance(node, FragmentDefinitionNode)
        }

    def fields(self) -> list[FieldNode]:
        """List the root fields."""
        return self._below(self._operation.selection_set).fields

    def requested(self) -> int:
        """Count what the document may cost at most."""
        return sum(self._root(field, None, known=False) for field in self.fields())

    def actual(self, data: Json | None) -> int:
        """Count what the answer cost."""
        if data is None:
            return 0
        return sum(
            self._root(field, data.get(_alias(field)), known=True)
            for field in self.fields()
        )

    def _root(self, field: FieldNode, value: object, *, known: bool) -> int:
        cost = self._field(field, value, known=known)
        if self._operation.operation is OperationType.MUTATION:
            # The payload and the object in it are part of the ten.
            return MUTATION + max(0, cost - 2)
        return cost

    def _field(self, field: FieldNode, value: object, *, known: bool) -> int:
        if field.selection_set is None or (known and value is None):
            return 0
        below = self._below(field.selection_set)
        if below.is_money or field.name.value in FREE:
            return 0
        size = self._size(field) if below.is_page else None
        if size is not None:
            return self._connection(below, value, size, known=known)
        if isinstance(value, list):
            return sum(self._object(below, row, known=known) for row in value)
        return self._object(below, value, known=known)

    def _object(self, below: Below, value: object, *, known: bool) -> int:
        row = value if isinstance(value, dict) else {}
        return 1 + sum(
            [self._field(field, row.get(key), known=known) for key, field in below.dear]
        )

    def _connection(
        self, below: Below, value: object, size: int, *, known: bool
    ) -> int:
        cost = CONNECTION
        for key, child in below.dear:
            name = child.name.value
            if child.selection_set is None or name not in ("nodes", "edges"):
                continue
            inner = self._below(child.selection_set, is_edges=name == "edges")
            rows = value.get(key) if isinstance(value, dict) else None
            count = len(rows or []) if known else size
            one = self._mean(inner, rows if known else None, known=known)
            cost += round(count.bit_length() * one)
        return cost

    def _mean(self, inner: Below, rows: list[Json] | None, *, known: bool) -> float:
        if not known:
            return self._object(inner, None, known=False)
        objects = [row.get("node", row) for row in rows or []]
        costs = [self._object(inner, row, known=True) for row in objects]
        return sum(costs) / len(costs) if costs else 0

    def _size(self, field: FieldNode) -> int | None:
        for argument in field.arguments or ():
            if argument.name.value not in ("first", "last"):
                continue
            if isinstance(argument.value, IntValueNode):
                return int(argument.value.value)
            if isinstance(argument.value, VariableNode):
                named = self._variables.get(argument.value.name.value)
                return int(named) if named is not None else 1
        return None

    def _below(self, selections: SelectionSetNode, *, is_edges: bool = False) -> Below:
        """Return what is in a selection set, or in the nodes of its edges."""
        key = id(selections), is_edges
        if key not in self._known:
            fields = list(self._fields(selections))
            if is_edges:
                sets = [one.selection_set for one in fields if one.selection_set]
                fields = [leaf for one in sets for leaf in self._fields(one)]
            self._known[key] = Below.of(fields)
        return self._known[key]

    def _fields(self, selections: SelectionSetNode) -> Iterator[FieldNode]:
        for node in selections.selections:
            if isinstance(node, FieldNode):
                yield node
            elif isinstance(node, FragmentSpreadNode):
                yield from self._fields(self._fragments[node.name.value].selection_set)
            elif isinstance(node, InlineFragmentNode):
                yield from self._fields(node.selection_set)


def _alias(field: FieldNode) -> str:
    return field.alias.value if field.alias else field.name.value


def _may_cost(field: FieldNode) -> bool:
    return field.selection_set is not None and field.name.value not in FREE
