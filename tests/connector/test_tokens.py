"""Tokens in the database: one process fetches, nothing is ever shown or lost."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from connector import vault
from connector.config import Secret
from connector.errors import ConfigError, Unavailable
from connector.store import Database, connect, credentials, leases, shops
from connector.tokens import LIFE, SealedTokens
from tests.connector.shapes import NOON

if TYPE_CHECKING:
    from collections.abc import Iterator

GOOD = {"access_token": "shpat_new", "access_ends": "", "refresh_token": "shprt_new"}


@pytest.fixture
def db(address: str) -> Iterator[Database]:
    opened = connect(address)
    shops.put(opened, "tee", "shopify", "tee.myshopify.com", NOON)
    yield opened
    opened.close()


@pytest.fixture
def box() -> vault.Vault:
    return vault.Vault([Secret(vault.new_key())])


def tokens(db: Database, box: vault.Vault) -> SealedTokens:
    return SealedTokens(db, box, "tee", lambda: NOON, time.sleep)


def test_what_was_fetched_is_sealed_before_it_is_used(
    db: Database, box: vault.Vault
) -> None:
    before = shops.revisions(db)
    kept = tokens(db, box).renew(lambda known: "access_token" in known, lambda _: GOOD)
    assert kept == GOOD
    assert tokens(db, box).read() == {
        "access_token": "shpat_new",
        "refresh_token": "shprt_new",
    }
    assert "shpat" not in str(db.query("SELECT * FROM credentials"))
    assert shops.revisions(db) == before  # nothing is built anew for a renewal


def test_processes_that_renew_at_once_ask_once(db: Database, box: vault.Vault) -> None:
    asked: list[int] = []
    begun = threading.Event()

    def fetch(_: dict[str, str]) -> dict[str, str]:
        asked.append(1)
        begun.wait(0.2)
        return GOOD

    def work() -> None:
        tokens(db, box).renew(lambda known: "access_token" in known, fetch)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(asked) == 1


def test_a_dead_process_holds_nobody_up_for_ever(
    db: Database, box: vault.Vault
) -> None:
    assert leases.claim(db, "tokens:tee", "dead", NOON, LIFE)
    waited: list[float] = []
    late = SealedTokens(db, box, "tee", lambda: NOON, waited.append)
    with pytest.raises(Unavailable):
        late.renew(lambda _: False, lambda _: GOOD)
    assert waited
    over = SealedTokens(db, box, "tee", lambda: NOON + LIFE, waited.append)
    assert over.renew(bool, lambda _: GOOD) == GOOD


def test_a_failed_fetch_gives_the_lease_back(db: Database, box: vault.Vault) -> None:
    def fails(_: dict[str, str]) -> dict[str, str]:
        raise Unavailable

    with pytest.raises(Unavailable):
        tokens(db, box).renew(lambda _: False, fails)
    assert leases.claim(db, "tokens:tee", "next", NOON, timedelta(seconds=1))
    assert credentials.of(db, box, "tee") == {}


def test_a_renewal_never_writes_over_a_new_grant(
    db: Database, box: vault.Vault
) -> None:
    granted = {"access_token": "shpat_granted", "refresh_token": "shprt_granted"}

    def fetch(_: dict[str, str]) -> dict[str, str]:
        tokens(db, box).keep(granted)  # the merchant installs the app meanwhile
        return GOOD

    assert tokens(db, box).renew(bool, fetch) == granted
    assert tokens(db, box).read() == granted


def test_reading_the_tokens_opens_no_other_secret(
    db: Database, box: vault.Vault
) -> None:
    tokens(db, box).keep(GOOD)
    other = vault.Vault([Secret(vault.new_key())])
    hush = {"webhook_secret": Secret("hush")}
    credentials.put(db, other, "tee", hush, NOON)  # sealed with a key that is gone
    assert tokens(db, box).read()["access_token"] == "shpat_new"
    with pytest.raises(ConfigError):
        credentials.of(db, box, "tee")
