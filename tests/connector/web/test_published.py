from __future__ import annotations

import http.client
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

import pytest
from flask import Flask
from flask_babel import Babel, force_locale

from connector import policy
from connector.demo import build, buying
from connector.demo.world import BOOTS, TEE
from connector.model import Customer, Kind, Parcel
from connector.policy.facts import FACTS
from connector.steps import request as opening
from connector.steps.question import Asker
from connector.store import orders
from connector.store.filing import Wish
from connector.web.face import LANGUAGES
from connector.web.published import dates
from connector.web.published.conditions import NAMES
from connector.web.published.sections import sections
from jobs.schedule import once
from tests.connector.shapes import NOON, a_line, an_order

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.demo import World

EXAMPLE = Path(__file__).parents[3] / "policy.example.toml"
EMAIL = "ada@example.test"


@pytest.fixture
def app() -> Iterator[Flask]:
    made = Flask("connector.web")
    Babel(made)
    with made.test_request_context():
        yield made


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with build(tmp_path, seed=1) as made:
        yield made


def written(text: str, language: str = "en") -> dict[str, str]:
    """Return the sections of a policy as one text each, by their codes."""
    with force_locale(language):
        return {one.code: "\n".join(one.items) for one in sections(policy.load(text))}


def small(more: str) -> str:
    return f'currency = "EUR"\n{more}\n[[reasons]]\ncode = "*"\n'


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_whole_example_is_told_in_every_language(language: str) -> None:
    text = EXAMPLE.read_text("utf-8")
    found = written(text, language)
    assert list(found) == [
        "window", "excluded", "reasons", "fees", "ways", "money", "special", "law",
    ]  # fmt: skip
    whole = "\n".join(found.values())
    assert "%(" not in whole
    for inner in ("blocked", "manager", "sha", "manual", "none"):
        assert inner not in whole.lower().split()


@pytest.mark.usefixtures("app")
def test_no_two_languages_say_the_same() -> None:
    text = EXAMPLE.read_text("utf-8")
    said = {language: written(text, language) for language in LANGUAGES}
    for code in said["en"]:
        assert len({one[code] for one in said.values()}) == len(LANGUAGES), code


@pytest.mark.usefixtures("app")
def test_a_season_says_its_days_and_a_country_its_name() -> None:
    text = small(
        "[window]\ndays = 30\n[window.countries]\nCH = 1\n[[windows]]\n"
        "when = { placed_at = { between = [2026-11-01, 2026-12-24] } }\n"
        "until = 2027-01-31\n"
    )
    found = written(text)["window"]
    assert "within 30 days of delivery" in found
    assert "Delivered to Switzerland: 1 day." in found
    assert "Until January 31, 2027 (ordered: from November 1, 2026" in found
    assert "31. Januar 2027" in written(text, "de")["window"]


@pytest.mark.usefixtures("app")
def test_what_is_between_the_merchant_and_his_desk_is_not_told() -> None:
    text = small(
        '[keep]\nbelow = "8.00"\n[block]\ntags = ["thief"]\n'
        '[[limits]]\ndays = 90\nreturns = 5\n[[rules]]\nname = "r"\n'
        'when = { past_returns = { above = 3 } }\nwhy = "Too many."\n'
        'then = { decide = "decline" }\n'
    )
    whole = "\n".join(written(text).values())
    for word in ("8.00", "thief", "90", "Too many"):
        assert word not in whole


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ('country = ["CH", "NO"]', "delivered to: Switzerland, Norway"),
        ('country = { not_in = ["DE"] }', "delivered to: not Germany"),
        ('category = { lacks = ["Outlet"] }', "category: not Outlet"),
        ('price = { above = "150.00" }', "price of the item: more than €150.00"),
        ('total = { at_most = "9.90" }', "the whole order: €9.90 or less"),
        ("quantity = { at_least = 3 }", "how many: 3 or more"),
        ("quantity = { below = 3 }", "how many: less than 3"),
        ("placed_at = { before = 2026-05-01 }", "ordered: before May 1, 2026"),
        ("placed_at = { after = 2026-05-01 }", "ordered: after May 1, 2026"),
        ("gift_card = true", "gift card: yes"),
        ('product = ["17"]', "certain articles"),
        ('product = { not_in = ["17"] }', "all but certain articles"),
        ('fault = ["customer", "carrier"]', "who answers for it: you, the carrier"),
        ('resolution = "exchange"', "made good with: exchange"),
    ],
)
def test_a_condition_reads_as_words(condition: str, said: str) -> None:
    text = small(
        f'[[rules]]\nname = "r"\nwhen = {{ {condition} }}\n'
        'then = { restocking_percent = "12.5" }\n'
    )
    assert written(text)["special"].endswith(f"12.5 % of what you paid ({said}).")


def test_every_public_fact_is_one_of_the_vocabulary() -> None:
    assert set(NAMES) <= set(FACTS)


def ask(
    world: World, path: str, form: dict[str, str] | None = None, cookie: str = ""
) -> tuple[int, str, dict[str, str]]:
    link = http.client.HTTPConnection(urlsplit(world.url).netloc, timeout=30)
    headers = {"Accept-Language": "en", "Cookie": cookie}
    if form is not None:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    body = urlencode(form) if form is not None else None
    link.request("POST" if body is not None else "GET", path, body, headers)
    found = link.getresponse()
    text = found.read().decode()
    link.close()
    return found.status, text, dict(found.getheaders())


