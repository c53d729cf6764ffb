"""What the in-memory shop makes good with beside money: credit, and other goods."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from connector.errors import Gone
from connector.model import (
    CREDITS,
    Line,
    Moved,
    NewGoods,
    Receipt,
    Resolution,
    Tender,
    TenderKind,
    Ware,
)
from connector.money import Money, total

if TYPE_CHECKING:
    from connector.model import Order, RefundRequest

WAYS = frozenset(
    {
        Resolution.REFUND,
        Resolution.STORE_CREDIT,
        Resolution.GIFT_CARD,
        Resolution.EXCHANGE,
        Resolution.REPLACEMENT,
        Resolution.COURTESY,
    }
)


@dataclass(slots=True, kw_only=True)
class Made:
    """What was made under one key: credit, or an order of new goods.

    `owed` is what its customer has yet to pay, `paid` what he paid instead of it;
    `is_cancelled` once staff said so.
    """

    key: str
    ref: str = ""
    credit: Money | None = None
    goods: tuple[NewGoods, ...] = ()
    owed: Money | None = None
    is_cancelled: bool = False
    paid: Money | None = None


@dataclass(slots=True, kw_only=True)
class Goods:
    """The shelves and the credits of the shop; no lock, as with its refunds."""

    shelf: dict[str, Ware] = field(default_factory=dict)
    made: list[Made] = field(default_factory=list)
    codes: dict[str, Made] = field(default_factory=dict)

    def wares(self, order_ref: str, product_ref: str) -> tuple[Ware, ...]:
        """List what is sold of a product."""
        del order_ref
        return tuple(x for x in self.shelf.values() if x.product_ref == product_ref)

    def ware(self, order_ref: str, ref: str) -> Ware:
        """Read one ware; raises Gone."""
        if ref not in self.shelf:
            raise Gone(order=order_ref, ware=ref)
        return self.shelf[ref]

    def balance(self, code: str) -> Money:
        """Say what is left of a credit; raises Gone."""
        found = self.codes.get(code)
        if found is None or found.credit is None:
            raise Gone
        return found.credit

    def lacking(self, request: RefundRequest) -> tuple[int, ...]:
        """Return the places of goods that are gone, or cost another price now."""
        left = {ref: ware.available or 0 for ref, ware in self.shelf.items()}
        gone = []
        for place, one in enumerate(request.goods):
            if left.get(one.ref, 0) < one.quantity or self._is_dear(request, one):
                gone.append(place)
            else:
                left[one.ref] -= one.quantity
        return tuple(gone)

    def _is_dear(self, request: RefundRequest, one: NewGoods) -> bool:
        price = self.shelf[one.ref].price.share(one.quantity, 1)
        return request.way is Resolution.EXCHANGE and price != one.price

    def make(self, request: RefundRequest) -> Made:
        """Make the credit, or the order of new goods; a code is taken once only."""
        ref = f"made-{len(self.made) + 1}"
        if request.way in CREDITS:
            made = Made(key=request.key, ref=ref, credit=request.credit)
            made = self.codes.setdefault(request.code, made)
        else:
            made = Made(
                key=request.key, ref=ref, goods=request.goods, owed=request.owed
            )
            for one in request.goods:
                ware = self.shelf[one.ref]
                left = (ware.available or 0) - one.quantity
                self.shelf[one.ref] = replace(ware, available=left)
        if made not in self.made:
            self.made.append(made)
        return made

    def made_for(self, key: str) -> Made | None:
        """Return what was made under a key."""
        return next((one for one in self.made if one.key == key), None)

    def pay_owed(self, key: str) -> None:
        """Pay the difference of an exchange, as its customer would."""
        made = self.made_for(key)
        if made is None:
            raise Gone
        made.owed = None

    def pay_otherwise(self, key: str, paid: Money) -> None:
        """Pay another sum than is owed, as staff may have asked of the customer."""
        made = self.made_for(key)
        if made is None:
            raise Gone
        made.paid = paid

    def cancel_made(self, key: str) -> None:
        """Cancel what was made under a key, as the shop's staff would."""
        made = self.made_for(key)
        if made is None:
            raise Gone
        made.is_cancelled = True

    def receipt_of(self, request: RefundRequest, made: Made, ref: str) -> Receipt:
        """Say what was made: it is done when nothing is owed on it."""
        return Receipt(
            ref=ref,
            amount=request.amount,
            moved=Moved.PENDING if made.owed else Moved.YES,
            made=made.ref,
            pay_url="https://shop.example/pay" if made.owed else "",
        )


def new_order(old: Order, request: RefundRequest, ref: str) -> Order:
    """Return the order of new goods: paid with what came back, and what is owed.

    The part that came back is a tender that no gateway can refund.
    """
    zero = Money.zero(old.currency)
    price = total((one.price for one in request.goods), old.currency)
    owed = request.owed or zero
    shares = (
        ("exchange", TenderKind.MANUAL, price - owed),
        ("card", TenderKind.CARD, owed),
    )
    return replace(
        old,
        ref=ref,
        number=f"#{ref}",
        total=price,
        lines=tuple(
            Line(
                ref=f"{ref}-{number}",
                title=one.title,
                quantity=one.quantity,
                gross=one.price,
                product_ref=one.product_ref,
                variant_ref=one.ref,
            )
            for number, one in enumerate(request.goods, start=1)
        ),
        shipping=(),
        fees=(),
        refunds=(),
        tenders=tuple(
            Tender(
                ref=f"{ref}-{name}",
                gateway=name,
                kind=kind,
                captured=amount,
                refunded=zero,
                can_refund=kind is TenderKind.CARD,
            )
            for name, kind, amount in shares
            if amount
        ),
    )
