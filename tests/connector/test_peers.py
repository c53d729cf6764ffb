"""Faults that others shipped, each a case that Retour gets right.

F1 to F11 were read in the sources of Medusa, Solidus, Sylius, Saleor, Vendure,
WooCommerce, WP Swings and OCA; P1 to P20 are complaints in their bug trackers. Where a
test elsewhere is the case, the table says which; what is left is here.
"""

from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path

import pytest

from connector.model import Moved, RefundedLine, ShopRefund, TaxPart
from connector.money import Money
from connector.settlement import Extras, Own, Settlement, Units, settle
from tests.connector.shapes import a_line, a_request, an_order, eur

ROOT = Path(__file__).parents[2]
HERE = "tests/connector/test_peers.py"
STORIES = "tests/stories/test_refunds.py"
INVARIANTS = "tests/connector/test_invariants.py"
SURVIVORS = "tests/stories/test_survivors.py"
CASES = "tests/connector/test_money_cases.py"
WAY = "tests/stories/test_way.py"

# Of goods given in exchange, of credit and of labels (F4, P11, P12, P15 in part, P17,
# P18) nothing is sold here yet, and nothing is claimed.
WHERE = {
    "F1": (
        "tests/connector/store/test_returns.py",
        "test_goods_in_several_parcels_add_up",
    ),
    "F2": (STORIES, "test_a_process_killed_around_any_commit_pays_exactly_once"),
    "F3": ("tests/connector/policy/test_judge.py", "test_the_policy_says"),
    "F5": (HERE, "test_f5_f6_cents_and_tax_are_shares_of_what_was_paid"),
    "F6": (HERE, "test_f5_f6_cents_and_tax_are_shares_of_what_was_paid"),
    "F7": (
        SURVIVORS,
        "test_what_is_asked_is_durable_before_the_call_and_nothing_is_open_across_it",
    ),
    "F8": (HERE, "test_f8_units_that_staff_refunded_are_not_refunded_again"),
    "F9": (HERE, "test_f9_one_of_three_units_brings_a_third_of_the_tax"),
    "F10": (CASES, "test_a_worked_case_comes_out_to_the_minor_unit"),  # S10
    "F11": (INVARIANTS, "test_a_dead_refund_is_made_again_under_a_key_of_its_own"),
    "P1": (WAY, "test_a_lost_answer_is_looked_for_and_paid_once"),
    "P2": (STORIES, "test_a_replay_under_another_id_does_nothing_twice"),
    "P3": (
        "tests/connector/steps/test_compare.py",
        "test_a_refund_by_staff_enters_the_books_and_is_explained",
    ),
    "P4": (INVARIANTS, "test_a_dead_refund_is_made_again_under_a_key_of_its_own"),
    "P5": (CASES, "test_a_worked_case_comes_out_to_the_minor_unit"),  # S04, S05
    "P6": (CASES, "test_a_worked_case_comes_out_to_the_minor_unit"),  # S01, S02
    "P7": (CASES, "test_a_worked_case_comes_out_to_the_minor_unit"),  # S03
    "P8": (INVARIANTS, "test_i18_money_is_whole_minor_units_and_never_a_float"),
    "P9": (INVARIANTS, "test_i03_what_was_not_received_is_not_paid"),
    "P10": (INVARIANTS, "test_a_dead_refund_is_made_again_under_a_key_of_its_own"),
    "P13": (
        "tests/connector/store/test_returns.py",
        "test_i1_a_unit_is_in_one_live_return_only",
    ),
    "P14": (HERE, "test_p14_goods_are_received_without_any_money"),
    "P16": (CASES, "test_a_worked_case_comes_out_to_the_minor_unit"),  # S12, S15
    "P19": (WAY, "test_a_gateway_that_cannot_refund_waits_for_a_person_and_is_booked"),
    "P20": (WAY, "test_what_sync_reads_is_what_webhooks_lost"),
}


@pytest.mark.parametrize("fault", WHERE)
def test_the_test_that_holds_a_fault_is_where_the_table_says(fault: str) -> None:
    path, name = WHERE[fault]
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    assert name in {x.name for x in tree.body if isinstance(x, ast.FunctionDef)}


def unit(ref: str = "a", quantity: int = 1) -> Units:
    return Units(line_ref=ref, quantity=quantity)


def own(number: int, made: Settlement) -> Own:
    request = replace(
        a_request(str(number), 1),
        amount=made.amount,
        lines=made.lines,
        tenders=made.tenders,
    )
    return Own(request=request)


def test_f5_f6_cents_and_tax_are_shares_of_what_was_paid() -> None:
    """Sylius cuts the tax of each part; Saleor multiplies a rounded unit price."""
    order = an_order(a_line("a", 1000, 3, tax=167))
    refunds: list[Own] = []
    for number in range(3):
        refunds.append(own(number, settle(order, [unit()], Extras(), refunds)))
    shares = [share for one in refunds for share in one.request.lines]
    assert [share.gross.minor for share in shares] == [333, 334, 333]
    assert [share.tax.minor for share in shares] == [56, 55, 56]


def test_f8_units_that_staff_refunded_are_not_refunded_again() -> None:
    """WooCommerce itself checks no quantity; the rest of the order would pay."""
    order = an_order(a_line("a", 2000, 2), a_line("b", 5000))
    line = RefundedLine(line_ref="a", quantity=2, gross=eur(2000))
    by_staff = ShopRefund(ref="7", amount=eur(2000), moved=Moved.YES, lines=(line,))
    order = replace(order, refunds=(by_staff,))
    made = settle(order, [unit()], Extras())
    assert made.amount == eur(0)
    assert made.ask


def test_f9_one_of_three_units_brings_a_third_of_the_tax() -> None:
    """WP Swings proposes all 6.00 of tax for one of three units, under rate 1."""
    made = settle(an_order(a_line("a", 3600, 3, tax=600)), [unit()], Extras())
    (share,) = made.lines
    assert share.gross == eur(1200)
    assert share.taxes == (TaxPart(rate="1", amount=eur(200)),)


def test_p14_goods_are_received_without_any_money() -> None:
    """Medusa 4052: receiving forced a refund; here a free item asks nobody."""
    made = settle(an_order(a_line("a", 0, 2), a_line("b", 100)), [unit()], Extras())
    assert (made.amount, made.ask) == (Money(0, "EUR"), ())
