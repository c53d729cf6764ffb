"""The customer's first page: an order's number, and the address it was bought with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, render_template, request
from flask_babel import gettext

from connector.steps import request as opening
from connector.web.face import face
from connector.web.portal.choosing import listed
from connector.web.portal.links import at, is_proxied, remember

if TYPE_CHECKING:
    from werkzeug.wrappers import Response


def asked_order() -> str:
    """Count attempts by order: all customers share the proxy's address."""
    shop, number = (request.view_args or {}).get("shop"), request.form.get("number", "")
    return f"{shop}:{number[:60].strip().lstrip('#').lower()}"


def asked_email() -> str:
    """Count attempts by e-mail address too: a guesser tries it with many numbers."""
    shop, email = (request.view_args or {}).get("shop"), request.form.get("email", "")
    return f"{shop}:{email[:200].strip().casefold()}"


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
    remember(shop, order)
    if is_proxied():
        return listed(shop, order), 200
    return redirect(at("choose"), 303)


def searched(shop: str) -> Response | tuple[str, int]:
    """Find it through the proxy; limits go by a view's name, and these are others."""
    return found(shop)
