"""Read a policy file; every problem is said at once, with the nearest known word."""

from __future__ import annotations

import difflib
import hashlib
import tomllib
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from connector.errors import BadAmount, PolicyError
from connector.model import Fault
from connector.money import Money
from connector.policy.vocabulary import Exclusion, Policy, Reason, When, Window

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

MOST_DAYS = 3650
BASIS_POINTS = 100
LISTS = ("products", "skus", "tags", "categories")
HANDLES = (
    "unknown", "changed-my-mind", "item-not-as-described", "received-the-wrong-item",
    "other-reason", "damaged-or-defective", "too-small", "too-big", "style", "color",
)  # fmt: skip


def digest(text: str) -> str:
    """Return the name of a policy version: the SHA-256 of its text, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def starter(currency: str) -> str:
    """Return the policy text of a shop that was just connected, in its currency."""
    text = (files("connector.policy") / "start.toml").read_text("utf-8")
    return text.replace('currency = "EUR"', f'currency = "{currency}"', 1)


def load(text: str, name: str = "policy.toml") -> Policy:
    """Read a policy; raises PolicyError with every problem, one a line."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        msg = f"{name}: not valid TOML: {error}"
        raise PolicyError(msg) from None
    reader = _Reader(data)
    policy = _policy(reader)
    if reader.problems:
        raise PolicyError("\n".join(f"{name}: {one}" for one in reader.problems))
    return policy


class _Reader:
    """A table of the file that collects problems instead of stopping at one."""

    def __init__(
        self,
        data: Mapping[str, Any],
        where: str = "",
        problems: list[str] | None = None,
    ) -> None:
        self.data = data
        self.where = where
        self.problems: list[str] = [] if problems is None else problems

    def say(self, what: str) -> None:
        """Note a problem of this table."""
        self.problems.append(f"[{self.where}] {what}" if self.where else what)

    def known(self, *keys: str) -> None:
        """Refuse keys that no rule reads: a misspelt rule must not be lost."""
        for key in self.data:
            if key not in keys:
                self.say(f"unknown key {key!r}{_nearest(key, keys)}")

    def table(self, key: str) -> _Reader:
        """Return a table inside this one; empty when it is absent."""
        data = self.data.get(key, {})
        if not isinstance(data, dict):
            self.say(f"{key} must be a table")
            data = {}
        where = f"{self.where}.{key}" if self.where else key
        return _Reader(data, where, self.problems)

    def tables(self, key: str) -> list[_Reader]:
        """Return the tables of an array, `[[key]]`."""
        found = self.data.get(key, [])
        if not isinstance(found, list) or not all(isinstance(x, dict) for x in found):
            self.say(f"{key} must be written as [[{key}]]")
            return []
        return [
            _Reader(data, f"{key} {number}", self.problems)
            for number, data in enumerate(found, start=1)
        ]

    def whole(self, key: str, default: int, most: int = MOST_DAYS) -> int:
        """Read a whole number between 0 and `most`."""
        value = self.data.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int):
            self.say(f"{key} must be a whole number, not {value!r}")
            return default
        if not 0 <= value <= most:
            self.say(f"{key} must be between 0 and {most}")
            return default
        return value

    def flag(self, key: str, *, default: bool = False) -> bool:
        """Read true or false."""
        value = self.data.get(key, default)
        if not isinstance(value, bool):
            self.say(f"{key} must be true or false, not {value!r}")
            return default
        return value

    def text(self, key: str, default: str = "") -> str:
        """Read a string."""
        value = self.data.get(key, default)
        if not isinstance(value, str):
            self.say(f"{key} must be text in quotes, not {value!r}")
            return default
        return value

    def chosen(self, key: str, words: Collection[str], default: str) -> str:
        """Read one of a closed set of words."""
        value = self.text(key, default)
        if value not in words:
            self.say(f"{key}: unknown word {value!r}{_nearest(value, words)}")
            return default
        return value

    def texts(self, key: str) -> frozenset[str]:
        """Read a list of strings."""
        value = self.data.get(key, [])
        if not isinstance(value, list) or not all(isinstance(x, str) for x in value):
            self.say(f"{key} must be a list of texts")
            return frozenset()
        return frozenset(value)

    def amount(self, key: str, currency: str) -> Money | None:
        """Read an amount, written as text so that no cent is lost: "4.90"."""
        if key not in self.data:
            return None
        value = self.data[key]
        try:
            money = Money.parse(value if isinstance(value, str) else "", currency)
        except BadAmount:
            self.say(f'{key} must be an amount in quotes, as "4.90", not {value!r}')
            return None
        if money.minor < 0:
            self.say(f"{key} must not be negative")
            return None
        return money

    def percent(self, key: str) -> int | None:
        """Read a percentage with up to two decimals, as text, in basis points."""
        if key not in self.data:
            return None
        value = self.data[key]
        try:
            bp = Money.parse(value, "EUR").minor if isinstance(value, str) else -1
        except BadAmount:
            bp = -1
        if not 0 <= bp <= BASIS_POINTS * 100:
            self.say(f'{key} must be a percentage in quotes, as "15" or "12.5"')
            return None
        return bp


