"""The USA: no right of withdrawal, but what was not shown does not bind.

Statements 63, 65 and 79 of docs/law.md; goods not shipped are in `clocks`.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from connector.law.profiles import Regime, profile
from connector.law.switches import DEFAULTS
from connector.money import Money

if TYPE_CHECKING:
    from connector.law.switches import Switches

CALIFORNIA_DAYS = 30  # Civil Code 1723
CALIFORNIA, NEW_YORK = "CA", "NY"


def policy_until(
    bought: date,
    days: int,
    region: str,
    *,
    is_shown: bool,
    switches: Switches = DEFAULTS,
) -> date:
    """Return the last day of the merchant's own window for a buyer in the USA.

    `region` is the state. `is_shown` says that the policy was conspicuously shown
    before the sale, as kept with its version and time; without that record the 30
    days of California hold, whatever the policy gives.
    """
    last = bought + timedelta(days=days)
    if is_shown:
        return last
    if region == CALIFORNIA:
        return max(last, bought + timedelta(days=CALIFORNIA_DAYS))
    more = switches["us_new_york_days"]
    if region == NEW_YORK and isinstance(more, int):
        return max(last, bought + timedelta(days=more))
    return last


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
