"""Evidence of sending in the store's other places: printed, handed out, erased."""

from __future__ import annotations

import json
import logging
from base64 import b64decode
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from connector.cli.show import returns_group
from connector.config import Config
from connector.steps import privacy, purge, wayback
from connector.store import evidence, personal, photos, returns
from connector.store import privacy as asked_for
from tests.connector.web.parcels import NUMBER, RECEIPT, RULES, asked, gives, judged
from tests.connector.web.sandbox_world import (
    EMAIL,
    NAME,
    Stand,
    merchant,
    standing,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def stand(tmp_path: Path, address: str) -> Iterator[Stand]:
    with standing(tmp_path, address, RULES.replace("{when}", "shipped")) as made:
        yield made


def test_the_number_is_in_no_log_timeline_or_address(
    stand: Stand, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    visit = asked(stand)
    gives(visit, RECEIPT, number=NUMBER)
    judged(stand, "refused", f"{NUMBER} went to Mars")
    stand.work(1)
    assert NUMBER not in caplog.text
    assert NUMBER not in visit.path
    written = json.dumps(
        stand.db.query("SELECT why FROM history")
        + stand.db.query("SELECT why FROM desk")
    )
    assert "went to Mars" in written
    assert NUMBER not in written


def test_the_command_line_shows_what_was_given(stand: Stand) -> None:
    gives(asked(stand), RECEIPT, carrier="DHL", number=NUMBER)
    config = Config(database=stand.db.path)
    for more in ([], ["--json"]):
        done = CliRunner().invoke(
            returns_group, ["show", stand.case().number, *more], obj=lambda: config
        )
        assert done.exit_code == 0, done.exception
        if more:
            (one,) = json.loads(done.output)["evidence"]
            assert (one["carrier"], one["number"]) == ("DHL", NUMBER)
        else:
            assert f"DHL, {NUMBER}, 1 photos" in done.output
            assert "evidence of sending was supplied on" in done.output
            assert "look at it" in done.output


def test_it_is_handed_out_erased_and_its_day_stays(stand: Stand) -> None:
    visit = asked(stand)
    gives(visit, RECEIPT, carrier="DHL", number=NUMBER)
    db, case = stand.db, stand.case()
    day = wayback.of(db, case).supplied
    assert day

    def wants(kind: str) -> asked_for.Request:
        one = privacy.by_email(db, NAME, kind, EMAIL, actor="t", now=stand.clock())
        privacy.run(db, {NAME: stand.shop}, stand.clock)
        return asked_for.get(db, one.id)

    copy = asked_for.export(db, wants("data_request").id)
    (order,) = json.loads(copy)["orders"]
    waits = wants("redact")
    assert order["returns"][0]["evidence"][0]["number"] == NUMBER
    assert b64decode(order["photos"][0]["content"])[:2] == b"\xff\xd8"
    assert waits.state == "waiting"  # while the return is open it is needed
    judged(stand, "taken")
    stand.work(2)
    returns.finish(db, stand.case(), "close", "ann", stand.clock())
    privacy.run(db, {NAME: stand.shop}, stand.clock)
    done = asked_for.get(db, waits.id)
    assert (done.state, done.erased["photos"], done.erased["evidence"]) == (
        "done",
        1,
        1,
    )
    assert evidence.of_return(db, case.id) == []
    assert photos.of_return(db, case.id) == []
    assert wayback.of(db, case).supplied == day
    staff = merchant(stand)
    staff.get(f"/console/returns/{case.id}")
    assert staff.code == 200
    assert "gave evidence of sending" in staff.page
    assert NUMBER not in staff.page


def test_the_night_forgets_the_photo_first_then_the_number(stand: Stand) -> None:
    gives(asked(stand), RECEIPT, number=NUMBER)
    judged(stand, "taken")
    stand.work(2)
    db, case = stand.db, stand.case()
    returns.finish(db, case, "close", "ann", stand.clock())
    purge.run(db, purge.Terms(), stand.clock() + timedelta(days=91))
    assert photos.of_return(db, case.id) == []
    (kept,) = evidence.of_return(db, case.id)
    assert (kept.number, kept.photos) == (NUMBER, 1)
    staff = merchant(stand)
    staff.get(f"/console/returns/{case.id}")
    assert "Photos that came, and were erased since: 1." in staff.page
    assert not personal.holds(db, NAME, case.order_ref)
    purge.run(db, purge.Terms(), stand.clock() + timedelta(days=800))
    assert evidence.of_return(db, case.id) == []
