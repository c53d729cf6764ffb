"""What a person may ask, over HTTP: kept, carried out, and found nowhere afterwards."""

from __future__ import annotations

import json
from base64 import b64decode
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
import requests

from adapters.shopify.standin import returns as at_shopify
from connector import pictures
from connector.demo.browser import first_form
from connector.demo.world import BOOTS, DOMAIN, HOOK_SECRET, PASSWORD, TEE
from connector.steps import audit, decide, privacy, purge, sync
from connector.store import desk, inbox, orders, personal, photos, refunds, shops
from connector.store import privacy as asked_for
from jobs.schedule import once
from tests.photographs import photo
from tests.stories.way import arrived, asked, bought, paid, run, the_return
from webhooks.signatures import sign

if TYPE_CHECKING:
    from connector.demo import World
    from connector.demo.customers import Purchase

EMAIL, NOTE, REMARK = "ada@example.test", "Zipper of Lovelace", "spoke with Lovelace"
PICTURE = pictures.accept(photo())
SPOT = PICTURE.content[-60:-20]  # some bytes that are in no other photo


def told(
    world: World, topic: str, body: dict[str, Any], secret: str = HOOK_SECRET
) -> int:
    """Send a compliance webhook as Shopify does."""
    raw = json.dumps(body).encode()
    return requests.post(
        f"{world.url}/webhooks/shopify",
        data=raw,
        headers={
            "X-Shopify-Shop-Domain": DOMAIN,
            "X-Shopify-Topic": topic,
            "X-Shopify-Webhook-Id": f"{topic}-1",
            "X-Shopify-Hmac-Sha256": sign(raw, secret.encode()),
        },
        timeout=10,
    ).status_code


def about(purchase: Purchase, name: str) -> dict[str, Any]:
    """Write the body of a customer's request, as in the documented sample."""
    number = int(purchase.ref.rpartition("/")[2])
    return {
        "shop_id": 954889,
        "shop_domain": DOMAIN,
        "customer": {"id": 191167, "email": EMAIL, "phone": "555-625-1199"},
        name: [number],
    }


def signed_in(world: World) -> requests.Session:
    """Open the console as the merchant does."""
    session, door = requests.Session(), f"{world.url}/console/door"
    form = first_form(session.get(door, timeout=10).text).choose(password=PASSWORD)
    assert session.post(door, data=form, timeout=10).status_code == 200
    return session


def with_words(world: World, shop: str) -> Purchase:
    """Return a purchase with a return on which customer and merchant wrote."""
    purchase = bought(world, shop)
    if shop == TEE:
        parcel = next(iter(world.tee.orders[purchase.ref].parcels))
        row = {
            "fulfillmentLineItemId": parcel.lines[0].gid,
            "quantity": 2,
            "returnReasonDefinitionId": "gid://shopify/ReturnReasonDefinition/7",
            "customerNote": NOTE,
        }
        with world.tee.lock:
            at_shopify.request(
                world.tee, {"orderId": purchase.ref, "returnLineItems": [row]}
            )
        run(world)
    else:
        wish = asked(world, purchase)
        del wish
        case = the_return(world, purchase)
        world.office.db.execute(
            "UPDATE return_lines SET note = :note WHERE id = :id",
            note=NOTE,
            id=case.lines[0].id,
        )
    case = the_return(world, purchase)
    photos.add(world.office.db, case, case.lines[0], PICTURE, world.clock())
    return purchase


def raw(world: World) -> bytes:
    """Return all that the database holds, byte by byte, free pages too."""
    db = world.office.db
    db.engine.tidy()
    if db.engine.name == "sqlite":
        wal = Path(f"{db.path}-wal")
        return Path(db.path).read_bytes() + (wal.read_bytes() if wal.exists() else b"")
    tables = db.query(
        "SELECT table_name AS name FROM information_schema.tables"
        " WHERE table_schema = current_schema()"
    )
    with psycopg.connect(db.path) as link:
        parts = []
        for row in tables:
            with link.cursor().copy(f"COPY {row['name']} TO STDOUT") as copy:
                parts += [bytes(part) for part in copy]
    # COPY writes bytea as hex: show it as text too.
    dump = b"".join(parts)
    return dump + b"".join(
        bytes.fromhex(word[3:].decode())
        for word in dump.split()
        if word.startswith(b"\\\\x") and len(word) % 2
    )


