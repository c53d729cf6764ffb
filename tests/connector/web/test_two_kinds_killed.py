"""Two kinds in one form: killed around every commit, both returns or none."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

import pytest

from connector.model import Kind
from connector.store import connect, returns
from tests.connector.web.sandbox_world import (
    NAME,
    RULES,
    Visit,
    chooses,
    customer,
    fields,
    standing,
)
from tests.dying import Dying, Killed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from connector.model import Return
    from tests.connector.web.sandbox_world import Stand

WAYS = f"/returns/{NAME}/ways"
MOST = 20  # commits, surely more than there are


@pytest.fixture
def stand(tmp_path: Path, address: str) -> Iterator[Stand]:
    """The pages, on a database whose process can die."""
    with standing(tmp_path, address, RULES) as made:
        mortal = connect(address, Dying)
        face = made.app.extensions["retour"]
        made.app.extensions["retour"] = replace(face, db=mortal)
        yield replace(made, db=mortal)
        mortal.close()


def ready(stand: Stand) -> Visit:
    """Go as far as the button: one shirt is too much, the mug is broken."""
    visit = customer(stand)
    more = {"quantity-b": "1", "reason-b": "defective"}
    chooses(visit, "changed-my-mind", **more)
    visit.post(WAYS, **{"way-a": "refund", "way-b": "refund", "go": "chosen"})
    return visit


def opened(stand: Stand) -> list[Return]:
    return [returns.get(stand.db, x.id) for x in returns.recent(stand.db, NAME)]


@pytest.mark.parametrize("when", ["before", "after"])
def test_both_are_opened_or_none_and_to_send_it_again_makes_no_more(
    stand: Stand, when: str
) -> None:
    """One process after the other dies, each a commit later; then one lives."""
    visit, mortal = ready(stand), cast("Dying", stand.db)
    died_with = set()
    for commit in range(1, MOST):
        mortal.die_at(commit, when)
        try:
            visit.browser.post(WAYS, data={**fields(visit.page), "go": "send"})
        except Killed:
            died_with.add(len(opened(stand)))
        else:
            break
        finally:
            mortal.live()
    assert died_with == ({0} if when == "before" else {0, 2})
    found = opened(stand)
    assert {one.kind for one in found} == {Kind.VOLUNTARY, Kind.FAULTY}
    visit.post(WAYS, go="send")  # once more, as from another tab
    assert len(opened(stand)) == len(found) == 2
    assert found[-1].number in visit.page
