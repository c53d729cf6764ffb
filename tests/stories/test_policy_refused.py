"""A policy file that is refused stops no start, and nothing is decided by it."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

import pytest
from babel.support import Translations

from connector import config, policy
from connector.errors import ConfigError
from connector.saying import told
from connector.store import atomic, desk, shops
from connector.wiring import open_branches
from tests.connector.cli.test_reconcile import CONFIG, NOW

if TYPE_CHECKING:
    from pathlib import Path

    from connector.store import Database

GOOD = 'currency = "EUR"\n[[reasons]]\ncode = "*"\n'
UNLAWFUL = f"{GOOD}[window]\ndays = 3\n[window.countries]\nDE = 3\n"
UNKNOWN = f"{GOOD}[widnow]\ndays = 30\n"


@pytest.fixture
def path(tmp_path: Path, address: str) -> Path:
    written = tmp_path / "config.toml"
    url = "http://127.0.0.1:9"
    written.write_text(CONFIG.format(database=address, url=url), "utf-8")
    return written


def starts(path: Path, rules: str) -> tuple[str, list[str]]:
    """Start with this file; return what is in force then, and what the desk says."""
    (path.parent / "policy.toml").write_text(rules, "utf-8")
    branches = open_branches(config.load(path), lambda: NOW)
    row = shops.get(branches.db, "boots")
    text = shops.policy_text(branches.db, str(row.policy_hash))
    said = [x.why for x in desk.open_matters(branches.db) if x.code == "policy_refused"]
    branches.db.close()
    return text, said


def test_the_desk_says_so_in_the_reader_s_language(path: Path) -> None:
    starts(path, GOOD)
    _, (why,) = starts(path, UNKNOWN)
    folder = str(files("connector.web") / "translations")
    german = Translations.load(folder, ["de"]).gettext
    said = told(why, "de", german)
    assert "policy.toml:4: unbekannter Schlüssel 'widnow'; meinten Sie" in said
    assert "die Fassung, die vorher galt, bleibt" in said


@pytest.mark.parametrize("rules", [UNLAWFUL, UNKNOWN])
def test_what_was_accepted_before_stays_and_the_desk_says_which_line(
    path: Path, rules: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert starts(path, GOOD) == (GOOD, [])
    for _ in range(2):
        text, (why,) = starts(path, rules)
        assert text == GOOD
        assert "policy.toml:" in why
        assert "in force before stays" in why
        assert "policy.toml:" in caplog.text
    better = f"{GOOD}[window]\ndays = 60\n"
    assert starts(path, better) == (better, [])


def test_a_version_that_an_upgrade_refuses_decides_nothing_more(path: Path) -> None:
    starts(path, GOOD)
    (path.parent / "policy.toml").write_text(GOOD, "utf-8")
    branches = open_branches(config.load(path), lambda: NOW)

    @atomic
    def bind(db: Database) -> None:
        """Put in force what an older version of Retour took."""
        shops.bind_policy(db, "boots", policy.digest(UNLAWFUL), UNLAWFUL, NOW)

    bind(branches.db)
    branches.db.close()
    for _ in range(2):
        text, (why,) = starts(path, UNLAWFUL)
        assert text == policy.starter("EUR")  # a person looks at every return
        assert "a person looks at every return" in why
        assert "policy.toml:" in why


def test_without_a_version_before_nothing_starts(path: Path) -> None:
    for rules in (UNLAWFUL, UNKNOWN):
        with pytest.raises(ConfigError, match="E208"):
            starts(path, rules)
