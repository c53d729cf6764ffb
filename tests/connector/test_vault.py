from __future__ import annotations

import stat
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from cryptography.fernet import Fernet

from connector import vault
from connector.config import Config, Secret
from connector.config import Vault as Written
from connector.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path


def test_what_was_sealed_opens_again_and_shows_nothing() -> None:
    box = vault.Vault([Secret(vault.new_key())])
    sealed = box.seal(Secret("shpat_very_secret"))
    assert "secret" not in sealed
    assert box.open(sealed).reveal() == "shpat_very_secret"
    assert box.seal(Secret("shpat_very_secret")) != sealed


def test_an_old_key_still_opens_and_resealing_needs_it_no_more() -> None:
    old, new = Secret(vault.new_key()), Secret(vault.new_key())
    sealed = vault.Vault([old]).seal(Secret("x"))
    both = vault.Vault([new, old])
    assert both.open(sealed).reveal() == "x"
    assert vault.Vault([new]).open(both.reseal(sealed)).reveal() == "x"


def test_a_lost_key_is_an_error_with_a_cure() -> None:
    sealed = vault.Vault([Secret(vault.new_key())]).seal(Secret("x"))
    other = vault.Vault([Secret(vault.new_key())])
    for deed in (other.open, other.reseal):
        with pytest.raises(ConfigError, match="put the key file back"):
            deed(sealed)


def test_what_is_no_key_is_refused() -> None:
    with pytest.raises(ConfigError, match="32 bytes"):
        vault.Vault([Secret("too short")])


def test_the_first_start_makes_a_key_file_for_its_owner_alone(tmp_path: Path) -> None:
    config = Config(base=tmp_path)
    made = vault.keys(config)
    path = tmp_path / "retour.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.reveal() for one in vault.keys(config)] == [made[0].reveal()]
    assert [one.name for one in tmp_path.iterdir()] == ["retour.key"]


def test_processes_that_start_at_once_agree_on_one_key(tmp_path: Path) -> None:
    config, found = Config(base=tmp_path), []
    together = threading.Barrier(8)

    def start() -> None:
        together.wait()
        found.append(vault.keys(config)[0].reveal())

    threads = [threading.Thread(target=start) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(found) == 8
    assert len(set(found)) == 1


def test_keys_of_the_environment_win_over_the_file(tmp_path: Path) -> None:
    given = Fernet.generate_key().decode()
    config = Config(base=tmp_path, vault=Written(keys=Secret(f"{given}, {given}")))
    assert [one.reveal() for one in vault.keys(config)] == [given, given]
    assert list(tmp_path.iterdir()) == []


def test_an_empty_key_file_is_said_and_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "retour.key").write_text("\n", "ascii")
    with pytest.raises(ConfigError, match="key file is empty"):
        vault.keys(Config(base=tmp_path))
    assert (tmp_path / "retour.key").read_text("ascii") == "\n"


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    config = replace(Config(base=tmp_path), vault=Written(file="none/retour.key"))
    with pytest.raises(ConfigError, match="cannot be written"):
        vault.keys(config)


def test_rotation_puts_the_new_key_first_and_keeps_the_old(tmp_path: Path) -> None:
    config = Config(base=tmp_path)
    first = vault.keys(config)
    vault.add_key(tmp_path / "retour.key", first)
    after = [one.reveal() for one in vault.keys(config)]
    assert len(after) == 2
    assert after[1] == first[0].reveal() != after[0]


def test_a_running_process_reads_the_keys_again(tmp_path: Path) -> None:
    config = Config(base=tmp_path)
    running = vault.load(config)
    sealed = running.seal(Secret("x"))
    vault.add_key(tmp_path / "retour.key", vault.keys(config))
    anew = vault.load(config).reseal(sealed)
    assert running.open(anew).reveal() == "x"
