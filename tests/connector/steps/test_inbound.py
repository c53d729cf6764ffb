"""Another program opens a return, with photos and with the way back, to its end."""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from connector.compliance import DATA_REQUEST, REDACT, Traces
from connector.inbound import MOST_PHOTOS, SOURCE
from connector.policy import tables
from connector.steps import intake, privacy
from connector.steps.receive import accept
from connector.store import desk, inbox, photos, returns
from connector.store import privacy as asked_for
from tests.connector.web.photographing import RULES
from tests.connector.web.sandbox_world import NAME, Stand, merchant, standing
from tests.photographs import photo
from webhooks.remade import remade

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

METHODS = """
[[methods]]
code = "post"
[[methods]]
code = "in-store"
[fees]
return_shipping = "4.90"
[[fees.special]]
when = { method = "in-store" }
return_shipping = "0"
"""


@pytest.fixture
def stand(tmp_path: Path, address: str) -> Iterator[Stand]:
    with standing(tmp_path, address, RULES + METHODS, "CH") as made:
        yield made


def sends(stand: Stand, event: str, *sent: bytes, **more: Any) -> None:
    """Let a helpdesk ask for a return of a shirt, and read what it asked."""
    coded = [b64encode(one).decode() for one in sent]
    line = {"line": "a", "quantity": 1, "reason": "damaged", "photos": coded}
    now = stand.clock()
    wish = {"event_id": event, "timestamp": now.isoformat(), "order_ref": "29"}
    body = json.dumps({**wish, "lines": [line | more.pop("line", {})], **more})
    accept(
        stand.db,
        shop=NAME,
        source=SOURCE,
        topic="return.open",
        delivery_key=event,
        body=remade(body.encode()),
        headers={},
        now=now,
    )
    intake.run(stand.db, {NAME: stand.shop}, stand.clock)


def test_enough_photos_satisfy_the_policy(stand: Stand) -> None:
    sends(stand, "t1", photo("red"), photo("blue"))
    stand.work(1)
    case = stand.case()
    assert (case.status, case.lines[0].photos) == ("awaited", 2)
    kept = photos.of_return(stand.db, case.id)
    assert [(one.line_id, one.width) for one in kept] == [(case.lines[0].id, 64)] * 2
    assert photos.waiting(stand.db, NAME, "29") == []
    [read] = inbox.recent(stand.db)
    assert (read.state, read.body) == ("done", b"")  # they are not kept twice
    sends(stand, "t1", photo("red"), photo("blue"))
    assert stand.case().id == case.id


def test_one_photo_sent_twice_is_one_and_a_person_looks(stand: Stand) -> None:
    sends(stand, "t1", photo("red"), photo("red"))
    stand.work(1)
    case = stand.case()
    assert (case.status, case.lines[0].photos) == ("needs_person", 1)


def test_what_cannot_be_opened_lies_on_the_desk_with_its_photos(stand: Stand) -> None:
    sends(stand, "t1", photo("red"), line={"line": "nothing"})
    assert returns.recent(stand.db, NAME) == []
    assert [one.code for one in desk.open_matters(stand.db)] == ["unread"]
    [kept] = inbox.recent(stand.db)
    assert (kept.state, len(kept.body) > len(photo("red"))) == ("failed", True)
    assert Traces.of(kept.body).numbers == {"29"}  # it is forgotten with him


@pytest.mark.parametrize("number", ["29", "#29"])
def test_what_names_the_order_by_its_number_alone_is_forgotten_with_him(
    stand: Stand, number: str
) -> None:
    line = {"line": "nothing", "note": "my neighbour has it"}
    sends(stand, "t1", photo("red"), order_ref="", order_number=number, line=line)
    sends(stand, "t2", order_ref="", order_number="30", line={"line": "x"})
    email, now = "ada@example.test", stand.clock()
    asked = privacy.by_email(stand.db, NAME, DATA_REQUEST, email, actor="ann", now=now)
    privacy.run(stand.db, {NAME: stand.shop}, stand.clock)
    held = json.loads(asked_for.export(stand.db, asked.id))
    assert [one["body"]["event_id"] for one in held["deliveries"]] == ["t1"]
    privacy.by_email(stand.db, NAME, REDACT, email, actor="ann", now=now)
    privacy.run(stand.db, {NAME: stand.shop}, stand.clock)
    assert {one.state for one in inbox.recent(stand.db)} == {"failed"}
    (left,) = [one for one in inbox.recent(stand.db) if one.body]
    assert b'"30"' in left.body


