"""What every adapter must do for each way of making good that its shop has.

A way is left out only where `abilities.ways` lacks it.
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from connector.errors import Gone, OutcomeUnknown, Unavailable
from connector.model import Found, Moved, Resolution
from connector.money import Money
from tests.contract import ways, woo_ways

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.model import Finding, Receipt, RefundRequest
    from tests.contract.ways import WaysBench

BENCHES = [ways.sandbox, ways.shopify, woo_ways.woocommerce]
CREDIT = (Resolution.STORE_CREDIT, Resolution.GIFT_CARD, Resolution.COURTESY)
BESIDE = (*CREDIT, *ways.GOODS)


@pytest.fixture(params=BENCHES)
def bench(request: pytest.FixtureRequest) -> Iterator[WaysBench]:
    with ExitStack() as stack:
        yield request.param(stack)


def wished(bench: WaysBench, way: Resolution, ware: str = "even") -> RefundRequest:
    """Return a request, or skip what the shop does not have."""
    if way not in bench.shop.abilities.ways:
        pytest.skip(f"{bench.shop.platform} has no {way.value}")
    return bench.wish(way, ware)


def made(bench: WaysBench, wish: RefundRequest) -> Receipt:
    prepared = bench.shop.prepare(wish)
    assert (prepared.ask, prepared.already, prepared.sold_out) == ("", None, False)
    return bench.shop.refund(wish, prepared.preimage)


def stands(bench: WaysBench, wish: RefundRequest) -> int:
    """Count how often a way was made good, whatever it was."""
    if wish.way in ways.GOODS:
        return len(bench.sent())
    return bench.credit_minor() // 1000


def is_there(finding: Finding) -> bool:
    return finding.found is Found.DONE and finding.receipt is not None


def test_money_is_among_the_ways(bench: WaysBench) -> None:
    assert Resolution.REFUND in bench.shop.abilities.ways


@pytest.mark.parametrize("way", CREDIT)
def test_credit_is_made_once_and_pays_no_tender(
    bench: WaysBench, way: Resolution
) -> None:
    wish = wished(bench, way)
    preimage = bench.shop.prepare(wish).preimage
    receipt = bench.shop.refund(wish, preimage)
    assert (receipt.amount, receipt.moved) == (wish.amount, Moved.YES)
    assert receipt.made
    assert (bench.credit_minor(), bench.paid_minor()) == (1000, 0)
    found = bench.shop.look(wish, preimage)
    assert is_there(found)
    assert found.receipt is not None
    assert (found.receipt.made, found.receipt.amount) == (receipt.made, wish.amount)


@pytest.mark.parametrize("way", ways.GOODS)
def test_new_goods_are_sent_once_for_what_came_back(
    bench: WaysBench, way: Resolution
) -> None:
    wish = wished(bench, way)
    preimage = bench.shop.prepare(wish).preimage
    receipt = bench.shop.refund(wish, preimage)
    assert (receipt.amount, receipt.moved) == (Money.zero("EUR"), Moved.YES)
    assert (bench.sent(), bench.paid_minor()) == ([bench.wares["even"]], 0)
    assert is_there(bench.shop.look(wish, preimage))


def test_what_a_cheaper_article_leaves_over_goes_back(bench: WaysBench) -> None:
    wish = wished(bench, Resolution.EXCHANGE, "cheap")
    receipt = made(bench, wish)
    assert (receipt.amount, receipt.moved) == (Money(600, "EUR"), Moved.YES)
    assert (bench.sent(), bench.paid_minor()) == ([bench.wares["cheap"]], 600)


def test_a_dearer_article_is_pending_until_its_difference_is_paid(
    bench: WaysBench,
) -> None:
    wish = wished(bench, Resolution.EXCHANGE, "dear")
    assert wish.owed == Money(500, "EUR")
    preimage = bench.shop.prepare(wish).preimage
    receipt = bench.shop.refund(wish, preimage)
    assert receipt.moved is Moved.PENDING
    assert receipt.pay_url.startswith("http")
    assert bench.shop.look(wish, preimage).found is Found.PENDING
    bench.pay_owed(wish)
    assert is_there(bench.shop.look(wish, preimage))
    assert (bench.sent(), bench.paid_minor()) == ([bench.wares["dear"]], 0)


@pytest.mark.parametrize("way", BESIDE)
def test_what_is_there_already_is_never_made_again(
    bench: WaysBench, way: Resolution
) -> None:
    wish = wished(bench, way)
    made(bench, wish)
    again = bench.shop.prepare(wish)
    assert again.already is not None or again.ask
    assert not again.sold_out
    if way in bench.tells_repeats:
        assert again.already is not None
        assert again.already.amount == wish.amount


@pytest.mark.parametrize("way", BESIDE)
def test_a_lost_answer_is_unknown_and_never_taken_for_absent(
    bench: WaysBench, way: Resolution
) -> None:
    wish = wished(bench, way)
    preimage = bench.shop.prepare(wish).preimage
    bench.lose_answer(way)
    with pytest.raises(OutcomeUnknown):
        bench.shop.refund(wish, preimage)
    assert is_there(bench.shop.look(wish, preimage))
    assert stands(bench, wish) == 1


@pytest.mark.parametrize("way", BESIDE)
def test_a_lost_request_is_unknown_and_its_absence_is_no_guess(
    bench: WaysBench, way: Resolution
) -> None:
    wish = wished(bench, way)
    preimage = bench.shop.prepare(wish).preimage
    bench.lose_request(way)
    with pytest.raises(OutcomeUnknown):
        bench.shop.refund(wish, preimage)
    assert stands(bench, wish) == 0
    found = bench.shop.look(wish, preimage).found
    if way not in bench.absence_is_proof:
        assert found in (Found.UNCLEAR, Found.PERSON)
        return
    assert found is Found.ABSENT
    made(bench, wish)
    assert stands(bench, wish) == 1


@pytest.mark.parametrize("way", BESIDE)
def test_a_shop_that_cannot_be_reached_makes_nothing(
    bench: WaysBench, way: Resolution
) -> None:
    wish = wished(bench, way)
    preimage = bench.shop.prepare(wish).preimage
    with pytest.raises(Unavailable):
        bench.away.refund(wish, preimage)
    assert stands(bench, wish) == 0


@pytest.mark.parametrize("way", ways.GOODS)
def test_what_is_gone_when_it_is_to_be_sent_is_said_to_be_sold_out(
    bench: WaysBench, way: Resolution
) -> None:
    wish = wished(bench, way)
    bench.sell_out(bench.wares["even"])
    assert bench.shop.prepare(wish).sold_out
    assert bench.sent() == []


def test_wares_are_listed_at_the_customer_s_price_with_what_is_left(
    bench: WaysBench,
) -> None:
    if Resolution.EXCHANGE not in bench.shop.abilities.ways:
        pytest.skip("nothing is exchanged here")
    listed = {x.ref: x for x in bench.shop.wares(bench.order.ref, bench.product_ref)}
    one = listed[bench.wares["even"]]
    assert (one.price, one.product_ref) == (Money(1000, "EUR"), bench.product_ref)
    assert one.available is None or one.available >= 1
    assert bench.shop.ware(bench.order.ref, one.ref) == one
    bench.sell_out(one.ref)
    left = bench.shop.ware(bench.order.ref, one.ref).available
    assert left is not None
    assert left <= 0


def test_a_product_or_a_ware_that_is_not_there_is_said_so(bench: WaysBench) -> None:
    kind = bench.product_ref.rpartition("/")[0]
    unknown = f"{kind}/404404" if kind else "404404"
    assert bench.shop.wares(bench.order.ref, unknown) == ()
    ware = bench.wares["even"].rpartition("/")[0]
    with pytest.raises(Gone):
        bench.shop.ware(bench.order.ref, f"{ware}/404404" if ware else "404404")


@pytest.mark.parametrize("way", [Resolution.STORE_CREDIT, Resolution.GIFT_CARD])
def test_what_is_left_of_a_credit_is_known_by_its_code(
    bench: WaysBench, way: Resolution
) -> None:
    wish = wished(bench, way)
    if way is Resolution.STORE_CREDIT and bench.shop.abilities.keeps_credit:
        pytest.skip("the shop keeps store credit on an account, which has no code")
    made(bench, wish)
    assert bench.shop.balance(wish.code) == Money(1000, "EUR")


def test_the_balance_of_an_unknown_code_is_gone(bench: WaysBench) -> None:
    with pytest.raises(Gone):
        bench.shop.balance("NOSUCHCODE234567")