def test_any_site_may_embed_the_policy_without_a_script(world: World) -> None:
    status, text, headers = ask(world, f"/policy/{TEE}/fragment?lang=fr")
    assert status == 200
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert text.startswith('<div class="retour-policy" lang="fr">')
    assert "<script" not in text
    assert "<html" not in text


@pytest.mark.parametrize("path", ["fragment", "policy.json"])
def test_what_everybody_may_keep_hangs_on_no_cookie_and_sets_none(
    world: World, path: str
) -> None:
    """Else a cache would hand one reader's cookie, or language, to the next."""
    page = ask(world, f"/policy/{TEE}?lang=fr")[2]
    kept = page["Set-Cookie"].split(";")[0]
    status, french, headers = ask(world, f"/policy/{TEE}/{path}?lang=fr", None, kept)
    assert status == 200
    assert headers["Cache-Control"].startswith("public")
    assert "Set-Cookie" not in headers
    assert "Vary" not in headers  # the address says the language
    _, english, headers = ask(world, f"/policy/{TEE}/{path}", None, kept)
    assert "Set-Cookie" not in headers
    assert headers["Vary"] == "Accept-Language"
    assert "How long" in english
    assert "How long" not in french


def test_the_same_sentences_come_as_json(world: World) -> None:
    status, text, headers = ask(world, f"/policy/{TEE}/policy.json?lang=de")
    found = json.loads(text)
    assert status == 200
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert found["language"] == "de"
    assert found["window"]["days"] > 0
    assert {"code", "title", "items"} == set(found["sections"][0])


def test_a_shop_that_is_not_here_has_no_policy(world: World) -> None:
    assert ask(world, "/policy/nobody")[0] == 404


def days_of(world: World, form: dict[str, str], shop: str = BOOTS) -> tuple[int, str]:
    """Fill in the page's form as a browser does."""
    _, page, headers = ask(world, f"/policy/{shop}")
    cookie = headers["Set-Cookie"].split(";")[0]
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    form = {**form, "csrf_token": token}
    status, text, _ = ask(world, f"/policy/{shop}", form, cookie)
    return status, text


def test_an_order_is_told_its_own_days(world: World) -> None:
    mug = world.boots.add_product("Mug", "12.00")
    order = world.boots.place_order([(mug, 2)], EMAIL)
    world.boots.complete(order)
    world.clock.pass_by(hours=1)
    world.boots.deliver()
    world.clock.pass_by(minutes=1)
    once(world.office.work)
    status, text = days_of(world, {"number": str(order), "email": EMAIL})
    assert status == 200
    assert "You can return it until" in text
    world.clock.now += timedelta(days=400)
    status, text = days_of(world, {"number": str(order), "email": EMAIL})
    assert "You can return it until" not in text


def test_the_law_s_day_in_the_united_kingdom_is_told_apart_from_goodwill(
    world: World,
) -> None:
    """No rule moves a last day there: Saturday is the last (docs/law.md, 58)."""
    world.clock.now = datetime(2026, 6, 20, 7, tzinfo=UTC)
    mug = world.tee.add_product("Mug", "12.00")
    ref = world.tee.place_order([(mug, 1)], EMAIL, country="GB")
    purchase = buying.at_tee(world, ref, EMAIL)
    buying.deliver(world, purchase)
    world.tee.deliver()
    once(world.office.work)
    form = {"number": purchase.number, "email": EMAIL}
    text = days_of(world, form, TEE)[1]
    assert "By law you can withdraw from the contract at least until July 4" in text
    assert "As goodwill we accept a withdrawal from the contract until July 6" in text
    world.clock.now = datetime(2026, 7, 5, 7, tzinfo=UTC)
    text = days_of(world, form, TEE)[1]
    assert "By law you can withdraw" not in text
    assert "As goodwill we accept a withdrawal from the contract until July 6" in text


def test_what_a_return_holds_already_is_told_no_day(world: World) -> None:
    mug = world.boots.add_product("Mug", "12.00")
    ref = world.boots.place_order([(mug, 2)], EMAIL)
    world.boots.complete(ref)
    world.boots.deliver()
    once(world.office.work)
    order = orders.get(world.office.db, BOOTS, str(ref))
    (line,) = order.lines
    for left in ("1 \u00d7 Mug", "Nothing of this order is left to return."):
        opening.open_return(
            world.office.db,
            shop=BOOTS,
            order=order,
            kind=Kind.VOLUNTARY,
            wishes=[Wish(line_ref=line.ref, quantity=1, reason="too-small")],
            filed_by="portal",
            now=world.clock(),
        )
        assert left in days_of(world, {"number": str(ref), "email": EMAIL})[1]


def test_an_order_is_not_told_to_others(world: World) -> None:
    status, text = days_of(world, {"number": "1", "email": "other@example.test"})
    assert status == 404
    assert "We found no order" in text


def test_a_period_that_has_not_begun_is_told_no_day() -> None:
    """Part of the order is still under way: nobody knows the day yet."""
    here = Parcel(ref="p", units=(("a", 1),), delivered_at=NOON)
    bought = replace(
        an_order(a_line("a", 1000), a_line("b", 1000)),
        customer=Customer(country="FR"),
        parcels=(here, Parcel(ref="q", units=(("b", 1),), shipped_at=NOON)),
    )
    rules = policy.load(small(""))
    who = Asker(shop="s", channel="portal", asked_at=NOON)
    for order, days in ((bought, 0), (replace(bought, parcels=(here,)), 2)):
        found = dates.of_order(rules, order, who, {})
        assert len([one for one in found if one.withdraw_until]) == days
