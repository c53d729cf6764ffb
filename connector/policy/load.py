"""Read a policy file; every problem is said at once, with its line."""

from __future__ import annotations

import hashlib
import tomllib
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

from connector.errors import PolicyError
from connector.model import Resolution
from connector.policy import lawful
from connector.policy.case import When
from connector.policy.closed import closed
from connector.policy.conditions import Known, conditions
from connector.policy.faults import completed
from connector.policy.lines import BOM, Lines
from connector.policy.reader import Problems, Reader, twice
from connector.policy.tables import (
    deliveries,
    exclusions,
    final_sale,
    limits,
    listed,
    methods,
    questions,
    reason_groups,
    reasons,
    window,
)
from connector.policy.thens import fees, offers, rules
from connector.policy.unreadable import unreadable
from connector.policy.vocabulary import CustomerGroup, Keep, Level, Listed, Policy
from connector.saying import N_, joined, saying

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

KEPT = 256  # versions that are held ready at once
CURRENCY = len("EUR")
PLAIN = ("approve", "refund", "exchange")
# What new goods may become when they are gone; goods again would be gone again.
FALLBACKS = (Resolution.REFUND, Resolution.STORE_CREDIT, Resolution.GIFT_CARD)


def digest(text: str) -> str:
    """Return the name of a policy version: the SHA-256 of its text, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def starter(currency: str) -> str:
    """Return the policy text of a shop that was just connected, in its currency."""
    text = (files("connector.policy") / "start.toml").read_text("utf-8")
    return text.replace('currency = "EUR"', f'currency = "{currency}"', 1)


def read(path: Path) -> str:
    """Return the text of a policy file; raises PolicyError where it is not UTF-8."""
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError as error:
        line = 1 + bytes(error.object[: error.start]).count(b"\n")
        what = saying("this is not UTF-8; save the file as UTF-8")
        raise PolicyError(joined(" ", [f"{path}:{line}:", what])) from None


@lru_cache(maxsize=KEPT)
def load(text: str, name: str = "policy.toml") -> Policy:
    """Read a policy that is to come into force; raises PolicyError as `stored` does.

    One that gives customers less than the law of their country is refused too, with
    the article and the countries.
    """
    policy, problems = _read(text, name)
    _refuse(name, problems.always + problems.new)
    _refuse(name, lawful.problems(policy, Lines(text)))
    return policy


@lru_cache(maxsize=KEPT)
def stored(text: str, name: str = "policy.toml") -> Policy:
    """Read a policy, as one that is in force already; raises PolicyError.

    Every problem is said, one a line. The same text gives the same policy, so that
    it is compiled once. What was kept before the law was looked at, or before words
    were held against closed lists, can still be read: a return is never left lying
    because of it.
    """
    policy, problems = _read(text, name)
    _refuse(name, problems.always)
    return policy


@lru_cache(maxsize=KEPT)
def _read(text: str, name: str) -> tuple[Policy, Problems]:
    try:
        data = tomllib.loads(text.removeprefix(BOM))
    except (ValueError, RecursionError) as error:  # a number may be too long as well
        msg = joined(" ", [f"{name}:", unreadable(error)])
        raise PolicyError(msg) from None
    top = Reader(data, Lines(text))
    return _policy(top, digest(text)), top.problems


def _refuse(name: str, problems: list[tuple[int, str]]) -> None:
    """Raise PolicyError where there are problems, each once, in the file's order."""
    if problems:
        said = dict.fromkeys(sorted(problems, key=lambda one: one[0]))
        lines = [joined(" ", [f"{name}:{line}:", what]) for line, what in said]
        raise PolicyError(joined("\n", lines))


