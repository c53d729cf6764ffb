"""Photos are asked for, taken, counted and shown, to whom they are for alone."""

from __future__ import annotations

import re
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from connector import pictures
from connector.model import Kind
from connector.policy.tables import MOST_PHOTOS
from connector.states import Decision
from connector.steps import request as opening
from connector.store import filing, orders, photos, returns
from connector.web import uploads
from tests.connector.web.photographing import (
    BLUE,
    GREEN,
    OFFERS,
    RED,
    RULES,
    WAYS,
    damaged,
    kept,
    opened,
    sends,
    shows,
)
from tests.connector.web.sandbox_world import (
    NAME,
    Stand,
    Visit,
    customer,
    merchant,
    standing,
)
from tests.photographs import HEIC, OWNER, PAGE, PLACE, SVG, bomb, photo

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from werkzeug.test import TestResponse


@pytest.fixture
def stand(tmp_path: Path, address: str) -> Iterator[Stand]:
    with standing(tmp_path, address, RULES) as made:
        yield made


def test_the_page_says_how_many_photos_and_why_in_the_policy_s_words(
    stand: Stand,
) -> None:
    visit = damaged(stand, **{"note-a": "a dent"})
    assert "2 photos, please" in visit.page
    assert "“Something is wrong: It arrived damaged”" in visit.page
    assert "then a person looks at your return first" in visit.page
    # Named one by one: then Apple's browsers turn a HEIC photo into a JPEG themselves.
    kinds = "image/jpeg,image/png,image/webp"
    assert f'type="file" name="photos-a" multiple accept="{kinds}"' in visit.page
    assert 'name="photos-b"' not in visit.page
    assert 'value="a dent"' in visit.page


def test_nothing_is_asked_for_where_no_reason_wants_it(stand: Stand) -> None:
    visit = customer(stand)
    given = {"quantity-a": "1", "reason-a": "too-small"}
    visit.post(f"/returns/{NAME}/choose", **given)
    assert 'type="file"' not in visit.page
    visit.post(WAYS, go="send")
    assert "/status/" in visit.path
    assert 'type="file"' not in visit.page


def test_a_return_with_its_photos_is_approved_by_itself(stand: Stand) -> None:
    visit = damaged(stand, **{"note-a": "a dent"})
    shows(visit, RED, BLUE)
    assert "Is everything right?" in visit.page
    assert "photos: 2" in visit.page
    assert returns.recent(stand.db, NAME) == []
    visit.post(WAYS, go="send")
    stand.work(1)
    (line,) = stand.case().lines
    assert (line.photos, line.note) == (2, "a dent")
    assert line.decision == Decision.APPROVED
    assert "photo" not in [one.rule for one in line.trace]
    assert photos.waiting(stand.db, NAME, "29") == []


@pytest.mark.parametrize("sent", [(), (RED,), (RED, RED)], ids=["none", "one", "twice"])
def test_with_fewer_photos_a_person_looks(
    stand: Stand, sent: tuple[tuple[str, bytes], ...]
) -> None:
    visit = damaged(stand)
    shows(visit, *sent)
    count = len(set(sent))
    assert f"“Shirt”: {count} of 2 photos have come" in visit.page
    visit.post(WAYS, go="send")
    stand.work(1)
    (line,) = stand.case().lines
    assert (line.decision, line.photos) == (Decision.NEEDS_PERSON, count)
    asked = next(one for one in line.trace if one.rule == "photo")
    assert dict(asked.facts) == {"wanted": "2", "sent": str(count)}


def test_a_photo_that_was_sent_is_shown_and_can_be_left_out(stand: Stand) -> None:
    visit = damaged(stand)
    shows(visit, RED, BLUE)
    visit.post(WAYS, go="ways")
    assert len(kept(visit.page)) == 2
    assert visit.page.count('src="data:image/jpeg;base64,') == 2
    left = list(kept(visit.page))[:1]
    visit.post(WAYS, **dict.fromkeys(left, "1"), go="chosen", **{"way-a": "refund"})
    visit.post(WAYS, go="send")
    assert [one.sha256 for one in photos.of_return(stand.db, stand.case().id)] == [
        left[0].rpartition("|")[2]
    ]
    assert stand.case().lines[0].photos == 1


