"""Shiptastic, and Germanized's shipments before it: a return is a shipment back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.woocommerce.plugins import shipments
from connector.errors import Gone, OutcomeUnknown, Rejected, Unsupported
from connector.platform import Notice
from connector.saying import saying

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from adapters.woocommerce.calls import Calls
    from adapters.woocommerce.plugins import Json, Site
    from connector.model import Return, ShopReturn

# The hooks of either name say a shipment's id; those for each status say no more.
HOOKS = ("shiptastic", "gzd")
EVENTS = ("new_return_shipment", "shipment_status_changed")
OF_STATUS = "return_shipment_status_"
ROUTE = "shipments"


class Shiptastic:
    """Satisfies `ReturnPlugin`, `ListsReturns` and `BooksArrivals`."""

    name = shipments.NAME
    topics: Sequence[str] = tuple(
        f"action.woocommerce_{hook}_{event}" for hook in HOOKS for event in EVENTS
    )
    statuses: Sequence[str] = ()
    opens_returns = True
    rewrites_requests = False

    def __init__(self, site: Site) -> None:
        self._calls = site.calls

    def is_there(self, statuses: frozenset[str]) -> bool:
        """Ask for its route: it has no order statuses of its own."""
        del statuses
        return detect(self._calls)

    def notice(self, topic: str, data: Json) -> Notice | None:
        """Take a shipment's id as a wake-up; outbound ones are found to be none.

        `new_customer_return_shipment_request` comes with an empty list: useless.
        """
        action, arg = topic.removeprefix("action."), data.get("arg")
        if not isinstance(arg, int) or isinstance(arg, bool) or arg < 1:
            return None
        for hook in HOOKS:
            event = action.removeprefix(f"woocommerce_{hook}_")
            if event != action and (event in EVENTS or event.startswith(OF_STATUS)):
                return Notice(about="return", return_ref=shipments.ref_of(arg))
        return None

    def of_order(self, order: Json) -> tuple[ShopReturn, ...]:
        """Read the returns that the plugin adds to the order itself."""
        found = order.get("shipments") or ()
        return tuple(shipments.translate(one) for one in found if _counts(one))

    def listed(self) -> Iterator[ShopReturn]:
        """List every return that is asked for, and the newest of any status.

        A refusal touches no order, and shipments have no date of modification.
        """
        seen: set[str] = set()
        waiting = self._calls.every(ROUTE, {"type": "return", "status": "requested"})
        newest, _ = self._calls.page(ROUTE, {"type": "return", "per_page": "100"})
        for found in (waiting, newest):
            for one in found:
                data = shipments.bare(one)
                if str(data["id"]) not in seen and _counts(data, is_asked=True):
                    seen.add(str(data["id"]))
                    yield shipments.translate(data)

    def read(self, ref: str) -> ShopReturn:
        """Read one return; raises Gone, for a shipment that is no return too."""
        return shipments.translate(self._get(ref))

    def open(self, case: Return) -> ShopReturn:
        """Ask for our return there; the plugin cuts quantities to what is left."""
        body = {
            "type": "return",
            "order_id": str(case.order_ref),
            "status": "requested",
            "is_customer_requested": True,
            "items": [
                {"order_item_id": int(line.line_ref), "quantity": line.asked}
                for line in case.lines
            ],
            "meta_data": [{"key": shipments.NUMBER_META, "value": case.number}],
        }
        try:
            made = self._calls.post(ROUTE, body)
        except Gone:
            msg = saying(
                "this version of the shop's plugin makes no returns over its API"
            )
            raise Unsupported(msg) from None
        found = shipments.translate(made)
        wanted = sum(line.asked for line in case.lines)
        given = sum(line.quantity for line in found.lines)
        if given != wanted:
            msg = saying(
                "return %(number)s there has %(given)s of %(wanted)s units",
                number=found.number,
                given=given,
                wanted=wanted,
            )
            raise Rejected(msg)
        return found

    def approve(self, ref: str) -> None:
        """Let the parcel come; one that is under way already is approved."""
        status = self.read(ref).status
        if status == "requested":
            self._move(ref, "processing")
        elif status not in ("open", "closed"):
            msg = saying(
                "the return was refused in the shop, or is no longer a request"
            )
            raise Rejected(msg, status=status)

    def decline(self, ref: str, note: str) -> None:
        """Refuse it; the plugin mails the customer, and has no place for a reason."""
        del note
        status = self.read(ref).status
        if status == "requested":
            self._move(ref, "rejected")
        elif status != "declined":
            msg = saying(
                "the return was approved in the shop, or is no longer a request"
            )
            raise Rejected(msg, status=status)

    def close(self, ref: str) -> None:
        """Mark it as finished in its meta: a parcel that never came did not arrive."""
        if self.read(ref).status not in ("closed", "declined"):
            meta = [{"key": shipments.CLOSED_META, "value": "yes"}]
            self._put(ref, {"meta_data": meta})

    def arrived(self, ref: str, units: Mapping[str, int]) -> None:
        """Say that the parcel is here; the plugin counts parcels, not units."""
        del units
        if not self.at_shop(ref):
            self._move(ref, "delivered")

    def at_shop(self, ref: str) -> Mapping[str, int]:
        """Return the units by line that the plugin believes to be back."""
        found = self.read(ref)
        is_back = found.raw_status in shipments.ARRIVED
        return {x.ref: x.quantity for x in found.lines} if is_back else {}

    def _move(self, ref: str, status: str) -> None:
        """Change a status; one that this version does not know is quietly ignored."""
        answer = self._put(ref, {"status": status})
        if answer.get("status") != status:
            msg = saying("this version of the shop's plugin does not know that state")
            raise Unsupported(msg, wanted=status)

    def _put(self, ref: str, body: Mapping[str, object]) -> Json:
        return self._calls.put(f"{ROUTE}/{shipments.id_of(ref)}", body)

    def _get(self, ref: str) -> Json:
        data = self._calls.get(f"{ROUTE}/{shipments.id_of(ref)}")
        if not isinstance(data, dict) or "id" not in data:
            msg = saying("the shop answered something that is no shipment")
            raise OutcomeUnknown(msg)
        if not shipments.is_return(data):
            msg = saying("this shipment goes to the customer")
            raise Gone(msg, ref=ref)
        return data


def detect(calls: Calls) -> bool:
    """Say whether our key may use the plugin's route; raises what no answer raises."""
    try:
        calls.page(ROUTE, {"type": "return", "per_page": "1"})
    except Rejected:
        return False
    return True


def _counts(data: Json, *, is_asked: bool = False) -> bool:
    """Say whether a shipment is a return of ours to follow; a draft is not yet.

    `is_asked`: returns alone were asked for, so that a body need not say it.
    """
    is_back = is_asked or shipments.is_return(data)
    return is_back and data.get("status") != shipments.DRAFT
