"""Random walks: any number of returns of an order, of what it was exchanged for, again.

Seeds decide everything. Whatever is asked, refused, lost, sold out, changed or paid
late, every walk ends with each return settled and the customer's money accounted for
to the cent: what he paid is what he got back, in money or credit, plus what the goods
cost that he kept, plus fees. The sums here are the test's own.
"""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from adapters.sandbox import Sandbox
from connector.errors import BadRequest, Refused
from connector.model import CREDITS, Moved, Resolution, Terms
from connector.states import Decision, Refund
from connector.steps import amends, byhand, cancel, inspect
from connector.steps.inspect import Counted
from connector.store import desk, filing, orders, refunds, returns
from tests.connector.shapes import a_line, an_order, eur
from tests.stories.making_good import SIZES, Counter, counting, new, stocked, wish

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.model import NewGoods, Order, Return, ReturnLine
    from connector.store.filing import Wish
    from connector.store.refunds import RefundRow

WAYS = (
    Resolution.REFUND,
    Resolution.STORE_CREDIT,
    Resolution.GIFT_CARD,
    Resolution.EXCHANGE,
    Resolution.EXCHANGE,  # more often: a second exchange is what this is about
    Resolution.REPLACEMENT,
    Resolution.KEEP,
    Resolution.REPAIR,
    Resolution.MANUAL,
)
MISHAPS = ("lost", "never", "refused", "unavailable", "pending")
WHENS = ("requested", "shipped", "received", "inspected")
STEPS, DRAIN = 25, 40
BONUS_BP, FEE = 1000, 390
SEEDS = (*range(12), 246, 379, 543, 1236, 1472)  # the last ones found a fault each


