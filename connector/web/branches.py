"""The merchant's pages of shops: connect one, see how it stands, check it, part."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from connector.config import SHOP_NAME, Secret, ShopConfig
from connector.diagnoses import ABILITIES, FACTS, FAIL, STEPS, words
from connector.errors import BadRequest, NotFound, PlatformError, RetourError
from connector.keys import way_of
from connector.saying import Saying, said_by
from connector.store import (
    backfills,
    desk,
    history,
    hooks,
    pace,
    shops,
    standing,
)
from connector.ways import WAYS, name_for, tidy_address
from connector.web.console import guard
from connector.web.face import face
from connector.web.sessions import only_shop
from connector.web.words import said as told
from connector.web.words import word

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from werkzeug.wrappers import Response

    from connector.platform import Check
    from connector.store.shops import ShopRow

ACTOR = "console"


def pages() -> Blueprint:
    """Return the routes under /console/shops."""
    routes = Blueprint("branches", __name__, url_prefix="/console/shops")
    routes.before_request(guard)
    routes.before_request(not_inside_one)
    routes.get("/")(every)
    routes.get("/new")(choose)
    routes.get("/new/<way>")(ask)
    routes.post("/new/<way>")(connect)
    routes.get("/<name>")(one)
    routes.post("/<name>/check")(check)
    routes.post("/<name>/keys")(rotate)
    routes.post("/<name>/remove")(remove)
    return routes


def not_inside_one() -> None:
    """Let nobody connect other shops from inside the admin of one."""
    if only_shop() and request.endpoint in (
        "branches.choose",
        "branches.ask",
        "branches.connect",
    ):
        abort(404)


def every() -> str:
    """List the connected shops and how they stand."""
    db = face().db
    known = [
        (row, standing.of(db, row.name))
        for row in shops.every(db)
        if only_shop() in ("", row.name)
    ]
    return render_template("console/shops.html", shops=known)


def choose() -> str:
    """Offer the ways to connect a shop."""
    return render_template("console/connect.html", installs=face().admission.ways)


def ask(way: str) -> str:
    """Ask for what one way needs."""
    if way not in WAYS:
        abort(404)
    return _form(way, {}, ())


def _form(way: str, given: dict[str, Any], found: Iterable[Check]) -> str:
    return render_template(
        "console/connect_form.html",
        way=way,
        asked=WAYS[way],
        given=given,
        steps=said(found),
    )


def said(found: Iterable[Check]) -> list[dict[str, str]]:
    """Put the steps of a check into the reader's language."""
    lines = []
    for one in found:
        what, cure = words(one)
        facts = dict(one.facts)
        lines.append(
            {
                "step": gettext(STEPS.get(one.step, one.step)),
                "verdict": one.verdict,
                "what": _what(what, facts),
                "cure": gettext(cure) % facts if cure else "",
            }
        )
    return lines


def _what(text: str, facts: dict[str, str]) -> str:
    """Say a finding in the reader's language; its own sentence where it has one."""
    if isinstance(text, Saying):
        return told(text)
    return str(gettext(text) % facts if facts else gettext(text))


def connect(way: str) -> str | Response:
    """Check the shop, and connect it unless a step fails; secrets are never shown."""
    if way not in WAYS:
        abort(404)
    shop = _asked(way)
    given = {"address": shop.address, "name": shop.name, "client_id": shop.client_id}
    for key in ("allow_http", "keys_in_query"):
        given[key] = "1" if getattr(shop, key) else ""
    try:
        found = face().registrar.add(shop, ACTOR)
    except (BadRequest, RetourError) as error:
        flash(told(said_by(error)))
        return _form(way, given, ())
    if any(check.verdict == FAIL for check in found):
        return _form(way, given, found)
    flash(gettext("The shop is connected."))
    return redirect(url_for("branches.one", name=shop.name), 303)


