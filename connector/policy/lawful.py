"""Hold a policy against the law: what it says, as the facts that the law looks at.

A window is measured even though Retour never holds a withdrawal to it: a plain
request to return is one as well (docs/law.md, statement 31), and it would be refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from connector import law
from connector.errors import PolicyError
from connector.model import CREDITS, FAULTS, Fault, Kind, Resolution
from connector.policy import delivery, faults
from connector.policy.boxes import Some, box

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from connector.law import Switches, Undercut
    from connector.policy.lines import Lines
    from connector.policy.reader import Reader
    from connector.policy.vocabulary import Clause, Policy, Rule

OF_REASON = frozenset({"reason", "reason_group", "fault"})
HEARD = "a fault is always heard"
FREE = "a fault is made good free of charge"
MOST_NAMED = 6  # countries in one sentence
UNKNOWN = "a country that is not known"
MONEY = frozenset({Resolution.REFUND, Resolution.KEEP, Resolution.MANUAL})
WITHDRAWALS = frozenset({Kind.WITHDRAWAL})
ADDED = (
    '[reasons] no reason has fault = "merchant", so one was added:'
    f" {faults.BUILT_IN.code!r}, “{faults.BUILT_IN.labels['en']}”; that goods are"
    " faulty can always be said (docs/law.md, statement 51)"
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
            table.refuse(f"{key} has no {value!r} any more: it did as {instead!r}", key)
        try:
            fit[key] = law.settle({key: instead or value})[key]
        except PolicyError as error:
            table.say(str(error), key)
        else:
            if isinstance(fit[key], frozenset):
                table.codes(key, "country")
    return countries, law.settle(fit)


def terms(policy: Policy) -> law.Terms:
    """Return what of a policy the law looks at; keys are paths, as `window.days`."""
    return law.Terms(
        sold_to=policy.sold_to,
        windows=tuple(_windows(policy)),
        excluded=tuple(
            law.Excluded(key=f"exclude.{number}", letter=one.article)
            for number, one in enumerate(policy.exclusions)
        ),
        fees=tuple(_fees(policy)),
        denied=tuple(_denied(policy)),
        restocking="fees.restocking_percent" if policy.restocking_bp else "",
    )


def advice(policy: Policy) -> list[str]:
    """Return what a merchant should know of his lawful policy, a sentence each."""
    found = [
        f"[{_shown(one.key)}] {one.why} ({one.article})"
        for one in law.advice(terms(policy), policy.switches)
    ]
    added = [ADDED] if faults.is_added(policy) else []
    return [*added, *found, *_unheard(policy), *_handles(policy), *_chosen(policy)]


def _chosen(policy: Policy) -> Iterator[str]:
    """Tell of rules on faults which leave the customer's own choice alone."""
    for one in _of_faults(policy):
        way = one.rule.then.resolution
        if way is not None and way not in CREDITS:
            yield (
                f"[{_shown(one.key)}] does not touch a repair or a replacement that the"
                f" customer wants for faulty goods: it is not made {way.value!r} by"
                " itself, a person decides (docs/law.md, statement 37)"
            )


def _handles(policy: Policy) -> Iterator[str]:
    """Tell of a handle of Shopify's that is another reason's, which speaks first."""
    for one in policy.reasons:
        first = policy.listed(one.shopify) if one.shopify else one
        if first is not None and first is not one:
            yield (
                f"[reasons] {one.code!r}: Shopify's {one.shopify!r} means the reason"
                f" {first.code!r}, which speaks first; {one.code!r} is what customers"
                " choose in the portal alone"
            )


def _unheard(policy: Policy) -> Iterator[str]:
    """Tell of a price of delivery that holds nowhere, or where nothing is sold."""
    price, sold_to = policy.standard_delivery, policy.sold_to
    if price is not None and not delivery.prices(policy):
        where = f"names {len(sold_to)} countries" if sold_to else "names no country"
        yield (
            f"[refund.standard_delivery] one amount holds nowhere where [law] countries"
            f" {where}: write it by country, as [refund.standard_delivery] FR ="
            f' "{price.decimal}"'
        )
    here = law.places(sold_to) | {delivery.OTHERS}
    for code in delivery.prices(policy) if sold_to else ():
        if code not in here:
            yield f"[refund.standard_delivery.{code}] [law] countries does not name it"


