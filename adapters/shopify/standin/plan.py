"""What a query answers, by a plan that is made once for each text of a query.

graphql-core looks up the same fields, types and arguments each time a text is executed.
A plan holds what it would find. It answers only where all is well: an error, a null
where none may be, a directive are Unusual, and graphql-core executes the whole as ever.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    OperationDefinitionNode,
    get_argument_values,
    get_variable_values,
    is_abstract_type,
    is_leaf_type,
    type_from_ast,
)

from adapters.shopify.standin.access import needed
from adapters.shopify.standin.schema import schema
from adapters.shopify.standin.state import State

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from graphql import SelectionNode

    from adapters.shopify.standin.amounts import Json

    Complete = Callable[[Any, "Run"], Any]
    Chosen = dict[str, list[FieldNode]]


Thing = Any  # JSON that is to be, a type of the schema, a node of a document


class Unusual(Exception):
    """Something that a plan does not answer."""


@dataclass(frozen=True, slots=True)
class Run:
    """One execution, and what a view may ask of it."""

    context: State
    scopes: frozenset[str]
    variables: Thing  # as graphql-core keeps them


@dataclass(frozen=True, slots=True)
class Step:
    """One field of an object: where its value is, and how it is written."""

    key: str
    name: str
    scope: str | None
    field: GraphQLField | None  # where it has arguments
    node: FieldNode
    complete: Complete

    def value(self, source: Json, run: Run) -> Thing:
        """Return the field of `source`; raises Unusual where it may not be seen."""
        if self.scope is not None and self.scope not in run.scopes:
            raise Unusual
        args = {}
        if self.field is not None:
            args = get_argument_values(self.field, self.node, run.variables)
        found = source.get(self.name)
        return self.complete(found(run, **args) if callable(found) else found, run)


@dataclass(slots=True)
class Plan:
    """The plan of one operation of a document."""

    document: DocumentNode
    operation: OperationDefinitionNode
    _fragments: dict[str, FragmentDefinitionNode] = field(init=False)
    _steps: list[Step] = field(init=False)

    def __post_init__(self) -> None:
        """Make the plan; raises Unusual where there can be none."""
        self._fragments = {
            one.name.value: one
            for one in self.document.definitions
            if isinstance(one, FragmentDefinitionNode)
        }
        root = schema().query_type
        if root is None:
            raise Unusual
        self._steps = self._of(root, [self.operation.selection_set.selections])

    def answer(self, state: State, root: Json, variables: Json) -> Json:
        """Return the data; raises whatever is unusual, and nothing was changed."""
        known = self.operation.variable_definitions or ()
        given = get_variable_values(schema(), known, variables)
        if isinstance(given, list) or any(one.name not in root for one in self._steps):
            raise Unusual
        run = Run(state, frozenset(state.scopes), given)
        return {one.key: one.value(root, run) for one in self._steps}

    def _of(
        self, kind: GraphQLObjectType, selections: Iterable[Iterable[SelectionNode]]
    ) -> list[Step]:
        """Return the fields that these selections choose of an object."""
        chosen: Chosen = {}
        for one in selections:
            self._choose(kind, one, chosen)
        return [self._step(kind, key, nodes) for key, nodes in chosen.items()]

    def _choose(
        self, kind: GraphQLObjectType, nodes: Iterable[SelectionNode], chosen: Chosen
    ) -> None:
        for node in nodes:
            if node.directives:
                raise Unusual
            if isinstance(node, FieldNode):
                key = (node.alias or node.name).value
                chosen.setdefault(key, []).append(node)
                continue
            found: Thing = node
            if isinstance(node, FragmentSpreadNode):
                found = self._fragments[node.name.value]
            if found.directives:
                raise Unusual
            if self._fits(kind, found.type_condition):
                self._choose(kind, found.selection_set.selections, chosen)

    def _fits(self, kind: GraphQLObjectType, condition: Thing) -> bool:
        """Say whether a fragment is for this kind of object."""
        if condition is None:
            return True
        wanted: Thing = type_from_ast(schema(), condition)
        if is_abstract_type(wanted):
            return schema().is_sub_type(wanted, kind)
        return wanted is kind

    def _step(self, kind: GraphQLObjectType, key: str, nodes: list[FieldNode]) -> Step:
        node = nodes[0]
        name = node.name.value
        if name == "__typename":
            return Step(key, name, None, None, node, lambda _found, _run: kind.name)
        found = kind.fields.get(name)
        if found is None or found.resolve is not None:
            raise Unusual
        return Step(
            key,
            name,
            needed(kind.name, name, found.type),
            found if found.args or node.arguments else None,
            node,
            self._written(found.type, nodes),
        )

    def _written(self, kind: Thing, nodes: list[FieldNode]) -> Complete:
        """Return what writes a value of this type."""
        if isinstance(kind, GraphQLNonNull):
            return _not_null(self._written(kind.of_type, nodes))
        if isinstance(kind, GraphQLList):
            return _list(self._written(kind.of_type, nodes))
        if is_leaf_type(kind):
            return _leaf(kind)
        return self._object(kind, nodes)

    def _object(self, kind: Thing, nodes: list[FieldNode]) -> Complete:
        """Write an object; of which kind it is, an abstract type's says itself."""
        below = [one.selection_set.selections for one in nodes if one.selection_set]
        known: dict[str, list[Step]] = {}

        def write(value: Thing, run: Run) -> Json | None:
            if value is None:
                return None
            name = value["__typename"] if is_abstract_type(kind) else kind.name
            if name not in known:
                own: Thing = schema().type_map[name]
                known[name] = self._of(own, below)
            return {one.key: one.value(value, run) for one in known[name]}

        return write


def _not_null(inner: Complete) -> Complete:
    def write(value: Thing, run: Run) -> Thing:
        written = inner(value, run)
        if written is None:
            raise Unusual
        return written

    return write


def _list(inner: Complete) -> Complete:
    def write(value: Thing, run: Run) -> list[Thing] | None:
        if value is None:
            return None
        if not isinstance(value, (list, tuple)):
            raise Unusual
        return [inner(one, run) for one in value]

    return write


def _leaf(kind: Thing) -> Complete:
    # graphql-core 3.2 and 3.3 name this differently.
    coerce = getattr(kind, "coerce_output_value", None) or kind.serialize

    def write(value: Thing, _run: Run) -> Thing:
        if value is None:
            return None
        written = coerce(value)
        if written is None:
            raise Unusual
        return written

    return write
