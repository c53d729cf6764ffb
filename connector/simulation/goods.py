"""What a shop makes good with beside money: shelves, credit, orders of new goods.

Plain numbers, as in the books; what was made keeps the key that asked for it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from connector.errors import Gone, Rejected
from connector.model import CREDITS, SWAPPED, Resolution, Ware
from connector.money import Money

if TYPE_CHECKING:
    from connector.model import RefundRequest
    from connector.simulation.books import Bill
    from connector.simulation.chance import Chance

CURRENCY = "EUR"
EXCHANGE = SWAPPED  # the tender of what was paid with goods
PRODUCT = "10"
# Each costs more than its fees, also when it is given for what was given for it.
PRICES = {"11": 2_000, "12": 3_000, "13": 3_000, "14": 15_000}
NEVER = 0.2  # how many customers never pay what they owe


@dataclass(slots=True)
class Shelf:
    """How much of one ware lies there, and what one costs; `gone` counts what left."""

    price: int
    left: int
    gone: int = 0


@dataclass(slots=True)
class Made:
    """One credit, or the new goods of one exchange, whoever made it.

    `used` is what the old goods paid of the new ones, `owed` what the customer pays;
    `shelf_price` is what the shelf said when they were taken. `is_undone`: a person
    cancelled it in the shop.
    """

    ref: str
    key: str
    order: str  # whose goods came back
    of_return: str = ""  # its number
    bill: str = ""  # the order that the new goods are on
    credit: int = 0
    is_gift: bool = False  # nothing that was paid stands for it
    code: str = ""
    units: Counter[str] = field(default_factory=Counter)  # by ware
    picked: dict[str, int] = field(default_factory=dict)  # of the lines of a return
    shelf_price: int = 0
    used: int = 0
    owed: int = 0
    replaced: dict[str, tuple[int, int]] = field(default_factory=dict)  # units, worth
    will_pay: bool = True
    is_paid: bool = True
    is_taken: bool = False  # off the shelves
    was_told_gone: bool = False  # the last look before said that they were sold out
    is_undone: bool = False
    is_taken_off: bool = False  # by staff, once it was paid: nobody has it
    expires_at: datetime | None = None


@dataclass(slots=True)
class Goods:
    """Everything that was made beside money, and what it was taken from."""

    shelves: dict[str, Shelf] = field(default_factory=dict)
    made: list[Made] = field(default_factory=list)
    told_gone: set[str] = field(default_factory=set)  # keys

    def stock(self, chance: Chance) -> None:
        """Fill the shelves: some hold little."""
        for ref, price in PRICES.items():
            self.shelves[ref] = Shelf(price, chance.choice([1, 4, 30, 30]))

    def ware(self, ref: str) -> Ware:
        """Say what a ware costs and how many are left; raises Gone."""
        shelf = self.shelves.get(ref)
        if shelf is None:
            raise Gone(ware=ref)
        return Ware(
            ref=ref,
            title=ref,
            price=Money(shelf.price, CURRENCY),
            product_ref=PRODUCT,
            available=shelf.left,
        )

    def under(self, key: str) -> list[Made]:
        """List what was made under a key, and stands."""
        return [one for one in self.made if one.key == key and not one.is_undone]

    def of_order(self, order: str) -> list[Made]:
        """List what was made for goods of an order, and stands."""
        return [one for one in self.made if one.order == order and not one.is_undone]

    def by_code(self, code: str) -> Made | None:
        """Find a credit by its code."""
        return next((one for one in self.made if code and one.code == code), None)

    def give(self, request: RefundRequest, ref: str, code: str) -> Made:
        """Make credit; a code that is taken is refused."""
        if self.by_code(code):
            msg = "the code already exists"
            raise Rejected(msg)
        made = Made(
            ref=ref,
            key=request.key,
            order=request.order_ref,
            of_return=request.return_number,
            credit=request.credit.minor,
            is_gift=not request.amount,
            code=code,
            expires_at=request.expires_at,
        )
        self.made.append(made)
        return made

    def send(self, request: RefundRequest, ref: str, bill: str, chance: Chance) -> Made:
        """Take new goods off the shelves, whatever is left there: nothing checks."""
        price = sum(one.price.minor for one in request.goods)
        made = self._new(request, ref, bill, price, chance)
        self.take(made)
        return made

    def promise(self, request: RefundRequest, bill: Bill, chance: Chance) -> Made:
        """Count the goods of an order as given; they leave when it is paid."""
        made = self._new(request, bill.ref, bill.ref, bill.price, chance)
        made.owed = bill.price - bill.swapped
        made.used, made.is_paid = bill.swapped, not made.owed
        return made

    def _new(
        self, request: RefundRequest, ref: str, bill: str, price: int, chance: Chance
    ) -> Made:
        units = Counter[str]()
        for one in request.goods:
            units[one.ref] += one.quantity
        owed = request.owed.minor if request.owed else 0
        made = Made(
            ref=ref,
            key=request.key,
            order=request.order_ref,
            of_return=request.return_number,
            bill=bill,
            replaced=_replaced(request),
            units=units,
            shelf_price=sum(self.shelves[x].price * n for x, n in units.items()),
            used=price - owed,
            owed=owed,
            will_pay=chance.random() >= NEVER,
            is_paid=not owed,
            was_told_gone=request.key in self.told_gone,
        )
        self.made.append(made)
        return made

    def take(self, made: Made) -> None:
        """Take goods off the shelves, once."""
        for ref, units in made.units.items() if not made.is_taken else ():
            self.shelves[ref].left -= units
            self.shelves[ref].gone += units
        made.is_taken = True

    def undo(self, made: Made) -> None:
        """Cancel new goods, as staff does in the shop: back on the shelf they go."""
        made.is_undone = True
        for ref, units in made.units.items() if made.is_taken else ():
            self.shelves[ref].left += units
            self.shelves[ref].gone -= units

    def is_sold_out(self, request: RefundRequest) -> bool:
        """Say whether new goods are gone, or cost another price now."""
        for one in request.goods:
            shelf = self.shelves.get(one.ref)
            if shelf is None or shelf.left < one.quantity:
                return True
            is_priced = request.way.value == "exchange"
            if is_priced and shelf.price * one.quantity != one.price.minor:
                return True
        return False


def _replaced(request: RefundRequest) -> dict[str, tuple[int, int]]:
    """Return what is given the same again for, by order line."""
    if request.way is not Resolution.REPLACEMENT:
        return {}
    return {x.ref: (x.quantity, x.gross.minor) for x in request.lines}


def is_beside(request: RefundRequest) -> bool:
    """Say whether something else than money is asked for."""
    return request.way in CREDITS or bool(request.goods)
