"""A condition of the policy in the reader's words, if it is for everybody."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from flask_babel import format_date, get_locale, gettext, lazy_gettext

from connector.money import Money
from connector.policy import label
from connector.policy.facts import FACTS
from connector.policy.vocabulary import ANY
from connector.web.face import money
from connector.web.reasons import way_back
from connector.web.words import word

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from connector.policy import Policy
    from connector.policy.vocabulary import Choice, Clause, Question

# What a public page may speak of. A condition on anything else, on tags or on what a
# customer sent back before, keeps its whole rule off the page.
NAMES = {
    "country": lazy_gettext("delivered to"),
    "currency": lazy_gettext("paid in"),
    "placed_at": lazy_gettext("ordered"),
    "days_since_purchase": lazy_gettext("days since the order"),
    "days_since_delivery": lazy_gettext("days since delivery"),
    "total": lazy_gettext("the whole order"),
    "price": lazy_gettext("price of the item"),
    "worth": lazy_gettext("worth of what comes back"),
    "quantity": lazy_gettext("how many"),
    "product": lazy_gettext("certain articles"),
    "variant": lazy_gettext("certain articles"),
    "sku": lazy_gettext("article number"),
    "tag": lazy_gettext("certain articles"),
    "category": lazy_gettext("category"),
    "gift_card": lazy_gettext("gift card"),
    "reason": lazy_gettext("reason"),
    "reason_group": lazy_gettext("reason"),
    "fault": lazy_gettext("who answers for it"),
    "kind": lazy_gettext("kind of return"),
    "resolution": lazy_gettext("made good with"),
    "answer": lazy_gettext("answer"),
    "method": lazy_gettext("way back"),
    "customer_group": lazy_gettext("customers"),
}
FAULTS = {
    "customer": lazy_gettext("you"),
    "merchant": lazy_gettext("we"),
    "carrier": lazy_gettext("the carrier"),
}
NEGATED = frozenset({"is_not", "not_in", "lacks"})
UNNAMED = frozenset({"product", "variant", "tag"})  # they say nothing to anybody
UNSAID = frozenset({"country", "reason", "language"})


def phrase(clauses: Sequence[Clause], policy: Policy) -> str | None:
    """Return all conditions as one phrase, "" for none; None if it is not public."""
    if any(one.fact not in NAMES for one in clauses):
        return None
    return "; ".join(dict.fromkeys(_clause(one, policy) for one in clauses))


def _clause(one: Clause, policy: Policy) -> str:
    fact = str(NAMES[one.fact])
    if one.fact in UNNAMED:
        if one.operator in NEGATED:
            return str(gettext("all but %(fact)s", fact=fact))
        return fact
    values = one.shown or one.values
    shown = [_value(one.fact, value, policy) for value in values]
    if one.operator in _BETWEEN and len(shown) > 1:
        return str(
            gettext(
                "%(fact)s: from %(first)s to %(last)s",
                fact=fact,
                first=shown[0],
                last=shown[1],
            )
        )
    return _FORMS.get(one.operator, _plain)(fact, ", ".join(shown))


def _plain(fact: str, values: str) -> str:
    return str(gettext("%(fact)s: %(values)s", fact=fact, values=values))


def _not(fact: str, values: str) -> str:
    return str(gettext("%(fact)s: not %(values)s", fact=fact, values=values))


_BETWEEN = frozenset({"between"})
_FORMS: Mapping[str, Callable[[str, str], str]] = {
    "contains_all": lambda fact, values: str(
        gettext("%(fact)s: all of %(values)s", fact=fact, values=values)
    ),
    "is_not": _not,
    "not_in": _not,
    "lacks": _not,
    "above": lambda fact, values: str(
        gettext("%(fact)s: more than %(values)s", fact=fact, values=values)
    ),
    "below": lambda fact, values: str(
        gettext("%(fact)s: less than %(values)s", fact=fact, values=values)
    ),
    "at_least": lambda fact, values: str(
        gettext("%(fact)s: %(values)s or more", fact=fact, values=values)
    ),
    "at_most": lambda fact, values: str(
        gettext("%(fact)s: %(values)s or less", fact=fact, values=values)
    ),
    "before": lambda fact, values: str(
        gettext("%(fact)s: before %(values)s", fact=fact, values=values)
    ),
    "after": lambda fact, values: str(
        gettext("%(fact)s: after %(values)s", fact=fact, values=values)
    ),
}


def _value(name: str, value: str | int, policy: Policy) -> str:
    """Write one value as its kind asks; words of ours in the reader's language."""
    if isinstance(value, int):
        return _number(FACTS[name].kind, value, policy)
    if not value:
        return str(gettext("not known") if name in UNSAID else gettext("none"))
    special = _WORDS.get(name)
    return special(value, policy) if special else value


def _number(kind: str, value: int, policy: Policy) -> str:
    if kind == "amount":
        return money(Money(value, policy.currency))
    if kind == "date":
        return day(date.fromordinal(value))
    if kind == "flag":
        return str(gettext("yes") if value else gettext("no"))
    return str(value)


def country(code: str) -> str:
    """Return a country's name in the reader's language, else its code."""
    locale = get_locale()
    return str(locale.territories.get(code, code)) if locale else code


def day(on: date) -> str:
    """Write a day in the reader's language; French has an ordinal for the first."""
    text = str(format_date(on, "long"))
    is_first = language()[:2] == "fr" and text.startswith("1 ")
    return f"1er{text[1:]}" if is_first else text


def under(what: str, where: str) -> str:
    """Put what holds before the conditions that it holds under."""
    if not where:
        return f"{what}."
    return str(gettext("%(what)s (%(where)s).", what=what, where=where))


def reason(code: str, policy: Policy) -> str:
    """Return a reason's words in the reader's language, else its code."""
    found = next((one for one in policy.reasons if one.code == code), None)
    if found is not None and code == ANY and not found.labels:
        is_all = len(policy.reasons) == 1
        return str(gettext("any reason") if is_all else gettext("any other reason"))
    return label(found, language()) if found else code


def _group(code: str, policy: Policy) -> str:
    found = next((one for one in policy.reason_groups if one.code == code), None)
    return label(found, language()) if found else code


def _answer(value: str, policy: Policy) -> str:
    asked, _, said = value.partition(":")
    found = next((one for one in policy.questions if one.code == asked), None)
    choice = found.choice(said) if found else None
    if found is None or choice is None:
        return value
    return answered(found, choice)


def answered(question: Question, choice: Choice) -> str:
    """Write a question with one of its answers, quoted as the language does."""
    return str(
        gettext(
            "“%(question)s” %(answer)s",
            question=label(question, language()),
            answer=label(choice, language()),
        )
    )


def language() -> str:
    """Return the reader's language."""
    return str(get_locale() or "en")


def _method(code: str, policy: Policy) -> str:
    return way_back(policy, code.casefold())


_WORDS: Mapping[str, Callable[[str, Policy], str]] = {
    "country": lambda value, _: country(value),
    "reason": reason,
    "reason_group": _group,
    "answer": _answer,
    "method": _method,
    "fault": lambda value, _: str(FAULTS.get(value, value)),
    "kind": lambda value, _: word(value),
    "resolution": lambda value, _: word(value),
}
