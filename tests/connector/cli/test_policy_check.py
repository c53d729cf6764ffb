"""`retour policy check`: all files are looked at, in words, whatever is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from connector import policy
from connector.cli.main import cli
from connector.errors import PolicyError
from connector.store import connect, shops
from tests.connector.shapes import NOON

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

BARE = 'currency = "EUR"\n[[reasons]]\ncode = "x"\n'
OLD = BARE + "[window.countries]\nUK = 60\n"
NAMED = (
    '[[rules]]\nname = "a"\nwhen = { shop = ["boots", "hat"] }\nthen = { photos = 1 }\n'
)


def run(*words: str, config: Path | None = None) -> Result:
    before = ("--config", str(config)) if config else ()
    return CliRunner().invoke(cli, [*before, *words])


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Two shops in force: one with a word that is refused by now, one in vain."""
    file = tmp_path / "config.toml"
    file.write_text('database = "r.sqlite"\n')
    db = connect(str(tmp_path / "r.sqlite"))
    for name, text in (("boots", OLD), ("hats", BARE + NAMED)):
        shops.put(db, name, "sandbox", "", NOON)
        shops.bind_policy(db, name, policy.digest(text), text, NOON)
    db.close()
    return file


def test_every_shop_is_checked_though_the_first_does_not_load(config: Path) -> None:
    found = run("policy", "check", config=config)
    assert found.exit_code == 1
    assert "boots:5: [window.countries] unknown country 'UK'" in found.output
    said = "hats:6: unknown: no shop is called 'hat'; did you mean 'hats'?"
    assert said in found.output
    assert "'boots'" not in found.output


def test_a_shop_s_name_is_known_where_the_configuration_is(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "p.toml"
    file.write_text(BARE + NAMED)
    found = run("policy", "check", str(file), config=config)
    assert (found.exit_code, found.output.count("unknown")) == (1, 1)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    monkeypatch.delenv("RETOUR_CONFIG")  # a command leaves it for its children
    assert run("policy", "check", str(file)).exit_code == 0
    assert not list((tmp_path / "elsewhere").iterdir())


def test_a_file_that_is_not_utf_8_is_said_to_be_so(tmp_path: Path) -> None:
    file = tmp_path / "p.toml"
    file.write_bytes(BARE.encode() + "# für\n".encode("latin-1"))
    for command in ("check", "diff"):
        found = run("policy", command, str(file))
        assert isinstance(found.exception, PolicyError)
        assert (
            str(found.exception)
            == f"{file}:4: this is not UTF-8; save the file as UTF-8"
        )
