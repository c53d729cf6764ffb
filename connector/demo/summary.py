"""What the play came to: its own sums beside the shops' books, way by way."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from connector.demo import books
from connector.demo.books import Given
from connector.demo.world import BOOTS, TEE
from connector.states import Refund
from connector.steps import audit
from connector.store import inbox, letters, refunds, returns, statements

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connector.demo.customers import Purchase
    from connector.demo.guest import Guest
    from connector.demo.scenes import Scene
    from connector.demo.world import World

OUT = (Refund.SUBMITTED, Refund.UNKNOWN, Refund.PENDING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What the play found at its end; `is_sound` when all balances.

    `report` is JSON: by shop, its counts and amounts in minor units, and `ways`: by
    scene, what was due by the play's own sums, what the shop gave, the returns.
    """

    report: dict[str, Any]
    is_sound: bool


def result(
    world: World,
    seed: int,
    purchases: Sequence[Purchase],
    guests: Sequence[tuple[Scene, Guest]],
) -> Result:
    """Put the report together."""
    shops = {
        name: _shop(
            world,
            name,
            [one for one in purchases if one.shop == name],
            [one for one in guests if one[1].shop == name],
        )
        for name in (TEE, BOOTS)
    }
    report: dict[str, Any] = {"seed": seed, "shops": shops}
    breaches = [f"{one.rule}: {one.which}" for one in audit.run(world.office.db)]
    if breaches:
        report["breaches"] = breaches
    is_sound = not breaches and all(_is_sound(one) for one in shops.values())
    return Result(report=report, is_sound=is_sound)


def _is_sound(one: dict[str, Any]) -> bool:
    is_even = one["difference_minor"] == 0 and one["unknown_left"] == 0
    return is_even and all(way["balances"] for way in one["ways"].values())


def _shop(
    world: World,
    name: str,
    mine: Sequence[Purchase],
    guests: Sequence[tuple[Scene, Guest]],
) -> dict[str, Any]:
    db = world.office.db
    received, copies = inbox.counts(db, name)
    said = returns.decision_counts(db, name)
    external = _staff(world, name)
    at_shop = books.money(world, name) + external
    due = sum(one.due for one in mine) + sum(one.due.money for _, one in guests)
    rows = refunds.recent(db, name, limit=10**6)
    return {
        "platform": world.office.work.shops[name].platform,
        "orders": len(mine) + len(guests),
        "webhooks_received": received,
        "webhooks_duplicate": copies,
        "webhooks_rejected": world.office.doors.rejected[name],
        "returns": sum(said.values()),
        "approved": said.get("approved", 0),
        "declined": said.get("declined", 0),
        "needs_person": said.get("needs_person", 0),
        "refunds": sum(row.state is Refund.CONFIRMED for row in rows),
        "refunds_due_minor": due,
        "refunds_at_shop_minor": at_shop,
        "external_minor": external,
        "difference_minor": at_shop - external - due,
        "unknown_left": sum(row.state in OUT for row in rows),
        "statements": len(statements.recent(db, name)),
        "letters_waiting": letters.waiting(db, name),  # receipts not sent yet
        "ways": {scene.name: _way(world, guest) for scene, guest in guests},
    }


def _staff(world: World, name: str) -> int:
    if name == TEE:
        return world.tee.paid_out_minor(by="staff")
    return world.boots.paid_out_minor(by="staff")


def _way(world: World, guest: Guest) -> dict[str, Any]:
    """Compare what one guest is owed with what the shop gave him."""
    due = Given()
    due.add(guest.due)
    given = books.of_customer(world, guest.shop, guest.email)
    return {
        "returns": list(guest.numbers),
        "due": asdict(due),
        "given": asdict(given),
        "by_hand_minor": guest.by_hand,
        "balances": due == given and bool(guest.numbers),
    }
