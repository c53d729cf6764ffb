"""Killed around every commit: no statement without its receipt, no receipt lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pytest

from connector.demo import World, build
from connector.demo.world import BOOTS
from connector.steps import audit
from connector.store import letters, returns, statements
from jobs.schedule import once, read_statements, send_letters
from tests.dying import Dying, Killed
from tests.mailbox import mailbox
from tests.stories.declaring import forms, mailing
from tests.stories.way import bought

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask.testing import FlaskClient

    from tests.mailbox import Mailbox

WHENS = ("before", "after")
SAID = {"name": "Ada", "reach": "ada@example.test"}


@pytest.fixture
def mortal(tmp_path: Path, address: str) -> Iterator[World]:
    with build(tmp_path, seed=1, database=address, kind=Dying) as made:
        yield made
        assert audit.run(made.office.db) == []


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Mailbox]:
    with mailbox(tmp_path) as made:
        yield made


def dying(world: World) -> Dying:
    return cast("Dying", world.office.db)


def second_step(world: World, number: str) -> tuple[FlaskClient, str, dict[str, str]]:
    """Go as far as the button that declares it."""
    client = world.office.app.test_client()
    first = client.get(f"/returns/{BOOTS}/withdraw").get_data(as_text=True)
    ((to, carried),) = forms(first)
    said = carried | SAID | {"contract": number}
    page = client.post(to, data=said).get_data(as_text=True)
    to, carried = forms(page)[0]
    return client, to, carried


@pytest.mark.parametrize("when", WHENS)
def test_a_click_is_a_statement_with_its_receipt_or_nothing(
    mortal: World, when: str
) -> None:
    client, to, carried = second_step(mortal, "1001")
    dying(mortal).die_at(1, when)
    with pytest.raises(Killed):
        client.post(to, data=carried)
    dying(mortal).live()
    kept = statements.recent(mortal.office.db)
    assert len(kept) == (when == "after")
    assert all(len(letters.of_statement(mortal.office.db, x.id)) == 1 for x in kept)
    answer = client.post(to, data=carried)  # the customer clicks again
    assert answer.status_code == 303
    (one,) = statements.recent(mortal.office.db)
    assert len(letters.of_statement(mortal.office.db, one.id)) == 1


@pytest.mark.parametrize("when", WHENS)
@pytest.mark.parametrize("commit", [1, 2])
def test_a_receipt_is_sent_and_a_second_copy_is_known_as_one(
    mortal: World, box: Mailbox, commit: int, when: str
) -> None:
    client, to, carried = second_step(mortal, "1001")
    client.post(to, data=carried)
    work = mailing(mortal, box)
    dying(mortal).die_at(commit, when)
    with pytest.raises(Killed):
        send_letters(work, BOOTS)
    dying(mortal).live()
    for _ in range(3):
        mortal.clock.pass_by(minutes=11)
        once(work)
    (one,) = statements.recent(mortal.office.db)
    (letter,) = letters.of_statement(mortal.office.db, one.id)
    assert letter.state == "sent"
    twice = (commit, when) == (2, "before")  # sent, and killed before that was kept
    assert len(box.came) == 1 + twice
    assert {x["Message-ID"] for x in box.came} == {f"<{letter.id}@shop.example>"}


@pytest.mark.parametrize("when", WHENS)
@pytest.mark.parametrize("commit", [1, 2, 3, 4])
def test_a_statement_becomes_one_return(
    mortal: World, box: Mailbox, commit: int, when: str
) -> None:
    purchase = bought(mortal, BOOTS)
    client, to, carried = second_step(mortal, purchase.number)
    client.post(to, data=carried)
    work = mailing(mortal, box)
    dying(mortal).die_at(commit, when)
    try:
        read_statements(work, BOOTS)
    except Killed:
        was_killed = True
    else:
        was_killed = False
    dying(mortal).live()
    assert was_killed or commit > 2
    for _ in range(2):
        mortal.clock.pass_by(minutes=11)
        once(work)
    (case,) = returns.of_order(mortal.office.db, BOOTS, purchase.ref)
    (kept,) = statements.recent(mortal.office.db)
    assert kept.return_id == case.id
    assert len(box.came) == 1
