from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from connector import vault
from connector.config import NO_SECRET, Secret
from connector.errors import ConfigError, NotFound
from connector.store import credentials, grants, shops
from tests.connector.shapes import NOON

if TYPE_CHECKING:
    from connector.store import Database

LATER = NOON + timedelta(hours=1)


@pytest.fixture
def box() -> vault.Vault:
    return vault.Vault([Secret(vault.new_key())])


def opened(db: Database, box: vault.Vault) -> dict[str, str]:
    known = credentials.of(db, box, "boots")
    return {name: secret.reveal() for name, secret in known.items()}


def test_a_secret_lies_sealed_and_comes_back(db: Database, box: vault.Vault) -> None:
    given = {"consumer_key": Secret("ck_1"), "token": NO_SECRET}
    assert credentials.put(db, box, "boots", given, NOON)
    assert opened(db, box) == {"consumer_key": "ck_1"}
    rows = db.query("SELECT sealed FROM credentials")
    assert len(rows) == 1
    assert "ck_1" not in rows[0]["sealed"]


def test_the_same_again_changes_nothing(db: Database, box: vault.Vault) -> None:
    given = {"consumer_key": Secret("ck_1")}
    credentials.put(db, box, "boots", given, NOON)
    before = shops.revisions(db)
    assert not credentials.put(db, box, "boots", given, LATER)
    assert shops.revisions(db) == before


def test_another_value_makes_the_shop_another(db: Database, box: vault.Vault) -> None:
    credentials.put(db, box, "boots", {"token": Secret("a")}, NOON)
    before = shops.revisions(db)
    assert credentials.put(db, box, "boots", {"token": Secret("b")}, LATER)
    assert opened(db, box) == {"token": "b"}
    assert shops.revisions(db) != before


def test_an_empty_one_is_forgotten_and_others_stay(
    db: Database, box: vault.Vault
) -> None:
    both = {"token": Secret("a"), "webhook_secret": Secret("w")}
    credentials.put(db, box, "boots", both, NOON)
    assert credentials.put(db, box, "boots", {"token": NO_SECRET}, LATER)
    assert opened(db, box) == {"webhook_secret": "w"}
    assert credentials.erase(db, "boots") == 1
    assert opened(db, box) == {}


def test_a_lost_key_is_said_and_a_new_value_mends_it(
    db: Database, box: vault.Vault
) -> None:
    lost = vault.Vault([Secret(vault.new_key())])
    credentials.put(db, lost, "boots", {"token": Secret("a")}, NOON)
    with pytest.raises(ConfigError, match="key that is not here"):
        credentials.of(db, box, "boots")
    assert credentials.put(db, box, "boots", {"token": Secret("a")}, LATER)
    assert opened(db, box) == {"token": "a"}


def test_all_are_sealed_again_with_the_newest_key(db: Database) -> None:
    old, new = Secret(vault.new_key()), Secret(vault.new_key())
    given = {"token": Secret("a"), "webhook_secret": Secret("w")}
    credentials.put(db, vault.Vault([old]), "boots", given, NOON)
    assert credentials.reseal(db, vault.Vault([new, old])) == 2
    assert opened(db, vault.Vault([new])) == {"token": "a", "webhook_secret": "w"}


def test_a_state_is_good_once_for_its_platform_and_half_an_hour(db: Database) -> None:
    for state in ("one", "two", "three"):
        grants.begin(
            db,
            state,
            platform="shopify",
            address="x.myshopify.com",
            args={"name": "x"},
            now=NOON,
        )
    assert grants.take(db, "one", "woocommerce", NOON) is None
    taken = grants.take(db, "one", "shopify", NOON)
    assert taken is not None
    assert taken.args == {"name": "x"}
    assert grants.take(db, "one", "shopify", NOON) is None
    assert grants.take(db, "two", "shopify", NOON + grants.LIFE) is None
    assert grants.take(db, "unknown", "shopify", NOON) is None
    assert "three" not in str(db.query("SELECT * FROM grants"))


def test_what_became_of_a_state_can_be_read(db: Database) -> None:
    grants.begin(db, "s", platform="shopify", address="x", args={}, now=NOON)
    grants.conclude(db, "s", "boots")
    found = grants.find(db, "s")
    assert found is not None
    assert (found.outcome, found.used_at) == ("boots", None)
    assert grants.find(db, "other") is None


def test_a_removed_shop_is_no_longer_listed_and_may_come_back(db: Database) -> None:
    shops.remove(db, "boots", NOON)
    assert shops.every(db) == []
    assert shops.revisions(db) == {}
    assert [row.name for row in shops.ever(db)] == ["boots"]
    shops.put(db, "boots", "woocommerce", "https://boots.example", LATER)
    assert [row.name for row in shops.every(db)] == ["boots"]
    with pytest.raises(NotFound):
        shops.remove(db, "nobody", NOON)


def test_what_a_check_learnt_is_kept_beside_what_was_known(db: Database) -> None:
    shops.learnt(db, "boots", {"version": "11.0.1", "currency": "EUR"}, NOON)
    shops.learnt(db, "boots", {"version": "11.0.2"}, LATER)
    row = shops.get(db, "boots")
    assert row.facts == {"version": "11.0.2", "currency": "EUR"}
    assert row.checked_at == LATER
