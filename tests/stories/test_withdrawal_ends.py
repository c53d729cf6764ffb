"""How long it is kept who withdrew: as proof, and then no longer (no. 28)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from connector.demo.world import TEE
from connector.steps import cancel, purge
from connector.store import desk, letters, returns, statements
from tests.stories.declaring import withdrawal

if TYPE_CHECKING:
    from connector.demo import World
    from connector.store.statements import Statement
    from jobs.schedule import Work


def ended(world: World, work: Work) -> Statement:
    """Let a customer withdraw, and his return end; no mail server sends the receipt."""
    _, case = withdrawal(world, replace(work, messenger=None))
    db = world.office.db
    world.clock.pass_by(days=100)
    shop = world.office.branches.shops[TEE]
    cancel.cancel(db, shop, case.id, actor="test", now=world.clock())
    (kept,) = statements.recent(db)
    assert returns.get(db, case.id).cancelled_at
    assert [one.state for one in letters.of_statement(db, kept.id)] == ["planned"]
    return kept


@pytest.mark.parametrize("days", [30, None])
def test_28_a_receipt_is_kept_as_proof_and_then_ends(
    world: World, work: Work, days: int | None
) -> None:
    kept, db, end = ended(world, work), world.office.db, world.clock()
    people = timedelta(days=days) if days else None  # its own term, whatever theirs is
    terms = purge.Terms(people=people)
    purge.run(db, terms, end + timedelta(days=1094))
    assert statements.get(db, kept.id).said == kept.said
    purge.run(db, purge.Terms(statements=None), end + timedelta(days=4000))
    assert statements.get(db, kept.id).said == kept.said
    purge.run(db, terms, end + timedelta(days=1096))
    gone = statements.get(db, kept.id)
    assert (gone.said.name, gone.said.reach, gone.digest) == ("", "", kept.digest)
    (letter,) = letters.of_statement(db, kept.id)
    assert (letter.state, letter.recipient, letter.body) == ("given_up", "", "")


def test_what_waits_for_a_person_is_not_forgotten(world: World, work: Work) -> None:
    kept, db, end = ended(world, work), world.office.db, world.clock()
    desk.put(
        db,
        shop=TEE,
        about="receipt",
        about_id=kept.id,
        code="not_sent",
        why="hand it over",
        now=end,
    )
    purge.run(db, purge.Terms(), end + timedelta(days=2000))
    assert statements.get(db, kept.id).said == kept.said
