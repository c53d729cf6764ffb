"""The addresses of a published policy: page, fragment, JSON, and an order's days."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, abort, jsonify, render_template, request
from flask_babel import get_locale

from connector import policy as policies
from connector.errors import NotFound
from connector.steps import question
from connector.steps import request as opening
from connector.store import filing, shops
from connector.web.face import LANGUAGES, face
from connector.web.published import dates
from connector.web.published.sections import sections

if TYPE_CHECKING:
    from connector.model import Order
    from connector.policy import Policy
    from connector.web.face import Tries

CACHED_SECONDS = 300
SHARED = frozenset({"published.fragment", "published.document"})
NUMBER, EMAIL = 60, 200  # characters of what is asked for at most


def pages(tries: Tries) -> Blueprint:
    """Return the routes under /policy/<shop>: what everybody may read.

    Page: `/policy/<shop>`; to embed: `/policy/<shop>/fragment` and
    `/policy/<shop>/policy.json`, each with `?lang=fr`. An order's days are asked
    with its number and address in a POST, which never stand in an address.
    """
    routes = Blueprint("published", __name__, url_prefix="/policy/<shop>")

    @routes.url_value_preprocessor
    def known(_: str | None, values: dict[str, object] | None) -> None:
        if not values or values.get("shop") not in face().shops:
            abort(404)

    @routes.context_processor
    def storefront() -> dict[str, object]:
        name = (request.view_args or {}).get("shop", "")
        if name not in face().storefronts:
            return {}  # the page that says so
        return {"store": face().storefronts[name], "shop": name}

    routes.get("", strict_slashes=False)(page)
    routes.post("", strict_slashes=False)(tries(days))
    routes.get("/fragment")(fragment)
    routes.get("/policy.json")(document)
    return routes


def is_shared() -> bool:
    """Say whether what is asked for is kept by caches, the same for everybody."""
    return request.endpoint in SHARED


def page(shop: str) -> str:
    """Show the policy that holds for an order placed now."""
    return _page(shop)


def days(shop: str) -> tuple[str, int]:
    """Show the days of an order whose number and address are known."""
    here = face()
    number = request.form.get("number", "")[:NUMBER]
    email = request.form.get("email", "")[:EMAIL]
    order = opening.find_order(here.db, here.shops[shop], number, email, here.clock)
    if order is None:
        return _page(shop, number=number, is_missing=True), 404
    rules = _bound(shop, order)
    who = question.asker(here.db, shop, order, "portal", here.clock())
    held = filing.taken_units(here.db, shop, order.ref)
    found = dates.of_order(rules, order, who, held)
    return _page(shop, number=number, order=order, found=found, rules=rules), 200


def fragment(shop: str) -> Response:
    """Give the policy as HTML without a page around it, to put into another."""
    text = render_template("policy/sections.html", sections=sections(_live(shop)))
    return _shared(Response(text, mimetype="text/html"))


def document(shop: str) -> Response:
    """Give the policy as JSON: the same sentences, and the plain figures."""
    rules = _live(shop)
    window = rules.window
    answer = jsonify(
        shop=shop,
        version=rules.digest,
        language=str(get_locale()),
        languages=list(LANGUAGES),
        currency=rules.currency,
        window={"days": window.days, "countries": dict(window.by_country)},
        sections=[
            {"code": one.code, "title": one.title, "items": list(one.items)}
            for one in sections(rules)
        ],
    )
    return _shared(answer)


def _page(shop: str, *, rules: Policy | None = None, **shown: object) -> str:
    known = rules or _live(shop)
    return render_template(
        "policy/page.html", sections=sections(known), version=known.digest, **shown
    )


def _live(shop: str) -> Policy:
    """Return the policy that an order placed now is bound to; without one, 404."""
    here = face()
    digest = shops.get(here.db, shop).policy_hash
    if not digest:
        abort(404)
    return policies.stored(shops.policy_text(here.db, digest))


def _bound(shop: str, order: Order) -> Policy:
    try:
        return question.rules_of(face().db, shop, order.ref)
    except NotFound:
        return _live(shop)


def _shared(answer: Response) -> Response:
    """Let any site and cache keep it: it holds nothing that is not for everybody.

    Its language hangs on the browser's only where the address names none.
    """
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.headers["Cache-Control"] = f"public, max-age={CACHED_SECONDS}"
    if request.args.get("lang") not in LANGUAGES:
        answer.headers["Vary"] = "Accept-Language"
    return answer
