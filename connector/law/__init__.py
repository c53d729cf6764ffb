"""The law of withdrawal, faults and refunds, by the customer's country. Pure.

docs/law.md lists every rule with its source; none of it is legal advice.
"""

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
from connector.law.consequences import (
    Fee,
    delivery_back,
    delivery_of_part,
    fees_allowed,
    may_part,
    same_means,
    value_kept,
)
from connector.law.late import How, Late, late_of, lateness, warranty_shipping
from connector.law.letters import LETTERS, Exempt, Letter
from connector.law.profiles import PROFILES, Profile, Regime, profile, withdrawing
from connector.law.switches import DEFAULTS, SWITCHES, Switch, Switches, settle
from connector.law.withdrawal import Delivery, Right, Sale, Told, right, sale_of

__all__ = [
    "DEFAULTS",
    "LETTERS",
    "PROFILES",
    "SWITCHES",
    "Clock",
    "Delivery",
    "Exempt",
    "Fee",
    "How",
    "Late",
    "Letter",
    "Profile",
    "Progress",
    "Regime",
    "Right",
    "Sale",
    "Switch",
    "Switches",
    "Told",
    "Who",
    "clock",
    "delivery_back",
    "delivery_of_part",
    "end_of",
    "fees_allowed",
    "is_working",
    "late_of",
    "lateness",
    "local_day",
    "may_part",
    "moved",
    "profile",
    "prompt_refund",
    "refund_due",
    "right",
    "sale_of",
    "same_means",
    "send_back_by",
    "settle",
    "value_kept",
    "warranty_shipping",
    "withdrawing",
]
