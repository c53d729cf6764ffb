"""How hard each shop may be asked now, as all its workers know it together."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from connector.saying import heard, kept
from connector.store.database import atomic, moment, stamp

if TYPE_CHECKING:
    from connector.store.database import Database, Row

THOUSAND = 1000


class Breaker(StrEnum):
    """Whether calls go out: all, none, or one to try."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


@dataclass(frozen=True, slots=True, kw_only=True)
class PaceRow:
    """What is known of a shop's pace; levels in points, None is "never".

    `level` held at `level_at`; `failures` came one after another; the breaker is
    open from `opened_at` because of `why`, and lets one call try at `open_until`.
    """

    level: float = 0.0
    maximum: float = 0.0
    rate: float = 0.0  # points a second
    level_at: datetime | None = None
    not_before: datetime | None = None
    failures: int = 0
    opened_at: datetime | None = None
    open_until: datetime | None = None
    why: str = ""
    succeeded_at: datetime | None = None
    failed_at: datetime | None = None
    failed_why: str = ""

    def level_now(self, now: datetime) -> float:
        """Return the points in the bucket after what time restored."""
        if self.level_at is None:
            return self.level
        gone = max(0.0, (now - self.level_at).total_seconds())
        return min(self.maximum, self.level + gone * self.rate)

    def breaker(self, now: datetime) -> Breaker:
        """Return the state of the breaker."""
        if self.opened_at is None:
            return Breaker.CLOSED
        is_due = self.open_until is None or now >= self.open_until
        return Breaker.HALF_OPEN if is_due else Breaker.OPEN


@dataclass(frozen=True, slots=True, kw_only=True)
class UnderWay:
    """The calls that are out: how many, and the points set aside for them.

    `ended` of others were never given back, and their leases have ended.
    """

    count: int
    cost: float
    ended: int = 0


_TIMES = (
    "level_at",
    "not_before",
    "opened_at",
    "open_until",
    "succeeded_at",
    "failed_at",
)
_POINTS = ("level", "maximum", "rate")
_COLUMNS = tuple(one.name for one in fields(PaceRow))


def get(db: Database, shop: str) -> PaceRow:
    """Return a shop's pace; a blank one where it was never asked."""
    rows = db.query("SELECT * FROM pace WHERE shop = :shop", shop=shop)
    return _pace(rows[0]) if rows else PaceRow()


def is_open(db: Database, shop: str) -> bool:
    """Say whether the shop is taken to be down, half open included."""
    return get(db, shop).opened_at is not None


@atomic
def put(db: Database, shop: str, row: PaceRow) -> None:
    """Write a shop's pace down."""
    names = ", ".join(_COLUMNS)
    marks = ", ".join(f":{name}" for name in _COLUMNS)
    sets = ", ".join(f"{name} = :{name}" for name in _COLUMNS)
    db.execute(
        f"INSERT INTO pace (shop, {names}) VALUES (:shop, {marks})"  # noqa: S608 - our own column names
        f" ON CONFLICT (shop) DO UPDATE SET {sets}",
        shop=shop,
        **{name: _written(name, getattr(row, name)) for name in _COLUMNS},
    )


def at(db: Database, shop: str, now: datetime) -> tuple[PaceRow, UnderWay]:
    """Return a shop's pace and the calls that are out, in one look."""
    row = db.query(
        "SELECT p.*, c.* FROM (SELECT count(*) AS known,"
        " coalesce(sum(CASE WHEN ends_at > :now THEN 1 ELSE 0 END), 0) AS n,"
        " coalesce(sum(CASE WHEN ends_at > :now THEN cost ELSE 0 END), 0) AS cost"
        " FROM pace_calls WHERE shop = :shop) c"
        " LEFT JOIN pace p ON p.shop = :shop",
        shop=shop,
        now=stamp(now),
    )[0]
    count = int(row["n"])
    out = UnderWay(
        count=count, cost=int(row["cost"]) / THOUSAND, ended=int(row["known"]) - count
    )
    return (_pace(row) if row["shop"] else PaceRow()), out


def under_way(db: Database, shop: str, now: datetime) -> UnderWay:
    """Count the calls that are out, but for those whose lease has ended."""
    return at(db, shop, now)[1]


@atomic
def forget(db: Database, shop: str, now: datetime) -> None:
    """Forget the calls whose lease has ended."""
    db.execute(
        "DELETE FROM pace_calls WHERE shop = :shop AND ends_at <= :now",
        shop=shop,
        now=stamp(now),
    )


@atomic
def begin(db: Database, shop: str, cost: float, *, ends_at: datetime) -> int:
    """Note a call that is about to go out; return its number."""
    rows = db.query(
        "INSERT INTO pace_calls (shop, cost, ends_at)"
        " VALUES (:shop, :cost, :ends_at) RETURNING id",
        shop=shop,
        cost=round(cost * THOUSAND),
        ends_at=stamp(ends_at),
    )
    return int(rows[0]["id"])


@atomic
def end(db: Database, call: int) -> None:
    """Forget a call: its answer came, or none will."""
    db.execute("DELETE FROM pace_calls WHERE id = :id", id=call)


def _written(name: str, value: object) -> object:
    if name in _TIMES:
        return stamp(value) if isinstance(value, datetime) else ""
    if isinstance(value, str):
        return kept(value)
    if name in _POINTS and isinstance(value, (int, float)):
        return round(value * THOUSAND)
    return value


def _pace(row: Row) -> PaceRow:
    times = {name: moment(row[name]) if row[name] else None for name in _TIMES}
    points = {name: int(row[name]) / THOUSAND for name in _POINTS}
    texts = {name: row[name] for name in ("failures", "why", "failed_why")}
    found = PaceRow(**(times | points | texts))
    return replace(found, why=heard(found.why), failed_why=heard(found.failed_why))
