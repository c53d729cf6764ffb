"""What is read of an order that a coupon of ours paid, beside others."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.woocommerce import credited, history, refunds, translate
from connector.model import Resolution, Share, TaxPart, TenderShare
from connector.money import Money, total
from tests.adapters.woocommerce import golden
from tests.adapters.woocommerce.test_ways import ASKED, CREDIT
from tests.connector.shapes import eur

CODE = CREDIT.code.lower()
CENTS = st.integers(0, 10**6)


def used(*coupons: tuple[str, int, int]) -> list[dict[str, Any]]:
    """Return coupon lines of (code, discount, its tax) in minor units."""
    return [
        {"code": code, "discount": eur(net).decimal, "discount_tax": eur(tax).decimal}
        for code, net, tax in coupons
    ]


def test_only_codes_like_ours_are_looked_up() -> None:
    data = {"coupon_lines": used((CODE, 1, 0), ("fixe5", 1, 0), ("0" * 16, 1, 0))}
    assert credited.maybe(data) == (CODE,)
    assert credited.maybe(golden.body("order-discount-fixed")) == ()


def test_an_order_that_may_be_paid_with_credit_is_read_by_itself() -> None:
    data = golden.body("order-discount-fixed")
    assert history._is_plain(data)
    assert not history._is_plain(data | {"coupon_lines": used((CODE, 1, 0))})
    assert "coupon_lines" in history.FIELDS


def test_a_recorded_order_is_at_what_it_cost_before_a_coupon_of_ours() -> None:
    data = golden.body("order-discount-fixed")
    mine = data | {
        "coupon_lines": [x | {"code": CODE} for x in data["coupon_lines"]],
    }
    plain, order = translate.order(data, [], {}), translate.order(mine, [], {}, {CODE})
    assert order.total == plain.total + eur(500)
    assert order.captured == plain.captured + eur(500)
    full = [
        Money.parse(one["subtotal"], "EUR") + Money.parse(one["subtotal_tax"], "EUR")
        for one in data["line_items"]
    ]
    assert [one.gross for one in order.lines] == full
    assert [x.tax - y.tax for x, y in zip(order.lines, plain.lines, strict=True)] == [
        eur(21),
        eur(20),
    ]
    assert order.oddities == plain.oddities


@given(
    st.lists(st.tuples(CENTS, CENTS, CENTS, CENTS), min_size=1, max_size=5),
    st.lists(st.tuples(CENTS, CENTS), min_size=1, max_size=3),
)
def test_no_cent_is_lost_or_made_whatever_coupons_lie_on_the_lines(
    lines: list[tuple[int, int, int, int]], coupons: list[tuple[int, int]]
) -> None:
    names = ("subtotal", "subtotal_tax", "total", "total_tax")
    rows = [
        {name: eur(minor).decimal for name, minor in zip(names, one, strict=True)}
        for one in lines
    ]
    codes = [CODE, *(f"other{n}" for n, _ in enumerate(coupons[1:]))]
    lies = used(*((c, *its) for c, its in zip(codes, coupons, strict=True)))
    data = {"line_items": rows, "coupon_lines": lies}
    whole = credited.undone(data, {CODE}, "EUR")
    for name, took in (("total", coupons[0][0]), ("total_tax", coupons[0][1])):
        before = total((Money.parse(x[name], "EUR") for x in rows), "EUR")
        after = [Money.parse(x[name], "EUR") for x in whole["line_items"]]
        assert total(after, "EUR") == before + eur(took)
    assert credited.undone(data, {"else"}, "EUR") == data


BOTH = replace(
    ASKED,
    amount=eur(5000),
    lines=(
        Share(
            ref="23",
            quantity=1,
            gross=eur(5000),
            taxes=(TaxPart(rate="1", amount=eur(833)),),
        ),
    ),
    shipping=(Share(ref="24", quantity=0, gross=eur(490)),),
    tenders=(
        TenderShare(
            tender_ref=f"credit:{CODE}", gateway="retour_credit", amount=eur(3000)
        ),
        TenderShare(tender_ref="payment", gateway="labpay", amount=eur(2490)),
    ),
)


def test_the_shop_books_what_its_own_total_held_and_our_meta_the_rest() -> None:
    asked = refunds.body(replace(BOTH, amount=eur(5490)))
    assert (asked["amount"], asked["api_refund"]) == ("24.90", True)
    goods, shipping = asked["line_items"]
    taxes = [one["refund_total"] for one in goods["refund_tax"]]
    assert (goods["refund_total"], taxes) == ("16.67", ["3.33"])
    assert shipping["refund_total"] == "4.90"
    metas = {one["key"]: one["value"] for one in asked["meta_data"]}
    assert metas[translate.META_AMOUNT] == "54.90"
    assert metas[credited.META_BACK] == f"{CODE}=30.00"
    assert credited.back(asked, CODE, "EUR") == eur(3000)


@pytest.mark.parametrize(
    "changed", [{"way": Resolution.STORE_CREDIT}, {"by_gateway": False}]
)
def test_a_coupon_is_not_good_again_where_its_part_goes_another_way(
    changed: dict[str, Any],
) -> None:
    asked = refunds.body(replace(BOTH, amount=eur(5490), **changed))
    assert credited.back(asked, CODE, "EUR") == eur(0)
    assert credited.back(asked, CODE, "EUR", credited.META_ELSE) == eur(3000)
