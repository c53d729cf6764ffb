"""A person says what became of a refund while the shop is being asked about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from adapters.sandbox import Sandbox
from connector.states import Refund
from connector.steps import byhand, promise, reconcile, refund
from connector.store import desk
from tests.connector.shapes import a_line, an_order
from tests.stories.making_good import HOUR, counting, still, wish

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from connector.model import Finding, RefundRequest


@dataclass
class Asked(Sandbox):
    """A shop in whose answer's time something else happens."""

    meanwhile: Callable[[], None] = field(default=lambda: None)

    def look(self, request: RefundRequest, preimage: Mapping[str, Any]) -> Finding:
        found = super().look(request, preimage)
        self.meanwhile()
        return found


@pytest.mark.parametrize("mishap", ["lost", "never"])
@pytest.mark.parametrize("has_moved", [True, False])
def test_what_he_said_stands_and_others_are_looked_for_all_the_same(
    address: str, mishap: str, *, has_moved: bool
) -> None:
    shop = Asked()
    shop.sell(an_order(a_line("a", 9000, 3), a_line("b", 1000)))
    with counting(address, shop) as counter:
        case = counter.open(wish("a", 1))
        shop.mishaps.append(mishap)
        at = still(counter.now)
        promise.run(counter.db, shop, at)
        refund.push(counter.db, shop, at, token="test")
        [row] = counter.rows(case)
        assert row.state is Refund.UNKNOWN

        def say() -> None:
            shop.meanwhile = lambda: None
            byhand.found_out(
                counter.db,
                row.id,
                money_moved=has_moved,
                why="the gateway shows it",
                actor="console",
                now=counter.now,
            )

        shop.meanwhile = say
        counter.now += HOUR
        assert reconcile.resolve(counter.db, shop, counter.now) == 0
        [row] = counter.rows(case)
        assert row.state is (Refund.CONFIRMED if has_moved else Refund.FAILED)
        assert row.why == "the gateway shows it"
        asked = [one.code for one in desk.open_matters(counter.db)]
        assert asked == ([] if has_moved else ["failed"])
