from __future__ import annotations

import stat
from typing import TYPE_CHECKING

from click.testing import CliRunner

from connector import config
from connector.cli.main import cli
from connector.findings import findings

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

ASKED = ["init", "--public-url", "https://returns.example.com"]


def test_a_start_is_written_that_needs_nothing_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    said = CliRunner().invoke(cli, ASKED)
    assert said.exit_code == 0, said.output
    made = config.load(tmp_path / "config.toml", {})
    assert [one for one in findings(made) if one.is_error] == []
    assert made.console.password.reveal() in said.output
    assert made.server.secret_key.reveal() not in said.output
    for path in tmp_path.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_is_there_is_never_overwritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "secret_key.txt").write_text("mine", "utf-8")
    said = CliRunner().invoke(cli, ASKED)
    assert "is here already" in str(said.exception)
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key.txt"]
