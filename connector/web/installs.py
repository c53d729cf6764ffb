"""Pages of a shop that hands its keys over: the way there, the post, the way back."""

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
    session,
    url_for,
)

from connector.config import SHOP_NAME
from connector.errors import BadRequest
from connector.web.branches import said
from connector.web.console import guard
from connector.web.face import Installs, face

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as Answer

MOST_BYTES = 16_384
STATE = "install"  # in the session: which errand this browser is on
AGAIN = 3  # seconds until the page that waits looks again
# Any status but 200 tells the shop to take its new key back.
STATUS = {"unknown": 404, "over": 409, "malformed": 400}
REFUSED = 422


def pages() -> Blueprint:
    """Return the merchant's pages under /install/woocommerce."""
    routes = Blueprint("installs", __name__, url_prefix="/install/woocommerce")
    routes.before_request(guard)
    routes.get("")(leave)
    routes.get("/done")(done)
    return routes


def callbacks() -> Blueprint:
    """Return the address that shops post keys to; no browser, so no CSRF token."""
    routes = Blueprint("installs_callback", __name__)
    routes.post("/install/woocommerce/callback/<state>")(callback)
    return routes


def _installs() -> Installs:
    found = face().woocommerce
    if found is None:
        abort(404)
    return found


def leave() -> str | Answer:
    """Look at the shop that was named, and show the way there."""
    name = request.args.get("name", "").strip()
    flags = {
        key: request.args.get(key) == "1" for key in ("allow_http", "keys_in_query")
    }
    try:
        going = _installs().begin(
            request.args.get("url", ""),
            name if SHOP_NAME.fullmatch(name) else "",
            flags,
        )
    except BadRequest as error:
        flash(str(error))
        return redirect(url_for("branches.choose"), 303)
    session[STATE] = going.state
    return render_template(
        "console/install.html", going=going, steps=said(going.steps), flags=flags
    )


def callback(state: str) -> Response:
    """Take keys: exactly 200 when they are kept, any other status when they are not."""
    request.max_content_length = MOST_BYTES
    why = _installs().receive(state, request.get_data())
    status = STATUS.get(why, REFUSED) if why else 200
    return Response(f"{why or 'kept'}\n", status, mimetype="text/plain")


def done() -> Response:
    """Say what became of it to the browser that was sent; wait while nothing did."""
    arrival = _installs().arrive(str(session.get(STATE, "")))
    is_denied = request.args.get("success") == "0" and arrival.became == "waiting"
    became = "denied" if is_denied else arrival.became
    page = render_template(
        "console/installed.html",
        arrival=arrival,
        became=became,
        steps=said(arrival.steps),
        dropped=any(one.code == "header_dropped" for one in arrival.steps),
    )
    headers = {"Refresh": str(AGAIN)} if became == "waiting" else {}
    return Response(page, headers=headers)
