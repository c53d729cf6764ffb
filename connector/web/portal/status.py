"""The page of one return: where it stands, and what comes next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import redirect, render_template

from connector.model import Kind, Resolution
from connector.states import Decision
from connector.steps import clocks, inspect
from connector.steps.owing import GOODS
from connector.store import orders
from connector.web import outcomes
from connector.web.face import face
from connector.web.portal.links import at, is_proxied, seal, sealed_case
from connector.web.portal.policies import reasons

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from connector.law import Clock
    from connector.model import Return
    from connector.web.outcomes import Outcome

ON_ACCOUNT = frozenset({Resolution.STORE_CREDIT, Resolution.COURTESY})


def status(shop: str, token: str) -> str:
    """Show where a return stands, and what comes next.

    Its link is sealed: whoever has it is the customer, who may see the codes of his
    own credit. Nobody else does (`outcomes.Outcome.code_end`).
    """
    case = sealed_case(shop, token)
    here = face()
    order = orders.get(here.db, shop, case.order_ref)
    made = outcomes.of_return(here.db, case)
    return render_template(
        "portal/status.html",
        case=case,
        token=token,
        order=order,
        labels={reason.code: words for reason, words in reasons(shop, order)},
        outcomes=[(one, _code(shop, one)) for one in made],
        comes=_comes(case),
        clock=_clock(case),
    )


def _code(shop: str, one: Outcome) -> str:
    """Return the code of a credit, unless the shop keeps it on an account."""
    code = outcomes.spendable(one)
    if code and one.way in ON_ACCOUNT and face().shops[shop].abilities.keeps_credit:
        return ""
    return code


def _clock(case: Return) -> Clock | None:
    """Return the law's clock of a withdrawal, with the day that the customer reads."""
    if case.kind is not Kind.WITHDRAWAL:
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


def sent(shop: str, token: str) -> Response | str:
    """Note that the customer has sent the parcel."""
    case = sealed_case(shop, token)
    here = face()
    inspect.ship(here.db, case.id, actor="customer", now=here.clock())
    return shown(shop, case.id)


def shown(shop: str, return_id: str) -> Response | str:
    """Go to the page of a return; through the proxy it is the answer itself.

    What a shop's proxy makes of a redirect is not documented.
    """
    token = seal(return_id)
    if is_proxied():
        return status(shop, token)
    return redirect(at("status", token=token), 303)
