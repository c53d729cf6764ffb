"""What the pages need of the installation, and how they write money and dates."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

from babel.numbers import format_currency, format_percent
from flask import current_app, request
from flask_babel import format_date, format_datetime, get_locale, gettext

from connector.errors import BadRequest
from connector.money import exponent
from connector.options import Person
from connector.platform import Shop
from connector.store import Database
from connector.withdrawal import Seller

if TYPE_CHECKING:
    from connector.config import Secret, ShopConfig
    from connector.money import Money
    from connector.platform import Check

MOST_DIGITS = 6
Tries = Callable[[Callable[..., Any]], Callable[..., Any]]  # limits a view
LANGUAGES = ("en", "fr", "de", "es")


@dataclass(frozen=True, slots=True, kw_only=True)
class Storefront:
    """How a shop shows itself to its customers."""

    title: str
    return_address: str = ""
    support_email: str = ""
    time_zone: str = "UTC"

    @property
    def seller(self) -> Seller:
        """The shop as a statement is made to it."""
        return Seller(
            title=self.title,
            address=self.return_address,
            email=self.support_email,
            zone=self.time_zone,
        )


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


class Leaving(Protocol):
    """Where a browser goes, and the state that it must bring back."""

    @property
    def url(self) -> str:
        """The shop's own page."""
        ...

    @property
    def state(self) -> str:
        """Unguessable, good once."""
        ...

    @property
    def address(self) -> str:
        """The address of the shop."""
        ...

    @property
    def found(self) -> Sequence[Check]:
        """What was found of it without keys."""
        ...


class Arrived(Protocol):
    """What became of a grant."""

    @property
    def shop(self) -> str:
        """The shop's name in Retour."""
        ...

    @property
    def found(self) -> Sequence[Check]:
        """The steps of its check."""
        ...

    @property
    def address(self) -> str:
        """The address of the shop."""
        ...

    @property
    def is_connected(self) -> bool:
        """Whether no step failed."""
        ...


class Admission(Protocol):
    """How shops grant access themselves (`connector.admission`); raises BadRequest."""

    @property
    def ways(self) -> Mapping[str, str]:
        """Return, by platform, the path at which a shop can grant access."""
        ...

    def leave_for_shopify(self, pairs: Sequence[tuple[str, str]]) -> Leaving:
        """Send a merchant to the consent page."""
        ...

    def back_from_shopify(
        self, pairs: Sequence[tuple[str, str]], state: str
    ) -> Arrived:
        """Take the grant that he brings back."""
        ...

    def leave_for_woocommerce(
        self, address: str, name: str, *, keys_in_query: bool = False
    ) -> Leaving:
        """Send the merchant to approve."""
        ...

    def take_keys(self, state: str, body: bytes) -> bool:
        """Hold the keys that a shop posts."""
        ...

    def waits_for(self, state: str) -> str:
        """Return the address of the shop that a browser was sent to, or ""."""
        ...

    def has_come(self, state: str) -> bool:
        """Say whether the shop has posted its keys."""
        ...

    def back_from_woocommerce(self, state: str) -> Arrived:
        """Try the keys that came, and connect the shop."""
        ...

    def by_session_token(self, token: str) -> str:
        """Return the shop whose admin sent this token."""
        ...

    def domain_of(self, name: str) -> str:
        """Return the domain that may frame the console of a shop."""
        ...

    def proxied(self, pairs: Sequence[tuple[str, str]]) -> tuple[str, str]:
        """Return (shop's name, path prefix) of a request through the app proxy."""
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
    people: tuple[Person, ...] = ()  # who sign in by name
    is_https: bool = True
    attempts: str = "10 per 10 minutes"  # at a password, or at finding an order
    registrar: Registrar
    admission: Admission


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


def once() -> str:
    """Return what names this very form, so that it counts once; raises BadRequest."""
    said = request.form.get("once", "")
    try:
        return str(UUID(said)) if said else ""
    except ValueError:
        raise BadRequest(gettext("Load the page again.")) from None


def money(amount: Money) -> str:
    """Write an amount as the reader's locale does."""
    value = Decimal(amount.minor).scaleb(-exponent(amount.currency))
    return str(format_currency(value, amount.currency, locale=get_locale()))


def percent(basis_points: int) -> str:
    """Write basis points as the reader's locale writes per cent."""
    share = Decimal(basis_points).scaleb(-4)
    return str(format_percent(share, locale=get_locale(), decimal_quantization=False))


def day(found: date | None) -> str:
    """Write a day, or the day of a moment in UTC, as the reader's locale does."""
    return str(format_date(found, "long", rebase=False)) if found else ""


def when(moment: datetime | None) -> str:
    """Write a moment as the reader's locale does, in UTC."""
    return str(format_datetime(moment, "medium", rebase=False)) if moment else ""
