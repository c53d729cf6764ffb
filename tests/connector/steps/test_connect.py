"""One shop is connected once, comes back whole, and a copy stays a copy."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from connector import config, policy, vault
from connector.config import Secret
from connector.errors import BadRequest, ConfigError
from connector.platform import Check
from connector.steps import connect, place
from connector.store import Database, credentials, desk, shops
from connector.store import connect as open_store
from connector.wiring import open_office
from tests.connector.shapes import NOON

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SITE = "https://boots.example"


@pytest.fixture
def db(address: str) -> Iterator[Database]:
    opened = open_store(address)
    yield opened
    opened.close()


@pytest.fixture
def box() -> vault.Vault:
    return vault.Vault([Secret(vault.new_key())])


def add(
    db: Database,
    box: vault.Vault,
    name: str = "boots",
    address: str = SITE,
    **given: str,
) -> None:
    connect.add(
        db,
        box,
        name=name,
        platform="woocommerce",
        address=address,
        settings={},
        given={key: Secret(text) for key, text in given.items()},
        policy_text=policy.starter("EUR"),
        found=(),
        actor="test",
        now=NOON,
    )


@pytest.mark.parametrize(
    "written", [SITE, f"{SITE}/", "https://BOOTS.example", f"{SITE}:443/wp-admin/"]
)
def test_one_shop_has_one_name_however_its_address_is_written(
    db: Database, box: vault.Vault, written: str
) -> None:
    add(db, box)
    with pytest.raises(BadRequest, match="connected already"):
        add(db, box, "second", written)
    with pytest.raises(BadRequest, match="connected already"):
        connect.admit(
            db,
            box,
            name="third",
            platform="woocommerce",
            address=written,
            settings={},
            given={},
            actor="test",
            now=NOON,
        )
    assert [row.name for row in shops.ever(db)] == ["boots"]


def test_the_file_cannot_name_a_connected_shop_anew(
    tmp_path: Path, address: str, db: Database, box: vault.Vault
) -> None:
    add(db, box)
    text = f"""
database = "{address}"
[server]
secret_key = "a key for cookies that is surely long enough for tests"
[[shops]]
name = "shoes"
platform = "woocommerce"
address = "{SITE}/"
"""
    with pytest.raises(ConfigError, match=r"shops\.shoes.*connected already"):
        open_office(config.parse(text, tmp_path, {}), lambda: NOON)


def test_whatever_pauses_a_copy_it_stays_one(db: Database, box: vault.Vault) -> None:
    add(db, box)
    shops.pause(db, "boots", is_paused=True, why=shops.RESTORED)
    for why in ("", "uninstalled", "removed"):
        shops.pause(db, "boots", is_paused=True, why=why)
        assert shops.get(db, "boots").paused_why == shops.RESTORED
    with pytest.raises(BadRequest, match="reconcile first"):
        place.resume(db, "boots", actor="test", now=NOON)
    shops.reconciled(db, "boots", NOON)
    place.resume(db, "boots", actor="test", now=NOON)
    assert not shops.get(db, "boots").is_paused


@pytest.mark.parametrize("why", ["uninstalled", "removed", "erased"])
def test_a_shop_that_comes_back_is_let_go_again(
    db: Database, box: vault.Vault, why: str
) -> None:
    add(db, box)
    shops.pause(db, "boots", is_paused=True, why=why)
    desk.put(
        db,
        shop="boots",
        about="shop",
        about_id="boots",
        code="uninstalled",
        why="the app was removed",
        now=NOON,
    )
    shops.remove(db, "boots", NOON)
    add(db, box)
    assert not shops.get(db, "boots").is_paused
    assert desk.open_matters(db) == []


def test_a_pause_that_was_meant_outlives_a_new_connection(
    db: Database, box: vault.Vault
) -> None:
    add(db, box)
    shops.pause(db, "boots", is_paused=True)
    add(db, box)
    assert shops.get(db, "boots").is_paused


def test_a_new_connection_begins_without_the_old_secrets(
    db: Database, box: vault.Vault
) -> None:
    add(db, box, client_secret="of another app")
    shops.remove(db, "boots", NOON)
    add(db, box, consumer_key="ck")
    assert set(credentials.of(db, box, "boots")) == {"consumer_key"}


def test_the_careful_policy_is_in_the_shop_s_currency(
    db: Database, box: vault.Vault
) -> None:
    add(db, box)
    found = [
        Check(
            step="currency", verdict="ok", code="currency", learnt={"currency": "JPY"}
        )
    ]
    connect.start_policy(db, "boots", found, NOON)
    bound = shops.policy_text(db, str(shops.get(db, "boots").policy_hash))
    assert policy.load(bound).currency == "JPY"
    own = bound.replace("days = 30", "days = 60")
    shops.bind_policy(db, "boots", policy.digest(own), own, NOON)
    connect.start_policy(db, "boots", found, NOON + timedelta(hours=1))
    assert shops.get(db, "boots").policy_hash == policy.digest(own)
