"""The merchant's pages of withdrawals: what was declared, by whatever way, and where.

Also what the shop must tell its customers before they buy, and since when it does.
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from connector import notice, withdrawal
from connector.errors import BadRequest, NotFound, PlatformError, Refused
from connector.steps import statements as step
from connector.store import (
    atomic,
    desk,
    letters,
    notices,
    orders,
    returns,
    shops,
    statements,
)
from connector.web.console import guard
from connector.web.face import face, whole
from connector.web.sessions import only_shop
from connector.web.words import said

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkzeug.wrappers import Response as Answer

    from connector.model import Order
    from connector.store import Database
    from connector.store.statements import Statement
    from connector.web.face import Face

ACTOR = "console"
BY_STAFF = tuple(one for one in withdrawal.CHANNELS if one != "page")


def pages() -> Blueprint:
    """Return the routes under /console/withdrawals."""
    routes = Blueprint("declared", __name__, url_prefix="/console/withdrawals")
    routes.before_request(guard)
    routes.get("/")(every)
    routes.post("/")(add)
    routes.get("/told/<shop>")(told)
    routes.post("/told/<shop>")(say_told)
    routes.get("/<statement_id>")(page)
    routes.post("/<statement_id>/match")(match)
    routes.post("/<statement_id>/settle")(settle)
    routes.post("/<statement_id>/send")(send)
    routes.register_error_handler(NotFound, _missing)
    return routes


def _missing(_: NotFound) -> tuple[str, int]:
    return render_template("error.html", text=gettext("There is no such thing.")), 404


def _try(deed: Callable[[], object]) -> bool:
    """Do it; what cannot be done is said on the page that we return to."""
    try:
        deed()
    except (BadRequest, Refused, NotFound) as error:
        flash(said(error.args[0]))
        return False
    except PlatformError:
        flash(gettext("The shop cannot be reached just now. Try again in a minute."))
        return False
    return True


def every() -> str:
    """List what was declared, with a form for what came by another way."""
    db = face().db
    known = [
        (one, desk.about(db, one.id), letters.of_statement(db, one.id))
        for one in statements.recent(db, only_shop() or None)
    ]
    ours = [row for row in shops.every(db) if only_shop() in ("", row.name)]
    return render_template(
        "console/withdrawals.html",
        known=known,
        shops=ours,
        channels=BY_STAFF,
        told={row.name: notices.since(db, row.name) for row in ours},
    )


def add() -> Answer:
    """Write a statement down that came by e-mail, telephone or letter."""
    here, shop = face(), request.form.get("shop", "")
    if only_shop() not in ("", shop) or shop not in here.storefronts:
        abort(404)
    kept: list[Statement] = []
    if not _try(lambda: kept.append(_add(here, shop))):
        return redirect(url_for("declared.every"), 303)
    return redirect(url_for("declared.page", statement_id=kept[0].id), 303)


def _add(here: Face, shop: str) -> Statement:
    """Keep what the form says; raises BadRequest."""
    form, seller, now = request.form, here.storefronts[shop].seller, here.clock()
    try:
        said = withdrawal.read(
            name=form.get("name", ""),
            contract=form.get("contract", ""),
            reach=form.get("reach", ""),
            part=form.get("part", ""),
            words=form.get("words", ""),
        )
    except BadRequest as error:
        msg = gettext("A name and what names the contract are needed.")
        raise BadRequest(msg) from error
    received = _moment("received", seller.zone) or now
    return step.take(
        here.db,
        shop=shop,
        said=said,
        seller=seller,
        channel=form.get("channel", ""),
        language=form.get("language", "en"),
        moments=withdrawal.Moments(
            sent=_moment("sent", seller.zone) or received, received=received
        ),
        sent_key=form.get("key", "")[:80] or secrets.token_urlsafe(18),
        actor=ACTOR,
        now=now,
    )


def _moment(field: str, zone: str) -> datetime | None:
    """Read a moment of the shop's own time; None where it is empty."""
    text = request.form.get(field, "").strip()
    try:
        local = datetime.fromisoformat(text) if text else None
    except ValueError:
        msg = gettext("Write the date and time as 2026-09-01 14:30.")
        raise BadRequest(msg) from None
    return local.replace(tzinfo=ZoneInfo(zone)) if local else None


