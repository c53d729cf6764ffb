"""Examine a shop's connection and remember what was found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.store import shops

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from connector.platform import Check, Shop
    from connector.store import Database

OK, WARN, FAIL = "ok", "warn", "fail"


def examine(shop: Shop) -> list[Check]:
    """Run every step of the check; the last one is the failure, where there is one."""
    found: list[Check] = []
    for check in shop.check():
        found.append(check)
        if check.verdict == FAIL:
            break
    return found


def remember(db: Database, name: str, found: list[Check], now: datetime) -> None:
    """Keep what a check learnt about a connected shop."""
    learnt = {key: value for check in found for key, value in check.learnt.items()}
    shops.learnt(db, name, learnt, now)


def failures(found: list[Check]) -> Iterator[Check]:
    """Return what keeps the shop from working."""
    return (check for check in found if check.verdict == FAIL)
