"""The tax that a shop adds: to what is sold, and off what a coupon takes."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.woocommerce import coupons, rates
from connector.errors import Rejected
from connector.model import TaxRate, add_tax, take_tax
from connector.money import Money
from tests.adapters.woocommerce import golden
from tests.adapters.woocommerce.test_ways import CREDIT, EMAIL
from tests.connector.shapes import eur

PERCENTS = st.decimals(0, 40, places=3)
RATES = st.lists(
    st.builds(TaxRate, percent=PERCENTS, is_compound=st.booleans()), max_size=3
)
TWENTY = (TaxRate(percent=Decimal(20)),)
WITHOUT = golden.body("order-create-variable") | {"prices_include_tax": False}


@given(st.integers(0, 10**7), RATES)
def test_what_is_taken_off_without_tax_is_worth_no_more_with_it(
    minor: int, taxes: list[TaxRate]
) -> None:
    net = take_tax(eur(minor), taxes)
    above = net + eur(1)
    assert add_tax(Decimal(net.decimal), taxes, "EUR") <= eur(minor)
    assert add_tax(Decimal(above.decimal), taxes, "EUR") > eur(minor)


@given(st.integers(0, 10**7), RATES)
def test_what_was_bought_is_bought_again_with_its_worth(
    minor: int, taxes: list[TaxRate]
) -> None:
    paid = add_tax(Decimal(eur(minor).decimal), taxes, "EUR")
    assert take_tax(paid, taxes) == eur(minor)


def test_each_tax_is_rounded_by_itself_and_a_compound_one_is_of_the_others() -> None:
    two = (TaxRate(percent=Decimal(5)), TaxRate(percent=Decimal("9.975")))
    assert add_tax(Decimal("9.99"), two, "CAD") == Money(999 + 50 + 100, "CAD")
    upon = (TaxRate(percent=Decimal(10), is_compound=True), *TWENTY)
    assert add_tax(Decimal(100), upon, "EUR") == eur(10000 + 2000 + 1200)


@given(RATES)
def test_rates_are_read_as_they_are_written(taxes: list[TaxRate]) -> None:
    assert rates.read(rates.write(taxes)) == tuple(taxes)


def test_a_coupon_is_of_what_its_credit_buys_without_the_taxes_that_fall_with_it() -> (
    None
):
    asked = coupons.body(CREDIT, EMAIL, coupons.added(WITHOUT))
    assert asked["amount"] == "25.00"
    stands = golden.body("misc-coupons")[0] | asked | {"usage_count": 1}
    took = [{"code": stands["code"], "discount": "10.00", "discount_tax": "2.00"}]
    left = coupons.left(stands, [{"status": "completed", "coupon_lines": took}], "EUR")
    assert left == eur(1800)
    assert coupons.opened(stands, left) == {"amount": "15.00", "usage_limit": 2}


def test_a_coupon_is_of_its_credit_where_prices_hold_their_tax_or_none_is_paid() -> (
    None
):
    assert coupons.added(golden.body("order-create-variable")) == ()
    lines = [one | {"subtotal_tax": "0.00"} for one in WITHOUT["line_items"]]
    exempt = WITHOUT | {"total_tax": "0.00", "line_items": lines}
    assert coupons.added(exempt) == ()


def test_taxes_of_which_the_order_does_not_say_the_rate_are_not_guessed() -> None:
    with pytest.raises(Rejected):
        coupons.added(WITHOUT | {"tax_lines": []})
    lines = [one | {"rate_percent": None} for one in WITHOUT["tax_lines"]]
    with pytest.raises(Rejected):
        coupons.added(WITHOUT | {"tax_lines": lines})


def test_what_a_coupon_has_paid_in_whole_bears_its_rates_all_the_same() -> None:
    lines = [
        one | {"taxes": [x | {"total": "0.00"} for x in one["taxes"]]}
        for one in WITHOUT["line_items"]
    ]
    free = WITHOUT | {"total_tax": "0.00", "line_items": lines}
    assert coupons.added(free) == coupons.added(WITHOUT) != ()
