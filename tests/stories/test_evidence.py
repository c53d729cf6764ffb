"""Evidence of sending, from the customer's form to the money, and to its erasure.

Directive 2011/83/EU, article 13(3): the money of a withdrawal is held until the goods
or the evidence came. Nobody's number or photo pays by itself (decision 0029).
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import requests

from connector import law, pictures, policy
from connector.demo.world import BOOTS, TEE
from connector.errors import BadRequest
from connector.states import Refund
from connector.steps import audit, clocks, deadlines, evidence, privacy, wayback
from connector.steps.evidence import Offered, Taken
from connector.steps.inspect import SAID_SENT
from connector.store import desk, orders, returns, shops
from connector.store import evidence as kept
from connector.web.portal.links import seal
from jobs.schedule import once
from tests.photographs import photo
from tests.stories.declaring import HIDDEN
from tests.stories.test_privacy import raw
from tests.stories.test_proof_of_sending import approved
from tests.stories.test_term import (
    amounts,
    ends,
    fresh,
    gone,
    received,
    until,
    withdrawn,
)
from tests.stories.test_term import run as works
from tests.stories.way import arrived, paid, run, the_return

if TYPE_CHECKING:
    from datetime import date

    from connector.demo import World
    from connector.model import Return
    from connector.steps.clocks import Reading
    from jobs.schedule import Work

NUMBER = "RR123456785DE"
RECEIPT = photo("teal", (640, 480))
SPOT = pictures.accept(RECEIPT).content[-60:-20]  # bytes that are in no other photo


def posts(world: World, case: Return, **typed: str) -> str:
    """Fill in the form of the return's page over HTTP, with a photo; no script runs."""
    with world.office.app.test_request_context():
        page = f"{world.url}/returns/{case.shop}/status/{seal(case.id)}"
    with requests.Session() as browser:
        form = dict(HIDDEN.findall(browser.get(page, timeout=30).text))
        answer = browser.post(
            page,
            data={**form, **typed},
            files={"receipt": ("receipt.jpg", RECEIPT)},
            timeout=30,
        )
    assert answer.ok, answer.text
    return answer.text


def gives(world: World, case: Return, number: str = NUMBER) -> Taken:
    now = world.clock()
    return evidence.give(world.office.db, case.id, Offered(number=number), now)


def say(world: World, case: Return, word: str, why: str = "") -> None:
    db, now = world.office.db, world.clock()
    wayback.say(db, case.id, word, actor="ann", why=why, now=now)


def reads(world: World, case: Return) -> Reading:
    found = clocks.of(world.office.db, fresh(world, case), world.clock())
    assert found
    return found


def today(world: World) -> date:
    return law.local_day(world.clock(), "DE")


def matters(world: World, case: Return) -> dict[str, str]:
    return {one.code: one.why for one in desk.about(world.office.db, case.id)}


@pytest.mark.parametrize("shop", [TEE, BOOTS])
def test_a_number_and_a_photo_pay_once_a_person_has_looked_and_are_forgotten(
    world: World, shop: str
) -> None:
    purchase, case = approved(world, shop, "shipped")
    page = posts(world, case, carrier="DHL", number=NUMBER)
    assert NUMBER in page
    assert "the shop can see what you gave" in page
    run(world)
    assert paid(world, purchase) == 0
    assert "supplied evidence" in matters(world, case)[SAID_SENT]
    say(world, case, "taken", f"{NUMBER} is in our depot")
    run(world)
    once_paid = paid(world, purchase)
    assert once_paid > 0
    arrived(world, purchase)
    run(world)
    run(world)
    assert the_return(world, purchase).status == "closed"
    found = raw(world)
    assert NUMBER.encode() in found
    assert SPOT in found
    db = world.office.db
    privacy.by_email(
        db, shop, "redact", "ada@example.test", actor="t", now=world.clock()
    )
    once(world.office.work)
    found = raw(world)
    assert NUMBER.encode() not in found
    assert SPOT not in found
    assert paid(world, purchase) == once_paid
    assert audit.run(db) == []


def test_evidence_of_a_withdrawal_is_looked_at_and_pays_on_the_last_day(
    world: World, work: Work
) -> None:
    purchase, case = withdrawn(world, work)
    assert reads(world, case).clock.may_hold
    world.clock.pass_by(days=2)
    assert gives(world, case) is Taken.NEW
    day = today(world)
    found = reads(world, case)
    assert (found.supplied, found.is_unseen, found.clock.what) == (day, True, "refund")
    assert found.clock.until == law.local_day(case.opened_at, "DE") + timedelta(days=14)
    why = matters(world, case)[SAID_SENT]
    assert f"{day:%Y-%m-%d}" in why
    assert law.profile("DE").article("hold") in why
    assert "your policy pays" not in why  # it waits for what was checked
    until(world, ends(world, case) - timedelta(days=4))
    once(work, nightly=True)
    assert (
        f"supplied evidence on {day:%Y-%m-%d}" in matters(world, case)[deadlines.SOON]
    )
    until(world, ends(world, case) - timedelta(hours=2))
    works(world, work)
    assert amounts(world, case) == []  # unseen, it moves nothing
    say(world, case, "taken")
    assert not reads(world, case).is_unseen
    works(world, work)
    assert amounts(world, case) == [Refund.CONFIRMED]
    assert paid(world, purchase) > 0