def page(statement_id: str) -> str:
    """Show one statement: what was said, its receipt, its order and its return."""
    here = face()
    kept = statements.get(here.db, statement_id)
    return render_template(
        "console/withdrawal.html",
        kept=kept,
        text=step.receipt(kept, here.storefronts[kept.shop].seller)
        if kept.erased_at is None and kept.shop in here.storefronts
        else "",
        mails=letters.of_statement(here.db, kept.id),
        matters=desk.about(here.db, kept.id),
        order=_order(here.db, kept),
        case=returns.get(here.db, kept.return_id) if kept.return_id else None,
    )


def _order(db: Database, kept: Statement) -> Order | None:
    """Return the order that was asked for, or that the statement names, if known."""
    number = request.args.get("number", "") or kept.said.contract
    if kept.order_ref and not request.args.get("number"):
        return orders.get(db, kept.shop, kept.order_ref)
    return orders.find(db, kept.shop, number)


def match(statement_id: str) -> Answer:
    """Open the return that a statement means: all that is left, or these units."""
    here, form = face(), request.form
    kept = statements.get(here.db, statement_id)

    def deed() -> object:
        chosen = {
            name.removeprefix("quantity-"): count
            for name in form
            if name.startswith("quantity-") and (count := whole(form[name]))
        }
        return step.by_person(
            here.db,
            here.shops[kept.shop],
            statement_id,
            form.get("number", ""),
            chosen or None,
            actor=ACTOR,
            clock=here.clock,
        )

    _try(deed)
    return _back(statement_id)


def settle(statement_id: str) -> Answer:
    """Take a statement off the desk without a return."""
    here = face()
    _try(
        lambda: step.settle(
            here.db,
            statement_id,
            request.form.get("number", ""),
            actor=ACTOR,
            now=here.clock(),
        )
    )
    return _back(statement_id)


def send(statement_id: str) -> Answer:
    """Send a receipt once more, or note that it was handed over otherwise."""
    here = face()
    _send(here.db, statement_id, here.clock(), is_by_hand="by_hand" in request.form)
    return _back(statement_id)


@atomic
def _send(db: Database, statement_id: str, now: datetime, *, is_by_hand: bool) -> None:
    for one in letters.of_statement(db, statement_id):
        if not is_by_hand:
            letters.again(db, one.id, now)
        elif one.state != "sent":
            letters.give_up(db, one.id, f"handed over by {ACTOR}")
    desk.close(db, "receipt", statement_id, ACTOR, now)


def told(shop: str) -> str:
    """Show what the shop must tell before it sells, in each language."""
    here = face()
    if shop not in here.storefronts:
        abort(404)
    url = _function(shop)
    return render_template(
        "console/told.html",
        shop=shop,
        since=notices.since(here.db, shop),
        texts=[
            (
                language,
                notice.sentence(language, url),
                notice.model_form(language, here.storefronts[shop].seller),
            )
            for language in notice.LANGUAGES
        ],
    )


def say_told(shop: str) -> Answer:
    """Note since when customers are told, or that they are not."""
    here = face()
    if shop not in here.storefronts:
        abort(404)

    def deed() -> None:
        since = _moment("since", here.storefronts[shop].time_zone)
        if request.form.get("told") == "1" and since is None:
            raise BadRequest(gettext("Say since when."))
        notices.say(
            here.db,
            shop,
            digest=notice.digest(_function(shop)),
            since=since.astimezone(UTC)
            if since and request.form.get("told") == "1"
            else None,
            actor=ACTOR,
            now=here.clock(),
        )

    _try(deed)
    return redirect(url_for("declared.told", shop=shop), 303)


def _function(shop: str) -> str:
    return url_for("portal.declare", shop=shop, _external=True)


def _back(statement_id: str) -> Answer:
    return redirect(url_for("declared.page", statement_id=statement_id), 303)
