from __future__ import annotations

import json
import tracemalloc
from base64 import b64decode, b64encode
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest
from flask import Flask

from connector.inbound import parse
from connector.pictures import accept as accept_photo
from connector.saying import saying
from connector.steps.receive import accept, became
from connector.store import connect, inbox, shops
from tests.connector.shapes import NOON
from tests.photographs import HEIC, PLACE, SVG, photo
from webhooks import Door, Doors, blueprint, spool
from webhooks.signatures import sign

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask.testing import FlaskClient

    from connector.store import Database

NEW, OLD = b"new secret", b"old secret"
BODY = b'{"id":29,"note":"caf\\u00e9 \\/"}'
DOMAIN = "teehaus.myshopify.com"


@pytest.fixture
def db(address: str) -> Iterator[Database]:
    opened = connect(address)
    shops.put(opened, "tee", "shopify", DOMAIN, NOON)
    shops.put(opened, "boots", "woocommerce", "https://boots.example", NOON)
    yield opened
    opened.close()


@pytest.fixture
def doors(db: Database) -> Doors:
    known = [
        Door(shop="tee", platform="shopify", domain=DOMAIN, secrets=(NEW, OLD)),
        Door(shop="boots", platform="woocommerce", secrets=(NEW,)),
        Door(shop="boots", platform="inbound", secrets=(NEW, OLD)),
        Door(shop="ghost", platform="woocommerce", secrets=(NEW,)),
    ]
    return Doors(
        accept=partial(accept, db),
        became=partial(became, db),
        doors=known,
        clock=lambda: NOON,
        max_bytes=1000,
        max_with_photos=1_000_000,
    )


@pytest.fixture
def client(doors: Doors) -> FlaskClient:
    app = Flask("edge")
    app.register_blueprint(blueprint(doors))
    return app.test_client()


def shopify(
    client: FlaskClient,
    body: bytes = BODY,
    signature: str | None = None,
    topic: str = "orders/updated",
    webhook: str = "w1",
) -> int:
    given = sign(body, NEW) if signature is None else signature
    return client.post(
        "/webhooks/shopify",
        data=body,
        headers={
            "X-Shopify-Shop-Domain": DOMAIN,
            "X-Shopify-Topic": topic,
            "X-Shopify-Webhook-Id": webhook,
            "X-Shopify-Event-Id": "same for all",
            "X-Shopify-Hmac-Sha256": given,
        },
    ).status_code


def woocommerce(client: FlaskClient, body: bytes = BODY, shop: str = "boots") -> int:
    return client.post(
        f"/webhooks/woocommerce/{shop}",
        data=body,
        headers={
            "X-WC-Webhook-Topic": "order.updated",
            "X-WC-Webhook-ID": "3",
            "X-WC-Webhook-Delivery-ID": "one second, one id",
            "X-WC-Webhook-Signature": sign(body, NEW),
        },
    ).status_code


@pytest.mark.parametrize("secret", [NEW, OLD])
def test_a_signed_delivery_is_kept_with_its_raw_bytes(
    client: FlaskClient, db: Database, secret: bytes
) -> None:
    assert shopify(client, signature=sign(BODY, secret)) == 200
    assert [(d.body, d.topic) for d in inbox.recent(db)] == [(BODY, "orders/updated")]


@pytest.mark.parametrize("signature", ["", "é", "AAAA", "=" * 44])
def test_a_forged_delivery_is_refused_and_counted(
    client: FlaskClient, db: Database, doors: Doors, signature: str
) -> None:
    assert shopify(client, signature=signature) == 401
    assert (inbox.recent(db), doors.rejected["tee"]) == ([], 1)


@pytest.mark.parametrize("cut", [1, 5, len(BODY)])
def test_a_truncated_body_is_refused(client: FlaskClient, cut: int) -> None:
    assert shopify(client, BODY[:-cut], signature=sign(BODY, NEW)) == 401


def test_shopify_is_told_apart_by_topic_and_webhook_id(
    client: FlaskClient, db: Database
) -> None:
    shopify(client)
    shopify(client)
    shopify(client, topic="refunds/create")
    shopify(client, webhook="w2")
    assert inbox.counts(db, "tee") == (3, 1)


def test_deliveries_of_one_second_are_told_apart_by_their_bodies(
    client: FlaskClient, db: Database
) -> None:
    for body in (b'{"id":1}', b'{"id":2}', b'{"id":1}'):
        assert woocommerce(client, body) == 200
    assert inbox.counts(db, "boots") == (2, 1)


