"""A customer says that he sent it, and shows it; staff look at it."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector.pictures import MOST_BYTES
from connector.steps import wayback
from connector.store import evidence, history, photos, returns
from tests.connector.web.parcels import (
    NUMBER,
    OTHER,
    RECEIPT,
    RULES,
    asked,
    gives,
    judged,
    said,
)
from tests.connector.web.photographing import sends
from tests.connector.web.sandbox_world import (
    NAME,
    Stand,
    Visit,
    merchant,
    standing,
)
from tests.photographs import HEIC, PAGE, PLACE, SVG, bomb, photo

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


NO_NUMBER = "That does not look like a tracking number"
THANKS = "Thank you, the shop can see what you gave."


@pytest.fixture
def stand(tmp_path: Path, address: str) -> Iterator[Stand]:
    with standing(tmp_path, address, RULES.replace("{when}", "shipped")) as made:
        yield made


@pytest.fixture
def on_word(tmp_path: Path, address: str) -> Iterator[Stand]:
    with standing(tmp_path, address, RULES.replace("{when}", "on_word")) as made:
        yield made


def test_number_and_photo_are_kept_shown_and_laid_before_a_person(stand: Stand) -> None:
    visit = asked(stand)
    gives(visit, RECEIPT, carrier="DHL <b>", number=NUMBER)
    assert (visit.code, THANKS in visit.page) == (200, True)
    case = stand.case()
    assert case.status == "in_transit"
    (kept,) = evidence.of_return(stand.db, case.id)
    assert (kept.carrier, kept.number, kept.photos) == ("DHL <b>", NUMBER, 1)
    for shown in ("DHL &lt;b&gt;", NUMBER, "Add a tracking number or a photo"):
        assert shown in visit.page
    (why,) = said(stand)
    assert "supplied evidence on" in why
    assert "your policy pays once that is proven" in why
    (event,) = history.events(stand.db, case.id, history.SHOWN)
    assert (event.actor, event.why) == ("customer", "a tracking number, photos: 1")
    stand.work(2)
    assert stand.rows() == []  # it moves no money by itself
    judged(stand, "taken")
    stand.work(1)
    assert [row.amount.minor > 0 for row in stand.rows()] == [True]


def test_the_picture_is_made_anew_and_shown_to_customer_and_staff(stand: Stand) -> None:
    visit = asked(stand)
    gives(visit, RECEIPT)
    found = re.search(r'<img src="([^"]+/photo/[^"]+)"', visit.page)
    assert found
    answer = visit.browser.get(unescape(found[1]))
    assert answer.mimetype == "image/jpeg"
    (one,) = photos.of_return(stand.db, stand.case().id)
    assert answer.data == photos.content(stand.db, one.id)
    assert PLACE.encode() not in answer.data
    staff = merchant(stand)
    for page in ("/console/", f"/console/returns/{stand.case().id}"):
        staff.get(page)
        picture = f"/console/returns/{stand.case().id}/photos/{one.id}"
        assert f'src="{picture}"' in staff.page
    assert staff.browser.get(picture).data == answer.data
    assert stand.case().lines[0].photos == 0  # it is none of the goods


def test_the_desk_has_the_number_and_both_answers(stand: Stand) -> None:
    gives(asked(stand), number=NUMBER, carrier="DHL")
    staff = merchant(stand)
    assert NUMBER in staff.page
    assert "DHL" in staff.page
    way = f"/console/returns/{stand.case().id}/way-back"
    assert f'formaction="{way}/taken"' in staff.page
    staff.post(f"{way}/refused", **{"from": "desk", "why": ""})
    assert staff.path == "/console/"
    assert "say why it is no proof" in staff.page
    assert len(said(stand)) == 1
    staff.post(f"{way}/refused", **{"from": "desk", "why": "of another parcel"})
    assert staff.path == "/console/"
    assert said(stand) == []


def test_what_is_given_later_is_looked_at_again(stand: Stand) -> None:
    visit = asked(stand)
    gives(visit)  # a bare click, as before
    assert stand.case().status == "in_transit"
    assert evidence.of_return(stand.db, stand.case().id) == []
    assert "supplied evidence" not in said(stand)[0]
    gives(visit, number=NUMBER)
    assert "supplied evidence" in said(stand)[0]
    judged(stand, "refused", "of another parcel")
    assert said(stand) == []
    visit.get(visit.path)
    assert "could not take it as proof" in visit.page
    gives(visit, number=f" {NUMBER[:6]} {NUMBER[6:]} ")
    assert "You have given us that already." in visit.page
    assert said(stand) == []  # the same again is nothing to look at
    gives(visit, number=NUMBER, carrier="Hermes")
    assert len(said(stand)) == 1  # there it may be found
    judged(stand, "refused", "nor does Hermes know it")
    gives(visit, OTHER)
    assert len(said(stand)) == 1
    staff = judged(stand, "taken")
    assert "Proof was shown" in staff.page
    visit.get(visit.path)
    assert "The shop has seen that you sent it" in visit.page
    assert 'name="number"' not in visit.page
    gives(visit, RECEIPT)  # of an old page: kept, and nobody is asked
    assert said(stand) == []
    assert wayback.of(stand.db, stand.case()).is_proven


def test_a_carrier_alone_is_kept_and_is_no_evidence(stand: Stand) -> None:
    visit = asked(stand)
    gives(visit, carrier="DHL")
    (kept,) = evidence.of_return(stand.db, stand.case().id)
    assert (kept.carrier, kept.number) == ("DHL", "")
    assert history.events(stand.db, stand.case().id, history.SHOWN) == []
    assert "supplied evidence" not in said(stand)[0]
    gives(visit)
    assert "Give a tracking number, or choose a photo" in visit.page
    gives(visit, carrier="dhl", number=NUMBER)
    gives(visit, carrier="dhl", number=NUMBER)
    assert "You have given us that already." in visit.page
    assert len(evidence.of_return(stand.db, stand.case().id)) == 2


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"number": "<script>alert(12345)</script>"}, NO_NUMBER),
        ({"number": "1" * 500}, "The tracking number is too long"),
        ({"number": "https://track.example/12345"}, "the address of a page"),
        ({"number": NUMBER, "carrier": "x" * 61}, "The name of the carrier is too"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_lost(
    stand: Stand, typed: dict[str, str], sentence: str
) -> None:
    visit = asked(stand)
    given = {"carrier": "Post & Co", "number": "", **typed}
    gives(visit, RECEIPT, **given)
    assert visit.code == 400
    assert visit.page.count(sentence) == 2  # above, and beside its field
    assert 'aria-invalid="true"' in visit.page
    assert "<script>alert(12345)" not in visit.page
    shown = dict(
        re.findall(r'name="(carrier|number)"[^>]* value="([^"]*)"', visit.page)
    )
    assert {k: unescape(x) for k, x in shown.items()} == {
        k: x[:200] for k, x in given.items()
    }
    (kept,) = evidence.of_return(stand.db, stand.case().id)
    assert (kept.carrier, kept.number, kept.photos) == ("", "", 1)
    assert stand.case().shipped_at
    gives(visit, carrier="Post & Co", number=NUMBER)
    assert visit.code == 200
    assert evidence.of_return(stand.db, stand.case().id)[1].number == NUMBER


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("IMG_1.HEIC", HEIC, "is a HEIC photo"),
        ("page.jpg", PAGE, "is no photo that we can read"),
        ("a.svg", SVG, "is no photo that we can read"),
        ("empty.png", b"", "is no photo that we can read"),
        ("bomb.png", bomb(60_000, 60_000), "has too many pixels"),
        ("big.jpg", b"\xff\xd8" + b"x" * MOST_BYTES, "is too large"),
    ],
)
def test_a_file_that_is_no_photo_is_named_and_the_number_is_kept(
    stand: Stand, name: str, content: bytes, sentence: str
) -> None:
    visit = asked(stand)
    gives(visit, (name, content), number=NUMBER)
    assert visit.code == 200
    assert f"“{name}” {sentence}" in visit.page
    (kept,) = evidence.of_return(stand.db, stand.case().id)
    assert (kept.number, kept.photos) == (NUMBER, 0)
    gives(visit, (name, content))
    assert "Give a tracking number" not in visit.page  # he has been told what is wrong
    assert len(evidence.of_return(stand.db, stand.case().id)) == 1


def test_no_more_is_kept_than_somebody_can_look_at(stand: Stand) -> None:
    visit = asked(stand)
    for count in range(10):
        gives(visit, number=f"{NUMBER}{count}")
    gives(visit, RECEIPT, number=NUMBER)
    assert "as much as we can keep" in visit.page
    assert len(evidence.of_return(stand.db, stand.case().id)) == 10


def test_of_more_photos_than_are_kept_of_a_return_none_come(stand: Stand) -> None:
    visit = asked(stand)
    many = [(f"{x}.jpg", photo(f"#{x:02x}0000")) for x in range(0, 165, 15)]
    gives(visit, *many)
    assert "as much as we can keep" in visit.page
    gives(visit, *many[:10])
    assert THANKS in visit.page
    assert len(photos.of_return(stand.db, stand.case().id)) == 10


def test_a_return_that_is_over_takes_nothing(stand: Stand) -> None:
    visit = asked(stand)
    returns.finish(stand.db, stand.case(), "cancel", "ann", stand.clock())
    gives(visit, RECEIPT, number=NUMBER)
    assert "This return is over" in visit.page
    assert evidence.of_return(stand.db, stand.case().id) == []
    assert photos.of_return(stand.db, stand.case().id) == []


def test_who_pays_on_the_word_is_asked_nothing(on_word: Stand) -> None:
    gives(asked(on_word), RECEIPT, number=NUMBER)
    on_word.work(1)
    assert said(on_word) == []
    assert len(on_word.rows()) == 1
    staff = merchant(on_word)
    staff.get(f"/console/returns/{on_word.case().id}")
    assert NUMBER in staff.page


def test_a_forged_link_reads_no_file(stand: Stand) -> None:
    visit = asked(stand)
    path = f"/returns/{NAME}/status/forged"
    sends(visit, path, {"receipt": [("big.jpg", b"x" * 3_000_000)]})
    assert visit.code == 404


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    number=st.text(max_size=300),
    carrier=st.text(max_size=300),
    content=st.sampled_from([b"", HEIC, SVG, photo("red"), photo("blue")])
    | st.binary(max_size=200),
)
def test_no_form_breaks_the_page(
    shared: tuple[Stand, Visit], number: str, carrier: str, content: bytes
) -> None:
    _, visit = shared
    visit.get(visit.path)
    number, carrier = (x.encode("utf-8", "replace").decode() for x in (number, carrier))
    gives(visit, ("x.jpg", content), number=number, carrier=carrier)
    assert visit.code in (200, 400)
    assert "<h1>" in visit.page


@pytest.fixture(scope="module")
def shared(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Stand, Visit]]:
    folder = tmp_path_factory.mktemp("odd")
    rules = RULES.replace("{when}", "shipped")
    with standing(folder, str(folder / "retour.sqlite"), rules) as made:
        yield made, asked(made)
