"""Money: a whole number of minor units in one currency; no float, ever."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from connector.errors import BadAmount, CurrencyMismatch

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

# ISO 4217 exponents other than 2 (https://www.iso.org/iso-4217-currency-codes.html).
NO_DECIMALS = (
    "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG",
    "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF",
)  # fmt: skip
THREE_DECIMALS = ("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND")
EXPONENTS: Mapping[str, int] = dict.fromkeys(NO_DECIMALS, 0) | dict.fromkeys(
    THREE_DECIMALS, 3
)

MOST_DIGITS = 15  # keeps every amount inside a 64-bit column


def exponent(currency: str) -> int:
    """Return how many decimals a currency has; 2 for one that we do not know."""
    return EXPONENTS.get(currency, 2)


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount: `minor` units (cents, yen, fils) of an ISO currency."""

    minor: int
    currency: str

    @classmethod
    def parse(cls, text: str, currency: str) -> Money:
        """Read a platform's decimal string; refuse digits that the currency lacks.

        Raises BadAmount for "", "-", "abc", "10.051" EUR, NaN and numbers too
        large for the books (WooCommerce really sends "" and "-").
        """
        money, exact = cls.read(text, currency)
        if not exact:
            msg = "the amount is finer than its currency"
            raise BadAmount(msg, text=text[:40], currency=currency)
        return money

    @classmethod
    def read(cls, text: str, currency: str) -> tuple[Money, bool]:
        """Read a decimal string, rounded half up; say whether it was exact."""
        try:
            value = Decimal(text.strip())
        except InvalidOperation:
            raise BadAmount(text=text[:40], currency=currency) from None
        if not value.is_finite() or value.adjusted() > MOST_DIGITS:
            raise BadAmount(text=text[:40], currency=currency)
        scaled = value.scaleb(exponent(currency))
        whole = scaled.quantize(Decimal(1), rounding="ROUND_HALF_UP")
        return cls(int(whole), currency), whole == scaled

    @classmethod
    def zero(cls, currency: str) -> Money:
        """Return nothing, in that currency."""
        return cls(0, currency)

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.minor - other.minor, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __lt__(self, other: Money) -> bool:
        self._same(other)
        return self.minor < other.minor

    def __le__(self, other: Money) -> bool:
        self._same(other)
        return self.minor <= other.minor

    def __bool__(self) -> bool:
        return self.minor != 0

    def __str__(self) -> str:
        """Write it as people compare it in logs: `12.50 EUR`."""
        return f"{self.decimal} {self.currency}"

    @property
    def decimal(self) -> str:
        """The amount as a platform's decimal string, all its decimals shown."""
        return f"{Decimal(self.minor).scaleb(-exponent(self.currency)):f}"

    def share(self, part: int, whole: int) -> Money:
        """Return A(k) = round_half_up(P * k / n), the cumulative share (R3)."""
        return Money(round_half_up(self.minor * part, whole), self.currency)

    def allocate(self, weights: Sequence[int]) -> list[Money]:
        """Split by weight without losing or inventing a minor unit (R4).

        The remainder goes one unit at a time to the largest fractions, the
        earlier share first on a tie. Raises BadAmount when no weight is positive.
        """
        total = sum(weights)
        if total <= 0 or min(weights) < 0:
            msg = "weights must be non-negative and not all zero"
            raise BadAmount(msg, weights=tuple(weights))
        sign = -1 if self.minor < 0 else 1
        parts = [divmod(abs(self.minor) * weight, total) for weight in weights]
        shares = [quotient for quotient, _ in parts]
        short = abs(self.minor) - sum(shares)
        for i in sorted(range(len(parts)), key=lambda i: -parts[i][1])[:short]:
            shares[i] += 1
        return [Money(sign * share, self.currency) for share in shares]

    def _same(self, other: Money) -> None:
        if other.currency != self.currency:
            raise CurrencyMismatch(left=self.currency, right=other.currency)


def total(amounts: Iterable[Money], currency: str) -> Money:
    """Add amounts up; nothing at all is zero of `currency`."""
    result = Money.zero(currency)
    for amount in amounts:
        result += amount
    return result


def round_half_up(numerator: int, denominator: int) -> int:
    """Divide and round half away from zero, in integers."""
    quotient, rest = divmod(abs(numerator), denominator)
    rounded = quotient + (2 * rest >= denominator)
    return rounded if numerator >= 0 else -rounded
