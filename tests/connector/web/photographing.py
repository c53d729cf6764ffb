"""A customer who is asked for photos: the policy, the pages, the forms with files."""

from __future__ import annotations

import re
from html import unescape
from io import BytesIO
from typing import TYPE_CHECKING

from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from tests.connector.web.sandbox_world import NAME, Stand, Visit, customer, fields
from tests.photographs import photo

if TYPE_CHECKING:
    from collections.abc import Mapping

WAYS = f"/returns/{NAME}/ways"
RULES = """
currency = "EUR"
[[reason_groups]]
code = "fit"
labels = { en = "It does not fit", de = "Es passt nicht" }
[[reason_groups]]
code = "wrong"
labels = { en = "Something is wrong", de = "Etwas stimmt nicht" }
[[reasons]]
code = "changed-my-mind"
labels = { en = "I changed my mind", de = "Gefällt mir doch nicht" }
[[reasons]]
code = "too-small"
group = "fit"
labels = { en = "Too small", de = "Zu klein" }
[[reasons]]
code = "damaged"
group = "wrong"
fault = "carrier"
photos = 2
labels = { en = "It arrived damaged", de = "Es kam beschädigt an" }
[[reasons]]
code = "too-big"
group = "fit"
labels = { en = "Too big", de = "Zu groß" }
"""
OFFERS = """
[[offers]]
resolutions = ["refund", "repair"]
[[rules]]
name = "shown before it is repaired"
when = { resolution = "repair" }
then = { photos = 3 }
why = { en = "We look at what we repair.", de = "Wir sehen an, was wir reparieren." }
"""
RED, BLUE, GREEN = (
    (f"{one}.jpg", photo(one)) for one in ("red", "blue", "green")
)  # fmt: skip


def kept(page: str) -> dict[str, str]:
    """Return the photos that a page says have come, all still ticked."""
    found = re.findall(r'type="checkbox" name="([^"]+)" value="1" checked', page)
    return dict.fromkeys(map(unescape, found), "1")


def sends(
    visit: Visit, path: str, files: Mapping[str, list[tuple[str, bytes]]], **given: str
) -> None:
    """Send the form of this page with files, by field, as a browser does."""
    form = {**fields(visit.page), **kept(visit.page), **given}
    named = {
        name: [FileStorage(BytesIO(sent), called) for called, sent in sent_files]
        for name, sent_files in files.items()
    }
    boundary, body = encode_multipart({**form, **named})
    answer = visit.browser.post(
        path,
        data=body,
        content_type=f"multipart/form-data; boundary={boundary}",
        follow_redirects=True,
    )
    visit.page, visit.code = answer.text, answer.status_code
    visit.path = answer.request.path


def damaged(stand: Stand, **more: str) -> Visit:
    """Say that a shirt arrived damaged; the next page asks for photos of it."""
    visit = customer(stand)
    given = {"quantity-a": "1", "reason-a": "damaged", **more}
    visit.post(f"/returns/{NAME}/choose", **given)
    return visit


def shows(visit: Visit, *photos: tuple[str, bytes], **given: str) -> None:
    """Send photos of the shirt, money back being the way."""
    sends(
        visit,
        WAYS,
        {"photos-a": list(photos)},
        **{"way-a": "refund", "go": "chosen", **given},
    )


def opened(stand: Stand, *sent: tuple[str, bytes]) -> Visit:
    """Open a return of a damaged shirt with these photos."""
    visit = damaged(stand)
    shows(visit, *sent)
    visit.post(WAYS, go="send")
    assert "/status/" in visit.path, visit.page
    return visit
