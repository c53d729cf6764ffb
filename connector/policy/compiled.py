"""A policy's conditions, made into one function of Python.

Ten rules take a third of a microsecond so, against more than a second for any general
engine. The text that is compiled is put together from the closed tables alone:
whatever the merchant wrote is a constant beside it, never a part of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from connector.policy.facts import FACTS
from connector.policy.seen import FORMS, NAMES, READ, Seen
from connector.policy.vocabulary import Clause

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connector.policy.seen import Value
    from connector.policy.vocabulary import Policy, Rule

When = tuple[Clause, ...]
WAYS = ("way ", "bonus", "resolution")  # actions about ways to make good
OF_TAGS = ("customer_tag", "customer_group")  # facts read from the customer's tags

# What each operator is in Python; `f` is the fact's value, `a` and `b` the values.
_FORMS = {
    "is": "{f} == {a}",
    "on": "{f} == {a}",
    "is_not": "{f} != {a}",
    "in": "{f} in {all}",
    "not_in": "{f} not in {all}",
    "contains": "not {all}.isdisjoint({f})",
    "contains_all": "{all} <= {f}",
    "lacks": "{all}.isdisjoint({f})",
    "above": "{f} > {a}",
    "after": "{f} > {a}",
    "below": "{f} < {a}",
    "before": "{f} < {a}",
    "at_least": "{f} >= {a}",
    "at_most": "{f} <= {a}",
    "between": "{a} <= {f} <= {b}",
}


class Holds(NamedTuple):
    """Which conditions of a policy hold for a line, in the order of the file."""

    windows: tuple[bool, ...]
    exclusions: tuple[bool, ...]
    questions: tuple[bool, ...]
    fees: tuple[bool, ...]
    waived: tuple[bool, ...]
    offers: tuple[bool, ...]
    keep: tuple[bool, ...]
    rules: tuple[bool, ...]


class Parts(NamedTuple):
    """All conditions of a policy, in the shape of what holds of them."""

    windows: tuple[When, ...]
    exclusions: tuple[When, ...]
    questions: tuple[When, ...]
    fees: tuple[When, ...]
    waived: tuple[When, ...]
    offers: tuple[When, ...]
    keep: tuple[When, ...]
    rules: tuple[When, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A policy made ready: `holds` says which of its conditions hold for a line.

    `effects` are those of each rule: (action, value), in the order of the file, and
    `tells` says each as the file writes it, by action, `does` all of them in one;
    `actions` are all that any rule speaks of; `moves_ways` says that ways to make good
    are not those of every line. `needs_amounts` says that some condition
    cannot be told in another currency, `needs_tags` that something depends on the
    customer's tags, `knows_customers` that there are lists of them, or limits.
    """

    holds: Callable[[Seen], Holds]
    effects: tuple[tuple[tuple[str, Any], ...], ...]
    tells: tuple[dict[str, str], ...]
    does: tuple[str, ...]
    actions: frozenset[str]
    moves_ways: bool
    needs_amounts: bool
    needs_tags: bool
    knows_customers: bool


def program(policy: Policy) -> Program:
    """Return the policy made ready; the same policy is compiled once."""
    found = policy.memo.get("program")
    if not isinstance(found, Program):
        found = _compile(policy)
        policy.memo["program"] = found
    return found


def conditions(policy: Policy) -> Parts:
    """Return all conditions of a policy in the shape of what holds of them."""
    return Parts(
        windows=tuple(one.when for one in policy.window.special),
        exclusions=tuple(one.when for one in policy.exclusions),
        questions=tuple(one.when for one in policy.questions),
        fees=tuple(one.when for one in policy.fees.special),
        waived=(policy.fees.waiver.when,),
        offers=tuple(one.when for one in policy.offers),
        keep=(policy.keep.when,),
        rules=tuple(one.when for one in policy.rules),
    )


def _compile(policy: Policy) -> Program:
    sections = conditions(policy)
    clauses = [one for part in sections for when in part for one in when]
    done = tuple(effects(rule) for rule in policy.rules)
    tells = tuple({key: _told(key, value) for key, value in one} for one in done)
    return Program(
        holds=holder(sections),
        effects=done,
        tells=tells,
        does=tuple(", ".join(one.values()) for one in tells),
        actions=frozenset(action for one in done for action, _ in one),
        moves_ways=bool(policy.offers)
        or any(x.startswith(WAYS) for one in done for x, _ in one),
        knows_customers=bool(
            policy.limits
            or any(x.emails or x.tags for x in (policy.block, policy.allow))
        ),
        needs_amounts=any(FACTS[one.fact].kind == "amount" for one in clauses),
        needs_tags=bool(
            policy.block.tags
            or policy.allow.tags
            or policy.fees.waiver.customer_groups
            or any(one.fact in OF_TAGS for one in clauses)
        ),
    )


