"""A copy of a database pays nothing until a person, after reconciling, lets it."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

from adapters.sandbox import Sandbox
from connector.errors import BadRequest
from connector.model import Moved, ShopRefund
from connector.states import Refund
from connector.steps import audit, compare, place, refund
from connector.store import Database, connect, desk, orders, refunds, shops
from tests.connector.shapes import NOON, a_line, a_request, an_order, eur
from tests.stores import fresh

if TYPE_CHECKING:
    from collections.abc import Iterator

URL = "https://returns.example.com"


@pytest.fixture
def shop() -> Sandbox:
    sandbox = Sandbox()
    sandbox.sell(an_order(a_line("a", 3000, 3)))
    return sandbox


@pytest.fixture
def db(address: str, shop: Sandbox) -> Iterator[Database]:
    opened = connect(address)
    furnish(opened, shop)
    yield opened
    assert audit.run(opened) == []
    opened.close()


def furnish(db: Database, shop: Sandbox) -> None:
    shops.put(db, shop.name, "sandbox", "memory", NOON)
    orders.keep(db, shop.name, shop.order("29"))
    place.check(db, URL, NOON)
    refunds.reserve(
        db,
        shop=shop.name,
        return_id=None,
        request=a_request("k1", 1000),
        units={},
        due=NOON,
        now=NOON,
    )


def push(db: Database, shop: Sandbox) -> int:
    return refund.push(db, shop, lambda: NOON, token="test")


def test_a_database_that_stays_where_it_is_pays(db: Database, shop: Sandbox) -> None:
    assert not place.check(db, URL, NOON)
    assert push(db, shop) == 1


def test_a_copied_file_never_pays(tmp_path: Path, shop: Sandbox) -> None:
    live = connect(str(tmp_path / "live.sqlite"))
    furnish(live, shop)
    live.close()
    shutil.copy(tmp_path / "live.sqlite", tmp_path / "staging.sqlite")
    staging = connect(str(tmp_path / "staging.sqlite"))
    assert place.check(staging, URL, NOON)
    assert push(staging, shop) == 0
    assert [matter.code for matter in desk.open_matters(staging)] == ["restored"]
    staging.close()


def test_an_older_file_put_back_in_its_place_is_noticed(
    tmp_path: Path, shop: Sandbox
) -> None:
    path = tmp_path / "live.sqlite"
    db = connect(str(path))
    furnish(db, shop)
    db.query("PRAGMA wal_checkpoint(TRUNCATE)")
    backup = path.read_bytes()
    assert push(db, shop) == 1
    db.close()
    path.write_bytes(backup)  # the same file, the same inode
    Path(f"{path}-wal").unlink(missing_ok=True)
    db = connect(str(path))
    assert refunds.get(db, "k1").state is Refund.PLANNED  # it has forgotten
    assert place.check(db, URL, NOON)
    assert push(db, shop) == 0
    assert shop.calls == 1
    db.close()


def test_a_server_s_database_that_was_dumped_and_restored_never_pays(
    tmp_path: Path, shop: Sandbox
) -> None:
    with fresh("postgresql", tmp_path) as address:
        db = connect(address)
        furnish(db, shop)
        db.close()
        name = address.rpartition("%3D")[2]
        with psycopg.connect(address, autocommit=True) as session:
            session.execute(f'ALTER SCHEMA "{name}" RENAME TO "{name}_copy"')
        copy = connect(f"{address}_copy")
        assert place.check(copy, URL, NOON)
        assert push(copy, shop) == 0
        copy.close()
        with psycopg.connect(address, autocommit=True) as session:
            session.execute(f'ALTER SCHEMA "{name}_copy" RENAME TO "{name}"')


def test_a_whole_machine_that_was_cloned_has_another_address(
    db: Database, shop: Sandbox
) -> None:
    assert place.check(db, "https://staging.example.com", NOON)
    assert push(db, shop) == 0


def test_refunds_go_again_only_after_reconciling_and_by_a_person(
    db: Database, shop: Sandbox
) -> None:
    place.check(db, "https://elsewhere.example.com", NOON)
    with pytest.raises(BadRequest, match="reconcile first"):
        place.resume(db, shop.name, actor="me", now=NOON)
    by_hand = ShopRefund(ref="x", amount=eur(200), moved=Moved.YES)
    shop.orders["29"] = replace(shop.orders["29"], refunds=(by_hand,))
    lines = compare.run(db, shop, lambda: NOON)
    assert [line.verdict for line in lines] == ["explained"]
    assert push(db, shop) == 0  # reconciled, but nobody has let it go
    place.resume(db, shop.name, actor="me", now=NOON)
    assert push(db, shop) == 1
    assert desk.open_matters(db) == []
