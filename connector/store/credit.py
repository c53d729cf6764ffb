"""Credit that we made: what was issued, taken back, and what the shop says is left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from connector.model import CREDITS, Resolution
from connector.money import Money
from connector.store.database import atomic, moment, stamp

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.store.database import Database, Row
    from connector.store.refunds import RefundRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """One credit: `value` stands for what was paid, `bonus` is the merchant's gift.

    `left` is what the shop last said; None where it was never asked.
    """

    refund_id: str
    shop: str
    order_ref: str
    code: str
    value: Money
    bonus: Money
    left: Money | None
    expires_at: datetime | None
    issued_at: datetime
    is_reversed: bool


@atomic
def enter(db: Database, row: RefundRow, kind: str, now: datetime) -> None:
    """Write down that a refund became credit (`issue`), or came undone (`reverse`)."""
    if row.request.way not in CREDITS:
        return
    for part, amount in _parts(row):
        ends = row.request.expires_at
        db.execute(
            "INSERT INTO credits (refund_id, shop, order_ref, code, kind, part,"
            " amount_minor, currency, expires_at, at) VALUES (:id, :shop, :order_ref,"
            " :code, :kind, :part, :minor, :currency, CAST(:ends AS TEXT), :now)",
            id=row.id,
            shop=row.shop,
            order_ref=row.order_ref,
            code=row.request.code,
            kind=kind,
            part=part,
            minor=amount.minor,
            currency=amount.currency,
            ends=stamp(ends) if ends else None,
            now=stamp(now),
        )


def _parts(row: RefundRow) -> Iterator[tuple[str, Money]]:
    """Name the parts of a credit that are not nothing."""
    asked = row.request
    extra = "courtesy" if asked.way is Resolution.COURTESY else "bonus"
    if asked.amount:
        yield "value", asked.amount
    if asked.bonus:
        yield extra, asked.bonus


def kindnesses_like(db: Database, shop: str, made: str) -> list[str]:
    """List the keys of kindnesses that a credit was made for, or that are out now."""
    rows = db.query(
        "SELECT id FROM refunds WHERE shop = :shop AND way = 'courtesy'"
        " AND (made = :made OR state = 'submitted')",
        shop=shop,
        made=made,
    )
    return [row["id"] for row in rows]


@atomic
def left(db: Database, refund_id: str, amount: Money, now: datetime) -> None:
    """Remember what the shop says is left of a credit."""
    db.execute(
        "INSERT INTO balances (refund_id, left_minor, read_at)"
        " VALUES (:id, :minor, :now) ON CONFLICT (refund_id)"
        " DO UPDATE SET left_minor = :minor, read_at = :now",
        id=refund_id,
        minor=amount.minor,
        now=stamp(now),
    )


def of_order(db: Database, shop: str, order_ref: str) -> list[Credit]:
    """List the credits that an order's returns became, oldest first."""
    return _many(
        db, "c.shop = :shop AND c.order_ref = :ref", {"shop": shop, "ref": order_ref}
    )


def standing(db: Database, shop: str, before: datetime, now: datetime) -> list[Credit]:
    """List a shop's credits that were not read since, but for what is over.

    Over is one that came undone, or that is used up and has ended: an order which is
    cancelled gives back its part of any other.
    """
    found = _many(
        db,
        "c.shop = :shop AND (b.read_at IS NULL OR b.read_at <= :before)",
        {"shop": shop, "before": stamp(before)},
    )
    return [one for one in found if not one.is_reversed and not is_over(one, now)]


def is_over(one: Credit, now: datetime) -> bool:
    """Say whether a credit is used up and has ended: no order can give it back."""
    has_ended = one.expires_at is not None and one.expires_at <= now
    return has_ended and one.left == Money.zero(one.value.currency)


def _many(db: Database, where: str, values: dict[str, object]) -> list[Credit]:
    rows = db.query(
        "SELECT c.refund_id AS refund_id, c.shop AS shop, c.order_ref AS order_ref,"  # noqa: S608 - `where` is written above
        " c.code AS code, c.currency AS currency, min(c.expires_at) AS expires_at,"
        " min(c.at) AS at, min(b.left_minor) AS left_minor,"
        " sum(CASE WHEN c.kind = 'issue' AND c.part = 'value'"
        "  THEN c.amount_minor ELSE 0 END) AS value_minor,"
        " sum(CASE WHEN c.kind = 'issue' AND c.part <> 'value'"
        "  THEN c.amount_minor ELSE 0 END) AS bonus_minor,"
        " sum(CASE WHEN c.kind = 'reverse' THEN 1 ELSE 0 END) AS undone"
        " FROM credits c LEFT JOIN balances b ON b.refund_id = c.refund_id"
        f" WHERE {where} GROUP BY c.refund_id, c.shop, c.order_ref, c.code, c.currency"
        " ORDER BY min(c.id)",
        **values,
    )
    return [_credit(row) for row in rows]


def _credit(row: Row) -> Credit:
    currency, left_minor = row["currency"], row["left_minor"]
    return Credit(
        refund_id=row["refund_id"],
        shop=row["shop"],
        order_ref=row["order_ref"],
        code=row["code"],
        value=Money(int(row["value_minor"]), currency),
        bonus=Money(int(row["bonus_minor"]), currency),
        left=None if left_minor is None else Money(int(left_minor), currency),
        expires_at=moment(row["expires_at"]) if row["expires_at"] else None,
        issued_at=moment(row["at"]),
        is_reversed=bool(row["undone"]),
    )
