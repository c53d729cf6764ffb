"""The policy of an order, and a return put as a question to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector import policy
from connector.store import orders, shops

if TYPE_CHECKING:
    from connector.model import Return
    from connector.store import Database


def rules_of(db: Database, shop: str, order_ref: str) -> policy.Policy:
    """Return the policy version that an order is judged by; raises NotFound."""
    digest = orders.policy_of(db, shop, order_ref)
    return policy.stored(shops.policy_text(db, digest))


def asked(case: Return, past: tuple[policy.Past, ...] = ()) -> policy.Case:
    """Put a return as the policy's question; `past` are its customer's earlier ones."""
    return policy.Case(
        kind=case.kind,
        asked_at=case.opened_at,
        shop=case.shop,
        channel=case.filed_by,
        past=past,
        lines=tuple(
            policy.Wanted(
                line_ref=line.line_ref,
                quantity=line.asked,
                reason=line.reason,
                note=line.note,
                has_photo=line.has_photo,
                photos=line.photos,
                resolution=line.wanted,
                answers=line.answers,
            )
            for line in case.lines
        ),
    )
