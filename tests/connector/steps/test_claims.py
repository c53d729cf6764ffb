"""A fault claimed elsewhere than in the portal is a claim that the law grants too."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from adapters.sandbox import Sandbox
from connector import inbound, policy
from connector.model import Customer, Kind
from connector.policy.claims import kind_of
from connector.steps import claims, decide, wanted
from connector.store import connect, filing, orders, returns, shops
from connector.store.filing import Wish
from tests.connector.shapes import NOON, a_line, an_order

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.model import Order, Return
    from connector.store import Database

TEXT = """
currency = "EUR"
[[reasons]]
code = "whim"
shopify = "changed-my-mind"
[[reasons]]
code = "broken"
labels = { en = "It is broken", fr = "Il est cassé" }
fault = "merchant"
shopify = "damaged-or-defective"
[[reasons]]
code = "crushed"
fault = "carrier"
words = ["Crushed on its way"]
[[reasons]]
code = "ours"
fault = "merchant"
"""
ANY = TEXT + '[[reasons]]\ncode = "*"\n'
LATE = NOON + timedelta(days=60)


@pytest.fixture
def db(address: str) -> Iterator[Database]:
    opened = connect(address)
    shops.put(opened, "boots", "sandbox", "", NOON)
    yield opened
    opened.close()


def sold() -> Order:
    order = an_order(a_line("a", 3000, 3), a_line("b", 2000, 1))
    return replace(order, customer=Customer(email="anna@example.org", country="DE"))


def judged(
    db: Database, text: str, filed_by: str, *reasons: str, kind: Kind | None = None
) -> Return:
    """File and judge a return of some lines, 60 days late, as a shop's own is filed."""
    shop, order, rules = Sandbox("boots"), sold(), policy.load(text)
    shop.sell(order)
    shops.bind_policy(db, "boots", policy.digest(text), text, NOON)
    orders.keep(db, "boots", order)
    filing.add(
        db,
        return_id="r",
        shop="boots",
        order=order,
        kind=kind or claims.kind_of_all(rules, reasons),
        filed_by=filed_by,
        language="en",
        wishes=[
            Wish(line_ref=line, quantity=1, reason=reason)
            for line, reason in zip("ab", reasons, strict=False)
        ],
        now=LATE,
    )
    decide.run(db, shop, lambda: LATE)
    return returns.get(db, "r")


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        ("whim", Kind.VOLUNTARY),
        ("changed-my-mind", Kind.VOLUNTARY),
        ("broken", Kind.FAULTY),
        ("damaged-or-defective", Kind.FAULTY),
        ("il est cassé", Kind.FAULTY),
        ("Crushed on its way", Kind.CARRIER_DAMAGE),
        ("ours", Kind.FAULTY),
        ("never heard of", Kind.VOLUNTARY),
        # Shopify's "other" says nothing, whichever reason bears its handle by default.
        ("other-reason", Kind.VOLUNTARY),
        ("unknown", Kind.VOLUNTARY),
    ],
)
def test_who_answers_for_the_reason_makes_the_kind(reason: str, kind: Kind) -> None:
    assert kind_of(policy.load(TEXT), reason) is kind


def test_a_late_claim_from_the_shop_is_not_declined(db: Database) -> None:
    case = judged(db, TEXT, "shop", "damaged-or-defective")
    assert (case.kind, case.status) == (Kind.FAULTY, "awaited")


def test_a_late_whim_from_the_shop_is_declined(db: Database) -> None:
    case = judged(db, ANY, "shop", "changed-my-mind")
    assert (case.kind, case.status) == (Kind.VOLUNTARY, "declined")


@pytest.mark.parametrize("filed_by", ["shop", "inbound"])
@pytest.mark.parametrize("text", [TEXT, ANY])
@pytest.mark.parametrize("reason", ["unknown", "other-reason", "Es ist kaputt"])
def test_a_late_return_for_no_known_reason_is_a_person_s(
    db: Database, filed_by: str, text: str, reason: str
) -> None:
    case = judged(db, text, filed_by, reason)
    assert case.status == "needs_person"
    (late,) = [one for one in case.lines[0].trace if one.code == "window_ended"]
    assert late.says == "ask"
    assert "The law may grant this claim all the same." in late.why


def test_our_own_pages_offer_the_reasons_that_the_policy_knows(db: Database) -> None:
    assert judged(db, ANY, "portal", "something").status == "declined"


@pytest.mark.parametrize(
    ("filed_by", "reason"),
    [
        ("shop", "damaged-or-defective"),
        ("inbound", "defective"),
        ("inbound", "Wrong_Item"),
    ],
)
def test_a_fault_that_only_the_rest_would_name_is_a_person_s(
    db: Database, filed_by: str, reason: str
) -> None:
    """It might be approved, and its fees taken: no fee is for a fault."""
    text = ANY.replace('shopify = "damaged-or-defective"\n', "")
    case = judged(db, text + "[window]\ndays = 90\n", filed_by, reason)
    assert case.status == "needs_person"
    assert case.lines[0].trace[-1].code == "claim_unsure"


def test_a_claim_beside_a_whim_is_a_person_s(db: Database) -> None:
    case = judged(db, TEXT, "shop", "changed-my-mind", "damaged-or-defective")
    assert (case.kind, case.status) == (Kind.FAULTY, "needs_person")
    assert {line.trace[-1].code for line in case.lines} == {"claim_mixed"}


def test_two_faults_are_one_claim(db: Database) -> None:
    case = judged(db, TEXT, "shop", "Crushed on its way", "broken")
    assert (case.kind, case.status) == (Kind.FAULTY, "awaited")


@pytest.mark.parametrize(
    ("named", "reason", "kind"),
    [
        ({}, "broken", Kind.FAULTY),
        ({}, "whim", Kind.VOLUNTARY),
        ({"kind": "withdrawal"}, "broken", Kind.WITHDRAWAL),
        ({"kind": "voluntary"}, "broken", Kind.VOLUNTARY),
    ],
)
def test_another_program_may_leave_the_kind_to_the_reason(
    db: Database, named: dict[str, str], reason: str, kind: Kind
) -> None:
    shop, order = Sandbox("boots"), sold()
    shops.bind_policy(db, "boots", policy.digest(TEXT), TEXT, NOON)
    orders.keep(db, "boots", order)
    asked = inbound.parse(
        json.dumps(
            {
                "event_id": "t1",
                "timestamp": "2026-11-02T12:00:00Z",
                "order_ref": order.ref,
                "lines": [{"line": "a", "quantity": 1, "reason": reason}],
                **named,
            }
        ).encode()
    )
    assert wanted.kind(db, shop, order, asked) is kind


def test_a_fault_that_another_program_calls_voluntary_is_not_declined(
    db: Database,
) -> None:
    case = judged(db, TEXT, "inbound", "broken", kind=Kind.VOLUNTARY)
    assert case.status == "needs_person"
