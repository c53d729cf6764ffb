"""The customer says how goods come back, and the policy hears it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connector.store import returns
from tests.connector.shapes import eur
from tests.connector.web.sandbox_world import (
    NAME,
    RULES,
    Stand,
    Visit,
    chooses,
    customer,
    fields,
    merchant,
    standing,
)

if TYPE_CHECKING:
    from pathlib import Path

    from connector.money import Money

WAYS = f"/returns/{NAME}/ways"
METHODS = """
[[methods]]
code = "in-store"
labels = { en = "I bring it to the shop", de = "Ich bringe es vorbei" }
[[methods]]
code = "post"
labels = { en = "I send it by post", de = "Ich schicke es mit der Post" }
[fees]
return_shipping = "4.90"
[[fees.special]]
name = "brought"
when = { method = "in-store" }
return_shipping = "0"
"""


def requests(stand: Stand, method: str) -> Visit:
    """Go the whole way to an open return, in a country without a right to withdraw."""
    visit = customer(stand)
    chooses(visit, method=method)
    visit.post(WAYS, **{"way-a": "refund", "go": "chosen"})
    assert "Is everything right?" in visit.page, visit.page
    visit.post(WAYS, go="send")
    assert "/status/" in visit.path, visit.page
    return visit


@pytest.mark.parametrize(("method", "fee"), [("in-store", None), ("post", eur(490))])
def test_the_way_back_that_was_chosen_decides_the_fee(
    tmp_path: Path, address: str, method: str, fee: Money | None
) -> None:
    with standing(tmp_path, address, RULES + METHODS, "CH") as stand:
        requests(stand, method)
        stand.work(1)
        case = stand.case()
        assert case.terms is not None
        assert (case.method, case.terms.return_fee) == (method, fee)


def test_what_is_foreseen_is_told_with_the_way_back(
    tmp_path: Path, address: str
) -> None:
    with standing(tmp_path, address, RULES + METHODS, "CH") as stand:
        visit = customer(stand)
        assert "I bring it to the shop" in visit.page
        chooses(visit, method="post")
        visit.post(WAYS, **{"way-a": "refund", "go": "chosen"})
        assert "€4.90" in visit.page
        assert "I send it by post" in visit.page
        assert fields(visit.page)["method"] == "post"
        visit.post(WAYS, go="send", method="in-store")  # another page's figures
        assert "Is everything right?" in visit.page
        assert "€4.90" not in visit.page
        visit.post(WAYS, go="send")
        assert "I bring it to the shop" in visit.page
        desk = merchant(stand)
        desk.get(f"/console/returns/{stand.case().id}")
        assert "I bring it to the shop" in desk.page


def test_what_is_brought_is_told_where_to_and_is_not_sent(
    tmp_path: Path, address: str
) -> None:
    rules = METHODS.replace(
        'code = "in-store"',
        'code = "in-store"\nbring_to = { en = "1 High Street", de = "Marktplatz 1" }',
    )
    with standing(tmp_path, address, RULES + rules, "CH") as stand:
        visit = requests(stand, "in-store")
        stand.work(1)
        visit.get(visit.path)
        assert "Bring it to: <address>1 High Street</address>" in visit.page
        assert "Send" not in visit.page
        assert "sent the parcel" not in visit.page
        assert "parcel" not in visit.page.partition("What comes next")[2]
        visit.get(f"{visit.path}?lang=de")
        assert "Marktplatz 1" in visit.page


@pytest.mark.parametrize(
    ("method", "place", "english", "german"),
    [
        ("in-store", "High Street", "for it in the store", "im Geschäft erwartet"),
        ("in-store", "", "for the goods", "Ware erwartet"),
        ("", "", "for the parcel", "Paket erwartet"),
    ],
)
def test_the_badge_says_where_the_goods_are_waited_for(
    tmp_path: Path, address: str, method: str, place: str, english: str, german: str
) -> None:
    bring = 'code = "in-store"\nbring_to = "1 High Street"'
    rules = METHODS.replace('code = "in-store"', bring) if place else METHODS
    with standing(tmp_path, address, RULES + rules * bool(method), "CH") as stand:
        visit = requests(stand, method)
        stand.work(1)
        desk = merchant(stand)
        found = f"/returns/{NAME}/choose"
        pages = ((visit, visit.path), (visit, found), (desk, "/console/returns"))
        for reader, path in pages:
            reader.get(f"{path}?lang=en")
            assert f"Approved, waiting {english}" in reader.page
            reader.get(f"{path}?lang=de")
            assert german in reader.page


@pytest.mark.parametrize("method", ["in-store", "post"])
def test_a_way_that_says_no_place_is_not_told_to_send(
    tmp_path: Path, address: str, method: str
) -> None:
    with standing(tmp_path, address, RULES + METHODS, "CH") as stand:
        visit = requests(stand, method)
        stand.work(1)
        visit.get(visit.path)
        assert "Send or bring it to:" in visit.page


def test_a_way_back_must_be_one_of_the_policy_s(tmp_path: Path, address: str) -> None:
    with standing(tmp_path, address, RULES + METHODS, "CH") as stand:
        for method in ("", "drone"):
            visit = customer(stand)
            chooses(visit, method=method)
            assert visit.code == 400
            assert "Choose how it comes back." in visit.page
        assert returns.recent(stand.db, NAME) == []


def test_where_the_policy_lists_none_nobody_is_asked(
    tmp_path: Path, address: str
) -> None:
    with standing(tmp_path, address, RULES, "CH") as stand:
        visit = customer(stand)
        assert "How does it come back?" not in visit.page
        requests(stand, "in-store")
        assert stand.case().method == ""
