"""The shop's staff reads on its own orders what happens, over HTTP on both shops."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from connector.demo import browser
from connector.demo.customers import Wish
from connector.demo.world import BOOTS, TEE
from connector.states import Refund
from connector.steps import audit
from connector.store import Database, tellings
from jobs.schedule import once, tell_staff
from tests.stores import STORES
from tests.stories.way import arrived, asked, bought, run, the_refund, the_return

if TYPE_CHECKING:
    from pathlib import Path

    from connector.demo import World
    from connector.demo.customers import Purchase
    from tests.prepared import Street


def said(world: World, purchase: Purchase) -> list[str]:
    """Return the notes of an order, oldest first, without their tokens."""
    notes = reversed(world.boots.notes[int(purchase.ref)])
    return [one["note"].partition(" [RT ")[0] for one in notes]


def meta(world: World, purchase: Purchase) -> dict[str, str]:
    rows = world.boots.orders[int(purchase.ref)]["meta_data"]
    return {one["key"]: one["value"] for one in rows}


def speaking(world: World, language: str) -> None:
    """Change the language of the shoe shop's staff."""
    work = replace(world.office.work, staff={BOOTS: language})
    object.__setattr__(world.office, "work", work)


def test_the_whole_way_stands_on_the_order_in_woocommerce(world: World) -> None:
    speaking(world, "de")
    purchase = bought(world, BOOTS)
    asked(world, purchase)
    arrived(world, purchase)
    run(world)
    run(world)
    number = the_return(world, purchase).number
    paid = the_refund(world, purchase).amount.decimal.replace(".", ",")
    assert said(world, purchase) == [
        f"Rücksendung {number}: eröffnet (Stück: 2).",
        f"Rücksendung {number}: genehmigt (Stück: 2 von 2).",
        f"Rücksendung {number}: Ware eingetroffen (Stück: 2 von 2).",
        f"Rücksendung {number}: {paid}\xa0€ erstattet.",
        f"Rücksendung {number}: abgeschlossen.",
    ]
    notes = world.boots.notes[int(purchase.ref)]
    assert not any(one["customer_note"] for one in notes)
    assert "ada" not in str(notes)
    assert meta(world, purchase)["_retour_return"] == number
    assert meta(world, purchase)["_retour_status"] == "closed"


def test_the_echo_of_what_we_told_is_read_and_told_no_further(world: World) -> None:
    purchase = bought(world, BOOTS)
    asked(world, purchase)
    run(world)
    told = said(world, purchase)
    assert len(told) == 2
    echoes = world.boots.outbox.sent
    for _ in range(4):
        run(world, 2)  # webhooks, then polling, each time
    assert said(world, purchase) == told
    assert world.boots.outbox.waiting == []
    assert world.boots.outbox.sent - echoes <= 2


def test_shopify_s_order_is_tagged_with_the_return_and_its_note_untouched(
    world: World,
) -> None:
    purchase = bought(world, TEE)
    asked(world, purchase)
    run(world)
    number = the_return(world, purchase).number
    order = world.tee.orders[purchase.ref]
    assert order.tags == [f"retour:{number}"]
    assert not order.note
    states = tellings.states(world.office.db, the_return(world, purchase).id)
    assert {state for _, state in states} == {"told"}


@pytest.mark.parametrize("match", ["POST .*notes", "PUT /orders", "GET .*notes"])
def test_lost_answers_leave_one_note_of_each(world: World, match: str) -> None:
    purchase = bought(world, BOOTS)
    world.boots.switches.add("lose_answer", match, times=2)
    asked(world, purchase)
    for _ in range(3):
        run(world)
    number = the_return(world, purchase).number
    assert said(world, purchase) == [
        f"Return {number}: opened (units: 2).",
        f"Return {number}: approved (units: 2 of 2).",
    ]


def test_notes_that_always_fail_hold_no_money_back(world: World) -> None:
    purchase = bought(world, BOOTS)
    world.boots.switches.add("status", ".*notes", times=None, code=500)
    asked(world, purchase)
    arrived(world, purchase)
    run(world)
    run(world)
    assert the_refund(world, purchase).state is Refund.CONFIRMED
    assert the_return(world, purchase).status == "closed"
    assert said(world, purchase) == []
    world.boots.switches.clear()
    for _ in range(6):
        run(world, 7)
    assert said(world, purchase)[-1].endswith(": completed.")


class Died(BaseException):
    """The process was killed at a commit."""


class Mortal(Database):
    """A database whose process dies at its n-th commit from when it is told so."""

    left = 0
    is_before = True

    def commit(self) -> None:
        Mortal.left -= 1
        if Mortal.left == 0 and Mortal.is_before:
            raise Died
        super().commit()
        if Mortal.left == 0:
            raise Died


COMMITS = 6  # to tell two things: gather, claim and settle of each, nothing left


@pytest.mark.parametrize("store", STORES)
@pytest.mark.parametrize("is_before", [True, False])
@pytest.mark.parametrize("left", range(1, COMMITS + 1))
def test_a_process_killed_around_each_commit_tells_each_thing_once(
    tmp_path: Path, street: Street, store: str, left: int, *, is_before: bool
) -> None:
    with street.story(tmp_path, store, Mortal) as world:
        Mortal.left = 0
        purchase = bought(world, BOOTS)
        untold(world, purchase)
        Mortal.left, Mortal.is_before = left, is_before
        with suppress(Died):
            tell_staff(world.office.work, BOOTS)
        assert Mortal.left <= 0  # it did die
        Mortal.left = 0
        run(world)
        run(world)
        number = the_return(world, purchase).number
        assert said(world, purchase) == [
            f"Return {number}: opened (units: 2).",
            f"Return {number}: approved (units: 2 of 2).",
        ]
        assert audit.run(world.office.db) == []


def untold(world: World, purchase: Purchase) -> None:
    """Ask for a return, and let every job run but the one that tells of it."""
    wish = Wish(
        purchase=purchase,
        units={purchase.lines[0].ref: 2},
        reason="too-small",
        asked=world.clock(),
        is_claim=False,
    )
    browser.by_portal(world.url, wish)
    once(world.office.work, skip=frozenset({"tell"}))
