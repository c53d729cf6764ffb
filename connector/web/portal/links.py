"""How a customer is known from page to page: by session, signed field, sealed link."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import (
    abort,
    current_app,
    flash,
    g,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_babel import gettext
from itsdangerous import BadSignature, URLSafeSerializer, URLSafeTimedSerializer

from connector.store import orders, returns
from connector.web.face import face

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from connector.model import Order, Return

CARRIED_SECONDS = 1800
ENDED_LIFE = timedelta(days=90)  # of a link, after its return ended
LINK_LIFE = timedelta(days=7)  # of one that was made later (docs/law.md, no. 72)
# Where each page lies below the shop's own path; what it says of itself follows.
PATHS = {
    "find": "",
    "choose": "/choose",
    "ways": "/ways",
    "status": "/status/",
    "photo": "/photo/",
    "add_photos": "/photos/",
    "declare": "/withdraw",
    "review": "/withdraw",
    "confirm": "/withdraw/confirm",
    "receipt": "/withdraw/receipt/",
    "receipt_text": "/withdraw/receipt-text/",
    "model_form": "/withdraw/form",
}


def is_proxied() -> bool:
    """Say whether the page is shown as the shop's own, without cookies."""
    return g.get("prefix") is not None


def at(page: str, **values: Any) -> str:  # noqa: ANN401 - as url_for has them
    """Return the address of a page of the portal, where the customer sees it."""
    if not is_proxied():
        shop = (request.view_args or {})["shop"]
        return url_for(f"portal.{page}", shop=shop, **values)
    return f"{g.prefix}{PATHS[page]}{'/'.join(map(str, values.values()))}"


def sheet() -> str:
    """Return the style sheet itself: a proxied page has no file beside it."""
    path = Path(str(current_app.static_folder)) / "retour.css"
    return path.read_text("utf-8")


def begin() -> Response | str:
    """Start at the beginning; through the proxy without a redirect."""
    if is_proxied():
        return render_template("portal/find.html")
    return redirect(at("find"), 303)


def remember(shop: str, order: Order) -> None:
    """Keep who proved to know an order: in the session, or for the next form."""
    if is_proxied():
        carry(shop, order)
    else:
        session["order"] = [shop, order.ref]


def carry(shop: str, order: Order) -> None:
    """Sign the order for the forms of this page."""
    g.carried = _timed().dumps([shop, order.ref])


def known_order(shop: str) -> Order | None:
    """Return the order that this session, or this form, has proved to know."""
    if is_proxied():
        kept = _carried(request.form.get("carried", ""))
    else:
        kept = session.get("order")
    if not isinstance(kept, list) or len(kept) != len(("shop", "ref")):
        return None
    return orders.get(face().db, shop, kept[1]) if kept[0] == shop else None


def _carried(text: str) -> object:
    """Open what a form carried; half an hour is enough to choose."""
    try:
        return _timed().loads(text, max_age=CARRIED_SECONDS)
    except BadSignature:
        return None


def _timed() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(face().secret_key, salt="carried")


def sealed_case(shop: str, token: str) -> Return:
    """Open a sealed link; a forged or foreign one is no page at all.

    One that has ended leads to the form that finds the order (410).
    """
    try:
        return_id, sealed_at = _unsealed(_serializer().loads(token))
        case = returns.get(face().db, return_id)
    except BadSignature:
        abort(404)
    if case.shop != shop:
        abort(404)
    if not _is_good(case, sealed_at):
        flash(gettext("This link has ended. Find your order to see your return."))
        abort(make_response(render_template("portal/find.html"), 410))
    return case


def _is_good(case: Return, sealed_at: datetime) -> bool:
    """Say whether a link still opens: while the return is open, and long after.

    A later one opens for a week: who finds his order again sees it whenever he likes.
    """
    now, ended = face().clock(), case.closed_at or case.cancelled_at
    return ended is None or now < max(ended + ENDED_LIFE, sealed_at + LINK_LIFE)


def beside(case: Return) -> list[tuple[Return, str]]:
    """List the other returns of its order, each with a link, while theirs open.

    What is asked for at once may be several returns: one for each kind in law.
    """
    found = returns.of_order(face().db, case.shop, case.order_ref)
    return [
        (one, seal(one.id))
        for one in found
        if one.id != case.id and _is_good(one, one.opened_at)
    ]


def _unsealed(held: object) -> tuple[str, datetime]:
    """Read what a link holds; one of before it told its day is as old as can be."""
    match held:
        case [str() as return_id, int() as seconds]:
            return return_id, datetime.fromtimestamp(seconds, UTC)
        case str() as return_id:
            return return_id, datetime.fromtimestamp(0, UTC)
        case _:
            msg = "that is no link"
            raise BadSignature(msg)


def seal(return_id: str) -> str:
    """Make a link to a return that cannot be guessed and holds nothing personal."""
    return str(_serializer().dumps([return_id, int(face().clock().timestamp())]))


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(face().secret_key, salt="portal")
