"""That goods are faulty can always be said, whatever reasons a policy names.

Nothing is refused for being late then: it is a claim that the law grants (docs/law.md,
statement 51).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.model import Fault
from connector.policy.vocabulary import Reason

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connector.policy.vocabulary import Policy

# The reason of a policy that names none for which the merchant answers.
BUILT_IN = Reason(
    code="faulty-or-wrong",
    labels={
        "en": "It is faulty, damaged or not what I ordered",
        "fr": "L'article est défectueux, endommagé ou n'est pas celui commandé",
        "de": "Der Artikel ist mangelhaft, beschädigt oder nicht der bestellte",
        "es": "El artículo está defectuoso, dañado o no es el que pedí",
    },
    fault=Fault.MERCHANT,
    shopify="damaged-or-defective",
)
# Codes and handles, of Shopify and of everyday use, that mean a fault and no wish.
NAMES = frozenset(
    {
        BUILT_IN.code, "damaged-or-defective", "item-not-as-described",
        "received-the-wrong-item", "not-as-described", "wrong-item", "wrong-product",
        "wrong-article", "defective", "defect", "faulty", "broken", "damaged",
        "arrived-damaged", "damaged-in-transit",
    }
)  # fmt: skip


def completed(named: Sequence[Reason]) -> tuple[Reason, ...]:
    """Return a policy's reasons, and one for faults where none of them is for one.

    A reason for the carrier's faults alone is none for goods that never worked.
    """
    has_one = any(one.fault is Fault.MERCHANT for one in named)
    is_taken = any(one.code == BUILT_IN.code for one in named)
    if not named or has_one or is_taken:
        return tuple(named)
    return (*named, BUILT_IN)


def is_added(policy: Policy) -> bool:
    """Whether a policy named no reason for the merchant's faults, and got one."""
    return BUILT_IN in policy.reasons


def is_hidden(reason: Reason) -> bool:
    """Whether a reason calls a well-known fault the customer's own wish."""
    is_named = is_fault(reason.code) or is_fault(reason.shopify)
    return reason.fault is Fault.CUSTOMER and is_named


def is_fault(word: str) -> bool:
    """Whether a code or a handle means a fault, however it is written."""
    return word.strip().casefold().replace("_", "-") in NAMES
