"""The days that an order is told are those by which it is then judged."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from connector import policy
from connector.model import Customer, Kind, Parcel
from connector.states import Decision
from connector.steps import question
from connector.steps.question import Asker
from connector.store.filing import Wish
from connector.web.published import dates
from tests.connector.shapes import NOON, a_line, an_order
from tests.connector.web.test_published import small

if TYPE_CHECKING:
    from datetime import datetime

    from connector.model import Order
    from connector.policy import Policy

SALE = '[final_sale]\ntags = ["sale"]\n[window]\ndays = 30\n'
SHORT = "[window]\ndays = 14\n"


def bought(country: str) -> Order:
    line = replace(a_line("a", 1000), tags=("sale",))
    return replace(
        an_order(line),
        customer=Customer(country=country),
        parcels=(Parcel(ref="p", units=(("a", 1),), delivered_at=NOON),),
    )


def told(rules: Policy, order: Order, at: datetime) -> dates.LineDates:
    who = Asker(shop="s", channel="portal", asked_at=at)
    (line,) = dates.of_order(rules, order, who, {})
    return line


def decided(rules: Policy, order: Order, at: datetime) -> Decision:
    who = Asker(shop="s", channel="portal", asked_at=at)
    wish = Wish(line_ref="a", quantity=1, reason=rules.unsuited)
    case = question.foreseen(who, Kind.VOLUNTARY, [wish])
    return policy.judge(rules, order, case).lines[0].decision


@pytest.mark.parametrize("country", ["DE", "FR", "ES", "GB"])
def test_what_the_law_s_period_alone_lets_back_is_told_no_day_of_the_policy(
    country: str,
) -> None:
    """Else it reads "until December 2", and on November 17 it is declined."""
    rules, order = policy.load(small(SALE)), bought(country)
    early = NOON + timedelta(days=3)
    line = told(rules, order, early)
    assert decided(rules, order, early) is Decision.NEEDS_PERSON
    assert (line.last_day, line.why) == (None, ())
    assert line.withdraw_until == date(2026, 11, 16)
    late = NOON + timedelta(days=15)
    assert decided(rules, order, late) is Decision.DECLINED
    assert [one.rule for one in told(rules, order, late).why] == ["final_sale"]


def test_a_day_that_is_over_is_not_told_while_the_law_s_period_runs_on() -> None:
    """Delivered on a Saturday: the law's last day, a Saturday too, moves to Monday."""
    rules, order = policy.load(small(SHORT)), bought("DE")
    saturday = NOON + timedelta(days=5)
    parcel = replace(order.parcels[0], delivered_at=saturday)
    order = replace(order, parcels=(parcel,))
    line = told(rules, order, saturday + timedelta(days=16))
    assert (line.last_day, line.why) == (None, ())
    assert line.withdraw_until == date(2026, 11, 23)
