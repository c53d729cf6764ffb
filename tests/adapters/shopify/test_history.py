"""The bulk operation: one order as a reading tells it, and all that goes wrong."""

from __future__ import annotations

import tracemalloc
from typing import TYPE_CHECKING

import pytest

from adapters.shopify import history
from adapters.shopify.auth import Token
from adapters.shopify.shop import ShopifyShop
from adapters.spool import Spool, lines
from connector.errors import OutcomeUnknown, Rejected, Unavailable
from tests.adapters.shopify.standin_calls import TOKEN
from tests.contract.conftest import LOCAL
from tests.contract.test_history import whole

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from connector.model import Batch
    from tests.adapters.shopify.standin_calls import World

BULK = """mutation ($query: String!) {
  bulkOperationRunQuery(query: $query) {
    bulkOperation { id status } userErrors { code message }
  }
}"""


def adapter(world: World) -> ShopifyShop:
    return ShopifyShop(
        name="tee",
        domain="teehaus.myshopify.com",
        credentials=Token(TOKEN),
        clock=world.clock,
        api_url=world.url,
        transport=LOCAL,
        sleep=lambda seconds: world.clock.forward(seconds=seconds),
    )


def sell(world: World, count: int) -> list[str]:
    """Sell in every way that the stand-in knows."""
    shop = world.shop
    teas = [
        shop.add_product(f"Tea {n}", f"{n + 2}.95", tags=["tea"], tax_rate=rate)
        for n, rate in enumerate(("0.19", "0.07", "0"))
    ]
    card = shop.add_product("Card", "25.00", tax_rate="0", is_gift_card=True)
    made = []
    for n in range(count):
        gid = shop.place_order(
            [(teas[n % 3], 1 + n % 3), (teas[(n + 1) % 3], 2), *[(card, 1)][: n % 2]],
            f"ada.{n % 7}@example.com",
            shipping="4.90" if n % 2 else None,
            discount_percent="10" if n % 5 == 1 else None,
            line_discount={teas[n % 3]: "0.50"} if n % 5 == 2 else None,
            tenders=(("gift_card", "2.00"), ("shopify_payments", None)),
            presentment=("CHF", "0.95") if n % 6 == 4 else None,
        )
        if n % 3:
            shop.fulfil(gid)
            shop.deliver_parcel(gid)
        made.append(gid)
    return made


def refs(batches: list[Batch]) -> list[str]:
    return sorted(
        ref
        for one in batches
        for ref in (*(order.ref for order in one.orders), *one.again)
    )


@pytest.mark.parametrize("included", [True, False])
def test_every_order_of_the_result_is_what_a_reading_tells(
    world: World, monkeypatch: pytest.MonkeyPatch, *, included: bool
) -> None:
    monkeypatch.setattr(history, "PILE", 4000)
    world.shop.taxes_included = included
    made = sell(world, 60)
    ours = adapter(world)
    batches = whole(ours)
    assert refs(batches) == sorted(made)
    for batch in batches:
        assert batch.again == ()
        for order in batch.orders:
            assert order == ours.order(order.ref)


def test_what_a_bulk_result_cannot_hold_is_to_be_read_by_itself(world: World) -> None:
    refunded, asked, halves, edited, plain = sell(world, 5)
    shop = world.shop
    shop.staff_refund(refunded, "1.00")
    shop.customer_requests_return(asked, [(shop.lines_of(asked)[0], 1, "too-big")])
    # A second parcel: which units are in which, the result does not say.
    lines = shop.lines_of(edited)
    shop.fulfil(edited, [(lines[0], 1)])
    shop.fulfil(edited, [(lines[1], 2)])
    again = {ref for one in whole(adapter(world)) for ref in one.again}
    assert again == {refunded, asked, edited}
    assert halves not in again
    assert plain not in again


def test_reading_goes_on_behind_every_cursor_and_misses_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "PIECE", 3)
    monkeypatch.setattr(history, "PILE", 9000)
    made = sell(world, 40)
    ours = adapter(world)
    batches = whole(ours)
    kept = [one for one in batches if not one.is_waiting]
    assert len(kept) > 10
    for index, batch in enumerate(kept):
        rest = list(ours.history(batch.cursor))
        assert refs([*kept[: index + 1], *rest]) == sorted(made)


def test_an_operation_whose_id_was_lost_is_found_and_not_doubled(world: World) -> None:
    sell(world, 1)
    ours = adapter(world)
    (first,) = ours.history("")
    (second,) = ours.history("")
    assert first.cursor == second.cursor
    assert len(world.shop.bulk.known) == 1


@pytest.mark.parametrize(
    ("status", "code"),
    [
        ("FAILED", "TIMEOUT"),
        ("FAILED", "INTERNAL_SERVER_ERROR"),
        ("CANCELED", None),
    ],
)
def test_an_operation_that_fails_leaves_its_part_and_is_begun_anew(
    world: World, status: str, code: str | None
) -> None:
    made = sell(world, 30)
    world.shop.bulk_next(status, code, partial=0.6)
    ours = adapter(world)
    cursor = ""
    found: list[Batch] = []
    while not found or found[-1].cursor:
        found += ours.history(cursor)
        cursor = found[-1].cursor
    assert found[-1].why.endswith("begun anew")
    assert set(refs(found)) < set(made)
    for batch in found:
        for order in batch.orders:
            assert order == ours.order(order.ref)  # whole, though the result is torn
    assert refs(whole(ours)) == sorted(made)


