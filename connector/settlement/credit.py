"""Credit instead of money: what an exchange costs, and a bonus kept apart."""

from __future__ import annotations

from dataclasses import dataclass

from connector.money import Money
from connector.settlement.vocabulary import BASIS_POINTS


def difference(credit: Money, price: Money, discount_bp: int = 0) -> Money:
    """Return price - credit of an exchange (R10): above zero the customer pays.

    `price` is the new item's gross; `discount_bp` a code of the order, in basis
    points, that is carried to it. Below zero the rest goes back.
    """
    return price - price.share(discount_bp, BASIS_POINTS) - credit


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """Store credit (R13): the refund in it, and a bonus that is no refund.

    If the credit is turned back into money only `value` goes back: the bonus is lost.
    """

    value: Money
    bonus: Money

    @property
    def worth(self) -> Money:
        """What it buys."""
        return self.value + self.bonus


def bonus(value: Money, bp: int) -> Credit:
    """Return a refund as credit with `bp` basis points on top, rounded half up."""
    return Credit(value=value, bonus=value.share(bp, BASIS_POINTS))
