"""Return plugins that show little: order statuses and meta that the merchant names.

Of most plugins (YITH, the official Warranty and Returns, ReturnDesk) nothing but a
flag on the order can be seen: that a return was asked for, never of what. So no
lines are made up: a return without lines goes to a person, who looks in the shop and
opens it here. Refunds made there are followed as all others are.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from connector.errors import Gone, OutcomeUnknown, Unsupported
from connector.model import ShopReturn
from connector.platform import Notice
from connector.saying import saying

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adapters.woocommerce.plugins import Json, Site
    from connector.model import Return

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EMPTY: tuple[object, ...] = (
    "",
    [],
    {},
    None,
    "0",
    "[]",
    "a:0:{}",
)  # as an absent meta is stored


class Configured:
    """Satisfies `ReturnPlugin` by the words of `[shops.plugin]`; it only looks."""

    name = "seen"
    opens_returns = False
    rewrites_requests = False

    def __init__(self, site: Site) -> None:
        self._calls = site.calls
        said = site.meanings
        self._status = {
            **dict.fromkeys(said.declined, "declined"),
            **dict.fromkeys(said.approved, "open"),
            **dict.fromkeys(said.requested, "requested"),
        }
        self._flags, self._actions = said.request_meta, frozenset(said.order_actions)
        self.statuses: Sequence[str] = tuple(self._status)
        self.topics: Sequence[str] = tuple(
            f"action.{one}" for one in said.order_actions
        )

    def is_there(self, statuses: frozenset[str]) -> bool:
        """Say whether the merchant named anything that the shop may show.

        Statuses that it has not are not asked for: it would refuse the whole list.
        """
        self.statuses = tuple(one for one in self._status if one in statuses)
        return bool(self._flags or self._actions or self.statuses)

    def notice(self, topic: str, data: Json) -> Notice | None:
        """Take the actions that the merchant named, whose argument is an order's id."""
        arg = data.get("arg")
        is_id = isinstance(arg, int) and not isinstance(arg, bool) and arg > 0
        if topic.removeprefix("action.") in self._actions and is_id:
            return Notice(about="order", order_ref=str(arg))
        return None

    def of_order(self, order: Json) -> tuple[ShopReturn, ...]:
        """Say that something was asked for, by the order's status or its meta."""
        raw = str(order.get("status") or "")
        status = self._status.get(raw, "requested" if self._is_flagged(order) else "")
        if not status:
            return ()
        ref = str(order["id"])
        return (
            ShopReturn(
                ref=f"{self.name}:{ref}",
                number=str(order.get("number") or ref),
                order_ref=ref,
                status=status,
                lines=(),
                opened_at=EPOCH,  # nothing says when
                raw_status=raw,
            ),
        )

    def _is_flagged(self, order: Json) -> bool:
        rows: Any = order.get("meta_data") or ()
        return any(
            isinstance(one, dict)
            and one.get("key") in self._flags
            and one.get("value") not in EMPTY
            for one in rows
        )

    def read(self, ref: str) -> ShopReturn:
        """Read the order again; raises Gone where it shows nothing any more."""
        number = ref.removeprefix(f"{self.name}:")
        if not (number.isascii() and number.isdigit()):
            raise Gone(ref=ref[:60])
        order = self._calls.get(f"orders/{number}")
        if not isinstance(order, dict) or "id" not in order:
            msg = saying("the shop answered something that is no order")
            raise OutcomeUnknown(msg)
        for found in self.of_order(order):
            return found
        raise Gone(ref=ref)

    def open(self, case: Return) -> ShopReturn:
        """Refuse: nobody knows how that plugin keeps a return."""
        raise Unsupported(number=case.number)

    def approve(self, ref: str) -> None:
        """Refuse."""
        raise Unsupported(ref=ref)

    def decline(self, ref: str, note: str) -> None:
        """Refuse."""
        raise Unsupported(ref=ref, note=len(note))

    def close(self, ref: str) -> None:
        """Say nothing: nobody there listens."""
        del ref
