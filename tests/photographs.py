"""Photos as customers send them, drawn in code: every one of its own colour."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

from PIL import ExifTags, Image

PLACE = "53.5511, 9.9937"  # where it was taken, in words that are easy to find
OWNER = "Camera of Lovelace"
HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + b"\x00" * 64
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
PAGE = b"<!doctype html><script>alert(1)</script>" + b" " * 2000


def photo(
    colour: str = "red",
    size: tuple[int, int] = (64, 48),
    kind: str = "JPEG",
    *,
    turned: int = 0,
) -> bytes:
    """Draw a photo whose upper half is black, with all that a phone writes into it."""
    image = Image.new("RGB", size, colour)
    image.paste("black", (0, 0, size[0], size[1] // 2))
    exif = Image.Exif()
    exif[ExifTags.Base.CameraOwnerName] = OWNER
    exif[ExifTags.Base.ImageDescription] = PLACE
    if turned:
        exif[ExifTags.Base.Orientation] = turned
    out = BytesIO()
    more = {"comment": PLACE.encode()} if kind == "JPEG" else {}
    image.save(out, kind, exif=exif, **more)
    return out.getvalue()


def bomb(width: int, height: int) -> bytes:
    """Write the head of a PNG that says to be huge."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _part(b"IHDR", head) + _part(b"IDAT", b"") + _END


def _part(name: bytes, body: bytes) -> bytes:
    check = struct.pack(">I", zlib.crc32(name + body))
    return struct.pack(">I", len(body)) + name + body + check


_END = _part(b"IEND", b"")
