"""The vectors of tests/golden/money_cases.json: other systems' bugs, done right.

Each is a case from a bug tracker named in the file; the figures are `want` there.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from adapters.woocommerce import translate
from connector.model import RefundRequest, TenderKind
from connector.money import Money
from connector.settlement import Extras, Own, Settlement, Units, settle
from tests.adapters.woocommerce import golden
from tests.connector.shapes import a_line, a_tender, an_order, eur

FILE = Path(__file__).parents[1] / "golden" / "money_cases.json"
CASES: dict[str, dict[str, Any]] = json.loads(FILE.read_text())


def want(name: str) -> Any:
    return CASES[name]["want"]


def back(order: Any, *units: Units, extras: Extras | None = None) -> Settlement:
    settled = settle(order, units, extras or Extras())
    assert settled.ask == ()
    return settled


def test_every_case_of_the_file_has_a_test_here() -> None:
    named = {name[5:8].upper() for name in globals() if name.startswith("test_s")}
    assert named == set(CASES)


def test_s01_an_order_discount_is_shared_by_value() -> None:
    shares = eur(21000 - 4200).allocate([15000, 6000])
    order = an_order(a_line("a", shares[0].minor), a_line("b", shares[1].minor))
    assert back(order, Units(line_ref="a", quantity=1)).amount.minor == want("S01")


def test_s02_one_of_two_discounted_lines() -> None:
    order = an_order(a_line("a", 4500), a_line("b", 4500))
    assert back(order, Units(line_ref="a", quantity=1)).amount.minor == want("S02")


def test_s03_tax_on_top_of_a_discounted_line() -> None:
    order = an_order(a_line("a", 19800, quantity=2, tax=1800))
    settled = back(order, Units(line_ref="a", quantity=1))
    assert (settled.amount.minor, settled.tax.minor) == (want("S03"), 900)


def test_s04_a_full_refund_equals_what_was_paid() -> None:
    order = an_order(a_line("a", 17925, quantity=10, tax=CASES["S04"]["tax"]))
    settled = back(order, Units(line_ref="a", quantity=10))
    assert settled.amount.minor == want("S04")
    assert settled.amount.minor - settled.tax.minor == CASES["S04"]["net"]


def test_s05_stored_fractions_are_what_was_paid_not_recomputed() -> None:
    data = golden.body("order-guest")
    line = data["line_items"][0] | {
        "total": ".884956",
        "total_tax": ".115044",
        "taxes": [{"id": 1, "total": ".115044", "subtotal": ""}],
    }
    data = data | {"line_items": [line], "shipping_lines": [], "total": "1.00"}
    order = translate.order(data, [], {})
    settled = back(order, Units(line_ref=order.lines[0].ref, quantity=1))
    assert settled.amount.minor == want("S05")


def test_s06_three_parts_close() -> None:
    order = an_order(a_line("a", 10000, quantity=3))
    own: list[Own] = []
    for number in range(3):
        settled = settle(order, [Units(line_ref="a", quantity=1)], Extras(), own)
        own.append(_own(str(number), settled))
    assert [one.request.amount.minor for one in own] == want("S06")


def test_s07_a_capped_amount_is_split_without_a_cent_too_many() -> None:
    assert [one.minor for one in eur(103).allocate([100, 100])] == want("S07")


def test_s08_only_received_units_are_paid() -> None:
    order = an_order(a_line("a", 26997, quantity=3))
    assert back(order, Units(line_ref="a", quantity=2)).amount.minor == want("S08")


def test_s09_the_gift_card_first_then_the_card() -> None:
    order = an_order(
        a_line("a", 10000),
        tenders=(
            a_tender("card", 7500),
            a_tender("gift", 2500, TenderKind.GIFT_CARD),
        ),
    )
    settled = back(order, Units(line_ref="a", quantity=1))
    assert [one.amount.minor for one in settled.tenders] == want("S09")


def test_s10_what_goes_back_is_what_was_paid_not_the_price() -> None:
    order = an_order(a_line("a", 11040))
    assert back(order, Units(line_ref="a", quantity=1)).amount.minor == want("S10")


def test_s11_a_bonus_of_five_per_cent_is_exact() -> None:
    assert eur(6000).share(105, 100).minor == want("S11")


def test_s12_ten_units_give_back_what_ten_units_cost() -> None:
    order = an_order(a_line("a", 70130, quantity=10))
    assert back(order, Units(line_ref="a", quantity=10)).amount.minor == want("S12")


def test_s13_shipping_goes_back_once() -> None:
    order = an_order(a_line("a", 2000, quantity=2), shipping=1000)
    extras = Extras(shipping=True)
    one = Units(line_ref="a", quantity=1)
    first = settle(order, [one], extras)
    second = settle(order, [one], extras, [_own("1", first)])
    paid = [sum(s.gross.minor for s in x.shipping) for x in (first, second)]
    assert paid == want("S13")


def test_s14_a_fraction_is_rounded_half_up_and_said_to_be_inexact() -> None:
    money, exact = Money.read("19.99999", "EUR")
    assert (money.minor, exact) == (want("S14"), False)


def test_s15_what_was_paid_after_rounding_goes_back() -> None:
    order = an_order(a_line("a", 700))
    assert back(order, Units(line_ref="a", quantity=1)).amount.minor == want("S15")


def _own(key: str, settled: Settlement) -> Own:
    return Own(
        request=RefundRequest(
            key=key,
            order_ref="29",
            amount=settled.amount,
            lines=settled.lines,
            shipping=settled.shipping,
            deductions=settled.deductions,
            tenders=settled.tenders,
            reason="",
        )
    )
