"""What an order at Shopify says of new goods that joined it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from adapters.shopify.joining import known
from adapters.shopify.standin import return_process, staff
from adapters.wire import Timeouts
from connector.model import Moved, Parcel, RefundedLine, ShopRefund
from connector.money import Money
from tests.adapters.shopify.test_adapter import adapter
from tests.connector.shapes import a_line

if TYPE_CHECKING:
    from tests.adapters.shopify.standin_calls import World


def back(units: int, amount: int, return_ref: str = "") -> ShopRefund:
    """A refund of units of the line, as the shop's list has it."""
    money = Money(amount, "EUR")
    line = RefundedLine(line_ref="new", quantity=units, gross=money)
    return ShopRefund(
        ref="r", amount=money, moved=Moved.YES, return_ref=return_ref, lines=(line,)
    )


@pytest.mark.parametrize(
    ("now", "sent", "refunds", "off"),
    [
        (2, 0, [], 0),
        (0, 0, [], 2),
        (1, 1, [], 1),
        (0, 2, [], 0),  # sent, and back by a return without money
        (0, 1, [], 1),  # one is back, the other was never sent
        (0, 0, [back(2, 6000)], 0),  # refunded before it was sent
        (0, 0, [back(1, 3000)], 1),
        (0, 0, [back(2, 0)], 2),  # an edit's own record: no money, no return
        (0, 0, [back(2, 0, "R1")], 0),
    ],
)
def test_what_was_taken_off_is_neither_sent_nor_back_nor_paid(
    now: int, sent: int, refunds: list[ShopRefund], off: int
) -> None:
    swap = {"id": "X1", "lineItems": [{"id": "new"}]}
    unmade = {"id": "X2", "lineItems": None}
    data = {
        "returns": {"nodes": [{"exchangeLineItems": {"nodes": [unmade, swap]}}]},
        "lineItems": {
            "nodes": [
                {"id": "old", "currentQuantity": 0},
                {"id": "new", "currentQuantity": now},
            ]
        },
    }
    lines = (a_line("old", 3000, 2), a_line("new", 6000, 2))
    parcels = (Parcel(ref="p", units=(("new", sent), ("old", 2))),)
    old, new = known(data, lines, refunds, parcels)
    assert (old.swap_ref, old.taken_off) == ("", 0)
    assert (new.swap_ref, new.taken_off) == ("X1", off)


def test_what_the_twenty_first_return_wants_instead_is_read_too(world: World) -> None:
    """One page of an order's returns has twenty."""
    shop = world.shop
    gid = world.order(quantity=21)
    [line] = shop.lines_of(gid)
    variant = next(iter(shop.variants))
    for _ in range(21):
        ref = staff.create(shop, gid, [(line, 1)], instead=variant)
    case = shop.returns[ref]
    asked = {
        "returnLineItems": [{"id": case.lines[0].gid, "quantity": 1}],
        "exchangeLineItems": [{"id": case.exchanges[0].gid, "quantity": 1}],
    }
    with shop.lock:
        shop.begin()
        return_process.process(shop, {"returnId": ref, **asked})
    patient = adapter(world, timeouts=Timeouts(read=30, total=60))
    [old, new] = patient.order(gid).lines
    assert (old.swap_ref, new.swap_ref) == ("", case.exchanges[0].gid)
