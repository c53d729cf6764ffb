"""Keep a delivery before it is answered; its meaning is read later."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.store import inbox

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from connector.store import Database


def accept(
    db: Database,
    *,
    shop: str,
    source: str,
    topic: str,
    delivery_key: str,
    body: bytes,
    headers: Mapping[str, str],
    now: datetime,
) -> bool:
    """Store a verified delivery durably; True when it is new.

    Raises the store's own error when it could not be kept, so that the edge
    answers 503 and the shop tries again.
    """
    return inbox.add(
        db,
        shop=shop,
        source=source,
        topic=topic,
        delivery_key=delivery_key,
        body=body,
        headers=headers,
        now=now,
    )


def became(
    db: Database, *, shop: str, source: str, delivery_key: str
) -> tuple[str, str]:
    """Say what became of a delivery that is here: its state, and why, in English.

    The state is new, done, unknown or failed; "" where there is no such delivery.
    """
    found = inbox.kept_as(db, shop, source, delivery_key)
    return (found.state, str(found.note)) if found else ("", "")
