"""How WP Swings' plugin is found and answered, over HTTP against the stand-in."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from adapters.wire import Timeouts
from adapters.woocommerce.making import WAYS
from adapters.woocommerce.shop import WooCommerceShop
from adapters.woocommerce.standin import meta
from connector.errors import Gone, OutcomeUnknown, Rejected, Unsupported
from connector.model import Kind, Return, ReturnLine
from connector.platform import Abilities
from tests.contract.conftest import LOCAL

if TYPE_CHECKING:
    from tests.adapters.woocommerce.conftest import World

NOTHING = Abilities(
    holds_returns=False,
    opens_returns=False,
    pays_through_returns=False,
    lists_refunds=True,
    restocks_by_line=False,
    ways=WAYS,
)
PLUGIN = Abilities(
    holds_returns=True,
    opens_returns=True,
    pays_through_returns=False,
    rewrites_requests=True,
    lists_refunds=True,
    restocks_by_line=False,
    ways=WAYS,
)


@pytest.fixture
def order_id(world: World) -> int:
    made = world.shop.place_order([(world.shop.add_product("Shirt", "24.00"), 2)])
    world.shop.complete(made)
    world.shop.wps.is_on = True
    return made


def asks(world: World, order_id: int, units: int = 1) -> str:
    """Let the customer ask; return the ref of the request."""
    line = world.shop.orders[order_id]["line_items"][0]["id"]
    assert world.shop.wps.request(order_id, [(line, units)])
    (found,) = world.ours.returns(str(order_id))
    return found.ref


def our_return(world: World, order_id: int) -> Return:
    line = str(world.shop.orders[order_id]["line_items"][0]["id"])
    asked = ReturnLine(id=1, line_ref=line, asked=1, approved=1, reason="too-small")
    return Return(
        id="r",
        number="7-R1",
        shop="boots",
        order_ref=str(order_id),
        kind=Kind.VOLUNTARY,
        filed_by="portal",
        opened_at=world.clock(),
        lines=(asked,),
    )


def with_secret(world: World, secret: str) -> WooCommerceShop:
    return WooCommerceShop(
        name="boots",
        url=world.url,
        key=world.shop.key,
        secret=world.shop.secret,
        clock=world.clock,
        timeouts=Timeouts(connect=2, read=2, total=2),
        allow_http=True,
        transport=LOCAL,
        plugin_secrets={"wps": secret},
    )


def test_a_shop_without_the_plugin_is_asked_once_an_hour_and_for_nothing_more(
    world: World,
) -> None:
    order = world.shop.place_order([(world.shop.add_product("Shirt"), 1)])
    for _ in range(3):
        assert world.ours.abilities == NOTHING
    assert world.ours.returns(str(order)) == ()
    looks = 2  # for order statuses, and for a route; each signed request leaves one
    assert len(world.shop.nonces) == looks
    list(world.ours.changes(world.clock() - timedelta(days=1)))
    assert len(world.shop.nonces) == looks + 1
    world.clock.pass_by(hours=2)
    assert world.ours.abilities == NOTHING
    assert len(world.shop.nonces) == 2 * looks + 1


def test_a_plugin_switched_on_and_off_is_noticed_within_the_hour(world: World) -> None:
    seen = []
    for is_on in (False, True, True, False):
        world.shop.wps.is_on = is_on
        world.clock.pass_by(minutes=61)
        seen.append(world.ours.abilities)
    assert seen == [NOTHING, PLUGIN, PLUGIN, NOTHING]


def test_an_order_that_shows_the_plugin_makes_us_look_at_once(
    world: World, order_id: int
) -> None:
    world.shop.wps.is_on = False
    assert world.ours.abilities == NOTHING
    world.shop.wps.is_on = True
    line = world.shop.orders[order_id]["line_items"][0]["id"]
    world.shop.wps.request(order_id, [(line, 1)])
    world.clock.pass_by(minutes=6)
    assert world.ours.abilities == NOTHING
    world.ours.order(str(order_id))
    assert world.ours.abilities == PLUGIN


def test_a_status_that_the_shop_refuses_makes_us_look_again(
    world: World, order_id: int
) -> None:
    assert world.ours.abilities == PLUGIN
    world.shop.wps.is_on = False
    world.clock.pass_by(minutes=6)
    since = world.clock() - timedelta(days=1)
    assert [x.order_ref for x in world.ours.changes(since)] == [str(order_id)]
    assert world.ours.abilities == NOTHING


def test_a_look_that_fails_keeps_what_is_known_and_comes_again_soon(
    world: World,
) -> None:
    world.shop.wps.is_on = True
    assert world.ours.abilities == PLUGIN
    world.clock.pass_by(hours=2)
    world.shop.switches.add("status", "GET /orders/statuses", code=500)
    assert world.ours.abilities == PLUGIN
    world.shop.wps.is_on = False
    assert world.ours.abilities == PLUGIN
    world.clock.pass_by(minutes=6)
    assert world.ours.abilities == NOTHING


def test_until_the_shop_has_said_anything_returns_are_looked_for_and_none_begun(
    world: World, order_id: int
) -> None:
    world.shop.switches.add("status", "GET /orders/statuses", code=500)
    every = replace(PLUGIN, lists_returns=True, books_arrivals=True)
    assert world.ours.abilities == replace(every, opens_returns=False)
    assert asks(world, order_id)


def test_an_older_shop_lists_its_statuses_in_a_report(world: World) -> None:
    world.shop.wps.is_on = True
    world.shop.switches.add("status", "GET /orders/statuses", times=None, code=404)
    assert world.ours.abilities == PLUGIN


def test_orders_in_the_plugin_s_statuses_are_listed_once_and_in_order(
    world: World, order_id: int
) -> None:
    asks(world, order_id)
    other = world.shop.place_order([(world.shop.add_product("Mug"), 1)])
    world.clock.pass_by(seconds=5)
    world.shop.wps.view(order_id)
    since = world.clock() - timedelta(days=1)
    found = [(x.order_ref, x.updated_at) for x in world.ours.changes(since)]
    assert [ref for ref, _ in found] == [str(other), str(order_id)]
    assert found == sorted(found, key=lambda one: one[1])


def test_an_approval_writes_status_and_meta_and_tells_the_customer(
    world: World, order_id: int
) -> None:
    ref = asks(world, order_id)
    world.ours.approve_return(ref)
    order = world.shop.orders[order_id]
    (request,) = meta.get(order, "wps_rma_return_product").values()
    assert order["status"] == "return-approved"
    assert request["status"] == "complete"
    assert request["approve_date"] == int(world.clock().timestamp())
    assert request["security_check"] == "f12ec4df46"  # as the plugin wrote it
    assert world.shop.notes[order_id][0]["customer_note"] is True
    notes = len(world.shop.notes[order_id])
    world.ours.approve_return(ref)
    assert len(world.shop.notes[order_id]) == notes


def test_a_note_that_cannot_be_written_does_not_undo_the_answer(
    world: World, order_id: int
) -> None:
    ref = asks(world, order_id)
    world.shop.switches.add("status", "POST /orders/.*notes", code=500)
    world.ours.approve_return(ref)
    assert world.ours.shop_return(ref).status == "open"


@pytest.mark.parametrize("said", ["approve", "decline"])
def test_what_the_customer_withdrew_is_not_answered(
    world: World, order_id: int, said: str
) -> None:
    ref = asks(world, order_id)
    world.shop.wps.withdraw(order_id)
    before = [dict(row) for row in world.shop.orders[order_id]["meta_data"]]
    if said == "approve":
        with pytest.raises(Rejected, match="withdrawn"):
            world.ours.approve_return(ref)
    else:
        world.ours.decline_return(ref, "")
    assert world.shop.orders[order_id]["meta_data"] == before


def test_what_the_merchant_approved_is_not_refused_over_it(
    world: World, order_id: int
) -> None:
    ref = asks(world, order_id)
    world.shop.wps.accept(order_id)
    with pytest.raises(Rejected):
        world.ours.decline_return(ref, "It was worn.")
    assert world.ours.shop_return(ref).status == "open"


def test_a_request_in_the_place_of_another_is_not_touched_in_its_name(
    world: World, order_id: int
) -> None:
    ref = asks(world, order_id)
    world.shop.wps.reject(order_id)
    world.clock.pass_by(minutes=1)
    newer = asks(world, order_id)
    with pytest.raises(Gone):
        world.ours.approve_return(ref)
    world.ours.close_return(ref)
    assert world.ours.shop_return(newer).status == "requested"
    assert meta.get(world.shop.orders[order_id], "wps_rma_left_amount_done") is None


def test_a_refunded_order_stays_refunded_when_its_request_is_answered(
    world: World, order_id: int
) -> None:
    ref = asks(world, order_id)
    total = world.shop.orders[order_id]["total"]
    world.shop.staff_refund(order_id, total, by_gateway=True)
    world.ours.decline_return(ref, "It was refunded already.")
    assert world.shop.orders[order_id]["status"] == "refunded"
    assert world.shop.wps.screen(order_id) == ("cancel",)


def test_closing_takes_both_buttons_away_and_only_of_an_approved_request(
    world: World, order_id: int
) -> None:
    ref = asks(world, order_id)
    world.ours.close_return(ref)
    assert world.shop.wps.screen(order_id) == ("pending", "accept", "cancel")
    world.ours.approve_return(ref)
    world.ours.close_return(ref)
    assert world.shop.wps.screen(order_id) == ("complete",)


def test_the_customer_s_request_is_never_written_over(
    world: World, order_id: int
) -> None:
    asks(world, order_id, 2)
    before = meta.get(world.shop.orders[order_id], "wps_rma_return_product")
    with pytest.raises(Unsupported):
        world.ours.open_return(our_return(world, order_id))
    world.shop.wps.withdraw(order_id)
    with pytest.raises(Unsupported):
        world.ours.open_return(our_return(world, order_id))
    after = meta.get(world.shop.orders[order_id], "wps_rma_return_product")
    assert after.keys() == before.keys()


@pytest.mark.parametrize("status", ["on-hold", "cancelled", "refunded", "pending"])
def test_no_request_is_made_in_a_state_that_it_would_hide(
    world: World, order_id: int, status: str
) -> None:
    world.shop.edit_order(order_id, status=status)
    with pytest.raises(Unsupported):
        world.ours.open_return(our_return(world, order_id))
    assert world.shop.orders[order_id]["status"] == status


def test_a_line_that_the_order_lost_makes_no_request(
    world: World, order_id: int
) -> None:
    case = our_return(world, order_id)
    world.shop.edit_order(order_id, line_items=[])
    with pytest.raises(Unsupported):
        world.ours.open_return(case)


def test_our_request_is_accepted_by_the_plugin_s_own_button(
    world: World, order_id: int
) -> None:
    made = world.ours.open_return(our_return(world, order_id))
    assert world.shop.wps.screen(order_id) == ("pending", "accept", "cancel")
    assert world.shop.wps.accept(order_id)
    (found,) = world.ours.returns(str(order_id))
    assert (found.ref, found.status, found.our_number) == (made.ref, "open", "7-R1")
    assert made.opened_at == datetime.fromtimestamp(
        int(world.clock().timestamp()), world.clock().tzinfo
    )


def test_with_its_secret_the_plugin_s_own_way_runs_with_its_mails(
    world: World, order_id: int
) -> None:
    world.shop.wps.secret = "the plugin's own"
    ours = with_secret(world, "the plugin's own")
    ours.approve_return(asks(world, order_id))
    assert world.shop.wps.mails == [(order_id, "complete")]
    assert world.shop.orders[order_id]["status"] == "return-approved"
    notes = [note["note"] for note in world.shop.notes[order_id]]
    assert notes[0] == "User Request of Refund Product is approved"


@pytest.mark.parametrize("given", ["wrong", "the plugin's own"])
def test_a_secret_that_is_refused_falls_back_to_writing(
    world: World, order_id: int, given: str
) -> None:
    world.shop.wps.secret = "" if given != "wrong" else "the plugin's own"
    with_secret(world, given).decline_return(asks(world, order_id), "It was worn.")
    assert world.shop.wps.mails == []
    assert world.shop.wps.screen(order_id) == ("cancel",)
    assert world.shop.notes[order_id][0]["note"].endswith("It was worn.")


def test_a_lost_answer_of_the_plugin_s_own_api_is_unknown(
    world: World, order_id: int
) -> None:
    world.shop.wps.secret = "the plugin's own"
    ours, ref = with_secret(world, "the plugin's own"), asks(world, order_id)
    world.shop.switches.add("lose_answer", "POST .*rma")
    with pytest.raises(OutcomeUnknown):
        ours.approve_return(ref)
    assert ours.shop_return(ref).status == "open"
    assert world.shop.wps.mails == [(order_id, "complete")]


def test_no_error_says_the_secret(
    world: World, order_id: int, caplog: pytest.LogCaptureFixture
) -> None:
    ours = with_secret(world, "hush-hush")
    ours.approve_return(asks(world, order_id))
    assert "writing instead" in caplog.text
    assert "hush-hush" not in caplog.text + repr(vars(ours)) + repr(ours._plugins)
    assert "hush-hush" not in repr(ours._plugins._site)