def _asked(way: str) -> ShopConfig:
    """Read the form; what is missing is found by the checks."""
    asked = WAYS[way]
    address = tidy_address(asked.platform, request.form.get("address", ""))
    name = request.form.get("name", "").strip() or name_for(address)
    shop = ShopConfig(
        name=name if SHOP_NAME.fullmatch(name) else name_for(name),
        platform=asked.platform,
        address=address,
        allow_http=request.form.get("allow_http") == "1",
        keys_in_query=request.form.get("keys_in_query") == "1",
    )
    seen: dict[str, Any] = {
        key: request.form.get(key, "").strip() for key in asked.settings
    }
    return replace(shop, **seen, **_secrets(asked.secrets))


def _secrets(names: Iterable[str]) -> dict[str, Any]:
    return {name: Secret(request.form.get(name, "").strip()) for name in names}


def one(name: str) -> str:
    """Show how a shop stands."""
    return _page(name, ())


def _page(name: str, found: Sequence[Check]) -> str:
    db = face().db
    row = shops.get(db, name)
    if row.removed_at:
        abort(404)
    now = face().clock()
    shown = pace.get(db, name)
    return render_template(
        "console/shop.html",
        row=row,
        stands=standing.of(db, name),
        abilities=_abilities(name),
        matters=[one for one in desk.open_matters(db, name) if one.about == "shop"],
        deeds=history.of(db, name),
        heard=hooks.heard(db, name),
        watch=hooks.watch(db, name),
        read=backfills.state(db, name),
        pace=shown,
        breaker=shown.breaker(now),
        level=int(shown.level_now(now)),
        keys=_keys(row),
        steps=said(found),
        has_failed=any(check.verdict == FAIL for check in found),
        facts=[
            (gettext(FACTS.get(key, key.replace("_", " "))), value)
            for key, value in row.facts.items()
            if value
        ],
    )


def _abilities(name: str) -> list[tuple[str, bool | str]]:
    """Return what the shop can do, in words; nothing where it cannot be asked now."""
    shop = face().shops.get(name)
    try:
        able = shop.abilities if shop else None
    except PlatformError:
        able = None
    said = [
        (gettext(words), _said(getattr(able, key, "")))
        for key, words in ABILITIES.items()
    ]
    return [(label, can) for label, can in said if can != ""]


def _said(can: object) -> bool | str:
    """Put several things that a shop can do in one line."""
    if isinstance(can, frozenset):
        return ", ".join(sorted(word(way) for way in can))
    if isinstance(can, tuple):
        return ", ".join(one.name for one in can)
    return can if isinstance(can, str) else bool(can)


def _keys(row: ShopRow) -> tuple[str, ...]:
    """Name the secrets that a merchant may give anew; none where the app renews."""
    way = way_of(row)
    return way.secrets if way else ()


def check(name: str) -> str | Response:
    """Examine the shop now."""
    return _page(name, _try(lambda: face().registrar.check(name)))


def rotate(name: str) -> str | Response:
    """Try new keys; they replace the old ones only when they work."""
    row = shops.get(face().db, name)
    asked = _secrets(_keys(row))
    given = {key: secret for key, secret in asked.items() if secret}
    if not given:
        flash(gettext("Enter the new keys."))
        return _page(name, ())
    found = _try(lambda: face().registrar.rotate(name, given, ACTOR))
    if found and not any(check.verdict == FAIL for check in found):
        flash(gettext("The new keys are in use."))
    return _page(name, found)


def remove(name: str) -> str | Response:
    """Disconnect the shop, once the merchant has typed its name."""
    if request.form.get("name", "").strip() != name:
        flash(gettext("Type the shop's name to disconnect it."))
        return redirect(url_for("branches.one", name=name), 303)
    try:
        found = face().registrar.remove(name, ACTOR)
    except (BadRequest, NotFound) as error:
        flash(told(said_by(error)))
        return redirect(url_for("branches.one", name=name), 303)
    for line in said(found):
        flash(f"{line['what']} {line['cure']}".strip())
    flash(gettext("The shop is disconnected; its books stay."))
    return redirect(url_for("branches.every"), 303)


def _try(deed: Callable[[], list[Check]]) -> list[Check]:
    try:
        return deed()
    except RetourError as error:
        flash(told(said_by(error)))
        return []