def test_a_missing_scope_stops_with_its_cure(world: World) -> None:
    sell(world, 1)
    world.shop.bulk_next("FAILED", "ACCESS_DENIED")
    with pytest.raises(Rejected, match="lacks a scope"):
        whole(adapter(world))


def test_a_result_older_than_seven_days_is_begun_anew(world: World) -> None:
    made = sell(world, 3)
    ours = adapter(world)
    last = whole(ours)[-1]
    world.clock.forward(days=8)
    (batch,) = ours.history(last.cursor)
    assert batch.cursor == ""
    assert "7 days" in batch.why
    assert refs(whole(ours)) == sorted(made)


def test_a_torn_download_keeps_nothing_of_it_and_is_asked_for_again(
    world: World,
) -> None:
    made = sell(world, 20)
    ours = adapter(world)
    (start,) = ours.history("")
    list(ours.history(start.cursor))
    world.shop.switches.add("lose_answer", "bulk")
    with pytest.raises(OutcomeUnknown):
        list(ours.history(start.cursor))
    assert refs(list(ours.history(start.cursor))) == sorted(made)


def test_a_shop_without_orders_has_an_empty_history(world: World) -> None:
    assert refs(whole(adapter(world))) == []


def test_five_operations_at_once_are_all_that_shopify_runs(world: World) -> None:
    query = "{ orders { edges { node { id } } } }"
    for _ in range(5):
        made = world.ask(BULK, {"query": query})["data"]["bulkOperationRunQuery"]
        assert made["userErrors"] == []
    with pytest.raises(Unavailable, match="already in progress"):
        list(adapter(world).history(""))


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("{ shop { name } }", "at least one connection"),
        (
            (
                "{ orders { edges { node { id refunds { refundLineItems { nodes"
                " { quantity } } } } } } }"
            ),
            "connection field within a list field",
        ),
        ('{ node(id: "gid://shopify/Order/1") { id } }', "node and nodes"),
        ("{ orders { edges { node { nonsense } } } }", "Invalid bulk query"),
    ],
)
def test_the_stand_in_refuses_what_shopify_cannot_run_in_bulk(
    world: World, query: str, told: str
) -> None:
    made = world.ask(BULK, {"query": query})["data"]["bulkOperationRunQuery"]
    assert told in made["userErrors"][0]["message"]


def test_the_end_of_an_operation_is_told_by_a_webhook(world: World) -> None:
    sell(world, 1)
    list(adapter(world).history(""))
    world.shop.events.clear()
    world.clock.forward(minutes=6)
    world.shop.deliver()
    (one,) = world.shop.bulk.known.values()
    assert one.status == "COMPLETED"


def peak(ours: ShopifyShop, cursor: str) -> int:
    """Return the most bytes that reading the whole result took at once."""
    tracemalloc.start()
    for batch in ours.history(cursor):
        assert batch.total
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most


def test_memory_stays_flat_while_the_result_grows_tenfold(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(history, "PILE", 50_000)
    monkeypatch.setattr(history, "PIECE", 20)
    monkeypatch.setattr("adapters.spool.Spool.__init__.__defaults__", (50_000,))
    file = tmp_path / "result"

    def pieces(_: object) -> Iterator[bytes]:
        """Read the file as the network would give it: the stand-in's own copy of it
        in this process must not be counted.
        """
        with file.open("rb") as opened:
            while piece := opened.read(10_000):
                yield piece

    peaks = []
    for count in (100, 900):
        sell(world, count)
        ours = adapter(world)
        (start,) = ours.history("")
        list(ours.history(start.cursor))
        list(ours.history(start.cursor))
        (one,) = (x for x in world.shop.bulk.known.values() if x.gid in start.cursor)
        file.write_bytes(b"\n".join(one.lines))
        with monkeypatch.context() as patch:
            patch.setattr(history, "download", pieces)
            peaks.append((peak(ours, start.cursor), file.stat().st_size))
    (small, few), (large, many) = peaks
    assert many > 8 * few
    assert large < 2 * small


def test_a_spool_gives_each_pile_in_order_and_lines_are_cut_anywhere() -> None:
    spool = Spool(3, held=10)
    text = b"".join(b"line %d\n" % n for n in range(50))
    pieces = [text[at : at + 7] for at in range(0, len(text), 7)]
    for n, line in enumerate(lines([*pieces, b"", b"end"])):
        spool.add(n % 3, line)
    assert list(spool.pile(0))[:3] == [b"line 0", b"line 3", b"line 6"]
    assert sum(len(list(spool.pile(n))) for n in range(3)) == 51
    spool.close()
