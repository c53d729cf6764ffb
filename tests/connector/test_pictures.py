from __future__ import annotations

import struct
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from connector import pictures
from connector.pictures import BadPicture, Unfit, accept
from tests.photographs import HEIC, OWNER, PAGE, PLACE, SVG, bomb, photo

if TYPE_CHECKING:
    from connector.pictures import Picture


def opened(picture: Picture) -> Image.Image:
    return Image.open(BytesIO(picture.content), formats=["JPEG"])


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photo_is_made_anew_without_what_came_along(kind: str) -> None:
    sent = photo(kind=kind)
    assert PLACE.encode() in sent
    kept = accept(sent)
    assert (kept.width, kept.height, kept.media_type) == (64, 48, "image/jpeg")
    for word in (PLACE.encode(), OWNER.encode(), b"Exif", b"Lovelace"):
        assert word not in kept.content
    image = opened(kept)
    assert not image.getexif()
    assert "comment" not in image.info
    assert image.size == (64, 48)


def test_a_photo_is_turned_upright_before_its_orientation_is_dropped() -> None:
    # 6: the camera was turned; what is above lies on the left as it is stored.
    kept = accept(photo("white", (64, 48), turned=6))
    image = opened(kept).convert("L")
    assert image.size == (48, 64)
    right, left = image.getpixel((46, 32)), image.getpixel((1, 32))
    assert (right, left) == (0, 255)


def test_a_large_photo_is_scaled_down_and_keeps_its_form() -> None:
    kept = accept(photo(size=(4000, 1000)))
    assert (kept.width, kept.height) == (2000, 500)
    assert len(pictures.small(kept.content)) < len(kept.content)


def test_what_is_transparent_becomes_white() -> None:
    out = BytesIO()
    Image.new("RGBA", (8, 8), (255, 0, 0, 0)).save(out, "PNG")
    pixel = opened(accept(out.getvalue())).getpixel((4, 4))
    assert pixel == (255, 255, 255)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "I;16", "CMYK"])
def test_photos_of_every_mode_are_taken(mode: str) -> None:
    out = BytesIO()
    kind = "JPEG" if mode == "CMYK" else "PNG"
    Image.new(mode, (2100, 8)).save(out, kind)
    assert accept(out.getvalue()).width == 2000


def test_the_same_photo_has_the_same_name() -> None:
    one, other = accept(photo()), accept(photo())
    assert one.sha256 == other.sha256
    assert one.sha256 != accept(photo("blue")).sha256


def test_a_photo_with_another_one_behind_it_is_one_photo() -> None:
    out = BytesIO()
    second = Image.new("RGB", (64, 48), "blue")
    Image.new("RGB", (64, 48), "red").save(
        out, "MPO", save_all=True, append_images=[second]
    )
    assert accept(out.getvalue()).sha256 == accept(plain("red")).sha256


def plain(colour: str) -> bytes:
    out = BytesIO()
    Image.new("RGB", (64, 48), colour).save(out, "JPEG")
    return out.getvalue()


def said_to_be(sent: bytes, width: int, height: int) -> bytes:
    """Write another size into the frame header of a JPEG (ITU-T T.81, B.2.2)."""
    place = sent.index(b"\xff\xc0") + 5
    return sent[:place] + struct.pack(">HH", height, width) + sent[place + 4 :]


def truncated() -> bytes:
    return photo("green", (640, 480))[:400]


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        (b"", Unfit.EMPTY),
        (PAGE, Unfit.UNREADABLE),
        (SVG, Unfit.UNREADABLE),
        (b"GIF89a" + b"\x00" * 99, Unfit.UNREADABLE),
        (b"\xff\xd8\xff" + PAGE, Unfit.UNREADABLE),
        (truncated(), Unfit.UNREADABLE),
        (b"%PDF-1.7 " + PAGE, Unfit.UNREADABLE),
        (HEIC, Unfit.HEIC),
        (bomb(60_000, 60_000), Unfit.TOO_MANY_PIXELS),
        (bomb(10_000, 10_000), Unfit.TOO_MANY_PIXELS),
        (bomb(4_900, 4_900), Unfit.TOO_MANY_PIXELS),
        (said_to_be(photo(), 7_100, 7_100), Unfit.TOO_MANY_PIXELS),
        (bomb(200, 100), Unfit.UNREADABLE),
        (b"\xff" * (pictures.MOST_BYTES + 1), Unfit.TOO_LARGE),
    ],
    ids=[
        "nothing", "a page", "svg", "gif", "a page behind three bytes", "cut off",
        "pdf", "heic", "a bomb", "a smaller bomb", "just too many pixels", "as a jpeg",
        "empty", "too large",
    ],
)  # fmt: skip
def test_what_is_no_photo_is_refused_by_its_content(sent: bytes, why: Unfit) -> None:
    with pytest.raises(BadPicture) as refused:
        accept(sent)
    assert refused.value.why is why


KINDS = {kind: photo("red", (40, 30), kind) for kind in ("JPEG", "PNG", "WEBP")}


@given(
    kind=st.sampled_from(sorted(KINDS)),
    places=st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 255)), max_size=8),
    cut=st.integers(0, 4000),
)
def test_broken_bytes_are_a_photo_or_refused_and_nothing_else(
    kind: str, places: list[tuple[int, int]], cut: int
) -> None:
    sent = bytearray(KINDS[kind])
    for place, value in places:
        sent[place % len(sent)] = value
    try:
        kept = accept(bytes(sent[: cut or None]))
    except BadPicture:
        return
    assert opened(kept).size == (kept.width, kept.height)
    assert max(kept.width, kept.height) <= pictures.LONGEST_EDGE


@given(st.binary(max_size=300))
def test_no_bytes_break_it(sent: bytes) -> None:
    with pytest.raises(BadPicture):
        accept(sent)
