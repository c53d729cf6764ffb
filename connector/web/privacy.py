"""The merchant's pages of privacy: what was asked, what to hand over, what to erase."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import (
    Blueprint,
    Response,
    abort,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext

from connector.compliance import DATA_REQUEST, REDACT
from connector.errors import BadRequest, NotFound
from connector.steps import privacy as step
from connector.store import desk, shops
from connector.store import privacy as requests
from connector.web.console import guard
from connector.web.face import face
from connector.web.sessions import only_shop

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as Answer

ACTOR = "console"


def pages() -> Blueprint:
    """Return the routes under /console/privacy."""
    routes = Blueprint("privacy", __name__, url_prefix="/console/privacy")
    routes.before_request(guard)
    routes.get("/")(every)
    routes.post("/")(ask)
    routes.get("/<int:request_id>.json")(download)
    routes.post("/<int:request_id>/sent")(sent)
    routes.register_error_handler(NotFound, _missing)
    return routes


def _missing(_: NotFound) -> tuple[str, int]:
    return render_template("error.html", text=gettext("There is no such thing.")), 404


def every() -> str:
    """List the requests, with a form for one that came by another way."""
    db = face().db
    known = [
        (one, desk.about(db, str(one.id)))
        for one in requests.recent(db, shop=only_shop() or None)
    ]
    ours = [row for row in shops.every(db) if only_shop() in ("", row.name)]
    return render_template("console/privacy.html", requests=known, shops=ours)


def ask() -> Answer:
    """Write a request down; its job carries it out within a minute."""
    here = face()
    form = request.form
    kind = REDACT if form.get("kind") == REDACT else DATA_REQUEST
    shop = form.get("shop", "")
    if only_shop() not in ("", shop):
        abort(404)
    try:
        step.by_email(
            here.db,
            shop,
            kind,
            form.get("email", ""),
            actor=ACTOR,
            now=here.clock(),
        )
    except BadRequest:
        flash(gettext("Give the e-mail address that the customer bought with."))
    except NotFound:
        flash(gettext("No order of this shop names that address."))
    else:
        flash(gettext("Written down. It is carried out within a minute."))
    return redirect(url_for("privacy.every"), 303)


def download(request_id: int) -> Response:
    """Hand out what is held on a person, as a file."""
    _within(request_id)
    text = requests.export(face().db, request_id)
    answer = Response(text, mimetype="application/json")
    name = f"retour-personal-data-{request_id}.json"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def sent(request_id: int) -> Answer:
    """Take a request off the desk: the customer has their copy."""
    _within(request_id)
    here = face()
    desk.close(here.db, step.ABOUT, str(request_id), ACTOR, here.clock())
    return redirect(url_for("privacy.every"), 303)


def _within(request_id: int) -> None:
    """Raise NotFound for a request of a shop that this session may not see."""
    if only_shop() not in ("", requests.get(face().db, request_id).shop):
        raise NotFound(id=request_id)
