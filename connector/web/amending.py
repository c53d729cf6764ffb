"""What the merchant gives beside money: another way, another ware, a courtesy."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from connector.errors import BadRequest, NotFound, PlatformError
from connector.model import Resolution
from connector.money import Money, exponent
from connector.saying import said_by
from connector.steps import amends, grading, paid_otherwise
from connector.store import orders, refunds, returns
from connector.web import approving, choices
from connector.web.console import guard, missing, refund_page
from connector.web.deeds import attempt, back, count, outcome, why
from connector.web.face import face, once
from connector.web.sessions import actor
from connector.web.words import said

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from connector.model import Order, Return
    from connector.platform import Shop

SEARCH_LENGTH = 80
PERCENT = 100  # basis points


def pages() -> Blueprint:
    """Return the routes under /console that change what a return gives."""
    routes = Blueprint("amending", __name__, url_prefix="/console")
    routes.before_request(guard)
    line = "/returns/<return_id>/lines/<int:line_id>"
    routes.get(f"{line}/wares")(wares)
    routes.post(f"{line}/resolve")(resolve)
    routes.post(f"{line}/hand-back")(hand_back)
    routes.post(f"{line}/grade")(grade)
    routes.post("/returns/<return_id>/courtesy")(courtesy)
    routes.post("/refunds/<refund_id>/call-off")(call_off)
    routes.post("/refunds/<refund_id>/accept")(accept)
    routes.register_error_handler(NotFound, missing)
    return routes


def _shop(case: Return) -> Shop:
    """Return the shop of a return; raises BadRequest once it is disconnected."""
    shop = face().shops.get(case.shop)
    if shop is None:
        raise BadRequest(gettext("This shop is not connected."))
    return shop


def resolve(return_id: str, line_id: int) -> Response | tuple[str | Response, int]:
    """Make a line good in another way, with another article where that needs one."""
    here = face()

    def deed() -> None:
        case = returns.get(here.db, return_id)
        shop = _shop(case)
        line = returns.line_of(case, line_id)
        ref = request.form.get("ware", "").strip()
        way = _way(request.form.get("way", ""))
        goods = (
            amends.choose(shop, case.order_ref, ref, line.asked)
            if ref and way is Resolution.EXCHANGE
            else None
        )
        amends.instead(
            here.db,
            shop.abilities,
            return_id,
            line_id,
            way,
            actor=actor(),
            why=why() or gettext("decided by the merchant"),
            now=here.clock(),
            goods=goods,
            approval=approving.approval(),
            has_agreed=_has_agreed(),
        )

    refused = attempt(deed, f"resolve{line_id}")
    if refused and request.form.get("ware"):
        return wares(return_id, line_id, refused), 403
    return outcome(return_id, refused)


def _way(code: str) -> Resolution:
    try:
        return Resolution(code)
    except ValueError:
        raise BadRequest(gettext("Choose a way to make it good.")) from None


def _has_agreed() -> bool:
    """Say whether the merchant notes that the customer agreed to credit."""
    return request.form.get("agreed") == "yes"


def hand_back(return_id: str, line_id: int) -> Response:
    """Book units that went back to the customer."""
    here = face()
    attempt(
        lambda: amends.hand_back(
            here.db,
            return_id,
            line_id,
            count("units"),
            actor=actor(),
            now=here.clock(),
        )
    )
    return back(return_id)


def grade(return_id: str, line_id: int) -> Response:
    """Keep what handling has cost of a line's value, in whole percent."""
    here = face()
    attempt(
        lambda: grading.grade(
            here.db,
            return_id,
            line_id,
            count("percent") * PERCENT,
            actor=actor(),
            why=why(),
            now=here.clock(),
        ),
        f"grade{line_id}",
    )
    return back(return_id)


def courtesy(return_id: str) -> Response | tuple[str, int]:
    """Promise credit on top."""
    here = face()

    def deed() -> None:
        case = returns.get(here.db, return_id)
        currency = orders.get(here.db, case.shop, case.order_ref).currency
        amends.courtesy(
            here.db,
            _shop(case).abilities,
            return_id,
            _amount(request.form.get("amount", ""), currency),
            actor=actor(),
            why=why(),
            now=here.clock(),
            approval=approving.approval(),
            key=once(),
        )

    return outcome(return_id, attempt(deed, "courtesy"))


def _amount(text: str, currency: str) -> Money:
    """Read an amount, with a comma or a point before its cents; raises BadRequest.

    A point that parts thousands is refused, not taken for the other one.
    """
    cents = exponent(currency)
    shape = rf"\d{{1,9}}(?:[.,]\d{{1,{cents}}})?" if cents else r"\d{1,9}"
    written = text.strip()
    if not re.fullmatch(shape, written, re.ASCII):
        raise BadRequest(gettext("Write an amount as 12.50."))
    return Money.parse(written.replace(",", "."), currency)


def call_off(refund_id: str) -> Response | tuple[str, int]:
    """Give something else for an exchange that was never paid for."""
    here = face()

    def deed() -> None:
        row = refunds.get(here.db, refund_id)
        shop = here.shops.get(row.shop)
        if shop is None:
            raise BadRequest(gettext("This shop is not connected."))
        amends.call_off(
            here.db,
            shop,
            refund_id,
            _way(request.form.get("way", "")),
            actor=actor(),
            why=why(),
            now=here.clock(),
            approval=approving.approval(),
            has_agreed=_has_agreed(),
        )

    refused = attempt(deed, "calloff")
    if refused:
        return refund_page(refund_id, refused), 403
    return redirect(url_for("console.refund_page", refund_id=refund_id), 303)


def accept(refund_id: str) -> Response | tuple[str, int]:
    """Let an exchange go on though another sum was paid for it than was owed."""
    here = face()

    def deed() -> None:
        shop = here.shops.get(refunds.get(here.db, refund_id).shop)
        if shop is None:
            raise BadRequest(gettext("This shop is not connected."))
        paid_otherwise.accept(
            here.db,
            shop,
            refund_id,
            why=why(),
            actor=actor(),
            now=here.clock(),
            approval=approving.approval(),
        )

    refused = attempt(deed, "accept")
    if refused:
        return refund_page(refund_id, refused), 403
    return redirect(url_for("console.refund_page", refund_id=refund_id), 303)


def wares(
    return_id: str, line_id: int, refused: approving.Refusal | None = None
) -> str | Response:
    """List what the shop sells of a product, to choose what is sent instead."""
    here = face()
    case = returns.get(here.db, return_id)
    line = returns.line_of(case, line_id)
    order = orders.get(here.db, case.shop, case.order_ref)
    sold = order.line(line.line_ref)
    product = request.values.get("product", "").strip()[:SEARCH_LENGTH]
    product = product or (sold.product_ref if sold else "")
    try:
        found = _shop(case).wares(case.order_ref, product) if product else ()
    except PlatformError:
        flash(gettext("The shop cannot be reached just now. Try again in a minute."))
        found = ()
    except BadRequest as error:
        flash(said(said_by(error)))
        return back(return_id)
    return render_template(
        "console/wares.html",
        case=case,
        line=line,
        sold=sold,
        product=product,
        products=_products(order),
        wares=found,
        needs=choices.changing(case, line_id),
        refused=refused,
    )


def _products(order: Order) -> dict[str, str]:
    """Name the products of an order, by the shop's id."""
    return {line.product_ref: line.title for line in order.lines if line.product_ref}