@pytest.mark.parametrize(
    ("name", "sent", "said"),
    [
        ("page.jpg", PAGE, "no photo that we can read"),
        ("drawing.svg", SVG, "no photo that we can read"),
        ("empty.jpg", b"", "no photo that we can read"),
        ("cut.jpg", RED[1][:300], "no photo that we can read"),
        ("huge.png", bomb(60_000, 60_000), "too many pixels"),
        ("phone.heic", HEIC, "Send it as JPEG"),
        ("large.jpg", b"\xff\xd8\xff" * 6_000_000, "up to 15 MB"),
    ],
)
def test_what_is_no_photo_is_said_and_nothing_typed_is_lost(
    stand: Stand, name: str, sent: bytes, said: str
) -> None:
    visit = damaged(stand, **{"note-a": "a dent"})
    shows(visit, RED, (name, sent))
    assert visit.code == 400
    assert f"“{name}”" in visit.page
    assert said in visit.page
    assert len(kept(visit.page)) == 1  # the good one stays
    assert returns.recent(stand.db, NAME) == []
    shows(visit, BLUE)
    visit.post(WAYS, go="send")
    (line,) = stand.case().lines
    assert (line.photos, line.note, line.reason) == (2, "a dent", "damaged")


def test_photos_outlast_a_shop_that_cannot_be_reached(stand: Stand) -> None:
    visit = damaged(stand, **{"note-a": "a dent"})
    shows(visit, RED, BLUE)
    order = stand.shop.orders.pop("29")
    visit.post(WAYS, go="send")
    assert visit.code == 503
    assert 'value="a dent"' in visit.page
    stand.shop.sell(order)
    given = {"quantity-a": "1", "reason-a": "damaged"}
    visit.post(f"/returns/{NAME}/choose", **given)
    assert len(kept(visit.page)) == 2
    assert returns.recent(stand.db, NAME) == []


def test_a_file_s_name_is_no_part_of_the_page_s_language(stand: Stand) -> None:
    visit = damaged(stand)
    shows(visit, ("<script>alert(1)</script>.jpg", PAGE))
    assert "<script>" not in visit.page


def test_photos_that_a_chosen_way_wants_are_asked_for_then(
    tmp_path: Path, address: str
) -> None:
    with standing(tmp_path, address, RULES + OFFERS) as stand:
        visit = damaged(stand)
        shows(visit, RED, BLUE, **{"way-a": "repair"})
        assert "Please show us “Shirt” too." in visit.page
        assert "3 photos, please" in visit.page
        assert "We look at what we repair." in visit.page
        assert len(kept(visit.page)) == 2
        shows(visit, GREEN, **{"way-a": "repair"})
        assert "Is everything right?" in visit.page
        visit.post(WAYS, go="send")
        stand.work(1)
        (line,) = stand.case().lines
        assert (line.photos, line.decision) == (3, Decision.APPROVED)


def test_who_goes_on_without_is_asked_once(tmp_path: Path, address: str) -> None:
    with standing(tmp_path, address, RULES + OFFERS) as stand:
        visit = damaged(stand)
        shows(visit, **{"way-a": "repair"})
        assert "3 photos, please" in visit.page
        shows(visit, **{"way-a": "repair"})
        assert "Is everything right?" in visit.page


@pytest.mark.parametrize("told", ["", "many", "9" * 5000, "²"])
def test_a_page_that_says_nothing_sound_is_shown_again(stand: Stand, told: str) -> None:
    visit = damaged(stand)
    shows(visit, **{"told-a": told})
    assert (visit.code, "2 photos, please" in visit.page) == (200, True)
    assert returns.recent(stand.db, NAME) == []


def test_another_s_photos_and_invented_ones_do_not_count(stand: Stand) -> None:
    order = orders.get(stand.db, NAME, "29")
    red = pictures.accept(RED[1])
    photos.keep(stand.db, NAME, order.ref, "b", red, stand.clock())
    visit = damaged(stand)
    forged = {f"photo-a|{red.sha256}": "1", f"photo-a|{'0' * 64}": "1"}
    shows(visit, **forged)
    visit.post(WAYS, **forged, go="send")
    assert stand.case().lines[0].photos == 0


def test_a_stranger_s_photos_are_not_even_read(stand: Stand) -> None:
    stranger = Visit(stand.browser())
    stranger.get(f"/returns/{NAME}/")
    sends(stranger, WAYS, {"photos-a": [("large.jpg", b"\xff" * 3_000_000)]})
    assert stranger.code == 413
    assert photos.waiting(stand.db, NAME, "29") == []


