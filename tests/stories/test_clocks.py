"""The legal clock of a return: on the desk, in the console, on the command line."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from connector import law, policy
from connector.cli import show
from connector.cli.show import returns_group
from connector.config import Config
from connector.demo.customers import MERCHANTS_FAULT
from connector.demo.world import BOOTS, TEE
from connector.law import Who
from connector.model import Kind, Resolution
from connector.money import Money
from connector.steps import amends, clocks, deadlines, inspect
from connector.steps import request as opening
from connector.steps.inspect import Counted
from connector.store import desk, orders, returns, shops
from connector.store.filing import Wish as Filed
from connector.web.portal.links import seal
from jobs.schedule import once
from tests.stories.declaring import Customer, later, particulars, withdrawal
from tests.stories.test_withdrawal_staff import staff
from tests.stories.way import asked, bought, run, the_refund, the_return

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.testing import FlaskClient

    from connector.demo import World
    from connector.model import Return
    from jobs.schedule import Work

__all__ = ["staff"]  # a fixture


def reading(world: World, case: Return) -> clocks.Reading:
    found = clocks.of(
        world.office.db, returns.get(world.office.db, case.id), world.clock()
    )
    assert found
    return found


def told(world: World, case: Return) -> date:
    order = orders.get(world.office.db, TEE, case.order_ref)
    return law.local_day(case.opened_at, order.customer.country)


def arrives(world: World, case: Return) -> None:
    counted = {
        line.id: Counted(received=line.asked, accepted=line.asked)
        for line in case.lines
    }
    inspect.receive(world.office.db, case.id, counted, actor="test", now=world.clock())


def test_first_the_goods_are_awaited_then_the_money_is_due(
    world: World, work: Work
) -> None:
    _, case = withdrawal(world, work)
    first = reading(world, case)
    assert (first.clock.what, first.clock.on) == ("send_back", Who.CUSTOMER)
    assert first.clock.may_hold
    assert first.clock.until
    assert first.clock.until >= told(world, case) + timedelta(days=14)
    assert first.due > Money(0, first.due.currency)
    world.clock.pass_by(days=2)
    inspect.ship(world.office.db, case.id, actor="customer", now=world.clock())
    sent = reading(world, case)
    assert (sent.clock.what, sent.clock.on) == ("refund", Who.MERCHANT)
    assert sent.clock.until == told(world, case) + timedelta(days=14)
    assert not sent.is_overdue


def test_a_courtesy_that_is_planned_takes_nothing_from_what_is_at_stake(
    world: World, work: Work
) -> None:
    _, case = withdrawal(world, work)
    before = reading(world, case).due
    amends.courtesy(
        world.office.db,
        world.office.branches.shops[TEE].abilities,
        case.id,
        Money(500, before.currency),
        actor="test",
        why="sorry",
        now=world.clock(),
    )
    assert reading(world, case).due == before > Money.zero(before.currency)


def test_goods_that_come_late_make_the_refund_due_that_day_and_paid_it_is_over(
    world: World, work: Work
) -> None:
    _, case = withdrawal(world, work)
    world.clock.pass_by(days=20)
    arrives(world, case)
    found = reading(world, case)
    assert found.clock.until == told(world, case) + timedelta(days=20)
    for _ in range(3):
        later(world, work, hours=1)
    assert returns.get(world.office.db, case.id).status == "closed"
    done = clocks.of(
        world.office.db, returns.get(world.office.db, case.id), world.clock()
    )
    assert done is None


def test_what_is_overdue_lies_on_the_desk_once_until_it_is_paid(
    world: World, work: Work
) -> None:
    db = world.office.db
    _, case = withdrawal(world, work)
    inspect.ship(db, case.id, actor="customer", now=world.clock())
    world.clock.pass_by(days=14)
    once(work, nightly=True)
    assert not desk.is_open(db, "return", case.id, deadlines.OVERDUE)
    world.clock.pass_by(days=2)
    for _ in range(2):
        once(work, nightly=True)
    (matter,) = desk.about(db, case.id)
    assert matter.code == deadlines.OVERDUE
    assert case.number in matter.why
    assert reading(world, case).is_overdue
    desk.close(db, "return", case.id, "console", world.clock())
    once(work, nightly=True)
    assert desk.about(db, case.id) == []  # a person saw it
    arrives(world, returns.get(db, case.id))
    for _ in range(3):
        later(world, work, hours=1)
    assert returns.get(db, case.id).status == "closed"


def test_a_matter_that_is_no_longer_so_leaves_the_desk(
    world: World, work: Work
) -> None:
    db = world.office.db
    _, case = withdrawal(world, work)
    world.clock.pass_by(days=30)
    once(work, nightly=True)
    assert desk.is_open(db, "return", case.id, deadlines.NOT_SENT)
    arrives(world, case)
    for _ in range(3):
        later(world, work, hours=1)
    once(work, nightly=True)
    assert desk.about(db, case.id) == []


def test_a_plain_return_has_no_legal_day(world: World) -> None:
    purchase = bought(world, BOOTS)
    asked(world, purchase)
    run(world)
    (case,) = returns.of_order(world.office.db, BOOTS, purchase.ref)
    found = reading(world, case)
    assert (found.clock.until, found.days_late) == (None, 0)
    assert found.cost == Money.zero(found.due.currency)


def test_console_and_command_line_show_it(
    world: World, work: Work, staff: FlaskClient
) -> None:
    _, case = withdrawal(world, work)
    inspect.ship(world.office.db, case.id, actor="customer", now=world.clock())
    world.clock.pass_by(days=20)
    page = staff.get(f"/console/returns/{case.id}").get_data(as_text=True)
    assert "Legal clock" in page
    assert reading(world, case).clock.article in page
    assert "days late" in page
    listed = staff.get("/console/returns").get_data(as_text=True)
    assert "state fail" in listed
    config = Config(database=world.office.db.path)
    for more in ([], ["--json"]):
        done = CliRunner().invoke(
            returns_group, ["show", case.number, *more], obj=lambda: config
        )
        assert done.exit_code == 0, done.exception
        if more:
            assert json.loads(done.output)["clock"]["clock"]["what"] == "refund"
        else:
            assert "customer waits for merchant: refund until" in done.output


def test_the_clock_of_a_fault_stands_in_the_portal(world: World) -> None:
    purchase = bought(world, BOOTS)  # in France
    asked(world, purchase, reason=MERCHANTS_FAULT[0])
    case = the_return(world, purchase)
    now = world.clock()
    inspect.ship(world.office.db, case.id, actor="customer", now=now)
    with world.office.app.app_context():
        link = f"/returns/{BOOTS}/status/{seal(case.id)}"
    page = world.office.app.test_client().get(link)
    assert "At the latest on" in page.get_data(as_text=True)


def test_a_claim_of_the_law_that_was_declined_keeps_its_clock(world: World) -> None:
    db = world.office.db
    purchase = bought(world, BOOTS)
    asked(world, purchase, reason=MERCHANTS_FAULT[0])
    case = the_return(world, purchase)
    declined = replace(
        case, lines=tuple(replace(x, decision="declined") for x in case.lines)
    )
    found = clocks.of(db, declined, world.clock())
    assert found
    assert found.clock.article
    plain = replace(declined, kind=Kind.VOLUNTARY)
    assert clocks.of(db, plain, world.clock()) is None


def test_of_a_claim_that_was_declined_all_of_it_is_at_stake(
    world: World, work: Work
) -> None:
    _, case = withdrawal(world, work)
    lines = tuple(replace(x, decision="declined", approved=0) for x in case.lines)
    found = clocks.of(world.office.db, replace(case, lines=lines), world.clock())
    assert found
    assert found.due == Money(3 * 1290 + 490, "EUR")


def test_what_was_paid_is_at_stake_no_more(world: World, work: Work) -> None:
    purchase = bought(world, BOOTS)
    Customer(world, BOOTS).declare(particulars(purchase))
    later(world, work, minutes=1)
    case = the_return(world, purchase)
    assert reading(world, case).due == Money(3 * 399 + 490, "EUR")
    first = {case.lines[0].id: Counted(received=1, accepted=1)}
    inspect.receive(world.office.db, case.id, first, actor="test", now=world.clock())
    for _ in range(2):
        later(world, work, days=1)
    paid = the_refund(world, purchase).amount
    assert reading(world, case).due == Money(3 * 399 + 490, "EUR") - paid


def test_with_a_part_its_share_of_the_delivery_is_at_stake(world: World) -> None:
    db, purchase = world.office.db, bought(world, TEE)
    case = opening.open_return(
        db,
        shop=TEE,
        order=orders.get(db, TEE, purchase.ref),
        kind=Kind.WITHDRAWAL,
        wishes=[Filed(line_ref=purchase.lines[0].ref, quantity=1, reason="")],
        filed_by="console",
        now=world.clock(),
    )
    run(world)
    assert reading(world, case).due == Money(1290 + 163, "EUR")  # a third of 4.90


def test_goods_that_stay_with_the_customer_are_awaited_by_nobody(
    world: World, work: Work
) -> None:
    _, case = withdrawal(world, work)
    lines = tuple(replace(x, decided=Resolution.KEEP) for x in case.lines)
    found = clocks.of(world.office.db, replace(case, lines=lines), world.clock())
    assert found
    assert (found.clock.what, found.clock.on) == ("refund", Who.MERCHANT)


COSTS = [
    # fifteen days late: five per cent (L242-4)
    ("FR", "", lambda due: due.share(5, 100)),
    # two points and five above them, for fifteen days (BGB § 288(1))
    ("DE", "de_base_rate_bp = 200", lambda due: due.share(700 * 15, 10_000 * 365)),
    # as much again (TRLGDCU 76)
    ("ES", "", lambda due: due),
]


@pytest.mark.parametrize(("country", "law_says", "added"), COSTS)
def test_page_and_command_line_say_what_lateness_costs(
    world: World,
    work: Work,
    staff: FlaskClient,
    country: str,
    law_says: str,
    added: Callable[[Money], Money],
) -> None:
    db, now = world.office.db, world.clock()
    text = shops.policy_text(db, str(shops.get(db, TEE).policy_hash))
    rules = f"{text}\n[law]\n{law_says}\n"
    shops.bind_policy(db, TEE, policy.digest(rules), rules, now)
    purchase = bought(world, TEE)
    world.tee.orders[purchase.ref].country = country
    Customer(world, TEE).declare(particulars(purchase))
    later(world, work, minutes=1)
    (case,) = returns.of_order(db, TEE, purchase.ref)
    inspect.ship(db, case.id, actor="customer", now=world.clock())
    world.clock.pass_by(days=29)
    found = reading(world, case)
    assert found.days_late == 15
    cost = added(found.due)
    assert cost > Money.zero(found.due.currency)
    page = staff.get(f"/console/returns/{case.id}").get_data(as_text=True)
    [shown] = re.findall(r"Lateness costs</dt><dd>([^ ]+) \(", page)
    assert shown == f"€{cost.decimal}"
    assert f"lateness costs so far: {cost} (" in show._clock(found)[-1]
