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
    from connector.policy.sentences import Facts

TWO = 2


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
    for action, rules in lost.items():
        del said.values[action], said.by[action]
        said.clashes.append(_clash(action, rules, made, seen))
    speaking = {rule.name for rule in said.by.values()}
    for place, rule in enumerate(seen.policy.rules):
        if holds.rules[place] and rule.name in speaking:
            tells, told = made.tells[place], made.does[place]
            if len(speaking) > 1 or len(said.by) < len(tells):
                spoke = [x for key, x in tells.items() if said.by.get(key) is rule]
                told = ", ".join(spoke)
            said.trace.append(_answer(rule, said, seen, told))
    return said


def _clash(action: str, rules: list[Rule], made: Program, seen: Seen) -> Answer:
    """Ask, naming every rule that clashes, what each says, and what they looked at."""
    names = [rule.name for rule in rules]
    facts: Facts = (("action", action), ("one", names[0]), ("other", names[1]))
    if len(names) > TWO:
        shown = ", ".join(f"“{name}”" for name in names)
        facts = (*facts, ("rules", shown))
    by_name = dict(zip((x.name for x in seen.policy.rules), made.tells, strict=True))
    facts += tuple((f"rule {name}", by_name[name][action]) for name in names)
    facts += inputs([one for rule in rules for one in rule.when], seen)
    return answer("clash", "ask", "clashes" if len(names) > TWO else "clash", facts)


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


def _answer(rule: Rule, said: Said, seen: Seen, does: str) -> Answer:
    """Say what a rule decided and did, with all that its conditions looked at.

    An action that a rule of a higher priority took from it, or a clash, is left out.
    """
    decides = said.by.get("decide") is rule
    says = said.values["decide"] if decides else "note"
    facts = (("name", rule.name), *inputs(rule.when, seen))
    facts = (*facts, ("priority", str(rule.priority)), ("does", does))
    return answer(f"rule:{rule.name}", says, _CODES[says], facts, rule.why)


_CODES = {
    "approve": "rule_approve",
    "note": "rule_note",
    "ask": "rule_note",
    "decline": "rule_note",
}
