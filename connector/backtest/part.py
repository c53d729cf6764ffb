"""What differs in a part of the past lines; told by Python where SQL cannot be."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict, dataclass, field
from itertools import tee
from typing import TYPE_CHECKING, Any, Self

from connector.backtest.told import tell

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from connector.backtest.told import Row
    from connector.policy import Policy
    from connector.policy.case import Past

OLD, NEW = "old", "new"


@dataclass(slots=True)
class Part:
    """Rows as the queries of `diff` give them: sums of flips and costs, examples."""

    flips: list[dict[str, Any]] = field(default_factory=list)
    costs: list[dict[str, Any]] = field(default_factory=list)
    orders: set[str] = field(default_factory=set)
    shown: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def of(cls, rows: Mapping[str, list[dict[str, Any]]]) -> Self:
        """Read what the queries gave."""
        orders = {row["order_ref"] for row in rows["orders"]}
        return cls(rows["flips"], rows["costs"], orders, rows["shown"])


def differing(
    both: Mapping[str, Policy],
    rows: Iterable[Row],
    shop: str,
    now: datetime,
    past: Mapping[str, Sequence[tuple[int, Past]]],
) -> Part:
    """Ask the deciding function about each line, by the old policy and the new."""
    part = Part()
    fees: dict[tuple[int, str], dict[str, int]] = defaultdict(dict)
    seen, one, other = tee(rows, 3)
    told = zip(
        seen,
        tell(both[OLD], one, shop, now, past),
        tell(both[NEW], other, shop, now, past),
        strict=True,
    )
    for row, (_, _, old), (_, _, new) in told:
        if old == new:
            continue
        line = {f"{OLD}_{name}": value for name, value in asdict(old).items()}
        line |= {f"{NEW}_{name}": value for name, value in asdict(new).items()}
        is_asked = int(row["asked"] is not None)
        part.shown.append({**row, **line, "is_asked": is_asked})
        part.flips.append({**line, "is_asked": is_asked, "lines": 1})
        part.orders.add(row["order_ref"])
        if is_asked:
            cost = line["new_given"] - line["old_given"]
            part.costs.append({"currency": row["currency"], "lines": cost, "fees": 0})
            paid = fees[row["case_no"], row["currency"]]
            for key in (OLD, NEW):
                fee = line[f"{key}_fee"] if line[f"{key}_given"] > 0 else 0
                paid[key] = max(paid.get(key, 0), fee or 0)
    for (_, currency), paid in fees.items():
        change = paid[OLD] - paid[NEW]
        part.costs.append({"currency": currency, "lines": 0, "fees": change})
    part.shown = [row for row in part.shown if row["is_asked"]]
    return part
