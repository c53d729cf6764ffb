"""What every app of the run compiles alike: its pages, and the addresses of its views.

Hundreds of apps are built in a run, and each would compile a hundred addresses again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from jinja2 import BytecodeCache
from werkzeug.routing import BaseConverter, Rule

if TYPE_CHECKING:
    from jinja2.bccache import Bucket
    from werkzeug.routing.rules import RulePart

Builder = Callable[..., tuple[str, str]]


class Templates(BytecodeCache):
    """Keeps what pages were compiled to."""

    def __init__(self) -> None:
        self._known: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._known:
            bucket.bytecode_from_string(self._known[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._known[bucket.key] = bucket.bytecode_to_string()


class Compiled(NamedTuple):
    """What an address compiles to; the builders are given their rule when called."""

    parts: list[RulePart]
    trace: list[tuple[bool, str]]
    converters: dict[str, BaseConverter]
    arguments: set[str]
    builders: tuple[Builder, Builder]


class Route(Rule):
    """Keeps what addresses compile to; no app has converters of its own."""

    known: ClassVar[dict[tuple[object, ...], Compiled]] = {}

    def compile(self) -> None:
        key = (self.rule, self.subdomain, self.merge_slashes, repr(self.defaults))
        if key not in self.known:
            super().compile()
            self.known[key] = Compiled(
                self._parts,
                self._trace,
                self._converters,
                self.arguments,
                (self._compile_builder(append_unknown=False), self._compile_builder()),
            )
        found = self.known[key]
        self._parts, self._trace, self._converters, self.arguments, builders = found
        self._build, self._build_unknown = (one.__get__(self) for one in builders)
