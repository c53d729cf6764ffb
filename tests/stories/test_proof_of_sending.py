"""Money that waits for `shipped` goes on proof; the customer's word is a choice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connector.demo.world import BOOTS, TEE
from connector.errors import BadRequest
from connector.steps import wayback
from connector.steps.inspect import SAID_SENT, Counted, receive
from connector.store import desk, refunds
from tests.stories.way import arrived, asked, bought, paid, run, the_refund, the_return

if TYPE_CHECKING:
    from connector.demo import World
    from connector.demo.customers import Purchase
    from connector.model import Return


def approved(world: World, shop: str, when: str) -> tuple[Purchase, Return]:
    """A return of two units whose money waits for this."""
    purchase = bought(world, shop)
    asked(world, purchase)
    case = the_return(world, purchase)
    world.office.db.execute(
        "UPDATE returns SET terms = :terms WHERE id = :id",
        terms=f'{{"when":"{when}"}}',
        id=case.id,
    )
    return purchase, case


def clicks(world: World, case: Return) -> None:
    """Let the customer say that he has sent the parcel."""
    wayback.told(world.office.db, case.id, now=world.clock())


def say(world: World, case: Return, word: str, why: str = "") -> None:
    db, now = world.office.db, world.clock()
    wayback.say(db, case.id, word, actor="ann", why=why, now=now)


def codes(world: World) -> list[str]:
    return [one.code for one in desk.open_matters(world.office.db)]


@pytest.mark.parametrize("shop", [TEE, BOOTS])
def test_a_click_moves_no_money_and_a_person_is_asked_for_the_proof(
    world: World, shop: str
) -> None:
    purchase, case = approved(world, shop, "shipped")
    clicks(world, case)
    clicks(world, case)
    run(world)
    assert the_return(world, purchase).status == "in_transit"
    assert refunds.of_return(world.office.db, case.id) == []
    assert codes(world) == [SAID_SENT]
    say(world, case, "taken")
    assert codes(world) == []
    run(world)
    assert paid(world, purchase) == the_refund(world, purchase).amount.minor > 0


def test_a_word_that_is_no_proof_waits_for_the_goods(world: World) -> None:
    purchase, case = approved(world, BOOTS, "shipped")
    clicks(world, case)
    with pytest.raises(BadRequest, match="why"):
        say(world, case, "refused")
    say(world, case, "taken")
    say(world, case, "refused", "the number is of another parcel")
    assert codes(world) == []
    run(world)
    assert refunds.of_return(world.office.db, case.id) == []
    arrived(world, purchase)
    run(world)
    assert paid(world, purchase) > 0


def test_goods_that_came_are_their_own_proof_and_no_more_than_they_are(
    world: World,
) -> None:
    _, case = approved(world, BOOTS, "shipped")
    clicks(world, case)
    counted = {case.lines[0].id: Counted(received=1)}
    receive(world.office.db, case.id, counted, actor="ann", now=world.clock())
    run(world)
    (row,) = refunds.of_return(world.office.db, case.id)
    assert list(row.units.values()) == [1]
    assert codes(world) == [SAID_SENT]
    receive(world.office.db, case.id, counted, actor="ann", now=world.clock())
    assert codes(world) == []
    run(world)
    rows = refunds.of_return(world.office.db, case.id)
    assert [sum(one.units.values()) for one in rows] == [1, 1]


def test_who_chooses_the_customer_s_word_pays_on_it(world: World) -> None:
    purchase, case = approved(world, BOOTS, "on_word")
    run(world)
    assert refunds.of_return(world.office.db, case.id) == []
    clicks(world, case)
    assert codes(world) == []
    run(world)
    assert paid(world, purchase) > 0


@pytest.mark.parametrize("when", ["requested", "received", "inspected"])
def test_where_nothing_hangs_on_it_nobody_is_asked(world: World, when: str) -> None:
    _, case = approved(world, BOOTS, when)
    clicks(world, case)
    assert codes(world) == []
    with pytest.raises(BadRequest, match="hangs"):
        say(world, case, "taken")
    for word in ("fetched", "labelled"):
        with pytest.raises(BadRequest):
            say(world, approved(world, BOOTS, "shipped")[1], word)
