"""Hands at a WooCommerce shop with WP Swings' plugin, and what is seen there."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

import requests

from connector.demo.world import BOOTS, PASSWORD
from connector.steps import inspect
from connector.steps.inspect import Counted
from connector.store import desk, refunds, returns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.demo import World
    from connector.demo.customers import Purchase
    from connector.model import Return


def number(purchase: Purchase) -> int:
    return int(purchase.ref)


def wants(world: World, purchase: Purchase, units: int = 2, **form: str) -> bool:
    """Ask in the plugin's own form, for units of the only line."""
    lines = [(int(purchase.lines[0].ref), units)]
    form = {"subject": "Too small", "reason": 'size "L" pinches'} | form
    return world.boots.wps.request(number(purchase), lines, **form)  # type: ignore[arg-type]


def every(world: World, purchase: Purchase) -> list[Return]:
    return returns.of_order(world.office.db, BOOTS, purchase.ref)


def newest(world: World, purchase: Purchase) -> Return:
    return every(world, purchase)[-1]


def whys(world: World) -> list[str]:
    return [matter.why for matter in desk.open_matters(world.office.db)]


def back(world: World, purchase: Purchase, units: int) -> None:
    """Let goods of the newest return arrive in order."""
    case = newest(world, purchase)
    counted = {case.lines[0].id: Counted(received=units, accepted=units)}
    now = world.clock()
    inspect.receive(world.office.db, case.id, counted, actor="test", now=now)


def status(world: World, purchase: Purchase) -> str:
    return str(world.boots.orders[number(purchase)]["status"])


def screen(world: World, purchase: Purchase) -> tuple[str, ...]:
    return world.boots.wps.screen(number(purchase))


def to_customer(world: World, purchase: Purchase) -> str:
    """Return the newest note that the customer reads."""
    notes = world.boots.notes[number(purchase)]
    return next(str(one["note"]) for one in notes if one["customer_note"])


def rows(world: World, purchase: Purchase) -> list[refunds.RefundRow]:
    return refunds.of_order(world.office.db, BOOTS, purchase.ref)


@contextmanager
def in_console(world: World) -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        page = session.get(f"{world.url}/console/door", timeout=9).text
        form = {"password": PASSWORD, "csrf_token": token(page)}
        session.post(f"{world.url}/console/door", data=form, timeout=9)
        yield session


def token(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found
    return found.group(1)
