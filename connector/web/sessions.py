"""Two kinds of session: the merchant's own, and one inside Shopify's admin.

Inside the admin's frame a cookie travels only as SameSite=None, Secure and
Partitioned; such a session is limited to the shop whose admin it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import abort, request, session
from flask.sessions import SecureCookieSessionInterface

from connector.errors import NotFound
from connector.store import desk, refunds, returns, statements
from connector.web.face import face

if TYPE_CHECKING:
    from flask import Flask

    from connector.options import Person

FRAMED = "retour_admin"
ENTRY = "/console/embedded"
ONLY, FRAME, PERSON = "only_shop", "frame", "person"
ADMIN = "https://admin.shopify.com"
# What names no shop, and shows or touches nothing but what the session may see.
NAMELESS = frozenset(
    {
        "branches.every",
        "console.inbox_list",
        "console.leave",
        "console.overview",
        "console.refund_list",
        "console.return_list",
        "declared.add",
        "declared.every",
        "privacy.ask",
        "privacy.download",
        "privacy.every",
        "privacy.sent",
    }
)


class Sessions(SecureCookieSessionInterface):
    """Chooses the cookie by where the request comes from."""

    def get_cookie_name(self, app: Flask) -> str:
        """Return the framed session's name inside the admin, else the usual one."""
        return FRAMED if is_framed() else super().get_cookie_name(app)

    def get_cookie_samesite(self, app: Flask) -> str | None:
        """Let the cookie travel inside the admin's frame."""
        return "None" if is_framed() else super().get_cookie_samesite(app)

    def get_cookie_secure(self, app: Flask) -> bool:
        """Never without TLS inside a frame."""
        return is_framed() or super().get_cookie_secure(app)

    def get_cookie_partitioned(self, app: Flask) -> bool:
        """Keep it to this one frame."""
        return is_framed() or super().get_cookie_partitioned(app)


def is_framed() -> bool:
    """Say whether this request is made inside Shopify's admin."""
    if request.path == ENTRY:
        return True
    # A browser that does not partition cookies sends this one to our own pages too.
    is_page = request.headers.get("Sec-Fetch-Dest") == "document"
    return FRAMED in request.cookies and not is_page


def enter_frame(shop: str, domain: str) -> None:
    """Begin a session of one shop's console inside its admin."""
    session.clear()
    session["is_merchant"] = True
    session[ONLY], session[FRAME] = shop, domain


def enter(who: Person | None) -> None:
    """Begin the merchant's own session, of a person or of nobody by name."""
    language = session.get("lang")
    session.clear()
    session.permanent = True
    session["is_merchant"] = True
    if who:
        session[PERSON] = who.name
    if language:
        session["lang"] = language


def person() -> Person | None:
    """Return who signed in by name; None where nobody did."""
    name = session.get(PERSON)
    return next((one for one in face().people if one.name == name), None)


def is_gone() -> bool:
    """Say whether who signed in by name is no longer known."""
    return PERSON in session and person() is None


def actor() -> str:
    """Return who acts, as the timeline calls him."""
    who = person()
    return f"console: {who.name}" if who else "console"


def ancestors() -> str:
    """Return who may frame this page: a shop's own admin, or nobody."""
    domain = session.get(FRAME)
    if domain:
        return f"https://{domain} {ADMIN}"
    return ADMIN if is_framed() and not session.get("is_merchant") else "'none'"


def only_shop() -> str:
    """Return the one shop that this session may see, or "" for all."""
    return str(session.get(ONLY) or "")


def wanted_shop() -> str | None:
    """Return the shop to list: this session's, else the one asked for."""
    return only_shop() or request.args.get("shop")


def keep_within() -> None:
    """Answer 404 to whatever is not of the shop that this session is limited to."""
    only = only_shop()
    if not only or request.endpoint in NAMELESS:
        return
    try:
        is_ours = _shop_asked_for() == only
    except NotFound:
        is_ours = False
    if not is_ours:
        abort(404)


def _shop_asked_for() -> str:
    """Return whose thing the request names; "" where that is not known."""
    given, db = request.view_args or {}, face().db
    if "return_id" in given:
        return returns.get(db, given["return_id"]).shop
    if "refund_id" in given:
        return refunds.get(db, given["refund_id"]).shop
    if "statement_id" in given:
        return statements.get(db, given["statement_id"]).shop
    if "matter_id" in given:
        return next(
            (x.shop for x in desk.open_matters(db) if x.id == given["matter_id"]), "-"
        )
    return str(given.get("shop") or given.get("name") or "")
