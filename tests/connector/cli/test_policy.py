"""`retour policy`: what it finds, and what it explains."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from adapters.sandbox import Sandbox
from connector import policy
from connector.cli.main import cli
from connector.cli.run import CONFIG_VARIABLE
from connector.model import Customer, Kind
from connector.steps import decide
from connector.steps.request import open_return
from connector.store import connect, orders, shops
from connector.store.filing import Wish
from tests.connector.shapes import NOON, a_line, an_order

if TYPE_CHECKING:
    from click.testing import Result

TEXT = """currency = "EUR"
[[reasons]]
code = "*"
[[rules]]
name = "no"
when = { quantity = 1 }
then = { decide = "decline" }
why = { en = "Never one alone.", fr = "Jamais un seul." }
"""
CLASH = """[[rules]]
name = "yes"
then = { decide = "approve" }
"""
ROOT = Path(__file__).parents[3]


def run(*words: str, config: Path | None = None) -> Result:
    before = ("--config", str(config)) if config else ()
    alone = CliRunner(env={CONFIG_VARIABLE: None})  # one test's is not another's
    return alone.invoke(cli, [*before, *words])


def test_a_clash_is_named_with_its_line_and_ends_with_one(tmp_path: Path) -> None:
    file = tmp_path / "p.toml"
    file.write_text(TEXT + CLASH)
    found = run("policy", "check", str(file))
    assert found.exit_code == 1
    assert f"{file}:9: clash: rules 'no' (line 4) and 'yes'" in found.output


def test_the_example_is_sound() -> None:
    found = run("policy", "check", str(ROOT / "policy.example.toml"))
    assert found.exit_code == 0
    assert "nothing to mend" in found.output


def test_what_the_law_asks_of_a_lawful_policy_is_said_beside(tmp_path: Path) -> None:
    file = tmp_path / "p.toml"
    text = (
        'currency = "USD"\n[law]\ncountries = ["US"]\n[window]\ndays = 14\n'
        '[fees]\nrestocking_percent = "15"\n[[reasons]]\ncode = "*"\n'
        '[[reasons]]\ncode = "worn"\nfault = "merchant"\n'
    )
    file.write_text(text)
    found = run("policy", "check", str(file))
    assert found.exit_code == 0
    assert "[window.days] show it conspicuously" in found.output
    assert "in California a restocking fee" in found.output
    file.write_text(text.replace('"US"', '"CA"'))
    assert "to know" not in run("policy", "check", str(file)).output
    file.write_text(text.replace("merchant", "customer"))
    found = run("policy", "check", str(file))
    assert found.exit_code == 0
    assert "to know: [reasons] no reason has fault" in found.output


@pytest.mark.parametrize(
    ("price", "countries", "said"),
    [
        ('"4.90"', "[]", "one amount holds nowhere where [law] countries names no"),
        ('"4.90"', '["FR", "DE"]', "countries names 2 countries: write it by country"),
        ('"4.90"', '["FR"]', ""),
        ('{ FR = "4.90", IT = "5" }', '["FR"]', "delivery.IT] [law] countries does"),
        ('{ FR = "4.90", default = "5" }', '["FR"]', ""),
        ('{ FR = "4.90", IT = "5" }', "[]", ""),
    ],
)
def test_a_price_of_delivery_that_holds_nowhere_is_said_beside(
    tmp_path: Path, price: str, countries: str, said: str
) -> None:
    file = tmp_path / "p.toml"
    file.write_text(
        f'currency = "EUR"\n[refund]\nstandard_delivery = {price}\n'
        f'[law]\ncountries = {countries}\n[[reasons]]\ncode = "*"\n'
        '[[reasons]]\ncode = "worn"\nfault = "merchant"\n'
    )
    found = run("policy", "check", str(file))
    assert found.exit_code == 0
    assert (said in found.output) if said else ("to know" not in found.output)


@pytest.mark.parametrize(
    ("codes", "first"),
    [(("dented", "torn"), "dented"), (("dented", "damaged-or-defective"), "damaged-")],
)
def test_a_handle_that_two_reasons_name_is_said_beside(
    tmp_path: Path, codes: tuple[str, ...], first: str
) -> None:
    file = tmp_path / "p.toml"
    reasons = [
        f'[[reasons]]\ncode = "{one}"\nfault = "merchant"\n'
        'shopify = "damaged-or-defective"\n'
        for one in codes
    ]
    file.write_text('currency = "EUR"\n' + "".join(reasons))
    found = run("policy", "check", str(file))
    assert found.exit_code == 0
    assert "to know: [reasons]" in found.output
    assert f"means the reason '{first}" in found.output
    file.write_text('currency = "EUR"\n' + reasons[1])
    assert "to know" not in run("policy", "check", str(file)).output


@pytest.mark.parametrize(
    ("condition", "told"),
    [
        ("gift_card = true", "line 8, gift_card: WooCommerce knows no gift cards"),
        ('language = "fr"', "line 8, language: WooCommerce itself keeps no language"),
        ("days_since_delivery = { above = 9 }", "the days count from when an order"),
        ("quantity = 2", ""),
    ],
)
def test_what_the_shop_s_platform_does_not_tell_is_said_beside(
    tmp_path: Path, condition: str, told: str
) -> None:
    config, file = tmp_path / "config.toml", tmp_path / "p.toml"
    file.write_text(
        'currency = "EUR"\n[[reasons]]\ncode = "*"\nfault = "merchant"\n'
        '[[rules]]\nname = "some"\n'
        f'then = {{ decide = "ask" }}\nwhen = {{ {condition} }}\nwhy = "We look."\n'
    )
    database = 'database = "r.sqlite"\n'
    config.write_text(
        database + '[[shops]]\nname = "boots"\nplatform = "woocommerce"\n'
        'address = "https://boots.example"\nconsumer_key = "ck_1"\n'
        'consumer_secret = "cs_1"\npolicy = "p.toml"\n'
    )
    found = run("policy", "check", str(file), config=config)
    assert found.exit_code == 0, found.output
    assert told in found.output
    assert ("to know" in found.output) is bool(told)
    config.write_text(database)  # nobody says whose policy it is
    assert "to know" not in run("policy", "check", str(file), config=config).output
    db = connect(str(tmp_path / "r.sqlite"))
    shops.put(db, "boots", "woocommerce", "", NOON)
    text = policy.read(file)
    shops.bind_policy(db, "boots", policy.digest(text), text, NOON)
    db.close()
    assert told in run("policy", "check", config=config).output


def decided(folder: Path) -> tuple[Path, str]:
    """Let the policy decide one return; give the configuration and its number."""
    config = folder / "config.toml"
    config.write_text('database = "r.sqlite"\n')
    db = connect(str(folder / "r.sqlite"))
    shops.put(db, "boots", "sandbox", "", NOON)
    shops.bind_policy(db, "boots", policy.digest(TEXT), TEXT, NOON)
    shop, order = Sandbox("boots"), an_order(a_line("a", 3000, 3))
    order = replace(order, customer=Customer(country="CH"))  # no right to withdraw
    shop.sell(order)
    orders.keep(db, "boots", order)
    case = open_return(
        db,
        shop="boots",
        order=order,
        kind=Kind.VOLUNTARY,
        wishes=[Wish(line_ref="a", quantity=1, reason="other")],
        filed_by="portal",
        now=NOON,
    )
    decide.run(db, shop, lambda: NOON)
    db.close()
    return config, case.number


@pytest.mark.parametrize(
    ("language", "said"), [("fr-CA", "Jamais un seul."), ("en", "Never one alone.")]
)
def test_a_decision_is_explained_in_a_language(
    tmp_path: Path, language: str, said: str
) -> None:
    config, number = decided(tmp_path)
    found = run("policy", "explain", number, "--language", language, config=config)
    assert found.exit_code == 0, found.output
    assert f"rule:no (decline): {said}" in found.output
    assert "name=no, quantity=1, priority=0" in found.output
    assert f"policy {policy.digest(TEXT)}" in found.output
    assert run("policy", "explain", number, "--language", "??").exit_code != 0


@pytest.mark.parametrize(
    ("staff", "said"),
    [("fr", "Jamais un seul."), ("off", "Never one alone."), (None, "Never one")],
)
def test_it_is_explained_in_the_language_of_the_shop_s_staff(
    tmp_path: Path, staff: str | None, said: str
) -> None:
    config, number = decided(tmp_path)
    if staff:
        shop = (
            '[[shops]]\nname = "boots"\nplatform = "woocommerce"\n'
            'address = "https://boots.example"\nconsumer_key = "ck_1"\n'
            f'consumer_secret = "cs_1"\nstaff_language = "{staff}"\n'
        )
        config.write_text(config.read_text() + shop)
    found = run("policy", "explain", number, config=config)
    assert f"rule:no (decline): {said}" in found.output
    other = run("policy", "explain", number, "--language", "en", config=config)
    assert "rule:no (decline): Never one alone." in other.output


def test_a_changed_policy_says_what_it_would_have_decided(tmp_path: Path) -> None:
    config, _ = decided(tmp_path)
    new = tmp_path / "new.toml"
    new.write_text(TEXT.replace("quantity = 1", "quantity = 2"))
    asked = ("policy", "diff", str(new), "--months", "120")
    found = run(*asked, config=config)
    assert found.exit_code == 0, found.output
    assert "declined -> approved: 1" in found.output
    assert "it costs 10.00 EUR" in found.output
    plain = json.loads(run(*asked, "--json", config=config).output)
    assert plain["cost_minor"] == {"EUR": 1000}
    other = run(*asked, "--shop", "nobody", config=config)
    assert other.exit_code != 0
    assert "boots" in str(other.exception)


def test_the_money_of_a_decision_is_explained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = 'currency = "EUR"\n[fees]\nrestocking_percent = "10"\n'
    text += 'return_shipping = "4.90"\n[[reasons]]\ncode = "other"\n'
    monkeypatch.setitem(globals(), "TEXT", text)
    config, number = decided(tmp_path)
    found = run("policy", "explain", number, "--language", "en", config=config)
    assert "restocking (fee): A restocking fee of 10 % applies." in found.output
    assert "return_shipping (fee): The way back costs €4.90, once" in found.output
    assert "amount=4.90 EUR, set_by=fees" in found.output
    assert "moment (note): It is paid back once the goods have arrived." in found.output
