"""What the pages need of the installation, and how they write money and dates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Protocol

from babel.numbers import format_currency
from flask import current_app
from flask_babel import format_datetime, get_locale, gettext

from connector.errors import BadRequest
from connector.money import exponent
from connector.platform import Check, Shop
from connector.store import Database

if TYPE_CHECKING:
    from connector.config import Secret, ShopConfig
    from connector.money import Money

MOST_DIGITS = 6
Tries = Callable[[Callable[..., Any]], Callable[..., Any]]  # limits a view
LANGUAGES = ("en", "fr", "de", "es")


@dataclass(frozen=True, slots=True, kw_only=True)
class Storefront:
    """How a shop shows itself to its customers."""

    title: str
    return_address: str = ""
    support_email: str = ""


class Registrar(Protocol):
    """What the pages may do with the connected shops (`connector.registrar`)."""

    def add(self, shop: ShopConfig, actor: str) -> list[Check]:
        """Check a shop and connect it unless a step fails; raises BadRequest."""
        ...

    def check(self, name: str) -> list[Check]:
        """Examine a connected shop; raises NotFound."""
        ...

    def rotate(self, name: str, given: Mapping[str, Secret], actor: str) -> list[Check]:
        """Try new keys and use them when they work."""
        ...

    def remove(self, name: str, actor: str) -> list[Check]:
        """Disconnect a shop; raises BadRequest while a refund is under way."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    """A browser about to be sent to a shop; `to` is empty where a step failed."""

    name: str
    address: str
    steps: list[Check]
    state: str = ""
    to: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """What became of it: connected, waiting, failed, over, or unknown."""

    became: str
    name: str = ""
    address: str = ""
    steps: list[Check] = field(default_factory=list)


class Installs(Protocol):
    """How a shop hands its keys over (`connector.installs`)."""

    def begin(self, url: str, name: str, flags: Mapping[str, bool]) -> Departure:
        """Look at a shop and say where to send the browser; raises BadRequest."""
        ...

    def receive(self, state: str, body: bytes) -> str:
        """Take what a shop posted; "" when its keys are kept, else why not."""
        ...

    def arrive(self, state: str) -> Arrival:
        """Say what became of an errand."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """The installation as the pages see it; `password` opens the console."""

    db: Database
    shops: Mapping[str, Shop]
    storefronts: Mapping[str, Storefront]
    clock: Callable[[], datetime]
    secret_key: str
    password: str = ""
    is_https: bool = True
    attempts: str = "10 per 10 minutes"  # at a password, or at finding an order
    registrar: Registrar
    woocommerce: Installs | None = None
    installs: Mapping[str, str] = field(default_factory=dict)  # platform -> path


def face() -> Face:
    """Return the installation of the request that is being answered."""
    found = current_app.extensions["retour"]
    if not isinstance(found, Face):
        msg = "the app was not made by connector.web.create"
        raise TypeError(msg)
    return found


def whole(text: str) -> int:
    """Read a quantity from a form, nothing being 0; raises BadRequest."""
    digits = text.strip() or "0"
    if not (digits.isascii() and digits.isdigit()) or len(digits) > MOST_DIGITS:
        raise BadRequest(gettext("A quantity must be a whole number."))
    return int(digits)


def money(amount: Money) -> str:
    """Write an amount as the reader's locale does."""
    value = Decimal(amount.minor).scaleb(-exponent(amount.currency))
    return str(format_currency(value, amount.currency, locale=get_locale()))


def when(moment: datetime | None) -> str:
    """Write a moment as the reader's locale does, in UTC."""
    return str(format_datetime(moment, "medium", rebase=False)) if moment else ""
