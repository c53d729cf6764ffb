from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from connector import config, vault
from connector.branches import Branches
from connector.config import Refunds, Secret, ShopConfig, Timeouts
from connector.settings import SECRETS, secrets, settings, shop_config
from connector.store import Database, credentials, desk, shops
from connector.wiring import open_office
from jobs.worker import plan, scheduler
from tests.connector.shapes import NOON

if TYPE_CHECKING:
    from pathlib import Path

WHOLE = ShopConfig(
    name="boots",
    platform="woocommerce",
    address="https://boots.example",
    title="Boots & Co",
    consumer_key=Secret("ck"),
    consumer_secret=Secret("cs"),
    webhook_secret=Secret("hook"),
    resend_when_absent=("labpay",),
    refunds=Refunds(most_per_day="5.00", cron="0 6 * * *"),
    timeouts=Timeouts(read=7.5),
)


@pytest.fixture
def box() -> vault.Vault:
    return vault.Vault([Secret(vault.new_key())])


def add(db: Database, box: vault.Vault, shop: ShopConfig, minutes: int = 0) -> None:
    now = NOON + timedelta(minutes=minutes)
    kept = settings(shop)
    shops.put(db, shop.name, shop.platform, shop.address, now, settings=kept)
    credentials.put(db, box, shop.name, secrets(shop), now)


def test_a_shop_survives_its_row_and_no_secret_is_among_its_settings() -> None:
    kept = settings(WHOLE)
    assert not SECRETS & kept.keys()
    again = shop_config(
        "boots", "woocommerce", WHOLE.address, kept | {"new": 1}, secrets(WHOLE)
    )
    assert settings(again) == kept
    assert {k: v.reveal() for k, v in secrets(again).items()} == {
        "consumer_key": "ck",
        "consumer_secret": "cs",
        "webhook_secret": "hook",
    }


def test_shops_come_change_and_go_while_it_runs(db: Database, box: vault.Vault) -> None:
    known = Branches(db, box, lambda: NOON)
    assert list(known.shops) == []
    add(db, box, WHOLE)
    known.refresh()
    assert list(known.shops) == ["boots"]
    first = known.shops["boots"]
    assert known.storefronts["boots"].title == "Boots & Co"
    assert [door.secrets for door in known.doors] == [(b"hook",)]
    known.refresh()
    assert known.shops["boots"] is first
    credentials.put(
        db, box, "boots", {"webhook_secret": Secret("new")}, NOON + timedelta(hours=1)
    )
    known.refresh()
    assert [door.secrets for door in known.doors] == [(b"new",)]
    shops.remove(db, "boots", NOON)
    known.refresh()
    assert list(known.shops) == []
    assert list(known.doors) == []


def test_a_shop_whose_key_is_lost_keeps_no_other_from_working(
    db: Database, box: vault.Vault
) -> None:
    add(db, box, WHOLE)
    lost = vault.Vault([Secret(vault.new_key())])
    shops.put(db, "tee", "shopify", "tee.myshopify.com", NOON)
    credentials.put(db, lost, "tee", {"token": Secret("shpat_x")}, NOON)
    known = Branches(db, box, lambda: NOON)
    assert list(known.shops) == ["boots"]
    (matter,) = desk.open_matters(db)
    assert (matter.shop, matter.code) == ("tee", "unusable")
    assert "shpat_x" not in matter.why
    credentials.put(
        db, box, "tee", {"token": Secret("shpat_y")}, NOON + timedelta(hours=1)
    )
    known.refresh()
    assert list(known.shops) == ["boots", "tee"]


def test_what_the_file_says_is_in_the_rows_and_its_secrets_are_sealed(
    tmp_path: Path, address: str
) -> None:
    rules = 'currency = "EUR"\n[[reasons]]\ncode = "*"\n'
    (tmp_path / "policy.toml").write_text(rules, "utf-8")
    text = f"""
database = "{address}"
[server]
secret_key = "a key for cookies that is surely long enough for tests"
[[shops]]
name = "boots"
platform = "woocommerce"
address = "https://boots.example"
policy = "policy.toml"
consumer_key = "ck_open"
consumer_secret = "cs_open"
webhook_secret = "hook_open"
"""
    office = open_office(config.parse(text, tmp_path, {}), lambda: NOON)
    row = shops.get(office.db, "boots")
    everything = str(office.db.query("SELECT * FROM credentials")) + str(row)
    assert "_open" not in everything
    assert office.branches.config("boots").consumer_key.reveal() == "ck_open"
    assert (row.origin, row.settings["policy"]) == ("file", "policy.toml")
    office.db.close()


def test_the_schedule_follows_the_shops(tmp_path: Path, address: str) -> None:
    text = f"""
database = "{address}"
[server]
secret_key = "a key for cookies that is surely long enough for tests"
"""
    office = open_office(config.parse(text, tmp_path, {}), lambda: NOON)
    made = scheduler(office.work)
    made.start(paused=True)
    assert not any(job.id == "refunds:boots" for job in made.get_jobs())
    add(office.db, office.vault, WHOLE)
    office.branches.refresh()
    plan(made, office.work)
    assert "hour='6'" in str(made.get_job("refunds:boots").trigger)
    before = made.get_job("sync:boots").next_run_time
    plan(made, office.work)
    assert made.get_job("sync:boots").next_run_time == before
    shops.remove(office.db, "boots", NOON)
    office.branches.refresh()
    plan(made, office.work)
    assert not any(job.id.endswith(":boots") for job in made.get_jobs())
    made.shutdown(wait=False)
    office.db.close()
