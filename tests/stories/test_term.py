"""The term of a withdrawal's refund: what is paid by itself, what a person decides.

Decision 0021; directive 2011/83/EU, article 13. Orders are of customers in Germany,
the policy of these shops waits until the goods were checked.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from connector import law
from connector.demo.world import TEE
from connector.errors import BadRequest
from connector.states import Refund
from connector.steps import clocks, deadlines, decide, inspect, rejecting, wayback
from connector.steps.inspect import Counted
from connector.store import desk, history, notices, orders, refunds, returns
from connector.web.portal.links import seal
from jobs.schedule import once
from tests.stories.declaring import later, withdrawal
from tests.stories.test_withdrawal_staff import carried, staff
from tests.stories.way import asked, bought, paid

if TYPE_CHECKING:
    from datetime import datetime

    from flask.testing import FlaskClient

    from connector.demo import World
    from connector.demo.customers import Purchase
    from connector.model import Return
    from jobs.schedule import Work

__all__ = ["staff"]  # a fixture


def withdrawn(world: World, work: Work) -> tuple[Purchase, Return]:
    purchase, case = withdrawal(world, work)
    # What is waited for is the shop's to say; here it is the longest that it can be.
    terms = case.terms
    assert terms
    late = replace(terms, when="inspected")
    returns.judged(
        world.office.db, case.id, case.policy_hash, late, shipping=case.refund_shipping
    )
    return purchase, case


def fresh(world: World, case: Return) -> Return:
    return returns.get(world.office.db, case.id)


def received(world: World, case: Return, *, units: int | None = None) -> None:
    """Book what came, and leave it unchecked."""
    line = case.lines[0]
    counted = Counted(received=line.asked if units is None else units)
    now = world.clock()
    inspect.receive(world.office.db, case.id, {line.id: counted}, actor="t", now=now)


def gone(world: World, case: Return) -> None:
    """Book that what was sent never came."""
    line = case.lines[0]
    lost = {line.id: Counted(lost=line.asked)}
    inspect.receive(world.office.db, case.id, lost, actor="t", now=world.clock())


def ends(world: World, case: Return, days: int = 14) -> datetime:
    """Return when the last day of the refund is over, `days` after the statement."""
    order = orders.get(world.office.db, TEE, case.order_ref)
    told = law.local_day(case.opened_at, order.customer.country)
    return law.end_of(told + timedelta(days=days), order.customer.country)


def until(world: World, moment: datetime) -> None:
    """Let the clock stand at a moment."""
    world.clock.pass_by(seconds=(moment - world.clock()).total_seconds())


def run(world: World, work: Work) -> None:
    for _ in range(3):
        later(world, work, minutes=2)


def amounts(world: World, case: Return) -> list[Refund]:
    return [row.state for row in refunds.of_return(world.office.db, case.id)]


def test_goods_that_nobody_checked_are_paid_before_the_last_day_is_over(
    world: World, work: Work
) -> None:
    db = world.office.db
    purchase, case = withdrawn(world, work)
    world.clock.pass_by(days=3)
    received(world, case)
    until(world, ends(world, case) - timedelta(hours=25))
    run(world, work)
    assert amounts(world, case) == []  # the policy's own rule still holds
    until(world, ends(world, case) - timedelta(hours=23))
    run(world, work)
    assert amounts(world, case) == [Refund.CONFIRMED]
    assert paid(world, purchase) > 0
    assert world.clock() < ends(world, case)
    assert history.happened(db, case.id, "term_ends")
    assert fresh(world, case).status == "closed"


def test_a_person_is_told_in_time_to_look_at_them(world: World, work: Work) -> None:
    db = world.office.db
    _, case = withdrawn(world, work)
    received(world, case)
    until(world, ends(world, case) - timedelta(days=7))
    once(work, nightly=True)
    assert desk.about(db, case.id) == []
    until(world, ends(world, case) - timedelta(days=5))
    once(work, nightly=True)
    (matter,) = desk.about(db, case.id)
    assert matter.code == deadlines.SOON
    assert "look at the goods" in matter.why
    line = case.lines[0]
    inspect.receive(
        db,
        case.id,
        {line.id: Counted(accepted=line.asked)},
        actor="t",
        now=world.clock(),
    )
    until(world, ends(world, case) - timedelta(hours=2))
    run(world, work)
    once(work, nightly=True)
    assert desk.about(db, case.id) == []
    assert amounts(world, case) == [Refund.CONFIRMED]


def reject(world: World, case: Return, why: str) -> None:
    """Reject all that came."""
    line = case.lines[0]
    bad = {line.id: Counted(received=line.asked, rejected=line.asked)}
    now = world.clock()
    inspect.receive(world.office.db, case.id, bad, actor="t", now=now, why=why)


def test_rejected_goods_of_a_withdrawal_need_a_reason_and_stay_open(
    world: World, work: Work
) -> None:
    db = world.office.db
    _, case = withdrawn(world, work)
    with pytest.raises(BadRequest, match="not told of his right"):
        reject(world, case, "bricks")
    since = case.opened_at - timedelta(days=9)
    notices.say(db, TEE, digest="x", since=since, actor="t", now=world.clock())
    with pytest.raises(BadRequest, match="say why"):
        reject(world, case, " ")
    assert fresh(world, case).lines[0].received == 0
    reject(world, case, "bricks")
    run(world, work)
    found = fresh(world, case)
    assert found.status == "received"  # and not closed
    (matter,) = desk.about(db, case.id)
    assert matter.code == rejecting.REJECTED
    assert f"by {ends(world, case):%Y-%m-%d}" in matter.why
    assert clocks.of(db, found, world.clock())
    until(world, ends(world, case) + timedelta(hours=2))
    once(work, nightly=True)
    codes = {one.code for one in desk.about(db, case.id)}
    assert codes == {rejecting.REJECTED, deadlines.OVERDUE}
    desk.close(db, "return", case.id, "console", world.clock())
    run(world, work)
    assert fresh(world, case).status == "closed"


def test_goods_that_were_booked_unchecked_can_still_be_checked_in_the_console(
    world: World, work: Work, staff: FlaskClient
) -> None:
    _, case = withdrawn(world, work)
    since = case.opened_at - timedelta(days=9)
    notices.say(
        world.office.db, TEE, digest="x", since=since, actor="t", now=world.clock()
    )
    received(world, case)
    page = f"/console/returns/{case.id}"
    line = case.lines[0]
    shown = staff.get(page).get_data(as_text=True)
    action = f"{page}/lines/{line.id}/receive"
    assert action in shown
    booked = {"received": "0", "accepted": "1", "rejected": f"{line.asked - 1}"}
    booked |= {"lost": "0", "why": "worn"}
    staff.post(action, data=carried(staff, page) | booked)
    found = fresh(world, case).lines[0]
    assert (found.received, found.accepted) == (line.asked, 1)
    assert found.rejected == line.asked - 1
    assert action not in staff.get(page).get_data(as_text=True)


def test_the_customer_s_word_alone_moves_no_money_and_a_person_is_asked(
    world: World, work: Work
) -> None:
    db = world.office.db
    _, case = withdrawn(world, work)
    inspect.ship(db, case.id, actor="customer", now=world.clock())
    until(world, ends(world, case) - timedelta(days=4))
    once(work, nightly=True)
    (matter,) = desk.about(db, case.id)
    assert matter.code == deadlines.SOON
    assert "proof of" in matter.why
    until(world, ends(world, case) - timedelta(hours=2))
    run(world, work)
    assert amounts(world, case) == []
    world.clock.pass_by(days=2)
    once(work, nightly=True)
    (matter,) = desk.about(db, case.id)
    assert matter.code == deadlines.OVERDUE


def test_proof_that_a_person_took_pays_by_the_day_without_the_goods(
    world: World, work: Work, staff: FlaskClient
) -> None:
    purchase, case = withdrawn(world, work)
    page = f"/console/returns/{case.id}"
    shown = staff.get(page).get_data(as_text=True)
    assert "Proof of sending" in shown
    form = carried(staff, page) | {"why": "DHL 123"}
    staff.post(f"{page}/way-back/taken", data=form)
    assert fresh(world, case).shipped_at
    assert "Proof was shown" in staff.get(page).get_data(as_text=True)
    run(world, work)
    assert amounts(world, case) == []
    until(world, ends(world, case) - timedelta(hours=23))
    run(world, work)
    assert amounts(world, case) == [Refund.CONFIRMED]
    once_paid = paid(world, purchase)
    # The goods come after all: nothing is paid a second time.
    received(world, fresh(world, case))
    run(world, work)
    assert paid(world, purchase) == once_paid
    assert fresh(world, case).status == "closed"


def test_what_was_lost_on_the_way_is_paid_once_sending_is_proven(
    world: World, work: Work
) -> None:
    db = world.office.db
    purchase, case = withdrawn(world, work)
    gone(world, case)
    run(world, work)
    assert not fresh(world, case).closed_at
    once(work, nightly=True)
    (matter,) = desk.about(db, case.id)
    assert matter.code == deadlines.LOST
    wayback.say(db, case.id, "taken", actor="t", why="receipt", now=world.clock())
    until(world, ends(world, case) - timedelta(hours=20))
    run(world, work)
    once(work, nightly=True)
    assert paid(world, purchase) > 0
    assert fresh(world, case).closed_at
    assert desk.about(db, case.id) == []


def test_without_proof_what_was_lost_is_the_customer_s_and_the_return_ends(
    world: World, work: Work
) -> None:
    db = world.office.db
    purchase, case = withdrawn(world, work)
    gone(world, case)
    with pytest.raises(BadRequest, match="why"):
        wayback.say(db, case.id, "refused", actor="t", why=" ", now=world.clock())
    wayback.say(db, case.id, "refused", actor="t", why="never", now=world.clock())
    run(world, work)
    assert paid(world, purchase) == 0
    assert fresh(world, case).closed_at
    with pytest.raises(BadRequest, match="over"):
        wayback.say(db, case.id, "taken", actor="t", why="", now=world.clock())


def test_a_shop_that_fetches_the_goods_holds_nothing(world: World, work: Work) -> None:
    db = world.office.db
    purchase, case = withdrawn(world, work)
    wayback.say(db, case.id, "fetched", actor="t", why="", now=world.clock())
    found = clocks.of(db, fresh(world, case), world.clock())
    assert found
    assert (found.clock.what, found.clock.may_hold) == ("refund", False)
    until(world, ends(world, case) - timedelta(hours=20))
    run(world, work)
    assert paid(world, purchase) > 0


def test_refused_proof_lets_the_merchant_hold_until_the_goods(
    world: World, work: Work
) -> None:
    db = world.office.db
    _, case = withdrawn(world, work)
    inspect.ship(db, case.id, actor="customer", now=world.clock())
    wayback.say(db, case.id, "refused", actor="t", why="no number", now=world.clock())
    until(world, ends(world, case, days=16))
    run(world, work)
    found = clocks.of(db, fresh(world, case), world.clock())
    assert found
    assert found.clock.may_hold
    assert amounts(world, case) == []
    received(world, fresh(world, case), units=1)
    run(world, work)
    assert amounts(world, case) == []  # a part is not the goods
    left = case.lines[0].asked - 1
    received(world, fresh(world, case), units=left)
    day = world.clock()
    end = law.end_of(law.local_day(day, "DE"), "DE")
    until(world, end - timedelta(hours=5))
    run(world, work)
    assert amounts(world, case) == [Refund.CONFIRMED]


def test_the_refund_of_a_fault_is_said_before_its_last_day(
    world: World, work: Work
) -> None:
    db = world.office.db
    purchase = bought(world, TEE)
    world.tee.orders[purchase.ref].country = "GB"
    asked(world, purchase, reason="defective")
    (case,) = returns.of_order(db, TEE, purchase.ref)
    for line in case.lines:
        if line.decision != "approved":
            decide.by_person(
                db,
                world.office.work.shops[TEE],
                case.id,
                line.id,
                "approve",
                actor="t",
                why="it is broken",
                now=world.clock(),
            )
    world.clock.pass_by(days=8)
    once(work, nightly=True)
    (matter,) = desk.about(db, case.id)
    assert matter.code == deadlines.SOON
    assert "Consumer Rights Act" in matter.why


def test_the_customer_reads_his_own_last_day_and_the_shop_s(
    world: World, work: Work
) -> None:
    _, case = withdrawn(world, work)
    with world.office.app.test_request_context():
        link = f"/returns/{TEE}/status/{seal(case.id)}"
    page = world.office.app.test_client().get(link).get_data(as_text=True)
    assert "Please send it by" in page
    inspect.ship(world.office.db, case.id, actor="customer", now=world.clock())
    page = world.office.app.test_client().get(link).get_data(as_text=True)
    assert "At the latest on" in page
    received(world, case)
    page = world.office.app.test_client().get(link).get_data(as_text=True)
    assert "at the latest." in page
