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
from connector.saying import N_, Saying, saying

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connector.policy.reader import Reader

TWO = 2
# What a fact is compared with, by its kind.
OF_TEXT = N_("%(fact)s is compared with text in quotes, not %(value)s")
UNFIT = {
    "word": OF_TEXT,
    "words": OF_TEXT,
    "number": N_("%(fact)s is compared with a whole number, not %(value)s"),
    "amount": N_(
        '%(fact)s is compared with an amount in quotes, as "4.90", not %(value)s'
    ),
    "date": N_("%(fact)s is compared with a date, as 2027-01-31, not %(value)s"),
    "flag": N_("%(fact)s is compared with true or false, not %(value)s"),
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
            text = N_("unknown fact %(name)s%(near)s")
            inner.say(saying(text, name=repr(name), near=near), name)
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
            text = N_("unknown operator %(name)s%(near)s")
            what = saying(text, name=repr(name), near=near)
            inner.say(reader.of_key(fact.name, what), fact.name)
            continue
        found.append(_clause(inner, fact, chosen, inside, known))
    if not value:
        what = reader.of_key(fact.name, saying("say how it is compared"))
        inner.say(what, fact.name)
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
    if wrong := _miscounted(fact, how, value, len(values)):
        inner.say(wrong, fact.name)
        return None
    read = [_value(inner, fact, one, known) for one in values]
    if any(one is None for one in read):
        return None
    if how.takes == "two" and read[0] > read[1]:
        text = N_("%(fact)s between: the first is beyond the second")
        inner.say(saying(text, fact=fact.name), fact.name)
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


def _miscounted(fact: Fact, how: Operator, value: object, count: int) -> Saying | None:
    """Say how many values an operator takes, where it was given others."""
    text = ""
    if how.takes == "one" and isinstance(value, list):
        text = N_("%(fact)s %(operator)s takes one value")
    elif how.takes == "two" and count != TWO:
        text = N_("%(fact)s %(operator)s takes two values")
    elif not count:
        text = N_("%(fact)s %(operator)s takes at least one value")
    return saying(text, fact=fact.name, operator=how.name) if text else None


def _value(inner: Reader, fact: Fact, value: object, known: Known) -> Any:  # noqa: ANN401 - a word or a number
    """Return a value as it is compared, or None once its problem is said."""
    found = _READ[fact.kind](value, known)
    if found is None:
        what = saying(UNFIT[fact.kind], fact=fact.name, value=repr(value))
        inner.say(what, fact.name)
        return None
    if not isinstance(found, str):
        return found
    word = fold(fact, found)
    words = known.own.get(fact.own, ()) if fact.own else fact.words
    if (fact.own or words) and word not in words and word:
        what = reader.unknown_word(fact.name, word, words)
        (inner.refuse if fact.was_open else inner.say)(what, fact.name)
        return word if fact.was_open else None
    _look(inner, fact, word)
    return word


def _look(inner: Reader, fact: Fact, word: str) -> None:
    """Refuse a word that no line can ever have."""
    if fact.closed and word and word not in closed(fact.closed).codes:
        what = reader.of_key(fact.name, closed(fact.closed).unknown(word))
        inner.refuse(what, fact.name)
    elif fact.kind == "words" and not word.strip():
        text = N_("%(fact)s is compared with an empty text")
        inner.refuse(saying(text, fact=fact.name), fact.name)


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
