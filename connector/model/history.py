"""What a shop tells when asked for all that it holds, in pieces."""

from __future__ import annotations

from dataclasses import dataclass

from connector.model.order import Order


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """A piece of a shop's order history; `cursor` leads on behind it.

    `orders` are whole snapshots without refund or return; `again` names orders that
    must be read one by one. `cursor` "" that is not the last means: begin anew, for
    the reason in `why`. `total` is how many orders there are, where the shop says so.
    """

    cursor: str
    orders: tuple[Order, ...] = ()
    again: tuple[str, ...] = ()
    total: int | None = None
    is_waiting: bool = False  # the shop is not ready: come back later
    is_last: bool = False
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """A refund or a return that a list of the shop names, with its order.

    `status` is that of `ShopReturn` for a return, empty for a refund.
    """

    ref: str
    order_ref: str
    status: str = ""
