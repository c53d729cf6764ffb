"""Which return plugins a shop runs: looked for now and then, and kept meanwhile."""

from __future__ import annotations

import logging
import threading
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from adapters.woocommerce.plugins.configured import Configured
from adapters.woocommerce.plugins.shiptastic import Shiptastic
from adapters.woocommerce.plugins.wpswings import WPSwings
from connector.errors import Gone, OutcomeUnknown, PlatformError
from connector.saying import saying

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from adapters.woocommerce.plugins import Json, ReturnPlugin, Site
    from connector.platform import Notice

log = logging.getLogger(__name__)

FRESH = timedelta(hours=1)
SOON = timedelta(minutes=5)  # after a look that failed, or for a hint
MAKERS: Sequence[Callable[[Site], ReturnPlugin]] = (WPSwings, Shiptastic, Configured)


class Known:
    """The plugins of one shop: one small read an hour, none of which may fail aloud.

    Until one read was answered, every plugin is taken to run, so that nothing of
    theirs is overlooked; `is_sure` is False then, and nothing new is begun there.
    """

    def __init__(
        self,
        site: Site,
        makers: Sequence[Callable[[Site], ReturnPlugin]] = MAKERS,
    ) -> None:
        self._site = site
        self._all = tuple(make(site) for make in makers)
        self._active = self._all
        self.is_sure = False
        self._looked_at: datetime | None = None
        self._due: datetime | None = None
        self._lock = threading.Lock()

    def active(self) -> tuple[ReturnPlugin, ...]:
        """Return those that run; the last answer while the shop gives none."""
        now = self._site.clock()
        with self._lock:
            if self._due is None or now >= self._due:
                self._look(now)
            return self._active

    def _look(self, now: datetime) -> None:
        self._looked_at, self._due = now, now + SOON
        try:
            slugs = self._statuses()
            self._active = tuple(one for one in self._all if one.is_there(slugs))
        except PlatformError as error:
            log.warning("return plugins not looked for: %s", error)
        else:
            self._due, self.is_sure = now + FRESH, True

    def _statuses(self) -> frozenset[str]:
        """Read the order statuses; older versions list them in a report alone."""
        try:
            found = self._site.calls.get("orders/statuses")
        except Gone:
            found = self._site.calls.get("reports/orders/totals")
        if not isinstance(found, list):
            msg = saying("the shop answered something that is no list of statuses")
            raise OutcomeUnknown(msg)
        return frozenset(str(one.get("slug")) for one in found if isinstance(one, dict))

    def look_again(self) -> None:
        """Look with the next question: something spoke against what is known."""
        with self._lock:
            now = self._site.clock()
            if self._looked_at is None or now - self._looked_at >= SOON:
                self._due = now

    def hint(self, order: Json) -> None:
        """Look again when an order shows a plugin that was not there."""
        unknown = [one for one in self._all if one not in self._active]
        if any(one.of_order(order) for one in unknown):
            self.look_again()

    def of_ref(self, ref: str) -> ReturnPlugin:
        """Return the plugin that a ref names, running or not; raises Gone."""
        for one in self._all:
            if one.name == ref.partition(":")[0]:
                return one
        raise Gone(ref=ref[:60])

    def notice(self, topic: str, data: Json) -> Notice | None:
        """Read a delivery as any of them would, running or not."""
        read = (one.notice(topic, data) for one in self._all)
        return next((notice for notice in read if notice), None)
