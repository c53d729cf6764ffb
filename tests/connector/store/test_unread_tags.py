"""Orders of WooCommerce from before roles were read: an upgrade calls them unknown."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from connector.backtest.rows import of_order
from connector.model import Customer
from connector.store import atomic, connect, orders, pasts, schema, shops
from connector.store.past_schema import UNREAD_TAGS
from tests.connector.shapes import NOON, a_line, an_order

if TYPE_CHECKING:
    import pytest

    from connector.store import Database

LOOKS_LIKE_IT = '"tags":[]},"completed_at"'
ADA = Customer(email="ada@example.test", country="FR", name=LOOKS_LIKE_IT)
VIP = replace(ADA, tags=("vip",))


@atomic
def _kept_before(db: Database, shop: str, ref: str, who: Customer) -> None:
    """Keep an order as an older version did."""
    order = replace(an_order(a_line("a", 100)), ref=ref, customer=who)
    orders.keep(db, shop, order)
    db.execute(
        "UPDATE orders SET snapshot = replace(snapshot, :new, '') WHERE ref = :ref",
        new=',"are_tags_known":true',
        ref=ref,
    )
    rows = of_order(order, {})
    old = [{k: x for k, x in row.items() if k != "tags_unknown"} for row in rows]
    pasts.keep_order(db, shop, ref, old)


def test_what_was_never_read_is_unknown_after_an_upgrade(
    bare_address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    upto = schema.MIGRATIONS.index(UNREAD_TAGS)
    with monkeypatch.context() as patch:
        patch.setattr("connector.store.database.MIGRATIONS", schema.MIGRATIONS[:upto])
        db = connect(bare_address)
        shops.put(db, "boots", "woocommerce", "https://boots.example", NOON)
        shops.put(db, "tee", "shopify", "https://tee.example", NOON)
        _kept_before(db, "boots", "1", ADA)
        _kept_before(db, "tee", "2", ADA)
        _kept_before(db, "tee", "3", VIP)
        db.close()
    db = connect(bare_address)
    kept = [
        orders.get(db, shop, ref).customer
        for shop, ref in (("boots", "1"), ("tee", "2"), ("tee", "3"))
    ]
    assert kept == [replace(ADA, are_tags_known=False), ADA, VIP]
    rows = db.query("SELECT order_ref, tags_unknown FROM past_lines ORDER BY order_ref")
    found = [(row["order_ref"], row["tags_unknown"]) for row in rows]
    assert found == [("1", 1), ("2", 0), ("3", 0)]
    db.close()
