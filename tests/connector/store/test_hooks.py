"""Webhooks in the store: intents, what was done, and who was heard."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from connector.store import history, hooks, inbox
from tests.connector.shapes import NOON

if TYPE_CHECKING:
    from datetime import datetime

    from connector.store import Database

HOUR = timedelta(hours=1)


def deliver(
    db: Database, topic: str, at: datetime, source: str = "woocommerce"
) -> None:
    inbox.add(
        db,
        shop="boots",
        source=source,
        topic=topic,
        delivery_key=f"{topic} {at}",
        body=b"{}",
        headers={},
        now=at,
    )


def put(db: Database, ref: str, topic: str) -> None:
    hooks.put(db, "boots", ref=ref, topic=topic, address="a", secret="s", now=NOON)


def test_an_intent_ends_when_its_webhook_is_known(db: Database) -> None:
    for topic in ("order.created", "order.updated"):
        hooks.intend(db, "boots", topic=topic, address="a", secret="s", now=NOON)
    hooks.intend(db, "boots", topic="order.created", address="b", secret="t", now=NOON)
    assert hooks.intents(db, "boots")["order.created", "b"] == "t"
    put(db, "1", "order.created")
    assert hooks.intents(db, "boots") == {("order.updated", "a"): "s"}
    hooks.drop_intents(db, "boots")
    assert hooks.intents(db, "boots") == {}


def test_another_program_is_not_the_shop_s_voice(db: Database) -> None:
    deliver(db, "return.open", NOON, source="inbound")
    assert hooks.watch(db, "boots").heard_at is None
    assert hooks.heard(db, "boots") == {}
    hooks.unheard(db, "boots", NOON)
    assert hooks.watch(db, "boots").unheard_at == NOON


def test_each_topic_s_last_delivery_is_known(db: Database) -> None:
    deliver(db, "order.created", NOON)
    deliver(db, "order.created", NOON + HOUR)
    deliver(db, "order.updated", NOON)
    assert hooks.heard(db, "boots") == {
        "order.created": NOON + HOUR,
        "order.updated": NOON,
    }
    assert hooks.watch(db, "boots").heard_at == NOON + HOUR


def test_a_change_that_was_told_is_no_silence_and_the_newest_counts(
    db: Database,
) -> None:
    deliver(db, "order.updated", NOON)
    hooks.unheard(db, "boots", NOON + timedelta(seconds=30))
    assert hooks.watch(db, "boots").unheard_at is None
    hooks.unheard(db, "boots", NOON + 2 * HOUR)
    hooks.unheard(db, "boots", NOON + HOUR)
    assert hooks.watch(db, "boots").unheard_at == NOON + 2 * HOUR


def test_what_was_done_is_listed_by_its_kind_and_since_when(db: Database) -> None:
    for hour, event in enumerate(("webhook_made", "connected", "webhook_replaced")):
        history.note(
            db,
            shop="boots",
            about="shop",
            about_id="boots",
            event=event,
            state=event,
            now=NOON + hour * HOUR,
        )
    found = history.events(db, "boots", "webhook_")
    assert [one.event for one in found] == ["webhook_made", "webhook_replaced"]
    later = history.events(db, "boots", "webhook_", since=NOON)
    assert [one.event for one in later] == ["webhook_replaced"]
