"""What differs in a part of the past lines; told by Python where SQL cannot be."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import asdict, dataclass, field
from itertools import tee
from typing import TYPE_CHECKING, Any, Self

from connector.backtest.told import tell
from connector.backtest.whole import PAID_IN_GOODS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from connector.backtest.told import Row
    from connector.policy import Policy
    from connector.policy.case import Past

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
        """Read what the queries gave."""
        [orders] = rows["orders"]  # no list at all where there is none
        return cls(
            flips=rows["flips"],
            costs=rows["costs"],
            orders=set(json.loads(orders["refs"] or "[]")),
            shown=rows["shown"],
            open_shown=rows["open_shown"],
        )


def differing(
    both: Mapping[str, Policy],
    rows: Iterable[Row],
    shop: str,
    now: datetime,
    past: Mapping[str, Sequence[tuple[int, Past]]],
) -> Part:
    """Ask the deciding function about each line, by the old policy and the new."""
    part = Part()
    returns: dict[int, list[dict[str, Any]]] = defaultdict(list)
    seen, one, other = tee(rows, 3)
    told = zip(
        seen,
        tell(both[OLD], one, shop, now, past),
        tell(both[NEW], other, shop, now, past),
        strict=True,
    )
    for row, (_, _, old), (_, _, new) in told:
        line = {f"{OLD}_{name}": value for name, value in asdict(old).items()}
        line |= {f"{NEW}_{name}": value for name, value in asdict(new).items()}
        is_asked = row["asked"] is not None
        line |= {"is_asked": int(is_asked), "differs": old != new}
        returns[row["case_no"]].append({**row, **line})
    for lines in returns.values():
        _add(part, lines)
    return part


def _add(part: Part, lines: Sequence[dict[str, Any]]) -> None:
    """Add the lines of one return, or of what is left of one order."""
    cost, differing = _cost(lines), [one for one in lines if one["differs"]]
    named = [{**one, "cost": cost} for one in differing]
    part.flips += [{**one, "lines": 1} for one in differing]
    part.orders |= {one["order_ref"] for one in differing}
    if lines[0]["is_asked"]:
        if differing:
            part.costs.append({"currency": lines[0]["currency"], "cost": cost})
        part.shown += named
    else:
        part.open_shown += [
            one for one in named if one[f"{OLD}_decision"] != one[f"{NEW}_decision"]
        ]


def _cost(lines: Sequence[Mapping[str, Any]]) -> int:
    """Return what more goes back of one return, in minor units."""
    fee, shipping = {}, {}
    for key in (OLD, NEW):
        paid = [one for one in lines if one[f"{key}_given"] > 0]
        money = [one for one in paid if one[f"{key}_way"] not in PAID_IN_GOODS]
        fee[key] = max((one[f"{key}_fee"] or 0 for one in paid), default=0)
        shipping[key] = max((one[f"{key}_shipping"] for one in money), default=0)
    more = sum(one[f"{NEW}_given"] - one[f"{OLD}_given"] for one in lines)
    return int(more + fee[OLD] - fee[NEW] + shipping[NEW] - shipping[OLD])
