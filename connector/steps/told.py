"""What a shop was told of a return of ours, or told us: the lines, to be compared."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from connector import policy
from connector.states import Decision

if TYPE_CHECKING:
    from connector.model import Return, ReturnLine, ShopReturn
    from connector.policy import Policy

ACTOR = "shop"  # who files a return that the shop holds first
Told = Counter[tuple[str, int, str]]


def approved(case: Return) -> Return:
    """Leave only what the shop is to know of ours: the lines that were approved."""
    lines = tuple(
        replace(line, asked=line.approved)
        for line in case.lines
        if line.decision == Decision.APPROVED
    )
    return replace(case, lines=lines)


def worded(case: Return, rules: Policy, language: str) -> Return:
    """Say each line's reason as the shop says it: by its handle, and in words.

    Words are the first that the policy gives plugins, else its own in a language;
    a reason that it does not list is told as it is.
    """
    lines = tuple(_worded(line, rules, language) for line in case.lines)
    return replace(case, lines=lines)


def _worded(line: ReturnLine, rules: Policy, language: str) -> ReturnLine:
    one, other = rules.listed(line.reason), rules.reason(line.reason)
    if one is None:
        handle = other.shopify if other and other.shopify else line.reason
        return replace(line, reason_handle=handle, reason_words=line.reason)
    said = one.words[0] if one.words else policy.label(one, language)
    return replace(line, reason_handle=one.shopify or one.code, reason_words=said)


def is_rewritten(case: Return, found: ShopReturn) -> bool:
    """Say whether the shop's return asks for something else than ours by now."""
    is_theirs = case.filed_by == ACTOR
    ours: Told = Counter(
        (line.line_ref, line.asked, line.reason if is_theirs else "")
        for line in (case if is_theirs else approved(case)).lines
    )
    theirs: Told = Counter(
        (line.line_ref, line.quantity, reason(line.reason) if is_theirs else "")
        for line in found.lines
        if line.quantity > 0
    )
    return ours != theirs


def reason(said: str) -> str:
    """Return the reason of a shop's line as it is filed here."""
    return said or "unknown"
