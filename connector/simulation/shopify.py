"""Shopify as books in memory: it holds returns of its own.

`returnProcess` has no key, `refundCreate` has one that is forgotten after a day, and
some money settles later, or not at all.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from adapters.shopify import outcome, refunds
from connector.errors import Gone, OutcomeUnknown, Rejected, Unavailable
from connector.model import (
    Moved,
    Prepared,
    Receipt,
    Resolution,
    Sighting,
)
from connector.money import Money
from connector.platform import Abilities
from connector.simulation import stored
from connector.simulation.books import Back
from connector.simulation.due import share
from connector.simulation.goods import CURRENCY
from connector.simulation.rmas import Rma
from connector.simulation.shop import SimShop, quietly

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime
    from typing import Any

    from connector.model import (
        Deduction,
        Finding,
        RefundRequest,
        Return,
        Shelved,
        ShopReturn,
    )
    from connector.simulation.books import Sold
    from connector.simulation.chance import Chance, Time
    from connector.simulation.goods import Made
    from connector.simulation.rmas import Swap

# What may become of a mutation, in per cent.
FATES = {
    "away": 5,  # the connection is never made
    "storm": 5,  # throttled to the end: surely not run
    "lost": 6,  # it never arrives, and no answer comes
    "error": 4,  # 200 with INTERNAL_SERVER_ERROR, or an HTML page: nothing done
    "silent": 9,  # done, and the answer is lost
    "late": 5,  # no answer; up to ten minutes later it is done all the same
}
PENDING, FAILS = 8, 2  # one refund in so many settles later; of those fail one in
LATEST = 600
KEY_LIFE = timedelta(hours=24)
UNCLEAR = "no answer that says yes or no"


class SimShopify(SimShop):
    """One Shopify shop."""

    platform = "shopify"
    abilities = Abilities(
        holds_returns=True,
        lists_open_returns=True,
        ways=frozenset(
            {
                Resolution.REFUND,
                Resolution.STORE_CREDIT,
                Resolution.GIFT_CARD,
                Resolution.EXCHANGE,
                Resolution.REPLACEMENT,
                Resolution.COURTESY,
            }
        ),
        keeps_credit=True,
        bonus_apart=True,
        pays_on_order=True,
        shelves_apart=frozenset({Resolution.GIFT_CARD, Resolution.MANUAL}),
    )

    def __init__(self, chance: Chance, time: Time) -> None:
        super().__init__(chance, time)
        self.rmas: dict[str, Rma] = {}
        self._worth: dict[str, tuple[int, int]] = {}  # units and worth, by order line
        self._keys: dict[str, tuple[datetime, RefundRequest, Back]] = {}

    # Money.

    def prepare(self, request: RefundRequest) -> Prepared:
        """Read what the outcome will be judged by, as the adapter does."""
        if stored.is_other(request):
            found = stored.prepare(self, request)
            self.note_look(request, found)
            return found
        order = self.order(request.order_ref)
        seen: dict[str, Any] = {"refunds": sorted(one.ref for one in order.refunds)}
        if not request.return_ref:
            ours = [one for one in order.refunds if one.key == request.key]
            already = refunds.receipt(ours[0]) if len(ours) == 1 else None
            return Prepared(preimage=seen, already=already)
        case = self.shop_return(request.return_ref)
        seen |= refunds.before(request, case)
        ask = refunds.lacking_units(request, case)
        more, rounding = self.compare(request, 0)
        return Prepared(preimage=seen, ask=ask or more, rounding=rounding)

    def compare(self, request: RefundRequest, cost: int) -> tuple[str, Money | None]:
        """Hold our figure against the shop's own, as the adapter does."""
        off, is_same = outcome.gap(request, self._figure(request, cost))
        if not is_same:
            return f"Shopify's own figure is {off} off", off
        return "", off or None

    def _figure(self, request: RefundRequest, cost: int) -> outcome.Suggestion:
        """Suggest what the units of a return bring, each part rounded by itself.

        The last units of a line get what is left; new goods take off their `cost`.
        Shopify knows no fee of ours here, and what an order still owes is not taken
        off.
        """
        bill, rma = self.books.bills[request.order_ref], self.rmas[request.return_ref]
        worth = sum(x.gross.minor for x in request.shipping)
        for ref, units in request.return_lines:
            sold = next(x for x in bill.lines if x.ref == rma.lines[ref][0])
            done, paid = self._worth.get(sold.ref, (0, 0))
            worth += _part(sold, units, done, paid)
        left = Money(bill.paid - bill.standing(), CURRENCY)
        amount = Money(min(worth - cost, left.minor), CURRENCY)
        gross = Money(worth, CURRENCY)
        return outcome.Suggestion(amount=amount, gross=gross, left=left, fees={})

    def _count(self, rma: Rma, request: RefundRequest) -> None:
        """Remember what of each line is processed, at Shopify's own worth."""
        lines = {x.ref: x for x in self.books.bills[request.order_ref].lines}
        for ref, units in request.return_lines:
            sold = lines[rma.lines[ref][0]]
            done, paid = self._worth.get(sold.ref, (0, 0))
            more = _part(sold, units, done, paid)
            self._worth[sold.ref] = (done + units, paid + more)

    def refund(self, request: RefundRequest, preimage: Mapping[str, Any]) -> Receipt:
        """Process the return, or refund without one; let fate have its say."""
        if stored.is_other(request):
            return stored.make(self, request, preimage)
        run = self._process if request.return_ref else self._create
        made = self.send(lambda: run(request))
        assert isinstance(made, Back)  # noqa: S101 - what `run` returns
        return Receipt(
            ref=made.ref, amount=Money(made.amount, CURRENCY), moved=made.moved
        )

    def make(self, request: RefundRequest, preimage: Mapping[str, Any]) -> None:
        """Do what is asked for beside money; new goods come with what comes back."""
        if not request.goods:
            code = request.code if request.way is Resolution.GIFT_CARD else ""
            self.books.goods.give(request, self.new_ref("C"), code)
            return
        rma, picked = self.rmas[request.return_ref], preimage["picked"]
        self._fits(request)
        is_paid = bool(request.amount)
        rma.take(dict(request.return_lines), picked, is_paid=is_paid)
        stored.send_new(self, request, rma, picked)
        self._dispose(rma, request)
        if request.amount:
            self._book(request, rma.ref)
        self.touch(self.books.bills[rma.order])

    def look(self, request: RefundRequest, preimage: Mapping[str, Any]) -> Finding:
        """Judge as the adapter does."""
        if stored.is_other(request) and not preimage.get("ref"):
            return stored.find(self, request, preimage)
        order = self.order(request.order_ref)
        case = self.shop_return(request.return_ref) if request.return_ref else None
        return refunds.find(request, preimage, order, case, self.time())

    def _process(self, request: RefundRequest) -> Back:
        """Process units, once each; Shopify refuses more than are left."""
        rma, units = self.rmas[request.return_ref], dict(request.return_lines)
        self._fits(request)
        rma.take(units, {}, is_paid=True)
        self._dispose(rma, request)
        return self._book(request, rma.ref)

    def _dispose(self, rma: Rma, request: RefundRequest) -> None:
        self._count(rma, request)
        if request.goods_received:
            rma.dispose(dict(request.return_lines))
        self.restock(request)

    def _create(self, request: RefundRequest) -> Back:
        """Refund under a key: for a day it answers the same, then it is forgotten."""
        asked = replace(request, first_sent_at=None)
        known = self._keys.get(request.key)
        if known and self.now() - known[0] < KEY_LIFE:
            if known[1] != asked:
                msg = "IDEMPOTENCY_KEY_PARAMETER_MISMATCH"
                raise Rejected(msg)
            return known[2]
        self._fits(request)
        made = self._book(request, "")
        self._keys[request.key] = (self.now(), asked, made)
        return made

    def cancel_new(self, made: Made) -> None:
        """Take new goods out of their return too."""
        for rma in self.rmas.values():
            rma.remove({x: n for x, n in made.picked.items() if x in rma.swaps})
        super().cancel_new(made)

    def take_off(self, made: Made) -> None:
        """Take new goods that were paid off their order, before they are sent."""
        made.is_taken_off = True
        for rma in self.rmas.values():
            rma.remove({x: n for x, n in made.picked.items() if x in rma.swaps})
        bill = self.books.bills[made.bill]
        for one in bill.lines:
            one.is_taken_off |= one.key == made.key
        self.touch(bill)

    def _fits(self, request: RefundRequest) -> None:
        bill = self.books.bills[request.order_ref]
        if request.amount.minor > bill.paid - bill.standing():
            msg = "Refund amount is more than the order has left"
            raise Rejected(msg)

    def _book(self, request: RefundRequest, rma: str) -> Back:
        bill = self.books.bills[request.order_ref]
        amount = request.amount.minor
        made = Back(
            ref=self.new_ref("R"),
            amount=amount,
            key="" if rma else request.key,  # no note of returnProcess is read back
            moved=Moved.YES,
            return_ref=rma,
            lines=tuple((s.ref, s.quantity, s.gross.minor) for s in request.lines),
            made_at=self.now(),
            tenders=tuple((x.tender_ref, x.amount.minor) for x in request.tenders),
        )
        bill.backs.append(made)
        if request.way is Resolution.STORE_CREDIT:
            made.is_credit = True
            self.books.goods.give(request, made.ref, "")
        elif self.chance.one_in(PENDING):
            made.moved = Moved.PENDING
            delay = self.chance.uniform(60, 43_200)
            self.time.later(delay, lambda: self._settle(made, bill.ref, request.key))
        else:
            self.books.pay(bill.ref, amount, request.key)
        self.touch(bill)
        return made

    def _settle(self, made: Back, order: str, key: str) -> None:
        """Let pending money arrive, or not."""
        if self.chance.one_in(FAILS):
            made.moved = Moved.NO
            self.count("failed")
        else:
            made.moved = Moved.YES
            self.books.pay(order, made.amount, key)

    # Returns.

    def customer_asks(self, order: str, units: Mapping[str, int]) -> str:
        """Open a return as customers do in the shop's own account pages."""
        rma = self._open(order, units, "requested")
        self.touch(self.books.bills[order])
        return rma.ref

    def returns(self, order_ref: str) -> tuple[ShopReturn, ...]:
        """List the returns of an order."""
        self.read()
        return tuple(x.seen() for x in self.rmas.values() if x.order == order_ref)

    def open_returns(self) -> Iterator[Sighting]:
        """List the returns that are requested or open."""
        self.read()
        for one in self.rmas.values():
            if one.status in ("requested", "open"):
                yield Sighting(ref=one.ref, order_ref=one.order, status=one.status)

    def shop_return(self, ref: str) -> ShopReturn:
        """Read one return."""
        self.read()
        if ref not in self.rmas:
            raise Gone(return_ref=ref)
        return self.rmas[ref].seen()

    def open_return(self, case: Return, fees: Sequence[Deduction] = ()) -> ShopReturn:
        """Request a return: no key, so that two are two."""
        del fees
        units = {line.line_ref: line.asked for line in case.lines}
        order = case.order_ref
        number = case.number
        swaps = stored.wanted(self, case)
        status = "open" if swaps else "requested"
        rma = self.send(lambda: self._open(order, units, status, number, swaps))
        assert isinstance(rma, Rma)  # noqa: S101 - what `_open` returns
        return rma.seen()

    def approve_return(self, ref: str) -> None:
        """Approve a request; an open one is refused."""
        self.send(lambda: self._turn(ref, "requested", "open"))

    def decline_return(self, ref: str, note: str, reason: str = "other") -> None:
        """Decline a request."""
        del note, reason
        self.send(lambda: self._turn(ref, "requested", "declined"))

    def cancel_return(self, ref: str) -> None:
        """Cancel an open return."""
        self.send(lambda: self._turn(ref, "open", "cancelled"))

    def shelve(self, goods: Shelved) -> None:
        """Book goods; more than there are is taken without complaint."""
        units = {goods.return_line: goods.quantity}
        self.send(lambda: self._shelve(goods, units))

    def _shelve(self, goods: Shelved, units: Mapping[str, int]) -> None:
        self.rmas[goods.return_ref].dispose(units)
        self.put_back(goods)

    def disposed(self, ref: str) -> Mapping[str, int]:
        """Return the units disposed of."""
        self.read()
        return dict(self.rmas[ref].disposed)

    def close_return(self, ref: str) -> None:
        """Close a return; a second close is no error."""
        self.send(lambda: self._turn(ref, "", "closed"))

    def _open(
        self,
        order: str,
        units: Mapping[str, int],
        status: str,
        number: str = "",
        swaps: dict[str, Swap] | None = None,
    ) -> Rma:
        bill = self.books.bills[order]
        held: dict[str, int] = {}
        for rma in self.rmas.values():
            if rma.order == order and rma.status not in ("declined", "cancelled"):
                for line, count in rma.lines.values():
                    held[line] = held.get(line, 0) + count
        sold = {one.ref: one.quantity for one in bill.lines}
        if any(held.get(line, 0) + n > sold[line] for line, n in units.items()):
            msg = "more units than can be returned"
            raise Rejected(msg)
        lines = {self.new_ref("L"): (line, n) for line, n in units.items()}
        made = Rma(self.new_ref("RMA"), order, status, lines, number=number)
        made.swaps = swaps or {}
        self.rmas[made.ref] = made
        self.touch(bill)
        return made

    def _turn(self, ref: str, before: str, after: str) -> None:
        rma = self.rmas[ref]
        if before and rma.status != before:
            msg = f"the return is {rma.status}"
            raise Rejected(msg)
        rma.status = after
        self.touch(self.books.bills[rma.order])

    def send(self, run: Callable[[], object]) -> object:
        """Send a mutation through fate."""
        fate = self.chance.pick(FATES, "fine")
        self.count(fate)
        if fate in ("away", "storm"):
            raise Unavailable
        if fate in ("lost", "error"):
            raise OutcomeUnknown(UNCLEAR)
        if fate == "late":
            self.time.later(self.chance.uniform(1, LATEST), lambda: quietly(run))
            raise OutcomeUnknown(UNCLEAR)
        done = run()
        if fate == "silent":
            raise OutcomeUnknown(UNCLEAR)
        return done


def _part(sold: Sold, units: int, done: int, paid: int) -> int:
    """Return what units of a line are worth at Shopify, in minor units."""
    if units >= sold.quantity - done:
        return sold.gross - paid
    return share(sold.gross, units, sold.quantity)
