"""What a policy says of whole returns, as SQL over all past lines at once."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from connector.backtest.clauses import NO, both, case, either, flag, no
from connector.backtest.fees import NOTHING
from connector.backtest.lines import APPROVED, ASKED, DECLINED, Line
from connector.backtest.rows import UNSUITED
from connector.model import CREDITS, Resolution
from connector.policy.compiled import program

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from connector.backtest.clauses import Text, Words
    from connector.policy import Policy

KEEP, REFUND = Resolution.KEEP.value, Resolution.REFUND.value
OF = "(PARTITION BY case_no)"
REASON = ("code", "grouped", "fault", "photos", "person", "restocked", "known")
# What is told of each line, by each policy.
TOLD = ("decision", "way", "bonus", "restocking", "fee", "given")


class Verdicts:
    """One policy as two steps of SQL: each line by itself, then its whole return.

    `key` begins the names of its columns, so that two policies stand side by side.
    """

    def __init__(self, policy: Policy, text: Text, key: str) -> None:
        self.policy = policy
        self.text = text
        self.key = key
        self.line = Line(policy, text)
        self.has_amounts = program(policy).needs_amounts or policy.has_amounts

    @property
    def weighs(self) -> tuple[object, ...]:
        """Return all that looks at a return as a whole."""
        policy = self.policy
        below = (policy.automatic_below, policy.keep.below, policy.levels)
        return (policy.currency, *below, self.has_amounts, self._charges)

    def by_line(self) -> list[str]:
        """Return the columns of the second step: each line by itself."""
        line, key = self.line, self.key
        told = {
            "decision": line.decision,
            "way": line.way,
            "bonus": line.bonus,
            "restocking": line.fees.restocking,
            "fee": line.fees.return_fee,
            "stays": flag(line.may_stay),
        }
        return [f"{text} AS {key}_{name}" for name, text in told.items()]

    def over_whole(self) -> list[str]:
        """Return the columns of the third step: sums over the return.

        A fee that is not taken is -1 there: one such line frees the whole return.
        `rest` leaves out the lines that may stay with the customer.
        """
        key, found = self.key, []
        if self._looks_at_worth:
            approved = f"CASE {key}_decision WHEN {APPROVED} THEN worth ELSE 0 END"
            standing = f"CASE {key}_decision WHEN {DECLINED} THEN 0 ELSE worth END"
            found += [f"sum({approved}) OVER {OF} AS {key}_approved"]
            found += [f"sum({standing}) OVER {OF} AS {key}_standing"]
        if self._charges:
            comes = f"{key}_decision <> {DECLINED} AND {key}_way <> '{KEEP}'"
            fee = f"THEN COALESCE({key}_fee, -1) END"
            found.append(f"min(CASE WHEN {comes} {fee}) OVER {OF} AS {key}_least")
            if self.policy.keep.below is not None:
                rest = f"{comes} AND NOT ({self._might_stay})"
                found.append(f"min(CASE WHEN {rest} {fee}) OVER {OF} AS {key}_rest")
        return found

    @property
    def _looks_at_worth(self) -> bool:
        return self.policy.automatic_below is not None or bool(self.policy.levels)

    @property
    def _might_stay(self) -> str:
        key = self.key
        return (
            f"{key}_way = '{REFUND}' AND {key}_stays = 1"
            f" AND {key}_decision = {APPROVED}"
        )

    def decided(self) -> list[str]:
        """Return the columns of the fourth step: decision, and whether goods stay."""
        key, policy = self.key, self.policy
        currency = self.text.value(policy.currency)
        is_same, decision = f"currency = {currency}", f"{key}_decision"
        asks: list[tuple[str, str]] = []
        if self.has_amounts:
            stands = f"{decision} <> {DECLINED}"
            asks.append((f"currency <> {currency} AND {stands}", str(ASKED)))
        limit = policy.automatic_below
        if limit is not None:
            above = f"{key}_approved >= {limit.minor} AND {decision} = {APPROVED}"
            asks.append((f"{is_same} AND {above}", str(ASKED)))
        if policy.levels:
            least = min(level.above.minor for level in policy.levels)
            above = f"{key}_standing > {least} AND {decision} <> {DECLINED}"
            asks.append((f"{is_same} AND {above}", str(ASKED)))
        # Amounts ask about every approved line of a return, or about none.
        is_asked = either(f"({test})" for test, _ in asks)
        little = NO
        if policy.keep.below is not None:
            below = f"{is_same} AND whole_worth < {policy.keep.below.minor}"
            little = both((below, self._is_sure))
        return [
            f"{case(*asks, otherwise=decision)} AS {key}_decision",
            f"{flag(both((little, self._might_stay, no(is_asked))))} AS {key}_kept",
            f"{flag(little)} AS {key}_little",
            *(f"{key}_{name}" for name in ("way", "bonus", "restocking")),
            *(text.rpartition(" AS ")[2] for text in self._fees_over_whole()),
        ]

    @property
    def _is_sure(self) -> str:
        """Tell that amounts ask about no line of the return that would be approved."""
        key, policy = self.key, self.policy
        tests = []
        if policy.automatic_below is not None:
            limit = policy.automatic_below.minor
            tests.append(f"{key}_approved < {limit}")
        if policy.levels:
            least = min(level.above.minor for level in policy.levels)
            tests.append(f"{key}_standing <= {least}")
        return both(tests)

    def _fees_over_whole(self) -> list[str]:
        return [one for one in self.over_whole() if one.endswith(("_least", "_rest"))]

    def told(self) -> list[str]:
        """Return the columns of the last step: the fee of the whole, what is given.

        `given` is what one line brings in minor units, a bonus with it and its fee
        taken off, once it is approved; the fee of the way back is the return's.
        """
        key = self.key
        kept, way = f"{key}_kept = 1", f"{key}_way"
        bp = f"(CASE WHEN {kept} THEN 0 ELSE {key}_restocking END)"
        credits_ = ", ".join(f"'{one.value}'" for one in sorted(CREDITS))
        net = f"(worth - (worth * {bp} + 5000) / 10000)"
        bonus = (
            f"CASE WHEN {way} IN ({credits_})"
            f" THEN ({net} * {key}_bonus + 5000) / 10000 ELSE 0 END"
        )
        none = f"{key}_decision <> {APPROVED} OR {way} = 'repair'"
        return [
            f"{key}_decision",
            f"CASE WHEN {kept} THEN '{KEEP}' ELSE {way} END AS {key}_way",
            f"{key}_bonus",
            f"{bp} AS {key}_restocking",
            f"{self._fee()} AS {key}_fee",
            f"CASE WHEN {none} THEN 0 ELSE {net} + {bonus} END AS {key}_given",
        ]

    def _fee(self) -> str:
        """Write the fee of the whole return: the least, unless a line bears none."""
        key = self.key
        if not self._charges:
            return NOTHING
        least = f"{key}_least"
        if self.policy.keep.below is not None:
            least = f"(CASE WHEN {key}_little = 1 THEN {key}_rest ELSE {least} END)"
        return f"CASE WHEN {least} > 0 THEN {least} END"

    @property
    def _charges(self) -> bool:
        policy = self.policy
        fees = [policy.return_fee]
        fees += [one.return_fee for one in policy.fees.special]
        fees += [one.then.return_fee for one in policy.rules]
        return any(fees)


def reasons(name: str, policy: Policy, text: Text, raw: Iterable[str]) -> str:
    """Write what a policy makes of each reason that was given, as a table of rows."""
    rows = []
    for words in sorted(set(raw)):
        known = policy.reason(policy.unsuited if words == UNSUITED else words)
        own = known.restocking_bp if known else None
        told = (
            text.value(words),
            text.value(known.code if known else ""),
            text.value(known.group if known else ""),
            text.value(known.fault.value if known else "customer"),
            str(known.photos if known else 0),
            str(int(known.needs_person) if known else 0),
            NOTHING if own is None else str(own),
            str(int(known is not None)),
        )
        rows.append(f"SELECT {', '.join(told)}")
    names = ", ".join(("raw", *REASON))
    return f"{name}r ({names}) AS ({' UNION ALL '.join(rows)})"


def side_by_side(
    verdicts: Sequence[Verdicts],
    source: str,
    raw: Iterable[str],
    now: str,
) -> str:
    """Write what each policy says of every past line, as steps that end in `told`.

    The text goes behind WITH. `source` is a WHERE of `past_lines`; `now` is when
    lines are asked that nobody has asked back.
    """
    found = list(raw)
    first = _first(source, now)
    lines = [text for one in verdicts for text in one.by_line()]
    held, joins = _held(verdicts[0].text.words)
    steps = [("step", first)]
    steps.append(("held", _next(_named(lines, held), held, steps, joins)))
    base = "p.case_no, p.position, p.is_asked, p.currency, p.worth"
    steps.append(("told_once", _next(base, list(_once(lines).values()), steps)))
    steps.append(("lines", _next(base, _named_after(lines), steps)))
    sums = [text for one in verdicts for text in one.over_whole()]
    if any(one.policy.keep.below is not None for one in verdicts):
        sums.append(f"sum(worth) OVER {OF} AS whole_worth")
    steps.append(("sums", _next("p.*", sums, steps)))
    decided = [text for one in verdicts for text in one.decided()]
    steps.append(("decided", _next(base, decided, steps)))
    told = [text for one in verdicts for text in one.told()]
    steps.append(("told", _next(base, told, steps)))
    tables = _tables(verdicts[0].text, found)
    kept = [f"{name} AS {_kept(name)}({step})" for name, step in steps]
    return ", ".join([*tables, *kept])


def _first(source: str, now: str) -> str:
    return (
        f"SELECT x.*, COALESCE(x.asked, {now}) AS asked_at,"
        " CASE WHEN x.asked IS NULL THEN 0 ELSE 1 END AS is_asked"
        f" FROM past_lines x WHERE {source}"
    )


def _held(words: Words, only: str | None = None) -> tuple[list[str], str]:
    """Return the columns of reasons and conditions, and the joins that bring them.

    Only once all is written is it known which conditions are asked for. With `only`
    those alone that this text names.
    """
    columns = {
        f"{name}_{column}": f"{name}r.{column}"
        for name in words.reasons
        for column in REASON
    }
    columns |= {name: flag(test) for test, name in words.flags.items()}
    named = None if only is None else set(re.findall(r"\bp\.(\w+)", only))
    held = [
        f"{text} AS {name}"
        for name, text in columns.items()
        if named is None or name in named
    ]
    # An outer join, so that no planner begins with the few reasons.
    joins = " ".join(
        f"LEFT JOIN {name}r ON {name}r.raw = p.reason" for name in words.reasons
    )
    return held, joins


def _tables(text: Text, raw: Sequence[str]) -> list[str]:
    known = text.words.reasons.items()
    return [reasons(name, policy, text, raw) for name, policy in known]


def perhaps(
    old: Verdicts,
    new: Verdicts,
    source: str,
    raw: Iterable[str],
    now: str,
    is_not: str,
) -> str | None:
    """Write which returns could fare differently, as steps that end in `maybe`.

    Only what the policies say in other words is looked at: where all of that comes
    to the same, so does the verdict. None where they weigh whole returns otherwise;
    then every line is asked about. `is_not` is how the store tells two values apart.
    """
    if old.weighs != new.weighs:
        return None
    tests = [
        f"{flag(test)} <> {flag(new.line.parts[name])}"
        for name, test in old.line.parts.items()
        if test != new.line.parts[name]
    ]
    pairs = zip(old.by_line(), new.by_line(), strict=True)
    for one, other in pairs:
        (text, _, name), (said, _, _) = one.rpartition(" AS "), other.rpartition(" AS ")
        if text != said and not name.endswith("_decision"):
            tests.append(f"({text}) {is_not} ({said})")
    differs = " OR ".join(tests) or "1 = 0"
    held, joins = _held(old.text.words, differs)
    steps = [("step", _first(source, now))]
    steps.append(("held", _next(_named([differs], held), held, steps, joins)))
    tables = _tables(old.text, list(raw))
    last = f"maybe AS (SELECT DISTINCT p.case_no FROM held p WHERE {differs})"
    return ", ".join([*tables, *(f"{name} AS ({step})" for name, step in steps), last])


def _next(
    base: str, columns: Sequence[str], steps: Sequence[tuple[str, str]], join: str = ""
) -> str:
    """Write a step upon the one before it."""
    return f"SELECT {', '.join((base, *columns))} FROM {steps[-1][0]} p {join}"


def _once(columns: Sequence[str]) -> dict[str, str]:
    """Write what two policies say alike as one column, by its text."""
    found: dict[str, str] = {}
    for column in columns:
        text = column.rpartition(" AS ")[0]
        found.setdefault(text, f"{text} AS x{len(found)}")
    return found


def _named_after(columns: Sequence[str]) -> list[str]:
    """Give those columns back their names."""
    once = list(_once(columns))
    named = []
    for column in columns:
        text, _, name = column.rpartition(" AS ")
        named.append(f"p.x{once.index(text)} AS {name}")
    return named


def _named(lines: Sequence[str], held: Sequence[str]) -> str:
    """Name the columns of a past line that later steps look at, and no others."""
    made = {text.rpartition(" ")[2] for text in held}
    asked = set(re.findall(r"\bp\.(\w+)", " ".join(lines)))
    base = {"case_no", "position", "is_asked", "currency", "worth"}
    return ", ".join(f"p.{name}" for name in sorted(base | asked - made))


def _kept(name: str) -> str:
    """Say which steps are reckoned once: others look at their columns many times."""
    return "MATERIALIZED " if name in ("held", "told_once") else ""
