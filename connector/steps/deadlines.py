"""Lay before a person what the law's clocks say: what is late, and what soon will be.

Early enough that he can look: at the goods, at proof that they were sent, at a return
that nobody has decided on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.model import Kind
from connector.policy import When
from connector.saying import N_, joined, saying
from connector.steps import clocks, contested, term, unmatched, wayback
from connector.steps.clocks import ENDED
from connector.steps.owing import payable
from connector.store import desk, refunds, returns

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from connector.model import Return
    from connector.steps.clocks import Reading
    from connector.store import Database
    from connector.store.refunds import RefundRow

OVERDUE, NOT_SENT = "overdue", "not_sent_back"
SOON, LOST = "term_is_near", "lost_on_the_way"
CODES = (OVERDUE, NOT_SENT, SOON, LOST, contested.CODE)
ABOUT, RETOUR = "return", "retour"
NOTICE_DAYS = 5  # before the last day; ours, no law's
DUE: Mapping[str, str] = {
    "refund": N_(
        "return %(number)s is overdue: by %(article)s the refund was due on"
        " %(until)s%(costs)s%(contested)s"
    ),
    "remedy": N_(
        "return %(number)s is overdue: by %(article)s the remedy was due on"
        " %(until)s%(costs)s%(contested)s"
    ),
}
OF_OTHERS = N_(
    "return %(number)s is overdue: by %(article)s the %(what)s was due on"
    " %(until)s%(costs)s%(contested)s"
)
UNDECIDED = ("pending", "needs_person")


def run(db: Database, shop: str, clock: Callable[[], datetime]) -> int:
    """Lay before a person what is overdue or near its term; return how much.

    A matter that is no longer so is taken off the desk again.
    """
    now = clock()
    found = sum(_watch(db, returns.get(db, x), clock()) for x in _open(db, shop, now))
    return found + unmatched.run(db, shop, clock())


def _open(db: Database, shop: str, now: datetime) -> list[str]:
    """List returns that are not over, and those with such a matter on the desk.

    And those of which a claim was declined: it may hold all the same.
    """
    asked = [
        matter.about_id
        for matter in desk.open_matters(db, shop)
        if matter.code in CODES and matter.about == ABOUT
    ]
    refused = contested.cases(db, shop, now)
    return list(dict.fromkeys([*returns.live(db, shop), *refused, *asked]))


def _watch(db: Database, case: Return, now: datetime) -> int:
    reading = clocks.of(db, case, now)
    matters = dict([_matter(db, case, reading)])
    matters[contested.CODE] = contested.why(db, case, now, NOTICE_DAYS)
    for code in CODES:
        if not matters.get(code) and desk.is_open(db, ABOUT, case.id, code):
            desk.settle(db, ABOUT, case.id, code, RETOUR, now)
    return sum(_lay(db, case, code, why, now) for code, why in matters.items() if why)


def _lay(db: Database, case: Return, code: str, why: str, now: datetime) -> bool:
    if desk.was_settled(db, case.shop, case.id, code, why):
        return False  # a person saw this very matter
    desk.put(
        db,
        shop=case.shop,
        about=ABOUT,
        about_id=case.id,
        code=code,
        why=why,
        now=now,
    )
    return True


def _matter(db: Database, case: Return, reading: Reading | None) -> tuple[str, str]:
    """Say what a person must be told, and why; two empty words for nothing."""
    if reading is None or case.status in ENDED:
        return "", ""
    if reading.is_overdue:
        return OVERDUE, _overdue(case, reading)
    if _is_lost_unproven(db, case):
        return LOST, _lost(case, reading)
    if why := _near(db, case, reading):
        return SOON, why
    is_his = case.kind is Kind.WITHDRAWAL and case.status == "awaited"
    if reading.days_late and is_his:
        return NOT_SENT, _not_sent(case, reading)
    return "", ""


def _is_lost_unproven(db: Database, case: Return) -> bool:
    back = wayback.of(db, case)
    is_said = back.is_proven or back.is_fetched
    return term.pays_for_lost(db, case) and not is_said


def _lost(case: Return, reading: Reading) -> str:
    said = saying(
        "goods of return %(number)s were lost on the way back: of a withdrawal"
        " that is the shop's loss, if the customer sent them. Say in the return"
        " whether there is proof of sending",
        number=case.number,
    )
    return joined("; ", [said, _unseen(reading)]) if reading.is_unseen else said


def _unseen(reading: Reading) -> str:
    """Say since when evidence lies there that nobody has judged."""
    return saying(
        "the customer supplied evidence on %(day)s: look at it",
        day=reading.supplied or "",
    )


def _near(db: Database, case: Return, reading: Reading) -> str:
    """Say what a person has to do before a refund's last day; "" for nothing.

    What is paid by then without him is no matter of his, unless it is paid unchecked.
    """
    clock = reading.clock
    is_near = reading.days_left is not None and reading.days_left <= NOTICE_DAYS
    if clock.what != "refund" or not is_near or reading.days_late:
        return ""
    start = saying(
        "the refund of return %(number)s has to go by %(until)s (%(article)s)",
        number=case.number,
        until=clock.until or "",
        article=clock.article,
    )
    if case.status in UNDECIDED:
        return saying("%(start)s: decide on it", start=start)
    rows = refunds.of_return(db, case.id)
    due, by_term = payable(case, rows), payable(case, rows, reading.at_term)
    every = payable(case, rows, When.REQUESTED)
    if case.kind is not Kind.WITHDRAWAL:
        held = saying("%(start)s, and the policy still waits", start=start)
        return held if every != due else ""
    if waits_for_proof(case, rows, reading.at_term):
        return _unproven(start, reading)
    if by_term != due:
        return saying(
            "%(start)s: look at the goods before, it is paid by itself then",
            start=start,
        )
    return ""


def _unproven(start: str, reading: Reading) -> str:
    if reading.is_unseen:
        return saying(
            "%(start)s: %(supplied)s, and say in the return whether it is proof of"
            " sending. Before you do, it moves no money",
            start=start,
            supplied=_unseen(reading),
        )
    return saying(
        "%(start)s, as the customer says that the goods are on their way: ask for"
        " proof of sending, and say in the return whether there is any. His word"
        " alone moves no money",
        start=start,
    )


def waits_for_proof(case: Return, rows: Sequence[RefundRow], at_term: When) -> bool:
    """Say whether some of a withdrawal is not paid by itself when its term ends."""
    return payable(case, rows, When.REQUESTED) != payable(case, rows, at_term)


def _overdue(case: Return, reading: Reading) -> str:
    clock, late = reading.clock, reading.clock.late
    costs = saying("; lateness costs by %(article)s", article=late.article)
    contested = saying(", which is contested") if late.is_contested else ""
    said = saying(
        DUE.get(clock.what, OF_OTHERS),
        number=case.number,
        article=clock.article,
        what=clock.what,
        until=clock.until or "",
        costs=costs if late.article else "",
        contested=contested,
    )
    return joined("; ", [said, _unseen(reading)]) if reading.is_unseen else said


def _not_sent(case: Return, reading: Reading) -> str:
    clock = reading.clock
    return saying(
        "the customer of return %(number)s had to send the goods by %(until)s"
        " (%(article)s): decide what becomes of it",
        number=case.number,
        until=clock.until or "",
        article=clock.article,
    )
