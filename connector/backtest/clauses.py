"""Conditions as SQL: each fact of the vocabulary is an expression of a past line.

`p` is the past line, `r` the reason that the policy makes of its words. Whatever the
merchant wrote is a parameter, never a part of the text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.backtest.reasons import Reasons
from connector.backtest.rows import MARK
from connector.backtest.sql import NO, YES, among, both, either, no
from connector.policy.facts import FACTS, PAST_DAYS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from connector.backtest.ends import Ends
    from connector.model import Kind, Resolution
    from connector.policy import Policy
    from connector.policy.vocabulary import Clause, Question

DAY = 86_400_000_000  # microseconds
SPARSE = ("p.customer_tags", "p.answers")  # sets that are empty more often than not
PLAIN, SHORT = 16, 240  # conditions without a column, and their letters
FIRST_DAY = 719_163  # `date(1970, 1, 1).toordinal()`


class Words:
    """What the policies of one query share: the values and the conditions in it.

    `contains` is the function that finds one text in another, on this store; `given`
    are the reasons that past lines have, in their own words; `ends` is when their
    withdrawals end; `channels` how they came; `ways` what the shop can do, None: all;
    `informed` since when it tells of the right to withdraw, in microseconds since 1970.
    """

    def __init__(
        self,
        contains: str,
        given: Iterable[str],
        ends: Ends,
        channels: Iterable[str],
        ways: frozenset[Resolution] | None = None,
        informed: int | None = None,
    ) -> None:
        self.contains = contains
        self.given = list(given)
        self.ends = ends
        self.channels = frozenset(channels)
        self.ways = ways
        self.informed = informed
        self.values: dict[str, object] = {}
        self.flags: dict[str, str] = {}  # conditions, by the column that holds each
        self.reasons: dict[str, Policy] = {}  # a policy with them, by their table
        self._names: dict[str, str] = {}
        self._plain: set[str] = set()  # conditions that have no column

    def table_of(self, policy: Policy) -> str:
        """Name the table of a policy's reasons; equal ones have one."""
        for name, known in self.reasons.items():
            if known.reasons == policy.reasons:
                return name
        name = f"t{len(self.reasons)}"
        self.reasons[name] = policy
        return name

    def value(self, found: str) -> str:
        """Name a value; the same has one name."""
        name = self._names.get(found)
        if name is None:
            name = self._names[found] = f"v{len(self._names)}"
            self.values[name] = found
        return name

    def told(self, test: str) -> str:
        """Write a condition where it is weighed: a few short ones as they are.

        Others have a column of their own: the rules of a long policy look at each
        other's conditions, and a statement has no room for all of that.
        """
        if len(test) <= SHORT and len(self._plain | {test}) <= PLAIN:
            self._plain.add(test)
            return test
        return f"p.{self.flags.setdefault(test, f'h{len(self.flags)}')} = 1"