class Walk:
    """One seed's customers, warehouse and staff around the counter."""

    def __init__(self, seed: int, counter: Counter) -> None:
        self.dice = random.Random(seed)
        self.counter = counter
        self.shop = counter.shop
        self.db = counter.db

    def step(self) -> None:
        """Let one thing happen."""
        self.dice.choice(
            (
                self.ask,
                self.ask,
                self.receive,
                self.receive,
                self.mind,
                self.withdraw,
                self.kindness,
                self.stock,
                self.mishap,
                self.pay,
                self.work,
                self.work,
            )
        )()

    # What customers do

    def ask(self) -> None:
        """Ask for a return of some units of any order, also of one of new goods."""
        ref = self.dice.choice(sorted(self.shop.orders))
        order = self.shop.order(ref)
        orders.keep(self.db, self.shop.name, order)
        taken = filing.taken_units(self.db, self.shop.name, ref)
        wishes: list[Wish] = []
        for line in order.lines:
            left = line.quantity - len(taken.get(line.ref, ()))
            if left and self.dice.random() < 0.7:
                count = self.dice.randint(1, left)
                way = self.dice.choice(WAYS)
                wishes.append(wish(line.ref, count, way, self._goods(way, count)))
        if wishes:
            self.counter.open(
                *wishes, terms=self._terms(), is_back=False, order_ref=ref
            )

    def _goods(self, way: Resolution, count: int) -> NewGoods | None:
        if way not in (Resolution.EXCHANGE, Resolution.REPLACEMENT):
            return None
        return new(self.dice.choice(sorted(SIZES)), count)

    def _terms(self) -> Terms:
        return Terms(
            when=self.dice.choice(WHENS),
            goods_when=self.dice.choice(WHENS),
            fallback=self.dice.choice(
                (Resolution.REFUND, Resolution.STORE_CREDIT, Resolution.NONE)
            ),
            return_fee=self.dice.choice((None, None, eur(FEE))),
            bonus=self.dice.choice(((), ((0, BONUS_BP),))),
        )

    def pay(self) -> None:
        """Pay what is owed on new goods."""
        for made in self.shop.made:
            if made.owed:
                self.shop.pay_owed(made.key)

    # What the merchant does

    def receive(self) -> None:
        """Book one unit that came, or did not, of a line that is coming."""
        coming = [(case, line) for case in self.live() for line in _coming(case)]
        if not coming:
            return
        case, line = self.dice.choice(coming)
        roll = self.dice.random()
        counted = Counted(received=1, accepted=1)
        if roll < 0.1 and not self._is_promised(case, line):
            counted = Counted(received=1, rejected=1)
        elif roll < 0.15 and not self._is_promised(case, line):
            counted = Counted(lost=1)
        inspect.receive(
            self.db, case.id, {line.id: counted}, actor="console", now=self.counter.now
        )

    def _is_promised(self, case: Return, line: ReturnLine) -> bool:
        rows = refunds.of_return(self.db, case.id)
        return any(row.units.get(str(line.id)) for row in rows)

    def mind(self) -> None:
        """Change the mind about a line; too late is refused, and changes nothing."""
        found = self.live()
        if not found:
            return
        case = self.dice.choice(found)
        line, way = self.dice.choice(case.lines), self.dice.choice(WAYS)
        try:
            self._instead(case, line, way, self._goods(way, line.asked))
        except BadRequest:
            assert self.counter.case(case.id) == case

    def _instead(
        self, case: Return, line: ReturnLine, way: Resolution, goods: NewGoods | None
    ) -> None:
        amends.instead(
            self.db,
            self.shop.abilities,
            case.id,
            line.id,
            way,
            actor="console",
            why="asked for on the telephone",
            now=self.counter.now,
            goods=goods,
        )

    def withdraw(self) -> None:
        """Cancel a return now and then."""
        found = self.live()
        if found and self.dice.random() < 0.3:
            case = self.dice.choice(found)
            try:
                cancel.cancel(
                    self.db, self.shop, case.id, actor="console", now=self.counter.now
                )
            except (BadRequest, Refused):
                assert not self.counter.case(case.id).cancelled_at

    def kindness(self) -> None:
        """Give credit on top now and then."""
        found = self.live()
        if found and self.dice.random() < 0.3:
            amends.courtesy(
                self.db,
                self.shop.abilities,
                self.dice.choice(found).id,
                eur(500),
                actor="console",
                why="it took us long",
                now=self.counter.now,
            )

    # What the world does

    def stock(self) -> None:
        """Sell a ware out to others, or fill the shelf again."""
        ref = self.dice.choice(sorted(SIZES))
        ware = self.shop.shelf[ref]
        self.shop.shelf[ref] = replace(ware, available=self.dice.choice((0, 3)))

    def mishap(self) -> None:
        self.shop.mishaps.append(self.dice.choice(MISHAPS))

    def work(self) -> None:
        self.counter.work(1)
        for ref in self.shop.orders:
            self.shop.settle(ref, self.dice.choice((Moved.YES, Moved.NO)))

    def live(self) -> list[Return]:
        return [
            returns.get(self.db, ref) for ref in returns.live(self.db, self.shop.name)
        ]

    # The end of all things

    def drain(self) -> None:
        """Let everybody do what is left to do, until nobody owes anybody anything."""
        self.shop.mishaps.clear()
        for _ in range(DRAIN):
            for case in self.live():
                self._bring(case)
            for ref in self.shop.orders:
                self.shop.settle(ref, Moved.YES)
            self.pay()
            self._clear_desk()
            self.counter.work(2)
            if not self.live() and not desk.open_matters(self.db):
                return

    def _bring(self, case: Return) -> None:
        for line in _coming(case):
            left = line.approved - line.received - line.lost - line.elsewhere
            counted = {line.id: Counted(received=left, accepted=left)}
            inspect.receive(
                self.db, case.id, counted, actor="console", now=self.counter.now
            )
        for line in self.counter.case(case.id).lines:
            left = line.received - line.handed_back
            if line.resolution is Resolution.REPAIR and left:
                amends.hand_back(
                    self.db,
                    case.id,
                    line.id,
                    left,
                    actor="console",
                    now=self.counter.now,
                )

    def _clear_desk(self) -> None:
        """Do what each matter asks of a person."""
        for matter in desk.open_matters(self.db):
            if matter.about == "refund":
                self._settle(matter.about_id)
            else:
                self._decide(matter.about_id)

    def _settle(self, refund_id: str) -> None:
        row, now = refunds.get(self.db, refund_id), self.counter.now
        if row.state in (Refund.REJECTED, Refund.FAILED, Refund.REVERSED):
            byhand.again(self.db, row.id, why="looked at", actor="console", now=now)
        elif row.state is Refund.MANUAL:
            byhand.paid(self.db, row.id, proof="bank 1", actor="console", now=now)
        elif row.state is Refund.PLANNED:
            byhand.try_now(self.db, row.id, actor="console", now=now)

    def _decide(self, return_id: str) -> None:
        """Give money where new goods are gone and nothing else was settled."""
        case = self.counter.case(return_id)
        for line in case.lines:
            if line.resolution in (Resolution.EXCHANGE, Resolution.REPLACEMENT):
                try:
                    self._instead(case, line, Resolution.REFUND, None)
                except BadRequest:
                    continue
        desk.close(self.db, "return", return_id, "console", self.counter.now)


