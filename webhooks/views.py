"""The HTTP edge: size, signature, store, answer; meaning is read later, by a job."""

from __future__ import annotations

import hashlib
import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from flask import Blueprint, Response, jsonify, request

from connector import compliance, inbound
from connector.errors import BadRequest
from webhooks import spool
from webhooks.remade import remade
from webhooks.scrub import scrubbed
from webhooks.signatures import is_signed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from webhooks.doors import Door, Doors

log = logging.getLogger(__name__)

FRESH = timedelta(minutes=10)
SHOPIFY_HEADERS = ("Topic", "Webhook-Id", "Event-Id", "Triggered-At", "API-Version")
WOOCOMMERCE_HEADERS = ("Topic", "ID", "Delivery-ID", "Resource", "Event")


def blueprint(doors: Doors) -> Blueprint:
    """Return the routes under /webhooks."""
    routes = Blueprint("webhooks", __name__, url_prefix="/webhooks")

    @routes.post("/shopify")
    def shopify() -> Response:
        return _shopify(doors)

    @routes.post("/woocommerce/<shop>")
    def woocommerce(shop: str) -> Response:
        return _woocommerce(doors, shop)

    @routes.post("/returns/<shop>")
    def returns(shop: str) -> Response:
        return _inbound(doors, shop)

    return routes


def _shopify(doors: Doors) -> Response:
    """Keep a Shopify delivery; the Webhook-Id is its name, kept across retries.

    The Event-Id is shared by all topics of one action, so it names nothing.
    """
    door = doors.at(request.headers.get("X-Shopify-Shop-Domain", ""))
    if door is None or door.is_shut:
        return _closed(door, "domain")
    body = _body(doors.max_bytes)
    if body is None:
        return _too_large()
    if not is_signed(body, request.headers.get("X-Shopify-Hmac-Sha256"), door.secrets):
        return _forged(doors, door)
    topic = request.headers.get("X-Shopify-Topic", "")
    if door.has_left and topic not in compliance.TOPICS:
        return _problem(404, "unknown_shop", "this shop is not connected any more")
    named = request.headers.get("X-Shopify-Webhook-Id") or _digest(body)
    return _keep(doors, door, topic, (topic, named), body, "Shopify", SHOPIFY_HEADERS)


def _woocommerce(doors: Doors, shop: str) -> Response:
    """Keep a WooCommerce delivery.

    Delivery-ID is a hash of (webhook id, second), so four orders delivered in one
    second share it: the body's SHA-256 is part of the name. The ping of a new
    webhook is unsigned, form-encoded and has no X-WC headers.
    """
    door = doors.named("woocommerce", shop)
    if door is None or door.is_shut:
        return _closed(door, "name")
    body = _body(doors.max_bytes)
    if body is None:
        return _too_large()
    signature = request.headers.get("X-WC-Webhook-Signature")
    if signature is None and _is_ping(body):
        return jsonify(status="pong")
    if not is_signed(body, signature, door.secrets):
        return _forged(doors, door)
    topic, webhook, delivery = (
        request.headers.get(f"X-WC-Webhook-{name}", "")
        for name in ("Topic", "ID", "Delivery-ID")
    )
    key = (webhook, topic, delivery, _digest(body))
    kept = scrubbed(body)
    return _keep(doors, door, topic, key, kept, "WC-Webhook", WOOCOMMERCE_HEADERS)


def _inbound(doors: Doors, shop: str) -> Response:
    """Keep another program's wish for a return (docs/inbound-api.md).

    The event id inside the signed body is its name; the timestamp beside it keeps
    an old recording from being played again. A body above the usual limit must say
    how long it is before it is read.
    """
    door = doors.named(inbound.SOURCE, shop)
    if door is None or door.is_shut:
        return _closed(door, "name")
    if not spool.could_sign(request.headers.get("X-Retour-Signature")):
        return _forged(doors, door)
    length = request.content_length
    if length is None or length <= doors.max_bytes:
        return _taken(doors, door, doors.max_bytes)
    if length > doors.max_with_photos:
        return _too_large()
    if not spool.large.acquire(blocking=False):
        return _problem(503, "busy", "too many large bodies at once; send it again")
    try:
        return _taken(doors, door, doors.max_with_photos)
    finally:
        spool.large.release()


def _taken(doors: Doors, door: Door, most: int) -> Response:
    """Take a wish of at most so many bytes, once its signature was held to it."""
    try:
        body = spool.proved(
            request.stream,
            request.headers.get("X-Retour-Signature"),
            door.secrets,
            most=most,
            in_memory=doors.max_bytes,
        )
    except spool.TooLarge:
        return _too_large()
    except spool.Forged:
        return _forged(doors, door)
    try:
        event_id, at = inbound.named(body)
        if abs(doors.clock() - at) > FRESH:
            return _problem(400, "stale", "the timestamp is more than 10 minutes off")
        kept = remade(body)
    except BadRequest as error:
        return _problem(400, "bad_body", str(error))
    return _keep(doors, door, "return.open", (event_id,), kept, "Retour", ())


def _keep(
    doors: Doors,
    door: Door,
    topic: str,
    key: Sequence[str],
    body: bytes,
    prefix: str,
    names: Sequence[str],
) -> Response:
    """Store it durably, then answer; 503 when it could not be kept."""
    given = {name: request.headers.get(f"X-{prefix}-{name}") for name in names}
    try:
        is_new = doors.accept(
            shop=door.shop,
            source=door.platform,
            topic=topic,
            delivery_key="|".join(key),
            body=body,
            headers={name: value for name, value in given.items() if value},
            now=doors.clock(),
        )
        if not is_new and door.platform == inbound.SOURCE:
            return _again(doors, door, "|".join(key))
    except Exception:  # whatever the store says, the shop must try again
        log.exception("delivery not kept", extra={"shop": door.shop})
        return _problem(503, "not_kept", "it could not be stored; send it again")
    return jsonify(status="kept" if is_new else "duplicate")


def _again(doors: Doors, door: Door, key: str) -> Response:
    """Tell the program that sends a wish again what became of it."""
    state, why = doors.became(shop=door.shop, source=door.platform, delivery_key=key)
    return jsonify(status="duplicate", state=state, why=why)


def _body(most: int) -> bytes | None:
    """Read the raw body, never more than the limit; None when there is more."""
    body = request.stream.read(most + 1)
    return None if len(body) > most else body


def _is_ping(body: bytes) -> bool:
    name, _, number = body.partition(b"=")
    return name == b"webhook_id" and number.isdigit()


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def _forged(doors: Doors, door: Door) -> Response:
    doors.refuse(door.shop)
    return _problem(401, "bad_signature", "the signature is missing or wrong")


def _closed(door: Door | None, what: str) -> Response:
    if door is None:
        return _problem(404, "unknown_shop", f"no connected shop has this {what}")
    return _problem(503, "shut", "this shop cannot be heard just now; send it again")


def _too_large() -> Response:
    return _problem(413, "too_large", "the body is above the limit")


def _problem(status: int, code: str, message: str) -> Response:
    answer = jsonify(error=code, message=message)
    answer.status_code = status
    return answer
