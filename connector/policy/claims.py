"""What a reason says of whose fault it is, as the shop or another program words it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.model import FAULTS, Fault, Kind
from connector.policy.faults import is_fault
from connector.policy.vocabulary import ANY

if TYPE_CHECKING:
    from connector.policy.vocabulary import Policy

KIND = {
    Fault.CUSTOMER: Kind.VOLUNTARY,
    Fault.MERCHANT: Kind.FAULTY,
    Fault.CARRIER: Kind.CARRIER_DAMAGE,
}
# Reasons of Shopify that say nothing of whose fault it is.
VAGUE = frozenset({"", "unknown", "other-reason"})
# Channels of who files without having read the reasons of the policy.
OUTSIDE = frozenset({"inbound", "shop"})


def kind_of(rules: Policy, said: str) -> Kind:
    """Say why, in law, a line comes back: by who answers for its reason.

    Who withdraws from the contract says so by the function that is made for it. A
    reason that says nothing, or that the policy does not know, is nobody's fault yet.
    """
    reason = rules.reason(said)
    if reason is None or (said in VAGUE and reason.code not in (said, ANY)):
        return Kind.VOLUNTARY
    return KIND[reason.fault]


def is_claim(rules: Policy, said: str) -> bool:
    """Say whether the law grants something for what is said."""
    return kind_of(rules, said) in FAULTS


def is_unsure(rules: Policy, said: str) -> bool:
    """Say whether a well-known word for a fault is none of the policy's reasons."""
    return is_fault(said) and _is_other(rules, said) and not is_claim(rules, said)


def may_be_one(rules: Policy, said: str) -> bool:
    """Say whether this is, or may be, a claim: none such is declined unseen."""
    return is_claim(rules, said) or _is_other(rules, said) or said in VAGUE


def _is_other(rules: Policy, said: str) -> bool:
    reason = rules.reason(said)
    return reason is None or reason.code == ANY
