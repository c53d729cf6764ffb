"""Refund arithmetic: from what was paid to what goes back, exact to the minor unit.

Rules R1-R14 (docs/money.md). Gross and each tax are shares of what the shop says was
paid; no tax is computed from a rate where the shop stored one. The preview that
customer and merchant see is the very function that pays.
"""

from connector.settlement.before import externals, look_back
from connector.settlement.credit import Credit, bonus, difference
from connector.settlement.given import (
    NEAR,
    at_worth,
    goods_out,
    paid_back,
    swapped,
)
from connector.settlement.prices import as_paid, claw_back, inclusive_tax, unbundle
from connector.settlement.reckon import settle
from connector.settlement.tenders import TENDER_ORDER, left_by_tender
from connector.settlement.vocabulary import (
    BASIS_POINTS,
    Extras,
    Own,
    Settlement,
    Units,
)

__all__ = [
    "BASIS_POINTS",
    "NEAR",
    "TENDER_ORDER",
    "Credit",
    "Extras",
    "Own",
    "Settlement",
    "Units",
    "as_paid",
    "at_worth",
    "bonus",
    "claw_back",
    "difference",
    "externals",
    "goods_out",
    "inclusive_tax",
    "left_by_tender",
    "look_back",
    "paid_back",
    "settle",
    "swapped",
    "unbundle",
]
