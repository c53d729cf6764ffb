"""What both simulated shops share: reading, news, staff, and how reads go wrong."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

from adapters.checking import by_probe
from adapters.without_hooks import WithoutHooks
from adapters.without_returns import WithoutReturns
from connector.errors import Gone, OutcomeUnknown, Rejected, Unavailable
from connector.model import Batch, Change, Moved, OrderStatus, Sighting, TenderKind
from connector.money import Money
from connector.platform import Check, Notice
from connector.simulation.books import Back, Bill, Books, Sold
from connector.simulation.goods import CURRENCY, EXCHANGE, PRODUCT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from connector.model import (
        NewGoods,
        Order,
        Prepared,
        RefundRequest,
        Shelved,
        ShopRefund,
        Ware,
    )
    from connector.simulation.chance import Chance, Time
    from connector.simulation.goods import Made

# What may become of a read, in per cent.
READS = {"away": 4, "unclear": 6}
PIECE = 10  # orders in a batch of the history


class SimShop(WithoutHooks, WithoutReturns):
    """A shop in memory; `skew` is how far its clock is from the world's."""

    name = "sim"
    platform: str

    def __init__(self, chance: Chance, time: Time) -> None:
        self.chance = chance
        self.time = time
        self.books = Books()
        self.books.goods.stock(chance)
        self.skew = timedelta(seconds=chance.choice([-120, -3, 0, 0, 4, 120]))
        self.fates: Counter[str] = Counter()
        self._refs = 0
        self.shelved: dict[str, Shelved] = {}
        self.back: Counter[tuple[str, str]] = Counter()  # units put back, by line

    def now(self) -> datetime:
        """Return what the shop's own clock shows."""
        return self.time.true + self.skew

    def new_ref(self, prefix: str) -> str:
        """Make an id that was never used."""
        self._refs += 1
        return f"{prefix}{self._refs}"

    def touch(self, bill: Bill) -> None:
        """Change an order's modification time, and have news of it."""
        bill.touched_at = max(bill.touched_at, self.now())
        self.books.news.append(bill.ref)

    def count(self, fate: str) -> None:
        """Remember what fate did, for the report."""
        self.fates[fate] += 1

    def read_notice(self, topic: str, body: bytes) -> Notice:
        """Read a body that is nothing but an order's ref."""
        del topic
        return Notice(about="order", order_ref=body.decode())

    def order(self, ref: str) -> Order:
        """Read an order, if the read arrives."""
        self.read()
        if ref not in self.books.bills:
            raise Gone(order=ref)
        return self.books.bills[ref].snapshot()

    def put_back(self, goods: Shelved) -> None:
        """Put units back on the shelf, as often as it is asked for."""
        self.shelved[goods.key] = goods
        if goods.restock:
            self.back[goods.order_ref, goods.line_ref] += goods.quantity

    def restock(self, request: RefundRequest) -> None:
        """Put back what goes on the shelf along with a booking."""
        for share in request.lines:
            if share.restock:
                self.back[request.order_ref, share.ref] += share.quantity

    def is_shelved(self, goods: Shelved) -> bool:
        """Say whether they were put back."""
        self.read()
        return goods.key in self.shelved

    def read(self) -> None:
        """Let fate have its say of a read."""
        fate = self.chance.pick(READS, "fine")
        if fate == "away":
            raise Unavailable
        if fate == "unclear":
            msg = "a page that is no JSON"
            raise OutcomeUnknown(msg)

    def find_order(self, number: str) -> str | None:
        """Find an order by its number."""
        self.read()
        bare = number.lstrip("#")
        return bare if bare in self.books.bills else None

    def order_of_refund(self, refund_ref: str) -> str | None:
        """Find the order of a refund."""
        self.read()
        for bill in self.books.bills.values():
            if any(one.ref == refund_ref for one in bill.backs):
                return bill.ref
        return None

    def changes(self, since: datetime) -> Iterator[Change]:
        """List orders modified since, oldest first."""
        self.read()
        for bill in sorted(self.books.bills.values(), key=lambda one: one.touched_at):
            if bill.touched_at >= since:
                yield Change(order_ref=bill.ref, updated_at=bill.touched_at)

    def history(self, cursor: str) -> Iterator[Batch]:
        """Give a few orders at a time; the cursor is how many were given."""
        self.read()
        bills = list(self.books.bills.values())
        at = int(cursor or 0)
        while True:
            found = [bill.snapshot() for bill in bills[at : at + PIECE]]
            at += len(found)
            yield Batch(
                cursor=str(at),
                orders=tuple(order for order in found if not order.refunds),
                again=tuple(order.ref for order in found if order.refunds),
                total=len(bills),
                is_last=at >= len(bills),
            )
            if at >= len(bills):
                return

    def window(self) -> timedelta | None:
        """Show everything."""
        self.read()
        return None

    def refund_refs(self) -> Iterator[Sighting]:
        """List every refund."""
        self.read()
        for bill in self.books.bills.values():
            for one in bill.backs:
                yield Sighting(ref=one.ref, order_ref=bill.ref)

    def missing(self, refs: Sequence[str]) -> frozenset[str]:
        """Say which orders are not here."""
        self.read()
        return frozenset(refs) - self.books.bills.keys()

    def refunds(self, order_ref: str) -> tuple[ShopRefund, ...]:
        """List an order's refunds."""
        return self.order(order_ref).refunds

    def wares(self, order_ref: str, product_ref: str) -> tuple[Ware, ...]:
        """List what is sold of the one product."""
        del order_ref
        self.read()
        goods = self.books.goods
        return tuple(goods.ware(x) for x in goods.shelves if product_ref == PRODUCT)

    def ware(self, order_ref: str, ref: str) -> Ware:
        """Read a ware again."""
        del order_ref
        self.read()
        return self.books.goods.ware(ref)

    def balance(self, code: str) -> Money:
        """Say what is left of a credit: nobody spends any here."""
        self.read()
        made = self.books.goods.by_code(code)
        if made is None:
            raise Gone
        return Money(made.credit, CURRENCY)

    def note_look(self, request: RefundRequest, found: Prepared) -> None:
        """Remember whether the last look said that the new goods are gone."""
        told = self.books.goods.told_gone
        told.discard(request.key)
        if found.sold_out:
            told.add(request.key)

    def release(self, bill: Bill) -> None:
        """Let an order that is paid now be sent."""
        bill.status = OrderStatus.COMPLETED

    def tidy(self, key: str) -> None:
        """Take away what was begun under a key and never ended: nothing, mostly."""

    def send_new(self, request: RefundRequest) -> Made:
        """Sell new goods on an order of their own, paid with the old ones."""
        old = self.books.bills[request.order_ref]
        back = {share.ref for share in request.lines}
        age = 1 + max(one.age for one in old.lines if one.ref in back)
        ref = self.new_ref("N")
        made = self.books.goods.send(request, ref, ref, self.chance)
        status = OrderStatus.COMPLETED if made.is_paid else OrderStatus.UNPAID
        self.books.bills[made.ref] = Bill(
            ref=made.ref,
            lines=[
                _new_line(f"{made.ref}-{n}", one, age, made.key)
                for n, one in enumerate(request.goods, start=1)
            ],
            shipping=0,
            tenders=[(EXCHANGE, TenderKind.MANUAL, made.used)] if made.used else [],
            placed_at=self.time.true,
            touched_at=self.now(),
            status=status,
        )
        self.touch(self.books.bills[made.ref])
        return made

    def take_payment(self, made: Made) -> None:
        """Let a customer pay what is owed on new goods."""
        bill = self.books.bills[made.bill]
        made.is_paid = True
        self.books.got[made.key] += made.owed
        ref = self.new_ref("T")
        bill.tenders.insert(0, (ref, TenderKind.CARD, made.owed))
        self.release(bill)
        self.touch(bill)

    def cancel_new(self, made: Made) -> None:
        """Cancel new goods that were never paid, as staff does in the shop's admin."""
        self.books.goods.undo(made)
        bill = self.books.bills[made.bill]
        if made.bill == made.ref:
            bill.status = OrderStatus.CANCELLED
        else:
            bill.lines = [one for one in bill.lines if one.key != made.key]
        self.touch(bill)

    def staff_refund(self, order_ref: str, amount: int) -> bool:
        """Refund as staff does in the shop's admin; False when nothing is left."""
        bill = self.books.bills[order_ref]
        amount = min(amount, bill.paid - bill.standing())
        if amount <= 0:
            return False
        made = Back(
            ref=self.new_ref("S"),
            amount=amount,
            key="",
            moved=Moved.YES,
            by_staff=True,
        )
        bill.backs.append(made)
        self.books.pay(order_ref, amount, "")
        self.touch(bill)
        return True

    def tell(self, order_ref: str, text: str, facts: Mapping[str, str]) -> None:
        """Take a note, if it arrives; it is no money, and nobody counts it."""
        del order_ref, text, facts
        self.read()

    def probe(self) -> Mapping[str, str]:
        """Say who we are."""
        if not self.name:
            raise Rejected
        return {"name": self.name}

    def check(self) -> Iterator[Check]:
        """Say whether we are who we say."""
        return by_probe(self.probe)


def _new_line(ref: str, goods: NewGoods, age: int, key: str) -> Sold:
    return Sold(ref, goods.quantity, goods.price.minor, 0, goods.ref, age, key)


def quietly(run: Callable[[], object]) -> None:
    """Run something late: nobody hears a refusal."""
    try:
        run()
    except Rejected:
        return
