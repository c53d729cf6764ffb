"""Reasons as a reader sees them: in two levels, in his language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_babel import get_locale

from connector import policy
from connector.errors import NotFound
from connector.steps import question
from connector.web.face import face
from connector.web.words import word

if TYPE_CHECKING:
    from connector.model import Return
    from connector.policy import Method, Policy, Reason

# The words of a group ("" for none), and its reasons with theirs.
Group = tuple[str, list[tuple["Reason", str]]]


def grouped(rules: Policy) -> list[Group]:
    """Return the reasons in the order of the file, each group where its first stands.

    A reason without a group stands by itself.
    """
    upper = _groups(rules)
    found: dict[str, Group] = {}
    for one in rules.reasons:
        words = upper.get(one.group, "")
        key = f"group {one.group}" if words else f"reason {one.code}"
        found.setdefault(key, (words, []))[1].append((one, _label(one)))
    return list(found.values())


def words(rules: Policy, code: str) -> tuple[str, str]:
    """Return the words of a reason's group ("" for none), and its own.

    A shop's handle, or a plugin's words, name the reason that the policy takes them
    for; what it does not list stays as the shop says it.
    """
    one = rules.listed(code)
    if one is None:
        return "", code
    return _groups(rules).get(one.group, ""), _label(one)


def way_back(rules: Policy, method: str) -> str:
    """Return the words of a way back that the policy lists, else its code."""
    one = _method(rules, method)
    return policy.label(one, str(get_locale())) if one else method


def standing(case: Return) -> str:
    """Return how a return stands, in words; what is brought is awaited in the store.

    Of a way back that names no such place it is not known how the goods come.
    """
    if case.status != "awaited" or not case.method:
        return word(case.status)
    try:
        rules = question.rules_of(face().db, case.shop, case.order_ref)
    except NotFound:
        return word("awaited_goods")
    return word("awaited_there" if brought_to(rules, case.method) else "awaited_goods")


def brought_to(rules: Policy, method: str) -> str:
    """Return where goods are brought by a way back; "" where they are sent."""
    one = _method(rules, method)
    return policy.spoken(one.bring_to, str(get_locale())) if one else ""


def _method(rules: Policy, code: str) -> Method | None:
    return next((one for one in rules.methods if one.code == code), None)


def _groups(rules: Policy) -> dict[str, str]:
    language = str(get_locale())
    return {one.code: policy.label(one, language) for one in rules.reason_groups}


def _label(one: Reason) -> str:
    return policy.label(one, str(get_locale()))
