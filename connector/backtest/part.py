"""What differs in a part of the past lines."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Mapping

OLD, NEW = "old", "new"


@dataclass(slots=True)
class Part:
    """Rows as the queries of `apart` give them: sums of flips and costs, examples."""

    flips: list[dict[str, Any]] = field(default_factory=list)
    costs: list[dict[str, Any]] = field(default_factory=list)
    orders: set[str] = field(default_factory=set)
    shown: list[dict[str, Any]] = field(default_factory=list)
    open_shown: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def of(cls, rows: Mapping[str, list[dict[str, Any]]]) -> Self:
        """Read what the queries gave: nothing, where nothing could differ."""

        def given(name: str) -> list[dict[str, Any]]:
            return rows.get(name, [])

        # No list at all where there is none.
        orders = (json.loads(row["refs"] or "[]") for row in given("orders"))
        return cls(
            flips=given("flips"),
            costs=given("costs"),
            orders=set().union(*orders),
            shown=given("shown"),
            open_shown=given("open_shown"),
        )