def test_unseen_evidence_does_not_stop_the_refund_from_being_late(
    world: World, work: Work
) -> None:
    _, case = withdrawn(world, work)
    gives(world, case)
    until(world, ends(world, case, days=16))
    once(work, nightly=True)
    assert "supplied evidence on" in matters(world, case)[deadlines.OVERDUE]
    assert amounts(world, case) == []


def test_new_evidence_after_no_proof_counts_from_its_own_day(
    world: World, work: Work
) -> None:
    _, case = withdrawn(world, work)
    gives(world, case, "12345")
    say(world, case, "refused", "the carrier knows no such number")
    assert reads(world, case).clock.may_hold
    assert reads(world, case).supplied is None
    assert gives(world, case, "12345") is Taken.KNOWN
    assert reads(world, case).clock.may_hold
    assert SAID_SENT not in matters(world, case)
    until(world, ends(world, case, days=20))
    gives(world, case)
    assert SAID_SENT in matters(world, case)
    found = reads(world, case)
    assert (found.clock.what, found.clock.until) == ("refund", today(world))
    say(world, case, "taken")
    works(world, work)
    assert amounts(world, case) == [Refund.CONFIRMED]


def unheard(world: World, case: Return) -> None:
    """Let the policy say that the customer's bare word starts no clock."""
    db, terms = world.office.db, case.terms
    assert terms
    text = 'currency = "EUR"\n[[reasons]]\ncode = "*"\n[law]\ncarrier_receipt = false\n'
    digest = policy.digest(text)
    shops.bind_policy(db, TEE, digest, text, world.clock())
    returns.judged(db, case.id, digest, terms, shipping=case.refund_shipping)


def test_where_the_bare_word_starts_no_clock_evidence_does(
    world: World, work: Work
) -> None:
    _, case = withdrawn(world, work)
    unheard(world, case)
    wayback.told(world.office.db, case.id, now=world.clock())
    assert reads(world, case).clock.may_hold
    until(world, ends(world, case, days=16))
    gives(world, case)
    assert reads(world, case).clock.until == today(world)
    later = today(world) + timedelta(days=1)
    world.clock.pass_by(days=1)
    assert gives(world, case, "98765") is Taken.NEW
    say(world, case, "taken")
    assert reads(world, case).clock.until == later - timedelta(
        days=1
    )  # the first counts


def test_in_the_united_kingdom_the_fourteen_days_run_from_the_evidence(
    world: World, work: Work
) -> None:
    _, case = withdrawn(world, work)
    order = orders.get(world.office.db, TEE, case.order_ref)
    world.office.db.execute(
        "UPDATE orders SET snapshot = replace(snapshot, :old, :new) WHERE ref = :ref",
        old=f'"country":"{order.customer.country}"',
        new='"country":"GB"',
        ref=order.ref,
    )
    unheard(world, case)
    world.clock.pass_by(days=3)
    gives(world, case)
    found = reads(world, case)
    assert found.clock.until == law.local_day(world.clock(), "GB") + timedelta(days=14)


def test_evidence_of_what_was_lost_asks_whether_it_is_proof(
    world: World, work: Work
) -> None:
    _, case = withdrawn(world, work)
    gone(world, case)
    once(work, nightly=True)
    assert "supplied" not in matters(world, case)[deadlines.LOST]
    gives(world, case)
    once(work, nightly=True)
    found = matters(world, case)
    assert "supplied evidence on" in found[deadlines.LOST]
    assert SAID_SENT in found
    say(world, case, "taken")
    until(world, ends(world, case) - timedelta(hours=20))
    works(world, work)
    assert amounts(world, case) == [Refund.CONFIRMED]


def test_goods_that_came_ask_for_no_look_and_a_closed_return_takes_nothing(
    world: World, work: Work
) -> None:
    _, case = withdrawn(world, work)
    gives(world, case)
    received(world, case)
    assert SAID_SENT not in matters(world, case)
    assert gives(world, case, "98765") is Taken.NEW  # kept, and nobody is asked
    assert SAID_SENT not in matters(world, case)
    returns.finish(
        world.office.db, fresh(world, case), "close", "retour", world.clock()
    )
    assert gives(world, case, "45678") is Taken.OVER
    assert len(kept.of_return(world.office.db, case.id)) == 2


@pytest.mark.parametrize("when", ["requested", "received", "inspected"])
def test_where_nothing_hangs_on_it_it_is_kept_and_nobody_is_asked(
    world: World, when: str
) -> None:
    _, case = approved(world, BOOTS, when)
    assert gives(world, case) is Taken.NEW
    assert matters(world, case) == {}
    assert len(kept.of_return(world.office.db, case.id)) == 1
    found = reads(world, case)
    assert (found.supplied is None, found.is_unseen) == (False, False)
    with pytest.raises(BadRequest, match="hangs"):
        say(world, case, "taken")
