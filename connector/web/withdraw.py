"""The online withdrawal function: a statement, its confirmation, its receipt.

Directive 2011/83/EU, article 11a; § 356a BGB. Three particulars are asked for and no
more; no login, no look-up and no rule of the merchant stands before it. Nothing lies
between the two steps.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from flask import Response, abort, flash, g, redirect, render_template, request, session
from flask_babel import get_locale, gettext
from itsdangerous import BadSignature, URLSafeSerializer

from connector import law, notice, withdrawal
from connector.errors import BadRequest, NotFound
from connector.steps import statements as step
from connector.store import letters, orders, statements
from connector.web.face import face
from connector.web.portal.links import at

if TYPE_CHECKING:
    from flask import Blueprint
    from werkzeug.wrappers import Response as Answer

    from connector.store.statements import Statement
    from connector.web.face import Tries
    from connector.withdrawal import Said

ACTOR = "customer"


def pages(routes: Blueprint, tries: Tries) -> Blueprint:
    """Add the function to the portal's pages, at both of their addresses."""

    @routes.context_processor
    def labels() -> dict[str, str]:
        words = law.labels(str(get_locale()))
        return {
            "withdraw_label": law.capital(words.function),
            "confirm_label": law.capital(words.confirm),
        }

    routes.get("/withdraw")(declare)
    routes.post("/withdraw")(review)
    is_proxied = routes.name == "proxied"
    routes.post("/withdraw/confirm", endpoint="confirm")(
        tries(confirmed if is_proxied else confirm)
    )
    routes.get("/withdraw/receipt/<token>")(receipt)
    routes.get("/withdraw/receipt-text/<token>")(receipt_text)
    routes.get("/withdraw/form")(model_form)
    return routes


def declared_by() -> str:
    """Count statements by contract and shop: all customers share the proxy's address.

    The e-mail address is not part of it: a guesser learns nothing here.
    """
    shop = (request.view_args or {}).get("shop")
    contract = request.form.get("contract", "")[:60].strip().lstrip("#").lower()
    return f"{shop}:{contract}"


def declare(shop: str) -> str:
    """Show the first step; what a customer has proved already is filled in."""
    given = {}
    kept = session.get("order") if g.get("prefix") is None else None
    if isinstance(kept, list) and kept[0] == shop:
        try:
            order = orders.get(face().db, shop, kept[1])
        except NotFound:
            return _first({})
        buyer = order.customer
        given = {"name": buyer.name, "contract": order.number, "reach": buyer.email}
    return _first(given)


def _first(given: dict[str, str], missing: str = "") -> str:
    return render_template("portal/withdraw.html", given=given, missing=missing)


def review(shop: str) -> str | tuple[str, int]:
    """Show the statement with the one button that declares it; keeps nothing."""
    del shop
    given = _given()
    if request.form.get("change"):
        return _first(given)
    try:
        said = _said()
    except BadRequest as error:
        return _again(error)
    key = request.form.get("key", "")[:80] or secrets.token_urlsafe(18)
    return render_template("portal/withdraw_confirm.html", said=said, key=key)


def _again(error: BadRequest) -> tuple[str, int]:
    """Show the first step again, naming the particular that is missing."""
    flash(
        {
            "name": gettext("Tell us your name."),
            "contract": gettext("Tell us which contract: the order number is enough."),
        }.get(
            str(error.args[0]),
            gettext("Give an e-mail address that the receipt can be sent to."),
        )
    )
    return _first(_given(), str(error.args[0])), 400


def confirm(shop: str) -> Answer | str | tuple[str, int]:
    """Take the statement: the moment of this click is the moment of withdrawal."""
    here = face()
    now = here.clock()
    try:
        said = _said()
    except BadRequest as error:
        return _again(error)
    kept = step.take(
        here.db,
        shop=shop,
        said=said,
        seller=here.storefronts[shop].seller,
        channel="page",
        language=str(get_locale()),
        moments=withdrawal.Moments(sent=now, received=now),
        sent_key=request.form.get("key", "")[:80] or secrets.token_urlsafe(18),
        actor=ACTOR,
        now=now,
    )
    token = _seal(kept.id)
    if g.get("prefix") is not None:
        return receipt(shop, token)
    return redirect(at("receipt", token=token), 303)


def confirmed(shop: str) -> Answer | str | tuple[str, int]:
    """Take it through the proxy; limits go by a view's name, and these are others."""
    return confirm(shop)


# Both work without a cookie, so nobody who keeps none, or whose session ended between
# the two clicks, is kept from his right. They use nothing of a session, and whoever
# could forge them for another might as well send them himself.
STEPS = (review, confirm)


def _given() -> dict[str, str]:
    return {name: request.form.get(name, "")[:500] for name in (*law.MANDATORY, "part")}


def _said() -> Said:
    """Read the statement; raises BadRequest with the name of a missing particular."""
    given = _given()
    said = withdrawal.read(
        name=given["name"],
        contract=given["contract"],
        reach=given["reach"],
        part=given["part"],
    )
    if not said.reach:
        msg = "reach"
        raise BadRequest(msg)
    return said


def receipt(shop: str, token: str) -> str:
    """Show the receipt, and whether it was sent; it says nothing of the order."""
    kept = _kept(shop, token)
    seller = face().storefronts[shop].seller
    sent = [one.state for one in letters.of_statement(face().db, kept.id)]
    return render_template(
        "portal/withdraw_receipt.html",
        kept=kept,
        token=token,
        text=step.receipt(kept, seller),
        sent_at=withdrawal.written(kept.moments.received, seller.zone),
        is_mailed="sent" in sent,
    )


def receipt_text(shop: str, token: str) -> Response:
    """Hand out the receipt as a file of plain text."""
    kept = _kept(shop, token)
    text = step.receipt(kept, face().storefronts[shop].seller)
    return _file(text, f"withdrawal-{kept.moments.received:%Y-%m-%d-%H%M%S}.txt")


def model_form(shop: str) -> Response:
    """Hand out the model withdrawal form, which nobody has to use."""
    seller = face().storefronts[shop].seller
    text = notice.model_form(str(get_locale()), seller)
    return _file(text + "\n", "withdrawal-form.txt")


def _file(text: str, name: str) -> Response:
    answer = Response(text, mimetype="text/plain")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _kept(shop: str, token: str) -> Statement:
    """Open a sealed link; a forged, foreign or erased one is no page at all."""
    try:
        kept = statements.get(face().db, str(_serializer().loads(token)))
    except (BadSignature, NotFound):
        abort(404)
    if kept.shop != shop or kept.erased_at is not None:
        abort(404)
    return kept


def _seal(statement_id: str) -> str:
    """Make a link that cannot be guessed and holds nothing personal."""
    return str(_serializer().dumps(statement_id))


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(face().secret_key, salt="statement")
