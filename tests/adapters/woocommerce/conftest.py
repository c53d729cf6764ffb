from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from adapters.wire import Timeouts
from adapters.woocommerce.shop import WooCommerceShop
from adapters.woocommerce.standin import Shop, serve
from tests.contract.conftest import LOCAL

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(slots=True)
class Clock:
    now: datetime = datetime(2026, 11, 2, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **time: float) -> None:
        self.now += timedelta(**time)


@dataclass(slots=True)
class World:
    shop: Shop
    ours: WooCommerceShop
    clock: Clock
    url: str


@pytest.fixture
def world() -> Iterator[World]:
    clock = Clock()
    shop = Shop(clock=clock)
    with serve(shop) as url:
        ours = WooCommerceShop(
            name="boots",
            url=url,
            key=shop.key,
            secret=shop.secret,
            clock=clock,
            timeouts=Timeouts(connect=2, read=2, total=2),
            allow_http=True,
            transport=LOCAL,
        )
        yield World(shop, ours, clock, url)
