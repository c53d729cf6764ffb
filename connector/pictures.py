"""A photo that somebody sends: looked at by its content, and made anew. Pure.

What is kept is always a JPEG that we wrote ourselves: turned upright, small enough,
and without anything that came along with it, such as where it was taken. The sender's
own bytes, which may be anything, are never kept and never shown to anybody.
"""

from __future__ import annotations

import struct
import threading
import zlib
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from io import BytesIO

from PIL import Image, ImageOps

from connector.errors import BadRequest

MOST_BYTES = 15_000_000  # of one photo as it is sent
MOST_PIXELS = 50_000_000  # of a JPEG, which is decoded smaller than it is
MOST_PIXELS_WHOLE = 24_000_000  # of a PNG or WebP: four to sixteen bytes for each
LONGEST_EDGE = 2000  # pixels, of what is kept
SMALL_EDGE = 240  # pixels, of what is shown beside a form
QUALITY = 85
MEDIA_TYPE = "image/jpeg"
READ = ("JPEG", "PNG", "WEBP")
JPEGS = ("JPEG", "MPO")  # the other is a JPEG with more pictures behind the first
WHITE = (255, 255, 255)
# ISO/IEC 14496-12: a file begins with the size of its first box, then "ftyp" and its
# brand; these brands are those of HEIF (ISO/IEC 23008-12) and AVIF.
BRANDS = frozenset(
    {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif"}
)
# What a decoder may say of bytes that only pretend to be a photo.
UNREADABLE = (
    OSError,
    EOFError,
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    struct.error,
    zlib.error,
)
_turn = threading.Semaphore(1)  # one is decoded at a time: memory is what it costs


class Unfit(StrEnum):
    """Why a photo cannot be kept."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    TOO_MANY_PIXELS = "too_many_pixels"
    HEIC = "heic"
    UNREADABLE = "unreadable"


class BadPicture(BadRequest):
    """That cannot be kept as a photo."""

    def __init__(self, why: Unfit) -> None:
        super().__init__(why=why.value)
        self.why = why


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A photo as it is kept: a JPEG, its size in pixels, the SHA-256 of its bytes."""

    content: bytes
    width: int
    height: int
    media_type: str = MEDIA_TYPE

    @property
    def sha256(self) -> str:
        """Name it by its bytes (hex): sent twice, it is the same photo."""
        return sha256(self.content).hexdigest()


def accept(sent: bytes, *, longest: int = LONGEST_EDGE) -> Picture:
    """Make a photo anew, its longest edge at most `longest` pixels.

    Raises BadPicture for what is no JPEG, PNG or WebP, whatever its name says, and for
    what is too large to be looked at.
    """
    if not sent:
        raise BadPicture(Unfit.EMPTY)
    if len(sent) > MOST_BYTES:
        raise BadPicture(Unfit.TOO_LARGE)
    if sent[4:8] == b"ftyp" and sent[8:12] in BRANDS:
        raise BadPicture(Unfit.HEIC)
    try:
        with _turn:
            return _anew(sent, longest)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise BadPicture(Unfit.TOO_MANY_PIXELS) from None
    except UNREADABLE:
        raise BadPicture(Unfit.UNREADABLE) from None


def made(content: bytes) -> Picture:
    """Return a photo that `accept` has made, by its bytes; raises BadPicture."""
    try:
        with Image.open(BytesIO(content), formats=JPEGS) as found:
            return Picture(content=content, width=found.width, height=found.height)
    except UNREADABLE:
        raise BadPicture(Unfit.UNREADABLE) from None


def small(picture: bytes) -> bytes:
    """Return a kept photo as a small one (JPEG)."""
    return accept(picture, longest=SMALL_EDGE).content


def _anew(sent: bytes, longest: int) -> Picture:
    """Decode and encode it. Only its head is read before its pixels are counted."""
    with Image.open(BytesIO(sent), formats=READ) as found:
        most = MOST_PIXELS if found.format in JPEGS else MOST_PIXELS_WHOLE
        if found.width * found.height > most:
            raise BadPicture(Unfit.TOO_MANY_PIXELS)
        found.draft(None, _within(found.size, longest))
        found.thumbnail((longest, longest))
        upright = ImageOps.exif_transpose(found)
    # Pasted onto a fresh one, so that nothing of what came along goes on: a JPEG's
    # comment would.
    plain = Image.new("RGB", upright.size, WHITE)
    if upright.has_transparency_data:
        upright = upright.convert("RGBA")
        plain.paste(upright, mask=upright)
    else:
        plain.paste(upright.convert("RGB"))
    out = BytesIO()
    plain.save(out, "JPEG", quality=QUALITY)
    return Picture(content=out.getvalue(), width=plain.width, height=plain.height)


def _within(size: tuple[int, int], longest: int) -> tuple[int, int]:
    """Return a size of the same form whose longest edge is at most so many pixels."""
    share = min(1.0, longest / max(size))
    return max(1, int(size[0] * share)), max(1, int(size[1] * share))
