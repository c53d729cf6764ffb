"""Photos that another program sends: only what we made of them ourselves is kept."""

from __future__ import annotations

import msgspec

from connector import inbound
from connector.errors import BadRequest
from connector.pictures import MOST_BYTES, BadPicture, Unfit, accept

MEGABYTE = 1_000_000
WHY = {
    Unfit.EMPTY: "it is empty",
    Unfit.TOO_LARGE: f"a photo may have up to {MOST_BYTES // MEGABYTE} MB",
    Unfit.TOO_MANY_PIXELS: "it has too many pixels; send it smaller",
    Unfit.HEIC: "a HEIC photo cannot be read; send it as JPEG",
    Unfit.UNREADABLE: "it is no photo that can be read; send a JPEG, PNG or WebP",
}


def remade(body: bytes) -> bytes:
    """Make each photo of a body anew, without what came along with it.

    Without photos it is kept byte by byte. Raises BadRequest with the path of what is
    wrong: then nothing is kept, and the other program can send it better.
    """
    asked = inbound.parse(body)
    if not any(line.photos for line in asked.lines):
        return body
    lines = [
        msgspec.structs.replace(line, photos=_anew(line, f"lines[{place}]"))
        for place, line in enumerate(asked.lines)
    ]
    return msgspec.json.encode(msgspec.structs.replace(asked, lines=lines))


def _anew(line: inbound.AskedLine, where: str) -> list[bytes]:
    found = []
    for place, sent in enumerate(line.photos):
        try:
            found.append(accept(sent).content)
        except BadPicture as error:
            msg = f"{where}.photos[{place}]: {WHY[error.why]}"
            raise BadRequest(msg) from None
    return found
