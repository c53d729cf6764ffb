"""The customer chooses how each line is made good, and sees what that brings.

Small steps, each a page of its own without a script: the way, the article that is
wanted instead, then all figures to check. What was said before travels in the forms,
and is read and judged anew each time.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import uuid_utils.compat as uuids
from flask import flash, render_template, request
from flask_babel import gettext

from connector import law
from connector.errors import BadRequest, PlatformError
from connector.model import FAULTS
from connector.steps import offers
from connector.web.face import face
from connector.web.portal import photos, wares, wishes
from connector.web.portal.choosing import (
    by_kind,
    listed,
    open_already,
    open_cases,
    read,
)
from connector.web.portal.links import begin, carry, known_order
from connector.web.portal.policies import label, rules_of, way_back
from connector.web.portal.wares import alone
from connector.web.words import said

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from connector.model import Kind, Order
    from connector.money import Money
    from connector.steps.offers import Outcome
    from connector.web.portal.choosing import Page
    from connector.web.portal.wishes import Asked


def chosen(shop: str) -> Page:
    """Take what goes back; ask how it is made good where there is a choice."""
    return _with_asked(shop, _chosen)


def _chosen(shop: str, order: Order, asked: Sequence[Asked]) -> Page:
    """Ask what there is to choose; what it brings is shown in any case."""
    if wishes.has_choice(asked):
        return _ways(shop, order, asked)
    return _checked(shop, order, asked)


def settled(shop: str) -> Page:
    """Take the ways, then the articles, then the word that it is right so."""
    order = known_order(shop)
    done = order and request.form.get("go") == "send" and open_already(shop, order)
    return done or _with_asked(shop, _settled)


def _with_asked(shop: str, page: Callable[[str, Order, Sequence[Asked]], Page]) -> Page:
    order = known_order(shop)
    if order is None:
        return begin()
    wrong = photos.take(shop, order)
    asked = read(shop, order)
    for fault in wrong:
        flash(fault)
    if isinstance(asked, tuple):
        return asked
    return (_ways(shop, order, asked), 400) if wrong else page(shop, order, asked)


def _settled(shop: str, order: Order, asked: Sequence[Asked]) -> Page:
    go = request.form.get("go", "")
    if go == "ways":
        has_choice = wishes.has_choice(asked)
        return _ways(shop, order, asked) if has_choice else listed(shop, order)
    missing = wishes.missing(asked)
    if missing:
        flash(missing)
        return _ways(shop, order, asked), 400
    untold = wishes.untold(asked)
    if untold:
        flash(untold)
        return _ways(shop, order, asked)
    if go == "wares" or (go == "chosen" and any(x.wants_ware for x in asked)):
        return _wares(shop, order, asked)
    try:
        asked = wishes.with_goods(shop, order, asked)
    except BadRequest as error:
        flash(said(error.args[0]))
        return _wares(shop, order, asked, 400)
    return _checked(shop, order, asked)


def _checked(shop: str, order: Order, asked: Sequence[Asked]) -> Page:
    """Open what was seen with these very figures; else show them."""
    found = _foreseen(shop, order, asked)
    seen, fresh = request.form.get("seen"), _figures(found)
    if seen == fresh:
        return open_cases(shop, order, asked)
    if seen:
        flash(gettext("A price has changed meanwhile. Look again before you send it."))
    carry(shop, order)
    brought = {ref for one in found for ref in one.refs}
    return render_template(
        "portal/check.html",
        order=order,
        asked={one.line.ref: one for one in asked},
        outcomes=found,
        refused=[one for one in asked if one.line.ref not in brought],
        method=way_back(shop, order, asked[0].who.method) if _is_sent(found) else "",
        steps=3 if wishes.has_choice(asked) else 2,
        fields={**wishes.kept(asked), "seen": fresh, "once": str(uuids.uuid7())},
        days=rules_of(shop, order).credit_days,
    )


def _foreseen(shop: str, order: Order, asked: Sequence[Asked]) -> list[Outcome]:
    """Say what the returns will bring; the first of two counts for the second."""
    first = {one.kind: one for one in reversed(asked)}
    return [
        out
        for kind, group in by_kind(asked).items()
        for out in offers.foresee(
            face().db,
            shop,
            order,
            group,
            wishes.judge(shop, order, first[kind], group),
        )
    ]


def _is_sent(found: Sequence[Outcome]) -> bool:
    """Say whether goods come back at all: not where all of them stay."""
    return not found or any(set(one.refs) - one.kept for one in found)


def _figures(found: Sequence[Outcome]) -> str:
    """Put what a customer saw into one text, to compare with what holds now."""
    return ";".join(
        f"{one.way.value}:{','.join(one.refs)}"
        + (f":{one.settled.amount}:{one.settled.owed}" if one.settled else "")
        + f":{one.bonus or ''}:{','.join(f'{x.ref}={x.price}' for x in one.goods)}"
        for one in found
    )


def _ways(shop: str, order: Order, asked: Sequence[Asked]) -> str:
    carry(shop, order)
    rows = [(one, _worth(shop, order, one)) for one in asked]
    return render_template(
        "portal/ways.html",
        order=order,
        rows=rows,
        fee=_way_back_costs(shop, order, asked),
        prolongs=_prolongs(shop, order),
        label=label,
        given=request.form,
        shown=photos.shown(shop, order, asked),
        fields=wishes.kept(asked, without=("way", "answer", "ware", "photo", "told")),
    )


def _prolongs(shop: str, order: Order) -> frozenset[Kind]:
    """Return the kinds of claims that a repair gives a year more.

    The customer is told before he chooses (BGB § 475(4); docs/law.md, no. 42 and 50).
    """
    country = order.customer.country
    bought = law.local_day(order.placed_at, country)
    does = law.extends(country, bought, rules_of(shop, order).switches)
    return FAULTS if does else frozenset()


def _worth(shop: str, order: Order, one: Asked) -> dict[str, Outcome]:
    """Say what each way of a line would bring by itself, before fees of the whole."""
    found = {}
    for offer in one.offers:
        if offer.resolution in offers.PLAIN:
            wish = replace(one.wish, wanted=offer.resolution, goods=None)
            for out in alone(shop, order, one, wish):
                found[offer.resolution.value] = out
    return found


def _way_back_costs(shop: str, order: Order, asked: Sequence[Asked]) -> Money | None:
    """Return the most that the way back may cost, which no amount shown holds yet.

    A return bears one fee, the least of its lines'; None: nothing.
    """
    found = [
        wishes.judge(shop, order, one, [wish]).return_fee
        for one in asked
        for offer in one.offers
        if offer.resolution in offers.PLAIN
        for wish in [replace(one.wish, wanted=offer.resolution, goods=None)]
    ]
    return max((fee for fee in found if fee), default=None)


def _wares(shop: str, order: Order, asked: Sequence[Asked], code: int = 200) -> Page:
    """Show what can be had instead, with its difference in price."""
    carry(shop, order)
    try:
        rows = [
            (one, wares.listed(shop, order, one)) for one in asked if one.wants_ware
        ]
    except PlatformError:
        flash(gettext("The shop cannot be reached just now. Try again in a minute."))
        return _ways(shop, order, asked), 503
    return (
        render_template(
            "portal/wares.html",
            order=order,
            rows=rows,
            given=request.form,
            fields=wishes.kept(asked, without=("ware",)),
        ),
        code,
    )
