"""`retour shopify app-toml`: what Shopify's command line reads."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from connector import config, store
from connector.cli.main import cli
from connector.config import Shopify
from connector.store import shops

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
CONFIG = """
[server]
public_url = "https://returns.example/"
secret_key = "a key for cookies that is surely long enough for tests"
[shopify]
client_id = "0123abcd"
client_secret = "hush-hush"
"""


def run(tmp_path: Path, *words: str, text: str = CONFIG) -> Result:
    path = tmp_path / "config.toml"
    path.write_text(text, "utf-8")
    return CliRunner().invoke(
        cli, ["--config", str(path), "shopify", "app-toml", *words]
    )


def written(found: Result) -> dict[str, Any]:
    assert found.exit_code == 0, found.output
    return tomllib.loads(found.output)


def test_the_file_says_where_everything_is(tmp_path: Path) -> None:
    found = run(tmp_path)
    app = written(found)
    assert app["client_id"] == "0123abcd"
    assert app["name"] == "Retour"
    assert app["application_url"] == "https://returns.example/console/embedded"
    assert app["embedded"] is True
    callback = "https://returns.example/install/shopify/callback"
    assert app["auth"]["redirect_urls"] == [callback]
    scopes = app["access_scopes"]["scopes"].split(",")
    assert scopes == [*Shopify().scopes, "write_app_proxy"]
    assert app["app_proxy"] == {
        "url": "https://returns.example/proxy/shopify",
        "prefix": "apps",
        "subpath": "returns",
    }
    assert app["pos"] == {"embedded": False}
    assert "hush-hush" not in found.output


def test_the_compliance_topics_come_to_our_door(tmp_path: Path) -> None:
    hooks = written(run(tmp_path))["webhooks"]
    assert hooks["api_version"] == "2026-10"
    own, compliance = hooks["subscriptions"]
    assert own["topics"] == ["app/uninstalled", "app/scopes_update"]
    assert compliance["compliance_topics"] == [
        "customers/data_request",
        "customers/redact",
        "shop/redact",
    ]
    assert {own["uri"], compliance["uri"]} == {
        "https://returns.example/webhooks/shopify"
    }


def test_all_topics_can_be_asked_for(tmp_path: Path) -> None:
    own, _ = written(run(tmp_path, "--all-topics"))["webhooks"]["subscriptions"]
    assert "returns/request" in own["topics"]


@pytest.mark.parametrize("name", ['Quote " and \\', "Rückgabe\n[pos]", "a\x7fb"])
def test_a_name_cannot_break_out_of_its_line(tmp_path: Path, name: str) -> None:
    app = written(run(tmp_path, "--name", name, "--url", "https://r.example"))
    assert app["name"] == name
    assert app["application_url"] == "https://r.example/console/embedded"


def test_an_address_without_https_is_refused(tmp_path: Path) -> None:
    found = run(tmp_path, "--url", "http://r.example")
    assert "https" in str(found.exception)


def test_the_app_of_a_single_shop_is_meant_where_there_is_one(tmp_path: Path) -> None:
    shop = '[[shops]]\nname = "tee"\nplatform = "shopify"\nclient_id = "own"\n'
    text = CONFIG.replace('client_id = "0123abcd"', "") + shop
    assert written(run(tmp_path, text=text))["client_id"] == "own"
    two = text + shop.replace("tee", "hat").replace("own", "other")
    assert "--client-id" in str(run(tmp_path, text=two).exception)


def test_the_app_of_a_connected_shop_is_found_without_the_file(
    tmp_path: Path, address: str
) -> None:
    """Way A of docs/connect-shopify.md: the shop is a row, and nowhere in the file."""
    bare = CONFIG.replace('client_id = "0123abcd"', "")
    text = f'database = "{address}"\n{bare}'
    db = store.connect(config.parse(text, tmp_path, {}).store)
    assert "--client-id" in str(run(tmp_path, text=text).exception)
    for name, kept in (
        ("tee", {"client_id": "own"}),
        ("old", {}),
        ("gone", {"client_id": "x"}),
    ):
        shops.put(db, name, "shopify", f"{name}.myshopify.com", NOW, settings=kept)
    shops.remove(db, "gone", NOW)
    assert written(run(tmp_path, text=text))["client_id"] == "own"
    kept = {"client_id": "other"}
    shops.put(db, "hat", "shopify", "hat.myshopify.com", NOW, settings=kept)
    assert "--client-id" in str(run(tmp_path, text=text).exception)
    chosen = run(tmp_path, "--client-id", "other", text=text)
    assert written(chosen)["client_id"] == "other"
    db.close()
