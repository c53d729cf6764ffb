"""`retour shop` and `retour vault`, as an operator types them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from adapters.shopify.standin import Shop as ShopifyStandin
from adapters.shopify.standin import serve as serve_shopify
from adapters.woocommerce.standin import Shop, serve
from connector import config
from connector.cli.main import cli
from connector.store import shops
from connector.wiring import open_office

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from click.testing import Result

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
CONFIG = """
database = "retour.sqlite"
[network]
allow = ["127.0.0.0/8"]
[server]
secret_key = "a key for cookies that is surely long enough for tests"
"""


@pytest.fixture
def standin() -> Shop:
    return Shop(clock=lambda: NOW)


@pytest.fixture
def url(standin: Shop) -> Iterator[str]:
    with serve(standin) as found:
        yield found


@pytest.fixture
def path(tmp_path: Path) -> Path:
    written = tmp_path / "config.toml"
    written.write_text(CONFIG, "utf-8")
    return written


def run(path: Path, *words: str, typed: str = "") -> Result:
    asked = ["--config", str(path), *words]
    return CliRunner().invoke(cli, asked, input=typed)


def add(path: Path, url: str, typed: str = "ck_standin\ncs_standin\n") -> Result:
    return run(
        path, "shop", "add", url, "--way", "woocommerce-keys", "--name", "boots",
        "--allow-http", typed=typed,
    )  # fmt: skip


def test_a_shop_is_added_listed_checked_and_removed(path: Path, url: str) -> None:
    added = add(path, url)
    assert added.exit_code == 0, added.output
    assert "boots is connected." in added.output
    assert "cs_standin" not in added.output
    listed = run(path, "shop", "list")
    assert listed.output.startswith(f"boots  woocommerce  {url}  running  orders=0")
    assert "[  ok  ] Sign in" in run(path, "shop", "check", "boots").output
    removed = run(path, "shop", "remove", "boots", typed="y\n")
    assert "boots is disconnected." in removed.output
    assert run(path, "shop", "list").output == ""


def test_a_wrong_key_is_explained_and_nothing_kept(path: Path, url: str) -> None:
    refused = add(path, url, typed="ck_standin\ncs_wrong\n")
    assert refused.exit_code == 1
    assert "[ FAIL ] Sign in: The key and the secret" in refused.output
    assert "make a new key" in refused.output
    assert run(path, "shop", "list").output == ""


def test_keys_are_rotated_when_they_work(path: Path, url: str, standin: Shop) -> None:
    add(path, url)
    standin.change_key("ck_2", "cs_2")
    assert run(path, "shop", "check", "boots").exit_code == 1
    wrong = run(path, "shop", "rotate", "boots", typed="ck_2\ncs_wrong\n")
    assert wrong.exit_code == 1
    assert "The old keys stay in use." in wrong.output
    right = run(path, "shop", "rotate", "boots", typed="ck_2\ncs_2\n")
    assert right.exit_code == 0, right.output
    assert run(path, "shop", "check", "boots").exit_code == 0


def test_the_vault_is_rotated_and_the_shop_still_works(path: Path, url: str) -> None:
    add(path, url)
    key_file = path.parent / "retour.key"
    before = key_file.read_text("ascii")
    assert "secrets sealed" in run(path, "vault", "rotate").output
    newest = key_file.read_text("ascii").splitlines()[0]
    assert newest not in before
    key_file.write_text(newest, "ascii")  # the old one is needed no more
    assert run(path, "shop", "check", "boots").exit_code == 0
    assert len(run(path, "vault", "key").output.strip()) == 44


def test_a_lost_key_file_is_said_and_new_keys_mend_it(path: Path, url: str) -> None:
    add(path, url)
    (path.parent / "retour.key").unlink()
    lost = run(path, "shop", "check", "boots")
    assert lost.exit_code == 1
    assert "give it new keys" in str(lost.exception)
    mended = run(path, "shop", "rotate", "boots", typed="ck_standin\ncs_standin\n")
    assert mended.exit_code == 0, mended.output
    assert run(path, "shop", "check", "boots").exit_code == 0


def test_a_shopify_shop_is_added_by_its_client(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tee = ShopifyStandin(
        domain="teehaus.myshopify.com",
        token="shpat_x",
        client_id="id",
        client_secret="hush",
        clock=lambda: NOW,
    )
    monkeypatch.setenv("RETOUR_CLIENT_SECRET", "hush")
    with serve_shopify(tee) as url:
        asked = ("shop", "add", "teehaus", "--way", "shopify-client", "--api-url", url)
        added = run(path, *asked, "--client-id", "id")
        assert added.exit_code == 0, added.output
        assert "teehaus  shopify" in run(path, "shop", "list").output
        tee.client_secret = "other"
        again = run(path, "shop", "rotate", "teehaus")
        assert "The old keys stay in use." in again.output
        monkeypatch.setenv("RETOUR_CLIENT_SECRET", "other")
        assert run(path, "shop", "rotate", "teehaus").exit_code == 0


def teehaus() -> ShopifyStandin:
    return ShopifyStandin(
        domain="teehaus.myshopify.com",
        token="shpat_x",
        client_id="id",
        client_secret="hush",
        clock=lambda: NOW,
    )


def test_a_token_shop_is_asked_for_both_and_the_secret_may_wait(path: Path) -> None:
    tee = teehaus()
    with serve_shopify(tee) as url:
        asked = ("shop", "add", "teehaus", "--way", "shopify-token", "--api-url", url)
        added = run(path, *asked, typed="shpat_x\n\n")
        assert "webhooks cannot be proved" in added.output
        tee.token = "shpat_y"
        again = run(path, "shop", "rotate", "teehaus", typed="shpat_y\nhush\n")
        assert again.exit_code == 0, again.output
        assert "Access token" in again.output
        assert "The secret that signs webhooks is known." in again.output
        tee.token = "shpat_z"
        alone = run(path, "shop", "rotate", "teehaus", typed="shpat_z\n\n")
        assert alone.exit_code == 0, alone.output
        assert "The secret that signs webhooks is known." in alone.output
        known = run(path, "shop", "check", "teehaus").output
        assert "The secret that signs webhooks is known." in known
        one = ("shop", "rotate", "teehaus", "--secret", "client_secret")
        assert "Access token" not in run(path, *one, typed="hush\n").output


def test_a_shop_that_installed_the_app_is_told_to_install_it_again(path: Path) -> None:
    office = open_office(config.load(path))
    kept = {"installed": True}
    domain = "teehaus.myshopify.com"
    shops.put(office.db, "teehaus", "shopify", domain, NOW, settings=kept)
    office.db.close()
    refused = run(path, "shop", "rotate", "teehaus", typed="shpat_y\n")
    assert refused.exit_code == 1
    assert "install it again" in str(refused.exception)
    assert "Access token" not in refused.output


def test_a_frozen_shop_is_called_frozen_however_often_it_is_checked(path: Path) -> None:
    tee = teehaus()
    with serve_shopify(tee) as url:
        asked = ("shop", "add", "teehaus", "--way", "shopify-token", "--api-url", url)
        run(path, *asked, typed="shpat_x\nhush\n")
        tee.switches.add("status", "shop", times=None, code=402)
        for _ in range(2):
            checked = run(path, "shop", "check", "teehaus")
            assert "The shop is frozen until its bill is paid." in checked.output
        assert tee.switches.taken["status"] == 1  # then the breaker spoke for it


def test_a_shop_of_the_file_is_not_removed_behind_its_back(
    path: Path, url: str
) -> None:
    written = f"""
[[shops]]
name = "boots"
platform = "woocommerce"
address = "{url}"
allow_http = true
consumer_key = "ck_standin"
consumer_secret = "cs_standin"
"""
    path.write_text(CONFIG + written, "utf-8")
    assert run(path, "shop", "check", "boots").exit_code == 0
    refused = run(path, "shop", "remove", "boots", typed="y\n")
    assert "take it out there first" in str(refused.exception)
    path.write_text(CONFIG, "utf-8")
    assert run(path, "shop", "list").output == ""
