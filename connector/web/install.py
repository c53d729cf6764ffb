"""Shops that grant access themselves: out to their consent page, and back.

The state that the browser must bring back lies in its signed session; what the shop
posts meanwhile (WooCommerce's keys) is answered by `edges`, without a session.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import (
    Blueprint,
    Response,
    flash,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_babel import gettext

from connector.errors import BadRequest, PlatformError, RetourError
from connector.saying import said_by
from connector.web.branches import said
from connector.web.console import guard
from connector.web.face import face
from connector.web.sessions import only_shop
from connector.web.words import said as told

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkzeug.wrappers import Response as Answer

    from connector.web.face import Arrived, Tries

STATE = "install_state"
MOST_BYTES = 10_000


def pages(tries: Tries) -> Blueprint:
    """Return the routes that browsers come to."""
    routes = Blueprint("install", __name__, url_prefix="/install")
    routes.get("/shopify")(tries(to_shopify))
    routes.get("/shopify/callback")(tries(from_shopify))
    routes.get("/woocommerce")(to_woocommerce)
    routes.get("/woocommerce/back")(from_woocommerce)
    routes.post("/woocommerce/back")(finish)
    return routes


def edges(tries: Tries) -> Blueprint:
    """Return the route that shops post to."""
    routes = Blueprint("handoff", __name__, url_prefix="/install")
    routes.post("/woocommerce/callback/<state>")(tries(take_keys))
    return routes


def _problem(why: str, status: int = 400) -> tuple[str, int]:
    return render_template("error.html", text=why), status


def _try(deed: Callable[[], Answer | str]) -> Answer | str | tuple[str, int]:
    try:
        return deed()
    except BadRequest as error:
        return _problem(gettext("This did not work: %(why)s", why=_said(error)))
    except PlatformError as error:
        why = gettext("The shop did not grant access: %(why)s", why=_said(error))
        return _problem(why, 502)


def _said(error: RetourError) -> str:
    """Return what an error says, in the reader's language."""
    return told(said_by(error))


def to_shopify() -> Answer | str | tuple[str, int]:
    """Send a merchant to Shopify's consent page."""

    def deed() -> Answer:
        pairs = list(request.args.items(multi=True))
        leaving = face().admission.leave_for_shopify(pairs)
        session[STATE] = leaving.state
        return redirect(leaving.url, 303)

    return _try(deed)


def from_shopify() -> Answer | str | tuple[str, int]:
    """Take the merchant back with his grant, and show what was found."""

    def deed() -> str:
        pairs = list(request.args.items(multi=True))
        state = str(session.pop(STATE, ""))
        arrived = face().admission.back_from_shopify(pairs, state)
        is_short = any(one.code == "scopes_short" for one in arrived.found)
        again = (
            url_for("install.to_shopify", shop=face().admission.domain_of(arrived.shop))
            if is_short
            else ""
        )
        steps = said(arrived.found)
        return _arrived(arrived.shop, steps, arrived.is_connected, again)

    return _try(deed)


def _arrived(
    shop: str, steps: list[dict[str, str]], is_connected: object, again: str = ""
) -> str:
    return render_template(
        "install/arrived.html",
        shop=shop,
        steps=steps,
        is_connected=is_connected,
        again=again,
        is_granted=bool(again),
    )


def _not_yet(arrived: Arrived) -> str:
    """Say why the keys that came do not do, and how to begin again."""
    codes = {check.code for check in arrived.found}
    in_query = "header_dropped" in codes
    return render_template(
        "install/arrived.html",
        shop=arrived.shop,
        steps=said(arrived.found),
        is_connected=False,
        again=url_for(
            "install.to_woocommerce",
            url=arrived.address,
            name=arrived.shop,
            keys_in_query="1" if in_query else None,
        ),
        in_query=in_query,
    )


def to_woocommerce() -> Answer | str | tuple[str, int]:
    """Send the merchant, who is signed in here, to approve in his shop."""
    closed = guard()
    if closed is not None or only_shop():
        return closed or _problem(gettext("There is no such page."), 404)

    def deed() -> Answer | str:
        address, name = request.args.get("url", ""), request.args.get("name", "")
        in_query = request.args.get("keys_in_query") == "1"
        try:
            leaving = face().admission.leave_for_woocommerce(
                address, name, keys_in_query=in_query
            )
        except BadRequest as error:
            steps = said(getattr(error, "found", ()))
            if not steps:
                raise
            return _arrived("", steps, is_connected=False)
        session[STATE] = leaving.state
        # A link, no redirect: the form that led here may not lead on (form-action),
        # and a merchant sees where he is sent before he signs in there.
        return render_template(
            "install/leave.html", leaving=leaving, steps=said(leaving.found)
        )

    return _try(deed)


def take_keys(state: str) -> Response:
    """Hold the keys that a shop posts; only exactly 200 makes the shop keep them."""
    body = request.stream.read(MOST_BYTES + 1)
    is_taken = len(body) <= MOST_BYTES and face().admission.take_keys(state, body)
    return Response("{}", 200 if is_taken else 410, mimetype="application/json")


def from_woocommerce() -> Answer | str | tuple[str, int]:
    """Wait for the keys, then let the merchant have them tried."""
    closed = guard()
    if closed is not None:
        return closed
    state = str(session.get(STATE, ""))
    if request.args.get("success") == "0":
        session.pop(STATE, None)
        return _problem(gettext("You did not approve; nothing was connected."))
    if not state:
        why = gettext("This was begun in another browser; start again from here.")
        return _problem(why)
    address = face().admission.waits_for(state)
    if not address:
        session.pop(STATE, None)
        return _problem(gettext("No keys came within half an hour; start again."))
    has_come = face().admission.has_come(state)
    return render_template("install/back.html", has_come=has_come, address=address)


def finish() -> Answer | str | tuple[str, int]:
    """Try the keys that came, and connect the shop."""
    closed = guard()
    if closed is not None:
        return closed

    def deed() -> Answer | str:
        state = str(session.pop(STATE, ""))
        arrived = face().admission.back_from_woocommerce(state)
        if not arrived.is_connected:
            return _not_yet(arrived)
        flash(gettext("The shop is connected."))
        return redirect(url_for("branches.one", name=arrived.shop), 303)

    return _try(deed)
