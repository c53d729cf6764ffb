"""What a customer says and shows of having sent his parcel; works without a script."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from flask import flash, request
from flask_babel import gettext

from connector import evidence as typed
from connector.evidence import Unfit
from connector.pictures import Unfit as BadPhoto
from connector.steps import evidence as step
from connector.steps import wayback
from connector.steps.evidence import Offered, Taken
from connector.store.evidence import Given
from connector.store.photos import Photo
from connector.web import proofs, uploads
from connector.web.face import face
from connector.web.portal.photos import why_not

if TYPE_CHECKING:
    from connector.model import Return

CARRIER, NUMBER, RECEIPT = "carrier", "number", "receipt"  # the form's fields
TYPED_LENGTH = 200  # of what is shown again


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What came of a form: `again` are texts to be shown in it once more.

    `wrong` names the field that a sentence is about, by field.
    """

    again: Mapping[str, str] = field(default_factory=dict)
    wrong: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """What the page of a return says of its way back; `takes`: more may be given."""

    given: Sequence[tuple[Given, Sequence[Photo]]]
    takes: bool
    is_proven: bool
    is_refused: bool


def of(case: Return) -> Sending:
    """Return what a customer is shown of the evidence that he gave."""
    db = face().db
    back = wayback.of(db, case)
    is_coming = case.status in ("awaited", "in_transit", "partly_received")
    return Sending(
        given=proofs.of_return(db, case.id),
        takes=not back.is_proven and (is_coming or wayback.matters(case)),
        is_proven=back.is_proven,
        is_refused=back.is_refused,
    )


def take(case: Return) -> Answered:
    """Keep what this form says and brings; what is wrong with the rest is said.

    Whoever typed something wrong sees it again, beside what was kept all the same:
    his word, and his photos.
    """
    found = list(uploads.pictures(RECEIPT))
    said = {
        CARRIER: typed.carrier(request.form.get(CARRIER, "")),
        NUMBER: typed.number(request.form.get(NUMBER, "")),
    }
    wrong = {k: _why(k, x) for k, x in said.items() if isinstance(x, Unfit)}
    bad = [why_not(name, x) for name, x in found if isinstance(x, BadPhoto)]
    offered = Offered(
        carrier="" if wrong else said[CARRIER],
        number="" if wrong else said[NUMBER],
        photos=[x for _, x in found if not isinstance(x, BadPhoto)],
    )
    was_told = case.shipped_at is not None
    here = face()
    taken = step.give(here.db, case.id, offered, here.clock())
    for text in (*wrong.values(), *bad):
        flash(text)
    if thanks := _thanks(taken, is_bare=was_told and not (wrong or bad)):
        flash(thanks)
    return Answered(again=_again() if wrong else {}, wrong=wrong)


def _again() -> dict[str, str]:
    return {x: request.form.get(x, "")[:TYPED_LENGTH] for x in (CARRIER, NUMBER)}


def _thanks(taken: Taken, *, is_bare: bool) -> str:
    """Say what became of an offer; `is_bare`: who offers nothing is told what to."""
    words: dict[Taken, str] = {
        Taken.NEW: gettext("Thank you, the shop can see what you gave."),
        Taken.KNOWN: gettext("You have given us that already."),
        Taken.TOO_MUCH: gettext(
            "You have given as much as we can keep. Write to the shop if something is"
            " missing."
        ),
        Taken.OVER: gettext("This return is over; nothing more is needed."),
    }
    nothing = gettext("Give a tracking number, or choose a photo of the receipt.")
    return words.get(taken, str(nothing) if is_bare else "")


def _why(name: str, why: Unfit) -> str:
    if name == CARRIER:
        text = gettext(
            "The name of the carrier is too long: it may have up to %(most)s"
            " characters.",
            most=typed.MOST,
        )
        return str(text)
    words: dict[Unfit, str] = {
        Unfit.TOO_LONG: gettext(
            "The tracking number is too long: it may have up to %(most)s characters.",
            most=typed.MOST,
        ),
        Unfit.LINK: gettext(
            "That is the address of a page. Give only the tracking number itself."
        ),
    }
    other = gettext(
        "That does not look like a tracking number. It has digits, and often letters;"
        " you find it on the posting receipt."
    )
    return words.get(why, str(other))
