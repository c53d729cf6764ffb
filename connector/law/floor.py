"""Where a merchant's policy gives less than the law, by country. Pure.

It knows no policy file: `connector.policy.lawful` puts a policy into these facts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from connector.law.america import CALIFORNIA, NEW_YORK, unshown_days
from connector.law.consequences import Fee
from connector.law.letters import LETTERS
from connector.law.profiles import lawful_code, places, profile, withdrawing
from connector.law.switches import DEFAULTS
from connector.law.withdrawal import withdrawal_days
from connector.saying import N_, Saying, saying

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.law.switches import Switches


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Days in which goods may go back, as a policy says under `key`.

    `countries` are those where it holds; empty: everywhere it is sold to.
    """

    key: str
    days: int
    countries: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Excluded:
    """Goods that a policy keeps out under `key`; no letter: a withdrawal passes."""

    key: str
    letter: str = ""
    countries: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Charged:
    """A fee that a withdrawal pays, as a policy says under `key`."""

    key: str
    fee: Fee
    countries: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Denied:
    """What a policy denies a claim of the law under `key`.

    `topic` is that of an article: withdrawal (the claim itself), refund (money, for
    something else instead), conformity (a fault is not heard) or remedies (it is made
    good with what is no remedy).
    """

    key: str
    topic: str
    why: Saying
    countries: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What of a policy the law looks at; `sold_to` empty: everywhere."""

    sold_to: frozenset[str] = frozenset()
    windows: tuple[Window, ...] = ()
    excluded: tuple[Excluded, ...] = ()
    fees: tuple[Charged, ...] = ()
    denied: tuple[Denied, ...] = ()
    restocking: str = ""  # the key of a restocking fee on voluntary returns


@dataclass(frozen=True, slots=True, kw_only=True)
class Undercut:
    """One place where a policy gives less than the law of a country."""

    country: str
    article: str
    key: str
    why: Saying


def undercuts(terms: Terms, switches: Switches = DEFAULTS) -> tuple[Undercut, ...]:
    """Return every undercut, country by country; nothing for a lawful policy.

    A place that has a country's law under another code is named only where that
    country itself is not, and so is the unknown country, "".
    """
    countries = sorted(places(terms.sold_to or withdrawing()) | {""})
    found = [
        one
        for country in countries
        if profile(country).withdrawal_days
        for one in _of_country(terms, country, switches)
    ]
    named = {(one.country, one.key, one.why) for one in found}
    known = {(one.key, one.why) for one in found if one.country}
    return tuple(
        one
        for one in found
        if (
            lawful_code(one.country) == one.country
            or (lawful_code(one.country), one.key, one.why) not in named
        )
        and (one.country or (one.key, one.why) not in known)
    )


def _of_country(terms: Terms, country: str, switches: Switches) -> Iterator[Undercut]:
    yield from _windows(terms, country, switches)
    for rule in (_excluded, _fees, _denied):
        yield from rule(terms, country)


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """What a merchant should know of his policy, which is lawful; at a key of it."""

    key: str
    article: str
    why: Saying


def advice(terms: Terms, switches: Switches = DEFAULTS) -> tuple[Advice, ...]:
    """Return what holds of a policy only if the customer could read it, or of its fees.

    Nothing where the shop does not sell to the USA by its own word (65, 79).
    """
    if "US" not in terms.sold_to:
        return ()
    known = profile("US")
    found = [
        Advice(
            key=one.key,
            article=known.article("policy"),
            why=saying(
                "show it conspicuously before the sale: else a buyer in %(region)s has"
                " %(more)s days, not %(days)s",
                region=region,
                more=more,
                days=one.days,
            ),
        )
        for one in terms.windows
        if _is_here(one.countries, "US")
        for region in (CALIFORNIA, NEW_YORK)
        if (more := unshown_days(region, one.days, switches)) > one.days
    ]
    if terms.restocking:
        why = saying(
            "in California a restocking fee is no more than what the return truly"
            " costs, and bears no tax: all tax goes back. Retour does not know the"
            " state of a buyer"
        )
        found.append(
            Advice(key=terms.restocking, article=known.article("fee_tax"), why=why)
        )
    return tuple(found)


def _is_here(countries: frozenset[str], country: str) -> bool:
    """Say whether a country is among these; none are all that is sold to.

    The unknown country is no place to sell to: it counts where it is named.
    """
    return country in countries if countries else bool(country)


def _windows(terms: Terms, country: str, switches: Switches) -> Iterator[Undercut]:
    least = withdrawal_days(country, switches)
    for one in terms.windows:
        if _is_here(one.countries, country) and one.days < least:
            text = N_("%(days)s days are fewer than the %(least)s of the law")
            why = saying(text, days=one.days, least=least)
            yield _undercut(country, "withdrawal", one.key, why)


def _excluded(terms: Terms, country: str) -> Iterator[Undercut]:
    for one in terms.excluded:
        if not _is_here(one.countries, country):
            continue
        if one.letter and one.letter not in LETTERS:
            text = N_("the law has no exception %(letter)s")
            why = saying(text, letter=repr(one.letter))
            yield _undercut(country, "exceptions", one.key, why)


def _fees(terms: Terms, country: str) -> Iterator[Undercut]:
    for one in terms.fees:
        if one.fee is not Fee.RETURN_COST and _is_here(one.countries, country):
            text = N_("a withdrawal pays no fee but the way back, and no %(fee)s")
            why = saying(text, fee=one.fee.value)
            yield _undercut(country, "fee", one.key, why)


def _denied(terms: Terms, country: str) -> Iterator[Undercut]:
    for one in terms.denied:
        if _is_here(one.countries, country):
            yield _undercut(country, one.topic, one.key, one.why)


def _undercut(country: str, topic: str, key: str, why: Saying) -> Undercut:
    return Undercut(
        country=country, article=profile(country).article(topic), key=key, why=why
    )
