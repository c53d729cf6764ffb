"""The customer chooses what goes back, how many of it, and says why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import flash, render_template, request
from flask_babel import get_locale, gettext

from connector.errors import BadRequest, PlatformError, Refused
from connector.model import Line
from connector.steps import left
from connector.steps import request as opening
from connector.steps.left import Left
from connector.steps.observe import observe
from connector.store import returns
from connector.web.face import face, once
from connector.web.portal import photos, wishes
from connector.web.portal.links import begin, carry, known_order, seal
from connector.web.portal.policies import grouped, label, rules_of
from connector.web.portal.status import shown
from connector.web.words import said

if TYPE_CHECKING:
    from collections.abc import Sequence

    from werkzeug.wrappers import Response

    from connector.model import Kind, Order, Return
    from connector.store.filing import Wish
    from connector.web.portal.wishes import Asked

    Page = Response | str | tuple[str, int]


@dataclass(frozen=True, slots=True)
class Choice:
    """A line of the order, and what of it can still come back."""

    line: Line
    left: Left


def choose(shop: str) -> str | Response:
    """List the lines that can come back."""
    order = known_order(shop)
    return begin() if order is None else listed(shop, order)


def listed(shop: str, order: Order) -> str:
    """Show an order's lines, and the returns that it has already."""
    here = face()
    carry(shop, order)
    found = left.of_order(here.db, shop, order)
    choices = [Choice(line, found[line.ref]) for line in order.lines]
    cases = returns.of_order(here.db, shop, order.ref)
    return render_template(
        "portal/choose.html",
        order=order,
        choices=choices,
        is_left=any(one.left.here for one in choices),
        is_unsent=any(one.left.unsent for one in choices),
        is_unsaid=left.is_unsaid(order),
        groups=grouped(shop, order),
        methods=rules_of(shop, order).methods,
        label=label,
        given=request.form,
        fields=photos.of_form(order),
        cases=[(case, seal(case.id)) for case in cases],
    )


def open_cases(shop: str, order: Order, asked: Sequence[Asked]) -> Page:
    """Open the returns, and show the first one's page."""
    here = face()
    try:
        order = observe(here.db, here.shops[shop], order.ref, here.clock)
        wishes.hold_to_left(shop, order, [one.wish for one in asked])
        cases = _open(shop, order, asked)
    except (BadRequest, Refused) as error:
        flash(say(error))
        return listed(shop, order), 400
    except PlatformError:
        flash(gettext("The shop cannot be reached just now. Try again in a minute."))
        return listed(shop, order), 503
    return shown(shop, cases[0].id)


def _open(shop: str, order: Order, asked: Sequence[Asked]) -> list[Return]:
    """Open one return for each kind that the chosen reasons make, or none at all."""
    here = face()
    return opening.open_returns(
        here.db,
        by_kind(asked),
        shop=shop,
        order=order,
        filed_by="portal",
        language=str(get_locale()),
        now=here.clock(),
        event_key=_this_form(order),
        method=asked[0].who.method,
    )


def open_already(shop: str, order: Order) -> Page | None:
    """Show what this very form has opened; None where it has not been sent yet.

    Its answer may have been lost, or its button pressed twice.
    """
    key = _this_form(order)
    found = opening.opened_by(face().db, shop, key) if key else []
    return shown(shop, found[0].id) if found else None


def _this_form(order: Order) -> str | None:
    """Name this form, of this order; None for one that has no name."""
    try:
        name = once()
    except BadRequest:
        return None
    return f"form:{order.ref}:{name}" if name else None


def by_kind(asked: Sequence[Asked]) -> dict[Kind, list[Wish]]:
    """Put wishes together that make one return."""
    found: dict[Kind, list[Wish]] = {}
    for one in asked:
        found.setdefault(one.kind, []).append(one.wish)
    return found


def read(shop: str, order: Order) -> list[Asked] | tuple[str, int]:
    """Read what is asked for; else the page on which to say it better."""
    try:
        return wishes.read(shop, order)
    except BadRequest as error:
        flash(say(error))
        return listed(shop, order), 400


def say(error: BadRequest | Refused) -> str:
    """Say our own sentences; the facts in an error are for the log."""
    if isinstance(error, Refused):
        text: str = gettext("Some of these items are already part of another return.")
        return text
    return said(error.args[0])
