"""Photos as they are shown: to their customer and to the merchant, to nobody else."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING

from flask import Response

from connector import pictures
from connector.store import photos
from connector.web.face import face

if TYPE_CHECKING:
    from connector.store.photos import Photo

KEPT_SECONDS = 600


def answer(photo: Photo) -> Response:
    """Answer with a photo, as what we made of it and as nothing else.

    Whoever calls has seen to it that the reader may see it.
    """
    answer = Response(photos.content(face().db, photo.id), mimetype=photo.media_type)
    answer.headers["Content-Disposition"] = f'inline; filename="photo-{photo.id}.jpg"'
    answer.headers["Cache-Control"] = f"private, max-age={KEPT_SECONDS}"
    answer.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return answer


def within(photo: Photo) -> str:
    """Return a small copy as an address that holds it all: a form's page shows it."""
    found = pictures.small(photos.content(face().db, photo.id))
    return f"data:{pictures.MEDIA_TYPE};base64,{b64encode(found).decode()}"
