"""Build everything from the configuration; the only reader of the clock."""

from __future__ import annotations

import socket
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import uuid_utils.compat as uuids
from flask import Flask

from adapters.shopify.auth import ClientCredentials, Token
from adapters.shopify.shop import ShopifyShop
from adapters.wire import Timeouts
from adapters.woocommerce.shop import WooCommerceShop
from connector import inbound, policy
from connector.config import Config
from connector.errors import ConfigError
from connector.findings import findings
from connector.money import Money
from connector.steps import place
from connector.steps.receive import accept
from connector.steps.refund import Limits
from connector.store import Database, connect, shops
from connector.web import Face, Storefront, create
from jobs.schedule import Payday, Timing, Work
from webhooks import Door, Doors, blueprint

if TYPE_CHECKING:
    from collections.abc import Callable

    from connector.config import Secret, ShopConfig
    from connector.platform import Shop


def clock() -> datetime:
    """Return now, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """A whole installation, built and open."""

    config: Config
    db: Database
    work: Work
    doors: Doors
    app: Flask


def refuse_errors(config: Config) -> None:
    """Raise ConfigError with every finding that forbids a start."""
    errors = [one for one in findings(config) if one.is_error]
    if errors:
        lines = (f"{x.code} [{x.where}] {x.what}\n      {x.cure}" for x in errors)
        raise ConfigError("\n".join(lines))


def open_office(
    config: Config,
    now: Callable[[], datetime] = clock,
    sleep: Callable[[float], None] = time.sleep,
    kind: Callable[[str], Database] = Database,
) -> Office:
    """Open the database, put the shops there, and build what works on them.

    `kind` is the database's class: tests give one that dies at its commits.
    """
    refuse_errors(config)
    db = connect(config.store, kind)
    for shop in config.shops:
        _put(db, config, shop, now())
    place.check(db, config.server.public_url, now())
    work = _work(db, config, now, sleep)
    doors = _doors(db, config, now)
    face = Face(
        db=db,
        shops=work.shops,
        storefronts={shop.name: _storefront(shop) for shop in config.shops},
        clock=now,
        secret_key=config.server.secret_key.reveal(),
        password=config.console.password.reveal(),
        is_https=config.server.public_url.startswith("https:"),
        attempts=config.server.attempts,
    )
    app = create(face, [blueprint(doors)])
    return Office(config=config, db=db, work=work, doors=doors, app=app)


def _put(db: Database, config: Config, shop: ShopConfig, now: datetime) -> None:
    """Make the shop a row, with the policy version that its file now holds."""
    text = config.path(shop.policy).read_text("utf-8")
    shops.put(db, shop.name, shop.platform, shop.address, now)
    shops.bind_policy(db, shop.name, policy.digest(text), text, now)
    if shop.refunds.paused:
        shops.pause(db, shop.name, is_paused=True)


def _work(
    db: Database,
    config: Config,
    now: Callable[[], datetime],
    sleep: Callable[[float], None],
) -> Work:
    jobs = config.jobs
    return Work(
        db=db,
        shops={shop.name: adapter(shop, now, sleep) for shop in config.shops},
        clock=now,
        token=f"{socket.gethostname()}-{uuids.uuid7()}",
        timing=Timing(
            inbox=jobs.inbox_seconds,
            sync=jobs.sync_seconds,
            sweep=jobs.sweep_seconds,
            decide=jobs.decide_seconds,
            mirror=jobs.decide_seconds,
            reconcile=jobs.reconcile_seconds,
            audit_hour=jobs.audit_hour,
        ),
        paydays={shop.name: _payday(config, shop) for shop in config.shops},
        overlap=timedelta(seconds=jobs.sync_overlap_seconds),
        quiet=timedelta(seconds=jobs.quiet_seconds),
    )


def adapter(
    shop: ShopConfig,
    now: Callable[[], datetime],
    sleep: Callable[[float], None] = time.sleep,
) -> Shop:
    """Return the adapter of one configured shop."""
    given = shop.timeouts
    timeouts = Timeouts(connect=given.connect, read=given.read, total=given.total)
    if shop.platform == "shopify":
        url = shop.api_url or f"https://{shop.address}"
        credentials = (
            Token(shop.token.reveal())
            if shop.token
            else ClientCredentials(
                url, shop.client_id, shop.client_secret.reveal(), now, timeouts
            )
        )
        return ShopifyShop(
            name=shop.name,
            domain=shop.address,
            credentials=credentials,
            clock=now,
            timeouts=timeouts,
            api_url=url,
            api_version=shop.api_version,
            sleep=sleep,
        )
    return WooCommerceShop(
        name=shop.name,
        url=shop.api_url or shop.address,
        key=shop.consumer_key.reveal(),
        secret=shop.consumer_secret.reveal(),
        clock=now,
        timeouts=timeouts,
        resend_when_absent=frozenset(shop.resend_when_absent),
        allow_http=shop.allow_http,
    )


def _payday(config: Config, shop: ShopConfig) -> Payday:
    rules = policy.load(config.path(shop.policy).read_text("utf-8"), shop.policy)

    def limit(text: str) -> int | None:
        return Money.parse(text, rules.currency).minor if text else None

    refunds = shop.refunds
    limits = Limits(
        per_run_minor=limit(refunds.most_per_run),
        per_day_minor=limit(refunds.most_per_day),
    )
    return Payday(
        every=refunds.every_seconds,
        cron=refunds.cron,
        time_zone=refunds.time_zone,
        limits=limits,
    )


def _doors(db: Database, config: Config, now: Callable[[], datetime]) -> Doors:
    known: list[Door] = []
    for shop in config.shops:
        secrets = _given(shop.webhook_secret, shop.webhook_secret_old)
        if shop.platform == "shopify" and not secrets:
            secrets = _given(shop.client_secret)
        domain = shop.address.lower() if shop.platform == "shopify" else ""
        door = Door(
            shop=shop.name, platform=shop.platform, domain=domain, secrets=secrets
        )
        known.append(door)
        asked = _given(shop.inbound_secret, shop.inbound_secret_old)
        if asked:
            known.append(Door(shop=shop.name, platform=inbound.SOURCE, secrets=asked))
    return Doors(
        accept=partial(accept, db),
        doors=known,
        clock=now,
        max_bytes=config.server.max_body_bytes,
    )


def _given(*secrets: Secret) -> tuple[bytes, ...]:
    return tuple(one.reveal().encode() for one in secrets if one)


def _storefront(shop: ShopConfig) -> Storefront:
    title = shop.title or urlsplit(shop.address).hostname or shop.address or shop.name
    return Storefront(
        title=title,
        return_address=shop.return_address,
        support_email=shop.support_email,
    )
