"""`retour webhooks`, as an operator types it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from adapters.woocommerce.standin import Shop, serve
from tests.connector.cli.test_shops import add, path, run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["path"]  # a fixture of the neighbour's
COUNT = 8


@pytest.fixture
def standin() -> Shop:
    return Shop(clock=lambda: datetime(2026, 11, 2, 12, tzinfo=UTC))


@pytest.fixture
def url(standin: Shop) -> Iterator[str]:
    with serve(standin) as found:
        yield found


def test_webhooks_come_with_the_shop_and_are_listed(path: Path, url: str) -> None:
    assert add(path, url).exit_code == 0
    lines = run(path, "webhooks", "list", "boots").output.splitlines()
    assert len(lines) == COUNT
    assert all(line.startswith("ours  active") for line in lines)


@pytest.mark.parametrize("word", ["register", "repair"])
def test_what_is_missing_is_made(
    path: Path, url: str, standin: Shop, word: str
) -> None:
    add(path, url)
    standin.outbox.hooks.popitem()
    standin.subscribe("https://erp.example/hook", ["order.created"], "theirs")
    done = run(path, "webhooks", word, "boots")
    assert done.exit_code == 0, done.output
    assert "(deleted)" in done.output
    assert f"{COUNT} webhooks in order" in done.output
    assert "other active" in run(path, "webhooks", "list", "boots").output
    removed = run(path, "webhooks", "remove", "boots")
    assert removed.output == "removed\n"
    assert [one.secret for one in standin.outbox.hooks.values()] == ["theirs"]


def test_a_shop_that_does_not_answer_is_said(
    path: Path, url: str, standin: Shop
) -> None:
    add(path, url)
    standin.switches.add("html", ".*", times=None)
    for word in ("register", "repair", "remove"):
        assert run(path, "webhooks", word, "boots").exit_code == 1
    assert len(standin.outbox.hooks) == COUNT


def test_a_secret_is_changed_once_at_a_time(path: Path, url: str) -> None:
    add(path, url)
    assert run(path, "webhooks", "rotate", "boots").exit_code == 0
    again = run(path, "webhooks", "rotate", "boots")
    assert again.exit_code == 1


def test_an_unknown_shop_is_refused(path: Path) -> None:
    for word in ("list", "register", "repair", "remove", "rotate"):
        assert run(path, "webhooks", word, "nobody").exit_code == 1
