"""The installation: a TOML file and the environment, read once, frozen."""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from connector.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

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
class Console:
    """Who may open the console."""

    password: Secret = NO_SECRET


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
    """How often jobs run, in seconds; the audit at an hour of the day in UTC."""

    inbox_seconds: int = 2
    decide_seconds: int = 5
    sync_seconds: int = 300
    sync_overlap_seconds: int = 600
    sweep_seconds: int = 900
    reconcile_seconds: int = 60
    watch_seconds: int = 600
    quiet_seconds: int = 900
    audit_hour: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Privacy:
    """How many days personal data is kept once nothing is open; 0 is for ever."""

    keep_days: int = 730
    inbox_keep_days: int = 30
    export_keep_days: int = 30


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


TABLES: Mapping[str, type] = {
    "server": Server,
    "console": Console,
    "vault": Vault,
    "network": Network,
    "shopify": Shopify,
    "jobs": Jobs,
    "privacy": Privacy,
}
SHOP_TABLES: Mapping[str, type] = {
    "refunds": Refunds,
    "timeouts": Timeouts,
    "plugin": Plugin,
    "limits": Pacing,
}


def load(path: Path | None, environ: Mapping[str, str] | None = None) -> Config:
    """Read file and environment; raises ConfigError with every problem, one a line."""
    return parse(*_read(path), os.environ if environ is None else environ)


def _read(path: Path | None) -> tuple[str, Path]:
    if path is None:
        return "", Path()
    try:
        return path.read_text("utf-8"), path.parent
    except (OSError, UnicodeDecodeError) as error:
        msg = f"{path} cannot be read: {type(error).__name__}"
        raise ConfigError(msg) from None


