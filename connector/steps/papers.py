"""Send a customer what the law wants him to have in writing of goods he handed in.

Written in the very commit that books the goods, so each is written once; it leaves
by the outbox that receipts of withdrawals leave by (no. 44 of docs/law.md).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import uuid_utils.compat as uuids

from connector import handed, law, policy
from connector.errors import NotFound, PolicyError
from connector.model import Kind, Resolution
from connector.steps import question
from connector.store import letters, orders, returns

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from connector.model import Return
    from connector.store import Database

FAULTS = frozenset({Kind.FAULTY, Kind.CARRIER_DAMAGE})
PUT_RIGHT = frozenset({Resolution.REPAIR, Resolution.REPLACEMENT})


def write(
    db: Database, return_id: str, units: Mapping[int, int], what: str, now: datetime
) -> None:
    """Plan the paper of units by return line id that just came, or just went back.

    `what` is handed.CAME or handed.BACK. Only of faulty goods that are put right, and
    only where an address is known: the page of the return says the same.
    """
    case = returns.get(db, return_id)
    order = orders.get(db, case.shop, case.order_ref)
    mine = [
        line
        for line in case.lines
        if units.get(line.id) and line.resolution in PUT_RIGHT
    ]
    if case.kind not in FAULTS or not mine or not order.customer.email:
        return
    titles = {line.ref: line.title for line in order.lines}
    given = handed.Handed(
        what=what,
        day=law.local_day(now, order.customer.country),
        number=case.number,
        order=order.number,
        goods=tuple(
            (
                units[line.id],
                titles.get(line.line_ref, line.line_ref),
                _fault(db, case, line.reason),
            )
            for line in mine
        ),
    )
    letters.write(
        db,
        letter_id=str(uuids.uuid7()),
        shop=case.shop,
        return_id=case.id,
        language=case.language,
        recipient=order.customer.email,
        subject=handed.subject(given, case.language),
        body=handed.paper(given, case.language),
        now=now,
    )


def _fault(db: Database, case: Return, code: str) -> str:
    """Return the reason that the customer chose, in his language; "" for no words."""
    try:
        rules = question.rules_of(db, case.shop, case.order_ref)
    except (NotFound, PolicyError):
        return ""
    one = rules.listed(code)
    return policy.label(one, case.language) if one else ""