def holder(sections: Parts) -> Callable[[Seen], Holds]:
    """Compile conditions, section by section, into one function of a line."""
    known: dict[str, Any] = {"holds_of": Holds._make, **NAMES}
    names: dict[str, str] = {}
    parts = []
    for part in sections:
        tests = [_test(when, names, known) for when in part]
        parts.append(f"({', '.join(tests)},)" if tests else "()")
    reads = [f"    {name} = {FORMS[fact]}\n" for fact, name in names.items()]
    source = (
        f"def holds(seen):\n{''.join(reads)}    return holds_of(({', '.join(parts)}))\n"
    )
    exec(source, known)  # noqa: S102 - put together from our own tables, see above
    made: Callable[[Seen], Holds] = known["holds"]
    return made


def _test(when: Sequence[Clause], names: dict[str, str], known: dict[str, Any]) -> str:
    return " and ".join(_clause(one, names, known) for one in when) or "True"


def _clause(one: Clause, names: dict[str, str], known: dict[str, Any]) -> str:
    fact = names.setdefault(one.fact, f"f{len(names)}")
    place = f"k{len(known)}"
    known[f"{place}a"], known[f"{place}b"] = one.values[0], one.values[-1]
    known[f"{place}s"] = frozenset(one.values)
    form = _FORMS[one.operator].format(
        f=fact, a=f"{place}a", b=f"{place}b", all=f"{place}s"
    )
    if FACTS[one.fact].kind == "amount":
        form = f"{fact} is not None and {form}"
    return f"({form})"


def effects(rule: Rule) -> tuple[tuple[str, Any], ...]:
    """Return what a rule does, one (action, value) for each thing it speaks of.

    To waive the fees is to set both to nothing; each way that is offered or withheld
    is an action of its own.
    """
    then = rule.then
    found: dict[str, Any] = {
        "decide": then.decide or None,
        "restocking": 0 if then.waive_fees else then.restocking_bp,
        "return_fee": 0 if then.waive_fees else then.return_fee,
        "resolution": then.resolution,
        "bonus": then.bonus_bp,
        "photos": then.photos,
        "refund_when": then.refund_when,
        "goods_when": then.goods_when,
        "refund_shipping": then.refund_shipping,
        "approver": then.approver or None,
    }
    found |= {f"way {way}": way for way in then.offer}
    found |= {f"way {way}": "" for way in then.withhold}
    return tuple((key, value) for key, value in found.items() if value is not None)


# Actions that the file calls otherwise.
_CALLED = {
    "restocking": "restocking_percent",
    "return_fee": "return_shipping",
    "bonus": "bonus_percent",
}


def _told(action: str, value: object) -> str:
    """Write an action and its value as the file does: `restocking_percent 25`."""
    if action.startswith("way "):
        return f"{'offer' if value else 'withhold'} {action.removeprefix('way ')}"
    if isinstance(value, bool):
        value = "true" if value else "false"
    elif isinstance(value, int) and action in ("restocking", "bonus"):
        value = f"{value / 100:g}"
    return f"{_CALLED.get(action, action)} {value}"


def inputs(when: Sequence[Clause], seen: Seen) -> tuple[tuple[str, str], ...]:
    """Return what a rule's conditions looked at, as text for the trace."""
    names = [one.fact for one in when]
    return tuple(
        [(name, _shown(name, READ[name](seen), seen)) for name in dict.fromkeys(names)]
    )


def _shown(name: str, value: Value, seen: Seen) -> str:
    if isinstance(value, frozenset):
        return ", ".join(sorted(value))
    kind = FACTS[name].kind
    if kind == "amount" and isinstance(value, int):
        return str(type(seen.line.gross)(value, seen.policy.currency))
    if kind == "date":
        moment = seen.order.placed_at if name == "placed_at" else seen.case.asked_at
        return moment.date().isoformat()
    if kind == "flag":
        return "true" if value else "false"
    return "" if value is None else str(value)
