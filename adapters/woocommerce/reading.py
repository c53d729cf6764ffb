"""Reading the texts of WooCommerce's JSON: amounts and moments, and what is odd."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from connector.errors import BadAmount
from connector.model import Oddity
from connector.money import Money

if TYPE_CHECKING:
    from collections.abc import Mapping


def meta(data: Mapping[str, Any], key: str) -> str:
    """Return a text of an object's meta, "" where it has none."""
    for one in data.get("meta_data") or ():
        if isinstance(one, dict) and one.get("key") == key:
            return str(one.get("value") or "")
    return ""


@dataclass(slots=True)
class Reading:
    """One pass over an order; what no table knows is kept in `oddities`."""

    currency: str
    oddities: list[Oddity] = field(default_factory=list)

    def odd(self, path: str, raw: object) -> None:
        """Keep what no table knows, its first 200 characters."""
        self.oddities.append(Oddity(path=path, raw=str(raw)[:200]))

    def money(self, value: object, path: str) -> Money:
        """Read a decimal string; "" and "-" are really sent, and kept as odd."""
        try:
            money, exact = Money.read(str(value), self.currency)
        except BadAmount:
            self.odd(path, value)
            return Money.zero(self.currency)
        if not exact:
            self.odd(path, value)
        return money

    def moment(self, value: object, path: str) -> datetime | None:
        """Read a `…_gmt` date, which is UTC and says no offset."""
        if not value:
            return None
        try:
            read = datetime.fromisoformat(str(value))
        except ValueError:
            self.odd(path, value)
            return None
        return read if read.tzinfo else read.replace(tzinfo=UTC)
