"""The demo's world made once a run; every story begins with a copy of it.

Both shops, and Retour beside them with its webhooks, are built over HTTP as the demo
builds them, once for each kind of database. A copy has a database, shops, a clock and
an office of its own, exactly as they then stood; the three doors stay where they are,
for the webhooks' addresses and the settings name them.
"""

from __future__ import annotations

import io
import pickle
import random
import shutil
import threading
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from adapters.shopify.standin import serve as serve_shopify
from adapters.shopify.standin.cost import MAXIMUM, Bucket
from adapters.woocommerce.standin import serve as serve_woo
from connector.demo import World, world
from connector.store import Database, connect, installation
from connector.wiring import open_office
from jobs.schedule import watch_hooks
from tests import stores

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from werkzeug.serving import BaseWSGIServer

    from adapters.shopify.standin import Shop as ShopifyStandin
    from adapters.woocommerce.standin import Shop as WooStandin
    from connector.wiring import Office

SEED = 1
KEY = "retour.key"  # sealed the secrets that are in the database
LOCKS = {
    type(threading.RLock()): lambda _: (threading.RLock, ()),
    type(threading.Lock()): lambda _: (threading.Lock, ()),
    threading.Event: lambda _: (threading.Event, ()),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A world as it stands before any story: `source` is its database."""

    source: str
    shops: bytes
    now: datetime
    folder: Path


class Street:
    """The doors of both shops and of Retour, open for the whole run."""

    def __init__(self, stack: ExitStack, folder: Path) -> None:
        clock = world.Clock()
        tee, boots = world.shops(clock, SEED)
        stack.enter_context(serve_shopify(tee))
        stack.enter_context(serve_woo(boots))
        self.doors = {"tee": tee.door, "boots": boots.door}
        self.retour: BaseWSGIServer = stack.enter_context(world.listening())
        self._folder = folder
        self._empty = self._keep(tee, boots)

    @contextmanager
    def story(
        self, folder: Path, store: str, kind: Callable[[str], Database] = Database
    ) -> Iterator[World]:
        """Yield a copy of the prepared world; `kind` is the database's class."""
        begun = self.sqlite if store == "sqlite" else self.postgresql
        shutil.copyfile(begun.folder / KEY, folder / KEY)
        with stores.copied(store, folder, begun.source) as address:
            self._move_in(address, begun.now)
            with self._open(begun.shops, begun.now, folder, address, kind) as made:
                yield made

    @cached_property
    def sqlite(self) -> Begun:
        """The world on SQLite."""
        return self._begin("sqlite")

    @cached_property
    def postgresql(self) -> Begun:
        """The world on PostgreSQL."""
        return self._begin("postgresql")

    def _begin(self, kind: str) -> Begun:
        folder = self._folder / kind
        folder.mkdir()
        source = address = str(folder / "begun.sqlite")
        if kind == "postgresql":
            source, address = "begun", stores.created("begun")
        now = world.START
        with self._open(self._empty, now, folder, address, Database) as made:
            for shop in (world.TEE, world.BOOTS):
                watch_hooks(made.office.work, shop)
            kept, now = self._keep(made.tee, made.boots), made.clock()
        return Begun(source=source, shops=kept, now=now, folder=folder)

    @contextmanager
    def _open(
        self,
        kept: bytes,
        now: datetime,
        folder: Path,
        address: str,
        kind: Callable[[str], Database],
    ) -> Iterator[World]:
        clock = world.Clock(now)
        tee, boots = self._revive(kept, clock)
        asked = world.configured(folder, self.retour.server_port, address, tee, boots)
        office = open_office(asked, clock, clock.sleep, kind)
        self.retour.app = office.app
        try:
            yield World(
                clock=clock,
                rng=random.Random(SEED),
                tee=tee,
                boots=boots,
                office=office,
                url=self.url,
            )
        finally:
            self._end(tee, boots, office)

    def _end(self, tee: ShopifyStandin, boots: WooStandin, office: Office) -> None:
        """Let nothing of this story reach the next one."""
        office.db.close()
        for shop in (tee, boots):
            shop.switches.clear()
            shop.door.hang_up()

    @property
    def url(self) -> str:
        """Where Retour answers."""
        return f"http://127.0.0.1:{self.retour.server_port}"

    def _move_in(self, address: str, now: datetime) -> None:
        """Say that the copy is at home, or its refunds would be paused as a copy's."""
        db = connect(address)
        installation.move_in(db, f"{db.engine.place()} {self.url}", now)
        installation.remember(db)
        db.close()

    def _keep(self, tee: ShopifyStandin, boots: WooStandin) -> bytes:
        names = {id(tee.clock): "clock"}
        names |= {id(door): name for name, door in self.doors.items()}
        file = io.BytesIO()
        keeper = _Keeper(file)
        keeper.names = names
        keeper.dump((tee, boots))
        return file.getvalue()

    def _revive(
        self, kept: bytes, clock: world.Clock
    ) -> tuple[ShopifyStandin, WooStandin]:
        reviver = _Reviver(io.BytesIO(kept))
        reviver.things = {"clock": clock, **self.doors}
        tee, boots = reviver.load()
        tee.door.shop, boots.door.shop = tee, boots
        tee.door.bucket = Bucket(MAXIMUM, clock())
        return tee, boots


class _Keeper(pickle.Pickler):
    """Writes the shops down, but neither doors, clock nor locks."""

    names: dict[int, str]
    dispatch_table = LOCKS

    def persistent_id(self, thing: object) -> str | None:
        return self.names.get(id(thing))


class _Reviver(pickle.Unpickler):
    """Reads them again, at the doors and the clock of now."""

    things: dict[str, Any]

    def persistent_load(self, name: str) -> Any:
        return self.things[name]
