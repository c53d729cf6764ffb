"""The routes under /webhooks: listed, made, changed and deleted as recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapters.woocommerce.standin import hooks
from adapters.woocommerce.standin.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adapters.woocommerce.standin.rest import Call
    from adapters.woocommerce.standin.shop import Shop

Json = dict[str, Any]
STATUSES = ("active", "paused", "disabled")
# What WordPress calls for a topic, where it is not `<resource>_<event>`.
CALLS: Mapping[str, tuple[str, ...]] = {
    "order.created": ("woocommerce_new_order",),
    "order.updated": ("woocommerce_update_order", "woocommerce_order_refunded"),
    "order.deleted": ("wp_trash_post", "woocommerce_trash_order"),
    "order.restored": ("untrashed_post", "woocommerce_untrash_order"),
    "product.updated": (
        "woocommerce_process_product_meta",
        "woocommerce_update_product",
        "woocommerce_update_product_variation",
    ),
    "customer.updated": ("profile_update", "woocommerce_update_customer"),
    "customer.deleted": ("delete_user",),
}


def newest(call: Call) -> list[Json]:
    """List webhooks, the newest first; the secret is never told."""
    wanted = call.query.get("status", "all")
    known = sorted(call.shop.outbox.hooks.values(), key=lambda one: -one.id)
    return [view(call.shop, x) for x in known if wanted in ("all", x.status)]


def read(call: Call) -> Json:
    """Show one webhook."""
    return view(call.shop, _known(call))


def make(call: Call) -> Json:
    """Make a webhook, active whatever was asked, and ping it before answering.

    Without a secret it gets a random one, which nobody is told.
    """
    shop, body = call.shop, _body(call)
    missing = [name for name in ("topic", "delivery_url") if name not in body]
    if missing:
        data = {"status": 400, "params": missing}
        told = f"Missing parameter(s): {', '.join(missing)}"
        raise Problem(400, "rest_missing_callback_param", told, data)
    topic, url = _topic(body["topic"]), _url(body["delivery_url"])
    secret = str(body.get("secret") or f"random-{shop.rng.random()}")
    named = f"Webhook created on {shop.clock():%b %d, %Y @ %I:%M %p}"
    return view(shop, shop.hook(topic, url, secret, str(body.get("name") or named)))


def change(call: Call) -> Json:
    """Change a webhook; the count of its failures stays."""
    hook, body = _known(call), _body(call)
    if "status" in body and body["status"] not in STATUSES:
        code = "woocommerce_rest_shop_webhook_invalid_status"
        raise Problem(400, code, "Webhook status must be valid.", {"status": 400})
    if "topic" in body:
        hook.topic = _topic(body["topic"])
    if "delivery_url" in body:
        hook.url = _url(body["delivery_url"])
    hook.status = str(body.get("status", hook.status))
    hook.secret = str(body.get("secret") or hook.secret)
    hook.name = str(body.get("name") or hook.name)
    hook.modified_at = call.shop.clock()
    return view(call.shop, hook)


def delete(call: Call) -> Json:
    """Delete a webhook, with `force` alone."""
    hook = _known(call)
    if call.query.get("force") != "true":
        told = "Webhooks do not support trashing."
        code = "woocommerce_rest_trash_not_supported"
        raise Problem(501, code, told, {"status": 501})
    del call.shop.outbox.hooks[hook.id]
    return view(call.shop, hook)


def view(shop: Shop, hook: hooks.Hook) -> Json:
    """Show a webhook as the API does."""
    resource, _, event = hook.topic.partition(".")
    called = (event,) if resource == "action" else (f"woocommerce_{resource}_{event}",)
    return {
        "id": hook.id,
        "name": hook.name,
        "status": hook.status,
        "topic": hook.topic,
        "resource": resource,
        "event": event,
        "hooks": list(CALLS.get(hook.topic, called)),
        "delivery_url": hook.url,
        **shop.dates(hook.created_at, "date_created"),
        **shop.dates(hook.modified_at, "date_modified"),
        "_links": {"self": [], "collection": []},
    }


def _body(call: Call) -> Json:
    return call.body if isinstance(call.body, dict) else {}


def _topic(given: object) -> str:
    topic = str(given)
    if topic not in hooks.TOPICS and not topic.startswith(hooks.ACTIONS):
        code = "woocommerce_rest_shop_webhook_invalid_topic"
        told = "Webhook topic is required and must be valid."
        raise Problem(400, code, told, {"status": 400})
    return topic


def _url(given: object) -> str:
    url = str(given)
    if not url.startswith(("http://", "https://")):
        code = "woocommerce_rest_shop_webhook_invalid_delivery_url"
        told = "Webhook delivery URL must be a valid URL starting with http:// or https://."
        raise Problem(400, code, told, {"status": 400})
    return url


def _known(call: Call) -> hooks.Hook:
    hook = call.shop.outbox.hooks.get(call.parts[0])
    if hook is None:
        code = "woocommerce_rest_shop_webhook_invalid_id"
        raise Problem(404, code, "Invalid ID.", {"status": 404})
    return hook
