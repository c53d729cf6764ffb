"""An in-memory shop, as unforgiving as real ones: for unit tests and docs.

It has no lock and no idempotency, and takes an identical refund twice while money
remains, as WooCommerce does.
"""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from adapters.checking import by_probe
from adapters.sandbox_ways import WAYS, Goods, new_order
from adapters.without_returns import WithoutReturns
from connector.errors import Gone, OutcomeUnknown, Rejected, Unavailable
from connector.model import (
    Batch,
    Change,
    Finding,
    Found,
    Moved,
    Order,
    Prepared,
    Receipt,
    Resolution,
    Shelved,
    ShopRefund,
    Sighting,
)
from connector.money import Money, total
from connector.platform import Abilities, Check, Notice, Subscription
from connector.saying import saying

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime, timedelta

    from connector.model import RefundRequest


PIECE = 10  # orders in a batch of the history


@dataclass(slots=True)
class Sandbox(Goods, WithoutReturns):
    """One shop in memory; `mishaps` are played one a refund, in order.

    Mishaps: `lost` (paid, no answer), `never` (not paid, no answer), `refused`,
    `unavailable`, `pending`. `calls` counts refunds that reached the shop; `told` are
    (order ref, text) of what staff was told, by token. `restocked` are units by
    (order ref, line ref), `shelved` what was put back apart from its money.
    """

    name: str = "sandbox"
    platform: str = "sandbox"
    abilities: Abilities = field(
        default_factory=lambda: Abilities(
            holds_returns=False, lists_refunds=True, ways=WAYS
        )
    )
    hook_path: str = "/webhooks/sandbox"
    hooks: dict[str, Subscription] = field(default_factory=dict)
    orders: dict[str, Order] = field(default_factory=dict)
    mishaps: deque[str] = field(default_factory=deque)
    calls: int = 0
    told: dict[str, tuple[str, str]] = field(default_factory=dict)
    restocked: Counter[tuple[str, str]] = field(default_factory=Counter)
    shelved: dict[str, Shelved] = field(default_factory=dict)
    shelf_mishaps: deque[str] = field(default_factory=deque)

    def sell(self, order: Order) -> None:
        """Put an order in the shop."""
        self.orders[order.ref] = order

    def pay_by_hand(self, order_ref: str, amount: Money) -> None:
        """Refund as the shop's staff would, in its own admin."""
        self._pay(order_ref, amount, None, Moved.YES)

    def settle(self, order_ref: str, moved: Moved) -> None:
        """Say what became of the money of every pending refund."""
        order = self.order(order_ref)
        settled = tuple(
            replace(refund, moved=moved) if refund.moved is Moved.PENDING else refund
            for refund in order.refunds
        )
        self.orders[order_ref] = replace(order, refunds=settled)

    def read_notice(self, topic: str, body: bytes) -> Notice:
        """Read a body that is nothing but an order's ref."""
        ref = body.decode("utf-8", "replace")
        known = topic == "order" and ref in self.orders
        return (
            Notice(about="order", order_ref=ref) if known else Notice(about="unknown")
        )

    def order(self, ref: str) -> Order:
        """Return an order; raises Gone."""
        if ref not in self.orders:
            raise Gone(order=ref)
        return self.orders[ref]

    def find_order(self, number: str) -> str | None:
        """Find an order by number."""
        found = [o.ref for o in self.orders.values() if o.number == number]
        return found[0] if found else None

    def order_of_refund(self, refund_ref: str) -> str | None:
        """Find the order that a refund belongs to."""
        for order in self.orders.values():
            if any(refund.ref == refund_ref for refund in order.refunds):
                return order.ref
        return None

    def changes(self, since: datetime) -> Iterator[Change]:
        """List orders modified at or after a moment."""
        for order in sorted(self.orders.values(), key=lambda o: o.updated_at):
            if order.updated_at >= since:
                yield Change(order_ref=order.ref, updated_at=order.updated_at)

    def history(self, cursor: str) -> Iterator[Batch]:
        """Give ten orders at a time; the cursor is the last one's ref."""
        left = sorted(ref for ref in self.orders if ref > cursor)
        for first in range(0, max(1, len(left)), PIECE):
            refs = left[first : first + PIECE]
            found = [self.orders[ref] for ref in refs]
            yield Batch(
                cursor=refs[-1] if refs else cursor,
                orders=tuple(order for order in found if not order.refunds),
                again=tuple(order.ref for order in found if order.refunds),
                total=len(self.orders),
                is_last=first + PIECE >= len(left),
            )

    def window(self) -> timedelta | None:
        """Show everything."""
        return None

    def refund_refs(self) -> Iterator[Sighting]:
        """List every refund."""
        for order in self.orders.values():
            for refund in order.refunds:
                yield Sighting(ref=refund.ref, order_ref=order.ref)

    def missing(self, refs: Sequence[str]) -> frozenset[str]:
        """Say which orders are not here."""
        return frozenset(refs) - self.orders.keys()

    def refunds(self, order_ref: str) -> tuple[ShopRefund, ...]:
        """List every refund of an order."""
        return self.order(order_ref).refunds

    def prepare(self, request: RefundRequest) -> Prepared:
        """Look for our key, and keep which refunds were there before."""
        known = self.refunds(request.order_ref)
        already = self._receipt(request)
        gone = () if already else self.lacking(request)
        return Prepared(
            preimage={"refunds": [refund.ref for refund in known]},
            already=already,
            sold_out=bool(gone),
            gone=gone,
        )

    def refund(self, request: RefundRequest, preimage: Mapping[str, Any]) -> Receipt:
        """Pay, or make good in another way, or play the next mishap."""
        del preimage
        mishap = self.mishaps.popleft() if self.mishaps else ""
        if mishap == "unavailable":
            raise Unavailable
        self.calls += 1
        if mishap == "refused":
            raise Rejected
        if mishap == "never":
            raise OutcomeUnknown
        if request.way is not Resolution.REFUND:
            made = self.make(request)
            if made.goods:
                old = self.order(request.order_ref)
                self.sell(new_order(old, request, made.ref))
        if request.amount:
            is_money = request.way is Resolution.REFUND
            is_slow = mishap == "pending" and is_money
            moved = Moved.PENDING if is_slow else Moved.YES
            self._pay(request.order_ref, request.amount, request.key, moved)
        for share in request.lines:
            self.restocked[request.order_ref, share.ref] += (
                share.quantity * share.restock
            )
        found = self._receipt(request)
        if mishap == "lost" or found is None:
            raise OutcomeUnknown
        return found

    def shelve(self, goods: Shelved) -> None:
        """Put units on the shelf, however often it is asked, or play the next mishap.

        Mishaps: `lost` (done, no answer), `never`, `refused`.
        """
        mishap = self.shelf_mishaps.popleft() if self.shelf_mishaps else ""
        if mishap == "refused":
            raise Rejected
        if mishap == "never":
            raise OutcomeUnknown
        units = goods.quantity * goods.restock
        self.restocked[goods.order_ref, goods.line_ref] += units
        self.shelved[goods.key] = goods
        if mishap == "lost":
            raise OutcomeUnknown

    def is_shelved(self, goods: Shelved) -> bool:
        """Look for its key."""
        return goods.key in self.shelved

    def look(self, request: RefundRequest, preimage: Mapping[str, Any]) -> Finding:
        """Find our refund by its key; nothing here runs late, so absence is sure."""
        del preimage
        made = self.made_for(request.key)
        if made and made.is_cancelled:
            why = saying("%(order)s was cancelled in the shop", order=made.ref)
            return Finding(found=Found.PERSON, why=why, is_over=True)
        if made and made.paid is not None:
            why = saying("another sum was paid")
            return Finding(found=Found.PERSON, why=why, paid=made.paid)
        found = self._receipt(request)
        if found is None:
            return Finding(found=Found.ABSENT)
        return Finding(found=_FOUND[found.moved], receipt=found)

    def _receipt(self, request: RefundRequest) -> Receipt | None:
        """Say what stands under a key: the refund, and what was made beside it."""
        known = self.refunds(request.order_ref)
        ours = next((one for one in known if one.key == request.key), None)
        made = self.made_for(request.key)
        if made is not None:
            return self.receipt_of(request, made, ours.ref if ours else "")
        if ours is None:
            return None
        return Receipt(ref=ours.ref, amount=ours.amount, moved=ours.moved)

    def check(self) -> Iterator[Check]:
        """Examine the connection step by step; never raises."""
        return by_probe(self.probe)

    def tell(self, order_ref: str, text: str, facts: Mapping[str, str]) -> None:
        """Keep what staff is told, each token once."""
        self.order(order_ref)
        self.told.setdefault(facts["token"], (order_ref, text))

    def probe(self) -> Mapping[str, str]:
        """Say who we are."""
        return {"name": self.name}

    def topics(self) -> tuple[str, ...]:
        """Want news of orders."""
        return ("order",)

    def subscriptions(self) -> tuple[Subscription, ...]:
        """List the webhooks."""
        return tuple(self.hooks.values())

    def subscribe(self, topic: str, address: str, secret: str) -> Subscription:
        """Make a webhook; nothing is ever sent."""
        del secret
        ref = f"hook-{len(self.hooks) + 1}"
        self.hooks[ref] = Subscription(ref=ref, topic=topic, address=address)
        return self.hooks[ref]

    def unsubscribe(self, ref: str) -> None:
        """Remove a webhook."""
        self.hooks.pop(ref, None)

    def paid_out(self, order_ref: str) -> Money:
        """Add up the money that left, whoever sent it."""
        order = self.order(order_ref)
        left = (r.amount for r in order.refunds if r.moved is Moved.YES)
        return total(left, order.currency)

    def _pay(
        self, order_ref: str, amount: Money, key: str | None, moved: Moved
    ) -> ShopRefund:
        order = self.order(order_ref)
        stands = (x.amount for x in order.refunds if x.moved is not Moved.NO)
        gone = total(stands, order.currency)
        if order.captured < gone + amount:
            msg = saying("more than remains of the order")
            raise Rejected(msg, order=order_ref)
        ref = f"{order_ref}-{len(order.refunds) + 1}"
        made = ShopRefund(ref=ref, amount=amount, moved=moved, key=key)
        self.orders[order_ref] = replace(order, refunds=(*order.refunds, made))
        return made


_FOUND = {
    Moved.YES: Found.DONE,
    Moved.PENDING: Found.PENDING,
    Moved.NO: Found.FAILED,
    Moved.UNKNOWN: Found.UNCLEAR,
}
