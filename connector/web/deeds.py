"""What the merchant does in the console: one step a deed, then back to the page."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext

from connector.errors import BadRequest, IllegalTransition, NotFound, Refused
from connector.saying import said_by
from connector.steps import (
    answering,
    byhand,
    cancel,
    decide,
    inspect,
    place,
    settling,
    wayback,
)
from connector.steps.inspect import Counted, Shelf
from connector.store import desk, returns, shops
from connector.web import approving
from connector.web.console import guard, overview, refund_page, return_page
from connector.web.face import face, whole
from connector.web.sessions import actor
from connector.web.words import said

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkzeug.wrappers import Response

WHY_LENGTH = 500


def pages() -> Blueprint:
    """Return the routes under /console that change something: POST only."""
    routes = Blueprint("deeds", __name__, url_prefix="/console")
    routes.before_request(guard)
    routes.post("/returns/<return_id>/lines/<int:line_id>/decide")(decide_line)
    routes.post("/returns/<return_id>/lines/<int:line_id>/receive")(receive_line)
    routes.post("/returns/<return_id>/way-back/<word>")(way_back)
    routes.post("/returns/<return_id>/settled")(settled)
    routes.post("/returns/<return_id>/cancel")(cancel_return)
    routes.post("/returns/<return_id>/paid-elsewhere")(paid_elsewhere)
    routes.post("/refunds/<refund_id>/<deed>")(refund_deed)
    routes.post("/shops/<shop>/pause")(pause)
    routes.post("/desk/<int:matter_id>/seen")(seen)
    return routes


def attempt(deed: Callable[[], None], form: str = "") -> approving.Refusal | None:
    """Do it; what cannot be done is said on the page that we return to.

    Returns the `form` where it needs a level: that page shows it as it was filled in.
    """
    try:
        return approving.refusal(form, deed)
    except (BadRequest, Refused, NotFound) as error:
        flash(said(said_by(error)))
    except IllegalTransition:
        flash(gettext("That was done already, or cannot be done any more."))
    return None


def why() -> str:
    """Read the reason that a form gives; it stays in the timeline."""
    return request.form.get("why", "").strip()[:WHY_LENGTH]


def count(name: str) -> int:
    """Read a quantity from a form; raises BadRequest."""
    return whole(request.form.get(name, ""))


def decide_line(return_id: str, line_id: int) -> Response | tuple[str, int]:
    """Approve or decline one line."""
    here = face()

    def deed() -> None:
        case = returns.get(here.db, return_id)
        units = count("units")
        event = "approve" if request.form.get("event") == "approve" else "decline"
        if decide.needs_reason(case, event) and not why():
            words = gettext("Say why you decline it: the customer reads your reason.")
            raise BadRequest(words)
        decide.by_person(
            here.db,
            here.shops[case.shop],
            return_id,
            line_id,
            event,
            actor=actor(),
            why=why() or gettext("decided by the merchant"),
            now=here.clock(),
            approved=units or None,
            approval=approving.approval(),
        )

    return outcome(return_id, attempt(deed, f"decide{line_id}"))


def receive_line(return_id: str, line_id: int) -> Response:
    """Book units that came back, and what became of them."""
    here = face()

    def deed() -> None:
        counted = Counted(
            received=count("received"),
            accepted=count("accepted"),
            rejected=count("rejected"),
            lost=count("lost"),
        )
        inspect.receive(
            here.db,
            return_id,
            {line_id: counted},
            actor=actor(),
            now=here.clock(),
            why=why(),
            shelves={line_id: _shelf(return_id)},
            before=_before(line_id),
        )

    attempt(deed)
    return back(return_id)


def _before(line_id: int) -> dict[int, Counted]:
    """Return what the page showed of a line when its form was filled in, if it says."""
    said = request.form.get("before", "")
    if not said:
        return {}
    received, accepted, rejected, lost, *_ = [*map(whole, said.split("-")), 0, 0, 0, 0]
    known = Counted(received=received, accepted=accepted, rejected=rejected, lost=lost)
    return {line_id: known}


def cancel_return(return_id: str) -> Response:
    """Cancel a return, here and in the shop."""
    here = face()

    def deed() -> None:
        shop = here.shops[returns.get(here.db, return_id).shop]
        cancel.cancel(here.db, shop, return_id, actor=actor(), now=here.clock())

    attempt(deed)
    return back(return_id)


def way_back(return_id: str, word: str) -> Response:
    """Keep what a person says of proof of sending: taken, refused, or fetched by us."""
    here = face()
    attempt(
        lambda: wayback.say(
            here.db, return_id, word, actor=actor(), why=why(), now=here.clock()
        )
    )
    is_desk = request.form.get("from") == "desk"
    return redirect(url_for("console.overview"), 303) if is_desk else back(return_id)


def settled(return_id: str) -> Response | tuple[str, int]:
    """Take the matters of a return off the desk; it is looked at afresh."""
    here = face()
    refused = attempt(
        lambda: settling.settle(
            here.db,
            "return",
            return_id,
            actor=actor(),
            now=here.clock(),
            approval=approving.approval(),
        ),
        "settled",
    )
    return outcome(return_id, refused)


def paid_elsewhere(return_id: str) -> Response:
    """Take the shop's own refund for the money of this return."""
    here = face()
    attempt(
        lambda: byhand.paid_elsewhere(
            here.db,
            return_id,
            why=why(),
            actor=actor(),
            now=here.clock(),
            approval=approving.approval(),
        )
    )
    return back(return_id)


