"""At WooCommerce a policy knows customers by role: a wholesaler has more time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from adapters.woocommerce.standin import people
from connector import policy
from connector.model import Kind
from connector.states import Decision
from connector.steps import decide, question, request, trial
from connector.steps.observe import observe
from connector.store import desk, filing, orders, personal, returns, shops
from connector.web.published import dates
from connector.web.words import remarks
from tests.connector.shapes import NOON
from tests.stories.woo_ways import serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from connector.model import Order, ReturnLine
    from tests.stories.woo_ways import WooCounter

PLAIN = """
currency = "EUR"
[window]
days = 14
grace_days = 5
[[reasons]]
code = "*"
"""
RULES = f"""{PLAIN}
[[customer_groups]]
name = "trade"
tags = ["wholesale"]
[[windows]]
name = "trade"
days = 60
when = {{ customer_group = "trade" }}
"""


@pytest.fixture
def counter(address: str) -> Iterator[WooCounter]:
    with serving(address) as made:
        shops.bind_policy(
            made.db, made.shop.name, policy.digest(RULES), RULES, made.now
        )
        yield made


def bought(counter: WooCounter, *roles: str) -> str:
    """Let somebody of these roles buy, in a country whose law grants no withdrawal."""
    standin = counter.standin
    ref = standin.place_order([(counter.sizes["m"], 1)], "b@example.test", country="US")
    if roles:
        user = people.add(standin, "b@example.test", *roles)
        standin.edit_order(ref, customer_id=user)
    standin.complete(ref)
    return str(ref)


def asked_back(counter: WooCounter, ref: str) -> ReturnLine:
    """Ask all of an order back, and let the policy decide; return the line."""
    db, shop = counter.db, counter.shop
    order = observe(db, shop, ref, lambda: counter.now)
    case = request.open_return(
        db,
        shop=shop.name,
        order=order,
        kind=Kind.VOLUNTARY,
        wishes=[filing.Wish(line_ref=order.lines[0].ref, quantity=1, reason="x")],
        filed_by="portal",
        now=counter.now,
    )
    assert decide.run(db, shop, lambda: counter.now) == 1
    (line,) = returns.get(db, case.id).lines
    return line


@pytest.mark.parametrize(
    ("roles", "decision"),
    [
        (("wholesale",), Decision.APPROVED),
        (("Wholesale", "customer"), Decision.APPROVED),
        (("customer",), Decision.DECLINED),
        ((), Decision.DECLINED),
    ],
)
def test_a_wholesaler_has_another_window_than_others(
    counter: WooCounter, roles: tuple[str, ...], decision: Decision
) -> None:
    ref = bought(counter, *roles)
    counter.now += timedelta(days=40)
    assert asked_back(counter, ref).decision == decision


def test_a_role_that_was_given_since_counts_when_it_is_decided(
    counter: WooCounter,
) -> None:
    ref = bought(counter, "customer")
    observe(counter.db, counter.shop, ref, lambda: counter.now)
    (user,) = counter.standin.people
    people.change_roles(counter.standin, user, "wholesale")
    counter.now += timedelta(days=40)
    assert asked_back(counter, ref).decision == Decision.APPROVED


def test_a_role_that_cannot_be_read_brings_it_before_a_person(
    counter: WooCounter,
) -> None:
    ref = bought(counter, "wholesale")
    key = counter.standin.keys[counter.standin.key]
    counter.standin.keys[counter.standin.key] = replace(key, lists_users=False)
    counter.now += timedelta(days=40)
    line = asked_back(counter, ref)
    assert line.decision == Decision.NEEDS_PERSON
    assert "customer_tags" in [one.rule for one in line.trace if one.says == "ask"]
    [matter] = desk.open_matters(counter.db)
    assert "tags or groups" in matter.why
    assert remarks(line) == []  # of windows that may not be his he reads nothing


@pytest.mark.parametrize(
    ("roles", "days"), [(("wholesale",), 60), (("customer",), 14), ((), 14)]
)
def test_the_day_that_is_shown_is_the_day_of_his_role(
    counter: WooCounter, roles: tuple[str, ...], days: int
) -> None:
    order = counter.shop.order(bought(counter, *roles))
    # Nobody says when it arrived: five days more, as the policy has it.
    assert shown(counter, order) == (NOON + timedelta(days=days + 5)).date()
    unread = replace(order, customer=replace(order.customer, are_tags_known=False))
    assert shown(counter, unread) is None


def shown(counter: WooCounter, order: Order) -> date | None:
    """Return the last day that the published page names for an order's one line."""
    who = question.asker(counter.db, "boots", order, "portal", counter.now)
    [line] = dates.of_order(policy.load(RULES), order, who, {})
    return line.last_day


@pytest.mark.parametrize(
    ("is_known", "flips"),
    [
        (True, {("declined", "approved"): 1}),
        (False, {("declined", "needs_person"): 2}),
    ],
)
def test_a_policy_is_tried_on_the_past_with_the_roles_of_then(
    counter: WooCounter, flips: dict[tuple[str, str], int], *, is_known: bool
) -> None:
    shops.bind_policy(
        counter.db, counter.shop.name, policy.digest(PLAIN), PLAIN, counter.now
    )
    if not is_known:
        key = counter.standin.keys[counter.standin.key]
        counter.standin.keys[counter.standin.key] = replace(key, lists_users=False)
    made = [bought(counter, "wholesale"), bought(counter, "customer")]
    counter.now += timedelta(days=40)
    for ref in made:
        assert asked_back(counter, ref).decision == Decision.DECLINED
    report = trial.run(counter.db, counter.shop.name, RULES, counter.now, 12)
    assert dict(report.flips) == flips


def test_the_role_goes_with_the_customer_when_he_is_erased(
    counter: WooCounter,
) -> None:
    db, shop = counter.db, counter.shop.name
    ref = bought(counter, "wholesale")
    asked_back(counter, ref)
    trial.run(db, shop, RULES, counter.now, 12)
    (row,) = tags(counter, ref)
    assert "wholesale" in row[0]
    personal.erase_order(db, shop, ref, counter.now)
    assert tags(counter, ref) == [("", 1)]
    kept = orders.get(db, shop, ref).customer
    assert (kept.tags, kept.are_tags_known) == ((), False)
    # What the shop says of him later is kept without him.
    observe(db, counter.shop, ref, lambda: counter.now)
    kept = orders.get(db, shop, ref).customer
    assert (kept.email, kept.tags, kept.are_tags_known) == ("", (), False)


def tags(counter: WooCounter, ref: str) -> list[tuple[str, int]]:
    rows = counter.db.query(
        "SELECT DISTINCT customer_tags, tags_unknown FROM past_lines"
        " WHERE order_ref = :ref",
        ref=ref,
    )
    return [(row["customer_tags"], row["tags_unknown"]) for row in rows]
