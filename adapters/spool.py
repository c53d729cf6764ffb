"""Sort a long stream of lines into piles on disk, each small enough for memory."""

from __future__ import annotations

import tempfile
from array import array
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

HELD = 8 * 1024 * 1024  # bytes in memory before they go to disk


class Spool:
    """Lines by pile, in one unlinked file: a killed process leaves nothing behind."""

    def __init__(self, piles: int, held: int = HELD) -> None:
        self._file = tempfile.TemporaryFile(prefix="retour-")  # noqa: SIM115 - `close` ends it
        self._held = held
        self._size = 0
        self._waiting: dict[int, list[bytes]] = {}
        # By pile: where its pieces begin, and how long they are.
        self._places = [array("Q") for _ in range(piles)]

    def add(self, pile: int, line: bytes) -> None:
        """Put a line, without its line break, on a pile."""
        self._waiting.setdefault(pile, []).append(line)
        self._size += len(line)
        if self._size > self._held:
            self._flush()

    def pile(self, number: int) -> Iterator[bytes]:
        """Give the lines of a pile as they came."""
        self._flush()
        places = self._places[number]
        for start, length in zip(places[::2], places[1::2], strict=True):
            self._file.seek(start)
            yield from self._file.read(length).split(b"\n")

    def close(self) -> None:
        """Let go of the disk."""
        self._file.close()

    def _flush(self) -> None:
        at = self._file.seek(0, 2)
        for number, lines in self._waiting.items():
            piece = b"\n".join(lines)
            self._file.write(piece)
            self._places[number].extend((at, len(piece)))
            at += len(piece)
        self._waiting.clear()
        self._size = 0


def lines(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Cut a stream of bytes into its lines; empty ones are left out."""
    rest = b""
    for piece in pieces:
        *whole, rest = (rest + piece).split(b"\n")
        yield from filter(None, whole)
    if rest:
        yield rest
