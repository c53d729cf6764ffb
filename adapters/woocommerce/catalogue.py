"""What the shop says beside its orders: of their products, and of who bought.

Read by lists, a hundred at once, and kept for ten minutes: a history is read at a
call for each page of it, whatever it holds.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from adapters.wire import understood
from adapters.woocommerce.calls import PAGE
from connector.errors import PlatformError, Rejected

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from adapters.woocommerce.calls import Calls

    Json = Mapping[str, Any]

FRESH = timedelta(minutes=10)
PAUSE = timedelta(minutes=1)  # after an answer that did not come
MOST = 5000  # kept in memory
NOBODY = "0"  # the customer of a guest's order

log = logging.getLogger(__name__)


class Kept:
    """Things of one list of the API by their id, kept for ten minutes."""

    def __init__(
        self,
        calls: Calls,
        clock: Callable[[], datetime],
        path: str,
        asked: Mapping[str, str],
    ) -> None:
        """Keep what `path` lists when it is asked so."""
        self._calls, self._clock = calls, clock
        self._path, self._asked = path, dict(asked)
        self._known: dict[str, Json] = {}
        self._read_at: datetime | None = None

    def of(self, wanted: Iterable[str], soon: Iterable[str] = ()) -> Mapping[str, Json]:
        """Return things by id; one that the list does not have has no fields.

        What is wanted `soon` is read along where a page has room for it.
        """
        now = self._clock()
        is_old = self._read_at is None or now - self._read_at > FRESH
        if is_old or len(self._known) > MOST:
            self._known, self._read_at = {}, now
        missing = sorted(set(wanted) - self._known.keys())
        if missing:
            more = sorted(set(soon) - self._known.keys() - set(missing))
            missing += more[: -len(missing) % PAGE]
        for first in range(0, len(missing), PAGE):
            self._read(missing[first : first + PAGE])
        return self._known

    def _read(self, some: Sequence[str]) -> None:
        asked = self._asked | {"include": ",".join(some)}
        for one in self._calls.every(self._path, asked):
            self._known[str(one["id"])] = one
        for ref in some:
            self._known.setdefault(ref, {})


class Catalogue:
    """The products of one shop: tags, categories, and whether they are goods."""

    def __init__(self, calls: Calls, clock: Callable[[], datetime]) -> None:
        fields = {"_fields": "id,tags,categories,virtual"}
        self._kept = Kept(calls, clock, "products", fields)

    def __call__(self, found: Sequence[Json]) -> Mapping[str, Json]:
        """Return the products of orders, by id; one deleted since has no fields."""
        lines = (line for one in found for line in one["line_items"])
        wanted = {str(line.get("product_id") or "") for line in lines}
        return self._kept.of(wanted - {""})


class Roles:
    """What role each customer of one shop has.

    It is a fact that the shop may keep from us: no order waits for it.
    """

    def __init__(self, calls: Calls, clock: Callable[[], datetime]) -> None:
        # Without `role=all` the list leaves out whoever is no plain customer.
        asked = {"role": "all", "_fields": "id,role"}
        self._kept = Kept(calls, clock, "customers", asked)
        self._clock = clock
        self._rests_until: datetime | None = None
        self._soon: frozenset[str] = frozenset()

    def expect(self, page: Sequence[Json]) -> None:
        """Remember whose orders are probably asked for next."""
        self._soon = _people(page)

    def __call__(self, found: Sequence[Json]) -> Mapping[str, str]:
        """Return the roles of those who placed orders, by their id.

        Who is not in it, nobody knows: the shop refused it, its answer was lost or
        made no sense, or it has no such user any more.
        """
        people = _people(found)
        if not people or self._rests():
            return {}
        try:
            return self._read(people)
        except PlatformError as error:
            # Keys change seldom; and who does not answer must not slow all orders down.
            wait = FRESH if isinstance(error, Rejected) else PAUSE
            self._rests_until = self._clock() + wait
            log.warning("the roles of customers are not known: %s", error)
            return {}

    @understood
    def _read(self, people: frozenset[str]) -> Mapping[str, str]:
        known = self._kept.of(people, self._soon)
        read = {ref: known[ref].get("role") for ref in people}
        return {ref: role for ref, role in read.items() if isinstance(role, str)}

    def _rests(self) -> bool:
        return self._rests_until is not None and self._clock() <= self._rests_until


def _people(found: Iterable[Json]) -> frozenset[str]:
    return frozenset(str(one.get("customer_id") or NOBODY) for one in found) - {NOBODY}
