"""The merchant's policy: a TOML file in, verdicts with their reasons out. Pure."""

from connector.policy.judge import judge
from connector.policy.load import digest, load, starter
from connector.policy.vocabulary import (
    Case,
    LineVerdict,
    Policy,
    Reason,
    Verdict,
    Wanted,
    When,
    label,
    reasons,
)

__all__ = [
    "Case",
    "LineVerdict",
    "Policy",
    "Reason",
    "Verdict",
    "Wanted",
    "When",
    "digest",
    "judge",
    "label",
    "load",
    "reasons",
    "starter",
]
