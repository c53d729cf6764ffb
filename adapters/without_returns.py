"""What a shop answers that has no return objects of its own: nothing, or a refusal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.errors import Unsupported

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from connector.model import Deduction, Return, Shelved, ShopReturn, Sighting


class WithoutReturns:
    """The part of `connector.platform.Shop` that speaks of the shop's returns.

    The core asks `abilities.holds_returns` first; whoever does not is refused.
    """

    def returns(self, order_ref: str) -> tuple[ShopReturn, ...]:
        """Return nothing."""
        del order_ref
        return ()

    def listed_returns(self) -> tuple[ShopReturn, ...]:
        """Return nothing."""
        return ()

    def open_returns(self) -> Iterator[Sighting]:
        """Return nothing."""
        return iter(())

    def shop_return(self, ref: str) -> ShopReturn:
        """Refuse."""
        raise Unsupported(ref=ref)

    def order_of_goods(self, goods_ref: str) -> str | None:
        """Know of none."""
        del goods_ref
        return None

    def open_return(self, case: Return, fees: Sequence[Deduction] = ()) -> ShopReturn:
        """Refuse."""
        raise Unsupported(number=case.number, fees=len(fees))

    def approve_return(self, ref: str) -> None:
        """Refuse."""
        raise Unsupported(ref=ref)

    def decline_return(self, ref: str, note: str, reason: str = "other") -> None:
        """Refuse."""
        raise Unsupported(ref=ref, note=len(note), reason=reason)

    def cancel_return(self, ref: str) -> None:
        """Refuse."""
        raise Unsupported(ref=ref)

    def shelve(self, goods: Shelved) -> None:
        """Refuse."""
        raise Unsupported(line=goods.line_ref, units=goods.quantity)

    def is_shelved(self, goods: Shelved) -> bool:
        """Say no."""
        del goods
        return False

    def dispose(self, ref: str, units: Mapping[str, int]) -> None:
        """Refuse."""
        raise Unsupported(ref=ref, lines=len(units))

    def disposed(self, ref: str) -> Mapping[str, int]:
        """Refuse."""
        raise Unsupported(ref=ref)

    def close_return(self, ref: str) -> None:
        """Refuse."""
        raise Unsupported(ref=ref)
