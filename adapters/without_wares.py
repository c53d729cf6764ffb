"""What a shop answers whose goods we do not know: nothing to exchange for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.errors import Gone

if TYPE_CHECKING:
    from connector.model import Ware
    from connector.money import Money


class WithoutWares:
    """The part of `connector.platform.Shop` that speaks of new goods and credit."""

    def wares(self, order_ref: str, product_ref: str) -> tuple[Ware, ...]:
        """Know of none."""
        del order_ref, product_ref
        return ()

    def ware(self, order_ref: str, ref: str) -> Ware:
        """Know of none."""
        raise Gone(order=order_ref, ware=ref)

    def balance(self, code: str) -> Money:
        """Know of none."""
        del code
        raise Gone
