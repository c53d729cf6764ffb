"""Photos that come after the return was opened: counted, shown, and told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connector.states import Decision
from connector.store import desk, history
from tests.connector.web.photographing import BLUE, GREEN, RED, RULES, opened, sends
from tests.connector.web.sandbox_world import Stand, merchant, standing
from tests.photographs import PAGE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def stand(tmp_path: Path, address: str) -> Iterator[Stand]:
    with standing(tmp_path, address, RULES) as made:
        yield made


def test_photos_that_come_later_are_counted_and_the_desk_is_told(stand: Stand) -> None:
    visit = opened(stand, RED)
    assert "Send the photos" in visit.page  # nobody has looked yet
    stand.work(1)
    visit.get(visit.path)
    assert "2 photos, please" in visit.page
    assert "Photos that have come: 1." in visit.page
    line = stand.case().lines[0]
    add = visit.path.replace("/status/", "/photos/")
    sends(visit, add, {f"photos-{line.id}": [BLUE, ("page.jpg", PAGE)]})
    assert "Thank you, your photos have come." in visit.page
    assert "“page.jpg” is no photo" in visit.page
    assert "Send the photos" not in visit.page
    line = stand.case().lines[0]
    assert (line.photos, line.decision) == (2, Decision.NEEDS_PERSON)
    said = {one.code: one.why for one in desk.about(stand.db, stand.case().id)}
    assert said["photos"] == "photos have come from the customer: 2 for a line by now"
    assert "decide" in said
    events = history.of(stand.db, str(line.id))
    assert [(x.actor, x.why) for x in events if x.event == "photos"] == [
        ("customer", "1 sent; 2 in all")
    ]
    staff = merchant(stand)
    staff.get(f"/console/returns/{stand.case().id}")
    assert "photos have come" in staff.page
    assert "Photos from the customer" in staff.page
    assert "look at it afresh" not in staff.page  # it would clear the desk
    given = {"units": "1", "event": "approve"}
    staff.post(f"/console/returns/{stand.case().id}/lines/{line.id}/decide", **given)
    assert desk.about(stand.db, stand.case().id) == []


def test_photos_before_anybody_looked_are_judged_with_the_return(stand: Stand) -> None:
    visit = opened(stand)
    line = stand.case().lines[0]
    add = visit.path.replace("/status/", "/photos/")
    sends(visit, add, {f"photos-{line.id}": [RED, BLUE]})
    assert desk.about(stand.db, stand.case().id) == []
    stand.work(1)
    assert stand.case().lines[0].decision == Decision.APPROVED


def test_the_same_photo_sent_again_changes_nothing(stand: Stand) -> None:
    visit = opened(stand, RED)
    stand.work(1)
    line = stand.case().lines[0]
    add = visit.path.replace("/status/", "/photos/")
    sends(visit, add, {f"photos-{line.id}": [RED]})
    assert "Thank you" not in visit.page
    assert stand.case().lines[0].photos == 1
    assert [one.code for one in desk.about(stand.db, stand.case().id)] == ["decide"]


def test_what_is_decided_takes_no_photos(stand: Stand) -> None:
    visit = opened(stand, RED, BLUE)
    stand.work(1)
    visit.get(visit.path)
    assert "Send the photos" not in visit.page
    line = stand.case().lines[0]
    add = visit.path.replace("/status/", "/photos/")
    sends(visit, add, {f"photos-{line.id}": [GREEN]})
    assert "This is decided already" in visit.page
    assert stand.case().lines[0].photos == 2