def _policy(top: _Reader) -> Policy:
    top.known(
        "currency", "window", "exclude", "final_sale", "reasons", "approve", "fees",
        "refund",
    )  # fmt: skip
    currency = top.text("currency")
    if not (len(currency) == len("EUR") and currency.isalpha() and currency.isupper()):
        top.say('currency must be an ISO code, as "EUR"')
        currency = "EUR"
    approve, fees, refund = top.table("approve"), top.table("fees"), top.table("refund")
    approve.known("automatic_below")
    fees.known("restocking_percent", "return_shipping")
    refund.known("when", "shipping")
    final = top.table("final_sale")
    final.known("tags", "gift_cards_return")
    return Policy(
        currency=currency,
        window=_window(top.table("window")),
        exclusions=tuple(_exclusion(one) for one in top.tables("exclude")),
        final_sale=_lower(final.texts("tags")),
        gift_cards=final.flag("gift_cards_return"),
        reasons=_reasons(top),
        automatic_below=approve.amount("automatic_below", currency),
        restocking_bp=fees.percent("restocking_percent") or 0,
        return_fee=fees.amount("return_shipping", currency),
        refund_when=When(refund.chosen("when", list(When), When.RECEIVED)),
        refund_shipping=refund.flag("shipping"),
    )


def _window(table: _Reader) -> Window:
    table.known("days", "grace_days", "countries")
    countries = table.table("countries")
    by_country: dict[str, int] = {}
    for country in countries.data:
        if not (len(country) == len("FR") and country.isalpha() and country.isupper()):
            countries.say(f"{country!r} is no ISO country code, as FR")
        by_country[country] = countries.whole(country, 30)
    return Window(
        days=table.whole("days", 30),
        grace_days=table.whole("grace_days", 5),
        by_country=by_country,
    )


def _exclusion(table: _Reader) -> Exclusion:
    table.known("why", *LISTS)
    why = table.text("why")
    if not why:
        table.say("say why, in a sentence for the customer")
    if not any(table.data.get(key) for key in LISTS):
        table.say(f"name what is excluded: {', '.join(LISTS)}")
    return Exclusion(
        why=why,
        products=table.texts("products"),
        skus=table.texts("skus"),
        tags=_lower(table.texts("tags")),
        categories=_lower(table.texts("categories")),
    )


def _reasons(top: _Reader) -> tuple[Reason, ...]:
    found = tuple(_reason(table) for table in top.tables("reasons"))
    if not found:
        top.say("name at least one [[reasons]]")
    codes = [reason.code for reason in found]
    for code in sorted({code for code in codes if codes.count(code) > 1}):
        top.say(f"reason {code!r} is there twice")
    return found


def _reason(table: _Reader) -> Reason:
    table.known(
        "code", "labels", "fault", "needs_photo", "needs_person", "shopify",
        "restocking_percent",
    )  # fmt: skip
    code = table.text("code")
    if not code:
        table.say("a reason needs a code")
    labels = table.table("labels")
    return Reason(
        code=code,
        labels={language: labels.text(language) for language in labels.data},
        fault=Fault(table.chosen("fault", list(Fault), Fault.CUSTOMER)),
        needs_photo=table.flag("needs_photo"),
        needs_person=table.flag("needs_person"),
        shopify=table.chosen("shopify", HANDLES, "other-reason"),
        restocking_bp=table.percent("restocking_percent"),
    )


def _lower(words: frozenset[str]) -> frozenset[str]:
    return frozenset(word.casefold() for word in words)


def _nearest(word: str, words: Collection[str]) -> str:
    near = difflib.get_close_matches(word, [str(one) for one in words], n=1)
    if near:
        return f"; did you mean {near[0]!r}?"
    return f"; known are {', '.join(words)}" if words else ""
