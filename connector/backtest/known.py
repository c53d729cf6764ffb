"""What is known already, where a test is looked at, is not weighed there again.

Inside of tests that must all hold, those before it hold; where one of some must, those
before it do not; and where an arm of a CASE is looked at, none before it spoke. Columns
are never NULL where that would matter: what may be is only ever a value.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.backtest.sql import (
    NO,
    YES,
    Above,
    Case,
    Chosen,
    Joined,
    No,
    both,
    case,
    either,
    no,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

Known = dict[str, bool]  # whether tests hold


def knowing(test: str, *, holds: bool = True) -> Known:
    """Return what follows from it that a test holds, or does not."""
    known = {test: holds}
    if isinstance(test, No):
        known |= knowing(test.test, holds=not holds)
    elif isinstance(test, Joined) and (test.word == "AND") is holds:
        for one in test.tests:
            known |= knowing(one, holds=holds)
    return known


def shorter(text: str, known: Mapping[str, bool] | None = None) -> str:
    """Write a test or a value without what is known where it is looked at."""
    known = known or {}
    if text in known:
        return YES if known[text] else NO
    match text:
        case No():
            found = no(shorter(text.test, known))
        case Joined():
            found = _joined(text, dict(known))
        case Case():
            found = _case(text, dict(known))
        case Chosen():
            chosen = shorter(text.case, known)
            found = {"1": YES, "0": NO}.get(chosen) or Chosen(chosen)
        case Above():
            found = Above(text.left, shorter(text.right, known))
        case _:
            found = text
    return found


def _joined(text: Joined, known: Known) -> str:
    all_hold = text.word == "AND"
    found = []
    for one in text.tests:
        rest = shorter(one, known)
        found.append(rest)
        if rest not in (YES, NO):
            known |= knowing(rest, holds=all_hold) | knowing(one, holds=all_hold)
    return both(found) if all_hold else either(found)


def _case(text: Case, known: Known) -> str:
    arms = []
    for test, value in text.arms:
        rest = shorter(test, known)
        if rest != NO:
            arms.append((rest, shorter(value, known | knowing(rest))))
        known |= knowing(rest, holds=False) | knowing(test, holds=False)
    return case(*arms, otherwise=shorter(text.otherwise, known))
