"""What a guest's phone would show: a parcel with a dent, drawn in code."""

from __future__ import annotations

from io import BytesIO

from PIL import ExifTags, Image, ImageDraw

SIZE = (1200, 900)
BOX = (150, 200, 1050, 800)
DENT = ((560, 200), (700, 380), (820, 200))
FLOOR, CARD, TAPE, HOLE = "#d8d2c4", "#b98a56", "#e4d9b8", "#5a3f22"


def damaged_parcel() -> bytes:
    """Return a JPEG with what phones write into one: none of that is to be kept."""
    image = Image.new("RGB", SIZE, FLOOR)
    pen = ImageDraw.Draw(image)
    pen.rectangle(BOX, fill=CARD, outline=HOLE, width=6)
    pen.rectangle((150, 460, 1050, 530), fill=TAPE)
    pen.polygon(DENT, fill=HOLE)
    exif = Image.Exif()
    exif[ExifTags.Base.ImageDescription] = "taken at home"
    out = BytesIO()
    image.save(out, "JPEG", exif=exif)
    return out.getvalue()
