from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from adapters.sandbox import Sandbox
from connector import policy
from connector.errors import BadRequest, PolicyError
from connector.model import Customer, Kind
from connector.steps import decide, request, trial
from connector.steps.observe import observe
from connector.store import filing, pasts, returns, shops
from tests.connector.shapes import NOON, a_line, an_order, eur

if TYPE_CHECKING:
    from connector.store import Database

OLD = """
currency = "EUR"
[window]
days = 30
[[reasons]]
code = "*"
[fees]
return_shipping = "4.90"
"""
STRICT = OLD.replace("days = 30", "days = 14")
DEAR = OLD.replace('"4.90"', '"6.90"')
LATER = NOON + timedelta(days=25)


@pytest.fixture
def shop(db: Database) -> Sandbox:
    made = Sandbox()
    order = an_order(a_line("a", 9000, 3), a_line("b", 1000))
    made.sell(replace(order, customer=Customer(email="ada@example.test")))
    shops.put(db, made.name, "sandbox", "memory", NOON)
    shops.bind_policy(db, made.name, policy.digest(OLD), OLD, NOON)
    return made


def returned(db: Database, shop: Sandbox, quantity: int = 1) -> str:
    """Ask a unit of line `a` back after twenty-five days, and let the policy decide."""
    order = observe(db, shop, "29", lambda: LATER)
    case = request.open_return(
        db,
        shop=shop.name,
        order=order,
        kind=Kind.VOLUNTARY,
        wishes=[filing.Wish(line_ref="a", quantity=quantity, reason="x")],
        filed_by="portal",
        now=LATER,
    )
    decide.run(db, shop, lambda: LATER)
    return case.id


def test_a_shorter_window_says_what_it_would_have_declined(
    db: Database, shop: Sandbox
) -> None:
    return_id = returned(db, shop)
    report = trial.run(db, shop.name, STRICT, LATER, 12)
    assert report.lines == 1
    assert dict(report.flips) == {("approved", "declined"): 1}
    # 30.00 of goods less 4.90 for the way back are kept.
    assert report.cost == {"EUR": eur(-2510)}
    [one] = report.shown
    assert (one.number, one.return_id) == ("#29", return_id)
    # What is left of the order could not be asked back any more.
    assert report.open_lines == 2
    assert dict(report.open_flips) == {("approved", "declined"): 2}
    text = "\n".join(trial.told(report))
    assert "it saves 25.10 EUR" in text
    said = "approved -> declined, way back 4.90 EUR -> 0.00 EUR"
    assert f"#29 line a: {said} (its return: -25.10 EUR)" in text
    # Which of what is left would flip is told as well.
    assert [(one.number, one.return_id) for one in report.open_shown] == 2 * [
        ("#29", "")
    ]
    assert f"#29 line a, not asked yet: {said}\n" in text


def test_a_dearer_way_back_flips_nothing_and_saves_its_difference(
    db: Database, shop: Sandbox
) -> None:
    returned(db, shop, quantity=2)
    report = trial.run(db, shop.name, DEAR, LATER, 12)
    assert not report.flips
    assert report.others == 1
    assert report.cost == {"EUR": eur(-200)}
    assert trial.as_json(report)["cost_minor"] == {"EUR": -200}
    # No line of it costs less: the return does.
    said = "#29 line a: way back 4.90 EUR -> 6.90 EUR (its return: -2.00 EUR)"
    assert said in "\n".join(trial.told(report))


def test_what_the_shop_tags_its_customer_with_counts(
    db: Database, shop: Sandbox
) -> None:
    regular = Customer(email="ada@example.test", tags=("Regular",))
    shop.sell(replace(shop.order("29"), customer=regular))
    returned(db, shop)
    rule = '[[rules]]\nname = "r"\nwhen = { customer_tag = "regular" }\n'
    rule += 'then = { decide = "ask" }\nwhy = "so"\n'
    report = trial.run(db, shop.name, f"{OLD}\n{rule}", LATER, 12)
    assert dict(report.flips) == {("approved", "needs_person"): 1}


def test_the_same_policy_changes_nothing(db: Database, shop: Sandbox) -> None:
    returned(db, shop)
    report = trial.run(db, shop.name, OLD, LATER, 12)
    assert (report.flips, report.others, report.cost, report.shown) == ({}, 0, {}, [])
    assert "it costs nothing, and saves nothing" in trial.told(report)


def test_what_is_not_reckoned_is_said(db: Database, shop: Sandbox) -> None:
    returned(db, shop)
    changed = f"{OLD}\n[expiry]\ndays = 10\n[credit]\ndays = 300\n"
    report = trial.run(db, shop.name, changed, LATER, 12)
    said = "\n".join(trial.told(report))
    assert "[credit] differs too" in said
    assert "[expiry] differs too" in said
    assert "[exchange]" not in said
    assert "[reasons.fault]" not in said


def test_a_reason_that_makes_another_claim_is_said(db: Database, shop: Sandbox) -> None:
    returned(db, shop)
    changed = OLD.replace('code = "*"', 'code = "*"\nfault = "merchant"')
    report = trial.run(db, shop.name, changed, LATER, 12)
    assert "[reasons.fault] differs too" in "\n".join(trial.told(report))


def test_what_is_older_than_the_months_is_not_looked_at(
    db: Database, shop: Sandbox
) -> None:
    returned(db, shop)
    report = trial.run(db, shop.name, STRICT, LATER + timedelta(days=60), 1)
    assert (report.lines, report.open_lines) == (0, 0)


def test_a_return_from_before_the_table_is_written_down_first(
    db: Database, shop: Sandbox
) -> None:
    return_id = returned(db, shop)
    db.transact(lambda: db.execute("DELETE FROM past_lines"))
    assert pasts.unknown(db, shop.name) == [return_id]
    report = trial.run(db, shop.name, STRICT, LATER, 12)
    assert sum(report.flips.values()) == 1
    assert pasts.unknown(db, shop.name) == []


def test_a_text_that_is_none_is_refused(db: Database, shop: Sandbox) -> None:
    with pytest.raises(PolicyError):
        trial.run(db, shop.name, 'currency = "EUR"\n[widow]\n', LATER, 12)
    with pytest.raises(BadRequest):
        trial.run(db, shop.name, STRICT, LATER, 0)


def customers(db: Database) -> set[str]:
    return {row["customer"] for row in db.query("SELECT customer FROM past_lines")}


def test_whose_lines_they_are_is_forgotten_with_him(
    db: Database, shop: Sandbox
) -> None:
    returned(db, shop)
    trial.run(db, shop.name, OLD, LATER, 12)
    assert customers(db) != {""}
    pasts.forget(db, shop.name, "29")
    assert customers(db) == {""}
    assert returns.live(db, shop.name)