def _coming(case: Return) -> list[ReturnLine]:
    return [
        line
        for line in case.lines
        if line.decision == Decision.APPROVED
        and line.resolution is not Resolution.KEEP
        and line.received + line.lost + line.elsewhere < line.approved
    ]


@pytest.fixture
def counter(address: str) -> Iterator[Counter]:
    shop = stocked(Sandbox(), each=9)
    shop.sell(an_order(a_line("a", 8999, 3), a_line("b", 1001), shipping=490))
    with counting(address, shop) as made:
        yield made


@pytest.mark.parametrize("seed", SEEDS)
def test_any_walk_ends_with_every_cent_where_it_belongs(
    counter: Counter, seed: int
) -> None:
    walk = Walk(seed, counter)
    for _ in range(STEPS):
        walk.step()
    walk.drain()
    assert [case.number for case in walk.live()] == []
    assert [x.why for x in desk.open_matters(counter.db)] == []
    _made_once(counter)
    _account(counter)


def _made_once(counter: Counter) -> None:
    """Everything that a confirmed promise speaks of was made, and nothing else."""
    rows = _rows(counter)
    done = {row.id for row in rows if row.state is Refund.CONFIRMED}
    sent = [row for row in rows if row.id in done and row.request.goods]
    made = counter.shop.made
    assert len({one.key for one in made}) == len(made)
    assert {one.key for one in made} == {
        row.id for row in rows if row.id in done and row.request.way in CREDITS
    } | {row.id for row in sent}
    assert len(counter.shop.orders) == 1 + len(sent)


def _account(counter: Counter) -> None:
    """Paid = what went back + what kept goods, shipping and fees cost."""
    done = [row for row in _rows(counter) if row.state is Refund.CONFIRMED]
    back = sum(row.amount.minor for row in done)
    fees = sum(
        fee.amount.minor
        for row in done
        for fee in row.request.deductions
        if fee.code != "exchange"
    )
    paid = sum(
        tender.captured.minor
        for order in counter.shop.orders.values()
        for tender in order.tenders
        if not tender.ref.endswith("-exchange")
    )
    kept = sum(_kept(order, _rows(counter)) for order in counter.shop.orders.values())
    assert paid == back + kept + fees
    at_shop = sum(counter.shop.paid_out(ref).minor for ref in counter.shop.orders)
    assert at_shop == back


def _kept(order: Order, rows: list[RefundRow]) -> int:
    """Return what the goods cost that were not made good, and the shipping."""
    kept = sum(charge.gross.minor for charge in order.shipping)
    for line in order.lines:
        found = [
            share
            for row in rows
            if row.order_ref == order.ref and row.state is Refund.CONFIRMED
            for share in row.request.lines
            if share.ref == line.ref
        ]
        units = sum(share.quantity for share in found)
        fair = (2 * line.gross.minor * units + line.quantity) // (2 * line.quantity)
        gone = sum(share.gross.minor for share in found)
        # A promise that came to nothing may leave a cent with the units beside it.
        died = [row for row in rows if row.state is not Refund.CONFIRMED]
        assert abs(gone - fair) <= (1 if died else 0)
        kept += line.gross.minor - gone
    return kept


def _rows(counter: Counter) -> list[RefundRow]:
    return refunds.recent(counter.db, counter.shop.name, limit=1000)