def _policy(top: Reader, version: str) -> Policy:
    top.known("")
    currency = _currency(top)
    approve, refund, exchange = (_known(top, key) for key in PLAIN)
    levels = tuple(_levels(approve, currency))
    ways_back = methods(top)
    groups, upper = _customer_groups(top), reason_groups(top)
    found = completed(reasons(top, {one.code for one in upper}))
    own = {
        "reasons": tuple(one.code for one in found),
        "groups": tuple(one.code for one in upper),
        "customers": tuple(one.name for one in groups),
        "levels": tuple(one.who for one in levels),
        "methods": tuple(one.code for one in ways_back),
    }
    known = Known(currency=currency, own=own)
    asked = questions(top, known)
    answers = [f"{one.code}:{said.code}" for one in asked for said in one.choices]
    known = Known(currency=currency, own={**own, "answers": tuple(answers)})
    sold_to, switches = lawful.chosen(top.table("law"))
    restocking, return_fee, special = fees(top.table("fees"), known)
    prices = deliveries(refund, currency)
    sale = final_sale(top.table("final_sale"))
    block, allow = (listed(top.table(key), key) for key in ("block", "allow"))
    _either(top.table("allow"), block, allow)
    return Policy(
        currency=currency,
        window=window(top, known),
        exclusions=exclusions(top, known),
        final_sale=sale[0],
        gift_cards=sale[1],
        customer_groups=groups,
        reason_groups=upper,
        reasons=found,
        questions=asked,
        methods=ways_back,
        is_automatic=approve.flag("automatic", default=True),
        automatic_below=approve.amount("automatic_below", currency),
        levels=levels,
        block=block,
        allow=allow,
        limits=limits(top, currency),
        restocking_bp=restocking,
        return_fee=return_fee,
        fees=special,
        offers=offers(top, known),
        keep=_keep(top.table("keep"), known),
        refund_when=When(refund.chosen("when", list(When), When.RECEIVED)),
        refund_shipping=refund.flag("shipping"),
        standard_delivery=prices[0],
        deliveries=prices[1],
        goods_when=When(exchange.chosen("when", list(When), When.RECEIVED)),
        fallback=Resolution(exchange.chosen("fallback", FALLBACKS, Resolution.REFUND)),
        credit_days=_days(top, "credit"),
        expiry_days=_days(top, "expiry"),
        rules=rules(top, known),
        sold_to=sold_to,
        switches=switches,
        digest=version,
    )


def _known(top: Reader, key: str) -> Reader:
    """Return a table that holds nothing but known keys."""
    table = top.table(key)
    table.known(key)
    return table


def _currency(top: Reader) -> str:
    currency = top.text("currency")
    if len(currency) == CURRENCY and currency.isalpha() and currency.isupper():
        if currency not in closed("currency").codes:
            top.refuse(closed("currency").unknown(currency), "currency")
        return currency
    top.say(saying('currency must be an ISO code, as "EUR"'), "currency")
    return "EUR"


def _either(table: Reader, block: Listed, allow: Listed) -> None:
    """Refuse whoever is blocked and allowed at once."""
    for key, both in (
        ("emails", block.emails & allow.emails),
        ("tags", block.tags & allow.tags),
    ):
        for one in sorted(both):
            text = N_("%(key)s: %(word)s is on the list of [block] as well")
            table.refuse(saying(text, key=key, word=repr(one)), key)


def _days(top: Reader, key: str) -> int | None:
    return _known(top, key).maybe_whole("days")


def _keep(table: Reader, known: Known) -> Keep:
    table.known("keep")
    below = table.amount("below", known.currency)
    return Keep(below=below, when=conditions(table, known))


def _levels(approve: Reader, currency: str) -> Iterable[Level]:
    """Return the levels, the highest amount first."""
    found = []
    for table in approve.tables("levels"):
        table.known("approve.levels")
        above = table.amount("above", currency)
        nobody = saying("a level needs a name: who approves")
        who = table.required("who", nobody)
        if above is None:
            table.say(saying("say above what amount"))
        else:
            found.append(Level(above=above, who=who, line=table.line))
    return sorted(found, key=lambda one: -one.above.minor)


def _customer_groups(top: Reader) -> tuple[CustomerGroup, ...]:
    found: dict[str, CustomerGroup] = {}
    for table in top.tables("customer_groups"):
        table.known("customer_groups")
        nameless = saying("a group of customers needs a name")
        name = table.required("name", nameless)
        tags = table.folded("tags")
        if not tags:
            table.say(saying("name the tags that make the group"), "tags")
        if name in found:
            table.say(twice(name))
        found[name] = CustomerGroup(name=name, tags=tags)
    return tuple(found.values())
