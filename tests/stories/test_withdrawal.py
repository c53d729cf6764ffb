"""The online withdrawal function, from the page to the receipt and the money."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest
import requests

from connector import law
from connector.demo.world import BOOTS, TEE
from connector.law.clocks import prompt_refund
from connector.model import Kind
from connector.steps import inspect
from connector.steps import statements as step
from connector.steps.inspect import Counted
from connector.store import desk, letters, notices, refunds, returns, statements
from connector.web.face import LANGUAGES
from connector.withdrawal import written
from tests.mailbox import mailbox
from tests.stories.declaring import Customer, forms, later, mailing, particulars
from tests.stories.way import bought, paid

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from connector.demo import World
    from connector.demo.customers import Purchase
    from connector.store.statements import Statement
    from jobs.schedule import Work
    from tests.mailbox import Mailbox

RULES = Kind.WITHDRAWAL


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Mailbox]:
    with mailbox(tmp_path) as made:
        yield made


@pytest.fixture
def work(world: World, box: Mailbox) -> Work:
    return mailing(world, box)


def only(world: World) -> Statement:
    (kept,) = statements.recent(world.office.db)
    return kept


@pytest.mark.parametrize("shop", [TEE, BOOTS])
def test_page_statement_return_receipt_and_money(
    world: World, work: Work, box: Mailbox, shop: str
) -> None:
    purchase = bought(world, shop)
    page = Customer(world, shop).declare(particulars(purchase))
    declared = world.clock()
    assert "Your withdrawal has arrived" in page.text
    assert "ada" not in unquote(page.url).lower()
    later(world, work, minutes=1)
    (mail,) = box.came
    (case,) = returns.of_order(world.office.db, shop, purchase.ref)
    kept = only(world)
    assert (case.kind, case.opened_at, kept.return_id) == (RULES, declared, case.id)
    assert mail["To"] == purchase.email
    text = mail.get_content()
    for part in ("Ada Lovelace", purchase.number, kept.id, written(declared, "UTC")):
        assert part in text
    assert "keep the posting receipt" in text
    link = re.search(r'href="([^"]+receipt-text[^"]+)"', page.text)
    assert link
    file = requests.get(world.url + link[1], timeout=30)
    assert file.headers["Content-Type"].startswith("text/plain")
    assert "attachment" in file.headers["Content-Disposition"]
    assert file.content.decode() == text
    counted = {
        line.id: Counted(received=line.asked, accepted=line.asked)
        for line in case.lines
    }
    later(world, work, hours=1)
    now = world.clock()
    inspect.receive(world.office.db, case.id, counted, actor="test", now=now)
    for _ in range(3):
        later(world, work, hours=1)
    total = sum(line.paid for line in purchase.lines) + purchase.shipping
    assert paid(world, purchase) == total  # no fee: the shop never said that it tells
    assert len(box.came) == 1
    assert desk.open_matters(world.office.db) == []


def test_a_customer_who_was_told_bears_the_way_back(world: World, work: Work) -> None:
    notices.say(
        world.office.db,
        TEE,
        digest="x",
        since=world.clock(),
        actor="test",
        now=world.clock(),
    )
    purchase = bought(world, TEE)
    Customer(world, TEE).declare(particulars(purchase))
    later(world, work, minutes=1)
    (case,) = returns.of_order(world.office.db, TEE, purchase.ref)
    assert case.terms
    assert case.terms.return_fee


def test_the_first_click_declares_nothing_and_the_second_once(
    world: World, work: Work, box: Mailbox
) -> None:
    purchase = bought(world, BOOTS)
    customer = Customer(world, BOOTS)
    page = customer.first(particulars(purchase))
    assert statements.recent(world.office.db) == []
    first = customer.confirm(page)
    world.clock.pass_by(seconds=2)
    second = customer.confirm(page)
    customer.session.close()
    assert first.url == second.url
    later(world, work, minutes=1)
    assert len(returns.of_order(world.office.db, BOOTS, purchase.ref)) == 1
    assert only(world).moments.sent < world.clock() - timedelta(minutes=2)
    assert len(box.came) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_labels_are_those_of_the_law_and_three_fields_are_mandatory(
    world: World, language: str
) -> None:
    words = law.labels(language)
    function, confirm = law.capital(words.function), law.capital(words.confirm)
    with requests.Session() as session:
        home = session.get(f"{world.url}/returns/tee/?lang={language}", timeout=30)
    assert f">{function}</a>" in home.text
    customer = Customer(world, TEE, language)
    page = customer.session.get(customer.start, timeout=30).text
    required = re.findall(r'<input id="(\w+)" name="\w+"[^>]* required', page)
    assert tuple(required) == law.MANDATORY
    said = {"name": "A", "contract": "1", "reach": "a@example.test"}
    second = customer.first(said).text
    buttons = re.findall(r"<button[^>]*>([^<]+)</button>", second)
    customer.session.close()
    assert buttons[0] == confirm
    assert len(buttons) == 2  # the other goes back
    assert re.findall(r'<(?:input|select)(?![^>]*type="hidden")', second) == []


@pytest.mark.parametrize(
    ("missing", "value"), [("name", " "), ("contract", ""), ("reach", "no address")]
)
def test_what_is_missing_is_said_and_the_rest_stays(
    world: World, missing: str, value: str
) -> None:
    said = {"name": "Ada", "contract": "1001", "reach": "ada@example.test"}
    customer = Customer(world, TEE)
    page = customer.first(said | {missing: value})
    customer.session.close()
    assert page.status_code == 400
    assert 'role="alert"' in page.text
    kept = [one for name, one in said.items() if name != missing]
    assert all(f'value="{one}"' in page.text for one in kept)
    assert statements.recent(world.office.db) == []


def test_a_customer_may_go_back_and_change(world: World) -> None:
    customer = Customer(world, TEE)
    page = customer.first({"name": "A", "contract": "1", "reach": "a@example.test"})
    to, carried = forms(page.text)[1]
    back = customer.session.post(world.url + to, data=carried, timeout=30)
    customer.session.close()
    assert 'value="a@example.test"' in back.text
    assert "required" in back.text


def test_an_unknown_order_is_kept_confirmed_and_matched_by_a_person(
    world: World, work: Work, box: Mailbox
) -> None:
    purchase = bought(world, BOOTS)
    page = Customer(world, BOOTS).declare(particulars(purchase, contract="10O1"))
    declared = world.clock()
    later(world, work, minutes=1)
    assert "has arrived" in page.text
    assert len(box.came) == 1
    kept = only(world)
    (matter,) = desk.about(world.office.db, kept.id)
    assert (matter.about, matter.code) == ("statement", "match")
    later(world, work, days=2)
    assert len(desk.about(world.office.db, kept.id)) == 1
    shop = world.office.work.shops[BOOTS]
    case = step.by_person(
        world.office.db,
        shop,
        kept.id,
        purchase.number,
        None,
        actor="test",
        clock=world.clock,
    )
    assert (case.kind, case.opened_at) == (RULES, declared)
    assert desk.about(world.office.db, kept.id) == []
    again = step.by_person(
        world.office.db,
        shop,
        kept.id,
        purchase.number,
        None,
        actor="test",
        clock=world.clock,
    )
    assert again.id == case.id


@pytest.mark.parametrize(
    "other", [{"reach": "eve@example.test"}, {"part": "one of the three"}]
)
def test_what_is_not_clear_goes_to_a_person_and_tells_the_sender_nothing(
    world: World, work: Work, box: Mailbox, other: dict[str, str]
) -> None:
    purchase = bought(world, TEE)
    page = Customer(world, TEE).declare(particulars(purchase, **other))
    later(world, work, minutes=1)
    kept = only(world)
    assert returns.of_order(world.office.db, TEE, purchase.ref) == []
    assert len(desk.about(world.office.db, kept.id)) == 1
    assert len(box.came) == 1
    assert purchase.email not in page.text or "reach" not in other
    step.settle(
        world.office.db,
        kept.id,
        purchase.number,
        actor="test",
        now=world.clock(),
    )
    later(world, work, minutes=1)
    assert only(world).order_ref == purchase.ref
    assert desk.about(world.office.db, kept.id) == []


def test_a_late_statement_is_taken_and_decided_by_a_person(
    world: World, work: Work, box: Mailbox
) -> None:
    purchase = bought(world, BOOTS)
    world.clock.pass_by(days=400)
    Customer(world, BOOTS).declare(particulars(purchase))
    later(world, work, minutes=1)
    (case,) = returns.of_order(world.office.db, BOOTS, purchase.ref)
    assert case.status == "needs_person"
    assert len(box.came) == 1


@pytest.mark.parametrize(
    ("country", "article"), [("DE", "BGB § 357(1)"), ("US", "16 CFR 435.1(b)")]
)
def test_what_was_not_shipped_is_no_return_but_a_person_knows(
    world: World, work: Work, box: Mailbox, country: str, article: str
) -> None:
    mug = world.tee.add_product("Mug", "12.00")
    ref = world.tee.place_order([(mug, 1)], "ada@example.test")
    number = world.tee.orders[ref].name
    world.tee.orders[ref].country = country
    later(world, work, minutes=5)
    said = {"name": "Ada", "contract": number, "reach": "ada@example.test"}
    Customer(world, TEE).declare(said)
    later(world, work, minutes=1)
    (matter,) = desk.about(world.office.db, only(world).id)
    assert "not shipped" in matter.why
    told = law.local_day(only(world).moments.received, country)
    plain = told + timedelta(days=law.REFUND_DAYS)
    due = plain if country == "DE" else prompt_refund(told)
    assert f"the money has to go by {due}, {article}" in matter.why
    assert len(box.came) == 1


def test_a_refused_receipt_lies_before_a_person_and_can_be_sent_again(
    world: World, work: Work, box: Mailbox
) -> None:
    purchase = bought(world, TEE)
    Customer(world, TEE).declare(particulars(purchase))
    box.replies = ["550 no such mailbox"]
    later(world, work, minutes=1)
    kept = only(world)
    (letter,) = letters.of_statement(world.office.db, kept.id)
    (matter,) = desk.about(world.office.db, kept.id)
    assert (letter.state, matter.about) == ("given_up", "receipt")
    assert purchase.email not in matter.why
    letters.again(world.office.db, letter.id, world.clock())
    later(world, work, minutes=1)
    assert desk.about(world.office.db, kept.id) == []
    assert [one["Message-ID"] for one in box.came] == [f"<{letter.id}@shop.example>"]


def test_a_mail_server_that_is_away_is_asked_ever_more_seldom_then_a_person(
    world: World, work: Work, box: Mailbox
) -> None:
    purchase = bought(world, TEE)
    Customer(world, TEE).declare(particulars(purchase))
    box.replies = ["451 not now"] * 7
    later(world, work, minutes=1)
    kept = only(world)
    assert desk.about(world.office.db, kept.id) == []
    attempts = []
    for _ in range(12):
        (letter,) = letters.of_statement(world.office.db, kept.id)
        attempts.append(letter.attempts)
        later(world, work, minutes=1)
    assert attempts[-1] < 6  # not once a minute
    for _ in range(4):
        later(world, work, hours=1)
    if box.came == []:
        assert desk.about(world.office.db, kept.id)
    for _ in range(3):
        later(world, work, hours=6)
    assert len(box.came) == 1
    assert desk.about(world.office.db, kept.id) == []


def test_without_a_mail_server_receipts_wait_and_a_person_is_told(
    world: World, work: Work, box: Mailbox
) -> None:
    purchase = bought(world, TEE)
    Customer(world, TEE).declare(particulars(purchase))
    later(world, world.office.work, minutes=1)
    assert desk.is_open(world.office.db, "shop", TEE, "no_mail")
    later(world, work, minutes=1)
    assert len(box.came) == 1
    assert not desk.is_open(world.office.db, "shop", TEE, "no_mail")


def test_a_statement_while_the_shop_is_away_is_taken_at_once(
    world: World, work: Work, box: Mailbox
) -> None:
    purchase: Purchase = bought(world, BOOTS)
    world.boots.switches.add("status", times=None, code=502)
    Customer(world, BOOTS).declare(particulars(purchase))
    later(world, work, minutes=1)
    assert only(world).order_ref is None
    assert len(box.came) == 1
    world.boots.switches.clear()
    later(world, work, minutes=10)
    assert only(world).order_ref == purchase.ref
    assert refunds.of_order(world.office.db, BOOTS, purchase.ref) == []
