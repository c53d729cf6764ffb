"""The customer's pages: find the order, choose what goes back, follow the return."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import (
    Blueprint,
    abort,
    current_app,
    flash,
    g,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_babel import get_locale, gettext
from itsdangerous import BadSignature, URLSafeSerializer, URLSafeTimedSerializer

from connector import policy
from connector.errors import BadRequest, PlatformError, Refused
from connector.model import Fault, Kind, Line
from connector.steps import inspect
from connector.steps import request as opening
from connector.steps.observe import observe
from connector.store import filing, orders, refunds, returns, shops
from connector.store.filing import Wish
from connector.web.face import face, whole

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from werkzeug.wrappers import Response

    from connector.model import Order, Return
    from connector.web.face import Tries

CARRIED_SECONDS = 1800
# Where each page lies below the shop's own path; a token follows.
BELOW = {
    "find": "",
    "choose": "/choose",
    "status": "/status/",
    "declare": "/withdraw",
    "review": "/withdraw",
    "confirm": "/withdraw/confirm",
    "receipt": "/withdraw/receipt/",
    "receipt_text": "/withdraw/receipt-text/",
    "model_form": "/withdraw/form",
}
KIND = {
    Fault.CUSTOMER: Kind.VOLUNTARY,
    Fault.MERCHANT: Kind.FAULTY,
    Fault.CARRIER: Kind.CARRIER_DAMAGE,
}


@dataclass(frozen=True, slots=True)
class Choice:
    """A line of the order, and how many of it can still come back."""

    line: Line
    left: int


def pages(tries: Tries) -> Blueprint:
    """Return the routes under /returns/<shop>."""
    routes = Blueprint("portal", __name__, url_prefix="/returns/<shop>")

    @routes.url_value_preprocessor
    def known(_: str | None, values: dict[str, object] | None) -> None:
        if not values or values.get("shop") not in face().shops:
            abort(404)

    _routes(routes, tries)
    return routes


def proxied(tries: Tries) -> Blueprint:
    """Return the same pages as the shop's own: /apps/returns, through its app proxy.

    The signature proves the shop; cookies are stripped on both ways, so that what a
    session would hold travels in signed fields of the forms. Nothing here acts for
    a signed-in browser, so that there is nothing to forge.
    """
    routes = Blueprint("proxied", __name__, url_prefix="/proxy/shopify")

    @routes.url_value_preprocessor
    def through(_: str | None, values: dict[str, object] | None) -> None:
        try:
            pairs = list(request.args.items(multi=True))
            shop, g.prefix = face().admission.proxied(pairs)
        except BadRequest:
            abort(401)
        if values is None or shop not in face().shops:
            abort(404)
        values["shop"] = shop

    _routes(routes, tries, searched)
    return routes


def _routes(
    routes: Blueprint, tries: Tries, search: Callable[[str], Any] | None = None
) -> None:
    @routes.context_processor
    def storefront() -> dict[str, object]:
        name = (request.view_args or {}).get("shop", "")
        if name not in face().storefronts:
            return {}  # the page that says so
        return {
            "store": face().storefronts[name],
            "shop": name,
            "at": at,
            "carried": g.get("carried", ""),
            "sheet": _sheet() if g.get("prefix") is not None else "",
        }

    routes.get("/", strict_slashes=False)(find)
    routes.post("/", strict_slashes=False)(tries(search or found))
    routes.get("/choose")(choose)
    routes.post("/choose")(opened)
    routes.get("/status/<token>")(status)
    routes.post("/status/<token>")(sent)


def asked_order() -> str:
    """Count attempts by order: all customers share the proxy's address."""
    shop, number = (request.view_args or {}).get("shop"), request.form.get("number", "")
    return f"{shop}:{number[:60].strip().lstrip('#').lower()}"


def asked_email() -> str:
    """Count attempts by e-mail address too: a guesser tries it with many numbers."""
    shop, email = (request.view_args or {}).get("shop"), request.form.get("email", "")
    return f"{shop}:{email[:200].strip().casefold()}"


def at(page: str, **values: Any) -> str:  # noqa: ANN401 - as url_for has them
    """Return the address of a page of the portal, where the customer sees it."""
    prefix = g.get("prefix")
    if prefix is None:
        shop = (request.view_args or {})["shop"]
        return url_for(f"portal.{page}", shop=shop, **values)
    return f"{prefix}{BELOW[page]}{values.get('token', '')}"


def _sheet() -> str:
    """Return the style sheet itself: a proxied page has no file beside it."""
    path = Path(str(current_app.static_folder)) / "retour.css"
    return path.read_text("utf-8")


def find(shop: str) -> str:
    """Ask for the order number and the address that it was bought with."""
    del shop
    return render_template("portal/find.html")


def found(shop: str) -> Response | tuple[str, int]:
    """Check both; the order goes into the signed session, never into the URL."""
    number = request.form.get("number", "")[:60]
    email = request.form.get("email", "")[:200]
    here = face()
    order = opening.find_order(here.db, here.shops[shop], number, email, here.clock)
    if order is None:
        flash(gettext("We found no order with this number and e-mail address."))
        return render_template("portal/find.html", number=number), 404
    if g.get("prefix") is not None:
        return _choose(shop, order), 200
    session["order"] = [shop, order.ref]
    return redirect(at("choose"), 303)


def searched(shop: str) -> Response | tuple[str, int]:
    """Find it through the proxy; limits go by a view's name, and these are others."""
    return found(shop)


