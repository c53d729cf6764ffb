"""The merchant's pages that show: what waits, returns, refunds, deliveries."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import uuid_utils.compat as uuids
from flask import (
    Blueprint,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_babel import gettext

from connector.errors import BadRequest, NotFound, PlatformError
from connector.saying import said_by
from connector.steps import answering, clocks, extra, made, question, rights, wayback
from connector.steps.inspect import SAID_SENT
from connector.store import (
    backfills,
    desk,
    errands,
    history,
    inbox,
    ledger,
    orders,
    outbox,
    photos,
    refunds,
    returns,
    shops,
    statements,
)
from connector.web import choices, images, outcomes, proofs, reasons, sessions
from connector.web.face import face
from connector.web.sessions import (
    enter_frame,
    is_framed,
    is_gone,
    keep_within,
    only_shop,
    wanted_shop,
)
from connector.web.words import said

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from connector.model import Return
    from connector.store.desk import Matter
    from connector.web.approving import Refusal
    from connector.web.face import Tries


OURS = ("/console/", "/install/")  # where the door may lead to
OPEN = ("console.door", "console.enter", "console.embedded")


def guard() -> Response | None:
    """Send everybody without a session to the door."""
    if session.get("is_merchant") and not is_gone():
        keep_within()
        return None
    if is_framed():
        return _over()
    is_asking = request.method == "GET" and request.query_string
    wanted = request.full_path if is_asking else request.path
    return redirect(url_for("console.door", next=wanted), 303)


def _over() -> Response:
    """Say so inside the frame: the door opens every shop, and must not be framed."""
    text = gettext("This session is over. Open Retour anew from the shop's admin.")
    return make_response(render_template("error.html", text=text), 401)


def pages(tries: Tries) -> Blueprint:
    """Return the routes under /console that change nothing, and the door."""
    routes = Blueprint("console", __name__, url_prefix="/console")

    @routes.before_request
    def closed() -> Response | None:
        if is_framed() and request.endpoint in ("console.door", "console.enter"):
            return _over()
        is_door = request.endpoint in OPEN
        return None if is_door else guard()

    routes.get("/door")(door)
    routes.post("/door")(tries(enter))
    routes.post("/leave")(leave)
    routes.get("/embedded")(embedded)
    routes.get("/")(overview)
    routes.get("/returns")(return_list)
    routes.get("/returns/<return_id>")(return_page)
    routes.get("/returns/<return_id>/photos/<int:photo_id>")(photo)
    routes.get("/refunds")(refund_list)
    routes.get("/refunds/<refund_id>")(refund_page)
    routes.get("/inbox")(inbox_list)
    routes.register_error_handler(NotFound, missing)
    return routes


def missing(_: NotFound) -> tuple[str, int]:
    """Answer for a thing that is not there."""
    return render_template("error.html", text=gettext("There is no such thing.")), 404


def door() -> str:
    """Ask for the password, and for a name where people have one."""
    here = face()
    return render_template(
        "console/door.html", people=here.people, is_common=bool(here.password)
    )


def enter() -> Response | tuple[str, int]:
    """Open the console to whoever knows the password, or his own."""
    name = " ".join(request.form.get("name", "").split()).casefold()
    who = next((one for one in face().people if one.name.casefold() == name), None)
    known = who.password.reveal() if who else "" if name else face().password
    given = request.form.get("password", "").encode()
    if not hmac.compare_digest(given, known.encode()) or not known:
        flash(gettext("That is not the password."))
        return door(), 403
    sessions.enter(who)
    wanted = request.args.get("next", "")
    is_ours = wanted.startswith(OURS) and "//" not in wanted.partition("?")[0]
    return redirect(wanted if is_ours else url_for("console.overview"), 303)


def embedded() -> Response | tuple[str, int]:
    """Open the console inside Shopify's admin, for the shop whose admin it is.

    Shopify sends its session token with the address, as `id_token`, or as a bearer.
    """
    if "id_token" not in request.args and "hmac" in request.args:
        pairs = list(request.args.items(multi=True))
        return redirect(f"{url_for('install.to_shopify')}?{urlencode(pairs)}", 303)
    bearer = request.headers.get("Authorization", "").removeprefix("Bearer ")
    try:
        shop = face().admission.by_session_token(
            request.args.get("id_token", "") or bearer
        )
    except (BadRequest, PlatformError) as error:
        why = gettext("This did not work: %(why)s", why=said(said_by(error)))
        return render_template("error.html", text=why), 401
    enter_frame(shop, face().admission.domain_of(shop))
    return redirect(url_for("console.overview"), 303)


def leave() -> Response:
    """Close the session."""
    session.clear()
    return redirect(url_for("console.door"), 303)


def overview(refused: Refusal | None = None) -> str:
    """Show what waits for a person, and how each shop stands.

    A form that was `refused` is shown as it was filled in.
    """
    here = face()
    known = [
        {
            "row": row,
            "history": backfills.state(here.db, row.name),
            "decisions": returns.decision_counts(here.db, row.name),
            "waiting": outbox.waiting(here.db, row.name),
            "inbox": inbox.counts(here.db, row.name),
            "orders": orders.count(here.db, row.name),
        }
        for row in shops.every(here.db)
        if only_shop() in ("", row.name)
    ]
    matters = desk.open_matters(here.db, only_shop() or None)
    answerable = {x.id for x in matters if answering.is_answerable(here.db, x)}
    return render_template(
        "console/overview.html",
        shops=known,
        matters=matters,
        answerable=answerable,
        settling=choices.to_settle(matters),
        refused=refused,
        numbers={one.id: _number(one) for one in matters},
        proofs={one.id: _proof(one) for one in matters if one.code == SAID_SENT},
    )


def _proof(matter: Matter) -> dict[str, object]:
    """Return what a person who is asked for proof of sending looks at."""
    case = returns.get(face().db, matter.about_id)
    return {"case": case, "shown": proofs.of_return(face().db, case.id)}


def _number(matter: Matter) -> str:
    """Return the number of the return that a matter is of; "" for one of no return."""
    db, ref = face().db, matter.about_id
    try:
        if matter.about == "return":
            return returns.get(db, ref).number
        if matter.about == "refund":
            return refunds.get(db, ref).request.return_number
    except NotFound:
        pass
    return ""


def return_list() -> str:
    """List the newest returns."""
    found = returns.recent(face().db, wanted_shop(), limit=200)
    now = face().clock()
    readings = {case.id: clocks.of(face().db, case, now) for case in found}
    return render_template("console/returns.html", cases=found, readings=readings)


def return_page(return_id: str, refused: Refusal | None = None) -> str:
    """Show one return: its lines, why, its money, its timeline.

    A form that was `refused` is shown as it was filled in.
    """
    db = face().db
    case = returns.get(db, return_id)
    order = orders.get(db, case.shop, case.order_ref)
    matters = desk.about(db, case.id)
    return render_template(
        "console/return.html",
        case=case,
        reading=clocks.of(db, case, face().clock()),
        way_back=wayback.of(db, case),
        asks_proof=wayback.matters(case),
        waits_for_proof=wayback.waits(case),
        shown=proofs.of_return(db, case.id),
        rights=rights.of(db, case, order, face().clock()),
        declared=statements.of_return(db, case.id),
        order=order,
        outcomes=outcomes.of_return(db, case),
        may=choices.of(case, order),
        vouching=choices.to_vouch(case.id),
        refused=refused,
        errands=errands.of_return(db, case.id),
        timeline=history.timeline(db, case.id),
        matters=matters,
        settling=choices.to_settle_all(matters),
        photos=photos.of_return(db, case.id),
        once=uuids.uuid7(),
        **_words(case),
    )


def _words(case: Return) -> dict[str, object]:
    """Return the policy's words: of each reason and of its group, of the way back."""
    try:
        rules = question.rules_of(face().db, case.shop, case.order_ref)
    except NotFound:
        return {"reasons": {}, "method": case.method}
    return {
        "reasons": {x.reason: reasons.words(rules, x.reason) for x in case.lines},
        "method": reasons.way_back(rules, case.method),
    }


