"""Goods back on the shelf: after inspection, each unit once, never more than came.

The walks hold at every moment: restocked <= accepted <= received, at each stand-in.
"""

from __future__ import annotations

import random
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from adapters.sandbox import Sandbox
from connector.model import Resolution, Terms
from connector.states import Errand, Refund
from connector.steps import amends, byhand, close, inspect, promise, refund
from connector.steps.inspect import Counted, Shelf
from connector.store import desk, errands
from tests.connector.shapes import a_line, an_order
from tests.stories import shopify_counter, woo_ways
from tests.stories.making_good import (
    HOUR,
    Counter,
    counting,
    new,
    still,
    stocked,
    wish,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from connector.model import Return, ReturnLine
    from connector.store.filing import Wish
    from tests.stories.shopify_counter import ShopifyCounter
    from tests.stories.woo_ways import WooCounter

AT_ONCE = Terms(when="requested", goods_when="requested")
RECEIVED = Terms(when="received", goods_when="received")


class Bench:
    """A return of three units of one line at one stand-in; what its shelf shows."""

    desk: Counter
    back: Callable[[], int]  # units on the shelf again, by the shop's own word

    def __init__(self, counter: Counter, back: Callable[[], int]) -> None:
        self.desk, self.back = counter, back

    def wish(self, way: Resolution, quantity: int = 3) -> Wish:
        is_swap = way is Resolution.EXCHANGE
        return wish("a", quantity, way, self.new(quantity) if is_swap else None)

    def new(self, quantity: int) -> Any:
        return new("l", quantity)

    def open(self, way: Resolution, terms: Terms, quantity: int = 3) -> Return:
        return self.desk.open(self.wish(way, quantity), terms=terms, is_back=False)

    def break_next(self, kind: str) -> None:
        self.desk.shop.shelf_mishaps.append(kind)

    def line(self, case: Return) -> ReturnLine:
        return self.desk.case(case.id).lines[0]

    def count(self, case: Return, shelf: Shelf | None = None, **units: int) -> None:
        """Book units of the line, as the console does."""
        line = self.line(case).id
        inspect.receive(
            self.desk.db,
            case.id,
            {line: Counted(**units)},
            actor="console",
            now=self.desk.now,
            shelves={line: shelf} if shelf else None,
        )
        self.hold(case)

    def work(self, case: Return, passes: int = 1) -> None:
        for _ in range(passes):
            self.desk.work(1)
            self.hold(case)

    def hold(self, case: Return) -> None:
        """No unit is on the shelf that was not accepted."""
        line = self.line(case)
        assert self.back() <= line.accepted <= line.received

    def matters(self, case: Return) -> list[str]:
        found = desk.about(self.desk.db, case.id)
        return [one.why for one in found if one.code == "errand_dispose"]


class WooBench(Bench):
    desk: WooCounter

    def wish(self, way: Resolution, quantity: int = 3) -> Wish:
        return self.desk.wish(way, "l", quantity)

    def new(self, quantity: int) -> Any:
        return self.desk.new("l", quantity)

    def open(self, way: Resolution, terms: Terms, quantity: int = 3) -> Return:
        asked = self.wish(way, quantity)
        return self.desk.returned(asked, terms=terms, is_back=False)

    def break_next(self, kind: str) -> None:
        name = {"lost": "lose_answer", "never": "lose_request"}[kind]
        self.desk.standin.switches.add(name, "POST /orders/.*refunds")


class ShopifyBench(Bench):
    desk: ShopifyCounter

    def wish(self, way: Resolution, quantity: int = 3) -> Wish:
        return self.desk.wish(way, "m", quantity=quantity)

    def new(self, quantity: int) -> Any:
        return self.desk.wish(Resolution.EXCHANGE, "m", quantity=quantity).goods

    def open(self, way: Resolution, terms: Terms, quantity: int = 3) -> Return:
        return self.desk.file(self.wish(way, quantity), terms=terms, is_back=False)

    def break_next(self, kind: str) -> None:
        name = {"lost": "lose_answer", "never": "lose_request"}[kind]
        self.desk.standin.switches.add(name, "reverseFulfillmentOrderDispose")


@contextmanager
def at_sandbox(address: str) -> Iterator[Bench]:
    shop = stocked(Sandbox())
    shop.sell(an_order(a_line("a", 9000, 3), a_line("b", 1000)))
    with counting(address, shop) as desk_:
        yield Bench(desk_, lambda: shop.restocked["29", "a"])


@contextmanager
def at_woo(address: str) -> Iterator[Bench]:
    with woo_ways.serving(address) as desk_:
        yield WooBench(desk_, lambda: desk_.stock("m") - 6)


@contextmanager
def at_shopify(address: str) -> Iterator[ShopifyBench]:
    with shopify_counter.counting(address) as desk_:
        yield ShopifyBench(desk_, lambda: sum(desk_.standin.restocked.values()))


SHOPS = {"sandbox": at_sandbox, "woo": at_woo, "shopify": at_shopify}


@pytest.fixture(params=SHOPS)
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    with SHOPS[request.param](str(tmp_path / "books.db")) as found:
        yield found


def test_goods_that_come_after_their_money_go_back_once(bench: Bench) -> None:
    case = bench.open(Resolution.REFUND, AT_ONCE)
    bench.work(case, 3)
    assert bench.back() == 0
    bench.count(case, received=2, accepted=1, rejected=1)
    bench.work(case, 3)
    assert bench.back() == 1
    bench.count(case, received=1, accepted=1)
    bench.work(case, 3)
    assert (bench.back(), bench.line(case).accepted) == (2, 2)
    assert bench.matters(case) == []


def test_goods_that_come_after_new_ones_go_back(bench: Bench) -> None:
    case = bench.open(Resolution.EXCHANGE, AT_ONCE, 1)
    bench.work(case, 3)
    bench.count(case, received=1, accepted=1)
    bench.work(case, 3)
    assert bench.back() == 1


def test_what_came_and_was_rejected_or_kept_off_stays_off(bench: Bench) -> None:
    case = bench.open(Resolution.REFUND, AT_ONCE)
    bench.work(case, 3)
    bench.count(case, received=1, rejected=1)
    bench.count(case, Shelf(restock=False), received=1, accepted=1)
    bench.work(case, 3)
    assert bench.back() == 0
    bench.count(case, Shelf(restock=True), received=1, accepted=1)
    bench.work(case, 3)
    assert bench.back() == 1


def test_a_unit_that_is_accepted_after_its_money_goes_back_then(bench: Bench) -> None:
    case = bench.open(Resolution.REFUND, RECEIVED, 2)
    bench.count(case, received=2, accepted=1)
    bench.work(case, 4)
    assert bench.back() == 1
    bench.count(case, accepted=1)
    bench.work(case, 4)
    assert bench.back() == 2


def test_only_what_came_goes_back_where_the_rest_is_exchanged_ahead(
    bench: Bench,
) -> None:
    terms = Terms(when="received", goods_when="requested")
    case = bench.open(Resolution.REFUND, terms, 2)
    bench.count(case, received=1, accepted=1)
    bench.work(case, 3)
    assert bench.back() == 1
    if not isinstance(bench, ShopifyBench):  # its return has no line for new goods
        amends.instead(
            bench.desk.db,
            bench.desk.shop.abilities,
            case.id,
            bench.line(case).id,
            Resolution.EXCHANGE,
            actor="console",
            why="asked",
            now=bench.desk.now,
            goods=bench.new(2),
        )
        bench.work(case, 3)
    assert bench.back() == 1
    bench.count(case, lost=1)
    bench.work(case, 2)
    assert bench.back() == 1


@pytest.mark.parametrize("kind", ["lost", "never"])
def test_an_answer_that_is_lost_puts_nothing_back_twice(
    bench: Bench, kind: str
) -> None:
    case = bench.open(Resolution.REFUND, AT_ONCE)
    bench.work(case, 3)
    bench.break_next(kind)
    bench.count(case, received=2, accepted=2)
    bench.work(case, 6)
    assert (bench.back(), bench.matters(case)) == (2, [])


def test_what_a_shop_does_not_take_is_put_back_by_hand(tmp_path: Path) -> None:
    with at_sandbox(str(tmp_path / "books.db")) as bench:
        case = bench.open(Resolution.REFUND, AT_ONCE)
        bench.work(case, 2)
        for _ in range(2):
            bench.break_next("refused")
            bench.count(case, received=1, accepted=1)
            bench.work(case, 2)
        [why] = bench.matters(case)
        assert why.count("1 x ") == 2
        assert "put back by hand" in why
        assert bench.back() == 0


def test_a_refund_that_failed_asks_whether_its_goods_are_back(tmp_path: Path) -> None:
    with at_sandbox(str(tmp_path / "books.db")) as bench:
        case = bench.open(Resolution.REFUND, RECEIVED, 1)
        bench.desk.shop.mishaps.append("lost")
        bench.count(case, received=1, accepted=1)
        bench.desk.work(1)
        [row] = bench.desk.rows(case)
        assert row.state is Refund.UNKNOWN
        byhand.found_out(
            bench.desk.db,
            row.id,
            money_moved=False,
            why="the gateway has none",
            actor="console",
            now=bench.desk.now,
        )
        bench.work(case, 2)
        [why] = bench.matters(case)
        assert "not known whether it put its 1 units back" in why
        assert bench.back() == 1


def test_units_go_to_the_place_that_was_named_for_them(tmp_path: Path) -> None:
    with at_shopify(str(tmp_path / "books.db")) as bench:
        standin = bench.desk.standin
        depot = standin.add_location("Depot")
        case = bench.open(Resolution.REFUND, RECEIVED)
        bench.count(case, received=1, accepted=1)
        bench.count(case, Shelf(place=depot), received=1, accepted=1)
        bench.work(case, 4)
        by_place = {place: n for (_, place), n in standin.restocked.items()}
        assert by_place.pop(depot) == 1
        assert list(by_place.values()) == [1]


@pytest.mark.parametrize("kind", ["lost", "never"])
@pytest.mark.parametrize("way", [Resolution.GIFT_CARD, Resolution.MANUAL])
def test_the_second_part_of_a_card_or_of_a_payment_by_hand_is_not_forgotten(
    tmp_path: Path, way: Resolution, kind: str
) -> None:
    with at_shopify(str(tmp_path / "books.db")) as bench:
        case = bench.open(way, RECEIVED, 2)
        for part in (1, 2):
            bench.count(case, received=1, accepted=1)
            bench.work(case, 1)
            if way is Resolution.MANUAL:
                pay(bench, case)
            bench.work(case, 6)
            assert (bench.back(), bench.matters(case)) == (part, [])
            bench.break_next(kind)
        assert {state for _, state in bench.desk.states(case)} == {Refund.CONFIRMED}
        assert len(bench.desk.cards()) == (2 if way is Resolution.GIFT_CARD else 0)


def test_a_return_that_would_close_first_puts_its_goods_back_all_the_same(
    bench: Bench,
) -> None:
    has_cards = Resolution.GIFT_CARD in bench.desk.shop.abilities.ways
    way = Resolution.GIFT_CARD if has_cards else Resolution.MANUAL
    case = bench.open(way, RECEIVED, 1)
    bench.count(case, received=1, accepted=1)
    desk_ = bench.desk
    for _ in range(4):
        desk_.now += HOUR
        at = still(desk_.now)
        promise.run(desk_.db, desk_.shop, at)
        pay(bench, case)
        refund.push(desk_.db, desk_.shop, at, token="test")
        close.run(desk_.db, desk_.shop, desk_.now)
    bench.work(case, 4)
    assert (bench.back(), desk_.case(case.id).status) == (1, "closed")


def pay(bench: Bench, case: Return) -> None:
    """Pay by hand what waits for a person."""
    for row in bench.desk.rows(case):
        if row.state is Refund.MANUAL:
            byhand.paid(
                bench.desk.db,
                row.id,
                proof="SEPA 4711",
                actor="console",
                now=bench.desk.now,
            )


def walk(bench: Bench, chance: random.Random) -> None:
    """Let goods come, be judged, be marked and be lost in any order, with faults."""
    ways = [Resolution.REFUND, Resolution.STORE_CREDIT, Resolution.EXCHANGE]
    has_cards = Resolution.GIFT_CARD in bench.desk.shop.abilities.ways
    way = chance.choice([*ways, Resolution.GIFT_CARD] if has_cards else ways)
    when = chance.choice(["requested", "received", "inspected"])
    goods = chance.choice(["requested", "received", "inspected"])
    case = bench.open(way, Terms(when=when, goods_when=goods))
    may_be_off = False
    for _ in range(9):
        line = bench.line(case)
        left = line.approved - line.received - line.lost
        unjudged = line.received - line.accepted - line.rejected
        came = chance.randint(0, left)
        fine = chance.randint(0, came + unjudged)
        bad = chance.randint(0, came + unjudged - fine) if chance.random() < 0.3 else 0
        deed = chance.choice(["count", "count", "work", "break"])
        if deed == "count" and came + fine + bad:
            said = chance.choice([None, None, False, True])
            mark = Shelf(restock=said)
            may_be_off = may_be_off or said is False
            bench.count(case, mark, received=came, accepted=fine, rejected=bad)
        elif deed == "break" and chance.random() < 0.5:
            bench.break_next(chance.choice(["lost", "never"]))
        else:
            bench.work(case)
    bench.work(case, 6)
    if not may_be_off:
        assert bench.back() == bench.line(case).accepted
    rows = errands.of_return(bench.desk.db, case.id)
    assert all(row.state is Errand.DONE for row in rows if row.verb == "dispose")


@pytest.mark.parametrize("seed", range(8))
def test_no_walk_puts_back_what_was_not_accepted(bench: Bench, seed: int) -> None:
    walk(bench, random.Random(seed))
