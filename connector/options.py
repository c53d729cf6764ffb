"""What can be configured: one frozen class a table of the file, with its defaults."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

SHOP_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
PLATFORMS = ("shopify", "woocommerce")
MASK = "••••"
POSTGRES = ("postgresql://", "postgres://")


class Secret:
    """A text that never shows itself; `reveal` gives it to the one who needs it."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the secret itself."""
        return self._text

    def __repr__(self) -> str:
        return MASK

    __str__ = __repr__

    def __bool__(self) -> bool:
        return bool(self._text)


NO_SECRET = Secret("")


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """Where Retour listens, and the address by which the world reaches it."""

    host: str = "127.0.0.1"
    port: int = 8080
    public_url: str = "http://127.0.0.1:8080"
    secret_key: Secret = NO_SECRET
    max_body_bytes: int = 2_000_000
    trusted_proxies: int = 0
    attempts: str = "10 per 10 minutes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who signs in to the console by his own name and password.

    `levels` are those of the policies as which he may approve.
    """

    name: str = ""
    password: Secret = NO_SECRET
    levels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Console:
    """Who may open the console: whoever knows the password, and people by name."""

    password: Secret = NO_SECRET
    people: tuple[Person, ...] = ()

    def person(self, name: str) -> Person | None:
        """Find somebody by his name, however its letters are written."""
        asked = name.strip().casefold()
        return next((x for x in self.people if x.name.casefold() == asked), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Vault:
    """The keys that seal shops' credentials, newest first; else a file of them."""

    keys: Secret = NO_SECRET
    file: str = "retour.key"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shopify:
    """The Shopify app that several shops install; not needed for a single shop's own.

    `handle` is the app's name in Shopify's addresses; `subpath` that of its proxy.
    """

    client_id: str = ""
    client_secret: Secret = NO_SECRET
    client_secret_old: Secret = NO_SECRET
    scopes: tuple[str, ...] = (
        "read_orders",
        "write_orders",
        "read_returns",
        "write_returns",
        "read_products",
        "read_customers",
        "read_locations",
        "read_fulfillments",
    )
    name: str = "Retour"
    subpath: str = "returns"
    api_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """Which private networks (CIDR) shops may be in; whose certificates hold."""

    allow: tuple[str, ...] = ()
    ca_file: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Jobs:
    """How often jobs run, in seconds; the audit at an hour of the day in UTC.

    `unpaid_days`: after how many a person is asked about an unpaid exchange.
    """

    inbox_seconds: int = 2
    decide_seconds: int = 5
    sync_seconds: int = 300
    sync_overlap_seconds: int = 600
    sweep_seconds: int = 900
    reconcile_seconds: int = 60
    watch_seconds: int = 600
    quiet_seconds: int = 900
    unpaid_days: int = 14
    audit_hour: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Privacy:
    """How many days personal data is kept once nothing is open; 0 is for ever."""

    keep_days: int = 730
    inbox_keep_days: int = 30
    export_keep_days: int = 30
    photo_keep_days: int = 90
    statement_keep_days: int = 1095


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """How letters to customers leave: a mail server; "" sends none.

    `security` is starttls, tls (from the first byte) or none; `timeout` is seconds.
    """

    host: str = ""
    port: int = 587
    security: str = "starttls"
    user: str = ""
    password: Secret = NO_SECRET
    sender: str = ""
    timeout: float = 20.0
    ca_file: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refunds:
    """When and how much a shop pays; amounts are decimal text, "" is no limit."""

    every_seconds: int = 60
    cron: str = ""
    time_zone: str = "UTC"
    most_per_run: str = ""
    most_per_day: str = ""
    paused: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """Seconds: to connect, between two bytes, and for a whole call."""

    connect: float = 5.0
    read: float = 60.0
    total: float = 90.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Plugin:
    """What a WooCommerce return plugin shows that Retour does not know by itself."""

    requested: tuple[str, ...] = ()
    approved: tuple[str, ...] = ()
    declined: tuple[str, ...] = ()
    request_meta: tuple[str, ...] = ()
    order_actions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pacing:
    """How hard a shop may be asked; the breaker opens after so many failures."""

    most_at_once: int = 4
    backfill_share: float = 0.5
    breaker_failures: int = 5
    breaker_seconds: int = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopConfig:
    """One shop. `address` is x.myshopify.com, or the WooCommerce site's URL."""

    name: str = ""
    platform: str = ""
    address: str = ""
    policy: str = ""
    title: str = ""
    return_address: str = ""
    support_email: str = ""
    api_url: str = ""
    api_version: str = "2026-10"
    allow_http: bool = False
    ca_file: str = ""
    keys_in_query: bool = False
    installed: bool = False
    client_id: str = ""
    client_secret: Secret = NO_SECRET
    token: Secret = NO_SECRET
    consumer_key: Secret = NO_SECRET
    consumer_secret: Secret = NO_SECRET
    webhook_secret: Secret = NO_SECRET
    webhook_secret_old: Secret = NO_SECRET
    inbound_secret: Secret = NO_SECRET
    inbound_secret_old: Secret = NO_SECRET
    wps_secret_key: Secret = NO_SECRET
    resend_when_absent: tuple[str, ...] = ()
    staff_language: str = "en"  # of what is told on the shop's orders, or "off"
    refunds: Refunds = field(default_factory=Refunds)
    timeouts: Timeouts = field(default_factory=Timeouts)
    plugin: Plugin = field(default_factory=Plugin)
    limits: Pacing = field(default_factory=Pacing)


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """All of it; `base` is the folder that relative paths start from."""

    database: str = "retour.sqlite"
    server: Server = field(default_factory=Server)
    console: Console = field(default_factory=Console)
    vault: Vault = field(default_factory=Vault)
    network: Network = field(default_factory=Network)
    shopify: Shopify = field(default_factory=Shopify)
    jobs: Jobs = field(default_factory=Jobs)
    privacy: Privacy = field(default_factory=Privacy)
    mail: Mail = field(default_factory=Mail)
    shops: tuple[ShopConfig, ...] = ()
    base: Path = field(default_factory=Path)

    @property
    def store(self) -> str:
        """The address of the database: a path, or a `postgresql://` URL."""
        if self.database.startswith(POSTGRES):
            return self.database
        return str(self.path(self.database))

    def path(self, written: str) -> Path:
        """Resolve a path of the file."""
        return self.base / Path(written).expanduser()
