"""Who carries letters to customers, as the steps see it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One letter in plain text; `key` is the same each time it is sent.

    `sender_name` and `reply_to` are the shop's, `language` is BCP 47.
    """

    key: str
    recipient: str
    subject: str
    body: str
    language: str
    sender_name: str = ""
    reply_to: str = ""


class Messenger(Protocol):
    """Carries letters; at least once, and a second copy bears the same name."""

    def send(self, message: Message) -> None:
        """Hand a letter over; raises MailRefused for good, MailError for now."""
        ...
