"""A letter box on the floor: what Retour writes to customers, kept as files."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from connector.messenger import Message


class Postbox:
    """Takes every letter into a folder; one that comes twice is one file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(exist_ok=True)

    def send(self, message: Message) -> None:
        """Keep a letter as a text file, named by its key."""
        head = f"To: {message.recipient}\nSubject: {message.subject}\n\n"
        path = self.folder / f"{message.key}.txt"
        path.write_text(head + message.body, "utf-8")
