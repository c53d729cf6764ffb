"""The merchant's own rules: which of them speak, of what, and where they clash."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from connector.model import Answer
from connector.policy.compiled import inputs
from connector.policy.sentences import answer
from connector.policy.vocabulary import Rule

if TYPE_CHECKING:
    from connector.policy.compiled import Holds, Program
    from connector.policy.seen import Seen


@dataclass(slots=True)
class Said:
    """What the own rules make of a line: values by action, and the trace of it.

    An action of which two rules of one priority say different things has no value:
    it is in `clashes`, with the names of both, for a person.
    """

    values: dict[str, Any] = field(default_factory=dict)
    by: dict[str, Rule] = field(default_factory=dict)
    trace: list[Answer] = field(default_factory=list)
    clashes: list[Answer] = field(default_factory=list)
    approvers: tuple[str, ...] = ()  # all of them where rules clash over it

    @property
    def approves(self) -> bool:
        """Whether a rule approves, and so outweighs the plain ones."""
        return bool(self.values) and self.values.get("decide") == "approve"


NOTHING = Said()


def own(seen: Seen, holds: Holds, made: Program) -> Said:
    """Let the rules that hold speak; of each action the highest priority."""
    said = Said()
    lost: dict[str, list[Rule]] = {}
    for rule, does, effects in zip(
        seen.policy.rules, holds.rules, made.effects, strict=True
    ):
        if does:
            for action, value in effects:
                _hear(said, lost, rule, action, value)
    if "approver" in said.values:
        unclear = lost.get("approver", [said.by["approver"]])
        said.approvers = tuple(dict.fromkeys(rule.then.approver for rule in unclear))
    for action, (one, other, *_) in lost.items():
        del said.values[action], said.by[action]
        facts = (("action", action), ("one", one.name), ("other", other.name))
        said.clashes.append(answer("clash", "ask", "clash", facts))
    speaking = {rule.name for rule in said.by.values()}
    for rule, does in zip(seen.policy.rules, holds.rules, strict=True):
        if does and rule.name in speaking:
            said.trace.append(_answer(rule, said, seen))
    return said


def _hear(
    said: Said,
    lost: dict[str, list[Rule]],
    rule: Rule,
    action: str,
    value: Any,  # noqa: ANN401 - whatever the action takes
) -> None:
    before = said.by.get(action)
    if before is None or rule.priority > before.priority:
        said.values[action], said.by[action] = value, rule
        lost.pop(action, None)
    elif rule.priority == before.priority and said.values[action] != value:
        lost.setdefault(action, [before]).append(rule)


def _answer(rule: Rule, said: Said, seen: Seen) -> Answer:
    """Say what a rule decided, with all that its conditions looked at."""
    decides = said.by.get("decide") is rule
    says = said.values["decide"] if decides else "note"
    facts = (("name", rule.name), *inputs(rule.when, seen))
    facts = (*facts, ("priority", str(rule.priority)))
    return answer(f"rule:{rule.name}", says, _CODES[says], facts, rule.why)


_CODES = {
    "approve": "rule_approve",
    "note": "rule_note",
    "ask": "rule_note",
    "decline": "rule_note",
}