def settled(world: World, purchase: Purchase) -> None:
    arrived(world, purchase)
    run(world)
    run(world)
    assert the_return(world, purchase).status == "closed"


WORDS = (EMAIL.encode(), NOTE.encode(), b"555-625-1199", SPOT)


def names_nobody(world: World) -> list[bytes]:
    found = raw(world)
    return [word for word in WORDS if word in found]


def test_a_request_for_data_is_answered_by_a_file_that_is_forgotten_later(
    world: World,
) -> None:
    purchase = with_words(world, TEE)
    assert told(world, "customers/data_request", about(purchase, "orders_requested"))
    once(world.office.work)
    (request,) = asked_for.recent(world.office.db)
    assert (request.state, request.kind, request.has_export) == (
        "done",
        "data_request",
        True,
    )
    (matter,) = desk.about(world.office.db, str(request.id))
    assert (matter.about, EMAIL in matter.why) == ("privacy", False)
    page = f"{world.url}/console/privacy/{request.id}.json"
    assert EMAIL not in requests.get(page, timeout=10).text
    held = signed_in(world).get(page, timeout=10).json()
    (order,) = held["orders"]
    assert order["order"]["customer"]["email"] == EMAIL
    assert order["returns"][0]["return"]["lines"][0]["note"] == NOTE
    assert {one["topic"] for one in held["deliveries"]} >= {"returns/request"}
    (picture,) = order["photos"]
    assert b64decode(picture["content"]) == PICTURE.content
    world.clock.pass_by(days=31)
    purge.run(world.office.db, purge.Terms(), world.clock())
    assert not asked_for.get(world.office.db, request.id).has_export


def test_a_forged_request_is_refused_and_kept_nowhere(world: World) -> None:
    body = {"shop_id": 1, "shop_domain": DOMAIN}
    for topic in ("customers/data_request", "customers/redact", "shop/redact"):
        assert told(world, topic, body, secret="another") == 401
    assert asked_for.recent(world.office.db) == []


@pytest.mark.parametrize("shop", [TEE, BOOTS])
def test_an_erased_customer_is_found_nowhere_and_the_books_are_whole(
    world: World, shop: str
) -> None:
    purchase = with_words(world, shop)
    settled(world, purchase)
    before = paid(world, purchase)
    assert {EMAIL.encode(), NOTE.encode(), SPOT} <= set(names_nobody(world))
    if shop == TEE:
        redact = about(purchase, "orders_to_redact")
        assert told(world, "customers/redact", redact) == 200
    else:
        privacy.by_email(
            world.office.db, shop, "redact", EMAIL, actor="test", now=world.clock()
        )
    once(world.office.work)
    (request,) = asked_for.recent(world.office.db)
    assert request.state == "done"
    assert names_nobody(world) == []
    assert request.erased["photos"] == 1
    assert the_return(world, purchase).lines[0].photos == 1
    name = orders.get(world.office.db, shop, purchase.ref).customer.name
    assert name == ""
    (row,) = refunds.of_order(world.office.db, shop, purchase.ref)
    assert row.amount.minor == paid(world, purchase) == before
    assert audit.run(world.office.db) == []


@pytest.mark.parametrize("shop", [TEE, BOOTS])
def test_what_the_shop_says_of_an_erased_customer_later_is_not_kept(
    world: World, shop: str
) -> None:
    purchase = with_words(world, shop)
    settled(world, purchase)
    db = world.office.db
    privacy.by_email(db, shop, "redact", EMAIL, actor="test", now=world.clock())
    once(world.office.work)
    if shop == TEE:
        world.tee.staff_refund(purchase.ref, "1.00")
    else:
        world.boots.complete(int(purchase.ref))
    run(world)
    sync.run(db, world.office.work.shops[shop], world.clock)
    run(world)
    assert names_nobody(world) == []


def test_an_open_return_keeps_what_it_needs_and_is_erased_by_itself(
    world: World,
) -> None:
    purchase = with_words(world, TEE)
    assert told(world, "customers/redact", about(purchase, "orders_to_redact")) == 200
    once(world.office.work)
    (request,) = asked_for.recent(world.office.db)
    assert request.state == "waiting"
    (matter,) = desk.about(world.office.db, str(request.id))
    assert "is open" in matter.why
    assert orders.get(world.office.db, TEE, purchase.ref).customer.email == EMAIL
    settled(world, purchase)
    run(world)
    assert asked_for.get(world.office.db, request.id).state == "done"
    assert desk.about(world.office.db, str(request.id)) == []
    assert names_nobody(world) == []


