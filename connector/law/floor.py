"""Where a merchant's policy gives less than the law, by country. Pure.

It knows no policy file: `connector.policy.lawful` puts a policy into these facts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from connector.law.clocks import REFUND_DAYS, SEND_BACK_DAYS
from connector.law.consequences import Fee
from connector.law.letters import LETTERS
from connector.law.profiles import profile, withdrawing

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Days in which goods may go back, as a policy says under `key`.

    `countries` are those where it holds; empty: everywhere it is sold to. `binds`
    says that a withdrawal or a plain request to return is refused after it.
    """

    key: str
    days: int
    countries: frozenset[str] = frozenset()
    binds: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Excluded:
    """Goods that a policy keeps out under `key`; no letter: a withdrawal passes."""

    key: str
    letter: str = ""
    binds: bool = False  # it refuses withdrawals too


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What of a policy the law looks at; days None where it sets none.

    `sold_to` empty: everywhere. `fees` are those that a withdrawal pays, by key.
    `refund_days` after the due events of the law, `send_back_days` the time that the
    customer has, `fault_days` a last day for faults. `other_means` are keys that give
    a withdrawal something else than money.
    """

    sold_to: frozenset[str] = frozenset()
    windows: tuple[Window, ...] = ()
    excluded: tuple[Excluded, ...] = ()
    fees: Mapping[str, Fee] = field(default_factory=dict)
    refund_days: int | None = None
    send_back_days: int | None = None
    fault_days: int | None = None
    other_means: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Undercut:
    """One place where a policy gives less than the law of a country."""

    country: str
    article: str
    key: str
    why: str


def undercuts(terms: Terms) -> tuple[Undercut, ...]:
    """Return every undercut, country by country; nothing for a lawful policy."""
    countries = sorted(terms.sold_to or withdrawing())
    return tuple(
        one
        for country in countries
        if profile(country).withdrawal_days
        for rule in (_windows, _excluded, _fees, _times, _means)
        for one in rule(terms, country)
    )


def _windows(terms: Terms, country: str) -> Iterator[Undercut]:
    known = profile(country)
    for one in terms.windows:
        is_here = not one.countries or country in one.countries
        if one.binds and is_here and one.days < known.withdrawal_days:
            why = f"{one.days} days are fewer than the {known.withdrawal_days} of law"
            yield _undercut(country, "withdrawal", one.key, why)


def _excluded(terms: Terms, country: str) -> Iterator[Undercut]:
    for one in terms.excluded:
        if one.letter and one.letter not in LETTERS:
            why = f"the law has no exception {one.letter!r}"
            yield _undercut(country, "exceptions", one.key, why)
        elif one.binds and not one.letter:
            why = "an exclusion without its letter of the law refuses no withdrawal"
            yield _undercut(country, "exceptions", one.key, why)


def _fees(terms: Terms, country: str) -> Iterator[Undercut]:
    for key, fee in terms.fees.items():
        if fee is not Fee.RETURN_COST:
            why = f"a withdrawal pays no fee, as {fee.value} is one"
            yield _undercut(country, "fee", key, why)


def _times(terms: Terms, country: str) -> Iterator[Undercut]:
    if terms.refund_days is not None and terms.refund_days > REFUND_DAYS:
        why = f"{terms.refund_days} days to refund are more than {REFUND_DAYS}"
        yield _undercut(country, "refund", "refund", why)
    back = terms.send_back_days
    if back is not None and back < SEND_BACK_DAYS:
        why = f"{back} days to send back are fewer than {SEND_BACK_DAYS}"
        yield _undercut(country, "return_cost", "expiry.days", why)
    if terms.fault_days is not None:
        why = "a last day for faults hides the legal guarantee"
        yield _undercut(country, "conformity", "faults", why)


def _means(terms: Terms, country: str) -> Iterator[Undercut]:
    for key in terms.other_means:
        why = "a withdrawal is paid back as it was paid, unless the customer agrees"
        yield _undercut(country, "refund", key, why)


def _undercut(country: str, topic: str, key: str, why: str) -> Undercut:
    return Undercut(
        country=country, article=profile(country).article(topic), key=key, why=why
    )
