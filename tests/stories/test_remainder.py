"""What a withdrawal of a whole order means beside its return, and without any."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from connector import law
from connector.demo.world import BOOTS, TEE
from connector.model import Kind
from connector.steps import statements as step
from connector.store import desk, returns, statements
from connector.web.portal.links import seal
from jobs.schedule import once
from tests.stories.declaring import Customer, later, particulars
from tests.stories.test_withdrawal_staff import box, carried, staff, work
from tests.stories.way import asked, bought

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from connector.demo import World
    from connector.store.statements import Statement
    from jobs.schedule import Work
    from tests.mailbox import Mailbox

__all__ = ["box", "staff", "work"]  # fixtures


def only(world: World) -> Statement:
    (kept,) = statements.recent(world.office.db)
    return kept


def test_what_a_whole_order_holds_beside_its_return_is_asked_about(
    world: World, work: Work, box: Mailbox, staff: FlaskClient
) -> None:
    pot = world.tee.add_product("Pot", "30.00")
    mug = world.tee.add_product("Mug", "12.00")
    ref = world.tee.place_order([(pot, 1), (mug, 3)], "ada@example.test")
    order = world.tee.orders[ref]
    sent, mugs = order.lines[0].gid, order.lines[1].gid
    world.tee.fulfil(ref, [(sent, 1), (mugs, 2)])
    later(world, work, minutes=5)
    said = {"name": "Ada", "contract": order.name, "reach": "ada@example.test"}
    Customer(world, TEE).declare(said)
    later(world, work, minutes=1)
    kept = only(world)
    (case,) = returns.of_order(world.office.db, TEE, ref)
    assert sorted(line.asked for line in case.lines) == [1, 2]
    (matter,) = desk.about(world.office.db, kept.id)
    assert matter.code == "rest"
    assert "1 x Mug not shipped yet: cancel and refund that in the shop" in matter.why
    due = law.local_day(kept.moments.received, "DE") + timedelta(days=14)
    assert f"the money has to go by {due}" in matter.why
    path = f"/console/withdrawals/{kept.id}"
    assert "not shipped yet" in staff.get(path).get_data(as_text=True)
    staff.post(f"{path}/settle", data=carried(staff, path) | {"number": ""})
    assert desk.about(world.office.db, kept.id) == []
    assert only(world).return_id == case.id
    assert len(box.came) == 1


def test_units_in_a_plain_return_are_withdrawn_too_and_a_person_is_asked(
    world: World, work: Work, box: Mailbox
) -> None:
    purchase = bought(world, TEE)
    asked(world, purchase)  # two of the three
    Customer(world, TEE).declare(particulars(purchase))
    later(world, work, minutes=1)
    plain, case = returns.of_order(world.office.db, TEE, purchase.ref)
    assert (plain.kind, case.kind) == (Kind.VOLUNTARY, Kind.WITHDRAWAL)
    assert [line.asked for line in case.lines] == [1]
    (matter,) = desk.about(world.office.db, only(world).id)
    assert f"2 units are in return {plain.number}" in matter.why
    assert "the money has to go by" in matter.why
    assert len(box.came) == 1


def test_a_statement_without_a_return_has_a_clock_too(
    world: World, work: Work, box: Mailbox
) -> None:
    db = world.office.db
    said = {"name": "Ada", "contract": "no such order", "reach": "ada@example.test"}
    Customer(world, TEE).declare(said)
    later(world, work, minutes=1)
    kept = only(world)

    def codes() -> list[str]:
        once(work, nightly=True)
        return [one.code for one in desk.about(db, kept.id)]

    assert codes() == ["match"]
    world.clock.pass_by(days=10)
    assert codes() == ["match", "term_is_near"]
    world.clock.pass_by(days=6)
    assert codes() == ["match", "overdue"]
    until = law.local_day(kept.moments.received, "DE") + timedelta(days=14)
    assert f"{until}" in desk.about(db, kept.id)[-1].why
    step.settle(db, kept.id, "", actor="x", now=world.clock())
    assert codes() == []
    assert len(box.came) == 1


def test_of_goods_that_may_never_have_been_sent_both_sides_are_told(
    world: World, work: Work, box: Mailbox
) -> None:
    mug = world.boots.add_product("Mug", "12.00")
    number = str(world.boots.place_order([(mug, 1)], "ada@example.test"))
    later(world, work, minutes=5)
    ada = Customer(world, BOOTS)
    ada.declare({"name": "Ada", "contract": number, "reach": "ada@example.test"})
    later(world, work, minutes=1)
    kept = only(world)
    (case,) = returns.of_order(world.office.db, BOOTS, number)
    (matter,) = desk.about(world.office.db, kept.id)
    assert matter.code == "rest"
    assert "the shop does not say whether order" in matter.why
    assert "the money has to go by" in matter.why
    with world.office.app.test_request_context():
        path = f"/returns/{BOOTS}/status/{seal(case.id)}"
    browser = world.office.app.test_client()
    assert "If the goods have not come to you yet" in browser.get(path).text
    world.boots.complete(int(number))
    later(world, work, minutes=15)
    assert "If the goods have not come to you yet" not in browser.get(path).text
    assert len(box.came) == 1
