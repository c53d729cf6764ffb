"""A shop's policy in the console: what is in force, and what another would change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, render_template, request
from flask_babel import gettext

from connector import policy
from connector.errors import BadRequest, NotFound, PolicyError
from connector.money import Money
from connector.policy.analysis import analyse
from connector.steps import trial
from connector.store import shops
from connector.web.console import guard, missing
from connector.web.face import face, whole
from connector.web.words import said

if TYPE_CHECKING:
    from connector.backtest.diff import Report

MONTHS = 12
LENGTH = 200_000  # characters of a policy at most


def pages() -> Blueprint:
    """Return /console/shops/<name>/policy: it shows and tries, and changes nothing."""
    routes = Blueprint("trials", __name__, url_prefix="/console/shops/<name>/policy")
    routes.before_request(guard)
    routes.get("")(page)
    routes.post("")(tried)
    routes.register_error_handler(NotFound, missing)
    routes.add_app_template_filter(_of, "of")
    return routes


def _of(minor: int, like: Money) -> Money:
    """Read minor units in the currency of another amount."""
    return Money(minor, like.currency)


def page(name: str) -> str:
    """Show the policy in force, with what is in vain in it."""
    return _page(name, _live(name), MONTHS)


def tried(name: str) -> str | tuple[str, int]:
    """Say what the text of the form would have decided otherwise."""
    text = request.form.get("text", "").replace("\r\n", "\n")
    if len(text) > LENGTH:
        long = gettext("This text is too long for a policy.")
        return _page(name, "", MONTHS, problems=long), 400
    months = MONTHS
    try:
        months = whole(request.form.get("months", "") or str(MONTHS))
        shop = face().shops.get(name)
        able = shop.abilities if shop else None
        report = trial.run(face().db, name, text, face().clock(), months, able)
    except (PolicyError, BadRequest) as error:
        return _page(name, text, months, problems=said(error.args[0])), 400
    return _page(name, text, months, report=report)


def _live(name: str) -> str:
    digest = shops.get(face().db, name).policy_hash
    return shops.policy_text(face().db, digest) if digest else ""


def _page(
    name: str,
    text: str,
    months: int,
    *,
    report: Report | None = None,
    problems: str = "",
) -> str:
    row = shops.get(face().db, name)
    rules = policy.stored(text) if text and not problems else None
    return render_template(
        "console/policy.html",
        row=row,
        text=text,
        months=months,
        report=report,
        problems=problems.splitlines(),
        found=analyse(rules, text) if rules else (),
        advice=policy.advice(rules) if rules else (),
        is_live=bool(text) and policy.digest(text) == row.policy_hash,
    )
