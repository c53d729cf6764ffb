"""Put the pages together: headers, languages, forgery protection, errors."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, g, jsonify, render_template, request, session
from flask.globals import request_ctx
from flask_babel import Babel, get_locale, gettext
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.exceptions import HTTPException

from connector.web import (
    amending,
    branches,
    console,
    declared,
    deeds,
    install,
    laws,
    portal,
    privacy,
    published,
    trace,
    trials,
    uploads,
    withdraw,
)
from connector.web.approving import standing
from connector.web.face import LANGUAGES, day, money, percent, when
from connector.web.happened import happened, state_of
from connector.web.reasons import standing as stands
from connector.web.sessions import Sessions, ancestors, person
from connector.web.words import (
    charged,
    remarks,
    said,
    sentence,
    way,
    way_hint,
    why,
    word,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from flask import Blueprint
    from werkzeug.sansio.response import Response as Answer

    from connector.web.face import Face

log = logging.getLogger(__name__)

# Their forms lead, by a redirect, to a shop whose address nobody knows before.
LEAVING = ("branches.choose",)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def create(face: Face, edges: Sequence[Blueprint] = ()) -> Flask:
    """Return the web application; `edges` answer machines and carry no CSRF token."""
    app = Flask("connector.web")
    app.request_class = uploads.Request
    _configure(app, face)
    app.before_request(portal.make_room)  # before any form is read
    _let_in(app, face, edges)
    app.get("/healthz")(_health)
    app.after_request(_protect)
    app.register_error_handler(CSRFError, _forged)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _broken)
    return app


def _configure(app: Flask, face: Face) -> None:
    """Set cookies, languages, and what templates may call."""
    app.config.update(
        SECRET_KEY=face.secret_key,
        SESSION_COOKIE_NAME="retour",
        SESSION_COOKIE_SECURE=face.is_https,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=timedelta(hours=12),
        BABEL_DEFAULT_LOCALE="en",
        WTF_CSRF_TIME_LIMIT=None,
        RATELIMIT_STORAGE_URI="memory://",
        RATELIMIT_HEADERS_ENABLED=True,
    )
    app.session_interface = Sessions()
    app.extensions["retour"] = face
    app.jinja_env.filters.update(
        money=money,
        when=when,
        word=word,
        way=way,
        way_hint=way_hint,
        day=day,
        percent=percent,
        sentence=sentence,
        why=why,
        charged=charged,
        remarks=remarks,
        happened=happened,
        state_of=state_of,
        stands=stands,
        said=said,
        spoken=trace.spoken,
        says=trace.says,
        facts=trace.facts,
        who=trace.who,
        cited=laws.cited,
        need=laws.need,
    )
    app.jinja_env.globals.update(
        languages=LANGUAGES,
        locale=get_locale,
        approving=standing,
        person=person,
        is_readable=_is_readable,
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    Babel(app, locale_selector=_language)


def _let_in(app: Flask, face: Face, edges: Sequence[Blueprint]) -> None:
    """Register every page behind its limit of tries and its CSRF token, or without."""
    csrf = CSRFProtect(app)
    limiter = Limiter(get_remote_address, app=app)
    tries = limiter.limit(face.attempts)
    for pages in (
        console.pages(tries),
        branches.pages(),
        deeds.pages(),
        amending.pages(),
        privacy.pages(),
        declared.pages(),
        install.pages(tries),
        withdraw.pages(portal.pages(tries), tries),
        published.pages(tries),
        trials.pages(),
    ):
        app.register_blueprint(pages)
    by_order = limiter.limit(face.attempts, key_func=portal.asked_order)
    by_email = limiter.limit(face.attempts, key_func=portal.asked_email)

    def through(view: Callable[..., Any]) -> Callable[..., Any]:
        return by_email(by_order(view))

    declaring = limiter.limit(face.attempts, key_func=withdraw.declared_by)
    proxied = withdraw.pages(portal.proxied(through), declaring)
    for edge in (*edges, install.edges(tries), proxied):
        csrf.exempt(edge)
        app.register_blueprint(edge)
    for step in withdraw.STEPS:
        csrf.exempt(step)


def _language() -> str:
    """Choose the reader's language: asked for, then kept, then the browser's.

    What caches may keep for everybody hangs on no reader's cookie, and sets none.
    """
    asked = request.values.get("lang", "")
    best = request.accept_languages.best_match(LANGUAGES) or "en"
    if published.is_shared():
        return asked if asked in LANGUAGES else best
    if asked in LANGUAGES:
        session["lang"] = asked
    kept = session.get("lang")
    return kept if kept in LANGUAGES else best


def _is_readable() -> bool:
    """Say whether a link may lead to this very address: a form's may take no GET."""
    found = request_ctx.url_adapter
    is_page = found is not None and found.test(request.path, method="GET")
    return request.method == "GET" or is_page


def _health() -> Response:
    return jsonify(status="ok")


def _protect(answer: Response) -> Response:
    for name, value in HEADERS.items():
        answer.headers.setdefault(name, value)
    answer.headers["Content-Security-Policy"] = _policy()
    if not request.path.startswith("/static/"):
        answer.headers.setdefault("Cache-Control", "no-store")
    return answer


def _policy() -> str:
    """Say what a page may load and who may frame it."""
    # What caches keep for everybody hangs on no session: not even on whose it is.
    framers = "'none'" if published.is_shared() else ancestors()
    styles = "'unsafe-inline'" if g.get("prefix") is not None else "'self'"
    forms = "" if request.endpoint in LEAVING else " form-action 'self';"
    return (
        f"default-src 'none'; style-src {styles}; img-src 'self' data:;"
        f"{forms} base-uri 'none'; frame-ancestors {framers}"
    )


def _forged(_: CSRFError) -> tuple[str, int]:
    text = gettext("This form has expired. Go back, load the page again and resend it.")
    return render_template("error.html", text=text), 400


def _http_error(error: HTTPException) -> Answer | tuple[str, int]:
    """Say what went wrong without repeating what was sent."""
    if error.response is not None:
        return error.response
    known = {
        404: gettext("There is no such page."),
        413: gettext(
            "That was too much to send at once. Nothing was opened: go back, and send"
            " fewer or smaller photos."
        ),
        429: gettext("Too many attempts. Wait a few minutes and try again."),
    }
    text = known.get(error.code or 500, gettext("That did not work."))
    return render_template("error.html", text=text), error.code or 500


def _broken(error: Exception) -> tuple[str, int]:
    """Log what happened; the page shows nothing of it."""
    log.error("page failed", exc_info=error, extra={"endpoint": request.endpoint})
    text = gettext("Something went wrong on our side. Nothing was lost; try again.")
    return render_template("error.html", text=text), 500
