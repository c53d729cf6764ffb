"""A customer at the withdrawal function, and a mail server that takes the receipts."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from typing import TYPE_CHECKING

import requests

from adapters.messages.smtp import Smtp
from connector.config import Secret
from connector.demo.world import TEE
from connector.store import returns
from jobs.schedule import once
from tests.mailbox import PASSWORD, USER
from tests.stories.way import bought, told_of

if TYPE_CHECKING:
    from connector.demo import World
    from connector.demo.customers import Purchase
    from connector.model import Return
    from jobs.schedule import Work
    from tests.mailbox import Mailbox

HIDDEN = re.compile(r'type="hidden" name="([^"]+)" value="([^"]*)"')
FORM = re.compile(r'<form method="post" action="([^"]+)">(.*?)</form>', re.DOTALL)


def forms(page: str) -> list[tuple[str, dict[str, str]]]:
    """Return each form of a page: its address, and what it carries unseen."""
    return [
        (unescape(to), {name: unescape(x) for name, x in HIDDEN.findall(inside)})
        for to, inside in FORM.findall(page)
    ]


def particulars(purchase: Purchase, **other: str) -> dict[str, str]:
    return {
        "name": "Ada Lovelace",
        "contract": purchase.number,
        "reach": purchase.email,
    } | other


class Customer:
    """One browser at the function."""

    def __init__(self, world: World, shop: str, language: str = "en") -> None:
        self.url, self.world = world.url, world
        self.session = requests.Session()
        self.start = f"{world.url}/returns/{shop}/withdraw?lang={language}"

    def first(self, said: dict[str, str]) -> requests.Response:
        """Fill the first step in and go on."""
        page = self.session.get(self.start, timeout=30)
        ((to, carried),) = forms(page.text)
        return self.session.post(self.url + to, data=carried | said, timeout=30)

    def confirm(self, page: requests.Response) -> requests.Response:
        """Click the one button."""
        to, carried = forms(page.text)[0]
        return self.session.post(self.url + to, data=carried, timeout=30)

    def declare(self, said: dict[str, str]) -> requests.Response:
        page = self.confirm(self.first(said))
        self.session.close()
        assert page.status_code == 200, page.text
        return page


def mailing(world: World, box: Mailbox) -> Work:
    """Return the jobs' work, with a mail server to send through."""
    smtp = Smtp(
        host="localhost",
        port=box.port,
        security="starttls",
        user=USER,
        password=Secret(PASSWORD),
        sender="returns@shop.example",
        timeout=10,
        clock=world.clock,
        ca_file=box.ca_file,
    )
    return replace(world.office.work, messenger=smtp)


def later(world: World, work: Work, **parts: float) -> None:
    """Let time pass, webhooks arrive and every job run."""
    world.clock.pass_by(**parts)
    world.tee.deliver()
    world.boots.deliver()
    world.clock.pass_by(minutes=1)
    once(told_of(world, work))


def withdrawal(world: World, work: Work) -> tuple[Purchase, Return]:
    """Withdraw from an order whose customer lives in Germany, in the shop's portal."""
    purchase = bought(world, TEE)
    Customer(world, TEE).declare(particulars(purchase))
    later(world, work, minutes=1)
    (case,) = returns.of_order(world.office.db, TEE, purchase.ref)
    return purchase, case
