"""Expressions of SQL that remember how they were made, so that two can be compared."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import takewhile
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from connector.model import Kind

YES, NO = "1 = 1", "1 = 0"
UNKNOWN = "NULLIF(0, 0)"  # a number that is none: PostgreSQL asks of what kind
CALLS = re.compile(r"\b(instr|strpos)\(|\bp\.h\d")
WIDE = 2**31  # no fee is as high, in minor units
FEW = 5  # values that are compared one by one
Arm = tuple[str, str]  # (test, value)


class Case(str):
    """A CASE of tests and values; the first test that holds speaks."""

    __slots__ = ("arms", "otherwise")
    arms: tuple[Arm, ...]
    otherwise: str

    def __new__(cls, arms: Sequence[Arm], otherwise: str) -> Self:
        """Write it."""
        whens = " ".join(f"WHEN {test} THEN {value}" for test, value in arms)
        made = super().__new__(cls, f"CASE {whens} ELSE {otherwise} END")
        made.arms, made.otherwise = tuple(arms), otherwise
        return made


class Joined(str):
    """Tests that all must hold, or of which one must; `word` is AND or OR."""

    __slots__ = ("tests", "word")
    tests: tuple[str, ...]
    word: str

    def __new__(cls, word: str, tests: Sequence[str]) -> Self:
        """Write it."""
        made = super().__new__(cls, f"({f' {word} '.join(tests)})")
        made.word, made.tests = word, tuple(tests)
        return made


class No(str):
    """A test turned around."""

    __slots__ = ("test",)
    test: str

    def __new__(cls, test: str) -> Self:
        """Write it."""
        made = super().__new__(cls, f"NOT ({test})")
        made.test = test
        return made


class Above(str):
    """A comparison: the left side is greater than the right."""

    __slots__ = ("left", "right")
    left: str
    right: str

    def __new__(cls, left: str, right: str) -> Self:
        """Write it."""
        made = super().__new__(cls, f"{left} > {right}")
        made.left, made.right = left, right
        return made


class Later(str):
    """A number so much greater than what `since` is: days or ticks."""

    __slots__ = ("more", "since")
    since: str
    more: int

    def __new__(cls, since: str, more: int) -> Self:
        """Write it."""
        made = super().__new__(cls, f"({since} + {more})")
        made.since, made.more = since, more
        return made


class Chosen(str):
    """A test that arms choose: a CASE of 1 and 0, and what it must come to."""

    __slots__ = ("case",)
    case: str

    def __new__(cls, chosen: str) -> Self:
        """Write it."""
        made = super().__new__(cls, f"{chosen} = 1")
        made.case = chosen
        return made


def case(*pairs: Arm, otherwise: str = "NULL") -> str:
    """Write a CASE; what can never hold, or changes nothing, is left out."""
    found: list[Arm] = []
    for whole, value in pairs:
        # Where an arm is looked at, those before it did not hold.
        test = without(whole, "AND", [no(one) for one, _ in found])
        if test == NO:
            continue
        if test == YES:
            otherwise = value
            break
        found.append((test, value))
    while found and found[-1][1] == otherwise:
        found.pop()
    return Case(found, otherwise) if found else otherwise


def without(test: str, word: str, known: Sequence[str]) -> str:
    """Leave out of tests that `word` joins what holds, or does not, anyway."""
    if not (isinstance(test, Joined) and test.word == word):
        return test
    rest = [one for one in test.tests if one not in known]
    return both(rest) if word == "AND" else either(rest)


def choice(*pairs: Arm, otherwise: str) -> str:
    """Write a test that tests choose, as a CASE does: the first that holds speaks."""
    found = otherwise
    for test, value in reversed(pairs):
        if value == NO:
            found = both((no(test), found))
        elif value == YES:
            found = either((test, found))
        else:
            found = Chosen(case((test, flag(value)), otherwise=flag(found)))
    return found


def equals(value: str, word: str) -> str:
    """Say that a value, a column or a CASE of words, is this word of ours."""
    if isinstance(value, Case):
        arms = [(test, equals(one, word)) for test, one in value.arms]
        return choice(*arms, otherwise=equals(value.otherwise, word))
    quoted = f"'{word}'"
    if value.startswith("'"):
        return YES if value == quoted else NO
    return f"{value} = {quoted}"


def leaves(value: str, write: Callable[[str], str]) -> str:
    """Write every value that a CASE may come to anew, under the same tests."""
    if not isinstance(value, Case):
        return write(value)
    arms = [(test, leaves(one, write)) for test, one in value.arms]
    return case(*arms, otherwise=leaves(value.otherwise, write))


def flag(test: str) -> str:
    """Write a test as 1 or 0, on either store."""
    return case((test, "1"), otherwise="0")


def is_one(value: str) -> str:
    """Say that a number of ours is 1, where that is not known as it is written."""
    if value.isdecimal():
        return YES if value == "1" else NO
    return f"{value} = 1"


def both(tests: Iterable[str]) -> str:
    """Join tests that all must hold; none of them holds always."""
    found = [one for one in tests if one != YES]
    if NO in found:
        return NO
    return _joined("AND", found) if found else YES


def either(tests: Iterable[str]) -> str:
    """Join tests of which one must hold; none of them never holds."""
    found = [one for one in tests if one != NO]
    if YES in found:
        return YES
    return _joined("OR", found) if found else NO


def _joined(word: str, tests: Sequence[str]) -> str:
    """Join tests; what a choice offers that is demanded anyway is no demand more.

    Nor is it a choice what stands beside it turned around.
    """
    other_word = {"AND": "OR", "OR": "AND"}[word]
    tests = sorted(_flat(word, tests), key=_effort)
    turned = [no(one) for one in tests]
    found = [
        without(one, other_word, turned)
        for one in dict.fromkeys(tests)
        if not (
            isinstance(one, Joined)
            and one.word != word
            and any(other in one.tests for other in tests if other != one)
        )
    ]
    if len(found) == 1 and isinstance(found[0], Joined):
        return found[0]
    return Joined(word, found)


def _flat(word: str, tests: Iterable[str]) -> Iterator[str]:
    """Yield tests, and in place of those that are joined alike what they join."""
    for one in tests:
        if isinstance(one, Joined) and one.word == word:
            yield from one.tests
        else:
            yield one


@lru_cache(maxsize=10_000)
def _effort(test: str) -> tuple[int, int]:
    """Say how much it takes to weigh a test: the store goes from left to right."""
    calls = 2 if "SELECT" in test else int(bool(CALLS.search(test)))
    return calls, len(test)


def among(what: str, values: Sequence[str]) -> str:
    """Say that an expression is one of these values.

    SQLite makes a table of three and more, and to look into that takes longer than to
    compare a column with a few.
    """
    if not values:
        return NO
    if len(values) <= FEW and what.replace(".", "_").isidentifier():
        return either(f"{what} = {value}" for value in values)
    return f"{what} IN ({', '.join(values)})"


def abreast(old: str, new: str) -> str | None:
    """Write two numbers as one where the same tests choose them, else None.

    The number is the old one `WIDE` times, and the new one.
    """
    if isinstance(old, Case) and isinstance(new, Case):
        pairs = zip(old.arms, new.arms, strict=False)
        arms = [(test, abreast(one, other)) for (test, one), (_, other) in pairs]
        last = abreast(old.otherwise, new.otherwise)
        known = [(test, two) for test, two in arms if two is not None]
        if [test for test, _ in old.arms] != [test for test, _ in new.arms]:
            return None
        return Case(known, last) if last and len(known) == len(arms) else None
    if not (old.isdecimal() and new.isdecimal() and max(int(old), int(new)) < WIDE):
        return None
    return str(int(old) * WIDE + int(new))


def by_kind(told: Mapping[Kind, str]) -> str:
    """Write what is told of lines of each kind as one value of any line."""
    kinds: dict[str, list[str]] = {}
    for kind, value in told.items():
        kinds.setdefault(value, []).append(repr(kind.value))
    found = [(among("p.kind", some), value) for value, some in kinds.items()]
    return case(*found[:-1], otherwise=found[-1][1])


def no(test: str) -> str:
    """Turn a test around."""
    if isinstance(test, No):
        return test.test
    return {YES: NO, NO: YES}.get(test) or No(test)


def tells_apart(old: str, new: str, is_not: str) -> str:
    """Write a test that holds wherever two tests do not come to the same.

    What they have in common is weighed once. It may hold where they are the same
    after all; `is_not` is how the store tells two values apart, NULL being one.
    """
    if old == new:
        return NO
    if isinstance(old, Joined) and isinstance(new, Joined) and old.word == new.word:
        return _tests_apart(old, new, is_not)
    if isinstance(old, Chosen) and isinstance(new, Chosen):
        return by_arm(old.case, new.case, lambda *sides: " <> ".join(sides))
    if isinstance(old, Above) and isinstance(new, Above) and old.left == new.left:
        return by_arm(old.right, new.right, lambda *sides: _above(old.left, *sides))
    return f"{flag(old)} <> {flag(new)}"


def _above(left: str, old: str, new: str) -> str:
    """Tell where a value lies between two limits: above one of them only."""
    if isinstance(old, Later) and isinstance(new, Later) and old.since == new.since:
        first, last = sorted((old.more, new.more))
        return f"{left} - ({old.since}) BETWEEN {first + 1} AND {last}"
    one, other = f"{left} > {old}", f"{left} > {new}"
    return f"{flag(one)} <> {flag(other)}"


def _tests_apart(old: Joined, new: Joined, is_not: str) -> str:
    common = [one for one in old.tests if one in new.tests]
    rest, other = ([x for x in side.tests if x not in common] for side in (old, new))
    join = both if old.word == "AND" else either
    if len(rest) == len(other):
        pairs = zip(rest, other, strict=True)
        apart = either(tells_apart(one, two, is_not) for one, two in pairs)
    else:
        apart = f"{flag(join(rest))} <> {flag(join(other))}"
    if old.word == "AND" or not common:
        return both((*common, apart))
    # As a number: of what is not known, nothing is said, and the rest decides.
    return both((f"{flag(either(common))} = 0", apart))


def values_apart(old: str, new: str, is_not: str) -> str:
    """Write a test that holds wherever two values differ, and maybe elsewhere."""

    def apart(one: str, other: str) -> str:
        if one.isdecimal() and other.isdecimal():
            return YES  # equal ones are not asked about
        return f"({one}) {is_not} ({other})"

    return by_arm(old, new, apart)


def by_arm(old: str, new: str, apart: Callable[[str, str], str]) -> str:
    """Tell two values apart by `apart`, arm by arm where the same tests choose them."""
    if old == new:
        return NO
    if not (isinstance(old, Case) and isinstance(new, Case)):
        return _by_either_arm(old, new, apart)
    pairs = list(zip(old.arms, new.arms, strict=False))
    same = list(takewhile(lambda pair: pair[0][0] == pair[1][0], pairs))
    if not same:
        return apart(old, new)
    arms = [(test, by_arm(one, other, apart)) for (test, one), (_, other) in same]
    rest, other = (_rest(side, len(same)) for side in (old, new))
    return choice(*arms, otherwise=by_arm(rest, other, apart))


def _by_either_arm(old: str, new: str, apart: Callable[[str, str], str]) -> str:
    """Tell a value that tests choose from one that is the same whatever they say."""
    if isinstance(old, Case) and isinstance(new, Later):
        arms = [(test, by_arm(one, new, apart)) for test, one in old.arms]
        return choice(*arms, otherwise=by_arm(old.otherwise, new, apart))
    if isinstance(new, Case) and isinstance(old, Later):
        arms = [(test, by_arm(old, one, apart)) for test, one in new.arms]
        return choice(*arms, otherwise=by_arm(old, new.otherwise, apart))
    return apart(old, new)


def _rest(side: Case, count: int) -> str:
    return case(*side.arms[count:], otherwise=side.otherwise)
