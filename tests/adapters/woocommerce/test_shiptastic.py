"""Shiptastic's returns: every recorded step, what older versions say, writing back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from adapters.woocommerce.plugins import shipments
from adapters.woocommerce.plugins.shiptastic import Shiptastic, detect
from connector.errors import Gone, Rejected, Unsupported
from connector.model import Kind, Return, ReturnLine
from tests.adapters.woocommerce import stc
from tests.connector.shapes import NOON
from webhooks.signatures import is_signed

if TYPE_CHECKING:
    from connector.model import ShopReturn
    from tests.adapters.woocommerce.conftest import World

SNAPSHOT = stc.FOLDER / "translated.json"
ORDERS = stc.names("-order")
LISTS = [*stc.names("-shipments"), *stc.names("list-requested")]
SINGLE = ["stc-1-shipment", "stc-2-put-processing", "stc-3-put-delivered",
          "stc-5-put-rejected", "stc-6-create-return"]  # fmt: skip


def plugin(world: World) -> Shiptastic:
    return Shiptastic(world.ours._plugins._site)


def made() -> dict[str, Any]:
    """Translate every recorded step, however it was read."""
    reader = Shiptastic.__new__(Shiptastic)  # reading an order asks no network
    found: dict[str, Any] = {}
    for name in ORDERS:
        found[name] = reader.of_order(stc.body(name))
    for name in LISTS:
        listed = [shipments.bare(one) for one in stc.body(name)]
        found[name] = [shipments.translate(one) for one in listed]
    for name in SINGLE:
        found[name] = shipments.translate(stc.body(name))
    return {name: msgspec.to_builtins(one) for name, one in found.items()}


def test_every_recorded_step_translates_as_it_did() -> None:
    """Golden: to renew it after a wanted change, delete the file and run twice."""
    text = json.dumps(made(), indent=1, sort_keys=True, ensure_ascii=False)
    if not SNAPSHOT.exists():
        SNAPSHOT.write_text(text + "\n")
        pytest.fail(f"{SNAPSHOT} was written anew; look at it and run again")
    assert json.loads(text) == json.loads(SNAPSHOT.read_text())


@pytest.mark.parametrize(
    ("step", "statuses"),
    [
        ("1-requested", {"stc:5": "requested"}),
        ("2-approved", {"stc:5": "open"}),
        ("3-delivered", {"stc:5": "open"}),
        ("4-requested", {"stc:5": "open", "stc:6": "requested"}),
        ("5-rejected", {"stc:5": "open", "stc:6": "declined"}),
        ("6-created", {"stc:5": "open", "stc:6": "declined", "stc:7": "requested"}),
    ],
)
def test_an_order_and_the_list_of_its_returns_say_the_same(
    step: str, statuses: dict[str, str]
) -> None:
    found = made()
    for kind in ("order", "shipments"):
        listed = found[f"stc-{step}-{kind}"]
        assert {one["ref"]: one["status"] for one in listed} == statuses, kind


def test_the_lines_are_the_order_s_and_the_whole_line_s_total_is_not_read() -> None:
    (found,) = made()["stc-1-requested-order"]
    (line,) = found["lines"]
    assert (line["ref"], line["line_ref"], line["quantity"]) == ("8", "488", 2)
    assert "72" not in json.dumps(found)


@pytest.mark.parametrize(("name", "headers", "raw", "secret"), stc.deliveries())
def test_every_recorded_delivery_is_signed_and_understood(
    world: World, name: str, headers: dict[str, str], raw: bytes, secret: str
) -> None:
    topic = headers["X-WC-Webhook-Topic"]
    assert is_signed(raw, headers["X-WC-Webhook-Signature"], [secret.encode()])
    notice = world.ours.read_notice(topic, raw)
    data = json.loads(raw)
    if topic == "order.updated":
        assert (notice.about, notice.order_ref) == ("order", "307")
    elif data["arg"] == []:
        assert notice.about == "unknown", name  # kept and marked
    else:
        ref = f"stc:{data['arg']}"
        assert (notice.about, notice.return_ref) == ("return", ref)


@pytest.mark.parametrize(
    ("action", "arg"),
    [
        ("woocommerce_gzd_shipment_status_changed", 5),
        ("woocommerce_gzd_new_return_shipment", 5),
        ("woocommerce_shiptastic_return_shipment_status_rejected", 5),
    ],
)
def test_other_names_of_the_same_are_understood(
    world: World, action: str, arg: int
) -> None:
    body = json.dumps({"action": action, "arg": arg}).encode()
    notice = world.ours.read_notice(f"action.{action}", body)
    assert notice.return_ref == "stc:5"


@pytest.mark.parametrize("arg", [[], "5", True, 0, -1, None, {"id": 5}])
def test_an_argument_that_is_no_id_is_unknown_and_no_error(
    world: World, arg: object
) -> None:
    action = "woocommerce_shiptastic_shipment_status_changed"
    body = json.dumps({"action": action, "arg": arg}).encode()
    assert world.ours.read_notice(f"action.{action}", body).about == "unknown"


def test_a_body_of_an_older_version_is_told_by_its_sender() -> None:
    new = stc.body("stc-1-shipment")
    old = {key: new[key] for key in new if key not in ("type", "meta_data")}
    assert shipments.is_return(old)
    assert not shipments.is_return(old | {"sender_address": []})
    assert shipments.translate(old).status == "requested"
    assert shipments.bare(old) == old


def test_an_unknown_status_is_kept_and_marked() -> None:
    found = shipments.translate(stc.body("stc-1-shipment") | {"status": "beamed"})
    assert (found.status, found.raw_status) == ("unknown", "beamed")


def test_what_lacks_almost_everything_is_still_a_return() -> None:
    found = shipments.translate({"id": 5, "order_id": 307, "date_created_gmt": "?"})
    assert (found.ref, found.status, found.lines) == ("stc:5", "unknown", ())


@pytest.fixture
def order_id(world: World) -> int:
    world.shop.stc.is_on = True
    mug = world.shop.add_product("Mug", "12.00")
    order_id = world.shop.place_order([(mug, 3)])
    world.shop.complete(order_id)
    world.shop.stc.ship(order_id)
    return order_id


def line_of(world: World, order_id: int) -> int:
    return int(world.shop.orders[order_id]["line_items"][0]["id"])


def asked(world: World, order_id: int, units: int = 1) -> ShopReturn:
    number = world.shop.stc.request(order_id, [(line_of(world, order_id), units)])
    return world.ours.shop_return(f"stc:{number}")


def ours(world: World, order_id: int, units: int) -> Return:
    line = ReturnLine(
        id=1, line_ref=str(line_of(world, order_id)), asked=units, reason="too-small"
    )
    return Return(
        id="r",
        number="11-R1",
        shop="boots",
        order_ref=str(order_id),
        kind=Kind.VOLUNTARY,
        filed_by="portal",
        opened_at=NOON,
        lines=(line,),
    )


def test_the_plugin_is_found_by_its_route(world: World, order_id: int) -> None:
    calls = world.ours._calls
    assert detect(calls)
    world.shop.stc.is_on = False
    assert not detect(calls)
    assert order_id


def test_several_returns_of_one_order_live_beside_each_other(
    world: World, order_id: int
) -> None:
    first, second = asked(world, order_id), asked(world, order_id)
    world.ours.approve_return(first.ref)
    world.ours.decline_return(second.ref, "worn")
    found = {one.ref: one.status for one in world.ours.returns(str(order_id))}
    assert found == {first.ref: "open", second.ref: "declined"}
    assert world.shop.orders[order_id]["status"] == "completed"


def test_an_outbound_shipment_is_no_return(world: World, order_id: int) -> None:
    (sent,) = world.shop.stc.shipments
    with pytest.raises(Gone):
        world.ours.shop_return(f"stc:{sent}")
    assert world.ours.returns(str(order_id)) == ()


def test_a_draft_is_no_return_yet(world: World, order_id: int) -> None:
    found = asked(world, order_id)
    world.shop.stc.mark(int(found.ref[4:]), "draft")
    assert world.ours.returns(str(order_id)) == ()
    assert list(plugin(world).listed()) == []


def test_goods_that_arrive_are_told_once_with_the_plugin_s_own_mail(
    world: World, order_id: int
) -> None:
    ref = asked(world, order_id, 2).ref
    world.ours.approve_return(ref)
    assert world.ours.disposed(ref) == {}
    (line,) = world.ours.shop_return(ref).lines
    for _ in range(2):
        world.ours.dispose(ref, {line.ref: 1})
    assert world.ours.disposed(ref) == {line.ref: 2}
    notes = [one["note"] for one in world.shop.notes[order_id]]
    assert notes.count('Email "Order return delivered" sent.') == 1


def test_a_closed_return_is_marked_and_its_parcel_is_not_said_to_have_come(
    world: World, order_id: int
) -> None:
    ref = asked(world, order_id).ref
    world.ours.approve_return(ref)
    world.ours.close_return(ref)
    found = world.ours.shop_return(ref)
    assert (found.status, found.raw_status) == ("closed", "processing")


def test_the_plugin_cuts_units_that_are_not_there_and_that_is_said(
    world: World, order_id: int
) -> None:
    asked(world, order_id, 2)
    with pytest.raises(Rejected, match="1 of 2 units"):
        world.ours.open_return(ours(world, order_id, 2))


def test_what_was_approved_cannot_be_declined_nor_the_other_way(
    world: World, order_id: int
) -> None:
    approved, declined = asked(world, order_id).ref, asked(world, order_id).ref
    world.ours.approve_return(approved)
    world.ours.approve_return(approved)
    world.ours.decline_return(declined, "")
    world.ours.decline_return(declined, "")
    with pytest.raises(Rejected):
        world.ours.decline_return(approved, "")
    with pytest.raises(Rejected):
        world.ours.approve_return(declined)


def test_every_return_that_waits_and_the_newest_are_listed_once(
    world: World, order_id: int
) -> None:
    refs = [asked(world, order_id).ref for _ in range(3)]
    world.ours.decline_return(refs[0], "")
    found = {one.ref: one.status for one in world.ours.listed_returns()}
    statuses = ("declined", "requested", "requested")
    assert found == dict(zip(refs, statuses, strict=True))
    assert len(list(plugin(world).listed())) == 3


def test_germanized_s_older_shipments_are_read_and_approved(
    world: World, order_id: int
) -> None:
    world.shop.stc.is_old = True
    ref = asked(world, order_id).ref
    (found,) = world.ours.returns(str(order_id))
    assert (found.ref, found.status) == (ref, "requested")
    assert [one.ref for one in world.ours.listed_returns()] == [ref]
    world.ours.approve_return(ref)
    assert world.ours.shop_return(ref).status == "open"
    world.ours.close_return(ref)  # it keeps no meta: no error


def test_germanized_s_older_shipments_know_no_refusal_and_make_no_returns(
    world: World, order_id: int
) -> None:
    world.shop.stc.is_old = True
    ref = asked(world, order_id).ref
    with pytest.raises(Unsupported):
        world.ours.decline_return(ref, "worn")
    assert world.ours.shop_return(ref).status == "requested"
    with pytest.raises(Unsupported):
        world.ours.open_return(ours(world, order_id, 1))
