"""What every app of the run compiles alike: its pages, and the addresses of its views.

Hundreds of apps are built in a run, and each would compile a hundred addresses again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from jinja2 import BytecodeCache
from werkzeug.routing import Rule

if TYPE_CHECKING:
    from jinja2.bccache import Bucket

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


class Route(Rule):
    """Keeps the functions that write addresses; each is given its rule when called."""

    known: ClassVar[dict[str, Builder]] = {}

    def _compile_builder(self, append_unknown: bool = True) -> Builder:  # noqa: FBT001, FBT002 - werkzeug's own
        key = repr((self.rule, self._trace, self.defaults, append_unknown))
        if key not in self.known:
            self.known[key] = super()._compile_builder(append_unknown)
        return self.known[key]
