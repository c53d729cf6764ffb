"""Each thing that can be wrong with a shop's connection, over HTTP and TLS."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from adapters.guard import Transport
from adapters.wire import Timeouts
from adapters.woocommerce.shop import WooCommerceShop
from adapters.woocommerce.standin import Shop, serve
from adapters.woocommerce.standin.access import Key
from connector.diagnoses import WORDS, found
from tests.contract.conftest import LOCAL, TRUSTED, Clock
from tests.tls import context

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.platform import Check

QUICK = Timeouts(connect=2, read=2, total=4)


@pytest.fixture
def standin() -> Shop:
    return Shop(clock=Clock(), name="Boots & Co")


@contextmanager
def shop_of(
    standin: Shop, kind: str = "", transport: Transport = LOCAL
) -> Iterator[WooCommerceShop]:
    with serve(standin, context(kind) if kind else None) as url:
        yield adapter(url, standin, transport)


def adapter(
    url: str,
    standin: Shop,
    transport: Transport = LOCAL,
    key: str = "",
    *,
    keys_in_query: bool = False,
) -> WooCommerceShop:
    return WooCommerceShop(
        name="boots",
        url=url,
        key=key or standin.key,
        secret=standin.secret,
        clock=Clock(),
        timeouts=QUICK,
        allow_http=True,
        keys_in_query=keys_in_query,
        transport=transport,
    )


def codes(checks: list[Check]) -> list[str]:
    """Return the codes; each must have words that its facts can fill."""
    for one in checks:
        assert one.code in WORDS, one.code
        assert "%(" not in "".join(found(one))
    return [one.code for one in checks]


def examined(standin: Shop) -> list[Check]:
    with shop_of(standin) as shop:
        return list(shop.check())


def test_a_good_shop_passes_every_step_over_tls(standin: Shop) -> None:
    with shop_of(standin, "good", TRUSTED) as shop:
        checks = list(shop.check())
    assert codes(checks) == [
        "reached",
        "clock_agrees",
        "keys_accepted",
        "can_write",
        "version_good",
        "currency",
        "webhooks_possible",
        "roles_read",
    ]
    learnt = {key: value for one in checks for key, value in one.learnt.items()}
    assert learnt == {
        "name": "Boots & Co",
        "time_zone": "Europe/Paris",
        "clock_skew_seconds": "0",
        "version": "11.0.1",
        "wordpress": "7.0.4",
        "hpos": "yes",
        "currency": "EUR",
        "decimals": "2",
        "prices_include_tax": "yes",
        "tax_round_at_subtotal": "no",
    }


def test_checking_changes_nothing_at_the_shop(standin: Shop) -> None:
    examined(standin)
    assert standin.outbox.hooks == {}
    assert standin.orders == {}
    assert standin.outbox.waiting == []


def test_plain_http_is_said(standin: Shop) -> None:
    assert "plain_http" in codes(examined(standin))


@pytest.mark.parametrize(
    ("mood", "code"),
    [
        ("moved", "redirected"),
        ("maintenance", "maintenance"),
        ("database", "shop_broken"),
        ("firewall", "walled"),
        ("challenge", "walled"),
        ("plain", "permalinks_plain"),
        ("blog", "woocommerce_missing"),
    ],
)
def test_what_stands_before_the_api_has_its_own_words(
    standin: Shop, mood: str, code: str
) -> None:
    standin.mood = mood
    checks = examined(standin)
    assert codes(checks) == [code]
    assert checks[-1].verdict == "fail"


def test_a_redirect_names_the_right_address_without_a_query(standin: Shop) -> None:
    standin.mood = "moved"
    assert examined(standin)[0].facts == {"to": "https://www.shop.example"}


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("expired", "certificate_expired"),
        ("other_host", "certificate_other_host"),
        ("self_signed", "certificate"),
    ],
)
def test_a_bad_certificate_is_named(standin: Shop, kind: str, code: str) -> None:
    with shop_of(standin, kind, TRUSTED) as shop:
        assert codes(list(shop.check())) == [code]


def test_the_environment_changes_nothing_about_whose_certificates_hold(
    standin: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere.pem")
    with shop_of(standin, "good", TRUSTED) as shop:
        assert "keys_accepted" in codes(list(shop.check()))


def test_a_host_that_drops_the_header_is_found_out_and_helped(standin: Shop) -> None:
    standin.mood = "stripped"
    with serve(standin, context()) as url:
        assert codes(list(adapter(url, standin, TRUSTED).check()))[-1] == (
            "header_dropped"
        )
        unknown = adapter(url, standin, TRUSTED, key="ck_unknown")
        assert codes(list(unknown.check()))[-1] == "key_unknown"
        helped = adapter(url, standin, TRUSTED, keys_in_query=True)
        assert codes(list(helped.check()))[-1] == "roles_read"


def test_an_endless_front_page_is_not_read_to_its_end(
    standin: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.woocommerce.checks.MOST_INDEX", 100)
    assert codes(examined(standin)) == ["unreadable"]


def test_a_certificate_of_an_unknown_authority_is_bad(standin: Shop) -> None:
    with shop_of(standin, "good", LOCAL) as shop:
        assert codes(list(shop.check())) == ["certificate"]


def test_nobody_there_is_no_riddle(standin: Shop) -> None:
    away = adapter("http://127.0.0.1:9", standin)
    assert codes(list(away.check())) == ["unreachable"]
    nowhere = adapter("https://no-such-host.invalid", standin)
    assert codes(list(nowhere.check())) == ["unreachable"]


def test_a_private_address_is_refused_before_anything_is_sent(standin: Shop) -> None:
    with shop_of(standin, transport=Transport()) as shop:
        assert codes(list(shop.check())) == ["private"]
    assert standin.nonces == set()


@pytest.mark.parametrize(
    ("key", "code"),
    [
        (Key("cs_other"), "secret_wrong"),
        (Key("cs_standin", "write"), "write_only"),
        (Key("cs_standin", "read"), "read_only"),
        (Key("cs_standin", role="customer"), "key_of_customer"),
    ],
)
@pytest.mark.parametrize("kind", ["", "good"])
def test_each_wrong_key_has_its_own_words(
    standin: Shop, key: Key, code: str, kind: str
) -> None:
    with shop_of(standin, kind, TRUSTED) as shop:
        standin.keys[standin.key] = key
        checks = list(shop.check())
    assert codes(checks)[-1] == code
    assert checks[-1].verdict == "fail"


def test_an_unknown_key_is_told_from_a_wrong_secret(standin: Shop) -> None:
    with serve(standin, context()) as url:
        shop = adapter(url, standin, TRUSTED, key="ck_unknown")
        assert codes(list(shop.check()))[-1] == "key_unknown"


@pytest.mark.parametrize(
    ("version", "code"),
    [("3.4.1", "version_old"), ("7.9.0", "version_aged"), ("", "version_unknown")],
)
def test_an_old_version_is_said(standin: Shop, version: str, code: str) -> None:
    standin.version = version
    assert code in codes(examined(standin))


def test_tax_at_the_subtotal_is_said(standin: Shop) -> None:
    standin.tax_at_subtotal = True
    assert "tax_at_subtotal" in codes(examined(standin))


@pytest.mark.parametrize("is_lost", [True, False])
def test_roles_that_cannot_be_read_are_said_and_nothing_fails(
    standin: Shop, *, is_lost: bool
) -> None:
    if is_lost:
        standin.switches.add("lose_answer", "GET /customers")
    else:
        key = standin.keys[standin.key]
        standin.keys[standin.key] = replace(key, lists_users=False)
    checks = examined(standin)
    assert codes(checks)[-1] == "roles_unread"
    assert "fail" not in {one.verdict for one in checks}


def test_a_clock_that_is_off_is_said(standin: Shop) -> None:
    right = standin.clock
    standin.clock = lambda: right() + timedelta(minutes=7)
    checks = examined(standin)
    assert "clock_differs" in codes(checks)
    (one,) = [x for x in checks if x.step == "clock"]
    assert one.facts == {"seconds": "420"}


def test_an_answer_of_another_shape_ends_the_check_and_raises_nothing(
    standin: Shop,
) -> None:
    with shop_of(standin) as shop:
        standin.currency = ""
        standin.switches.add("status", "GET /orders", code=418)
        assert codes(list(shop.check()))[-1] in ("unreadable", "walled")


def test_no_step_shows_a_secret(standin: Shop) -> None:
    with serve(standin) as url:
        for key in ("ck_unknown", ""):
            said = str(list(adapter(url, standin, key=key).check()))
            assert standin.secret not in said