@pytest.mark.parametrize("body", [b"\xff\xfe", b"not json", b"", b'{"code":"x"}'])
def test_what_cannot_be_read_is_kept_when_it_is_signed(
    client: FlaskClient, db: Database, body: bytes
) -> None:
    assert woocommerce(client, body) == 200
    assert inbox.recent(db)[0].body == body


def test_the_unsigned_ping_is_answered_and_not_kept(
    client: FlaskClient, db: Database
) -> None:
    answer = client.post("/webhooks/woocommerce/boots", data=b"webhook_id=12")
    assert (answer.status_code, inbox.recent(db)) == (200, [])


def test_an_unsigned_body_that_is_no_ping_is_refused(client: FlaskClient) -> None:
    answer = client.post("/webhooks/woocommerce/boots", data=b"webhook_id=1&x=2")
    assert answer.status_code == 401


def test_a_huge_body_is_refused_by_size(client: FlaskClient) -> None:
    assert shopify(client, b"x" * 1001) == 413
    assert woocommerce(client, b"x" * 1000) == 200


def test_a_shop_that_is_not_connected_is_not_found(client: FlaskClient) -> None:
    assert woocommerce(client, shop="nobody") == 404


def test_a_delivery_that_could_not_be_kept_is_not_answered_200(
    client: FlaskClient,
) -> None:
    # The store has no row for this shop: its foreign key refuses the delivery.
    assert woocommerce(client, shop="ghost") == 503


def wish(**changes: object) -> bytes:
    """Return a signed-to-be inbound body, with some fields changed."""
    fields: dict[str, object] = {
        "event_id": "ticket-1",
        "timestamp": NOON.isoformat(),
        "order_number": "29",
        "lines": [{"sku": "MUG", "quantity": 1, "reason": "too-small"}],
    }
    return json.dumps(fields | changes).encode()


def answered(client: FlaskClient, body: bytes) -> dict[str, str]:
    sent = {"X-Retour-Signature": sign(body, NEW)}
    answer = client.post("/webhooks/returns/boots", data=body, headers=sent)
    return dict(answer.get_json())


def inbound(client: FlaskClient, body: bytes, secret: bytes = NEW) -> tuple[int, str]:
    answer = client.post(
        "/webhooks/returns/boots",
        data=body,
        headers={"X-Retour-Signature": sign(body, secret)},
    )
    said = answer.get_json()
    return answer.status_code, said.get("status") or said["error"]


def test_an_inbound_event_is_kept_once_by_its_id(
    client: FlaskClient, db: Database
) -> None:
    later = wish(timestamp=(NOON + timedelta(minutes=1)).isoformat())
    assert inbound(client, wish()) == (200, "kept")
    assert inbound(client, later) == (200, "duplicate")
    assert inbox.counts(db, "boots") == (1, 1)


def test_who_sends_a_wish_again_is_told_what_became_of_it(
    client: FlaskClient, db: Database
) -> None:
    assert inbound(client, wish()) == (200, "kept")
    assert answered(client, wish())["state"] == "new"
    [kept] = inbox.recent(db)
    why = saying("the order has no such line")
    inbox.settle(db, kept.id, "failed", why)
    told = answered(client, wish())
    assert told == {"status": "duplicate", "state": "failed", "why": str(why)}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (wish(timestamp="2026-11-02T11:49:59Z"), (400, "stale")),
        (wish(timestamp="2026-11-02T12:10:01Z"), (400, "stale")),
        (wish(timestamp="2026-11-02T12:00:00"), (400, "bad_body")),
        (wish(event_id=" "), (400, "bad_body")),
        (wish(order_ref="29"), (400, "bad_body")),
        (wish(kind="theft"), (400, "bad_body")),
        (wish(langage="de"), (400, "bad_body")),
        (b"\xff\xfe", (400, "bad_body")),
        (b"[]", (400, "bad_body")),
        (b"", (400, "bad_body")),
    ],
)
def test_an_inbound_body_that_cannot_be_meant_is_answered_clearly(
    client: FlaskClient, db: Database, body: bytes, expected: tuple[int, str]
) -> None:
    assert inbound(client, body) == expected
    assert inbox.counts(db, "boots") == (0, 0)


def test_a_forged_inbound_body_is_refused(client: FlaskClient) -> None:
    assert inbound(client, wish(), b"guess") == (401, "bad_signature")


