"""No policy pays more than was captured, nor less than the law demands.

Whatever a merchant writes, his verdict is carried through the settlement that pays.
What the law demands is reckoned here, by other sums: what was paid for the goods, all
of it; the outbound shipping and all surcharges where the whole order goes back, of a
part withdrawn in step with it; of a withdrawal less the way back at most (articles 13
and 14 of Directive 2011/83/EU), of faulty goods nothing less (article 14 of Directive
(EU) 2019/771).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from connector import policy
from connector.model import (
    Charge,
    Customer,
    Kind,
    Moved,
    OrderStatus,
    Resolution,
    ShopRefund,
)
from connector.settlement import Extras, Own, Settlement, Units, settle
from connector.states import Decision
from tests.connector.policy import drawn
from tests.connector.settling import paid
from tests.connector.shapes import NOON, a_line, a_tender, an_order, eur

if TYPE_CHECKING:
    from connector.model import Order
    from connector.policy import Case, Policy, Verdict

# The outbound shipping and a surcharge, in minor units.
charges = st.tuples(st.integers(0, 900), st.one_of(st.just(0), st.integers(1, 600)))
SENT = (Resolution.EXCHANGE, Resolution.REPLACEMENT)
WHOLE = 10_000  # basis points
LAW = (Kind.WITHDRAWAL, Kind.FAULTY, Kind.CARRIER_DAMAGE)


def whole(order: Order, shipping: int, surcharge: int = 0) -> Order:
    """Return an order that was paid in full, of which nothing went back yet."""
    lines = tuple(
        replace(line, refunded_units=0, is_gift_card=False) for line in order.lines
    )
    total = eur(sum(line.gross.minor for line in lines) + shipping + surcharge)
    charge = Charge(ref="s", title="Parcel", gross=eur(shipping))
    extra = Charge(ref="f", title="Payment on delivery", gross=eur(surcharge))
    return replace(
        order,
        lines=lines,
        currency="EUR",
        status=OrderStatus.COMPLETED,
        total=total,
        shipping=(charge,) * bool(shipping),
        fees=(extra,) * bool(surcharge),
        tenders=(a_tender("card", total.minor),),
    )


def some(order: Order, case: Case) -> Case:
    """Keep what can be asked: each line once, and no more than was bought."""
    wanted = {
        one.line_ref: replace(one, quantity=min(one.quantity, line.quantity))
        for one in case.lines
        if (line := order.line(one.line_ref))
    }
    return replace(case, lines=tuple(wanted.values()))


def all_of(order: Order, case: Case) -> Case:
    """Ask for the whole order instead, as most withdrawals do."""
    wanted = tuple(
        policy.Wanted(line_ref=line.ref, quantity=line.quantity, reason="small")
        for line in order.lines
    )
    return replace(case, lines=wanted)


def carried(
    order: Order, case: Case, verdict: Verdict, price: int, own: tuple[Own, ...] = ()
) -> Settlement:
    """Settle what is not declined, as if every question were answered with yes."""
    units = [
        Units(
            line_ref=one.line_ref,
            quantity=wanted.quantity,
            restocking_bp=one.restocking_bp,
        )
        for one, wanted in zip(verdict.lines, case.lines, strict=True)
        if one.decision is not Decision.DECLINED
    ]
    ways = {one.resolution for one in verdict.lines}
    extras = Extras(
        shipping=verdict.refund_shipping or bool(verdict.shipping_part),
        shipping_limit=verdict.shipping_limit,
        shipping_part="" if verdict.refund_shipping else verdict.shipping_part,
        surcharges=verdict.surcharges,
        return_fee=verdict.return_fee,
        new_goods=eur(price) if Resolution.EXCHANGE in ways else None,
        even=Resolution.REPLACEMENT in ways,
    )
    return settle(order, units, extras, own)


def taken(settled: Settlement) -> int:
    """Add up money, and what new goods took, in minor units."""
    goods = sum(x.amount.minor for x in settled.deductions if x.code == "exchange")
    return settled.amount.minor + goods


@given(
    drawn.policies(),
    drawn.orders(),
    drawn.cases(),
    charges,
    st.integers(0, 5000),
    st.sampled_from([0, 500, 3000]),
)
def test_no_policy_pays_more_than_was_captured(
    rules: Policy,
    order: Order,
    case: Case,
    charged: tuple[int, int],
    price: int,
    short: int,
) -> None:
    order = whole(order, *charged)
    # Where less was paid than the lines say, their own bounds do not hold the money.
    card = a_tender("card", max(0, order.total.minor - short))
    order = replace(order, tenders=(card,))
    case = some(order, case)
    verdict = policy.judge(rules, order, case)
    first = carried(order, case, verdict, price)
    assert taken(first) <= order.captured.minor
    assert sum(x.amount.minor for x in first.tenders) == first.amount.minor
    # The same asked once more brings nothing that was not left.
    done = paid(order, 0, first)
    second = carried(order, case, verdict, price, (done,))
    assert taken(first) + taken(second) <= order.captured.minor


@given(
    drawn.policies(),
    drawn.orders(),
    drawn.cases(LAW),
    charges,
    st.tuples(
        st.one_of(st.none(), st.integers(1, 900)),
        st.dictionaries(st.sampled_from(["FR", "DE", "default"]), st.integers(0, 900)),
    ),
    st.fixed_dictionaries(
        {
            "part_delivery": st.sampled_from(
                ["pro_rata", "pro_rata", "none_until_last"]
            ),
            "return_cost_most": st.sampled_from([0, 5, 20]),
        }
    ),
    # Goods worth so little that a share of them is nothing would hide what is kept.
    st.tuples(
        st.sampled_from([None, 2500, WHOLE]),
        st.sampled_from([0, 1000, 1000]),
        st.booleans(),
    ),
)
def test_no_policy_pays_less_than_the_law_demands(
    rules: Policy,
    order: Order,
    case: Case,
    charged: tuple[int, int],
    prices: tuple[int | None, dict[str, int]],
    switches: dict[str, Any],
    seen: tuple[int | None, int, bool],
) -> None:
    (shipping, surcharge), (standard, abroad) = charged, prices
    named = {code: eur(minor) for code, minor in abroad.items()}
    rules = replace(rules, standard_delivery=None, deliveries=named)
    if standard is not None:
        delivery, sold_to = eur(standard), frozenset({"FR"})
        rules = replace(
            rules, standard_delivery=delivery, deliveries={}, sold_to=sold_to
        )
    restocking, more, is_all = seen
    rules = replace(rules, switches={**rules.switches, **switches})
    if restocking is not None:
        rules = replace(rules, restocking_bp=restocking)
    lines = tuple(replace(one, gross=one.gross + eur(more)) for one in order.lines)
    order = whole(replace(order, lines=lines), *charged)
    case = all_of(order, case) if is_all else some(order, case)
    assume(case.lines)
    verdict = policy.judge(rules, order, case)
    assert all(one.decision is not Decision.DECLINED for one in verdict.lines)
    settled = carried(order, case, verdict, 0)
    goods = 0
    for one in case.lines:
        line = order.line(one.line_ref)
        assert line is not None
        gross, n = line.gross.minor, line.quantity
        goods += (2 * gross * one.quantity + n) // (2 * n)
    asked = {one.line_ref: one.quantity for one in case.lines}
    is_whole = all(asked.get(x.ref, 0) == x.quantity for x in order.lines)
    owed = goods + (shipping + surcharge if is_whole else 0)
    if case.kind is Kind.WITHDRAWAL:
        country = order.customer.country
        if standard is not None:
            most = standard if country == "FR" else 0
        elif country:
            most = abroad.get(country, abroad.get("default", 0))
        else:
            most = 0
        if not rules.refund_shipping and most:
            shipping = min(shipping, most)
        part = 0
        if switches["part_delivery"] == "pro_rata":
            part = in_step(order, case, shipping) + in_step(order, case, surcharge)
        owed = goods + (shipping + surcharge if is_whole else part)
        fee = verdict.return_fee.minor if verdict.return_fee else 0
        assert fee <= way_back_at_most(goods, 100 * switches["return_cost_most"])
        owed -= fee  # what it is named by, and nothing else that a policy may want
    assert taken(settled) >= owed


def in_step(order: Order, case: Case, shipping: int) -> int:
    """Return the delivery of a part, rounded down: docs/law.md, statement 75."""
    has_right = order.customer.country in ("FR", "DE", "")
    paid_for = {line.ref: (line.gross.minor, line.quantity) for line in order.lines}
    worth = sum(gross for gross, _ in paid_for.values())
    if not has_right or not worth:
        return 0
    going = sum(
        paid_for[one.line_ref][0] * one.quantity // paid_for[one.line_ref][1]
        for one in case.lines
    )
    return shipping * going // worth


def way_back_at_most(goods: int, most: int) -> int:
    """Say what may be kept for the way back: docs/law.md, statement 15.

    No more than the switch's amount, and never all of the goods.
    """
    return max(0, min(most, goods - 1))


@pytest.mark.parametrize(
    ("fee", "more", "taken_fee"),
    [
        ("20.00", "", 2000),
        ("20.01", "", None),
        ("999.00", "", None),
        ("29.00", "[law]\nreturn_cost_most = 40\n", 2900),
        ("30.00", "[law]\nreturn_cost_most = 40\n", None),  # all of the goods
    ],
)
def test_of_a_withdrawal_no_more_than_sending_costs_is_kept_unseen(
    fee: str, more: str, taken_fee: int | None
) -> None:
    text = f'currency = "EUR"\n{more}[fees]\nreturn_shipping = "{fee}"\n'
    rules = policy.load(text + '[[reasons]]\ncode = "*"\n')
    order = whole(an_order(a_line("a", 3000)), 490)
    wanted = policy.Wanted(line_ref="a", quantity=1, reason="small")
    case = policy.Case(kind=Kind.WITHDRAWAL, asked_at=NOON, lines=(wanted,))
    verdict = policy.judge(rules, order, case)
    (line,) = verdict.lines
    assert (verdict.return_fee and verdict.return_fee.minor) == taken_fee
    asks = [one.code for one in line.trace if one.says == "ask"]
    assert asks == ([] if taken_fee else ["way_back_dear"])
    settled = carried(order, case, verdict, 0)
    assert settled.amount.minor == 3490 - (taken_fee or 0)
    voluntary = replace(case, kind=Kind.VOLUNTARY)
    assert str(policy.judge(rules, order, voluntary).return_fee) == f"{fee} EUR"


@pytest.mark.parametrize(
    ("country", "countries", "standard", "back"),
    [
        ("FR", '["FR"]', '"4.90"', 3490),
        ("FR", '["FR"]', '"0.00"', 4290),  # nothing is delivered for nothing
        ("IT", '["FR"]', '"4.90"', 4290),  # no word of what delivery costs there
        ("FR", '["FR", "IT"]', '"4.90"', 4290),  # which of the two?
        ("FR", "[]", '"4.90"', 4290),
        ("FR", "[]", '{ FR = "4.90", IT = "7.90" }', 3490),
        ("it", "[]", '{ FR = "4.90", IT = "7.90" }', 3790),
        ("DE", "[]", '{ FR = "4.90", IT = "7.90" }', 4290),
        ("DE", '["FR", "DE"]', '{ FR = "4.90", default = "9.90" }', 3990),
        ("FR", "[]", '{ FR = "4.90", default = "9.90" }', 3490),
        ("FR", "[]", '{ FR = "0", default = "9.90" }', 4290),
        ("", "[]", '{ FR = "4.90", default = "9.90" }', 4290),  # who knows where to?
        ("DE", "[]", '{ default = "19.90" }', 4290),  # never more than was paid
        ("DE", "[]", "{}", 4290),
    ],
)
def test_of_a_dearer_delivery_only_the_standard_one_goes_back(
    country: str, countries: str, standard: str, back: int
) -> None:
    rules = policy.load(
        f'currency = "EUR"\n[refund]\nstandard_delivery = {standard}\n'
        f'[law]\ncountries = {countries}\n[[reasons]]\ncode = "*"\n'
    )
    plain = whole(an_order(a_line("a", 3000)), 1290)
    order = replace(plain, customer=Customer(country=country))
    wanted = policy.Wanted(line_ref="a", quantity=1, reason="small")
    paid_back = {
        kind: carried(order, case, policy.judge(rules, order, case), 0).amount.minor
        for kind in (Kind.WITHDRAWAL, Kind.FAULTY)
        for case in (policy.Case(kind=kind, asked_at=NOON, lines=(wanted,)),)
    }
    assert paid_back == {Kind.WITHDRAWAL: back, Kind.FAULTY: 4290}


@pytest.mark.parametrize(
    ("kind", "units", "back"),
    [
        (Kind.WITHDRAWAL, 2, 10_790),
        (Kind.FAULTY, 2, 10_790),
        (Kind.CARRIER_DAMAGE, 2, 10_790),
        (Kind.VOLUNTARY, 2, 10_000),
        (Kind.WITHDRAWAL, 1, 5395),  # in step, as the delivery of a part
        (Kind.FAULTY, 1, 5000),
    ],
)
def test_surcharges_go_back_with_the_whole_order(
    kind: Kind, units: int, back: int
) -> None:
    rules = policy.load('currency = "EUR"\n[[reasons]]\ncode = "*"\n')
    plain = whole(an_order(a_line("a", 10_000, 2)), 490, 300)
    order = replace(plain, customer=Customer(country="FR"))
    wanted = policy.Wanted(line_ref="a", quantity=units, reason="small")
    case = policy.Case(kind=kind, asked_at=NOON, lines=(wanted,))
    verdict = policy.judge(rules, order, case)
    settled = carried(order, case, verdict, 0)
    assert (settled.amount.minor, settled.ask) == (back, ())
    if (kind, units) == (Kind.WITHDRAWAL, 1):
        rest = carried(order, case, verdict, 0, (paid(order, 0, settled),))
        assert taken(settled) + taken(rest) == 10_790  # all of it, and once


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["refund", "exchange", "replacement", "staff"]),
        st.sampled_from(["a", "b", "c"]),
        st.integers(1, 6000),
    ),
    max_size=8,
)


@given(STEPS)
def test_no_mixture_of_ways_and_refunds_by_staff_passes_what_was_captured(
    steps: list[tuple[str, str, int]],
) -> None:
    """Money, credit, what goods took, and what staff refunded without lines."""
    order = whole(an_order(a_line("a", 3000), a_line("b", 3000), a_line("c", 999)), 490)
    own: list[Own] = []
    gone = 0
    for number, (deed, line, minor) in enumerate(steps):
        if deed == "staff":
            left = order.captured.minor - sum(x.amount.minor for x in order.refunds)
            left -= sum(one.request.amount.minor for one in own)
            made = ShopRefund(
                ref=f"s{number}", amount=eur(min(minor, left)), moved=Moved.YES
            )
            order = replace(order, refunds=(*order.refunds, made))
            continue
        extras = Extras(
            new_goods=eur(minor) if deed == "exchange" else None,
            even=deed == "replacement",
        )
        before = gone + sum(x.amount.minor for x in order.refunds)
        settled = settle(order, [Units(line_ref=line, quantity=1)], extras, own)
        room = max(0, order.captured.minor - before)
        assert taken(settled) <= room
        gone += taken(settled)
        own.append(paid(order, number, settled))
