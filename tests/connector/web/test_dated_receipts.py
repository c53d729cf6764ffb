"""The customer reads on which day his goods came, went back to him, and why not all."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from connector.steps import decide
from tests.connector.web.sandbox_world import (
    NAME,
    RULES,
    Stand,
    Visit,
    chooses,
    customer,
    merchant,
    standing,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WAYS = f"/returns/{NAME}/ways"


@pytest.fixture
def stand(tmp_path: Path, address: str) -> Iterator[Stand]:
    with standing(tmp_path, address, RULES, "ES") as made:
        yield made


def claims(stand: Stand, way: str) -> Visit:
    """Let a customer ask for two defective shirts to be made good so."""
    visit = customer(stand)
    chooses(visit, "defective", **{"quantity-a": "2"})
    visit.post(WAYS, **{"way-a": way, "go": "chosen"})
    visit.post(WAYS, go="send")
    decide.run(stand.db, stand.shop, stand.clock)
    assert stand.case().status == "awaited"
    return visit


def does(stand: Stand, deed: str, **given: str) -> Visit:
    """Fill in a form of the only line, as the merchant."""
    case, visit = stand.case(), merchant(stand)
    visit.get(f"/console/returns/{case.id}")
    visit.post(f"/console/returns/{case.id}/lines/{case.lines[0].id}/{deed}", **given)
    return visit


def counts(stand: Stand, why: str = "", **given: str) -> Visit:
    nothing = {"received": "0", "accepted": "0", "rejected": "0", "lost": "0"}
    return does(stand, "receive", **nothing | given, why=why)


def read(visit: Visit) -> str:
    """Return the words of the customer's page, read anew."""
    visit.get(visit.path)
    return " ".join(re.sub(r"<[^>]+>", " ", visit.page).split())


def test_goods_for_repair_have_a_dated_receipt_both_ways(stand: Stand) -> None:
    visit = claims(stand, "repair")
    assert "Received by us" not in read(visit)
    stand.clock.pass_by(days=2)
    first = stand.clock()
    counts(stand, received="1")
    stand.clock.pass_by(days=1)
    second = stand.clock()
    counts(stand, received="1", accepted="2")
    days = [f"{one:%B} {one.day}, {one.year}" for one in (first, second)]
    assert f"Received by us: 2, on {days[0]}; {days[1]}" in read(visit)
    assert "Sent back to you" not in read(visit)
    stand.clock.pass_by(days=5)
    back = stand.clock()
    does(stand, "hand-back", units="2")
    stand.clock.pass_by(days=5)
    said = read(visit)
    assert f"Sent back to you: 2, on {back:%B} {back.day}, {back.year}" in said
    assert "print it or keep it" in said


def test_faulty_goods_are_rejected_with_words_that_the_customer_reads(
    stand: Stand,
) -> None:
    visit = claims(stand, "refund")
    refused = counts(stand, received="2", accepted="1", rejected="1")
    assert "say why the goods are rejected" in refused.page
    assert stand.case().lines[0].received == 0
    counts(stand, "Cut by scissors.", received="2", accepted="1", rejected="1")
    assert re.search(r"Not accepted: 1 \S Cut by scissors\.", read(visit))
