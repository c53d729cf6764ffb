"""What one form asked for is found again, and a matter names its return."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.store import returns
from tests.connector.web.sandbox_world import (
    NAME,
    QUESTION,
    RULES,
    chooses,
    customer,
    merchant,
    standing,
)

if TYPE_CHECKING:
    from pathlib import Path

WAYS = f"/returns/{NAME}/ways"


def test_two_returns_of_one_form_lead_to_each_other(
    tmp_path: Path, address: str
) -> None:
    with standing(tmp_path, address, country="CH") as stand:
        visit = customer(stand)
        chooses(visit, **{"quantity-b": "1", "reason-b": "defective"})
        visit.post(WAYS, **{"way-a": "refund", "way-b": "refund", "go": "chosen"})
        visit.post(WAYS, go="send")
        assert [one.number for one in returns.recent(stand.db, NAME)] == [
            "29-R2",
            "29-R1",
        ]
        assert "Return 29-R1" in visit.page
        assert ">29-R2</a>" in visit.page
        visit.get(visit.page.partition('">29-R2</a>')[0].rpartition('href="')[2])
        assert "Return 29-R2" in visit.page
        assert ">29-R1</a>" in visit.page


def test_a_later_return_has_its_own_link(tmp_path: Path, address: str) -> None:
    with standing(tmp_path, address, country="CH") as stand:
        for reason in ("changed-my-mind", "defective"):
            visit = customer(stand)
            chooses(visit, reason)
            visit.post(WAYS, **{"way-a": "refund", "go": "chosen"})
            visit.post(WAYS, go="send")
            stand.work(1)
        assert "Return 29-R2" in visit.page
        assert "29-R1</a>" not in visit.page


def test_the_desk_names_the_return_that_waits(tmp_path: Path, address: str) -> None:
    with standing(tmp_path, address, RULES + QUESTION, "CH") as stand:
        visit = customer(stand)
        chooses(visit)
        given = {"way-a": "refund", "answer-a|tags": "no", "go": "chosen"}
        visit.post(WAYS, **given)
        visit.post(WAYS, go="send")
        stand.work(1)
        desk = merchant(stand)
        desk.get("/console/")
        assert ">Return 29-R1</a>" in desk.page