def problems(policy: Policy, lines: Lines) -> list[tuple[int, str]]:
    """Return (line, sentence) for each place that undercuts the law, in order."""
    found: dict[tuple[str, str], list[Undercut]] = {}
    for one in law.undercuts(terms(policy), policy.switches):
        found.setdefault((one.key, one.why), []).append(one)
    said = [
        (lines.of(_path(key)), f"[{_shown(key)}] {why} ({_places(those)})")
        for (key, why), those in found.items()
    ]
    return sorted(said)


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
    return "; ".join(
        f"{article}: {', '.join(codes[:MOST_NAMED])}"
        + (f" and {len(codes) - MOST_NAMED} more" if len(codes) > MOST_NAMED else "")
        for article, codes in by_article.items()
    )


def _windows(policy: Policy) -> Iterator[law.Window]:
    window = policy.window
    own = frozenset(window.by_country)
    everywhere = _everywhere(policy)
    rest = everywhere - own
    if rest:
        yield law.Window(key="window.days", days=window.days, countries=rest)
    for country, days in window.by_country.items():
        here = frozenset({country})
        yield law.Window(key=f"window.countries.{country}", days=days, countries=here)
    for number, one in enumerate(window.special):
        where = _countries(one.when, everywhere)
        if one.days is not None and where:
            key = f"windows.{number}.days"
            yield law.Window(key=key, days=one.days, countries=where)


def _everywhere(policy: Policy) -> frozenset[str]:
    """Return where the shop sells to, with the places that have a code of their own."""
    return law.places(policy.sold_to or law.withdrawing())


def _countries(when: Sequence[Clause], everywhere: frozenset[str]) -> frozenset[str]:
    """Return the countries where conditions can hold at all.

    "", an unknown one, is among them where it is named: nobody can sell there alone.
    """
    is_named = False
    for one in when:
        if one.fact == "country":
            named = frozenset(str(value).upper() for value in one.values)
            if one.operator in ("is", "in"):
                everywhere = (everywhere if is_named else everywhere | {""}) & named
                is_named = True
            elif one.operator in ("is_not", "not_in"):
                everywhere -= named
    return everywhere


def _aims_at(when: Sequence[Clause], kinds: frozenset[Kind]) -> bool:
    """Say whether conditions name one of these kinds of return.

    So does a rule that leaves out the voluntary ones: what is left is the law's. One
    that only leaves out a claim of the law is a rule for everything, as if it named
    none.
    """
    left, named = frozenset[str](Kind), False
    for one in when:
        if one.fact == "kind":
            values = frozenset(str(value) for value in one.values)
            is_in = one.operator in ("is", "in")
            left = left & values if is_in else left - values
            named = named or is_in
    return not kinds.isdisjoint(left) and (named or Kind.VOLUNTARY not in left)


class _Aimed(NamedTuple):
    """A rule that names a kind of claim, its key, and the countries it is for."""

    key: str
    rule: Rule
    where: frozenset[str]


def _aimed(policy: Policy, *kinds: Kind) -> Iterator[_Aimed]:
    for key, rule, where in _placed(policy):
        if _aims_at(rule.when, frozenset(kinds)):
            yield _Aimed(key, rule, where)


def _of_faults(policy: Policy) -> Iterator[_Aimed]:
    """Return the rules that name faults, as a kind or by what its reasons are."""
    for key, rule, where in _placed(policy):
        if _is_of_faults(policy, rule.when):
            yield _Aimed(key, rule, where)


def _is_of_faults(policy: Policy, when: Sequence[Clause]) -> bool:
    return _aims_at(when, FAULTS) or _names_fault(policy, when)


def _placed(policy: Policy) -> Iterator[_Aimed]:
    everywhere = _everywhere(policy)
    for number, rule in enumerate(policy.rules):
        if where := _countries(rule.when, everywhere):
            yield _Aimed(f"rules.{number}.then", rule, where)


def _names_fault(policy: Policy, when: Sequence[Clause]) -> bool:
    """Say whether conditions name a fault by reason, group or who answers for it.

    So do those that leave out all that is the customer's own wish. Not where they hold
    for voluntary returns alone.
    """
    kinds = box(policy, [one for one in when if one.fact == "kind"]).facts
    allowed = kinds.get("kind")
    if isinstance(allowed, Some) and not allowed.words & FAULTS:
        return False
    clauses = [one for one in when if one.fact in OF_REASON]
    left = box(policy, clauses).facts.get("reason")
    if not isinstance(left, Some):
        return False
    faults_of = {x.code for x in policy.reasons if x.fault is not Fault.CUSTOMER}
    is_named = any(one.operator in ("is", "in") for one in clauses)
    return bool(left.words & faults_of) and (is_named or left.words <= faults_of)


