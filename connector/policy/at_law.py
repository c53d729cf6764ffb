"""What a policy says, as the facts that the law looks at.

A window is measured even though Retour never holds a withdrawal to it: a plain
request to return is one as well (docs/law.md, statement 31), and it would be refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from connector import law
from connector.model import CREDITS, FAULTS, Fault, Kind, Resolution
from connector.policy import faults
from connector.policy.boxes import Some, box
from connector.saying import Saying, saying

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from connector.policy.vocabulary import Clause, Policy, Rule

OF_REASON = frozenset({"reason", "reason_group", "fault"})
HEARD = saying("a fault is always heard")
FREE = saying("a fault is made good free of charge")
MONEY = frozenset({Resolution.REFUND, Resolution.KEEP, Resolution.MANUAL})
WITHDRAWALS = frozenset({Kind.WITHDRAWAL})


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


def of_faults(policy: Policy) -> Iterator[_Aimed]:
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
            why = saying("a withdrawal cannot be declined")
            yield _denial(one, "withdrawal", why)
        forced = then.resolution is not None and then.resolution not in MONEY
        if forced or Resolution.REFUND in then.withhold:
            why = saying(
                "a withdrawal is paid back as it was paid, unless the customer agrees"
            )
            yield _denial(one, "refund", why)
        if then.photos:
            yield _denial(one, "statement", saying("a withdrawal needs no photo"))
    for one in of_faults(policy):
        if one.rule.then.decide == "decline":
            yield _denial(one, "conformity", HEARD)
        if one.rule.then.resolution in CREDITS:
            why = saying("a fault is not made good with credit that nobody asked for")
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
            why = saying("an exclusion binds no withdrawal without a letter of the law")
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
            why = saying(
                "%(code)s is a fault, not the customer's wish: its fault is"
                ' "merchant" or "carrier"',
                code=repr(one.code),
            )
            yield law.Denied(key=f"reasons.{number}.fault", topic="conformity", why=why)


def _denial(one: _Aimed, topic: str, why: Saying) -> law.Denied:
    return law.Denied(key=one.key, topic=topic, why=why, countries=one.where)
