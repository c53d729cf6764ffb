"""The process is really killed (SIGKILL) around every commit of the refund way."""

from __future__ import annotations

import os
import signal
import warnings
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from adapters.woocommerce.shop import WooCommerceShop
from adapters.woocommerce.standin import Shop, serve
from connector.states import Refund
from connector.steps import audit, reconcile, refund
from connector.store import Database, connect, orders, refunds, shops
from tests.connector.shapes import NOON
from tests.contract.conftest import LOCAL, QUICK, request
from tests.processes import APART

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

COMMITS = 4  # claim, ran, submit, confirm: one more than the way has is no kill


@pytest.fixture
def standin() -> Iterator[tuple[Shop, str]]:
    shop = Shop(clock=lambda: NOON)
    with serve(shop) as url:
        yield shop, url


class Mortal(Database):
    """A database whose process dies at its n-th commit, before or after it."""

    left, when = 0, ""

    def commit(self) -> None:
        self.left -= 1
        if self.left == 0 and self.when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        super().commit()
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def push_and_die(address: str, url: str, left: int, when: str) -> None:
    """Do what the doomed process does: it never returns from the push."""
    warnings.simplefilter("error")
    db = Mortal(address)
    db.left, db.when = left, when
    refund.push(db, adapter(url, NOON), lambda: NOON, token="doomed")


def adapter(url: str, now: datetime = NOON + timedelta(hours=2)) -> WooCommerceShop:
    return WooCommerceShop(
        name="boots",
        url=url,
        key="ck_standin",
        secret="cs_standin",
        clock=lambda: now,
        timeouts=QUICK,
        transport=LOCAL,
        allow_http=True,
    )


def promise(address: str, shop: WooCommerceShop, order_id: int) -> Database:
    db = connect(address)
    shops.put(db, "boots", "woocommerce", "x", NOON)
    order = shop.order(str(order_id))
    orders.keep(db, "boots", order)
    refunds.reserve(
        db,
        shop="boots",
        return_id=None,
        request=request(order, "0192-key"),
        units={},
        due=NOON,
        now=NOON,
    )
    return db


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("left", range(1, COMMITS + 1))
def test_a_killed_process_pays_once_and_loses_nothing(
    address: str, standin: tuple[Shop, str], left: int, when: str
) -> None:
    books, url = standin
    order_id = books.place_order([(books.add_product("Mug", "10.00"), 3)])
    shop = adapter(url)
    db = promise(address, shop, order_id)
    db.close()
    doomed = APART.Process(target=push_and_die, args=(address, url, left, when))
    doomed.start()
    doomed.join()
    assert doomed.exitcode == -signal.SIGKILL
    db = connect(address)
    later = NOON + timedelta(hours=1)
    for hours in range(3):
        now = later + timedelta(hours=hours)
        refund.push(db, shop, lambda now=now: now, token="next")  # type: ignore[misc]
        reconcile.resolve(db, shop, now)
    row = refunds.get(db, "0192-key")
    paid = books.paid_out_minor(order_id)
    assert paid in (0, 1000)
    if row.state is Refund.CONFIRMED:
        assert paid == 1000
    else:
        # Killed between saying "we ask" and asking: WooCommerce's silence proves
        # nothing, so a person must look; nothing was paid and nothing is lost.
        assert (row.state, paid) == (Refund.UNKNOWN, 0)
    assert audit.run(db) == []
    db.close()
