"""Returns with a line that was declined: the shop's no, which a claim may outlive."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.store.database import stamp

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from connector.model import Kind
    from connector.store.database import Database


def since(
    db: Database, shop: str, kinds: Iterable[Kind], moment: datetime
) -> list[str]:
    """List the ids of a shop's returns of these kinds with a declined line.

    Opened at `moment` or later, closed ones too, cancelled ones not.
    """
    wanted = {kind.value for kind in kinds}
    rows = db.query(
        "SELECT DISTINCT r.id, r.kind, r.opened_at FROM returns r"
        " JOIN return_lines l ON l.return_id = r.id"
        " WHERE r.shop = :shop AND l.decision = 'declined'"
        " AND r.cancelled_at IS NULL AND r.opened_at >= :since"
        " ORDER BY r.opened_at, r.id",
        shop=shop,
        since=stamp(moment),
    )
    return [row["id"] for row in rows if row["kind"] in wanted]
