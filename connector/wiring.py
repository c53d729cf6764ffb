"""Build everything from the configuration; the only reader of the clock."""

from __future__ import annotations

import socket
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

import uuid_utils.compat as uuids
from flask import Flask

from adapters.shopify.oauth import App
from connector import in_force, vault
from connector.admission import Admission
from connector.branches import Branches
from connector.config import Config
from connector.errors import BadRequest, ConfigError
from connector.findings import REFUSED_POLICY, findings
from connector.outfit import messenger
from connector.registrar import Registrar
from connector.settings import SECRETS, settings
from connector.steps import place, purge
from connector.steps.receive import accept, became
from connector.store import Database, connect, credentials, shops
from connector.vault import Vault
from connector.web import Face, create
from jobs.schedule import Timing, Work
from webhooks import Doors, blueprint

if TYPE_CHECKING:
    from collections.abc import Callable

    from connector.config import ShopConfig


def clock() -> datetime:
    """Return now, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """A whole installation, built and open."""

    config: Config
    db: Database
    vault: Vault
    branches: Branches
    registrar: Registrar
    work: Work
    doors: Doors
    app: Flask


def refuse_errors(config: Config) -> None:
    """Raise ConfigError with every finding that forbids a start.

    A refused policy file does so only where no version was accepted before.
    """
    errors = [x for x in findings(config) if x.is_error and x.code != REFUSED_POLICY]
    if errors:
        lines = (f"{x.code} [{x.where}] {x.what}\n      {x.cure}" for x in errors)
        raise ConfigError("\n".join(lines))


def open_branches(
    config: Config,
    now: Callable[[], datetime] = clock,
    sleep: Callable[[float], None] = time.sleep,
    kind: Callable[[str], Database] = Database,
) -> Branches:
    """Open the database and put the configured shops there; commands need no more."""
    refuse_errors(config)
    box = vault.load(config)
    db = connect(config.store, kind)
    try:
        _settle_in(db, box, config, now())
    except Exception:
        db.close()
        raise
    return Branches(
        db,
        box,
        now,
        sleep,
        public_url=config.server.public_url,
        allow=config.network.allow,
        ca_file=_file(config, config.network.ca_file),
        app=App(
            client_id=config.shopify.client_id,
            secret=config.shopify.client_secret,
            old_secret=config.shopify.client_secret_old,
            scopes=config.shopify.scopes,
            api_url=config.shopify.api_url,
        ),
    )


def _settle_in(db: Database, box: Vault, config: Config, now: datetime) -> None:
    chosen = {shop.name: in_force.choose(db, config, shop) for shop in config.shops}
    for shop in config.shops:
        _put(db, box, config, shop, now)
        in_force.put(db, shop.name, chosen[shop.name], now)
    _part(db, config, now)
    place.check(db, config.server.public_url, now)


def open_office(
    config: Config,
    now: Callable[[], datetime] = clock,
    sleep: Callable[[float], None] = time.sleep,
    kind: Callable[[str], Database] = Database,
) -> Office:
    """Open the database, put the shops there, and build what works on them.

    `kind` is the database's class: tests give one that dies at its commits.
    """
    branches = open_branches(config, now, sleep, kind)
    db = branches.db
    work = _work(branches, config)
    doors = Doors(
        accept=partial(accept, db),
        became=partial(became, db),
        doors=branches.doors,
        clock=now,
        max_bytes=config.server.max_body_bytes,
    )
    registrar = Registrar(branches, config)
    face = Face(
        db=db,
        shops=branches.shops,
        storefronts=branches.storefronts,
        clock=now,
        secret_key=config.server.secret_key.reveal(),
        password=config.console.password.reveal(),
        people=config.console.people,
        is_https=config.server.public_url.startswith("https:"),
        attempts=config.server.attempts,
        registrar=registrar,
        admission=Admission(branches, registrar, config),
    )
    return Office(
        config=config,
        db=db,
        vault=branches.vault,
        branches=branches,
        registrar=registrar,
        work=work,
        doors=doors,
        app=create(face, [blueprint(doors)]),
    )


def _put(
    db: Database, box: Vault, config: Config, shop: ShopConfig, now: datetime
) -> None:
    """Make the shop a row.

    A secret that the file no longer gives is forgotten; those that Retour made or
    was granted have other names, or no value in any file, and stay.
    """
    try:
        shops.refuse_second(db, shop.name, shop.platform, shop.address)
    except BadRequest as known:
        msg = f"shops.{shop.name}.address: {known}"
        raise ConfigError(msg) from known
    kept = settings(replace(shop, ca_file=_file(config, shop.ca_file)))
    shops.put(db, shop.name, shop.platform, shop.address, now, settings=kept)
    given = {name: getattr(shop, name) for name in SECRETS}
    made = {name for name in given if not given[name] and name in KEPT}
    if shop.client_id and shop.client_secret:
        made.discard("token")  # the file signs in otherwise now; a stale one must not
    credentials.put(
        db, box, shop.name, {n: s for n, s in given.items() if n not in made}, now
    )
    if shop.refunds.paused:
        shops.pause(db, shop.name, is_paused=True)


def _file(config: Config, written: str) -> str:
    return str(config.path(written)) if written else ""


def _part(db: Database, config: Config, now: datetime) -> None:
    """Stop working for shops that the file named once, and names no more."""
    named = {shop.name for shop in config.shops}
    for row in shops.every(db):
        if row.origin == "file" and row.name not in named:
            shops.remove(db, row.name, now)


# Secrets that Retour itself makes, or a shop grants, where the file gives none.
KEPT = frozenset(
    {"webhook_secret", "webhook_secret_old", "token", "consumer_key", "consumer_secret"}
)


def _days(number: int) -> timedelta | None:
    """Return a time to keep things for; None keeps them for ever."""
    return timedelta(days=number) if number > 0 else None


def _work(branches: Branches, config: Config) -> Work:
    jobs = config.jobs
    return Work(
        db=branches.db,
        shops=branches.shops,
        clock=branches.now,
        token=f"{socket.gethostname()}-{uuids.uuid7()}",
        timing=Timing(
            inbox=jobs.inbox_seconds,
            sync=jobs.sync_seconds,
            sweep=jobs.sweep_seconds,
            decide=jobs.decide_seconds,
            mirror=jobs.decide_seconds,
            reconcile=jobs.reconcile_seconds,
            watch=jobs.watch_seconds,
            audit_hour=jobs.audit_hour,
        ),
        paydays=branches.paydays,
        terms=purge.Terms(
            deliveries=_days(config.privacy.inbox_keep_days),
            people=_days(config.privacy.keep_days),
            exports=_days(config.privacy.export_keep_days),
            photos=_days(config.privacy.photo_keep_days),
            statements=_days(config.privacy.statement_keep_days),
        ),
        staff=branches.staff,
        sellers=branches.sellers,
        messenger=messenger(
            config.mail, branches.now, _file(config, config.mail.ca_file)
        ),
        wish=branches.wish,
        drop_old_secret=branches.drop_old_secret,
        overlap=timedelta(seconds=jobs.sync_overlap_seconds),
        quiet=timedelta(seconds=jobs.quiet_seconds),
        patience=timedelta(days=jobs.unpaid_days),
    )