def parse(text: str, base: Path, environ: Mapping[str, str]) -> Config:
    """Make a configuration of TOML text; raises ConfigError."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        msg = f"the configuration is not valid TOML: {error}"
        raise ConfigError(msg) from None
    reading = _Reading(base, environ)
    config = reading.config(data)
    if reading.problems:
        raise ConfigError("\n".join(reading.problems))
    return config


class _Reading:
    """One pass over the tables; problems are collected, never a secret among them."""

    def __init__(self, base: Path, environ: Mapping[str, str]) -> None:
        self.base = base
        self.environ = environ
        self.problems: list[str] = []

    def config(self, data: Mapping[str, Any]) -> Config:
        """Read the whole file."""
        self._known(data, ["database", *TABLES, "shops"], "")
        tables = {
            name: self.fill(kind, self._table(data, name), name, f"RETOUR_{name}")
            for name, kind in TABLES.items()
        }
        found = data.get("shops", [])
        if not isinstance(found, list) or not all(isinstance(x, dict) for x in found):
            self.problems.append("shops must be written as [[shops]]")
            found = []
        database = self._scalar(data, "database", "retour.sqlite", "", "RETOUR")
        shops = tuple(self.shop(one) for one in found)
        return Config(database=database, shops=shops, base=self.base, **tables)

    def shop(self, data: Mapping[str, Any]) -> ShopConfig:
        """Read one [[shops]]."""
        name = str(data.get("name", ""))
        where = f"shops.{name or '?'}"
        prefix = f"RETOUR_SHOPS_{name.replace('-', '_')}"
        tables = {
            key: self.fill(kind, self._table(data, key), f"{where}.{key}", prefix)
            for key, kind in SHOP_TABLES.items()
        }
        made: ShopConfig = self.fill(ShopConfig, data, where, prefix, tables)
        return made

    def fill(
        self,
        kind: type[Any],
        data: Mapping[str, Any],
        where: str,
        prefix: str,
        tables: Mapping[str, Any] | None = None,
    ) -> Any:  # noqa: ANN401 - a value of `kind`
        """Make a value of a dataclass from its table and the environment."""
        blank = kind()
        given: dict[str, Any] = dict(tables or {})
        names = [name for name in kind.__dataclass_fields__ if name not in given]
        secret = [n for n in names if isinstance(getattr(blank, n), Secret)]
        known = [*names, *given, *(f"{name}_file" for name in secret)]
        self._known(data, known, where)
        for name in names:
            default = getattr(blank, name)
            if name in secret:
                given[name] = self._secret(data, name, where, prefix)
            else:
                given[name] = self._scalar(data, name, default, where, prefix)
        return kind(**given)

    def _secret(
        self, data: Mapping[str, Any], name: str, where: str, prefix: str
    ) -> Secret:
        """Read a secret given as a value, as `…_file` or by the environment, once."""
        variable = f"{prefix}_{name}".upper()
        sources = {
            name: data.get(name),
            f"{name}_file": data.get(f"{name}_file"),
            variable: self.environ.get(variable),
            f"{variable}_FILE": self.environ.get(f"{variable}_FILE"),
        }
        given = {key: value for key, value in sources.items() if value is not None}
        if not given:
            return NO_SECRET
        if len(given) > 1:
            self._say(where, f"{name} is given {len(given)} times: {', '.join(given)}")
        key, value = next(iter(given.items()))
        if not isinstance(value, str):
            self._say(where, f"{key} must be text in quotes")
            return NO_SECRET
        if not key.lower().endswith("_file"):
            return Secret(value)
        try:
            return Secret((self.base / value).read_text("utf-8").strip())
        except (OSError, UnicodeDecodeError) as error:
            self._say(where, f"{key}: {value} cannot be read: {type(error).__name__}")
            return NO_SECRET

    def _scalar(
        self,
        data: Mapping[str, Any],
        name: str,
        default: Any,  # noqa: ANN401 - its type is what is asked of the value
        where: str,
        prefix: str,
    ) -> Any:  # noqa: ANN401 - of the default's type
        variable = f"{prefix}_{name}".upper()
        value = data.get(name, default)
        if variable in self.environ:
            value = _from_text(self.environ[variable], default)
        fitting = _fit(value, default)
        if fitting is None:
            wanted = "a list of texts" if default == () else _WORDS[type(default)]
            self._say(where, f"{name} must be {wanted}")
            return default
        return fitting

    def _table(self, data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
        found = data.get(name, {})
        if isinstance(found, dict):
            return found
        self.problems.append(f"{name} must be a table, written as [{name}]")
        return {}

    def _known(self, data: Mapping[str, Any], keys: list[str], where: str) -> None:
        for key in data:
            if key not in keys:
                near = difflib.get_close_matches(key, keys, n=1)
                hint = f"; did you mean {near[0]!r}?" if near else ""
                self._say(where, f"unknown key {key!r}{hint}")

    def _say(self, where: str, what: str) -> None:
        self.problems.append(f"[{where}] {what}" if where else what)


_WORDS = {
    str: "text in quotes",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    tuple: "a list of texts",
}


def _fit(value: Any, default: Any) -> Any:  # noqa: ANN401 - any TOML value
    """Return the value as the default's type, or None when it is of another."""
    if isinstance(default, tuple):
        is_list = isinstance(value, (list, tuple))
        fits = is_list and all(isinstance(x, str) for x in value)
        return tuple(value) if fits else None
    if isinstance(default, float) and not isinstance(value, bool):
        return float(value) if isinstance(value, (int, float)) else None
    return value if type(value) is type(default) else None


def _from_text(text: str, default: Any) -> Any:  # noqa: ANN401 - any TOML value
    """Read an environment variable as the default's type."""
    if isinstance(default, bool):
        return {"true": True, "1": True, "false": False, "0": False}.get(text.lower())
    if isinstance(default, tuple):
        return [part.strip() for part in text.split(",") if part.strip()]
    if isinstance(default, (int, float)):
        try:
            return type(default)(text)
        except ValueError:
            return text
    return text


def describe(config: Config) -> str:
    """Write what is in force as TOML, secrets masked."""
    database = re.sub(r"(?<=:)[^:@/]+(?=@)", MASK, config.database)
    lines = [f"database = {_toml(database)}"]
    for name in TABLES:
        lines += ["", f"[{name}]", *_pairs(getattr(config, name))]
    for shop in config.shops:
        lines += ["", "[[shops]]", *_pairs(shop)]
        for name in SHOP_TABLES:
            lines += ["", f"[shops.{name}]", *_pairs(getattr(shop, name))]
    return "\n".join(lines)


def _pairs(value: Any) -> list[str]:  # noqa: ANN401 - any of our dataclasses
    names = [n for n in value.__dataclass_fields__ if n not in SHOP_TABLES]
    return [f"{name} = {_toml(getattr(value, name))}" for name in names]


def _toml(value: object) -> str:
    if isinstance(value, Secret):
        return f'"{MASK}"' if value else '""'
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, tuple):
        return f"[{', '.join(_toml(one) for one in value)}]"
    text = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'
