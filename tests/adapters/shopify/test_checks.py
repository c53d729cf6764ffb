"""Each thing that can be wrong with a Shopify shop's connection, over HTTP and TLS."""

from __future__ import annotations

import re
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from adapters.guard import STRICT, Transport
from adapters.pacing import Pacing
from adapters.shopify import checks
from adapters.shopify.auth import ClientCredentials, InMemory, Installed, Token
from adapters.shopify.oauth import App
from adapters.shopify.shop import ShopifyShop
from adapters.shopify.standin import Shop, serve
from adapters.wire import Timeouts
from connector.config import Secret
from connector.diagnoses import STEPS, WORDS, found
from tests.adapters.shopify.standin_calls import SECRET, TOKEN, Clock, new_shop
from tests.contract.conftest import LOCAL, TRUSTED
from tests.tls import context

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adapters.shopify.calls import Credentials
    from connector.platform import Check

QUICK = Timeouts(connect=2, read=2, total=4)


@pytest.fixture
def standin() -> Shop:
    return new_shop(Clock())


def adapter(
    url: str,
    credentials: Credentials | None = None,
    transport: Transport = LOCAL,
    *,
    clock: Clock | None = None,
    can_prove: bool = True,
    version: str = "2026-10",
) -> ShopifyShop:
    return ShopifyShop(
        name="teehaus",
        domain="teehaus.myshopify.com",
        credentials=credentials or Token(TOKEN),
        clock=clock or Clock(),
        timeouts=QUICK,
        api_url=url,
        api_version=version,
        transport=transport,
        can_prove=can_prove,
        pacing=Pacing(sleep=lambda _: None),
    )


def codes(steps: list[Check]) -> list[str]:
    """Return the codes; each must have words that its facts can fill."""
    for one in steps:
        assert one.code in WORDS, one.code
        assert one.step in STEPS, one.step
        assert "%(" not in "".join(found(one))
    return [one.code for one in steps]


@contextmanager
def by_client(
    standin: Shop, secret: str = SECRET, kind: str = ""
) -> Iterator[ShopifyShop]:
    transport = TRUSTED if kind else LOCAL
    with serve(standin, context(kind) if kind else None) as url:
        granted = ClientCredentials(
            url, "id", secret, Clock(), QUICK, transport=transport
        )
        yield adapter(url, granted, transport)


def examined(standin: Shop, **more: object) -> list[Check]:
    with serve(standin) as url:
        return list(adapter(url, **more).check())  # type: ignore[arg-type]


GOOD = [
    "reached",
    "keys_accepted",
    "currency",
    "scopes_enough",
    "sixty_days",
    "api_version",
    "clock_agrees",
    "webhooks_proved",
]


def test_a_good_shop_passes_every_step_over_tls(standin: Shop) -> None:
    with by_client(standin, kind="good") as shop:
        steps = list(shop.check())
    assert codes(steps) == GOOD
    learnt = {key: value for one in steps for key, value in one.learnt.items()}
    assert learnt["domain"] == "teehaus.myshopify.com"
    assert learnt["currency"] == "EUR"
    assert learnt["version"] == "2026-10"


def test_old_orders_may_be_read_where_the_scope_is_there(standin: Shop) -> None:
    standin.scopes = (*standin.scopes, "read_all_orders")
    assert codes(examined(standin)) == [one for one in GOOD if one != "sixty_days"]


@pytest.mark.parametrize("kind", ["expired", "other_host", "self_signed"])
def test_a_certificate_that_does_not_hold_is_said(standin: Shop, kind: str) -> None:
    with serve(standin, context(kind)) as url:
        (only,) = adapter(url, transport=TRUSTED).check()
    assert codes([only]) == ["certificate"]
    assert only.step == "reach"


@pytest.mark.parametrize(
    ("status", "step", "code"),
    [
        (401, "sign_in", "token_refused"),
        (402, "sign_in", "shop_frozen"),
        (403, "sign_in", "forbidden"),
        (404, "sign_in", "no_such_shop"),
        (423, "sign_in", "shop_locked"),
        (430, "sign_in", "forbidden"),
        (429, "reach", "shopify_busy"),
        (500, "reach", "shopify_down"),
        (502, "reach", "shopify_down"),
        (503, "reach", "shopify_down"),
    ],
)
def test_each_status_has_words_of_its_own(
    standin: Shop, status: int, step: str, code: str
) -> None:
    standin.switches.add("status", "shop", times=None, code=status)
    (only,) = examined(standin)
    assert codes([only]) == [code]
    assert (only.step, only.verdict) == (step, "fail")


