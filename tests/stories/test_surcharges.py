"""What an order cost beside goods and delivery goes back with the whole of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from adapters.sandbox import Sandbox
from connector.demo.buying import Market, at_boots
from connector.demo.world import BOOTS
from connector.model import Kind
from connector.steps import promise
from connector.steps.inspect import Counted, receive
from connector.store import atomic, desk, returns
from tests.connector.shapes import a_line, an_order, eur
from tests.stories.declaring import Customer, later, particulars
from tests.stories.making_good import counting, stocked, wish
from tests.stories.way import the_refund, the_return

if TYPE_CHECKING:
    from connector.demo import World
    from connector.model import Return
    from connector.store import Database
    from jobs.schedule import Work
    from tests.stories.making_good import Counter


def test_a_fee_line_at_woocommerce_goes_back_with_the_withdrawal(
    world: World, work: Work
) -> None:
    market = Market(world)
    number = world.boots.place_order(
        [(market.shoes[0], 2)], "ada@example.test", shipping="4.90", fee="3.00"
    )
    world.boots.complete(number)
    purchase = at_boots(world, number, "ada@example.test")
    later(world, work, minutes=1)
    Customer(world, BOOTS).declare(particulars(purchase))
    later(world, work, minutes=1)
    case = the_return(world, purchase)
    (line,) = case.lines
    came = {line.id: Counted(received=2, accepted=2)}
    receive(world.office.db, case.id, came, actor="t", now=world.clock())
    for _ in range(3):
        later(world, work, hours=1)
    row = the_refund(world, purchase)
    total = world.boots.orders[number]["total"]
    assert row.amount == eur(int(str(total).replace(".", "")))
    assert world.boots.paid_out_minor(number) == row.amount.minor
    (back,) = world.boots.refunds[number]
    assert [one["total"][0] for one in back["fee_lines"]] == ["-"]


@atomic
def with_shipping(db: Database, case: Return) -> None:
    """Let the law give the shipping back, as it does of a whole order."""
    assert case.terms
    returns.judged(db, case.id, "", case.terms, shipping=True)


def whole(counter: Counter, kind: Kind) -> list[str]:
    """Return what a person is asked once a whole order of that kind is paid."""
    case = counter.open(wish("a"), kind=kind, is_back=False)
    with_shipping(counter.db, case)
    counter.receive(case.id)
    counter.work()
    assert [row.amount for row in counter.rows(case)] == [eur(1000)]
    return [
        one.why
        for one in desk.about(counter.db, case.id)
        if one.code == promise.SURCHARGE
    ]


def test_what_stands_in_no_line_is_asked_about_and_holds_nothing_back(
    address: str,
) -> None:
    sold = an_order(a_line("a", 1000))
    dear = replace(
        sold,
        total=eur(1350),  # duties, as Shopify has them: in the total alone
        tenders=(replace(sold.tenders[0], captured=eur(1350)),),
    )
    sandbox = stocked(Sandbox())
    sandbox.sell(dear)
    with counting(address, sandbox) as counter:
        (why,) = whole(counter, Kind.WITHDRAWAL)
    assert "3.50 EUR" in why
