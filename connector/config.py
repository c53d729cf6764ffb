"""The installation: a TOML file and the environment, read once, frozen."""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from connector.errors import ConfigError
from connector.options import (
    MASK,
    NO_SECRET,
    PLATFORMS,
    POSTGRES,
    SHOP_NAME,
    Config,
    Console,
    Jobs,
    Mail,
    Network,
    Pacing,
    Person,
    Plugin,
    Privacy,
    Refunds,
    Secret,
    Server,
    ShopConfig,
    Shopify,
    Timeouts,
    Vault,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = [
    "MASK",
    "NO_SECRET",
    "PLATFORMS",
    "POSTGRES",
    "SHOP_NAME",
    "SHOP_TABLES",
    "TABLES",
    "Config",
    "Console",
    "Jobs",
    "Mail",
    "Network",
    "Pacing",
    "Person",
    "Plugin",
    "Privacy",
    "Refunds",
    "Secret",
    "Server",
    "ShopConfig",
    "Shopify",
    "Timeouts",
    "Vault",
    "describe",
    "load",
    "parse",
]

TABLES: Mapping[str, type] = {
    "server": Server,
    "console": Console,
    "vault": Vault,
    "network": Network,
    "shopify": Shopify,
    "jobs": Jobs,
    "privacy": Privacy,
    "mail": Mail,
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
        people = self.people(self._list(self._table(data, "console"), "people"))
        inner: Mapping[str, Mapping[str, Any]] = {"console": {"people": people}}
        tables = {
            name: self.fill(
                kind, self._table(data, name), name, f"RETOUR_{name}", inner.get(name)
            )
            for name, kind in TABLES.items()
        }
        self._own_passwords(tables["console"])
        database = self._scalar(data, "database", "retour.sqlite", "", "RETOUR")
        shops = tuple(self.shop(one) for one in self._list(data, "shops"))
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

    def people(self, found: Sequence[Mapping[str, Any]]) -> tuple[Person, ...]:
        """Read every [[console.people]]: each has a name that no other has."""
        people: dict[str, Person] = {}
        for data in found:
            name = str(data.get("name", ""))
            where = f"console.people.{name or '?'}"
            prefix = f"RETOUR_CONSOLE_PEOPLE_{re.sub(r'[^A-Za-z0-9]', '_', name)}"
            person: Person = self.fill(Person, data, where, prefix)
            if not name.strip() or name != " ".join(name.split()):
                self._say(where, "name must be there, as one writes it")
            if name.casefold() in people:
                self._say(where, "two people have this name; nobody could tell them")
            if not all(one.strip() for one in person.levels):
                self._say(where, "levels are names, as a policy writes them")
            people[name.casefold()] = person
        return tuple(people.values())

    def _own_passwords(self, console: Console) -> None:
        """See that a password tells who somebody is."""
        known = {console.password.reveal(): "the console's own"}
        for person in console.people:
            where, given = f"console.people.{person.name or '?'}", person.password
            if not given:
                self._say(where, "password is missing: each signs in with his own")
            elif given.reveal() in known:
                other = known[given.reveal()]
                self._say(where, f"password is also {other}: it would prove nobody")
            known.setdefault(given.reveal(), f"that of {person.name}")

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

    def _list(self, data: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
        """Return the tables of a list of them; what is something else is said."""
        found = data.get(name, [])
        if isinstance(found, list) and all(isinstance(x, dict) for x in found):
            return found
        written = name if name == "shops" else f"console.{name}"
        self.problems.append(f"{written} must be written as [[{written}]]")
        return []

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
    for person in config.console.people:
        lines += ["", "[[console.people]]", *_pairs(person)]
    for shop in config.shops:
        lines += ["", "[[shops]]", *_pairs(shop)]
        for name in SHOP_TABLES:
            lines += ["", f"[shops.{name}]", *_pairs(getattr(shop, name))]
    return "\n".join(lines)


def _pairs(value: Any) -> list[str]:  # noqa: ANN401 - any of our dataclasses
    nested = (*SHOP_TABLES, "people")  # tables of their own
    names = [n for n in value.__dataclass_fields__ if n not in nested]
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