def _fees(policy: Policy) -> Iterator[law.Charged]:
    """Return the fees of rules that name withdrawals; the plain ones spare them."""
    fee = law.Fee.RESTOCKING
    for one in _aimed(policy, Kind.WITHDRAWAL):
        if one.rule.then.restocking_bp:
            yield law.Charged(key=one.key, fee=fee, countries=one.where)
    everywhere = _everywhere(policy)
    for number, special in enumerate(policy.fees.special):
        where = _countries(special.when, everywhere)
        if where and special.restocking_bp and _aims_at(special.when, WITHDRAWALS):
            key = f"fees.special.{number}.restocking_percent"
            yield law.Charged(key=key, fee=fee, countries=where)


def _denied(policy: Policy) -> Iterator[law.Denied]:
    yield from _hidden(policy)
    for one in _aimed(policy, Kind.WITHDRAWAL):
        then = one.rule.then
        if then.decide == "decline":
            why = "a withdrawal cannot be declined"
            yield _denial(one, "withdrawal", why)
        forced = then.resolution is not None and then.resolution not in MONEY
        if forced or Resolution.REFUND in then.withhold:
            why = "a withdrawal is paid back as it was paid, unless the customer agrees"
            yield _denial(one, "refund", why)
        if then.photos:
            yield _denial(one, "statement", "a withdrawal needs no photo")
    for one in _of_faults(policy):
        if one.rule.then.decide == "decline":
            yield _denial(one, "conformity", HEARD)
        if one.rule.then.resolution in CREDITS:
            why = "a fault is not made good with credit that nobody asked for"
            yield _denial(one, "remedies", why)
        if one.rule.then.restocking_bp or one.rule.then.return_fee:
            yield _denial(one, "remedies", FREE)
    yield from _answered(policy)
    yield from _excluded(policy)
    yield from _charged(policy)


def _excluded(policy: Policy) -> Iterator[law.Denied]:
    """Return the exclusions that name a fault, or a withdrawal without a letter."""
    everywhere = _everywhere(policy)
    for number, one in enumerate(policy.exclusions):
        where = _countries(one.when, everywhere)
        key = f"exclude.{number}.when"
        if where and _is_of_faults(policy, one.when):
            yield law.Denied(key=key, topic="conformity", why=HEARD, countries=where)
        if where and not one.article and _aims_at(one.when, WITHDRAWALS):
            why = "an exclusion binds no withdrawal without a letter of the law"
            yield law.Denied(key=key, topic="exceptions", why=why, countries=where)


def _charged(policy: Policy) -> Iterator[law.Denied]:
    """Return the special fees that name a fault."""
    everywhere = _everywhere(policy)
    for number, one in enumerate(policy.fees.special):
        where = _countries(one.when, everywhere)
        is_fee = bool(one.restocking_bp or one.return_fee)
        if where and is_fee and _is_of_faults(policy, one.when):
            key = f"fees.special.{number}"
            yield law.Denied(key=key, topic="remedies", why=FREE, countries=where)


def _answered(policy: Policy) -> Iterator[law.Denied]:
    """Return the answers that would decline or charge a fault of their question."""
    everywhere = _everywhere(policy)
    for number, one in enumerate(policy.questions):
        where = _countries(one.when, everywhere)
        names = _is_of_faults(policy, one.when)
        for place, choice in enumerate(one.choices if where and names else ()):
            key = f"questions.{number}.answers.{place}.says"
            if choice.says == "decline":
                topic, why = "conformity", HEARD
            elif choice.restocking_bp:
                topic, why = "remedies", FREE
            else:
                continue
            yield law.Denied(key=key, topic=topic, why=why, countries=where)


def _hidden(policy: Policy) -> Iterator[law.Denied]:
    """Return the reasons that would let a fault pass for the customer's own wish."""
    for number, one in enumerate(policy.reasons):
        if faults.is_hidden(one):
            why = (
                f"{one.code!r} is a fault, not the customer's wish: its fault is"
                ' "merchant" or "carrier"'
            )
            yield law.Denied(key=f"reasons.{number}.fault", topic="conformity", why=why)


def _denial(one: _Aimed, topic: str, why: str) -> law.Denied:
    return law.Denied(key=one.key, topic=topic, why=why, countries=one.where)