def test_a_shop_that_left_is_forgotten_with_its_keys(world: World) -> None:
    purchase = with_words(world, TEE)
    db = world.office.db
    world.office.registrar._config = world.office.config.__class__(
        database=world.office.config.database
    )
    world.office.registrar.remove(TEE, "test", leave_open=True)
    assert told(world, "orders/updated", {"id": 1}) == 404
    body = {"shop_id": 954889, "shop_domain": DOMAIN}
    assert told(world, "shop/redact", body) == 200
    once(world.office.work)
    (request,) = asked_for.recent(db)
    assert (request.kind, request.state) == ("shop_redact", "done")
    assert db.query("SELECT * FROM credentials WHERE shop = :shop", shop=TEE) == []
    assert names_nobody(world) == []
    world.office.branches.refresh()
    assert told(world, "shop/redact", body) == 404
    assert the_return(world, purchase).lines[0].asked == 2


def test_a_connected_shop_is_not_erased_without_a_person(world: World) -> None:
    with_words(world, TEE)
    body = {"shop_id": 954889, "shop_domain": DOMAIN}
    assert told(world, "shop/redact", body) == 200
    once(world.office.work)
    (request,) = asked_for.recent(world.office.db)
    assert request.state == "waiting"
    assert shops.get(world.office.db, TEE).removed_at is None
    (matter,) = desk.about(world.office.db, str(request.id))
    assert "remove it first" in matter.why


def test_photos_are_gone_ninety_days_after_their_return_was_closed(
    world: World,
) -> None:
    done, still = with_words(world, BOOTS), with_words(world, BOOTS)
    settled(world, done)
    db, closed = world.office.db, the_return(world, done).closed_at
    assert closed is not None

    def left(days: int, terms: purge.Terms) -> list[int]:
        purge.run(db, terms, closed + timedelta(days=days))
        return [len(photos.of_order(db, BOOTS, x.ref)) for x in (done, still)]

    assert left(89, purge.Terms()) == [1, 1]
    assert left(800, purge.Terms(photos=None, people=None)) == [1, 1]
    assert left(90, purge.Terms()) == [0, 1]
    assert the_return(world, done).lines[0].photos == 1
    assert orders.get(db, BOOTS, done.ref).customer.email == EMAIL
    assert left(800, purge.Terms(people=None)) == [0, 1]  # open returns keep theirs


def test_old_deliveries_and_people_are_forgotten_and_open_ones_are_not(
    world: World,
) -> None:
    done, still = with_words(world, BOOTS), bought(world, BOOTS)
    settled(world, done)
    asked(world, still)
    db = world.office.db
    photos.keep(db, BOOTS, still.ref, still.lines[0].ref, PICTURE, world.clock())
    world.clock.pass_by(days=800)
    purge.run(db, purge.Terms(), world.clock())
    assert photos.of_order(db, BOOTS, still.ref) == []
    assert orders.get(db, BOOTS, done.ref).customer.email == ""
    assert photos.of_order(db, BOOTS, done.ref) == []
    assert orders.get(db, BOOTS, still.ref).customer.email == EMAIL
    assert all(not one.body for one in inbox.recent(db, BOOTS))
    world.office.work.shops[BOOTS].order(done.ref)
    once(world.office.work, nightly=True)
    assert orders.get(db, BOOTS, done.ref).customer.email == ""
    assert audit.run(db) == []


def test_words_of_a_person_name_no_customer_in_the_history(world: World) -> None:
    purchase = bought(world, BOOTS)
    asked(world, purchase, reason="another")
    case = the_return(world, purchase)
    db = world.office.db
    name = orders.get(db, BOOTS, purchase.ref).customer.name
    assert name
    decide.by_person(
        db,
        world.office.work.shops[BOOTS],
        case.id,
        case.lines[0].id,
        "approve",
        actor="console",
        why=f"{name} wrote from {EMAIL}",
        now=world.clock(),
    )
    said = [row["why"] for row in db.query("SELECT why FROM history")]
    assert not any(EMAIL in one or name in one for one in said)
    assert personal.erase_order(db, BOOTS, purchase.ref, world.clock())