class Text:
    """One policy's expressions in the making.

    They hold for lines of one kind: what asks about the kind is known as they are
    written, and nothing of it is left to weigh. `reasons` is what the policy makes of
    them: policies with the same reasons share it, and then whatever else they say
    alike.
    """

    def __init__(self, policy: Policy, words: Words, kind: Kind) -> None:
        self.policy = policy
        self.words = words
        self.kind = kind
        self.runs = words.ends.runs(policy)
        self.reasons = Reasons(policy, words.given, words.table_of(policy), self.value)

    def value(self, found: str | int) -> str:
        """Name a value; whole numbers stand in the text themselves."""
        if isinstance(found, int):
            return str(int(found))
        return f":{self.words.value(found)}"

    def is_kind(self, *kinds: Kind) -> str:
        """Say that the lines are of one of these kinds, which is known."""
        return YES if self.kind in kinds else NO

    def is_channel(self, *names: str) -> str:
        """Say that a line came in one of these ways, of those that any came in."""
        return self.among("p.channel", self.words.channels & set(names))

    def is_country(self, *codes: str) -> str:
        """Say that a line went to one of these countries, of those any went to."""
        known = self.words.ends.spans.keys()
        named, others = known & set(codes), known - set(codes)
        if len(others) < len(named):
            return no(self.among("p.country", others))
        return self.among("p.country", named)

    def among(self, what: str, words: Iterable[str | int]) -> str:
        """Say that an expression is one of these values."""
        return among(what, [self.value(one) for one in sorted(set(words), key=str)])

    def has(self, column: str, word: str) -> str:
        """Say that a set of words holds one; many customers have no tag at all."""
        word = self.value(MARK + word + MARK)
        held = f"{self.words.contains}({column}, {word}) > 0"
        return both((f"{column} <> ''", held)) if column in SPARSE else held

    def has_any(self, column: str, words: Iterable[str]) -> str:
        """Say that a set of words holds one of these."""
        return either(self.has(column, word) for word in sorted(set(words)))

    def has_answer(self, question: Question, code: str) -> str:
        """Say that the customer gave this answer."""
        return self.has("p.answers", f"{question.code}:{code}")

    def all_hold(self, when: Sequence[Clause]) -> str:
        """Write conditions that all must hold."""
        test = both(self.clause(one) for one in when)
        return test if test in (YES, NO) else self.words.told(test)

    def clause(self, one: Clause) -> str:
        """Write one condition."""
        kind = FACTS[one.fact].kind
        if one.fact == "kind":
            return self._of_kind(one)
        if one.fact in _REASONS:
            named = self.reasons.are(_REASONS[one.fact], map(str, one.values))
            return no(named) if one.operator in _DENIED else named
        if kind == "words":
            return self._set(one)
        if one.fact in _DAYS and one.operator not in ("in", "not_in"):
            return _days(one)
        left = self._fact(one.fact)
        if one.operator in ("in", "not_in"):
            some = self.among(left, one.values)
            return some if one.operator == "in" else no(some)
        first, last = self.value(one.values[0]), self.value(one.values[-1])
        if one.operator == "between":
            text = f"{left} BETWEEN {first} AND {last}"
        else:
            text = f"{left} {_SIGNS[one.operator]} {first}"
        is_paid = kind == "amount" and one.fact != "past_value"
        same = f"p.currency = {self.value(self.policy.currency)}"
        return both((same, text)) if is_paid else f"({text})"

    def _of_kind(self, one: Clause) -> str:
        is_named = self.kind.value in one.values
        return YES if is_named is not (one.operator in _DENIED) else NO

    def _set(self, one: Clause) -> str:
        words = sorted({str(word) for word in one.values})
        tests = [self._member(one.fact, word) for word in words]
        if one.operator == "contains":
            return either(tests)
        if one.operator == "contains_all":
            return both(tests)
        return no(either(tests))

    def _member(self, fact: str, word: str) -> str:
        if fact == "customer_group":
            return self.in_group(word)
        return self.has(_SETS[fact], word)

    def in_group(self, name: str) -> str:
        """Say that the customer is in a group: he carries one of its tags."""
        tags = [
            tag
            for one in self.policy.customer_groups
            if one.name == name
            for tag in one.tags
        ]
        return self.has_any("p.customer_tags", tags)

    def _fact(self, name: str) -> str:
        if name == "past_returns":
            return self.past("count(*)", PAST_DAYS, "c.position = 0")
        if name == "past_value":
            return self.past_worth(PAST_DAYS)
        if name in _DAYS:
            ticks, base = _DAYS[name]
            return f"({days(ticks)} + {base})"
        return _COLUMNS[name]

    def past_worth(self, length: int) -> str:
        """Write what the customer's other returns were worth in so many days."""
        currency = f"c.currency = {self.value(self.policy.currency)}"
        return self.past("COALESCE(sum(c.worth), 0)", length, currency)

    def past(self, what: str, length: int, which: str) -> str:
        """Write a sum over the customer's other returns in so many days before.

        One that came to nothing does not count, as for `store.customers.past`: it was
        cancelled, or every line of it declined.
        """
        return (
            f"(CASE WHEN p.customer = '' THEN 0 ELSE (SELECT {what} FROM past_lines c"
            " WHERE c.shop = p.shop AND c.customer = p.customer"
            f" AND c.asked > p.asked_at - {length * DAY} AND c.asked <= p.asked_at"
            f" AND c.case_no <> p.case_no AND {which} AND NOT EXISTS (SELECT 1"
            " FROM returns x WHERE x.id = c.return_id"
            " AND (x.cancelled_at IS NOT NULL OR NOT EXISTS (SELECT 1"
            " FROM return_lines l WHERE l.return_id = x.id"
            " AND l.decision <> 'declined')))) END)"
        )


def _days(one: Clause) -> str:
    """Compare whole days without reckoning them: the ticks before and after do."""
    ticks, base = _DAYS[one.fact]
    first, last = (int(one.values[at]) - base for at in (0, -1))
    since, until = f"{ticks} >= {first * DAY}", f"{ticks} < {(last + 1) * DAY}"
    within = f"({since} AND {until})"
    return {
        "is": within, "on": within, "between": within, "is_not": no(within),
        "above": no(until), "after": no(until), "at_least": since,
        "below": no(since), "before": no(since), "at_most": until,
    }[one.operator]  # fmt: skip


def days(ticks: str) -> str:
    """Turn microseconds into whole days, downward as Python does."""
    return f"(({ticks} - (({ticks} % {DAY}) + {DAY}) % {DAY}) / {DAY})"


_DENIED = ("is_not", "not_in")
_SIGNS = {
    "is": "=", "on": "=", "is_not": "<>", "above": ">", "after": ">", "below": "<",
    "before": "<", "at_least": ">=", "at_most": "<=",
}  # fmt: skip
_SETS = {
    "tag": "p.tags",
    "category": "p.categories",
    "answer": "p.answers",
    "customer_tag": "p.customer_tags",
}
# Moments in ticks, and the day that counts as none, of facts that are whole days.
_DAYS = {
    "placed_at": ("p.placed", FIRST_DAY),
    "asked_at": ("p.asked_at", FIRST_DAY),
    "days_since_purchase": ("(p.asked_at - p.placed)", 0),
    "days_since_delivery": ("(p.asked_at - p.begins)", 0),
}
_COLUMNS = {
    "shop": "p.shop",
    "channel": "p.channel",
    "method": "p.method",
    "country": "p.country",
    "language": "p.language",
    "currency": "p.currency",
    "order_status": "p.order_status",
    "total": "p.total",
    "price": "p.price",
    "worth": "p.worth",
    "quantity": "p.quantity",
    "product": "p.product",
    "variant": "p.variant",
    "sku": "p.sku",
    "gift_card": "p.gift_card",
    "resolution": "p.wanted",
    "photos": "p.photos",
}
_REASONS = {"reason": "code", "reason_group": "grouped", "fault": "fault"}
