"""A fault that is claimed late in the shop itself is a claim, at both stand-ins."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from connector.demo.world import BOOTS, TEE
from connector.model import Kind
from tests.stories.way import arrived, bought, paid, run, the_refund, the_return
from tests.stories.wps import newest, screen, wants

if TYPE_CHECKING:
    from connector.demo import World

STATES = {"awaited": "open", "needs_person": "requested", "declined": "declined"}


@pytest.mark.parametrize(
    ("reason", "kind", "status"),
    [
        ("damaged-or-defective", Kind.FAULTY, "awaited"),
        ("other-reason", Kind.VOLUNTARY, "needs_person"),
        ("changed-my-mind", Kind.VOLUNTARY, "declined"),
    ],
)
def test_in_shopify(world: World, reason: str, kind: Kind, status: str) -> None:
    purchase = bought(world, TEE)
    world.clock.pass_by(days=60)
    line = purchase.lines[0].ref
    ref = world.tee.customer_requests_return(purchase.ref, [(line, 2, reason)])
    run(world)
    case = the_return(world, purchase)
    assert (case.kind, case.status) == (kind, status)
    there = world.office.work.shops[TEE].shop_return(ref)
    assert there.status == STATES[status]
    if kind is Kind.FAULTY:
        arrived(world, purchase)
        run(world)
        assert paid(world, purchase) == the_refund(world, purchase).amount.minor


@pytest.mark.parametrize(
    ("subject", "kind", "status"),
    [
        ("It is defective", Kind.FAULTY, "awaited"),
        ("Il est défectueux", Kind.FAULTY, "awaited"),
        ("Geht nicht mehr", Kind.VOLUNTARY, "needs_person"),
    ],
)
def test_in_a_plugin_of_woocommerce(
    wps: World, subject: str, kind: Kind, status: str
) -> None:
    purchase = bought(wps, BOOTS)
    wps.clock.pass_by(days=60)
    assert wants(wps, purchase, subject=subject)
    run(wps)
    case = newest(wps, purchase)
    assert (case.kind, case.status) == (kind, status)
    is_open = status == "needs_person"
    assert (screen(wps, purchase)[0] == "pending") is is_open
