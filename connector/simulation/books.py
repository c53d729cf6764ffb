"""What a shop really holds, and what money really left: plain numbers.

The arithmetic here is the world's own; nothing of Retour's settlement is used.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from connector.model import (
    Charge,
    Customer,
    Line,
    Moved,
    Order,
    OrderStatus,
    Parcel,
    RefundedLine,
    ShopRefund,
    TaxPart,
    Tender,
    TenderKind,
)
from connector.money import Money
from connector.simulation.due import value_of
from connector.simulation.goods import CURRENCY, EXCHANGE, PRODUCT, Goods

EMAIL = "customer@example.org"
COUNTRY = "CH"  # no law there takes the restocking fee off in the first days


@dataclass(slots=True)
class Sold:
    """One line of an order: what was paid for it, tax included, in minor units."""

    ref: str
    quantity: int
    gross: int
    tax: int
    ware: str = ""
    age: int = 0  # how often it was exchanged before
    key: str = ""  # of the exchange that it was sent for
    swap_ref: str = ""  # what the shop calls the wish for it
    is_taken_off: bool = False  # by staff, before it was sent
    worth: int | None = None  # what it was given for, where its price is another

    @property
    def value(self) -> int:
        """What comes back for all of it."""
        return self.gross if self.worth is None else self.worth


@dataclass(slots=True)
class Back:
    """A refund as the shop's record has it; the record is not the money."""

    ref: str
    amount: int
    key: str
    moved: Moved
    return_ref: str = ""
    lines: tuple[tuple[str, int, int], ...] = ()  # ref, units, gross
    made_at: datetime | None = None
    by_staff: bool = False
    tenders: tuple[tuple[str, int], ...] = ()  # where it is known to go
    is_credit: bool = False  # it became credit, and is booked on no tender
    goods: str = ""  # the order whose goods it is for, where it is another
    pays: str = ""  # the key of the promise of those goods

    @property
    def at_shop(self) -> int:
        """What of it the shop itself pays: not what was paid with goods."""
        return self.amount - dict(self.tenders).get(EXCHANGE, 0)


@dataclass(slots=True)
class Bill:
    """An order at the shop."""

    ref: str
    lines: list[Sold]
    shipping: int
    tenders: list[tuple[str, TenderKind, int]]
    placed_at: datetime
    touched_at: datetime
    backs: list[Back] = field(default_factory=list)
    status: OrderStatus = OrderStatus.COMPLETED
    key: str = ""  # of the exchange that its goods are for
    swapped: int = 0  # what old goods paid of it

    @property
    def paid(self) -> int:
        """All that the customer paid, with old goods too."""
        return sum(amount for _, _, amount in self.tenders)

    @property
    def is_sent(self) -> bool:
        """Whether its goods have left: all of it is paid."""
        return self.status is OrderStatus.COMPLETED

    @property
    def price(self) -> int:
        """What all of it costs."""
        kept = (one.gross for one in self.lines if not one.is_taken_off)
        return sum(kept) + self.shipping

    def standing(self) -> int:
        """Add up what the shop's own records say went back, or is going."""
        return sum(one.amount for one in self.backs if one.moved is not Moved.NO)

    def snapshot(self) -> Order:
        """Write it as an adapter would read it."""
        booked = [one for one in self.backs if _is_booked(one)]
        named = Counter[str]()
        for one in booked:
            named.update(dict(one.tenders))
        gone = sum(one.amount for one in booked) - named.total()
        tenders = []
        for ref, kind, amount in self.tenders:
            more = 0 if ref == EXCHANGE else min(gone, amount - named[ref])
            back = named[ref] + more
            gone -= more
            tenders.append(_tender(ref, kind, amount, back))
        return Order(
            ref=self.ref,
            number=f"#{self.ref}",
            currency=CURRENCY,
            total=_eur(self.price),
            status=self.status,
            placed_at=self.placed_at,
            updated_at=self.touched_at,
            lines=tuple(_line(one) for one in self.lines),
            shipping=_shipping(self.shipping),
            tenders=tuple(tenders),
            parcels=(_parcel(self),),
            customer=Customer(email=EMAIL, country=COUNTRY),
            refunds=tuple(_refund(one) for one in self.backs),
        )


@dataclass(frozen=True, slots=True)
class Payment:
    """Money that left, whoever sent it; `key` is our refund's, or empty.

    `order` is whose gateway sent it, `goods` the order whose goods it was for, and
    `pays` the key of the promise that those goods are booked by, where it is another.
    """

    order: str
    amount: int
    key: str
    goods: str
    pays: str = ""


