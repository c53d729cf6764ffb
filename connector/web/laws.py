"""Articles of the law, and what an exception of it needs, in the reader's language."""

from __future__ import annotations

import re

from flask_babel import gettext, lazy_gettext

NUMBER = re.compile(r"(.+) no\. (\w+)")
LETTER = re.compile(r"(.+ art\. 16)(\(\w\))")
FACT = re.compile(r"article 16 \((\w)\) of Directive 2011/83/EU")
# What an exception to withdrawal needs, by the names of `connector.law.letters`.
NEEDS = {
    "acknowledged": lazy_gettext("the loss of the right was acknowledged"),
    "after_30_days": lazy_gettext("delivered after 30 days"),
    "begun": lazy_gettext("begun"),
    "confirmed": lazy_gettext("confirmed on a durable medium"),
    "consent": lazy_gettext("consented to"),
    "dated": lazy_gettext("for a fixed date"),
    "done": lazy_gettext("done in full"),
    "mixed": lazy_gettext("mixed inseparably"),
    "price_agreed": lazy_gettext("the price was agreed at the sale"),
    "requested": lazy_gettext("asked for by the customer"),
    "single_issue": lazy_gettext("a single issue"),
    "unsealed": lazy_gettext("the seal is broken"),
}


def cited(article: str) -> str:
    """Return an article as the reader's language calls it; a name stays a name."""
    if not article:
        return ""
    if found := FACT.fullmatch(article):
        letter = found.group(1)
        text = gettext("article 16 (%(letter)s) of Directive 2011/83/EU", letter=letter)
        return str(text)
    if found := LETTER.fullmatch(article):
        return f"{gettext(found.group(1))}{found.group(2)}"
    known = str(gettext(article))
    if known == article and (found := NUMBER.fullmatch(article)):
        place, number = found.groups()
        return str(gettext("%(place)s no. %(number)s", place=place, number=number))
    return known


def need(fact: str) -> str:
    """Return what an exception needs, in words; an unknown one by its name."""
    return str(NEEDS.get(fact, fact.replace("_", " ")))
