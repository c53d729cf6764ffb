"""WooCommerce's order history, page by page, oldest first."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from adapters.wire import understood_each
from adapters.woocommerce import translate
from adapters.woocommerce.calls import PAGE
from connector.errors import OutcomeUnknown
from connector.model import Batch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from adapters.woocommerce.calls import Calls
    from connector.model import Order

    Products = Mapping[str, Mapping[str, Any]]
    Catalogue = Callable[[Sequence[Mapping[str, Any]]], Products]

Json = dict[str, Any]

# All that `translate.order` reads of an order, and no more.
FIELDS = (
    "id,number,status,currency,total,total_tax,prices_include_tax,date_created_gmt,"
    "date_modified_gmt,date_completed_gmt,date_paid_gmt,line_items,shipping_lines,"
    "fee_lines,tax_lines,billing,shipping,payment_method,payment_method_title,"
    "transaction_id,refunds,meta_data"
)
SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """A cursor: orders placed in this second or later; `page` of those; the last ids.

    Pages are not counted from the beginning: orders that are deleted while we read
    would shift them, and others be passed over.
    """

    second: str = ""
    page: int = 1
    seen: tuple[str, ...] = ()  # orders of that second that were given already

    @property
    def text(self) -> str:
        return json.dumps([self.second, self.page, self.seen])


def _place(cursor: str) -> _Place:
    if not cursor:
        return _Place()
    second, page, seen = json.loads(cursor)
    return _Place(second=second, page=page, seen=tuple(seen))


@understood_each
def read(calls: Calls, cursor: str, catalogue: Catalogue) -> Iterator[Batch]:
    """Read on behind a cursor, a page at a time.

    The trash is no order of the history; statuses that plugins add are, and those
    are read one by one, as are orders with refunds.
    """
    place = _place(cursor)
    while True:
        found, total = _page(calls, place)
        fresh = [one for one in found if str(one["id"]) not in place.seen]
        whole = [one for one in fresh if _is_plain(one)]
        products = catalogue(whole)
        orders = [(one, _order(one, products)) for one in whole]
        again = [one for one in fresh if not _is_plain(one)]
        again += [one for one, order in orders if order is None]
        is_last = len(found) < PAGE
        place = _behind(place, found)
        yield Batch(
            cursor=place.text,
            orders=tuple(order for _, order in orders if order is not None),
            again=tuple(str(one["id"]) for one in again),
            total=total,
            is_last=is_last,
        )
        if is_last:
            return


def _page(calls: Calls, place: _Place) -> tuple[list[Json], int | None]:
    asked = {
        "status": "any",
        "orderby": "date",
        "order": "asc",
        "per_page": str(PAGE),
        "page": str(place.page),
        "_fields": FIELDS,
    }
    if place.second:
        # A strict `>` at one second; with an explicit Z right without dates_are_gmt.
        after = _moment(place.second) - SECOND
        asked["after"] = after.strftime("%Y-%m-%dT%H:%M:%SZ")
    found, total = calls.counted("orders", asked)
    if not isinstance(found, list):
        msg = "the shop answered something that is no list"
        raise OutcomeUnknown(msg)
    return found, None if place.second else total


def _behind(place: _Place, found: Sequence[Json]) -> _Place:
    """Go on from the second of the last order; within one second, page by page."""
    if not found:
        return place
    second = str(found[-1]["date_created_gmt"] or place.second)
    if second == place.second:
        ids = dict.fromkeys((*place.seen, *(str(one["id"]) for one in found)))
        return _Place(second=second, page=place.page + 1, seen=tuple(ids))
    seen = (str(one["id"]) for one in found if one["date_created_gmt"] == second)
    return _Place(second=second, seen=tuple(seen))


def _is_plain(data: Json) -> bool:
    return not data.get("refunds") and data.get("status") in translate.STATUS


def _order(data: Json, products: Products) -> Order | None:
    try:
        return translate.order(data, [], products)
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
