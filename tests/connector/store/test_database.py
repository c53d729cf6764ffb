from __future__ import annotations

import multiprocessing
import sqlite3
from typing import TYPE_CHECKING

import pytest

from connector.errors import ConfigError
from connector.store import Database, connect, shops
from tests.connector.shapes import NOON

if TYPE_CHECKING:
    from pathlib import Path


class Killed(BaseException):
    """The process died here."""


class Mortal(Database):
    """A database whose process dies just before or just after a commit."""

    dies = ""

    def commit(self) -> None:
        if self.dies == "before":
            raise Killed
        super().commit()
        if self.dies == "after":
            raise Killed


def test_the_file_is_durable_and_strict(db: Database) -> None:
    read = {
        name: db.query(f"PRAGMA {name}")[0][name]
        for name in ("journal_mode", "synchronous", "foreign_keys")
    }
    assert read == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    tables = db.query("SELECT strict FROM pragma_table_list WHERE schema = 'main'")
    assert sum(row["strict"] for row in tables) >= 12


def test_another_programs_file_is_refused(tmp_path: Path) -> None:
    path = str(tmp_path / "other.sqlite")
    other = sqlite3.connect(path)
    other.execute("PRAGMA application_id = 7")
    other.commit()
    other.close()
    with pytest.raises(ConfigError, match="another program"):
        connect(path)


def test_a_file_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    path = str(tmp_path / "newer.sqlite")
    db = connect(path)
    db.execute("PRAGMA user_version = 9999")
    db.close()
    with pytest.raises(ConfigError, match="newer"):
        connect(path)


def _open(path: str) -> None:
    connect(path).close()


def test_processes_may_open_a_fresh_file_at_once(tmp_path: Path) -> None:
    path = str(tmp_path / "fresh.sqlite")
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        pool.map(_open, [path] * 8)
    db = connect(path)
    assert shops.every(db) == []
    db.close()


@pytest.mark.parametrize(("dies", "kept"), [("before", 0), ("after", 1)])
def test_a_commit_is_all_or_nothing(tmp_path: Path, dies: str, kept: int) -> None:
    path = str(tmp_path / "mortal.sqlite")
    mortal = connect(path, Mortal)
    assert isinstance(mortal, Mortal)
    mortal.dies = dies
    with pytest.raises(Killed):
        shops.put(mortal, "boots", "shopify", "boots.myshopify.com", NOON)
    mortal.close()
    db = connect(path)
    assert len(shops.every(db)) == kept
    db.close()
