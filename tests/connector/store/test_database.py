from __future__ import annotations

import os
import sqlite3
import threading
from typing import TYPE_CHECKING

import pytest

from connector.config import POSTGRES
from connector.errors import ConfigError
from connector.store import Database, atomic, connect, holder, shops
from connector.store.lock import dispatcher
from tests.connector.shapes import NOON
from tests.processes import APART
from tests.stores import fresh

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


def test_the_file_is_durable_and_strict(tmp_path: Path) -> None:
    db = connect(str(tmp_path / "durable.sqlite"))
    read = {
        name: db.query(f"PRAGMA {name}")[0][name]
        for name in ("journal_mode", "synchronous", "foreign_keys")
    }
    assert read == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
    tables = db.query("SELECT strict FROM pragma_table_list WHERE schema = 'main'")
    assert sum(row["strict"] for row in tables) >= 12
    db.close()


def test_another_programs_file_is_refused(tmp_path: Path) -> None:
    path = str(tmp_path / "other.sqlite")
    other = sqlite3.connect(path)
    other.execute("PRAGMA application_id = 7")
    other.commit()
    other.close()
    with pytest.raises(ConfigError, match="another program"):
        connect(path)


def test_another_programs_tables_are_refused(tmp_path: Path) -> None:
    with fresh("postgresql", tmp_path) as address:
        other = Database(address)
        other.execute("CREATE TABLE theirs (id BIGINT)")
        other.close()
        with pytest.raises(ConfigError, match="another program"):
            connect(address)


def test_a_database_of_a_newer_version_is_refused(address: str) -> None:
    db = connect(address)
    db.transact(lambda: db.engine.set_version(9999))
    db.close()
    with pytest.raises(ConfigError, match="newer"):
        connect(address)


def _open(address: str) -> None:
    connect(address).close()


def test_processes_may_open_a_fresh_database_at_once(bare_address: str) -> None:
    with APART.Pool(4) as pool:
        pool.map(_open, [bare_address] * 8)
    db = connect(bare_address)
    assert shops.every(db) == []
    db.close()


@pytest.mark.parametrize(("dies", "kept"), [("before", 0), ("after", 1)])
def test_a_commit_is_all_or_nothing(address: str, dies: str, kept: int) -> None:
    mortal = connect(address, Mortal)
    assert isinstance(mortal, Mortal)
    mortal.dies = dies
    with pytest.raises(Killed):
        shops.put(mortal, "boots", "shopify", "boots.myshopify.com", NOON)
    mortal.close()
    db = connect(address)
    assert len(shops.every(db)) == kept
    db.close()


def test_a_write_that_met_another_begins_again(db: Database) -> None:
    """Both read the count before either writes: one must see the other's row."""
    both_read = threading.Barrier(2)
    seen: list[int] = []

    @atomic
    def count_then_add(db: Database, name: str) -> None:
        count = len(shops.every(db))
        if db.path.startswith(POSTGRES) and both_read.n_waiting < 2 and len(seen) < 2:
            seen.append(count)
            both_read.wait(timeout=30)
        shops.put(db, f"{name}-{count}", "sandbox", "x", NOON)

    names = ("left", "right")
    threads = [threading.Thread(target=count_then_add, args=(db, n)) for n in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    added = sorted(row.name[-1] for row in shops.every(db) if row.name != "boots")
    assert added == ["1", "2"]


def test_the_lock_is_held_once_and_given_back(db: Database) -> None:
    with dispatcher(db) as hold:
        assert hold is not None
        assert hold.still_ours()
        with dispatcher(db) as second:
            assert second is None
    with dispatcher(db) as again:
        assert again is not None
        assert not again.other_may_live


def test_a_database_in_memory_leaves_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    db = connect(":memory:")
    db.engine.remember(3)
    db.engine.remember(2)
    assert db.engine.remembered() == 3
    with dispatcher(db) as hold, dispatcher(db) as second:
        assert hold is not None
        assert second is None
    with dispatcher(db) as again:
        assert again is not None
    assert db.engine.place().startswith(":memory:")
    db.close()
    assert list(tmp_path.iterdir()) == []


def test_the_lock_file_is_never_inherited(tmp_path: Path) -> None:
    db = connect(str(tmp_path / "lock.sqlite"))
    with dispatcher(db):
        pid = os.getpid()
        mine = [
            int(link.name)
            for link in (holder.PROC / str(pid) / "fd").iterdir()
            if link.exists() and str(link.readlink()).endswith(".dispatch")
        ]
        assert mine
        assert not any(os.get_inheritable(number) for number in mine)
    db.close()


def test_a_lost_session_is_noticed_before_the_call(tmp_path: Path) -> None:
    with fresh("postgresql", tmp_path) as address:
        db = connect(address)
        with dispatcher(db) as hold:
            assert hold is not None
            db.query(
                "SELECT pg_terminate_backend(pid) FROM pg_locks"
                " WHERE locktype = 'advisory' AND pid <> pg_backend_pid()"
            )
            assert not hold.still_ours()
        with dispatcher(db) as taken_over:
            assert taken_over is not None
            assert taken_over.other_may_live  # it is this very process
        db.close()


def test_a_holder_is_dead_only_when_the_kernel_says_so() -> None:
    me = holder.me()
    *here, pid, started = me.split("|")
    other_machine = me.replace(here[0], "elsewhere", 1)
    assert not holder.is_surely_dead(me)
    assert not holder.is_surely_dead(other_machine)
    assert not holder.is_surely_dead("nonsense")
    assert holder.is_surely_dead("|".join((*here, pid, str(int(started) + 1))))
    assert holder.is_surely_dead("|".join((*here, "999999999", "1")))
