"""WooCommerce as books in memory: no lock, no key, and a refund saved too early.

Facts: the refund is stored before the gateway is called; a gateway that errs makes
WooCommerce delete it, even if the provider paid; a PHP fatal leaves it unpaid.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.woocommerce import refunds
from connector.errors import OutcomeUnknown, Rejected, Unavailable
from connector.model import Moved, Receipt
from connector.money import Money
from connector.platform import Abilities
from connector.simulation.books import CURRENCY, Back
from connector.simulation.shop import SimShop

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from connector.model import Finding, Prepared, RefundRequest
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
LATEST = 600
UNCLEAR = "no answer that says yes or no"


class SimWoo(SimShop):
    """One WooCommerce shop."""

    platform = "woocommerce"
    abilities = Abilities(
        holds_returns=False,
        opens_returns=False,
        pays_through_returns=False,
        lists_refunds=True,
    )

    def prepare(self, request: RefundRequest) -> Prepared:
        """Judge as the adapter does, by the order read just now."""
        return refunds.prepare(request, self.order(request.order_ref))

    def refund(self, request: RefundRequest, preimage: Mapping[str, Any]) -> Receipt:
        """Let fate have its say, then do what WooCommerce does."""
        del preimage
        fate = self.chance.pick(FATES, "fine")
        self.count(fate)
        if fate == "away":
            raise Unavailable
        if fate in ("lost", "page"):
            raise OutcomeUnknown(UNCLEAR)
        if fate == "late":
            delay = self.chance.uniform(1, LATEST)
            self.time.later(delay, lambda: self._arrive_late(request))
            raise OutcomeUnknown(UNCLEAR)
        made = self._create(request, fate)
        if fate != "fine":
            raise OutcomeUnknown(UNCLEAR)
        moved = Moved.YES if made.moved is Moved.YES or not request.by_gateway else None
        return Receipt(
            ref=made.ref,
            amount=Money(made.amount, CURRENCY),
            moved=moved or Moved.UNKNOWN,
        )

    def look(self, request: RefundRequest, preimage: Mapping[str, Any]) -> Finding:
        """Judge as the adapter does: by our token in the list of refunds."""
        del preimage
        known = self.order(request.order_ref).refunds
        return refunds.find(request, known, self.time(), may_resend=False)

    def _arrive_late(self, request: RefundRequest) -> None:
        try:
            self._create(request, "fine")
        except Rejected:
            return

    def _create(self, request: RefundRequest, fate: str) -> Back:
        """Store the refund, then ask the gateway; no lock anywhere."""
        bill = self.books.bills[request.order_ref]
        if request.amount.minor > bill.paid - bill.standing():
            msg = "Invalid refund amount."
            raise Rejected(msg)
        made = Back(
            ref=self.new_ref("R"),
            amount=request.amount.minor,
            key=request.key,
            moved=Moved.UNKNOWN,
            lines=tuple((s.ref, s.quantity, s.gross.minor) for s in request.lines),
            made_at=self.now(),
        )
        bill.backs.append(made)
        if request.by_gateway:
            self._ask_gateway(bill, made, fate)
        if fate not in ("fatal", "paid_fatal", "slow"):
            self.touch(bill)
        return made

    def _ask_gateway(self, bill: Bill, made: Back, fate: str) -> None:
        if fate in ("fine", "silent", "paid_deleted", "paid_fatal"):
            self.books.pay(bill.ref, made.amount, made.key)
        if fate in ("fine", "silent"):
            made.moved = Moved.YES
        elif fate in ("declined", "paid_deleted"):
            bill.backs.remove(made)
        elif fate == "slow":
            delay = self.chance.uniform(1, LATEST)
            self.time.later(delay, lambda: self._pay_late(bill, made))

    def _pay_late(self, bill: Bill, made: Back) -> None:
        self.books.pay(bill.ref, made.amount, made.key)
        made.moved = Moved.YES
        self.touch(bill)
