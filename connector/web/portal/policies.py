"""What the policy of an order says to this reader."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_babel import get_locale

from connector import policy
from connector.steps import question
from connector.web import reasons
from connector.web.face import face

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connector.model import Order
    from connector.policy import Method, Policy, Question
    from connector.policy.vocabulary import Choice
    from connector.web.reasons import Group


def rules_of(shop: str, order: Order) -> Policy:
    """Return the policy that is bound to an order."""
    return question.rules_of(face().db, shop, order.ref)


def grouped(shop: str, order: Order) -> Sequence[Group]:
    """Return the reasons of the order's policy in their groups, for this reader."""
    return reasons.grouped(rules_of(shop, order))


def label(one: Question | Choice | Method) -> str:
    """Return the words of a question, an answer or a way back for this reader."""
    return policy.label(one, str(get_locale()))


def way_back(shop: str, order: Order, method: str) -> str:
    """Return the words of the way back that was chosen; "" where none was."""
    return reasons.way_back(rules_of(shop, order), method)
