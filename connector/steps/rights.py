"""What the law gives the customer of a return, for the person who decides on it.

Nothing is decided here: until when he may withdraw and why so long, how long a fault
is answered for, who proves it, and what he may ask for (docs/law.md).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from connector import law, policy
from connector.law import LETTERS, Exempt, Goods, Guarantee, Path, Regime, Remedy, Right
from connector.model import FAULTS, Kind, Resolution
from connector.steps import progress
from connector.store import history, notices, returns

if TYPE_CHECKING:
    from datetime import datetime

    from connector.law import Switches
    from connector.model import Order, Return, ReturnLine
    from connector.store import Database

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
    past = _past(db, case, line, order.customer.country)
    goods = _goods(order, line, past)
    asked = law.local_day(case.opened_at, goods.country)
    found = law.remedies(goods, today, asked=asked, has_failed=bool(past.repaired))
    is_uk = known.regime is Regime.UK and goods.delivered is not None
    return Faulty(
        line_id=line.id,
        guarantee=law.guarantee(goods, given),
        is_open=law.path(goods, today, given) is Path.OPEN,
        remedies=tuple(one for one in ORDER if one in found),
        remedies_article=known.article("remedies"),
        reject_until=law.reject_until(goods.delivered, *goods.waits)
        if is_uk and goods.delivered
        else None,
        way_article=known.article("warranty_shipping"),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Past:
    """What an earlier return did for the goods: None, or 0 days, for not known.

    `repaired` is when they came back from a repair that took `away` days, `anew` when
    others were given instead of the repair that was wanted. `waits` are the days on
    which each repair was asked for and came back.
    """

    repaired: date | None = None
    waits: tuple[tuple[date, date], ...] = ()
    away: int = 0
    anew: date | None = None


def _past(db: Database, case: Return, line: ReturnLine, country: str) -> _Past:
    """Read what earlier returns of the order did for this line; the last counts."""
    found = _Past()
    for other in returns.of_order(db, case.shop, case.order_ref):
        mine = [one for one in other.lines if one.line_ref == line.line_ref]
        if other.id == case.id or not mine:
            continue
        events = history.timeline(db, other.id)
        back = [one.at for one in events if one.event == "hand_back"]
        came = [one.at for one in events if one.event.startswith("receive")]
        is_repair = any(x.resolution is Resolution.REPAIR for x in mine)
        if is_repair and back and came:
            days = (back[-1] - came[0]).days + 1  # both days count
            day = law.local_day(back[-1], country)
            wait = (law.local_day(other.opened_at, country), day)
            found = replace(
                found,
                repaired=day,
                away=found.away + days,
                waits=(*found.waits, wait),
            )
        is_other = any(
            x.wanted is Resolution.REPAIR and x.resolution is Resolution.REPLACEMENT
            for x in mine
        )
        if is_other and other.closed_at:
            found = replace(found, anew=law.local_day(other.closed_at, country))
    return found


def _goods(order: Order, line: ReturnLine, past: _Past) -> Goods:
    country = order.customer.country
    begins, counted_from = policy.line_begins(order, line.line_ref)
    is_known = counted_from == "delivery"
    return Goods(
        country=country,
        bought=law.local_day(order.placed_at, country),
        delivered=law.local_day(begins, country) if is_known else None,
        repaired=past.repaired,
        handed_back=past.repaired,
        suspended=past.away,
        anew=past.anew,
        waits=past.waits,
    )
