"""Random walks at the stand-ins: no cent lost, nothing made twice, nobody forgotten.

Seeds decide everything, as in `test_walks`. At the end every return is settled, or lies
before a person; what was paid is what went back, plus what kept goods and fees cost.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.stories.money_walks import MoneyWalk
from tests.stories.shop_walks import ShopifyWalk, WooWalk
from tests.stories.shopify_counter import counting
from tests.stories.woo_ways import serving

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("seed", range(8))
def test_any_walk_at_shopify_ends_with_every_cent_where_it_belongs(
    tmp_path: Path, seed: int
) -> None:
    with counting(str(tmp_path / "retour.sqlite")) as counter:
        walk = ShopifyWalk(seed, counter)
        walk.play()
        walk.holds()


@pytest.mark.parametrize("seed", range(8))
def test_any_walk_at_woocommerce_ends_with_every_cent_where_it_belongs(
    tmp_path: Path, seed: int
) -> None:
    with serving(str(tmp_path / "retour.sqlite")) as counter:
        walk = WooWalk(seed, counter)
        walk.play()
        walk.holds()


@pytest.mark.parametrize("currency", ["EUR", "JPY", "KWD"])
@pytest.mark.parametrize("seed", range(3))
def test_what_a_customer_has_is_what_the_shop_s_books_and_the_policy_say(
    tmp_path: Path, currency: str, seed: int
) -> None:
    """Credit is spent in parts and orders are cancelled while returns are under way."""
    with serving(str(tmp_path / "retour.sqlite"), currency=currency) as counter:
        walk = MoneyWalk(seed, counter)
        walk.play()
        assert walk.unsettled() == []
        assert walk.judge() == 0
