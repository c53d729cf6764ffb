"""How much has left a shop, in money and in what is worth money: for its limits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from connector.model import RefundRequest
from connector.money import Money, total
from connector.store.database import stamp

if TYPE_CHECKING:
    from datetime import datetime

    from connector.store.database import Database

# A plan is read only where the amount that is charged to tenders is not all of it.
SENT = """
SELECT amount_minor, CASE WHEN way = 'refund' THEN '' ELSE plan END AS plan
FROM refunds WHERE shop = :shop AND currency = :currency AND first_sent_at >= :since
AND state NOT IN ('rejected', 'failed', 'cancelled')
AND (plan NOT LIKE :named OR plan LIKE :unnamed)"""
# What another refund pays is counted with that one.
PAID_BY = {"named": '%"paid_by":"%', "unnamed": '%"paid_by":""%'}


def since(db: Database, shop: str, currency: str, moment: datetime) -> Money:
    """Add up what is given by all that was first sent since a moment, in a currency."""
    rows = db.query(SENT, shop=shop, currency=currency, since=stamp(moment), **PAID_BY)
    given = (
        msgspec.json.decode(row["plan"], type=RefundRequest).given
        if row["plan"]
        else Money(row["amount_minor"], currency)
        for row in rows
    )
    return total(given, currency)
