"""No policy keeps the money of a withdrawal longer than the law lets it.

The last day is reckoned here by another sum: the greater of fourteen days after the
statement and the first of goods and proof; in the United Kingdom fourteen days after
the later of statement and return (reg. 34(5) of the Regulations of 2013).
"""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from connector import law
from connector.law import Progress
from connector.model import Kind, Resolution, Return, ReturnLine, Terms
from connector.policy import When
from connector.steps import term
from connector.steps.deadlines import waits_for_proof
from connector.steps.owing import payable
from connector.steps.wayback import WayBack
from tests.connector.shapes import NOON

TOLD = date(2026, 9, 1)
DAYS = st.integers(0, 60).map(lambda days: TOLD + timedelta(days=days))
MAYBE = st.none() | DAYS
LAWFUL = st.sampled_from([*law.withdrawing(), ""])
FOURTEEN = timedelta(days=14)


def returned(when: When, asked: int, received: int, rejected: int) -> Return:
    line = ReturnLine(
        id=1,
        line_ref="a",
        asked=asked,
        reason="withdrawal",
        decision="approved",
        approved=asked,
        received=received,
        rejected=rejected,
        wanted=Resolution.REFUND,
    )
    return Return(
        id="r",
        number="29-R1",
        shop="s",
        order_ref="29",
        kind=Kind.WITHDRAWAL,
        filed_by="portal",
        opened_at=NOON,
        lines=(line,),
        terms=Terms(when=when.value),
    )


def last_day(
    country: str, goods: date | None, proof: date | None, *, is_fetched: bool
) -> date | None:
    if is_fetched:
        return TOLD + FOURTEEN
    came = [day for day in (goods, proof) if day]
    if not came:
        return None
    if country == "GB":
        return max(TOLD, min(came)) + FOURTEEN
    return max(TOLD + FOURTEEN, min(came))


@settings(deadline=None)
@given(
    country=LAWFUL,
    when=st.sampled_from(When),
    goods=MAYBE,
    proof=MAYBE,
    units=st.tuples(st.integers(1, 5), st.integers(0, 5)),
    back=st.builds(WayBack, is_proven=st.booleans(), is_fetched=st.booleans()),
)
def test_no_refund_of_a_withdrawal_waits_longer_than_the_law(
    country: str,
    when: When,
    goods: date | None,
    proof: date | None,
    units: tuple[int, int],
    back: WayBack,
) -> None:
    asked, rejected = units[0], min(units)
    received = asked if goods else 0
    case = returned(when, asked, received, rejected if goods else 0)
    seen = Progress(
        country=country,
        kind=Kind.WITHDRAWAL,
        told=TOLD,
        goods=goods,
        proof=proof,
        collects=back.is_fetched,
    )
    clock = law.clock(seen)
    day = last_day(country, goods, proof, is_fetched=back.is_fetched)
    assert clock.until == day or day is None
    if day is None:
        assert clock.may_hold
        return
    owed = asked - case.lines[0].rejected
    minute = timedelta(minutes=1)
    at = law.end_of(day, country) - minute
    latest = term.latest(clock, seen, back, at)
    assert latest is not None
    due = payable(case, [], latest).get(1, 0)
    assert due <= owed
    if due < owed:  # the customer's word alone: it was laid before a person
        assert goods is None
        assert not back.is_fetched
        assert not back.is_proven
        assert waits_for_proof(case, [], term.at_term(seen, back))
    # Nothing leaves before its time: until then the policy's own moment holds.
    early = law.end_of(day, country) - term.LEAD - minute
    assert term.latest(clock, seen, back, early) is None
    assert payable(case, [], latest).get(1, 0) >= payable(case, []).get(1, 0)
