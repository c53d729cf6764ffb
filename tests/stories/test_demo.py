"""The demo's play: each way is seen, and what is wrong by a cent is found."""

from __future__ import annotations

from contextlib import contextmanager
from decimal import Decimal
from typing import TYPE_CHECKING

from adapters.shopify.standin import stored_value
from connector.cli import demo
from connector.demo import World, play
from connector.demo.scenes import SCENES
from connector.demo.world import BOOTS, TEE
from connector.saying import Saying, heard
from connector.web.happened import HAPPENED

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pytest

    from tests.prepared import Street

CHEATED = "store credit"
CENT = Decimal("0.01")
THEIRS = "the connection broke before the answer was whole (error=ConnectionError)"


@contextmanager
def cheating(world: World, done: list[str]) -> Iterator[None]:
    """Give the first guest a cent that nobody owes her, once."""
    for who in world.tee.customers.values():
        if who.email == "guest1.tee@example.test" and not done:
            stored_value.give(world.tee, who, CENT, "EUR", event="ADJUSTMENT")
            done.append(who.email)
    yield


def untold(world: World) -> list[str]:
    """Return what the desk and the timelines say of our own in no language but ours."""
    db = world.office.db
    kept = db.query(
        "SELECT why FROM desk UNION SELECT why FROM history WHERE actor IN"
        " ('retour', 'policy', 'shop', 'watchdog')"
    )
    said = [heard(row["why"]) for row in kept if " " in row["why"]]
    return [one for one in said if not isinstance(one, Saying) and one not in THEIRS]


def unworded(world: World) -> set[tuple[str, str]]:
    """Return what happened to returns that a timeline has no words for."""
    rows = world.office.db.query(
        "SELECT DISTINCT about, event FROM history WHERE return_id IS NOT NULL"
    )
    told = {(row["about"], row["event"].partition(":")[0]) for row in rows}
    return told - HAPPENED.keys()


def test_what_ordinary_customers_are_owed_is_what_they_get(
    tmp_path: Path, street: Street
) -> None:
    """By the play's own sums, which know the policy and nothing of Retour.

    Scenes balance in the next test, and in the simulation over HTTP.
    """
    with street.story(tmp_path, "sqlite") as world:
        found = play(world, 24, 3, scenes=())
        assert found.is_sound, found.report
    assert all(one["refunds_due_minor"] for one in found.report["shops"].values())


def test_every_way_is_played_at_both_shops_and_a_cent_too_much_is_found(
    tmp_path: Path, street: Street, capsys: pytest.CaptureFixture[str]
) -> None:
    done: list[str] = []
    with street.story(tmp_path, "sqlite") as world:
        found = play(world, 2, 1, hazard=lambda: cheating(world, done))
        assert untold(world) == []
        assert unworded(world) == set()
    assert done
    assert not found.is_sound
    for shop in (TEE, BOOTS):
        ways = found.report["shops"][shop]["ways"]
        assert set(ways) == {one.name for one in SCENES if one.is_at(shop)}
        wrong = {name for name, one in ways.items() if not one["balances"]}
        assert wrong == ({CHEATED} if shop == TEE else set())
        assert found.report["shops"][shop]["difference_minor"] == 0
    demo._table(found.report)
    shown = capsys.readouterr().out
    assert shown.count("NO") == 1
    assert all(one.name.split()[0] in shown for one in SCENES)
