"""What every adapter must do with webhooks, whatever shop stands behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connector.errors import Unavailable

if TYPE_CHECKING:
    from tests.contract.conftest import Bench

ADDRESS = "https://returns.example/webhooks/here"


def test_a_shop_wants_topics_and_each_can_be_subscribed_once(bench: Bench) -> None:
    wanted = bench.shop.topics()
    assert wanted
    assert len(set(wanted)) == len(wanted)
    made = [bench.shop.subscribe(topic, ADDRESS, "secret") for topic in wanted]
    assert [one.topic for one in made] == list(wanted)
    listed = {one.ref: one for one in bench.shop.subscriptions()}
    assert {one.ref for one in made} == listed.keys()
    for one in listed.values():
        assert (one.address, one.status) == (ADDRESS, "active")


def test_one_is_removed_and_removing_it_twice_is_no_error(bench: Bench) -> None:
    topic = bench.shop.topics()[0]
    gone = bench.shop.subscribe(topic, ADDRESS, "secret")
    kept = bench.shop.subscribe(topic, f"{ADDRESS}/too", "secret")
    bench.shop.unsubscribe(gone.ref)
    bench.shop.unsubscribe(gone.ref)
    assert [one.ref for one in bench.shop.subscriptions()] == [kept.ref]


def test_a_shop_that_cannot_be_reached_says_so(bench: Bench) -> None:
    if bench.shop.platform == "sandbox":
        pytest.skip("it is always there")
    with pytest.raises(Unavailable):
        bench.away.subscriptions()
    with pytest.raises(Unavailable):
        bench.away.subscribe("order.created", ADDRESS, "secret")
