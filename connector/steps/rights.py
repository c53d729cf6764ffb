"""What the law gives the customer of a return, for the person who decides on it.

Nothing is decided here: until when he may withdraw and why so long, how long a fault
is answered for, who proves it, and what he may ask for (docs/law.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from connector import law, policy
from connector.law import LETTERS, Exempt, Goods, Guarantee, Path, Regime, Remedy, Right
from connector.model import Kind, Resolution
from connector.steps import progress
from connector.store import history, notices, returns

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from connector.law import Switches
    from connector.model import Order, Return, ReturnLine
    from connector.store import Database
    from connector.store.history import Event

FAULTS = frozenset({Kind.FAULTY, Kind.CARRIER_DAMAGE})
ORDER = tuple(Remedy)  # what is asked for first stands first


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawing:
    """The right to withdraw from one line; `needs` are facts of its exception.

    The exception holds only if it was shown before the sale, which nobody but the
    merchant knows.
    """

    line_id: int
    right: Right
    exception: str = ""
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Faulty:
    """The guarantee of one line's goods; `remedies` in the order of the law.

    `reject_until` is the last day to reject them at once (United Kingdom),
    `way_article` who pays the customer's shipping, "" where no article does.
    """

    line_id: int
    guarantee: Guarantee
    is_open: bool
    remedies: tuple[Remedy, ...]
    remedies_article: str
    reject_until: date | None = None
    way_article: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rights:
    """What the law gives, line by line; empty where no law speaks of the return."""

    withdrawing: tuple[Withdrawing, ...] = ()
    faulty: tuple[Faulty, ...] = ()


def of(db: Database, case: Return, order: Order, now: datetime) -> Rights:
    """Return what the law gives for each line of a return."""
    given = progress.switches(db, case)
    country = order.customer.country
    if case.kind is Kind.WITHDRAWAL and law.profile(country).withdrawal_days:
        told = _told(db, case, order)
        return Rights(
            withdrawing=tuple(
                _withdrawing(line, law.sale_of(order, told), given)
                for line in case.lines
            )
        )
    if case.kind in FAULTS and law.profile(country).regime in (Regime.EU, Regime.UK):
        today = law.local_day(now, country)
        return Rights(
            faulty=tuple(
                _faulty(db, case, line, order, today, given) for line in case.lines
            )
        )
    return Rights()


def _told(db: Database, case: Return, order: Order) -> law.Told:
    """Return what he was told before he bought; the text names the function too."""
    if not notices.was_told(db, case.shop, order.placed_at):
        return law.Told()
    day = law.local_day(order.placed_at, order.customer.country)
    return law.Told(right=day, function=day)


def _withdrawing(line: ReturnLine, sale: law.Sale, given: Switches) -> Withdrawing:
    right = law.right(sale, switches=given)
    letter = next(
        (value for one in line.trace for name, value in one.facts if name == "letter"),
        "",
    )
    if letter not in LETTERS:
        return Withdrawing(line_id=line.id, right=right)
    shown = Exempt(letter=letter, shown=True)
    return Withdrawing(
        line_id=line.id,
        right=right,
        exception=law.place_of(letter, sale.country),
        needs=tuple(sorted(shown.missing)),
    )


def _faulty(
    db: Database,
    case: Return,
    line: ReturnLine,
    order: Order,
    today: date,
    given: Switches,
) -> Faulty:
    known = law.profile(order.customer.country)
    repairs = _repairs(db, case, line)
    goods = _goods(order, line, repairs)
    asked = law.local_day(case.opened_at, goods.country)
    found = law.remedies(goods, today, asked=asked, has_failed=bool(repairs))
    is_uk = known.regime is Regime.UK and goods.delivered is not None
    return Faulty(
        line_id=line.id,
        guarantee=law.guarantee(goods, given),
        is_open=law.path(goods, today, given) is Path.OPEN,
        remedies=tuple(one for one in ORDER if one in found),
        remedies_article=known.article("remedies"),
        reject_until=law.reject_until(
            goods.delivered, goods.repaired, goods.handed_back
        )
        if is_uk and goods.delivered
        else None,
        way_article=known.article("warranty_shipping"),
    )


def _repairs(db: Database, case: Return, line: ReturnLine) -> list[Event]:
    """List when goods of this very line came back from a repair, oldest first."""
    return [
        event
        for other in returns.of_order(db, case.shop, case.order_ref)
        if other.id != case.id
        and any(
            one.line_ref == line.line_ref
            and one.resolution is Resolution.REPAIR
            and one.handed_back
            for one in other.lines
        )
        for event in history.timeline(db, other.id)
        if event.event == "hand_back"
    ]


def _goods(order: Order, line: ReturnLine, repairs: Sequence[Event]) -> Goods:
    country = order.customer.country
    begins, counted_from = policy.line_begins(order, line.line_ref)
    back = law.local_day(repairs[-1].at, country) if repairs else None
    return Goods(
        country=country,
        bought=law.local_day(order.placed_at, country),
        delivered=law.local_day(begins, country)
        if counted_from == "delivery"
        else None,
        repaired=back,
        handed_back=back,
    )
