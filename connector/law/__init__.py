"""The law of withdrawal, faults and refunds, by the customer's country. Pure.

docs/law.md lists every rule with its source; none of it is legal advice.
"""

from connector.law.america import fee_tax, policy_until
from connector.law.calendars import end_of, is_working, local_day, moved
from connector.law.clocks import (
    Clock,
    Progress,
    Who,
    clock,
    prompt_refund,
    refund_due,
    send_back_by,
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
    delivery_back,
    delivery_of_part,
    fees_allowed,
    may_part,
    same_means,
    value_kept,
)
from connector.law.floor import Excluded, Terms, Undercut, Window, undercuts
from connector.law.labels import FORM, LABELS, MANDATORY, Label, capital, labels
from connector.law.late import How, Late, late_of, lateness, warranty_shipping
from connector.law.letters import LETTERS, Exempt, Letter
from connector.law.profiles import PROFILES, Profile, Regime, profile, withdrawing
from connector.law.switches import DEFAULTS, SWITCHES, Switch, Switches, settle
from connector.law.withdrawal import (
    Delivery,
    Right,
    Sale,
    Told,
    owes_function,
    right,
    sale_of,
)

__all__ = [
    "DEFAULTS",
    "FORM",
    "LABELS",
    "LETTERS",
    "MANDATORY",
    "PROFILES",
    "SWITCHES",
    "Clock",
    "Delivery",
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
    "capital",
    "clock",
    "delivery_back",
    "delivery_of_part",
    "end_of",
    "extends",
    "fee_tax",
    "fees_allowed",
    "guarantee",
    "is_working",
    "labels",
    "late_of",
    "lateness",
    "local_day",
    "may_part",
    "moved",
    "owes_function",
    "path",
    "policy_until",
    "profile",
    "prompt_refund",
    "refund_due",
    "reject_until",
    "remedies",
    "right",
    "sale_of",
    "same_means",
    "send_back_by",
    "settle",
    "undercuts",
    "value_kept",
    "warranty_shipping",
    "withdrawing",
]
