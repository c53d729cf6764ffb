"""WooCommerce as books in memory: no lock, no key, and a refund saved too early.

Facts: the refund is stored before the gateway is called; a gateway that errs makes
WooCommerce delete it, even if the provider paid; a PHP fatal leaves it unpaid.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, cast

from adapters.woocommerce import translate
from adapters.woocommerce.making import WAYS, Making
from adapters.woocommerce.reading import meta
from connector.errors import OutcomeUnknown, Rejected, Unavailable
from connector.model import Moved, OrderStatus, TenderKind
from connector.money import Money
from connector.platform import Abilities
from connector.simulation.books import Back
from connector.simulation.goods import CURRENCY, EXCHANGE
from connector.simulation.shop import SimShop, quietly
from connector.simulation.wc import Api

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from adapters.woocommerce.calls import Calls
    from connector.model import Finding, Prepared, Receipt, RefundRequest, Shelved
    from connector.simulation.books import Bill

# What may become of a POST, in per cent.
FATES = {
    "away": 6,  # the connection is never made
    "lost": 6,  # it never arrives, and no answer comes
    "page": 4,  # a maintenance page, an HTML 500: nothing was done
    "silent": 8,  # done, and the answer is lost
    "late": 5,  # no answer; up to ten minutes later it is done all the same
    "slow": 4,  # no answer; the gateway pays minutes later
    "declined": 3,  # the gateway says no: the refund is deleted
    "paid_deleted": 3,  # the gateway paid, then erred: the refund is deleted
    "fatal": 2,  # PHP dies in the gateway: the refund stays, nothing was paid
    "paid_fatal": 2,  # the same, but the provider has paid
}
# What may become of another POST, in per cent.
POSTS = {"away": 6, "lost": 6, "page": 4, "silent": 8, "late": 5}
LATEST = 600
UNCLEAR = "no answer that says yes or no"


class SimWoo(SimShop):
    """One WooCommerce shop."""

    platform = "woocommerce"
    abilities = Abilities(
        holds_returns=False,
        opens_returns=False,
        pays_through_returns=False,
        restocks_by_line=False,
        lists_refunds=True,
        ways=WAYS,
    )

    def new_ref(self, prefix: str) -> str:
        """Make an id that was never used; all are numbers here."""
        del prefix
        return super().new_ref("50")

    def _making(self, request: RefundRequest) -> Making:
        """Return the adapter's own steps, on our books."""
        calls = cast("Calls", Api(self, request))
        return Making(calls=calls, clock=self.time, read=self.order)

    def prepare(self, request: RefundRequest) -> Prepared:
        """Judge as the adapter does, by what is read just now."""
        found = self._making(request).prepare(request)
        self.note_look(request, found)
        return found

    def refund(self, request: RefundRequest, preimage: Mapping[str, Any]) -> Receipt:
        """Do what the adapter does, request by request."""
        del preimage
        return self._making(request).make(request)

    def shelve(self, goods: Shelved) -> None:
        """Put units back on the shelf, if the request arrives."""
        self.post(lambda: self._put_back(goods))

    def _put_back(self, goods: Shelved) -> Mapping[str, Any]:
        self.put_back(goods)
        return {}

    def look(self, request: RefundRequest, preimage: Mapping[str, Any]) -> Finding:
        """Judge as the adapter does."""
        del preimage
        return self._making(request).look(request)

    def make(self, request: RefundRequest, preimage: Mapping[str, Any]) -> None:
        """Make what is asked for beside money, as staff does in the admin."""
        del preimage
        if not request.goods:
            self.books.goods.give(request, self.new_ref(""), request.code.lower())
            return
        for bill in self._drafts(request.key):
            self.give_new(request, bill)
            if not request.owed:
                self.release(bill)
            return
        made = self.send_new(request)
        bill = self.books.bills[made.bill]
        bill.key, bill.swapped = request.key, made.used

    def tidy(self, key: str) -> None:
        """Cancel what of a key was begun and is not to be sent, as staff does."""
        standing = {one.bill for one in self.books.goods.under(key)}
        for bill in self._drafts(key):
            if bill.ref not in standing:
                bill.status = OrderStatus.CANCELLED
                bill.key = ""
        if not self.books.stands(key):
            for bill in self.books.bills.values():
                bill.backs = [one for one in bill.backs if one.key != key]

    def _drafts(self, key: str) -> list[Bill]:
        bills = self.books.bills.values()
        return [x for x in bills if x.key == key and x.status is OrderStatus.UNPAID]

    def give_new(self, request: RefundRequest, bill: Bill) -> None:
        """Count new goods as given: their order is worth less by what came back."""
        owed = request.owed.minor if request.owed else 0
        bill.swapped = bill.swapped or bill.price - owed
        known = [one for one in self.books.goods.under(bill.key) if one.bill]
        if known:
            return
        made = self.books.goods.promise(request, bill, self.chance)
        bill.tenders = [(EXCHANGE, TenderKind.MANUAL, made.used)]

    def release(self, bill: Bill) -> None:
        """Let an order that is paid be sent: its stock goes down at once."""
        if bill.status is not OrderStatus.UNPAID:
            return
        bill.status = OrderStatus.OPEN
        for made in self.books.goods.made:
            if made.bill == bill.ref and not made.is_undone:
                self.books.goods.take(made)

        def ship() -> None:
            if bill.status is OrderStatus.OPEN:
                bill.status = OrderStatus.COMPLETED
                self.touch(bill)

        self.time.later(self.chance.uniform(3_600, 200_000), ship)

    def post(self, run: Callable[[], Mapping[str, Any]]) -> Mapping[str, Any]:
        """Send something else than a refund through fate."""
        fate = self.chance.pick(POSTS, "fine")
        self.count(fate)
        if fate == "away":
            raise Unavailable
        if fate in ("lost", "page"):
            raise OutcomeUnknown(UNCLEAR)
        if fate == "late":
            delay = self.chance.uniform(1, LATEST)
            self.time.later(delay, lambda: quietly(run))
            raise OutcomeUnknown(UNCLEAR)
        done = run()
        if fate == "silent":
            raise OutcomeUnknown(UNCLEAR)
        return done

    def take_refund(
        self, order: str, request: RefundRequest, body: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """Let fate have its say, then do what WooCommerce does."""
        fate = self.chance.pick(FATES, "fine")
        self.count(fate)
        if fate == "away":
            raise Unavailable
        if fate in ("lost", "page"):
            raise OutcomeUnknown(UNCLEAR)
        if fate == "late":
            delay = self.chance.uniform(1, LATEST)
            late = partial(self._create, order, request, body, "fine")
            self.time.later(delay, lambda: quietly(late))
            raise OutcomeUnknown(UNCLEAR)
        made = self._create(order, request, body, fate)
        if fate != "fine":
            raise OutcomeUnknown(UNCLEAR)
        return {
            "id": made.ref,
            "amount": body["amount"],
            "refunded_payment": made.moved is Moved.YES,
            "reason": body["reason"],
            "meta_data": body["meta_data"],
        }

    def _create(
        self,
        order: str,
        request: RefundRequest,
        body: Mapping[str, Any],
        fate: str,
    ) -> Back:
        """Store the refund, then ask the gateway; no lock anywhere."""
        bill = self.books.bills[order]
        booked = Money.parse(body["amount"], CURRENCY).minor
        gone = sum(one.at_shop for one in bill.backs)
        if booked > bill.price - bill.swapped - gone:
            msg = "Invalid refund amount."
            raise Rejected(msg)
        whole = meta(body, translate.META_AMOUNT) or body["amount"]
        amount = Money.parse(whole, CURRENCY).minor
        made = Back(
            ref=self.new_ref("R"),
            amount=amount,
            key=request.key,
            moved=Moved.UNKNOWN,
            lines=tuple(
                (s.ref, s.quantity, s.gross.minor)
                for s in (*request.lines, *request.old_lines)
            ),
            made_at=self.now(),
            tenders=((EXCHANGE, amount - booked),) if amount > booked else (),
            goods=_named(request.return_number),
            pays=request.pays,
        )
        bill.backs.append(made)
        if body["api_refund"]:
            self._ask_gateway(bill, made, fate)
        if body["api_restock"]:
            self._restock(request, fate if body["api_refund"] else "fine")
        if fate not in ("fatal", "paid_fatal", "slow"):
            self.touch(bill)
        return made

    def _restock(self, request: RefundRequest, fate: str) -> None:
        """Restock once the gateway has said yes, if PHP lives that long."""
        if fate in ("fine", "silent"):
            self.restock(request)
        elif fate == "slow":
            self.time.later(LATEST, lambda: self.restock(request))

    def _ask_gateway(self, bill: Bill, made: Back, fate: str) -> None:
        if fate in ("fine", "silent", "paid_deleted", "paid_fatal"):
            self._pay(bill, made)
        if fate in ("fine", "silent"):
            made.moved = Moved.YES
        elif fate in ("declined", "paid_deleted"):
            bill.backs.remove(made)
        elif fate == "slow":
            delay = self.chance.uniform(1, LATEST)
            self.time.later(delay, lambda: self._pay_late(bill, made))

    def _pay_late(self, bill: Bill, made: Back) -> None:
        self._pay(bill, made)
        made.moved = Moved.YES
        self.touch(bill)

    def _pay(self, bill: Bill, made: Back) -> None:
        self.books.pay(bill.ref, made.at_shop, made.key, made.goods, made.pays)


def _named(return_number: str) -> str:
    """Return the order that the number of a return names: whose goods came back."""
    return return_number.lstrip("#").rpartition("-R")[0]
