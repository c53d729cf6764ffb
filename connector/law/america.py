"""The USA: no right of withdrawal, but what was not shown does not bind.

Statements 63, 65 and 79 of docs/law.md; goods not shipped are in `clocks`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.law.profiles import Regime, profile
from connector.law.switches import DEFAULTS
from connector.money import Money

if TYPE_CHECKING:
    from connector.law.switches import Switches

CALIFORNIA_DAYS = 30  # Civil Code 1723
CALIFORNIA, NEW_YORK = "CA", "NY"


def unshown_days(region: str, days: int, switches: Switches = DEFAULTS) -> int:
    """Return how long a buyer may return goods where the policy was not shown to him.

    `region` is the state, `days` what the policy gives. California gives 30, whatever
    the policy says, unless it was conspicuously shown before the sale.
    """
    if region == CALIFORNIA:
        return max(days, CALIFORNIA_DAYS)
    more = switches["us_new_york_days"]
    if region == NEW_YORK and isinstance(more, int):
        return max(days, more)
    return days


def fee_tax(
    fee: Money,
    gross: Money,
    tax: Money,
    *,
    country: str,
    region: str = "",
    switches: Switches = DEFAULTS,
) -> Money:
    """Return how much of a fee kept on a voluntary return is tax.

    The tax of its line (`tax` within `gross`), in proportion; in California none: all
    tax goes back (Reg. 1655(a)(1)). The accountant owns the switch `fee_tax`.
    """
    in_california = profile(country).regime is Regime.US and region == CALIFORNIA
    if in_california or switches["fee_tax"] == "none" or not gross:
        return Money.zero(fee.currency)
    return fee.share(tax.minor, gross.minor)
