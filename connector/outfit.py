"""What is built from one shop's settings: its adapter, its doors, its payday."""

from __future__ import annotations

import time
from dataclasses import asdict
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from adapters.guard import Transport
from adapters.messages.smtp import Smtp
from adapters.shopify.auth import ClientCredentials, Installed, Token
from adapters.shopify.oauth import App
from adapters.shopify.shop import ShopifyShop
from adapters.wire import Timeouts
from adapters.woocommerce.plugins import Meanings
from adapters.woocommerce.shop import WooCommerceShop
from connector import inbound, policy
from connector.config import NO_SECRET, Mail, Secret, ShopConfig
from connector.errors import ConfigError
from connector.money import Money
from connector.steps.refund import Limits
from connector.store import shops
from connector.web import Storefront
from jobs.schedule import Payday
from webhooks import Door

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from adapters.pacing import Pacing
    from adapters.shopify.calls import Credentials
    from connector.platform import Shop, TokenStore
    from connector.store import Database

NO_APP = App(client_id="", secret=NO_SECRET, old_secret=NO_SECRET)


def adapter(
    shop: ShopConfig,
    now: Callable[[], datetime],
    sleep: Callable[[float], None] = time.sleep,
    *,
    allow: Sequence[str] = (),
    ca_file: str = "",
    tokens: TokenStore | None = None,
    app: App = NO_APP,
    pacing: Pacing | None = None,
) -> Shop:
    """Return the adapter of one shop; raises Rejected for an unusable address."""
    given = shop.timeouts
    timeouts = Timeouts(connect=given.connect, read=given.read, total=given.total)
    transport = Transport(tuple(allow), shop.ca_file or ca_file)
    if shop.platform == "shopify":
        url = shop.api_url or f"https://{shop.address}"
        if shop.installed and tokens and not (shop.client_id or shop.token):
            url = shop.api_url or app.api_url or url
        return ShopifyShop(
            name=shop.name,
            domain=shop.address,
            credentials=_sign_in(shop, url, now, timeouts, transport, tokens, app),
            clock=now,
            timeouts=timeouts,
            api_url=url,
            api_version=shop.api_version,
            sleep=sleep,
            transport=transport,
            can_prove=bool(shop.webhook_secret or shop.client_secret or shop.installed),
            pacing=pacing,
        )
    if shop.platform != "woocommerce":
        msg = "no adapter knows this platform"
        raise ConfigError(msg, shop=shop.name)
    return WooCommerceShop(
        name=shop.name,
        url=shop.api_url or shop.address,
        key=shop.consumer_key.reveal(),
        secret=shop.consumer_secret.reveal(),
        clock=now,
        timeouts=timeouts,
        resend_when_absent=frozenset(shop.resend_when_absent),
        allow_http=shop.allow_http,
        keys_in_query=shop.keys_in_query,
        transport=transport,
        public_url=shop.address,
        meanings=Meanings(**asdict(shop.plugin)),
        plugin_secrets={"wps": shop.wps_secret_key.reveal()},
        pacing=pacing,
    )


def _sign_in(
    shop: ShopConfig,
    url: str,
    now: Callable[[], datetime],
    timeouts: Timeouts,
    transport: Transport,
    tokens: TokenStore | None,
    app: App,
) -> Credentials:
    """Choose among a permanent token, the app of [shopify], and an app of one's own."""
    if shop.token:
        return Token(shop.token.reveal())
    if shop.installed and tokens and not shop.client_id:
        return Installed(url, app, now, tokens, timeouts, transport)
    secret = shop.client_secret.reveal()
    return ClientCredentials(
        url, shop.client_id, secret, now, timeouts, transport, tokens
    )


def payday(db: Database, shop: ShopConfig) -> Payday:
    """Return when, and how much at most, a shop pays."""
    refunds, name = shop.refunds, shop.name
    digest = shops.get(db, name).policy_hash
    currency = policy.stored(shops.policy_text(db, digest)).currency if digest else ""

    def limit(text: str) -> int | None:
        return Money.parse(text, currency).minor if text and currency else None

    return Payday(
        every=refunds.every_seconds,
        cron=refunds.cron,
        time_zone=refunds.time_zone,
        limits=Limits(
            per_run_minor=limit(refunds.most_per_run),
            per_day_minor=limit(refunds.most_per_day),
        ),
    )


def doors(shop: ShopConfig, app: App) -> Iterator[Door]:
    """Return the doors that a shop may knock at, and what proves it there."""
    newest = shop.webhook_secret
    if shop.platform == "shopify" and not newest:
        newest = shop.client_secret
    secrets = _given(newest, shop.webhook_secret_old)
    if shop.installed:
        secrets += _given(app.secret, app.old_secret)
    domain = shop.address.lower() if shop.platform == "shopify" else ""
    yield Door(shop=shop.name, platform=shop.platform, domain=domain, secrets=secrets)
    asked = _given(shop.inbound_secret, shop.inbound_secret_old)
    if asked:
        yield Door(shop=shop.name, platform=inbound.SOURCE, secrets=asked)


def _given(*secrets: Secret) -> tuple[bytes, ...]:
    return tuple(one.reveal().encode() for one in secrets if one)


def storefront(shop: ShopConfig) -> Storefront:
    """Return how a shop shows itself to its customers."""
    title = shop.title or urlsplit(shop.address).hostname or shop.address or shop.name
    return Storefront(
        title=title,
        return_address=shop.return_address,
        support_email=shop.support_email,
        time_zone=shop.refunds.time_zone,
    )


def messenger(mail: Mail, now: Callable[[], datetime], ca_file: str) -> Smtp | None:
    """Return what carries letters; None where no mail server is named."""
    if not mail.host:
        return None
    return Smtp(
        host=mail.host,
        port=mail.port,
        security=mail.security,
        user=mail.user,
        password=mail.password,
        sender=mail.sender,
        timeout=mail.timeout,
        clock=now,
        ca_file=ca_file,
    )
