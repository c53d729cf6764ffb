"""A shop installs the app: the way there and back, and every way to cheat on it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest

from connector import config
from connector.store import credentials, desk, grants, shops
from connector.wiring import open_branches
from tests.connector.web.shopify_world import (
    DOMAIN,
    OLDER,
    SECRET,
    Installing,
    arrive,
    consent,
    install,
    installing,
    leave,
    signed,
    text,
)
from tests.dying import Dying, Killed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def world(tmp_path: Path, address: str) -> Iterator[Installing]:
    with installing(tmp_path, address) as made:
        yield made


def names(world: Installing) -> list[str]:
    return [row.name for row in shops.every(world.office.db)]


def test_a_shop_installs_the_app_and_is_connected(world: Installing) -> None:
    page = install(world)
    assert page.status_code == 200
    assert "The shop is connected." in page.text
    row = shops.get(world.office.db, "teehaus")
    assert (row.origin, row.address) == ("database", DOMAIN)
    assert row.policy_hash
    assert row.facts["currency"] == "EUR"
    assert world.office.branches.shops["teehaus"].probe()["domain"] == DOMAIN
    door = next(iter(world.office.branches.doors))
    assert door.secrets == (SECRET.encode(), OLDER.encode())


def test_no_token_lies_open_in_store_log_or_address(
    world: Installing, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    browser = world.browser()
    asked = leave(browser)
    query = consent(world, asked)
    page = arrive(browser, query)
    pair = world.shop.pairs[0]
    kept = credentials.of(world.office.db, world.office.vault, "teehaus")
    assert kept["access_token"].reveal() == pair.access
    asked_for = (
        "SELECT * FROM credentials",
        "SELECT * FROM grants",
        "SELECT * FROM shops",
        "SELECT * FROM history",
        "SELECT * FROM desk",
    )
    rows = [world.office.db.query(one) for one in asked_for]
    everything = f"{rows}{caplog.text}{page.text}{page.headers}{asked}"
    for secret in (pair.access, pair.refresh, SECRET, query["code"]):
        assert secret not in everything
    assert asked["state"] not in f"{rows}{caplog.text}"


def test_the_file_itself_holds_no_token(tmp_path: Path) -> None:
    with installing(tmp_path, str(tmp_path / "raw.sqlite")) as world:
        install(world)
        pair = world.shop.pairs[0]
    raw = b"".join(one.read_bytes() for one in tmp_path.glob("raw.sqlite*"))
    assert b"teehaus" in raw
    for secret in (pair.access, pair.refresh, SECRET):
        assert secret.encode() not in raw


def test_a_wrong_state_is_refused_and_the_code_stays_unused(world: Installing) -> None:
    browser = world.browser()
    query = consent(world, leave(browser))
    page = arrive(browser, signed(world, {**query, "state": "another"}))
    assert page.status_code == 400
    assert names(world) == []
    assert query["code"] in world.shop.codes


def test_another_browser_cannot_bring_the_state_back(world: Installing) -> None:
    query = consent(world, leave(world.browser()))
    stranger = world.browser()
    assert arrive(stranger, query).status_code == 400
    leave(stranger)
    assert arrive(stranger, query).status_code == 400
    assert names(world) == []


def test_a_state_is_good_once_even_with_a_copied_cookie(world: Installing) -> None:
    browser = world.browser()
    asked = leave(browser)
    cookie = browser.get_cookie("retour")
    assert cookie
    assert arrive(browser, consent(world, asked)).status_code == 200
    browser.set_cookie("retour", cookie.value)
    page = arrive(browser, consent(world, asked))
    assert page.status_code == 400
    assert len(world.shop.pairs) == 1


def test_a_state_ends_after_half_an_hour(world: Installing) -> None:
    browser = world.browser()
    asked = leave(browser)
    world.clock.pass_by(minutes=31)
    assert arrive(browser, consent(world, asked)).status_code == 400
    assert names(world) == []


def test_a_state_is_of_one_shop(world: Installing) -> None:
    browser = world.browser()
    query = consent(world, leave(browser, "other.myshopify.com"))
    assert arrive(browser, query).status_code == 400
    assert names(world) == []


@pytest.mark.parametrize("name", ["code", "shop", "timestamp", "host", "hmac"])
def test_a_callback_that_was_touched_connects_nothing(
    world: Installing, name: str
) -> None:
    browser = world.browser()
    query = consent(world, leave(browser))
    last = "1" if query[name].endswith("0") else "0"
    page = arrive(browser, {**query, name: query[name][:-1] + last})
    assert page.status_code == 400
    assert names(world) == []


@pytest.mark.parametrize("seconds", [91, -91])
def test_an_old_callback_and_one_from_the_future_connect_nothing(
    world: Installing, seconds: int
) -> None:
    browser = world.browser()
    query = consent(world, leave(browser))
    world.clock.pass_by(seconds=seconds)
    assert arrive(browser, query).status_code == 400
    assert names(world) == []


def test_a_second_shop_in_the_callback_is_refused(world: Installing) -> None:
    browser = world.browser()
    query = [*consent(world, leave(browser)).items(), ("shop", "evil.myshopify.com")]
    page = browser.get("/install/shopify/callback", query_string=query)
    assert page.status_code == 400
    assert names(world) == []


@pytest.mark.parametrize(
    "evil",
    [
        "evil.com/x.myshopify.com",
        "x.myshopify.com.evil.com",
        "x.myshopify.com\n.evil.com",
        "évil.myshopify.com",
        "x.myshopify.com@evil.com",
        "",
        "-x.myshopify.com",
    ],
)
def test_nobody_is_sent_to_what_is_no_shop(world: Installing, evil: str) -> None:
    found = world.browser().get("/install/shopify", query_string={"shop": evil})
    assert found.status_code == 400
    assert "Location" not in found.headers


def test_a_link_that_claims_a_signature_must_have_it(world: Installing) -> None:
    query = {"shop": DOMAIN, "hmac": "0" * 64, "timestamp": "1"}
    found = world.browser().get("/install/shopify", query_string=query)
    assert found.status_code == 400


def test_a_code_that_was_used_elsewhere_is_explained(world: Installing) -> None:
    browser = world.browser()
    query = consent(world, leave(browser))
    world.shop.codes.clear()
    page = arrive(browser, query)
    assert page.status_code == 502
    assert "used already" in page.text
    assert names(world) == []


def test_short_scopes_are_said_laid_on_the_desk_and_asked_for_again(
    world: Installing,
) -> None:
    whole = world.shop.scopes
    world.shop.scopes = [one for one in whole if one != "write_returns"]
    page = install(world)
    assert "write_returns" in page.text
    assert f"/install/shopify?shop={DOMAIN}" in page.text
    (matter,) = [x for x in desk.open_matters(world.office.db) if x.code == "scopes"]
    assert "write_returns" in matter.why
    world.shop.scopes = whole
    assert "The shop is connected." in install(world).text
    assert not [x for x in desk.open_matters(world.office.db) if x.code == "scopes"]
    assert names(world) == ["teehaus"]


def test_a_merchant_who_turns_back_has_connected_nothing(world: Installing) -> None:
    browser = world.browser()
    leave(browser)
    assert names(world) == []
    assert install(world, browser).status_code == 200


@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_between_exchange_and_commit_it_can_be_begun_again(
    tmp_path: Path, address: str, when: str
) -> None:
    with installing(tmp_path, address, Dying) as world:
        database = world.office.db
        assert isinstance(database, Dying)
        browser = world.browser()
        query = consent(world, leave(browser))
        # The state is used up in the first commit, the pair is sealed in the second.
        database.die_at(2, when)
        with pytest.raises(Killed):
            arrive(browser, query)
        database.live()
        world.office.branches.refresh()
        assert len(world.shop.pairs) == 1
        assert names(world) == (["teehaus"] if when == "after" else [])
        assert arrive(browser, query).status_code == 400
        assert install(world).status_code == 200
        assert names(world) == ["teehaus"]


def test_a_token_that_was_taken_back_says_what_to_do(world: Installing) -> None:
    install(world)
    world.shop.tokens.clear()
    world.shop.pairs.clear()
    found = world.office.registrar.check("teehaus")
    assert (found[-1].step, found[-1].code) == ("sign_in", "grant_ended")
    assert "The shop is connected." in install(world).text


def test_an_old_grant_of_its_own_app_does_not_win(world: Installing) -> None:
    install(world)
    office = world.office
    given = {"token": config.Secret("shpat_stale")}
    credentials.put(office.db, office.vault, "teehaus", given, world.clock())
    assert "The shop is connected." in install(world).text
    assert "token" not in credentials.of(office.db, office.vault, "teehaus")


def test_the_file_changes_from_a_token_to_client_credentials(
    tmp_path: Path, address: str
) -> None:
    with installing(tmp_path, address) as world:
        shop = f'[[shops]]\nname = "tee"\nplatform = "shopify"\naddress = "{DOMAIN}"\n'
        shop += f'api_url = "{world.api}"\n'
        old = shop + 'token = "shpat_unused"\n'
        new = shop + f'client_id = "app"\nclient_secret = "{SECRET}"\n'
        for part, has_token in ((old, True), (new, False), (old, True)):
            asked = config.parse(
                text(address, world.url, world.api, part), tmp_path, {}
            )
            branches = open_branches(asked, world.clock, world.clock.sleep)
            world.shop.token = "shpat_unused" if has_token else "shpat_gone"
            assert branches.shops["tee"].probe()["domain"] == DOMAIN
            assert bool(branches.config("tee").token) is has_token
            branches.db.close()


def test_grants_are_forgotten_when_nobody_finishes_them(world: Installing) -> None:
    asked = leave(world.browser())
    world.clock.pass_by(hours=3)
    leave(world.browser())
    assert grants.find(world.office.db, asked["state"]) is None
