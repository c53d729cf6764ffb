"""Whoever approves in the console is held to the level that the policy demands."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from typing import TYPE_CHECKING

import pytest
from flask import get_flashed_messages

from connector.model import Kind, Resolution
from connector.options import Person, Secret
from connector.policy.vocabulary import Level
from connector.states import Refund
from connector.steps.levels import NOBODY, Demand
from connector.store import history
from connector.web import approving
from connector.web.face import Face
from tests.connector.shapes import eur
from tests.connector.web.sandbox_world import (
    NAME,
    RULES,
    Stand,
    Visit,
    chooses,
    customer,
    merchant,
    standing,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WAYS = f"/returns/{NAME}/ways"
LEVELS = (
    RULES
    + """
[[approve.levels]]
above = "50.00"
who = "manager"
[[approve.levels]]
above = "200.00"
who = "director"
"""
)
PEOPLE = (
    Person(name="Ada", password=Secret("lovelace"), levels=("manager",)),
    Person(name="Dora", password=Secret("explorer"), levels=("director",)),
    Person(name="Bob", password=Secret("builder")),
)


@pytest.fixture
def stand(tmp_path: Path, address: str) -> Iterator[Stand]:
    with standing(tmp_path, address, LEVELS) as made:
        yield made


@pytest.fixture
def named(stand: Stand) -> Stand:
    """The same, where people sign in by name."""
    face = stand.app.extensions["retour"]
    assert isinstance(face, Face)
    stand.app.extensions["retour"] = replace(face, people=PEOPLE)
    return stand


def asks(stand: Stand, units: str = "2", reason: str = "changed-my-mind") -> Visit:
    """Let a customer ask for a refund of shirts at 30.00 each."""
    visit = customer(stand)
    chooses(visit, reason, **{"quantity-a": units})
    visit.post(WAYS, **{"way-a": "refund", "go": "chosen"})
    visit.post(WAYS, go="send")
    stand.work(1)
    return visit


def staff(stand: Stand, name: str = "", opens: str = "sesame") -> Visit:
    """Sign in and open the return."""
    visit = Visit(stand.browser())
    visit.get("/console/door")
    visit.post("/console/door", password=opens, name=name)
    visit.get(page(stand))
    return visit


def page(stand: Stand) -> str:
    return f"/console/returns/{stand.case().id}"


def line(stand: Stand, deed: str = "decide") -> str:
    return f"{page(stand)}/lines/{stand.case().lines[0].id}/{deed}"


def decision(stand: Stand) -> tuple[str, int]:
    (one,) = stand.case().lines
    return one.decision, one.approved


def approvals(stand: Stand) -> list[tuple[str, str]]:
    """Return who approved, and how, as the timeline says it."""
    found = history.timeline(stand.db, stand.case().id)
    return [(x.actor, x.why) for x in found if x.event == "approve"]


def test_a_level_is_chosen_where_one_is_demanded_and_nowhere_else(
    stand: Stand,
) -> None:
    asks(stand, "1")
    assert 'name="as"' not in staff(stand).page
    assert decision(stand) == ("approved", 1)


def test_without_it_nothing_is_approved_and_nothing_typed_is_lost(
    stand: Stand,
) -> None:
    asks(stand)
    visit = staff(stand)
    assert re.findall(r'<option value="(\w+)" >', visit.page)[:2] == [
        "manager",
        "director",
    ]
    given = {"event": "approve", "units": "2", "why": "torn & wet", "by": "Ada L."}
    visit.post(line(stand), **given)
    assert (visit.code, decision(stand)) == (403, ("needs_person", 0))
    assert "This must be approved by: manager." in visit.page
    assert "Nothing was changed." in visit.page
    shown = unescape(visit.page)
    assert 'value="torn & wet"' in shown
    assert 'value="Ada L."' in shown
    assert approvals(stand) == []
    visit.post(line(stand), **{**given, "as": "director", "by": " "})
    assert (visit.code, decision(stand)) == (403, ("needs_person", 0))
    assert '<option value="director" selected>' in visit.page
    visit.post(line(stand), **given, **{"as": "director"})
    assert decision(stand) == ("approved", 2)
    said = "approved as director by Ada L.: torn & wet"
    # The customer is called Ada: no name of his is kept for ever.
    assert approvals(stand) == [("console", said.replace("Ada", "[…]"))]
    assert stand.case().lines[0].trace[-1].facts == (
        ("as", "director"),
        ("by", "Ada L."),
    )
    assert "by: Ada L." in visit.page


def test_declining_needs_no_level(stand: Stand) -> None:
    asks(stand)
    staff(stand).post(line(stand), event="decline", units="2")
    assert decision(stand) == ("declined", 0)


def test_who_declines_a_claim_gives_a_reason_that_the_customer_reads(
    stand: Stand,
) -> None:
    buyer = asks(stand, reason="defective")
    assert stand.case().kind is Kind.FAULTY
    visit = staff(stand)
    assert "the customer reads your words" in visit.page
    for empty in ("", "   "):
        visit.post(line(stand), event="decline", units="2", why=empty)
        assert "Say why you decline it" in visit.page
        assert decision(stand) == ("needs_person", 0)
    visit.post(line(stand), event="decline", units="2", why="Cut by scissors.")
    assert decision(stand) == ("declined", 0)
    buyer.get(buyer.path)
    assert "Cut by scissors." in buyer.page


def test_a_refused_form_links_to_no_address_that_takes_no_link(stand: Stand) -> None:
    asks(stand)
    visit = staff(stand)
    assert 'href="?lang=de"' in visit.page
    visit.post(line(stand), event="approve", units="2")
    assert visit.code == 403
    assert 'href="?lang=de"' not in visit.page


def test_what_a_form_says_counts_for_nothing_where_people_sign_in_by_name(
    named: Stand,
) -> None:
    asks(named)
    given = {"event": "approve", "units": "2", "as": "manager", "by": "Ada"}
    for name, password in (("", "sesame"), ("Bob", "builder")):
        visit = staff(named, name, password)
        assert 'name="as"' not in visit.page
        assert "Who may: Ada, Dora, signed in by name." in visit.page
        visit.post(line(named), **given)
        assert (visit.code, decision(named)) == (403, ("needs_person", 0))
        assert "Sign in as: Ada, Dora." in visit.page


@pytest.mark.parametrize(
    ("name", "password", "level"),
    [("Ada", "lovelace", "manager"), ("  dora ", "explorer", "director")],
)
def test_whoever_has_the_level_approves_signed_in(
    named: Stand, name: str, password: str, level: str
) -> None:
    asks(named)
    visit = staff(named, name, password)
    known = name.strip().title()
    assert f"You are {known} and approve it as {level}." in visit.page
    visit.post(line(named), event="approve", units="2", why="torn")
    assert decision(named) == ("approved", 2)
    ((actor, said),) = approvals(named)
    assert actor == f"console: {known}"
    assert re.sub("Ada|…|[][]", "", said) == re.sub(
        "Ada", "", f"approved as {level} by {known}, signed in: torn"
    )


@pytest.mark.parametrize(
    ("name", "password"),
    [("Ada", "sesame"), ("Ada", "builder"), ("Eve", ""), ("Eve", "sesame"), ("", "")],
)
def test_a_name_opens_by_its_own_password_alone(
    named: Stand, name: str, password: str
) -> None:
    visit = Visit(named.browser())
    visit.get("/console/door")
    visit.post("/console/door", password=password, name=name)
    assert visit.code == 403
    visit.get("/console/")
    assert visit.path == "/console/door"


def test_who_is_named_no_more_is_signed_out(named: Stand) -> None:
    asks(named)
    visit = staff(named, "Ada", "lovelace")
    face = named.app.extensions["retour"]
    named.app.extensions["retour"] = replace(face, people=PEOPLE[1:])
    visit.post(line(named), event="approve", units="2")
    assert visit.path == "/console/door"
    assert decision(named) == ("needs_person", 0)


def test_a_courtesy_that_crosses_an_amount_asks_for_the_level_then(
    stand: Stand,
) -> None:
    asks(stand, "1")
    visit = staff(stand)
    where = f"{page(stand)}/courtesy"
    visit.post(where, amount="20.00", why="for the wait")  # 50.00 in all
    assert (visit.code, len(stand.rows())) == (200, 1)
    given = {"amount": "0,01", "why": "and more"}
    visit.post(where, **given)
    assert (visit.code, len(stand.rows())) == (403, 1)
    assert 'value="0,01"' in visit.page
    assert 'value="and more"' in visit.page
    visit.post(where, **given, **{"as": "manager", "by": "Grace"})
    assert len(stand.rows()) == 2
    assert "approved as manager by Grace: and more" in visit.page


@pytest.mark.parametrize("way", ["keep", "manual", "store_credit"])
def test_an_approved_line_is_changed_as_its_level_alone(stand: Stand, way: str) -> None:
    asks(stand)
    visit = staff(stand)
    visit.post(line(stand), event="approve", **{"as": "manager", "by": "Grace"})
    assert decision(stand) == ("approved", 2)
    visit.post(line(stand, "resolve"), way=way, why="she called")
    assert visit.code == 403
    assert stand.case().lines[0].resolution is Resolution.REFUND
    assert f'<option value="{way}" selected>' in visit.page
    assert 'value="she called"' in visit.page
    given = {"as": "manager", "by": "Grace"}
    visit.post(line(stand, "resolve"), way=way, why="she called", **given)
    assert stand.case().lines[0].resolution is Resolution(way)
    assert "approved as manager by Grace: she called" in visit.page


def test_an_article_stays_chosen_where_the_level_is_wanting(stand: Stand) -> None:
    asks(stand)
    visit = staff(stand)
    visit.post(line(stand), event="approve", **{"as": "manager", "by": "Grace"})
    visit.get(f"{line(stand, 'wares')}?product=shirt")
    given = {"way": "exchange", "ware": "coat", "why": "as agreed"}
    visit.post(line(stand, "resolve"), **given)
    assert visit.code == 403
    assert 'value="coat" checked' in visit.page
    assert 'value="as agreed"' in visit.page
    assert stand.case().lines[0].goods is None
    visit.post(line(stand, "resolve"), **given, **{"as": "manager", "by": "Grace"})
    goods = stand.case().lines[0].goods
    assert goods is not None
    assert goods.ref == "coat"


def test_an_exchange_is_called_off_as_the_level_of_its_worth(
    tmp_path: Path, address: str
) -> None:
    rules = LEVELS.replace("50.00", "29.99")
    with standing(tmp_path, address, rules) as stand:
        visit = customer(stand)
        chooses(visit)
        visit.post(WAYS, **{"way-a": "exchange", "go": "chosen"})
        visit.post(WAYS, **{"ware-a": "coat", "go": "check"})
        visit.post(WAYS, go="send")
        stand.work(1)
        visit, by = staff(stand), {"as": "manager", "by": "Grace"}
        visit.post(line(stand), event="approve", **by)
        visit.post(line(stand, "receive"), received="1", accepted="1")
        stand.work()
        (row,) = stand.rows()
        visit.get(f"/console/refunds/{row.id}")
        assert 'name="as"' in visit.page
        where = f"/console/refunds/{row.id}/call-off"
        given = {"way": "store_credit", "why": "cancelled made-1"}
        stand.shop.cancel_made(row.id)
        visit.post(where, **given)
        assert (visit.code, stand.rows()[0].state) == (403, Refund.PENDING)
        assert '<option value="store_credit" selected>' in visit.page
        assert 'value="cancelled made-1"' in visit.page
        visit.post(where, **given, **by)
        assert stand.rows()[0].state is Refund.FAILED
        assert stand.case().lines[0].resolution is Resolution.STORE_CREDIT
        visit.get(page(stand))
        assert "approved as manager by Grace: cancelled made-1" in visit.page


def test_a_refund_is_made_again_as_the_level_of_its_return(stand: Stand) -> None:
    asks(stand)
    visit, by = staff(stand), {"as": "manager", "by": "Grace"}
    visit.post(line(stand), event="approve", **by)
    visit.post(line(stand, "receive"), received="2", accepted="2")
    stand.shop.mishaps.append("refused")
    stand.work(2)
    (row,) = stand.rows()
    assert row.state is Refund.REJECTED
    visit.get(f"/console/refunds/{row.id}")
    assert 'name="as"' in visit.page
    where = f"/console/refunds/{row.id}/again"
    visit.post(where, why="the bank says no")
    assert (visit.code, bool(stand.rows()[0].units)) == (403, True)
    assert 'value="the bank says no"' in visit.page
    visit.post(where, why="the bank says no", **by)
    assert not stand.rows()[0].units
    visit.get(page(stand))
    assert "approved as manager by Grace: the bank says no" in visit.page


def test_inside_the_admin_nobody_has_a_level(named: Stand) -> None:
    demand = Demand(names=("manager",), known=(Level(above=eur(1), who="manager"),))
    with named.app.test_request_context("/console/embedded", method="POST"):
        given = approving.approval()
        assert given == NOBODY
        refused = approving.refusal("decide", lambda: void(demand.hold(given)))
        assert refused is not None
        (said,) = get_flashed_messages()
        assert "Sign in to Retour's own console as: Ada." in said


def test_a_level_that_nobody_has_is_said_so(named: Stand) -> None:
    demand = Demand(names=("jeweller",))
    with named.app.test_request_context("/console/"):
        refused = approving.refusal("x", lambda: void(demand.hold(NOBODY)))
        assert refused is not None
        (said,) = get_flashed_messages()
        assert "Nobody who signs in by name has that level yet." in said


def void(_: object) -> None:
    """Take what a deed returns for nothing."""


def test_the_door_asks_for_no_name_where_nobody_has_one(stand: Stand) -> None:
    visit = merchant(stand)
    assert visit.path == "/console/"
    visit.post("/console/leave")
    assert 'name="name"' not in visit.page
