"""WooCommerce's pages: what shifts, what shares a second, what the clocks do."""

from __future__ import annotations

import tracemalloc
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from adapters.wire import Timeouts
from adapters.woocommerce.shop import WooCommerceShop
from adapters.woocommerce.standin import Shop, serve
from tests.contract.conftest import LOCAL
from tests.contract.test_history import whole

if TYPE_CHECKING:
    from connector.model import Batch
    from tests.adapters.woocommerce.conftest import World

ZONES = ("Europe/Paris", "America/New_York", "Asia/Kolkata", "Pacific/Auckland")
# Around the hours at which clocks were, or will be, changed in one of these zones.
HOURS = (
    datetime(2026, 10, 25, 0, 30, tzinfo=UTC),  # Paris: 2:30 comes twice
    datetime(2026, 3, 29, 0, 50, tzinfo=UTC),  # Paris: 2:xx is left out
    datetime(2026, 11, 1, 5, 30, tzinfo=UTC),  # New York: 1:30 comes twice
    datetime(2026, 3, 8, 6, 50, tzinfo=UTC),
    datetime(2026, 4, 4, 13, 30, tzinfo=UTC),  # Auckland: 2:30 comes twice
    datetime(2026, 9, 26, 13, 50, tzinfo=UTC),
    datetime(2026, 7, 1, 12, 0, tzinfo=UTC),
)


def sell(world: World, count: int, *, seconds: float = 1) -> list[str]:
    mugs = [
        world.shop.add_product(f"Mug {n}", "10.00", tags=[f"tag{n}"]) for n in range(3)
    ]
    made = []
    for n in range(count):
        lines = [(mugs[n % 3], 1 + n % 2), (mugs[(n + 1) % 3], 1)]
        fee = "1.50" if n % 7 == 3 else None
        coupon = "2.00" if n % 4 == 1 else "0"
        made.append(str(world.shop.place_order(lines, fee=fee, coupon=coupon)))
        if n % 3 == 0:
            world.shop.complete(int(made[-1]))
        world.clock.pass_by(seconds=seconds)
    return made


def refs(batches: list[Batch]) -> list[str]:
    return [
        ref
        for one in batches
        for ref in (*(order.ref for order in one.orders), *one.again)
    ]


@pytest.mark.parametrize("seconds", [0, 0.02, 1])
def test_every_order_comes_once_as_a_reading_tells_it(
    world: World, seconds: float
) -> None:
    made = sell(world, 320, seconds=seconds)
    batches = whole(world.ours)
    assert sorted(refs(batches)) == sorted(made)
    assert batches[0].total == 320
    for order in [order for one in batches for order in one.orders][::10]:
        assert order == world.ours.order(order.ref)


def test_orders_deleted_meanwhile_make_no_other_be_passed_over(world: World) -> None:
    made = sell(world, 250)
    batches = []
    for batch in world.ours.history(""):
        batches.append(batch)
        if len(batches) == 1:
            for ref in made[:60]:
                world.shop.force_delete(int(ref))
    assert set(made[60:]) <= set(refs(batches))


@pytest.mark.parametrize("size", [150, 300, 430])
def test_no_order_of_a_crowded_second_is_passed_over(world: World, size: int) -> None:
    made = sell(world, size, seconds=0)
    made += sell(world, 30)
    batches: list[Batch] = []
    gone: set[str] = set()
    for _ in range(40):
        cursor = batches[-1].cursor if batches else ""
        batches.append(next(world.ours.history(cursor)))
        if batches[-1].is_last:
            break
        given = [ref for ref in refs(batches) if ref not in gone][:40]
        if len(batches) < 4:
            gone.update(given)
            for ref in given:
                world.shop.force_delete(int(ref))
    assert batches[-1].is_last
    assert set(made) - gone <= set(refs(batches))
    assert len(refs(batches)) == len(set(refs(batches)))


def test_reading_goes_on_behind_every_cursor_and_misses_nothing(world: World) -> None:
    made = sell(world, 430, seconds=0.01)
    batches = whole(world.ours)
    for index, batch in enumerate(batches[:-1]):
        rest = list(world.ours.history(batch.cursor))
        assert sorted(refs([*batches[: index + 1], *rest])) == sorted(made)


def test_refunds_and_the_statuses_of_plugins_are_read_singly_the_trash_not(
    world: World,
) -> None:
    world.shop.wps.is_on = True
    refunded, asked, thrown, plain = sell(world, 4)
    world.shop.staff_refund(int(refunded), "1.00")
    world.shop.edit_order(int(asked), status="return-requested")
    world.shop.trash(int(thrown))
    (batch,) = whole(world.ours)
    assert set(batch.again) == {refunded, asked}
    assert [order.ref for order in batch.orders] == [plain]


def test_the_trash_is_not_missing_and_a_plugins_order_neither(world: World) -> None:
    thrown, asked, gone, plain = sell(world, 4)
    world.shop.trash(int(thrown))
    world.shop.edit_order(int(asked), status="return-requested")
    world.shop.force_delete(int(gone))
    assert world.ours.missing([thrown, asked, gone, plain]) == {gone}


def test_all_refunds_of_the_shop_are_listed_page_by_page(world: World) -> None:
    made = sell(world, 12)
    for n in range(110):
        world.shop.staff_refund(int(made[n % 12]), "0.10")
    found = {(one.ref, one.order_ref) for one in world.ours.refund_refs()}
    assert len(found) == 110
    assert {order for _, order in found} == set(made)


@pytest.mark.parametrize("keeps_posts", [False, True])
@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("hour", HOURS, ids=str)
def test_a_change_is_found_in_every_zone_while_the_clocks_change(
    zone: str, hour: datetime, *, keeps_posts: bool
) -> None:
    now = [hour]
    shop = Shop(clock=lambda: now[0], time_zone=zone, keeps_posts=keeps_posts)
    mug = shop.add_product("Mug", "10.00")
    with serve(shop) as url:
        ours = WooCommerceShop(
            name="boots",
            url=url,
            key=shop.key,
            secret=shop.secret,
            clock=lambda: now[0],
            timeouts=Timeouts(connect=2, read=9, total=9),
            allow_http=True,
            transport=LOCAL,
        )
        made: list[tuple[datetime, str]] = []
        for _ in range(12):  # two hours, every ten minutes
            made.append((now[0], str(shop.place_order([(mug, 1)]))))
            now[0] += timedelta(minutes=10)
        for since, _ in made:
            found = {change.order_ref for change in ours.changes(since)}
            assert found == {ref for at, ref in made if at >= since}
        assert set(refs(whole(ours))) == {ref for _, ref in made}


def test_memory_stays_flat_while_the_history_grows(world: World) -> None:
    peaks = []
    for count in (200, 1000):
        sell(world, count)
        tracemalloc.start()
        for batch in world.ours.history(""):
            del batch
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.5 * peaks[0]
