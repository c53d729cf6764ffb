"""What a form may bring along: files are held to their size while they are read.

A photo that is too large is read to its end and thrown away, not kept and not refused
with the whole form: so all that was typed beside it is still there to be shown again.
Only what no customer sends by mistake ends the request (413).
"""

from __future__ import annotations

from io import BytesIO
from tempfile import SpooledTemporaryFile
from typing import IO, TYPE_CHECKING

import flask
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.exceptions import RequestEntityTooLarge

from connector.pictures import MOST_BYTES, BadPicture, Picture, Unfit, accept

if TYPE_CHECKING:
    from collections.abc import Iterator

    from _typeshed import ReadableBuffer
    from werkzeug.datastructures import FileStorage

MOST_AT_ONCE = (
    200_000_000  # bytes of all files of a form that are kept while it is read
)
MOST_WITH_FILES = 500_000_000  # bytes of a form that may bring files
MOST_WITHOUT = 2_000_000  # bytes of a form that brings none
IN_MEMORY = 1_000_000  # bytes of a file that are not written to disk
NAME_LENGTH = 60


class _Held(SpooledTemporaryFile[bytes]):
    """A file that keeps no more than there is room for; `is_cut` says that it was."""

    def __init__(self, request: Request) -> None:
        super().__init__(IN_MEMORY)
        self._request = request
        self.is_cut = False

    def write(self, s: ReadableBuffer) -> int:
        """Take what there is room for; say that all of it was taken."""
        part = memoryview(s)
        room = max(0, min(MOST_BYTES - self.tell(), self._request.room))
        self.is_cut = self.is_cut or room < len(part)
        self._request.room -= super().write(part[:room])
        return len(part)


class Request(flask.Request):
    """A request whose files are bounded; `room` is what is left for them, in bytes."""

    room: int = MOST_AT_ONCE

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        """Give the parser somewhere to put a file (a hook that Werkzeug documents)."""
        del total_content_length, content_type, filename, content_length
        return _Held(self)

    def _load_form_data(self) -> None:
        """Read the form; one that is too large is read as an empty one afterwards."""
        try:
            super()._load_form_data()
        except RequestEntityTooLarge:
            nothing = ImmutableMultiDict[str, str]()
            self.__dict__.update(form=nothing, files=nothing, stream=BytesIO())
            raise


def pictures(name: str) -> Iterator[tuple[str, Picture | Unfit]]:
    """Yield each photo that a field of this form brought, or why it is none.

    First comes its file's name, for its sender's eyes alone.
    """
    for file in flask.request.files.getlist(name):
        if file.filename:
            yield file.filename[:NAME_LENGTH], _read(file)


def _read(file: FileStorage) -> Picture | Unfit:
    """Make a photo anew; one that found no room any more is too large."""
    if isinstance(file.stream, _Held) and file.stream.is_cut:
        return Unfit.TOO_LARGE
    try:
        return accept(file.stream.read())
    except BadPicture as error:
        return error.why
