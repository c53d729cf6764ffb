"""Which returns could fare differently under two policies, and how else decided."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.backtest.known import knowing, shorter
from connector.backtest.lines import STATES
from connector.backtest.sql import (
    NO,
    Chosen,
    among,
    both,
    case,
    either,
    tells_apart,
    values_apart,
)
from connector.model import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connector.backtest.lines import Line
    from connector.backtest.whole import Verdicts
    from connector.backtest.written import Lines


def maybe(
    old: Verdicts, new: Verdicts, lines: Lines, is_not: str
) -> tuple[str, list[Kind]] | None:
    """Write which returns could fare differently: number, kind and order of each.

    Beside that, return of which kinds these may be.

    Only what the policies say in other words is looked at: where all of that comes
    to the same, so does the verdict. None where they weigh whole returns otherwise;
    then every line is asked about. `is_not` is how the store tells two values apart.
    """
    if old.weighs != new.weighs:
        return None
    kinds: dict[str, list[Kind]] = {}
    for kind in sorted(old.lines, key=list(Kind).index):
        differs = shorter(_lines_apart(old.lines[kind], new.lines[kind], is_not))
        if differs != NO:
            kinds.setdefault(differs, []).append(kind)
    # What kind it is takes least to weigh, and most returns are of the first.
    arms = [f"({_is_of(some)} AND {test})" for test, some in kinds.items()]
    differs = " OR ".join(arms) or NO
    names = ("kind", "order_ref")
    steps = lines.held(
        old.text, {"differs": differs, **{name: f"p.{name}" for name in names}}
    )
    found = f"SELECT p.case_no, p.kind, p.order_ref FROM held p WHERE {differs}"
    those = [kind for some in kinds.values() for kind in some]
    return f"WITH {steps} {found} ON CONFLICT DO NOTHING", those


def _is_of(kinds: Sequence[Kind]) -> str:
    return among("p.kind", [repr(kind.value) for kind in kinds])


def _lines_apart(old: Line, new: Line, is_not: str) -> str:
    """Write a test that holds wherever a line by itself fares differently."""
    tests = [_decided_apart(old, new, is_not)]
    told = new.told
    for name, value in old.told.items():
        if name == "decision":  # the first test is of it
            continue
        apart = values_apart(value, told[name], is_not)
        if name == "fee":
            # Nobody pays for the way back of what both decline, told apart above.
            stands = Chosen(case((old.declined, "0"), otherwise="1"))
            apart = both((apart, stands))
        tests.append(apart)
    return either(tests)


def _decided_apart(old: Line, new: Line, is_not: str) -> str:
    """Write a test that holds wherever a line by itself is decided differently."""
    parts = new.parts
    return either(
        tells_apart(test, parts[name], is_not) for name, test in old.parts.items()
    )


def decided_anew(old: Line, new: Line, is_not: str) -> str:
    """Write both decisions as one number; weigh the new where it could differ."""
    first, made = old.decision, new.decision
    alike = f"{shorter(first)} * {STATES + 1}"
    if made == first:
        return alike
    apart = shorter(_decided_apart(old, new, is_not))
    known = knowing(apart)
    if len(apart) * 2 >= len(made):
        return f"{shorter(first)} * {STATES} + {shorter(made)}"
    two = f"{shorter(first, known)} * {STATES} + {shorter(made, known)}"
    return case((apart, two), otherwise=alike)