def photo(return_id: str, photo_id: int) -> Response:
    """Show a photo of a return."""
    return images.answer(photos.of_case(face().db, return_id, photo_id))


def refund_list() -> str:
    """List the newest refunds."""
    found = refunds.recent(face().db, wanted_shop(), limit=200)
    return render_template("console/refunds.html", rows=found)


def refund_page(refund_id: str, refused: Refusal | None = None) -> str:
    """Show one refund: its figures, its ledger, its timeline."""
    db = face().db
    row = refunds.get(db, refund_id)
    order = orders.get(db, row.shop, row.order_ref)
    matters = desk.about(db, row.id)
    return render_template(
        "console/refund.html",
        row=row,
        fee_taxes=outcomes.fee_taxes(db, row, order),
        out=outcomes.of_refund(db, row),
        ways=choices.instead(row.shop),
        needs=choices.to_call_off(row),
        vouching=choices.to_vouch(refunds.case_of(db, row)),
        refused=refused,
        order=order,
        entries=ledger.of_refund(db, row.id),
        timeline=history.of(db, row.id),
        matters=matters,
        answerable={x.id for x in matters if answering.is_answerable(db, x)},
        is_paid_there=row.state == "planned" and made.is_paid_there(db, row),
        stands=made.stands(db, row),
        can_again=extra.can_again(db, row),
    )


def inbox_list() -> str:
    """List the newest deliveries; bodies hold personal data and stay in the store."""
    found = inbox.recent(face().db, wanted_shop(), limit=200)
    return render_template("console/inbox.html", deliveries=found)
