"""WooCommerce's order history, page by page, oldest first."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from adapters.wire import understood_each
from adapters.woocommerce import credited, translate
from adapters.woocommerce.calls import PAGE
from connector.errors import OutcomeUnknown
from connector.model import Batch
from connector.saying import saying

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from adapters.woocommerce.calls import Calls
    from connector.model import Order

    Products = Mapping[str, Mapping[str, Any]]
    Catalogue = Callable[[Sequence[Mapping[str, Any]]], Products]
    Roles = Callable[[Sequence[Mapping[str, Any]]], Mapping[str, str]]

Json = dict[str, Any]

# All that `translate.order` reads of an order, and no more.
FIELDS = (
    "id,number,status,currency,total,total_tax,prices_include_tax,date_created_gmt,"
    "date_modified_gmt,date_completed_gmt,date_paid_gmt,line_items,shipping_lines,"
    "fee_lines,tax_lines,billing,shipping,payment_method,payment_method_title,"
    "transaction_id,refunds,meta_data,coupon_lines,customer_id"
)
SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """A cursor: orders placed in this second or later; `page` of those; the last ids.

    Pages are not counted from the beginning: orders that are deleted while we read
    would shift them, and others be passed over. Where one second fills more than a
    page (an import), it is read again until a whole pass shows nothing new.
    """

    second: str = ""
    page: int = 1
    seen: tuple[str, ...] = ()  # orders of that second that were given already
    is_new: bool = False  # this pass through the second has shown one not yet given

    @property
    def text(self) -> str:
        return json.dumps([self.second, self.page, self.seen, self.is_new])


def _place(cursor: str) -> _Place:
    if not cursor:
        return _Place()
    second, page, seen, is_new = json.loads(cursor)
    return _Place(second=second, page=page, seen=tuple(seen), is_new=is_new)


@understood_each
def read(
    calls: Calls, cursor: str, catalogue: Catalogue, roles: Roles
) -> Iterator[Batch]:
    """Read on behind a cursor, a page at a time.

    The trash is no order of the history; statuses that plugins add are, and those
    are read one by one, as are orders with refunds.
    """
    place = _place(cursor)
    while True:
        found, total = _page(calls, place)
        fresh = [one for one in found if str(one["id"]) not in place.seen]
        whole = [one for one in fresh if _is_plain(one)]
        products, people = catalogue(whole), roles(fresh)
        orders = [(one, _order(one, products, people)) for one in whole]
        again = [one for one in fresh if not _is_plain(one)]
        again += [one for one, order in orders if order is None]
        is_again = _is_unsure(place, found, fresh)
        is_last = len(found) < PAGE and not is_again
        place = _again(place, found) if is_again else _behind(place, found, fresh)
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
        msg = saying("the shop answered something that is no list")
        raise OutcomeUnknown(msg)
    return found, None if place.second else total


def _is_unsure(place: _Place, found: Sequence[Json], fresh: Sequence[Json]) -> bool:
    """Say whether a crowded second ends here, after a pass that showed new orders."""
    return place.page > 1 and not _stays(place, found) and _shows_new(place, fresh)


def _stays(place: _Place, found: Sequence[Json]) -> bool:
    return len(found) == PAGE and _second(found[-1], place) == place.second


def _shows_new(place: _Place, fresh: Sequence[Json]) -> bool:
    return place.is_new or any(_second(one, place) == place.second for one in fresh)


def _again(place: _Place, found: Sequence[Json]) -> _Place:
    """Read the second from its first page; what was given is not given again."""
    return _Place(second=place.second, seen=_given(place, found))


def _behind(place: _Place, found: Sequence[Json], fresh: Sequence[Json]) -> _Place:
    """Go on from the second of the last order; within one second, page by page."""
    if _stays(place, found):
        return _Place(
            second=place.second,
            page=place.page + 1,
            seen=_given(place, found),
            is_new=_shows_new(place, fresh),
        )
    if not found:
        return place
    second = _second(found[-1], place)
    if place.page > 1:  # an earlier pass may have gone further than this one
        return _Place(second=second, seen=_given(place, found))
    seen = (str(one["id"]) for one in found if _second(one, place) == second)
    return _Place(second=second, seen=tuple(seen))


def _given(place: _Place, found: Sequence[Json]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*place.seen, *(str(one["id"]) for one in found))))


def _second(one: Json, place: _Place) -> str:
    return str(one["date_created_gmt"] or place.second)


def _is_plain(data: Json) -> bool:
    """Say whether nothing but the order itself need be read, not what paid it."""
    is_alone = not data.get("refunds") and not credited.maybe(data)
    return is_alone and data.get("status") in translate.STATUS


def _order(data: Json, products: Products, roles: Mapping[str, str]) -> Order | None:
    try:
        return translate.order(data, [], products, roles=roles)
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
