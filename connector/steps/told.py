"""What a shop was told of a return of ours, or told us: the lines, to be compared."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from connector.states import Decision

if TYPE_CHECKING:
    from connector.model import Return, ShopReturn

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
