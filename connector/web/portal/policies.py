"""What the policy of an order says to this reader."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_babel import get_locale

from connector import policy
from connector.steps import question
from connector.web.face import face

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connector.model import Order
    from connector.policy import Policy, Question, Reason
    from connector.policy.vocabulary import Choice


def rules_of(shop: str, order: Order) -> Policy:
    """Return the policy that is bound to an order."""
    return question.rules_of(face().db, shop, order.ref)


def reasons(shop: str, order: Order) -> Sequence[tuple[Reason, str]]:
    """Return each reason of the order's policy with its words for this reader."""
    language = str(get_locale())
    known = policy.reasons(rules_of(shop, order))
    return [(one, policy.label(one, language)) for one in known]


def label(one: Question | Choice) -> str:
    """Return the words of a question or an answer for this reader."""
    return policy.label(one, str(get_locale()))
