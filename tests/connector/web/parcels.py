"""A customer at the form of his parcel, and staff who answer what it asks."""

from __future__ import annotations

from connector.steps.inspect import SAID_SENT
from connector.store import desk
from tests.connector.web.photographing import sends
from tests.connector.web.sandbox_world import (
    NAME,
    Stand,
    Visit,
    chooses,
    customer,
    merchant,
)
from tests.photographs import photo

RULES = """
currency = "EUR"
[[reasons]]
code = "changed-my-mind"
labels = { en = "I changed my mind", de = "Gefällt mir doch nicht" }
[refund]
when = "{when}"
"""
NUMBER = "00340434161094042557"
RED, BLUE = (f"{one}.jpg" for one in ("red", "blue"))
RECEIPT, OTHER = (RED, photo("red")), (BLUE, photo("blue"))


def asked(stand: Stand) -> Visit:
    """Ask for a shirt's return, and come to its page once it is approved."""
    visit = customer(stand)
    chooses(visit)
    visit.post(f"/returns/{NAME}/ways", go="send")
    assert "/status/" in visit.path, visit.page
    stand.work(1)
    visit.get(visit.path)
    assert "I have sent the parcel" in visit.page
    return visit


def gives(visit: Visit, *shown: tuple[str, bytes], **typed: str) -> None:
    """Send the form of the parcel, as a browser does; it is the last of the page."""
    files = list(shown) or [("", b"")]
    given = {"carrier": "", "number": "", **typed}
    sends(visit, visit.path, {"receipt": files}, **given)


def said(stand: Stand) -> list[str]:
    """Return what a person is asked of the return."""
    found = desk.about(stand.db, stand.case().id)
    return [one.why for one in found if one.code == SAID_SENT]


def judged(stand: Stand, word: str, why: str = "") -> Visit:
    """Let staff answer in the console."""
    staff = merchant(stand)
    page = f"/console/returns/{stand.case().id}"
    staff.get(page)
    staff.post(f"{page}/way-back/{word}", why=why)
    return staff
