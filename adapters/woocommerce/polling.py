"""Ask WooCommerce which orders were modified, past the traps of its clock and pages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from adapters.woocommerce.calls import PAGE
from connector.model import Change

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from adapters.woocommerce.calls import Calls

SECOND = timedelta(seconds=1)
# Where orders are still kept as posts, the shop compares local times, and the hour that
# the clocks go back comes twice: look back that hour as well.
TWICE = timedelta(hours=1)


def changes(
    calls: Calls,
    since: datetime,
    asked: Mapping[str, str],
    seen_page: Callable[[Sequence[Mapping[str, Any]]], None] | None = None,
) -> Iterator[Change]:
    """List orders modified at or after `since` that a filter lets through, each once.

    `seen_page` is told of each page's orders, with their customers, as it comes.

    `modified_after` is a strict `>` at one second, and with an explicit Z only
    right without `dates_are_gmt`. Pages shift while orders change, so each
    page starts where the last one ended.
    """
    since = since.astimezone(UTC).replace(microsecond=0)
    cursor, number = since - SECOND - TWICE, 1
    seen: set[tuple[str, str]] = set()
    while True:
        page = _modified(calls, cursor, number, asked)
        if seen_page is not None:
            seen_page(page)
        for one in page:
            key = (str(one["id"]), str(one["date_modified_gmt"]))
            if key not in seen and _moment(key[1]) >= since:
                seen.add(key)
                yield Change(order_ref=key[0], updated_at=_moment(key[1]))
        if len(page) < PAGE:
            return
        last = _moment(str(page[-1]["date_modified_gmt"])) - SECOND
        cursor, number = (last, 1) if last > cursor else (cursor, number + 1)


def _modified(
    calls: Calls, after: datetime, number: int, asked: Mapping[str, str]
) -> list[dict[str, Any]]:
    found = calls.get(
        "orders",
        {
            "modified_after": after.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "orderby": "modified",
            "order": "asc",
            "per_page": str(PAGE),
            "page": str(number),
            "_fields": "id,date_modified_gmt,customer_id",
            **asked,
        },
    )
    return list(found)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
