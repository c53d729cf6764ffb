"""The law of withdrawal, faults and refunds, by the customer's country. Pure.

docs/law.md lists every rule with its source; none of it is legal advice.
"""

from connector.law.america import fee_tax
from connector.law.calendars import accepted_until, end_of, local_day
from connector.law.clocks import (
    REFUND_DAYS,
    Clock,
    Progress,
    Who,
    clock,
    refund_due,
)
from connector.law.conformity import (
    Goods,
    Guarantee,
    Path,
    Remedy,
    extends,
    guarantee,
    path,
    reject_until,
    remedies,
)
from connector.law.consequences import (
    Fee,
    binds_means,
    delivery_of_part,
    fees_allowed,
    loss_allowed,
    may_part,
    same_means,
    surcharges_back,
)
from connector.law.floor import (
    Advice,
    Charged,
    Denied,
    Excluded,
    Terms,
    Undercut,
    Window,
    advice,
    undercuts,
)
from connector.law.labels import FORM, LABELS, MANDATORY, Label, capital, labels
from connector.law.late import How, Late
from connector.law.letters import LETTERS, Exempt, Letter, place_of
from connector.law.profiles import PROFILES, Profile, Regime, profile, withdrawing
from connector.law.switches import DEFAULTS, SWITCHES, Switch, Switches, settle
from connector.law.withdrawal import (
    Delivery,
    Right,
    Sale,
    Told,
    right,
    sale_of,
    withdrawal_days,
)

__all__ = [
    "DEFAULTS",
    "FORM",
    "LABELS",
    "LETTERS",
    "MANDATORY",
    "PROFILES",
    "REFUND_DAYS",
    "SWITCHES",
    "Advice",
    "Charged",
    "Clock",
    "Delivery",
    "Denied",
    "Excluded",
    "Exempt",
    "Fee",
    "Goods",
    "Guarantee",
    "How",
    "Label",
    "Late",
    "Letter",
    "Path",
    "Profile",
    "Progress",
    "Regime",
    "Remedy",
    "Right",
    "Sale",
    "Switch",
    "Switches",
    "Terms",
    "Told",
    "Undercut",
    "Who",
    "Window",
    "accepted_until",
    "advice",
    "binds_means",
    "capital",
    "clock",
    "delivery_of_part",
    "end_of",
    "extends",
    "fee_tax",
    "fees_allowed",
    "guarantee",
    "labels",
    "local_day",
    "loss_allowed",
    "may_part",
    "path",
    "place_of",
    "profile",
    "refund_due",
    "reject_until",
    "remedies",
    "right",
    "sale_of",
    "same_means",
    "settle",
    "surcharges_back",
    "undercuts",
    "withdrawal_days",
    "withdrawing",
]
