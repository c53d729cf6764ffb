"""What the shop says of the products of orders: tags, categories, whether goods."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from adapters.woocommerce.calls import PAGE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from adapters.woocommerce.calls import Calls

FRESH = timedelta(minutes=10)
MOST = 5000  # kept in memory


class Catalogue:
    """The products of one shop, kept for ten minutes."""

    def __init__(self, calls: Calls, clock: Callable[[], datetime]) -> None:
        self._calls, self._clock = calls, clock
        self._products: dict[str, Mapping[str, Any]] = {}
        self._read_at: datetime | None = None

    def __call__(
        self, found: Sequence[Mapping[str, Any]]
    ) -> Mapping[str, Mapping[str, Any]]:
        """Return the products of orders, by id; one deleted since has no fields."""
        now = self._clock()
        is_old = self._read_at is None or now - self._read_at > FRESH
        if is_old or len(self._products) > MOST:
            self._products, self._read_at = {}, now
        lines = (line for one in found for line in one["line_items"])
        wanted = {str(line.get("product_id") or "") for line in lines}
        missing = sorted(wanted - {""} - self._products.keys())
        for first in range(0, len(missing), PAGE):
            self._read(missing[first : first + PAGE])
        return self._products

    def _read(self, some: Sequence[str]) -> None:
        asked = {
            "include": ",".join(some),
            "_fields": "id,tags,categories,virtual",
        }
        for one in self._calls.every("products", asked):
            self._products[str(one["id"])] = one
        for ref in some:
            self._products.setdefault(ref, {})
