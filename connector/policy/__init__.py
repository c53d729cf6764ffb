"""The merchant's policy: a TOML file in, verdicts with their reasons out. Pure."""

from connector.policy.asks import PhotosWanted, asked, photos_wanted
from connector.policy.case import (
    Case,
    LineVerdict,
    Offer,
    Past,
    Verdict,
    Wanted,
    When,
)
from connector.policy.judge import judge
from connector.policy.lawful import advice
from connector.policy.load import digest, load, read, starter, stored
from connector.policy.periods import LAW_BOUND, line_begins
from connector.policy.seen import email_hash, worth
from connector.policy.sentences import (
    SOFTENED,
    answer,
    as_saying,
    deciding,
    fact,
    render,
)
from connector.policy.vocabulary import (
    Method,
    Policy,
    Question,
    Reason,
    ReasonGroup,
    label,
    spoken,
)

__all__ = [
    "LAW_BOUND",
    "SOFTENED",
    "Case",
    "LineVerdict",
    "Method",
    "Offer",
    "Past",
    "PhotosWanted",
    "Policy",
    "Question",
    "Reason",
    "ReasonGroup",
    "Verdict",
    "Wanted",
    "When",
    "advice",
    "answer",
    "as_saying",
    "asked",
    "deciding",
    "digest",
    "email_hash",
    "fact",
    "judge",
    "label",
    "line_begins",
    "load",
    "photos_wanted",
    "read",
    "render",
    "spoken",
    "starter",
    "stored",
    "worth",
]
