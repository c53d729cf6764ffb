"""Read `when = { fact = condition }`; what is misspelt is named with its line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from connector.policy import reader
from connector.policy.closed import closed
from connector.policy.facts import FACTS, OPERATORS, Fact, Operator, fold, operator
from connector.policy.vocabulary import Clause

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connector.policy.reader import Reader

TWO = 2
SHOWN = {
    "word": "text in quotes",
    "words": "text in quotes",
    "number": "a whole number",
    "amount": 'an amount in quotes, as "4.90"',
    "date": "a date, as 2027-01-31",
    "flag": "true or false",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What this policy itself adds to the vocabulary: its codes, its currency."""

    currency: str
    own: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def conditions(table: Reader, known: Known, key: str = "when") -> tuple[Clause, ...]:
    """Read the conditions of a table, all of which must hold; none holds always."""
    found: list[Clause] = []
    inner = table.table(key)
    for name, value in inner.data.items():
        fact = FACTS.get(name)
        if fact is None:
            near = reader.nearest(name, tuple(FACTS))
            inner.say(f"unknown fact {name!r}{near}", name)
            continue
        found += _clauses(inner, fact, value, known)
    return tuple(found)


def _clauses(inner: Reader, fact: Fact, value: Any, known: Known) -> list[Clause]:  # noqa: ANN401 - any TOML value
    if not isinstance(value, dict):
        one = _clause(inner, fact, _plain(fact, value), value, known)
        return [one] if one else []
    found = []
    for name, inside in value.items():
        chosen = operator(fact, name)
        if chosen is None:
            words = tuple(one.name for one in OPERATORS[fact.kind])
            near = reader.nearest(name, words)
            inner.say(f"{fact.name}: unknown operator {name!r}{near}", fact.name)
            continue
        found.append(_clause(inner, fact, chosen, inside, known))
    if not value:
        inner.say(f"{fact.name}: say how it is compared", fact.name)
    return [one for one in found if one]


def _plain(fact: Fact, value: object) -> Operator:
    """Return the operator of a value that stands alone."""
    if isinstance(value, list) and fact.kind == "word":
        return next(one for one in OPERATORS["word"] if one.name == "in")
    return OPERATORS[fact.kind][0]


def _clause(
    inner: Reader,
    fact: Fact,
    how: Operator,
    value: Any,  # noqa: ANN401 - any TOML value
    known: Known,
) -> Clause | None:
    values: Sequence[Any] = value if isinstance(value, list) else [value]
    if how.takes == "one" and isinstance(value, list):
        inner.say(f"{fact.name} {how.name} takes one value", fact.name)
        return None
    if how.takes == "two" and len(values) != TWO:
        inner.say(f"{fact.name} {how.name} takes two values", fact.name)
        return None
    if not values:
        inner.say(f"{fact.name} {how.name} takes at least one value", fact.name)
        return None
    read = [_value(inner, fact, one, known) for one in values]
    if any(one is None for one in read):
        return None
    if how.takes == "two" and read[0] > read[1]:
        inner.say(f"{fact.name} between: the first is beyond the second", fact.name)
        return None
    line = inner.lines.of((*inner.path, fact.name))
    shown = tuple(one for one in values if isinstance(one, str))
    return Clause(
        fact=fact.name,
        operator=how.name,
        values=tuple(read),
        line=line,
        shown=shown if fact.fold == "lower" else (),
    )


def _value(inner: Reader, fact: Fact, value: object, known: Known) -> Any:  # noqa: ANN401 - a word or a number
    """Return a value as it is compared, or None once its problem is said."""
    found = _READ[fact.kind](value, known)
    if found is None:
        what = f"{fact.name} is compared with {SHOWN[fact.kind]}, not {value!r}"
        inner.say(what, fact.name)
        return None
    if not isinstance(found, str):
        return found
    word = fold(fact, found)
    words = known.own.get(fact.own, ()) if fact.own else fact.words
    if (fact.own or words) and word not in words and word:
        what = f"{fact.name}: unknown word {word!r}{reader.nearest(word, words)}"
        (inner.refuse if fact.was_open else inner.say)(what, fact.name)
        return word if fact.was_open else None
    _look(inner, fact, word)
    return word


def _look(inner: Reader, fact: Fact, word: str) -> None:
    """Refuse a word that no line can ever have."""
    if fact.closed and word and word not in closed(fact.closed).codes:
        near = closed(fact.closed).nearest(word)
        inner.refuse(f"{fact.name}: unknown {fact.closed} {word!r}{near}", fact.name)
    elif fact.kind == "words" and not word.strip():
        inner.refuse(f"{fact.name} is compared with an empty text", fact.name)


def _whole(value: object, _: Known) -> int | None:
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    return value if is_whole and isinstance(value, int) else None


def _minor(value: object, known: Known) -> int | None:
    money = reader.amount(value, known.currency)
    return None if money is None else money.minor


def _ordinal(value: object, _: Known) -> int | None:
    is_day = isinstance(value, date) and not isinstance(value, datetime)
    return value.toordinal() if is_day and isinstance(value, date) else None


def _text(value: object, _: Known) -> str | None:
    return value if isinstance(value, str) else None


def _flag(value: object, _: Known) -> int | None:
    return int(value) if isinstance(value, bool) else None


_READ = {
    "word": _text,
    "words": _text,
    "number": _whole,
    "amount": _minor,
    "date": _ordinal,
    "flag": _flag,
}