@dataclass(slots=True)
class Books:
    """All bills of a shop, all money that left, all notices not yet delivered."""

    bills: dict[str, Bill] = field(default_factory=dict)
    left: list[Payment] = field(default_factory=list)
    news: list[str] = field(default_factory=list)  # order refs to tell about
    goods: Goods = field(default_factory=Goods)
    got: Counter[str] = field(default_factory=Counter)  # paid on new goods, by key

    def pay(
        self, order: str, amount: int, key: str, goods: str = "", pays: str = ""
    ) -> None:
        """Let money leave."""
        self.left.append(Payment(order, amount, key, goods or order, pays))

    def rename(self, old: str, new: str) -> None:
        """Let money that left under one key count for another."""
        self.left = [replace(x, key=new) if x.key == old else x for x in self.left]

    def sent(self, order: str) -> int:
        """Add up what left for an order's goods by our doing, from whatever order."""
        return sum(x.amount for x in self.left if x.goods == order and x.key)

    def touched(self, order: str) -> int:
        """Add up what left by our doing for an order's goods, or from its gateway."""
        return sum(x.amount for x in self.left if order in (x.order, x.goods) and x.key)

    def sent_by_others(self, order: str) -> int:
        """Add up what left for an order by staff's hands."""
        return sum(x.amount for x in self.left if x.order == order and not x.key)

    def stands(self, key: str) -> bool:
        """Say whether anything at all was done under a key."""
        return self.paid_for(key) > 0 or bool(self.goods.under(key))

    def given(self, order: str, bonus_bp: int) -> int:
        """Add up what was given for an order's goods: money, credit, new goods."""
        used = sum(one.used for one in self.goods.of_order(order))
        return self.sent(order) + self.credited(order, bonus_bp) + used

    def credited(self, order: str, bonus_bp: int) -> int:
        """Add up what became credit of an order's money; `bonus_bp` is inside it."""
        paid = self.credits(order).values()
        return sum(value_of(credit, bonus_bp) for credit in paid)

    def credits(self, order: str) -> Counter[str]:
        """Add up credit that goods paid for, by return: its bonus is of the whole."""
        found = Counter[str]()
        for one in self.goods.of_order(order):
            if one.credit and not one.is_gift:
                found[one.of_return] += one.credit
        return found

    def paid_for(self, key: str) -> int:
        """Add up what left under one key, or to pay it: the gateways' own lists."""
        return sum(x.amount for x in self.left if key in (x.key, x.pays))


def _is_booked(back: Back) -> bool:
    return back.moved is not Moved.NO and not back.is_credit


def _eur(minor: int) -> Money:
    return Money(minor, CURRENCY)


def _line(one: Sold) -> Line:
    taxes = (TaxPart(rate="1", amount=_eur(one.tax)),) if one.tax else ()
    return Line(
        ref=one.ref,
        title=f"Thing {one.ref}",
        quantity=one.quantity,
        gross=_eur(one.gross),
        taxes=taxes,
        fulfilled=one.quantity,
        product_ref=PRODUCT if one.ware else "",
        variant_ref=one.ware,
        swap_ref=one.swap_ref,
        taken_off=one.quantity * one.is_taken_off,
    )


def _shipping(paid: int) -> tuple[Charge, ...]:
    return (Charge(ref="ship", title="Parcel", gross=_eur(paid)),) if paid else ()


def _tender(ref: str, kind: TenderKind, amount: int, back: int) -> Tender:
    return Tender(
        ref=ref,
        gateway=ref,
        kind=kind,
        captured=_eur(amount),
        refunded=_eur(back),
        can_refund=False if kind is TenderKind.MANUAL else None,
    )


def _parcel(bill: Bill) -> Parcel:
    arrived = bill.placed_at + timedelta(days=2)
    sent = (one for one in bill.lines if not one.is_taken_off)
    units = tuple((one.ref, one.quantity) for one in sent)
    return Parcel(ref="p", units=units, shipped_at=arrived, delivered_at=arrived)


def _refund(one: Back) -> ShopRefund:
    return ShopRefund(
        ref=one.ref,
        amount=_eur(one.amount),
        moved=one.moved,
        key=one.key or None,
        made_at=one.made_at,
        return_ref=one.return_ref,
        lines=tuple(
            RefundedLine(line_ref=ref, quantity=units, gross=_eur(gross))
            for ref, units, gross in one.lines
        ),
    )