def test_what_nobody_sends_by_mistake_is_refused_with_a_plain_page(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit = damaged(stand)
    monkeypatch.setattr(uploads, "MOST_WITH_FILES", 1000)
    shows(visit, ("large.jpg", b"\xff" * 3_000))
    assert visit.code == 413
    assert "Nothing was opened: go back" in visit.page
    assert returns.recent(stand.db, NAME) == []


def test_files_without_room_are_thrown_away_and_the_form_stays(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads.Request, "room", len(RED[1]) + 10)
    visit = damaged(stand, **{"note-a": "a dent"})
    shows(visit, RED, BLUE)
    assert visit.code == 400
    assert "“blue.jpg” is too large" in visit.page
    assert len(kept(visit.page)) == 1
    assert 'value="a dent"' in visit.page


def got(browser: Visit, path: str) -> TestResponse:
    return browser.browser.get(path)


def test_the_customer_sees_his_own_by_his_link_alone(stand: Stand) -> None:
    visit = opened(stand, RED, BLUE)
    links = re.findall(r'<img src="([^"]+)"', visit.page)
    assert len(links) == 2
    assert 'alt="Photo 2 of 2"' in visit.page
    own = got(visit, links[0])
    assert own.status_code == 200
    assert own.content_type == "image/jpeg"
    assert own.headers["X-Content-Type-Options"] == "nosniff"
    assert own.headers["Content-Disposition"].startswith("inline")
    assert own.headers["Cache-Control"].startswith("private")
    image = Image.open(BytesIO(own.data))
    assert not image.getexif()
    for word in (PLACE, OWNER):
        assert word.encode() not in own.data
    token = visit.path.rpartition("/")[2]
    assert got(visit, links[0].replace(token, token[:-3] + "xyz")).status_code == 404
    assert got(visit, links[0].rpartition("/")[0] + "/999").status_code == 404


def test_the_photos_of_another_return_stay_closed_to_this_one(stand: Stand) -> None:
    visit = opened(stand, RED)
    (mine,) = photos.of_return(stand.db, stand.case().id)
    other = opening.open_return(
        stand.db,
        shop=NAME,
        order=orders.get(stand.db, NAME, "29"),
        kind=Kind.VOLUNTARY,
        wishes=[filing.Wish(line_ref="b", quantity=1, reason="damaged")],
        filed_by="portal",
        now=stand.clock(),
    )
    staff = merchant(stand)
    page = f"/console/returns/{other.id}/photos/{mine.id}"
    assert got(staff, page).status_code == 404
    visit.get(f"/returns/{NAME}/choose")
    tokens = set(re.findall(r"/status/([^\"]+)\"", visit.page))
    codes = [
        got(visit, f"/returns/{NAME}/photo/{token}/{mine.id}").status_code
        for token in tokens
    ]
    assert sorted(codes) == [200, 404]


def test_the_console_shows_them_to_who_is_signed_in(stand: Stand) -> None:
    opened(stand, RED, BLUE)
    stand.work(1)
    staff = merchant(stand)
    staff.get(f"/console/returns/{stand.case().id}")
    assert 'alt="Photo 1 of 2 of Shirt by the customer"' in staff.page
    assert "Something is wrong — It arrived damaged" in staff.page
    link = re.findall(r'<img src="([^"]+)"', staff.page)[0]
    shown = got(staff, link)
    assert (shown.status_code, shown.content_type) == (200, "image/jpeg")
    assert shown.headers["Cache-Control"].startswith("private")
    assert "default-src 'none'" in shown.headers["Content-Security-Policy"]
    stranger = Visit(stand.browser())
    assert got(stranger, link).status_code == 303
    photos.forget(stand.db, NAME, "29")
    assert got(staff, link).status_code == 404
    staff.get(f"/console/returns/{stand.case().id}")
    assert "Photos that came, and were erased since: 2." in staff.page


def test_a_withdrawal_is_never_asked_for_photos(stand: Stand) -> None:
    order = orders.get(stand.db, NAME, "29")
    case = opening.open_return(
        stand.db,
        shop=NAME,
        order=order,
        kind=Kind.WITHDRAWAL,
        wishes=[filing.Wish(line_ref="a", quantity=1, reason="damaged")],
        filed_by="portal",
        now=stand.clock(),
    )
    visit = customer(stand)
    token = re.search(r"/status/([^\"]+)\"", visit.page)
    assert token
    visit.get(f"/returns/{NAME}/status/{token[1]}")
    assert case.number in visit.page
    assert 'type="file"' not in visit.page


def test_a_line_holds_no_more_than_may_be_wanted(stand: Stand) -> None:
    many = [
        (f"{n}.png", photo(f"#{20 * n:02x}ff00", kind="PNG"))
        for n in range(MOST_PHOTOS + 2)
    ]
    opened(stand, *many)
    assert stand.case().lines[0].photos == MOST_PHOTOS


def test_reasons_stand_under_their_groups(stand: Stand) -> None:
    visit = customer(stand)
    first = visit.page.partition("</select>")[2].partition("</select>")[0]
    found = re.findall(r'<(optgroup) label="([^"]+)"|<option value="([^"]+)"', first)
    assert [group or reason for _, group, reason in found] == [
        "changed-my-mind",
        "It does not fit",
        "too-small",
        "too-big",
        "Something is wrong",
        "damaged",
        "faulty-or-wrong",  # that goods are faulty can always be said
    ]
    assert first.count("</optgroup>") == 2
    visit.get(f"/returns/{NAME}/choose?lang=de")
    assert '<optgroup label="Es passt nicht">' in visit.page
