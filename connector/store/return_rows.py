"""Rows of returns and their lines, read as the model has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from connector.model import (
    Answer,
    Kind,
    NewGoods,
    Resolution,
    Return,
    ReturnLine,
    Terms,
)
from connector.store.database import moment

if TYPE_CHECKING:
    from collections.abc import Iterable

    from connector.store.database import Row


def a_return(row: Row, lines: Iterable[Row]) -> Return:
    """Build a return from its row and those of its lines, in their order."""
    return Return(
        id=row["id"],
        number=row["number"],
        shop=row["shop"],
        order_ref=row["order_ref"],
        kind=Kind(row["kind"]),
        filed_by=row["filed_by"],
        opened_at=moment(row["opened_at"]),
        lines=tuple(_line(line) for line in lines),
        method=row["method"],
        language=row["language"],
        shipped_at=moment(row["shipped_at"]) if row["shipped_at"] else None,
        proven_at=moment(row["proven_at"]) if row["proven_at"] else None,
        platform_ref=row["platform_ref"],
        refund_shipping=bool(row["refund_shipping"]),
        policy_hash=row["policy_hash"],
        terms=msgspec.json.decode(row["terms"], type=Terms) if row["terms"] else None,
        closed_at=moment(row["closed_at"]) if row["closed_at"] else None,
        cancelled_at=moment(row["cancelled_at"]) if row["cancelled_at"] else None,
    )


def _line(row: Row) -> ReturnLine:
    return ReturnLine(
        id=row["id"],
        line_ref=row["line_ref"],
        asked=row["asked"],
        reason=row["reason"],
        note=row["note"],
        has_photo=bool(row["has_photo"]),
        decision=row["decision"],
        approved=row["approved"],
        received=row["received"],
        accepted=row["accepted"],
        rejected=row["rejected"],
        lost=row["lost"],
        elsewhere=row["elsewhere"],
        platform_ref=row["platform_ref"],
        trace=msgspec.json.decode(row["trace"], type=tuple[Answer, ...]),
        wanted=Resolution(row["wanted"]),
        decided=Resolution(row["decided"]) if row["decided"] else None,
        goods=msgspec.json.decode(row["goods"], type=NewGoods)
        if row["goods"]
        else None,
        answers=msgspec.json.decode(row["answers"], type=tuple[tuple[str, str], ...]),
        restock=None if row["restock"] is None else bool(row["restock"]),
        place=row["place"],
        loss_bp=row["loss_bp"],
        handed_back=row["handed_back"],
        photos=row["photos"],
    )
