"""Limits on how often a customer sends goods back, as SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.backtest.sql import either

if TYPE_CHECKING:
    from connector.backtest.clauses import Text
    from connector.policy import Policy


def often(policy: Policy, text: Text, says: str) -> str:
    """Tell whether the customer sends back more than the limits that say so allow."""
    tests = []
    for one in policy.limits:
        if one.says != says:
            continue
        if one.returns is not None:
            count = text.past("count(*)", one.days, "c.position = 0")
            tests.append(f"1 + {count} > {one.returns}")
        if one.worth is not None:
            before = text.past_worth(one.days)
            asked = _all_asked(policy, text)
            tests.append(f"{asked} + {before} > {one.worth.minor}")
    return either(tests)


def _all_asked(policy: Policy, text: Text) -> str:
    """Write what the whole return was worth, 0 in another currency."""
    currency = f"p.currency = {text.value(policy.currency)}"
    worth = "SELECT sum(w.worth) FROM past_lines w WHERE w.case_no = p.case_no"
    return f"(CASE WHEN {currency} THEN ({worth}) ELSE 0 END)"