def choose(shop: str) -> str | Response:
    """List the lines that can come back."""
    order = _order(shop)
    if order is None:
        return _begin(shop)
    return _choose(shop, order)


def _choose(shop: str, order: Order) -> str:
    here = face()
    g.carried = _timed().dumps([shop, order.ref])
    taken = filing.taken_units(here.db, shop, order.ref)
    choices = [
        Choice(line, line.quantity - len(taken.get(line.ref, ())))
        for line in order.lines
    ]
    cases = returns.of_order(here.db, shop, order.ref)
    return render_template(
        "portal/choose.html",
        order=order,
        choices=choices,
        reasons=_reasons(shop, order),
        given=request.form,
        cases=[(case, _seal(case.id)) for case in cases],
    )


def opened(shop: str) -> Response | str | tuple[str, int]:
    """Open the return, and show its page."""
    order = _order(shop)
    if order is None:
        return _begin(shop)
    here = face()
    try:
        order = observe(here.db, here.shops[shop], order.ref, here.clock)
        cases = _open(shop, order)
    except (BadRequest, Refused) as error:
        flash(_say(error))
        return _choose(shop, order), 400
    except PlatformError:
        flash(gettext("The shop cannot be reached just now. Try again in a minute."))
        return _choose(shop, order), 503
    return _shown(shop, cases[0].id)


def _open(shop: str, order: Order) -> list[Return]:
    """Open one return for each kind that the chosen reasons make."""
    here = face()
    by_kind: dict[Kind, list[Wish]] = {}
    faults = {reason.code: reason.fault for reason, _ in _reasons(shop, order)}
    for line in order.lines:
        wish = _wish(line)
        if wish:
            kind = KIND[faults.get(wish.reason, Fault.CUSTOMER)]
            if request.form.get("withdraw") and kind is Kind.VOLUNTARY:
                kind = Kind.WITHDRAWAL
            by_kind.setdefault(kind, []).append(wish)
    if not by_kind:
        raise BadRequest(gettext("Choose at least one item to return."))
    return [
        opening.open_return(
            here.db,
            shop=shop,
            order=order,
            kind=kind,
            wishes=wishes,
            filed_by="portal",
            language=str(get_locale()),
            now=here.clock(),
        )
        for kind, wishes in by_kind.items()
    ]


def _wish(line: Line) -> Wish | None:
    """Read what the form says of one line; raises BadRequest."""
    count = whole(request.form.get(f"quantity-{line.ref}", ""))
    if count == 0:
        return None
    reason = request.form.get(f"reason-{line.ref}", "")[:80]
    if not reason:
        raise BadRequest(gettext("Tell us why you return “%(item)s”.", item=line.title))
    note = request.form.get(f"note-{line.ref}", "").strip()
    return Wish(line_ref=line.ref, quantity=count, reason=reason, note=note)


def status(shop: str, token: str) -> str:
    """Show where a return stands, and what comes next."""
    case = _case(shop, token)
    here = face()
    order = orders.get(here.db, shop, case.order_ref)
    labels = dict(_labels(shop, order))
    return render_template(
        "portal/status.html",
        case=case,
        token=token,
        order=order,
        labels=labels,
        refunds=refunds.of_return(here.db, case.id),
    )


def sent(shop: str, token: str) -> Response | str:
    """Note that the customer has sent the parcel."""
    case = _case(shop, token)
    here = face()
    inspect.ship(here.db, case.id, actor="customer", now=here.clock())
    return _shown(shop, case.id)


def _begin(shop: str) -> Response | str:
    """Start at the beginning; through the proxy without a redirect."""
    return find(shop) if g.get("prefix") is not None else redirect(at("find"), 303)


def _shown(shop: str, return_id: str) -> Response | str:
    """Go to the page of a return; through the proxy it is the answer itself.

    What a shop's proxy makes of a redirect is not documented.
    """
    token = _seal(return_id)
    if g.get("prefix") is not None:
        return status(shop, token)
    return redirect(at("status", token=token), 303)


def _order(shop: str) -> Order | None:
    """Return the order that this session, or this form, has proved to know."""
    if g.get("prefix") is None:
        kept = session.get("order")
    else:
        kept = _carried(request.form.get("carried", ""))
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


def _case(shop: str, token: str) -> Return:
    """Open a sealed link; a forged or foreign one is no page at all."""
    try:
        case = returns.get(face().db, str(_serializer().loads(token)))
    except BadSignature:
        abort(404)
    if case.shop != shop:
        abort(404)
    return case


def _seal(return_id: str) -> str:
    """Make a link to a return that cannot be guessed and holds nothing personal."""
    return str(_serializer().dumps(return_id))


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(face().secret_key, salt="portal")


def _reasons(shop: str, order: Order) -> Sequence[tuple[policy.Reason, str]]:
    """Return each reason of the order's policy with its words for this reader."""
    here = face()
    digest = orders.policy_of(here.db, shop, order.ref)
    rules = policy.stored(shops.policy_text(here.db, digest))
    language = str(get_locale())
    return [(one, policy.label(one, language)) for one in policy.reasons(rules)]


def _labels(shop: str, order: Order) -> list[tuple[str, str]]:
    return [(reason.code, words) for reason, words in _reasons(shop, order)]


def _say(error: BadRequest | Refused) -> str:
    """Say our own sentences; the facts in an error are for the log."""
    if isinstance(error, Refused):
        text: str = gettext("Some of these items are already part of another return.")
        return text
    return str(error.args[0])
