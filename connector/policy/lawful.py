"""Hold a policy against the law: read `[law]`, find undercuts, and what to know."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector import law
from connector.errors import PolicyError
from connector.model import CREDITS
from connector.policy import delivery, faults
from connector.policy.at_law import of_faults, terms
from connector.saying import N_, Saying, coded, joined, saying, worded

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from connector.law import Switches, Undercut
    from connector.policy.lines import Lines
    from connector.policy.reader import Reader
    from connector.policy.vocabulary import Policy

MOST_NAMED = 6  # countries in one sentence
UNKNOWN = saying("a country that is not known")
ADDED = saying(
    '[reasons] no reason has fault = "merchant", so one was added: %(code)s,'
    " “%(label)s”; that goods are faulty can always be said (docs/law.md, statement"
    " 51)",
    code=repr(faults.BUILT_IN.code),
    label=worded(faults.BUILT_IN.labels),
)


# It said more than it did: what delivery of the rest would cost is read from no shop.
GONE = {"part_delivery difference": "none_until_last"}


def chosen(table: Reader) -> tuple[frozenset[str], Switches]:
    """Read `[law]`: where the shop sells to, and the switches of open points."""
    table.known("law")
    countries = table.codes("countries", "country")
    given = {key: value for key, value in table.data.items() if key in law.SWITCHES}
    fit: dict[str, object] = {}
    for key, value in given.items():
        instead = GONE.get(f"{key} {value}")
        if instead is not None:
            text = N_("%(key)s has no %(old)s any more: it did as %(new)s")
            old, new = repr(value), repr(instead)
            table.refuse(saying(text, key=key, old=old, new=new), key)
        try:
            fit[key] = law.settle({key: instead or value})[key]
        except PolicyError as error:
            table.say(error.args[0], key)
        else:
            if isinstance(fit[key], frozenset):
                table.codes(key, "country")
    return countries, law.settle(fit)


def advice(policy: Policy) -> list[Saying]:
    """Return what a merchant should know of his lawful policy, a sentence each."""
    found = [
        saying(
            "[%(key)s] %(why)s (%(article)s)",
            key=_shown(one.key),
            why=one.why,
            article=coded(one.article),
        )
        for one in law.advice(terms(policy), policy.switches)
    ]
    added = [ADDED] if faults.is_added(policy) else []
    return [*added, *found, *_unheard(policy), *_handles(policy), *_chosen(policy)]


def _chosen(policy: Policy) -> Iterator[Saying]:
    """Tell of rules on faults which leave the customer's own choice alone."""
    for one in of_faults(policy):
        way = one.rule.then.resolution
        if way is not None and way not in CREDITS:
            yield saying(
                "[%(key)s] does not touch a repair or a replacement that the customer"
                " wants for faulty goods: it is not made %(way)s by itself, a person"
                " decides (docs/law.md, statement 37)",
                key=_shown(one.key),
                way=repr(way.value),
            )


def _handles(policy: Policy) -> Iterator[Saying]:
    """Tell of a handle of Shopify's that is another reason's, which speaks first."""
    for one in policy.reasons:
        first = policy.listed(one.shopify) if one.shopify else one
        if first is not None and first is not one:
            yield saying(
                "[reasons] %(code)s: Shopify's %(handle)s means the reason %(first)s,"
                " which speaks first; %(code)s is what customers choose in the portal"
                " alone",
                code=repr(one.code),
                handle=repr(one.shopify),
                first=repr(first.code),
            )


def _unheard(policy: Policy) -> Iterator[Saying]:
    """Tell of a price of delivery that holds nowhere, or where nothing is sold."""
    price, sold_to = policy.standard_delivery, policy.sold_to
    if price is not None and not delivery.prices(policy):
        text = N_(
            "[refund.standard_delivery] one amount holds nowhere where [law] countries"
            " names no country: write it by country, as [refund.standard_delivery]"
            ' FR = "%(amount)s"'
        )
        if sold_to:
            text = N_(
                "[refund.standard_delivery] one amount holds nowhere where [law]"
                " countries names %(count)s countries: write it by country, as"
                ' [refund.standard_delivery] FR = "%(amount)s"'
            )
        yield saying(text, count=len(sold_to), amount=str(price.decimal))
    here = law.places(sold_to) | {delivery.OTHERS}
    for code in delivery.prices(policy) if sold_to else ():
        if code not in here:
            yield saying(
                "[refund.standard_delivery.%(country)s] [law] countries does not name"
                " it",
                country=code,
            )


def problems(policy: Policy, lines: Lines) -> list[tuple[int, str]]:
    """Return (line, sentence) for each place that undercuts the law, in order."""
    found: dict[tuple[str, Saying], list[Undercut]] = {}
    for one in law.undercuts(terms(policy), policy.switches):
        found.setdefault((one.key, one.why), []).append(one)
    said = [
        (lines.of(_path(key)), _undercut(key, why, those))
        for (key, why), those in found.items()
    ]
    return sorted(said)


def _undercut(key: str, why: Saying, those: Sequence[Undercut]) -> Saying:
    text = N_("[%(key)s] %(why)s (%(article)s)")
    return saying(text, key=_shown(key), why=why, article=_places(those))


def _path(key: str) -> tuple[str | int, ...]:
    return tuple(int(one) if one.isdigit() else one for one in key.split("."))


def _shown(key: str) -> str:
    """Write a key as the loader's own problems do: `windows 1.days`."""
    said = ""
    for part in _path(key):
        said += f" {part + 1}" if isinstance(part, int) else f".{part}"
    return said.removeprefix(".")


def _places(those: Sequence[Undercut]) -> str:
    """Name each article with its countries: `L221-18: FR; BGB § 355(2): DE`."""
    by_article: dict[str, list[str]] = {}
    for one in those:
        by_article.setdefault(one.article, []).append(one.country or UNKNOWN)
    return joined("; ", [_place(*one) for one in by_article.items()])


def _place(article: str, codes: Sequence[str]) -> Saying:
    text, named = N_("%(article)s: %(countries)s"), codes[:MOST_NAMED]
    more = len(codes) - len(named)
    if more:
        text = N_("%(article)s: %(countries)s and %(more)s more")
    return saying(text, article=coded(article), countries=named, more=more)
