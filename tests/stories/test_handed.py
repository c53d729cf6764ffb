"""Who hands faulty goods in has the day in writing, by mail, and once (no. 44)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from connector import handed
from connector.errors import MailRefused
from connector.model import Kind, Resolution
from connector.steps import amends, inspect
from connector.steps import letters as sending
from connector.steps.inspect import Counted
from connector.store import desk, letters, orders, personal, returns
from connector.withdrawal import Seller
from tests.stories.making_good import still
from tests.stories.test_contested import Desk, at

if TYPE_CHECKING:
    from connector.messenger import Message
    from connector.model import Return

__all__ = ["at"]  # a fixture
SELLER = Seller(title="Boots Ltd", address="1 High Street", email="help@boots.test")


class Post:
    """A mail server that takes letters, or refuses them."""

    def __init__(self, *, refuses: bool = False) -> None:
        self.came: list[Message] = []
        self.refuses = refuses

    def send(self, message: Message) -> None:
        if self.refuses:
            msg = "550 no such mailbox"
            raise MailRefused(msg)
        self.came.append(message)


def handed_in(
    at: Desk, way: Resolution, language: str = "es", email: str = "ada@example.test"
) -> Return:
    """Let goods of a claim be approved so, and come."""
    counter = at.counter
    at.lives_in("ES")
    order = orders.get(counter.db, counter.shop.name, "29")
    named = replace(order, customer=replace(order.customer, email=email))
    counter.shop.sell(named)
    orders.keep(counter.db, counter.shop.name, named)
    case = at.asked(Kind.FAULTY, "a", "b")
    counter.db.execute("UPDATE returns SET language = :x", x=language)
    mended = case.lines[0]
    amends.instead(
        counter.db,
        counter.shop.abilities,
        case.id,
        mended.id,
        way,
        actor="w",
        why="it can be",
        now=counter.now,
    )
    for line in case.lines:
        at.says_of(case, line.id, "approve")
    counted = {x.id: Counted(received=1, accepted=1) for x in case.lines}
    inspect.receive(counter.db, case.id, counted, actor="w", now=counter.now)
    return returns.get(counter.db, case.id)


def sends(at: Desk, post: Post) -> None:
    for _ in range(2):
        sending.run(
            at.counter.db, at.counter.shop.name, post, SELLER, still(at.counter.now)
        )


def test_44_a_repair_is_confirmed_by_mail_both_ways_once(at: Desk) -> None:
    case, post = handed_in(at, Resolution.REPAIR), Post()
    sends(at, post)
    (came,) = post.came
    order = orders.get(at.counter.db, case.shop, case.order_ref)
    first, second = order.lines[:2]
    assert came.recipient == order.customer.email
    assert case.number in came.subject
    assert "Entregado el: 2 de noviembre de 2026" in came.body
    assert f"1 x {first.title}" in came.body
    assert second.title not in came.body  # it is paid, not put right
    assert "Boots Ltd, 1 High Street\nhelp@boots.test" in came.body
    amends.hand_back(
        at.counter.db, case.id, case.lines[0].id, 1, actor="w", now=at.counter.now
    )
    sends(at, post)
    assert [one.subject.split(":")[0] for one in post.came] == ["Justificante"] * 2
    assert "Devuelto el: 2 de noviembre de 2026" in post.came[1].body


@pytest.mark.parametrize("language", ["en", "fr", "de", "es", "it"])
def test_each_language_has_its_words(at: Desk, language: str) -> None:
    case, post = handed_in(at, Resolution.REPAIR, language), Post()
    sends(at, post)
    words = handed.TEXTS.get(language, handed.TEXTS["en"])
    assert words["came_intro"] in post.came[0].body
    assert post.came[0].subject == words["came_subject"] % {"number": case.number}


def test_what_is_only_paid_needs_no_paper(at: Desk) -> None:
    post = Post()
    handed_in(at, Resolution.REFUND)
    sends(at, post)
    assert post.came == []


def test_who_has_no_address_gets_none(at: Desk) -> None:
    case = handed_in(at, Resolution.REPAIR, email="")
    assert letters.of_return(at.counter.db, case.id) == []


def test_a_paper_that_no_server_takes_is_a_person_s(at: Desk) -> None:
    case = handed_in(at, Resolution.REPAIR)
    sends(at, Post(refuses=True))
    (matter,) = desk.about(at.counter.db, case.id)
    assert "print the page of his return" in matter.why


def test_a_paper_is_forgotten_with_its_order(at: Desk) -> None:
    case = handed_in(at, Resolution.REPAIR)
    db, post = at.counter.db, Post()
    done = personal.erase_order(db, case.shop, case.order_ref, at.counter.now)
    assert done["letters"] == 1
    sends(at, post)
    assert post.came == []
    (kept,) = letters.of_return(db, case.id)
    assert (kept.recipient, kept.body) == ("", "")
    assert replace(kept, state="given_up") == kept
