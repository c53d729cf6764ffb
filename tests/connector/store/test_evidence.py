"""Evidence of sending lies beside the photos of goods, and goes with its order."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connector.errors import LawBroken
from connector.store import (
    Database,
    connect,
    evidence,
    history,
    orders,
    personal,
    photos,
    returns,
    schema,
    shops,
)
from connector.store.evidence_schema import EVIDENCE
from tests.connector.shapes import NOON, a_line, an_order
from tests.connector.store.test_photos import BLUE, GREEN, ORDER, RED, kept, opened

NUMBER = "00340434161094042557"


def given(db: Database, name: str = "x") -> int:
    return evidence.add(db, name, carrier="DHL", number=NUMBER, now=NOON)


def test_a_receipt_is_a_return_s_and_of_none_of_its_lines(db: Database) -> None:
    case = opened(db, *kept(db, RED))
    one = given(db)
    assert photos.show(db, case, one, RED, NOON)  # the same picture as of the goods
    assert not photos.show(db, case, one, RED, NOON)
    assert photos.show(db, case, one, BLUE, NOON)
    assert [x.photos for x in evidence.of_return(db, "x")] == [2]
    assert returns.get(db, "x").lines[0].photos == 1
    found = photos.of_return(db, "x")
    assert [(x.line_id is None, x.evidence_id) for x in found] == [
        (False, None),
        (True, one),
        (True, one),
    ]


def test_one_receipt_shows_the_sending_of_two_returns(db: Database) -> None:
    for name in ("x", "y"):
        case = opened(db, name=name)
        assert photos.show(db, case, given(db, name), RED, NOON)
    assert len(photos.of_order(db, *ORDER)) == 2


def test_a_receipt_waits_for_no_return_and_is_no_photo_of_goods(db: Database) -> None:
    case = opened(db)
    photos.show(db, case, given(db), RED, NOON)
    kept(db, BLUE)
    assert [one.sha256 for one in photos.waiting(db, *ORDER)] == [BLUE.sha256]
    assert photos.forget_waiting(db, NOON + timedelta(days=9)) == 1
    assert [one.sha256 for one in photos.of_order(db, *ORDER)] == [RED.sha256]
    later = opened(db, RED.sha256, name="y")
    assert later.lines[0].photos == 0


def test_the_database_knows_a_receipt_from_a_photo_of_goods(db: Database) -> None:
    case = opened(db, *kept(db, RED))
    one = given(db)
    photos.show(db, case, one, BLUE, NOON)
    for broken in (
        "UPDATE photos SET evidence_id = NULL WHERE evidence_id IS NOT NULL",
        "UPDATE photos SET evidence_id = 1 WHERE line_id IS NOT NULL",
        "UPDATE photos SET return_id = NULL WHERE evidence_id IS NOT NULL",
    ):
        with pytest.raises(LawBroken):
            db.execute(broken)


def test_all_of_it_is_erased_with_its_order(db: Database) -> None:
    case = opened(db)
    photos.show(db, case, given(db), GREEN, NOON)
    later = NOON + timedelta(days=900)
    assert personal.erase_order(db, *ORDER, NOON) == {
        "photos": 1,
        "evidence": 1,
    }
    assert evidence.of_return(db, "x") == []
    assert personal.old_orders(db, later) == []
    given(db)
    assert personal.old_orders(db, later) == [ORDER]
    photos.show(db, case, evidence.of_return(db, "x")[0].id, GREEN, NOON)
    done = personal.erase_shop(db, "boots")
    assert (done["photos"], done["evidence"]) == (1, 1)


def test_what_a_person_writes_of_a_number_does_not_stay_in_the_history(
    db: Database,
) -> None:
    case = opened(db)
    given(db)
    why = f"{NUMBER} was delivered to us"
    returns.note(db, case, "proof_taken", "ann", why, NOON)
    assert history.timeline(db, "x")[-1].why == "[…] was delivered to us"


def test_photos_of_before_stay_and_others_can_come(
    bare_address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    upto = schema.MIGRATIONS.index(EVIDENCE)
    with monkeypatch.context() as patch:
        patch.setattr("connector.store.database.MIGRATIONS", schema.MIGRATIONS[:upto])
        db = connect(bare_address)
        shops.put(db, "boots", "woocommerce", "https://boots.example", NOON)
        orders.keep(db, "boots", an_order(a_line("a", 3000, 3)))
        opened_before(db)
        db.close()
    db = connect(bare_address)
    case = returns.get(db, "x")
    assert photos.content(db, photos.of_return(db, "x")[0].id) == RED.content
    assert photos.show(db, case, given(db), RED, NOON)
    with pytest.raises(LawBroken):  # a line without its return, as before
        db.execute("UPDATE photos SET return_id = NULL, evidence_id = NULL")
    db.close()


def opened_before(db: Database) -> None:
    """Open a return with a photo as an older version did."""
    case = opened(db)
    db.execute(
        "INSERT INTO photos (shop, order_ref, line_ref, return_id, line_id, sha256,"
        " media_type, size, width, height, content, created_at) VALUES ('boots',"
        " '29', 'a', 'x', :line, :sha, 'image/jpeg', 1, 1, 1, :content, :now)",
        line=case.lines[0].id,
        sha=RED.sha256,
        content=RED.content,
        now=NOON.isoformat(),
    )
