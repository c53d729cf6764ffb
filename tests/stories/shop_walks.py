"""The random walk of `test_walks`, on its way through a shop that answers over HTTP."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, cast

from adapters.shopify.standin.outcome import outstanding
from adapters.woocommerce.standin import creating, meta
from connector.errors import PlatformError
from connector.model import Found, Resolution
from connector.states import Refund
from connector.steps import byhand, reconcile
from connector.store import desk, filing, orders, refunds
from tests.stories.test_walks import Walk

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connector.model import NewGoods, Order, Return, ShopReturn
    from connector.store.filing import Wish
    from connector.store.refunds import RefundRow
    from tests.stories.shopify_counter import ShopifyCounter
    from tests.stories.woo_ways import WooCounter

STEPS, DRAIN = 30, 8
DONE = (Refund.CONFIRMED, Refund.PENDING)
WAYS = (
    Resolution.REFUND,
    Resolution.STORE_CREDIT,
    Resolution.EXCHANGE,
    Resolution.EXCHANGE,
    Resolution.EXCHANGE,
    Resolution.REPLACEMENT,
    Resolution.KEEP,
    Resolution.REPAIR,
    Resolution.MANUAL,
)


class ShopWalk(Walk, ABC):
    """What all shops have in common; `by_hand` is what staff paid beside them."""

    by_hand = 0

    def step(self) -> None:
        """Let one thing happen: at a counter of one order, customers ask more often."""
        often = [self.ask, self.receive, self.work]
        seldom = [self.mind, self.withdraw, self.kindness, self.stock, self.pay]
        self.dice.choice([*often * 4, *seldom, self.mishap, self.mishap])()

    def play(self) -> None:
        """Walk, then let everybody do what is left to do."""
        for _ in range(STEPS):
            self.step()
        self.finish()

    def finish(self) -> None:
        """Let nothing go wrong any more, and everybody do what is left to do."""
        self.calm()
        for _ in range(DRAIN):
            for case in self.live():
                self._bring(case)
            self.pay()
            self._clear_desk()
            self.counter.work(2)
            self.arrive()

    def open_one(self, ref: str, left: dict[str, int]) -> Return | None:
        """Ask for a return of some units that are `left`, by line."""
        wishes: list[Wish] = []
        for line, units in left.items():
            if units > 0 and self.dice.random() < 0.6:
                count = self.dice.choice((1, 1, units))
                way = self.dice.choice(WAYS)
                wishes.append(self.one_wish(line, count, way))
        if not wishes:
            return None
        return self.counter.open(
            *wishes, terms=self._terms(), is_back=False, order_ref=ref
        )

    def free(self, ref: str, order: Order) -> dict[str, int]:
        """Return how many units of each line no return has taken."""
        taken = filing.taken_units(self.db, self.shop.name, ref)
        return {x.ref: x.quantity - len(taken.get(x.ref, ())) for x in order.lines}

    def one_wish(self, line: str, count: int, way: Resolution) -> Wish:
        return filing.Wish(
            line_ref=line,
            quantity=count,
            reason="other",
            wanted=way,
            goods=self._goods(way, count),
        )

    def _settle(self, refund_id: str) -> None:
        """Do what a person does: pay, look, or let it be tried again."""
        row, now = refunds.get(self.db, refund_id), self.counter.now
        if row.state is Refund.MANUAL:
            byhand.paid(self.db, row.id, proof="bank 1", actor="console", now=now)
            self.by_hand += row.amount.minor
        elif row.state in (Refund.UNKNOWN, Refund.PENDING):
            self._look(row)
        elif row.state is Refund.FAILED:
            byhand.again(
                self.db,
                row.id,
                why="looked: nothing stands",
                actor="console",
                now=now,
                is_void=True,
            )
        else:
            super()._settle(refund_id)

    def _look(self, row: RefundRow) -> None:
        """Pay by hand what did not move with new goods; else say what there is."""
        finding = reconcile.look(self.shop, row)
        is_half = finding.found is Found.FAILED and bool(row.request.goods)
        if is_half:
            self.by_hand += row.amount.minor
        if is_half or (finding.found is Found.PERSON and "late run" in finding.why):
            byhand.found_out(
                self.db,
                row.id,
                money_moved=is_half,
                why="looked at the gateway",
                actor="console",
                now=self.counter.now,
            )

    def _decide(self, return_id: str) -> None:
        """Leave what only the merchant can decide on the desk."""

    @abstractmethod
    def pay(self) -> None:
        """Let the customer pay what he owes."""

    @abstractmethod
    def calm(self) -> None:
        """Let nothing go wrong any more."""

    @abstractmethod
    def arrive(self) -> None:
        """Let what is on its way arrive, goods as money."""

    def rows(self) -> list[RefundRow]:
        return refunds.recent(self.db, self.shop.name, limit=1000)

    def done(self) -> list[RefundRow]:
        """List what was made good; what pays goods of another order is these."""
        return [x for x in self.rows() if x.state in DONE and not x.request.pays]

    def unsettled(self) -> list[str]:
        """Name the returns that are open, and that nobody is asked about."""
        asked = {one.about_id for one in desk.open_matters(self.db)}
        return [
            f"{case.number}: {self.counter.states(case)}"
            for case in self.live()
            if case.id not in asked
            and not asked & {row.id for row in self.counter.rows(case)}
        ]

    def off(self, sold: Sequence[Order]) -> int:
        """Return by how much the sum is off, in minor units: it must be nothing.

        What was paid is what went back, plus what goods cost that were not made good,
        plus fees; and what a customer still owes was never paid.
        """
        done = self.done()
        paid = sum(
            tender.captured.minor
            for order in sold
            for tender in order.tenders
            if not tender.ref.endswith("exchange")
        )
        paid += sum(
            row.request.owed.minor
            for row in done
            if row.request.owed and row.state is Refund.PENDING
        )
        back = sum(row.amount.minor for row in done)
        fees = sum(
            one.amount.minor
            for row in done
            for one in row.request.deductions
            if one.code != "exchange"
        )
        cost = sum(line.gross.minor for order in sold for line in order.lines)
        cost += sum(one.gross.minor for order in sold for one in order.shipping)
        gone = sum(x.gross.minor for row in done for x in row.request.lines)
        gone += sum(x.gross.minor for row in done for x in row.request.shipping)
        return paid - back - fees - (cost - gone)

    def promised(self, *ways: Resolution) -> int:
        """Add up what was given in these ways, in minor units."""
        return sum(x.amount.minor for x in self.done() if x.request.way in ways)

    def units_sent(self, *states: Refund) -> int:
        return sum(
            one.quantity
            for row in self.rows()
            if row.state in states
            for one in row.request.goods
        )


MONEY = (Resolution.REFUND, Resolution.EXCHANGE, Resolution.REPLACEMENT)


class ShopifyWalk(ShopWalk):
    """Customers, staff and weather of a Shopify shop with one order."""

    CALLS = (
        "returnProcess",
        "returnCreate",
        "returnRequest",
        "returnApproveRequest",
        "returnClose",
        "storeCreditAccountCredit",
        "reverseFulfillmentOrderDispose",
    )
    FAULTS = ("lose_answer", "lose_request", "throttle", "internal_error")

    @property
    def desk(self) -> ShopifyCounter:
        return cast("ShopifyCounter", self.counter)

    def ask(self) -> None:
        ref = self.desk.order_ref
        try:
            order = self.desk.real.order(ref)
        except PlatformError:
            return
        orders.keep(self.db, self.shop.name, order)
        sent: dict[str, int] = dict.fromkeys((x.ref for x in order.lines), 0)
        for parcel in self.desk.there.parcels:
            for item in parcel.lines:
                sent[item.line.gid] += item.quantity
        left = {x: n for x, n in self.free(ref, order).items() if n <= sent[x]}
        case = self.open_one(ref, left)
        if case is not None:
            self.desk.heard(case)

    def _goods(self, way: Resolution, count: int) -> NewGoods | None:
        ware = self.dice.choice(sorted(self.desk.wares))
        return self.desk.wish(way, ware, quantity=count).goods

    def pay(self) -> None:
        if outstanding(self.desk.there).presentment:
            self.desk.standin.customer_pays(self.desk.order_ref)

    def stock(self) -> None:
        gid = self.desk.wares[self.dice.choice(sorted(self.desk.wares))]
        self.desk.standin.variants[gid].stock = self.dice.choice((0, 5))

    def mishap(self) -> None:
        if self.dice.random() < 0.2:
            self.desk.standin.gateway_next("pending")
        else:
            call = self.dice.choice(self.CALLS)
            self.desk.standin.switches.add(self.dice.choice(self.FAULTS), call)

    def work(self) -> None:
        self.counter.work(1)
        if self.dice.random() < 0.5:
            self.arrive(self.dice.choice(("SUCCESS", "FAILURE")))

    def arrive(self, ending: str = "SUCCESS") -> None:
        there = self.desk.there
        for one in [x for x in there.transactions if x.status == "PENDING"]:
            self.desk.standin.settle(one.gid, ending)
        sent = {i.line.gid for parcel in there.parcels for i in parcel.lines}
        new = [(x.gid, x.quantity) for x in there.lines if x.gid not in sent]
        if new and not outstanding(there).presentment:  # unpaid goods are held
            self.desk.standin.fulfil(self.desk.order_ref, new)

    def calm(self) -> None:
        self.desk.standin.switches.clear()
        self.desk.standin.gateway_plan.clear()
        for variant in self.desk.standin.variants.values():
            variant.stock = 9

    def holds(self) -> None:
        """Hold the shop's own books against ours."""
        assert self.unsettled() == []
        assert self.off([self.desk.real.order(self.desk.order_ref)]) == 0
        credits_ = self.desk.there.customer.credits
        given = [int(x.amount * 100) for x in credits_ if x.event == "ORDER_REFUND"]
        assert self.desk.paid() + self.by_hand == self.promised(*MONEY)
        assert sum(given) == self.promised(Resolution.STORE_CREDIT)
        assert sum(n for _, n in self.desk.sent()) == self.units_sent(*DONE)
        assert len({one.our_number for one in self._returns()}) == len(self._returns())

    def _returns(self) -> list[ShopReturn]:
        found = self.desk.real.returns(self.desk.order_ref)
        return [one for one in found if one.status not in ("cancelled", "declined")]


