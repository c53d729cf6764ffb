"""The page of one return: where it stands, and what comes next."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from flask import abort, flash, redirect, render_template
from flask_babel import gettext

from connector.errors import NotFound, Refused
from connector.model import GOODS, Kind, Resolution
from connector.pictures import Unfit
from connector.policy.periods import LAW_BOUND
from connector.states import Decision
from connector.steps import clocks, left
from connector.steps import photos as step
from connector.store import orders, returns
from connector.store import photos as kept
from connector.web import images, outcomes, reasons, uploads
from connector.web.face import face
from connector.web.portal import expected, receipts, sending
from connector.web.portal.links import at, is_proxied, seal, sealed_case
from connector.web.portal.photos import Shown, why, why_not
from connector.web.portal.policies import rules_of

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from connector.law import Clock
    from connector.model import Order, Return
    from connector.store.photos import Photo
    from connector.web.outcomes import Outcome

TOGETHER = timedelta(minutes=1)  # opened by one form, a kind after the other
ON_ACCOUNT = frozenset({Resolution.STORE_CREDIT, Resolution.COURTESY})


NOTHING = sending.Answered()


def status(shop: str, token: str, answered: sending.Answered = NOTHING) -> str:
    """Show where a return stands, and what comes next.

    A form that was `answered` is shown as it was filled in, with what is wrong.

    Its link is sealed: whoever has it is the customer, who may see the codes of his
    own credit. Nobody else does (`outcomes.Outcome.code_end`).
    """
    case = sealed_case(shop, token)
    here = face()
    order = orders.get(here.db, shop, case.order_ref)
    made = outcomes.of_return(here.db, case)
    rules = rules_of(shop, order)
    return render_template(
        "portal/status.html",
        case=case,
        token=token,
        order=order,
        labels={x.reason: reasons.words(rules, x.reason)[1] for x in case.lines},
        method="" if _stays(case) else reasons.way_back(rules, case.method),
        bring_to=reasons.brought_to(rules, case.method),
        wanted=_wanted(shop, order, case),
        photos=_by_line(case),
        receipts=receipts.of_return(here.db, case, order),
        outcomes=[(one, _code(shop, one)) for one in made],
        foreseen=expected.of_return(here.db, case, order),
        comes=_comes(case),
        beside=_beside(case),
        is_unsaid=left.is_unsaid(order),
        clock=_clock(case),
        sending=sending.of(case),
        answered=answered,
    )


def _beside(case: Return) -> list[tuple[Return, str]]:
    """Return what was asked for along with a return in the portal, with its links.

    One for each kind that the reasons made; an earlier or later one has its own link.
    """
    return [
        (one, seal(one.id))
        for one in returns.of_order(face().db, case.shop, case.order_ref)
        if one.id != case.id
        and one.filed_by == case.filed_by == "portal"
        and abs(one.opened_at - case.opened_at) < TOGETHER
        and Kind.WITHDRAWAL not in (one.kind, case.kind)
    ]


def _code(shop: str, one: Outcome) -> str:
    """Return the code of a credit, unless the shop keeps it on an account."""
    code = outcomes.spendable(one)
    if code and one.way in ON_ACCOUNT and face().shops[shop].abilities.keeps_credit:
        return ""
    return code


def _clock(case: Return) -> Clock | None:
    """Return the law's clock of a claim, with the day that the customer reads."""
    if case.kind not in LAW_BOUND:
        return None
    reading = clocks.of(face().db, case, face().clock())
    return reading.clock if reading and reading.clock.until else None


def _comes(case: Return) -> dict[str, bool]:
    """Say what of the next steps concerns this return."""
    ways = {
        line.resolution for line in case.lines if line.decision == Decision.APPROVED
    }
    return {
        "goods": bool(ways & GOODS),
        "money": bool(ways & {Resolution.REFUND, Resolution.MANUAL}),
        "credit": bool(ways & {Resolution.STORE_CREDIT, Resolution.GIFT_CARD}),
        "repair": Resolution.REPAIR in ways,
        "parcel": bool(ways - {Resolution.KEEP}),
    }


def _stays(case: Return) -> bool:
    """Say whether all that is approved, and nothing else is open, stays with him."""
    lines = [line for line in case.lines if line.decision != Decision.DECLINED]
    return bool(lines) and all(line.resolution is Resolution.KEEP for line in lines)


def _wanted(shop: str, order: Order, case: Return) -> dict[int, Shown]:
    """Return what to say of photos that would help still, by return line."""
    missing = step.missing(face().db, case)
    return {
        line.id: Shown(count=want.count, why=why(shop, order, line.reason, want))
        for line in case.lines
        if (want := missing.get(line.id))
    }


def _by_line(case: Return) -> dict[int, list[Photo]]:
    found: dict[int, list[Photo]] = {}
    for one in kept.of_return(face().db, case.id):
        if one.line_id is not None:
            found.setdefault(one.line_id, []).append(one)
    return found


def photo(shop: str, token: str, photo: int) -> Response:
    """Show a customer a photo of his return, by the link that is his."""
    case = sealed_case(shop, token)
    try:
        return images.answer(kept.of_case(face().db, case.id, photo))
    except NotFound:
        abort(404)


def add_photos(shop: str, token: str) -> Response | str:
    """Take photos that were missing; what cannot be taken is said on the page."""
    case = sealed_case(shop, token)
    here, fresh = face(), 0
    for line in case.lines:
        found = list(uploads.pictures(f"photos-{line.id}"))
        for name, one in found:
            if isinstance(one, Unfit):
                flash(why_not(name, one))
        good = [one for _, one in found if not isinstance(one, Unfit)]
        try:
            fresh += step.add(here.db, case.id, line.id, good, here.clock())
        except Refused:
            if good:
                flash(gettext("This is decided already; photos are not needed."))
    if fresh:
        flash(gettext("Thank you, your photos have come."))
    return shown(shop, case.id)


def sent(shop: str, token: str) -> Response | str | tuple[str, int]:
    """Note that the customer has sent the parcel, and what he shows of that."""
    case = sealed_case(shop, token)
    answered = sending.take(case)
    if answered.wrong:
        return status(shop, token, answered), 400
    return shown(shop, case.id)


def shown(shop: str, return_id: str) -> Response | str:
    """Go to the page of a return; through the proxy it is the answer itself.

    What a shop's proxy makes of a redirect is not documented.
    """
    token = seal(return_id)
    if is_proxied():
        return status(shop, token)
    return redirect(at("status", token=token), 303)