def test_the_way_back_decides_the_fee(stand: Stand) -> None:
    sends(stand, "t1", method="in-store", line={"reason": "too-big"})
    stand.work(1)
    case = stand.case()
    assert case.terms is not None
    assert (case.method, case.terms.return_fee) == ("in-store", None)


def test_a_way_back_that_nobody_knows_opens_nothing(stand: Stand) -> None:
    sends(stand, "t1", method="in-stor", line={"reason": "too-big"})
    assert returns.recent(stand.db, NAME) == []
    [matter] = desk.open_matters(stand.db)
    assert "did you mean 'in-store'?" in matter.why
    staff = merchant(stand)
    staff.get("/console/?lang=de")
    assert "method: unbekannt" in staff.page


def changed(stand: Stand, **of_shirts: Any) -> None:
    """Let the shop say something else of the three shirts."""
    order = stand.shop.order("29")
    shirts, *others = order.lines
    stand.shop.sell(replace(order, lines=(replace(shirts, **of_shirts), *others)))


@pytest.mark.parametrize(
    ("of_shirts", "says"),
    [
        (
            {"refunded_units": 2},
            "1 can come back (not sent yet: 0, refunded already:",
        ),
        ({"fulfilled": 0}, "0 can come back (not sent yet: 3, refunded already: 0"),
    ],
)
def test_units_that_cannot_come_back_open_nothing_and_are_named(
    stand: Stand, of_shirts: dict[str, Any], says: str
) -> None:
    stand.shop.sell(replace(stand.shop.order("29"), parcels=()))
    changed(stand, **of_shirts)
    sends(stand, "t1", line={"quantity": 2})
    assert returns.recent(stand.db, NAME) == []
    [matter] = desk.open_matters(stand.db)
    assert (matter.code, says in matter.why) == ("unread", True)
    assert "of line a, “Shirt”, 2 asked for and " in matter.why
    [kept] = inbox.recent(stand.db)
    assert (kept.state, says in kept.note) == ("failed", True)
    assert b'"t1"' in kept.body  # nothing is lost
    changed(stand, refunded_units=0, fulfilled=3)
    sends(stand, "t2", line={"quantity": 2})
    assert stand.case().lines[0].asked == 2


def test_a_withdrawal_of_what_was_not_sent_is_no_return_and_not_lost(
    stand: Stand,
) -> None:
    stand.shop.sell(replace(stand.shop.order("29"), parcels=()))
    changed(stand, fulfilled=0)
    sends(stand, "t1", kind="withdrawal", line={"reason": "too-big"})
    assert returns.recent(stand.db, NAME) == []
    [matter] = desk.open_matters(stand.db)
    assert "0 can come back" in matter.why
    assert matter.why.endswith("enter it under “Withdrawals”")


def test_units_that_another_return_holds_are_named_too(stand: Stand) -> None:
    sends(stand, "t1", line={"quantity": 2})
    sends(stand, "t2", line={"quantity": 2})
    [matter] = desk.open_matters(stand.db)
    assert "1 can come back" in matter.why
    assert "in other returns: 2)" in matter.why


def test_a_wish_that_was_opened_already_is_not_held_against_itself(
    stand: Stand,
) -> None:
    """A worker died after it had opened the return, and before it said so."""
    sends(stand, "t1", line={"quantity": 3, "reason": "too-big"})
    case = stand.case()
    unread = "UPDATE inbox SET state = 'new', due = received_at"
    stand.db.transact(lambda: stand.db.execute(unread))
    intake.run(stand.db, {NAME: stand.shop}, stand.clock)
    [again] = inbox.recent(stand.db)
    assert (again.state, again.attempts, stand.case().id) == ("done", 2, case.id)


def test_as_many_photos_are_taken_as_a_policy_may_want() -> None:
    assert MOST_PHOTOS == tables.MOST_PHOTOS
