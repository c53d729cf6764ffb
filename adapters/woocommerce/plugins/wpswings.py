"""WP Swings' "Return Refund and Exchange": a request is an order's status and meta."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from adapters.woocommerce.plugins import words, wps_answer, wps_request
from connector.errors import (
    Gone,
    OutcomeUnknown,
    PlatformError,
    Rejected,
    Unsupported,
)
from connector.platform import Notice
from connector.saying import saying

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from adapters.woocommerce.plugins import Json, Site
    from connector.model import Return, ShopReturn

log = logging.getLogger(__name__)

STATUS_ACTIONS = frozenset(
    f"woocommerce_order_status_{status}" for status in wps_request.STATUSES
)
OPENS_FROM = ("processing", "completed")
API = "wp-json/rma"


class WPSwings:
    """Satisfies `ReturnPlugin`; where the shop gave its secret, its own API answers.

    That API runs the plugin's whole way, its mails and notes too. Without it the
    order is written, and the customer told by an order note.
    """

    name = wps_request.NAME
    topics: Sequence[str] = tuple(f"action.{one}" for one in sorted(STATUS_ACTIONS))
    statuses: Sequence[str] = wps_request.STATUSES
    opens_returns = True
    rewrites_requests = True

    def __init__(self, site: Site) -> None:
        self._site, self._calls = site, site.calls
        self._secret = site.secrets.get(self.name, "")

    def is_there(self, statuses: frozenset[str]) -> bool:
        """Say so by its order statuses, which are registered while it runs."""
        return self.statuses[0] in statuses

    def notice(self, topic: str, data: Json) -> Notice | None:
        """Take its actions as a wake-up alone: they come late, and say what was."""
        arg = data.get("arg")
        action = topic.removeprefix("action.")
        if action == "woocommerce_new_customer_note" and isinstance(arg, dict):
            arg = arg.get("order_id")
        elif action not in STATUS_ACTIONS:
            return None
        if not isinstance(arg, int) or isinstance(arg, bool) or arg < 1:
            return None
        return Notice(about="order", order_ref=str(arg))

    def of_order(self, order: Json) -> tuple[ShopReturn, ...]:
        """Read the request of an order; the order's status is not asked."""
        return wps_request.of_order(order, self._site.url)

    def read(self, ref: str) -> ShopReturn:
        """Read one request; raises Gone when another one stands in its place."""
        return self._find(ref)[1]

    def open(self, case: Return) -> ShopReturn:
        """Make a request as its API does, unless the order has or had one."""
        order = self._order(case.order_ref)
        if wps_request.requests(order):
            msg = saying(
                "the shop's plugin keeps one request an order, and this one has it"
            )
            raise Unsupported(msg)
        if order.get("status") not in OPENS_FROM:
            msg = saying(
                "the shop's plugin takes no request in this state of the order"
            )
            raise Unsupported(msg, status=str(order.get("status"))[:40])
        sold = {str(one.get("id")) for one in order.get("line_items") or ()}
        if not {line.line_ref for line in case.lines} <= sold:
            msg = saying(
                "the order was edited in the shop, and lost a line of this return"
            )
            raise Unsupported(msg)
        key, body = wps_answer.opened(order, case, self._site.clock())
        answer = self._calls.put(f"orders/{case.order_ref}", body)
        ref = wps_request.ref_of(case.order_ref, key)
        made = [one for one in self.of_order(answer) if one.ref == ref]
        if not made:
            msg = saying("the shop took the request, and does not show it")
            raise OutcomeUnknown(msg)
        return made[0]

    def approve(self, ref: str) -> None:
        """Accept a pending request: order status, meta, and a note or its mails."""
        self._answer(ref, "refund-request-accept", wps_answer.APPROVED, "open")

    def decline(self, ref: str, note: str) -> None:
        """Refuse a pending request; the customer reads `note`."""
        self._answer(
            ref, "refund-request-cancel", wps_answer.CANCELLED, "cancelled", note
        )

    def close(self, ref: str) -> None:
        """Take the plugin's refund and stock buttons away: both are done."""
        try:
            order, found = self._find(ref)
        except Gone:
            return  # a newer request stands in its place: nothing to say
        if found.status == "open":
            self._calls.put(f"orders/{order['id']}", wps_answer.spent())

    def _answer(
        self,
        ref: str,
        route: str,
        answer: tuple[str, str, str],
        wanted: str,
        note: str = "",
    ) -> None:
        order, found = self._find(ref)
        if found.status == wanted:
            return
        if found.status != "requested":
            msg = saying(
                "the request was answered, or withdrawn, in the shop meanwhile"
            )
            raise Rejected(msg, status=found.status)
        if self._secret and self._asked(route, found.order_ref):
            self._check(ref, wanted)
            return
        _, key = wps_request.parts(ref)
        body = wps_answer.answered(order, key, answer, self._site.clock())
        self._calls.put(f"orders/{found.order_ref}", body)
        said = words.APPROVED if wanted == "open" else words.DECLINED
        self._tell(found.order_ref, words.note(said, order, note))

    def _asked(self, route: str, order_ref: str) -> bool:
        """Ask the plugin's own API; False when it surely did nothing."""
        body = {"order_id": int(order_ref), "secret_key": self._secret}
        try:
            self._calls.post_unsigned(f"{API}/{route}", body)
        except Rejected as error:
            log.warning("the plugin's own API refused; writing instead: %s", error)
            return False
        return True

    def _check(self, ref: str, wanted: str) -> None:
        """Believe its API only by what the order says then."""
        if self.read(ref).status != wanted:
            msg = saying(
                "the plugin's own API said yes, and the order does not show it"
            )
            raise OutcomeUnknown(msg)

    def _tell(self, order_ref: str, text: str) -> None:
        """Write the customer a note; the answer stands without it."""
        try:
            self._calls.post(
                f"orders/{order_ref}/notes", {"note": text, "customer_note": True}
            )
        except PlatformError as error:
            log.warning("no note for the customer: %s", error)

    def _find(self, ref: str) -> tuple[Mapping[str, Any], ShopReturn]:
        order_ref, _ = wps_request.parts(ref)
        order = self._order(order_ref)
        for found in self.of_order(order):
            if found.ref == ref:
                return order, found
        msg = saying("the order has no such request, or another one in its place")
        raise Gone(msg)

    def _order(self, ref: str) -> Mapping[str, Any]:
        order = self._calls.get(f"orders/{ref}")
        if not isinstance(order, dict) or "id" not in order:
            msg = saying("the shop answered something that is no order")
            raise OutcomeUnknown(msg)
        return order
