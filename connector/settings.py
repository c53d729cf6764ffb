"""One shop's configuration as a row holds it: settings here, secrets in the vault."""

from __future__ import annotations

from dataclasses import asdict, fields, replace
from typing import TYPE_CHECKING, Any

from connector.config import SHOP_TABLES, Secret, ShopConfig

if TYPE_CHECKING:
    from collections.abc import Mapping

BLANK = ShopConfig()
SECRETS = frozenset(
    one.name
    for one in fields(ShopConfig)
    if isinstance(getattr(BLANK, one.name), Secret)
)


def settings(shop: ShopConfig) -> dict[str, Any]:
    """Return all of a shop that is no secret and differs from the default."""
    found: dict[str, Any] = {}
    for one in fields(ShopConfig):
        value, usual = getattr(shop, one.name), getattr(BLANK, one.name)
        if one.name not in SECRETS and value != usual:
            found[one.name] = (
                asdict(value) if one.name in SHOP_TABLES else _plain(value)
            )
    return found


def secrets(shop: ShopConfig) -> dict[str, Secret]:
    """Return a shop's secrets by name, the ones that are given."""
    return {name: value for name in SECRETS if (value := getattr(shop, name))}


def shop_config(
    name: str,
    platform: str,
    address: str,
    kept: Mapping[str, Any],
    known: Mapping[str, Secret],
) -> ShopConfig:
    """Put a shop together again; a setting that this version does not know is left."""
    given = {key: kept[key] for key in kept if hasattr(BLANK, key)}
    for key, value in given.items():
        if key in SHOP_TABLES:
            usual = getattr(BLANK, key)
            wanted = {
                k: tuple(v) if isinstance(v, list) else v
                for k, v in dict(value).items()
                if hasattr(usual, k)
            }
            given[key] = replace(usual, **wanted)
        elif isinstance(getattr(BLANK, key), tuple):
            given[key] = tuple(value)
    opened = {key: known[key] for key in known if key in SECRETS}
    named = {"name": name, "platform": platform, "address": address}
    return ShopConfig(**(given | opened | named))


def _plain(value: Any) -> Any:  # noqa: ANN401 - any TOML value
    return list(value) if isinstance(value, tuple) else value