def refund_deed(refund_id: str, deed: str) -> Response | tuple[str, int]:
    """Settle a refund by hand: paid, withdraw, moved, not-moved, again, try."""
    here = face()
    who, now, by = actor(), here.clock(), approving.approval()
    found_out = partial(
        byhand.found_out, here.db, refund_id, why=why(), actor=who, now=now, approval=by
    )
    deeds: dict[str, Callable[[], None]] = {
        "paid": lambda: byhand.paid(
            here.db, refund_id, proof=why(), actor=who, now=now, approval=by
        ),
        "withdraw": lambda: byhand.withdraw(
            here.db, refund_id, why=why(), actor=who, now=now
        ),
        "moved": lambda: found_out(money_moved=True),
        "not-moved": lambda: found_out(money_moved=False),
        "again": lambda: byhand.again(
            here.db,
            refund_id,
            why=why(),
            actor=who,
            now=now,
            is_void=request.form.get("void") == "yes",
            approval=by,
        ),
        "try": lambda: byhand.try_now(here.db, refund_id, actor=who, now=now),
    }
    refused = attempt(deeds[deed], deed) if deed in deeds else None
    if refused:
        return refund_page(refund_id, refused), 403
    return redirect(url_for("console.refund_page", refund_id=refund_id), 303)


def pause(shop: str) -> Response:
    """Hold back, or let go, every refund of a shop."""
    here = face()
    if request.form.get("paused") == "1":
        attempt(lambda: shops.pause(here.db, shop, is_paused=True))
    else:
        attempt(lambda: place.resume(here.db, shop, actor=actor(), now=here.clock()))
    return redirect(url_for("console.overview"), 303)


def seen(matter_id: int) -> Response | tuple[str, int]:
    """Take a matter off the desk of which nothing else is to be said."""
    here = face()
    found = [one for one in desk.open_matters(here.db) if one.id == matter_id]

    def deed() -> None:
        for one in found:
            if answering.is_answerable(here.db, one):
                who, by, now = actor(), approving.approval(), here.clock()
                settling.settle_one(here.db, one, actor=who, now=now, approval=by)

    refused = attempt(deed, f"seen{matter_id}")
    if refused:
        return overview(refused), 403
    return redirect(url_for("console.overview"), 303)


def outcome(
    return_id: str, refused: approving.Refusal | None
) -> Response | tuple[str, int]:
    """Go back to a return, or show the form again that needs a level."""
    return (return_page(return_id, refused), 403) if refused else back(return_id)


def back(return_id: str) -> Response:
    """Go to the page of a return."""
    return redirect(url_for("console.return_page", return_id=return_id), 303)


def _shelf(return_id: str) -> Shelf:
    """Read where goods go from the form that books them; raises BadRequest."""
    said = {"yes": True, "no": False}.get(request.form.get("restock", ""))
    place = request.form.get("place", "")
    if place:
        case = returns.get(face().db, return_id)
        known = {one.ref for one in face().shops[case.shop].abilities.places}
        if place not in known:
            raise BadRequest(gettext("The shop has no such place."))
    return Shelf(restock=said, place=place)