def with_photos(*sent: bytes) -> bytes:
    coded = [b64encode(one).decode() for one in sent]
    line = {"sku": "MUG", "quantity": 1, "reason": "damaged", "photos": coded}
    return wish(lines=[{"sku": "CUP", "quantity": 1, "reason": "damaged"}, line])


def test_of_photos_only_what_we_made_ourselves_is_kept(
    client: FlaskClient, db: Database
) -> None:
    sent = photo("red")
    assert PLACE.encode() in sent
    assert inbound(client, with_photos(sent, sent)) == (200, "kept")
    [kept] = inbox.recent(db)
    (_, line) = parse(kept.body).lines
    assert line.photos == [accept_photo(sent).content] * 2
    coded = json.loads(kept.body)["lines"][1]["photos"][0]
    assert PLACE.encode() not in b64decode(coded)


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        (HEIC, "lines[1].photos[1]: a HEIC photo cannot be read; send it as JPEG"),
        (SVG, "lines[1].photos[1]: it is no photo that can be read"),
        (b"", "lines[1].photos[1]: it is empty"),
    ],
)
def test_what_is_no_photo_is_refused_at_once_and_named(
    client: FlaskClient, db: Database, sent: bytes, says: str
) -> None:
    body = with_photos(photo("red"), sent)
    answer = client.post(
        "/webhooks/returns/boots",
        data=body,
        headers={"X-Retour-Signature": sign(body, NEW)},
    )
    assert (answer.status_code, answer.get_json()["error"]) == (400, "bad_body")
    assert answer.get_json()["message"].startswith(says)
    assert inbox.counts(db, "boots") == (0, 0)


def test_photos_are_bounded_and_written_in_base64(client: FlaskClient) -> None:
    many = with_photos(*[photo("red")] * 11)
    assert inbound(client, many) == (400, "bad_body")
    line = {"sku": "MUG", "quantity": 1, "reason": "x", "photos": ["a photo"]}
    assert inbound(client, wish(lines=[line])) == (400, "bad_body")
    assert inbound(client, with_photos(b"x" * 1_000_000)) == (413, "too_large")


class Sent:
    """What somebody sends, as a stream that counts how much of it was read."""

    def __init__(self, size: int) -> None:
        self.left, self.read_so_far = size, 0

    def read(self, size: int = -1) -> bytes:
        given = self.left if size < 0 else min(size, self.left)
        self.left -= given
        self.read_so_far += given
        return b" " * given


def sends(client: FlaskClient, stream: Sent, signature: str, length: int | None) -> int:
    more: dict[str, object] = {"wsgi.input": stream, "wsgi.input_terminated": True}
    if length is not None:
        more["CONTENT_LENGTH"] = str(length)
    return client.post(
        "/webhooks/returns/boots",
        headers={"X-Retour-Signature": signature},
        environ_overrides=more,
    ).status_code


@pytest.mark.parametrize("signature", ["", "AAAA", "\u00e9" * 44, "=" * 44])
def test_without_a_signature_nothing_is_read(
    client: FlaskClient, doors: Doors, signature: str
) -> None:
    stream = Sent(900_000)
    assert sends(client, stream, signature, 900_000) == 401
    assert (stream.read_so_far, doors.rejected["boots"]) == (0, 1)


def test_what_does_not_say_how_long_it_is_must_be_short(client: FlaskClient) -> None:
    stream = Sent(900_000)
    assert sends(client, stream, sign(b"", NEW), None) == 413
    assert stream.read_so_far <= 1001


def test_what_says_that_it_is_too_long_is_not_read(client: FlaskClient) -> None:
    stream = Sent(2_000_000)
    assert sends(client, stream, sign(b"", NEW), 1_000_001) == 413
    assert stream.read_so_far == 0


def test_a_long_forged_body_is_never_held(doors: Doors) -> None:
    doors.max_with_photos, size = 24_000_000, 20_000_000
    app = Flask("edge")
    app.register_blueprint(blueprint(doors))
    tracemalloc.start()
    status = sends(app.test_client(), Sent(size), sign(b"", NEW), size)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (status, doors.rejected["boots"]) == (401, 1)
    assert most < size // 10


def test_so_many_long_bodies_at_once_and_no_more(
    client: FlaskClient, db: Database
) -> None:
    body = with_photos(photo())
    for _ in range(spool.LARGE_AT_ONCE):
        assert spool.large.acquire(blocking=False)
    try:
        assert inbound(client, body)[0] == 503
        assert inbox.recent(db) == []
    finally:
        for _ in range(spool.LARGE_AT_ONCE):
            spool.large.release()
    assert inbound(client, body) == (200, "kept")
