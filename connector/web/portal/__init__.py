"""The customer's pages: find the order, choose what goes back, follow the return."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, abort, g, request

from connector.errors import BadRequest
from connector.pictures import MOST_BYTES
from connector.web.face import face
from connector.web.portal.choosing import choose
from connector.web.portal.finding import (
    asked_email,
    asked_order,
    find,
    found,
    searched,
)
from connector.web.portal.links import at, is_proxied, sheet
from connector.web.portal.photos import MEGABYTE, make_room
from connector.web.portal.status import add_photos, photo, sent, status
from connector.web.portal.ways import chosen, settled

if TYPE_CHECKING:
    from collections.abc import Callable

    from connector.web.face import Tries

__all__ = ["asked_email", "asked_order", "make_room", "pages", "proxied"]


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
            "most_mb": MOST_BYTES // MEGABYTE,
            "sheet": sheet() if is_proxied() else "",
        }

    routes.get("/", strict_slashes=False)(find)
    routes.post("/", strict_slashes=False)(tries(search or found))
    routes.get("/choose")(choose)
    routes.post("/choose")(chosen)
    routes.get("/ways", endpoint="ways")(choose)
    routes.post("/ways")(settled)
    routes.get("/status/<token>")(status)
    routes.post("/status/<token>")(sent)
    routes.get("/photo/<token>/<int:photo>")(photo)
    routes.post("/photos/<token>")(add_photos)