def test_a_shop_that_throttles_to_the_end_is_busy(standin: Shop) -> None:
    standin.switches.add("throttle", "shop", times=None)
    assert codes(examined(standin)) == ["shopify_busy"]


def test_a_token_that_is_wrong_is_refused(standin: Shop) -> None:
    (only,) = examined(standin, credentials=Token("shpat_wrong"))
    assert codes([only]) == ["token_refused"]


def test_a_version_that_never_was_is_not_found(standin: Shop) -> None:
    assert codes(examined(standin, version="2031-01")) == ["no_such_shop"]


def test_a_wrong_client_is_told_from_one_of_another_organisation(
    standin: Shop,
) -> None:
    with by_client(standin, secret="another") as shop:
        assert codes(list(shop.check())) == ["client_wrong"]
    standin.shop_not_permitted = True
    with by_client(standin) as shop:
        assert codes(list(shop.check())) == ["not_permitted"]
    standin.shop_not_permitted = False
    standin.app_not_installed = True
    with by_client(standin) as shop:
        assert codes(list(shop.check())) == ["not_installed"]


@pytest.mark.parametrize("refresh", ["", "shprt_used_up"])
def test_a_grant_that_ended_is_said(standin: Shop, refresh: str) -> None:
    app = App(client_id="id", secret=Secret(SECRET), old_secret=Secret(""))
    kept = {"refresh_token": refresh, "access_app": "id"}
    with serve(standin) as url:
        granted = Installed(url, app, Clock(), InMemory(kept), QUICK, LOCAL)
        (only,) = adapter(url, granted).check()
    assert codes([only]) == ["grant_ended"]
    assert only.step == "sign_in"


def test_the_keys_of_another_shop_are_found_out(standin: Shop) -> None:
    standin.domain = "hat.myshopify.com"
    *_, last = examined(standin)
    assert codes([last]) == ["other_shop"]
    assert "hat.myshopify.com" in found(last)[0]


def test_a_scope_that_is_missing_is_named(standin: Shop) -> None:
    standin.scopes = tuple(one for one in standin.scopes if one != "write_returns")
    steps = examined(standin)
    assert "scopes_short" in codes(steps)
    (short,) = [one for one in steps if one.code == "scopes_short"]
    assert "write_returns" in found(short)[0]
    assert short.verdict == "fail"


def test_another_version_and_another_clock_are_doubts(standin: Shop) -> None:
    standin.served_version = "2026-01"
    ours = Clock()
    ours.forward(seconds=300)
    steps = examined(standin, clock=ours, can_prove=False)
    assert codes(steps)[-3:] == [
        "api_version_other",
        "clock_differs",
        "webhooks_unproved",
    ]
    assert {one.verdict for one in steps} == {"ok", "warn"}
    said = " ".join(found(one)[0] for one in steps)
    assert "2026-01 instead of 2026-10" in said
    assert "300 seconds" in said


def test_a_private_address_is_refused_unless_it_is_meant(standin: Shop) -> None:
    assert codes(examined(standin, transport=STRICT)) == ["private"]


def test_a_door_that_nobody_opens_is_said(standin: Shop) -> None:
    with serve(standin) as url:
        pass
    (only,) = adapter(url).check()
    assert codes([only]) == ["unreachable"]
    assert only.step == "reach"


def test_a_page_instead_of_an_answer_is_unreadable(standin: Shop) -> None:
    standin.switches.add("html", "shop", times=None)
    assert codes(examined(standin)) == ["unreadable"]


def test_every_code_of_the_checks_is_tried_here() -> None:
    text = Path(checks.__file__).read_text("utf-8")
    used = {code for code in WORDS if re.search(rf'"{code}"', text)}
    tried = Path(__file__).read_text("utf-8")
    assert {one for one in used if f'"{one}"' not in tried} == set()


@pytest.mark.parametrize(
    ("lacks", "code"),
    [
        ("write_store_credit_account_transactions", "credit_short"),
        ("write_gift_cards", "cards_short"),
    ],
)
def test_the_scopes_of_a_way_to_make_good_are_said_where_they_are_missing(
    standin: Shop, lacks: str, code: str
) -> None:
    standin.scopes = tuple(one for one in standin.scopes if one != lacks)
    steps = examined(standin)
    assert code in codes(steps)
    assert [one.facts["scopes"] for one in steps if one.code == code] == [lacks]