class WooWalk(ShopWalk):
    """Customers, staff and weather of a WooCommerce shop; new goods are new orders."""

    CALLS = ("POST /orders/.*refunds", "POST /coupons", "POST /orders$", "PUT /orders")
    FAULTS = ("lose_answer", "lose_request")

    @property
    def desk(self) -> WooCounter:
        return cast("WooCounter", self.counter)

    def ask(self) -> None:
        ref = self.dice.choice(self._sold())
        try:
            order = self.desk.shop.order(ref)
        except PlatformError:
            return
        orders.keep(self.db, self.shop.name, order)
        self.open_one(ref, self.free(ref, order))

    def _sold(self) -> list[str]:
        """Name the orders that customers have: those that were sent or are paid."""
        has = ("processing", "completed", "refunded")
        found = self.desk.standin.orders.values()
        return [str(one["id"]) for one in found if one["status"] in has]

    def _goods(self, way: Resolution, count: int) -> NewGoods | None:
        if way not in (Resolution.EXCHANGE, Resolution.REPLACEMENT):
            return None
        return self.desk.new(self.dice.choice(("m", "l", "coat", "socks")), count)

    def pay(self) -> None:
        """Pay what is asked; who pays before an order is whole is another story."""
        for one in self.desk.swaps():
            is_whole = one["fee_lines"] and float(one["total"])
            if one["status"] in creating.PAYABLE and is_whole:
                creating.pay(self.desk.standin, one["id"])

    def stock(self) -> None:
        ref = self.desk.sizes[self.dice.choice(("m", "l", "coat", "socks"))]
        self.desk.standin.products[ref]["stock_quantity"] = self.dice.choice((0, 9))

    def mishap(self) -> None:
        call = self.dice.choice(self.CALLS)
        self.desk.standin.switches.add(self.dice.choice(self.FAULTS), call)

    def work(self) -> None:
        self.counter.work(1)

    def arrive(self) -> None:
        """Send what is paid."""
        for one in self.desk.swaps():
            if one["status"] == "processing":
                self.desk.standin.complete(one["id"])

    def calm(self) -> None:
        self.desk.standin.switches.clear()
        for name in ("m", "l", "coat", "socks"):
            self.desk.standin.products[self.desk.sizes[name]]["stock_quantity"] = 99

    def holds(self) -> None:
        """Hold the shop's own books against ours."""
        assert self.unsettled() == []
        made = {row.id for row in self.rows() if row.state in DONE}
        keys = {
            one["id"]: meta.get(one, "_retour_exchange")
            for one in self.desk.standin.orders.values()
        }
        sold = [ref for ref, key in keys.items() if not key or key in made]
        assert self.off([self.desk.shop.order(str(ref)) for ref in sold]) == 0
        there = self.desk.standin.paid_out_minor()
        assert there + self.by_hand == self.promised(*MONEY)
        new = [key for key in keys.values() if key]
        assert len(set(new)) == len(new)
        codes = [row.request.code for row in self.rows() if row.state in DONE]
        coupons = [one["code"] for one in self.desk.standin.coupons.values()]
        assert sorted(coupons) == sorted(x.lower() for x in codes if x)
