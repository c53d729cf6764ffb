"""The eighteen invariants of the returns model, each by its number.

I1 to I18 come of the validations and faults of Solidus, Medusa, Saleor, Spree, ERPNext.
"""

from __future__ import annotations

import ast
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from adapters.sandbox import Sandbox
from connector import policy
from connector.errors import (
    BadRequest,
    CurrencyMismatch,
    IllegalTransition,
    LawBroken,
    Refused,
)
from connector.model import Answer, Customer, Kind, Moved, ShopRefund, Terms
from connector.money import Money
from connector.settlement import Extras, Own, Units, settle
from connector.states import Decision, Refund
from connector.steps import audit, byhand, decide, inspect, promise, reconcile, refund
from connector.steps.inspect import Counted
from connector.store import (
    Database,
    connect,
    filing,
    history,
    ledger,
    orders,
    refunds,
    returns,
    shops,
)
from connector.store.filing import Wish
from tests.connector.returning import RULES, approved, file, promised, the_order
from tests.connector.shapes import NOON, a_line, a_request, an_order, eur

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
LATER = NOON + timedelta(hours=2)


@pytest.fixture
def shop() -> Sandbox:
    sandbox = Sandbox()
    order = an_order(a_line("a", 3000, 3), a_line("b", 900), shipping=490)
    # No right to withdraw: the policy's own fees are all there is.
    sandbox.sell(replace(order, customer=Customer(country="CH")))
    return sandbox


@pytest.fixture
def db(address: str, shop: Sandbox) -> Iterator[Database]:
    opened = connect(address)
    shops.put(opened, shop.name, "sandbox", "memory", NOON)
    digest = policy.digest(RULES)
    shops.bind_policy(opened, shop.name, digest, RULES, NOON)
    orders.keep(opened, shop.name, shop.order("29"))
    yield opened
    assert audit.run(opened) == []
    opened.close()


def test_i01_a_unit_is_in_one_live_return_whoever_asks_at_once(
    db: Database, shop: Sandbox
) -> None:
    """Medusa: "Cannot request to return more items than what was fulfilled"."""

    def race(name: str) -> bool:
        try:
            file(db, shop, name, units=2)
        except Refused:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        kept = list(pool.map(race, ["w", "x", "y", "z"]))
    assert sum(kept) == 1
    sent_one = replace(a_line("a", 3000, 3), fulfilled=1)
    shop.sell(replace(an_order(sent_one), ref="30", number="#30"))
    orders.keep(db, shop.name, shop.order("30"))
    with pytest.raises(Refused, match="left=1"):
        filing.add(
            db,
            return_id="unsent",
            shop=shop.name,
            order=shop.order("30"),
            kind=Kind.VOLUNTARY,
            filed_by="portal",
            language="en",
            wishes=[Wish(line_ref="a", quantity=2, reason="too-big")],
            now=NOON,
        )


def test_i02_no_more_is_received_than_was_approved(db: Database, shop: Sandbox) -> None:
    case = approved(db, shop, units=2)
    line = case.lines[0].id
    with pytest.raises(BadRequest, match="2 units were approved"):
        inspect.receive(db, "r1", {line: Counted(received=3)}, actor="a", now=NOON)
    with pytest.raises(LawBroken, match="I2"):
        returns.move_goods(
            db, case, line, "receive_all", {"received": 3}, actor="a", now=NOON
        )
    assert returns.get(db, "r1").lines[0].received == 0


def test_i03_what_was_not_received_is_not_paid(db: Database, shop: Sandbox) -> None:
    """Spree 14678: asked 3, received 2, and 3 were refunded."""
    case = approved(db, shop)
    line = case.lines[0].id
    inspect.receive(db, "r1", {line: Counted(received=2)}, actor="a", now=NOON)
    promise.run(db, shop, lambda: NOON)
    (row,) = refunds.of_return(db, "r1")
    assert row.units == {str(line): 2}
    assert row.amount == eur(2000 - 200 - 490)


def test_i04_refunds_never_exceed_what_was_captured_those_by_hand_included(
    db: Database, shop: Sandbox
) -> None:
    by_hand = ShopRefund(ref="5", amount=eur(4000), moved=Moved.YES)
    ledger.external(db, shop.name, "29", by_hand, NOON)
    with pytest.raises(Refused, match=r"left=3\.90 EUR"):
        promised(db, shop, minor=391)
    promised(db, shop, minor=390)


def test_i05_any_sequence_of_parts_sums_to_what_was_paid() -> None:
    order = an_order(a_line("a", 1000, 3, tax=160))
    own: list[Own] = []
    for number in range(3):
        part = settle(order, [Units(line_ref="a", quantity=1)], Extras(), own)
        request = replace(
            a_request(str(number), 1),
            amount=part.amount,
            lines=part.lines,
            tenders=part.tenders,
        )
        own.append(Own(request=request))
    assert sum(one.request.amount.minor for one in own) == 1000
    assert sum(s.tax.minor for one in own for s in one.request.lines) == 160


def test_i06_outbound_shipping_goes_back_once() -> None:
    order = an_order(a_line("a", 1000, 2), shipping=490)
    one = [Units(line_ref="a", quantity=1)]
    first = settle(order, one, Extras(shipping=True))
    request = replace(
        a_request("k", 1),
        amount=first.amount,
        lines=first.lines,
        shipping=first.shipping,
        tenders=first.tenders,
    )
    second = settle(order, one, Extras(shipping=True), [Own(request=request)])
    assert [len(first.shipping), len(second.shipping)] == [1, 0]


def test_i07_a_gift_card_is_never_refunded() -> None:
    """Saleor: "Cannot refund or return gift card line"."""
    card = replace(a_line("g", 5000), is_gift_card=True)
    result = settle(
        an_order(card, a_line("a", 2000)),
        [Units(line_ref="g", quantity=1), Units(line_ref="a", quantity=1)],
        Extras(),
    )
    assert result.amount == eur(2000)
    assert result.ask


def test_i08_a_line_has_one_decision(db: Database, shop: Sandbox) -> None:
    case = approved(db, shop)
    with pytest.raises(IllegalTransition):
        decide.by_person(
            db,
            shop,
            case.id,
            case.lines[0].id,
            "decline",
            actor="ann",
            why="no",
            now=NOON,
        )


@pytest.mark.parametrize("mishap", ["", "lost", "never", "pending", "unavailable"])
def test_i09_one_intent_makes_one_refund_at_most(
    db: Database, shop: Sandbox, mishap: str
) -> None:
    promised(db, shop)
    shop.mishaps.append(mishap)
    for hours in range(4):
        now = NOON + timedelta(hours=hours)
        for _ in range(2):
            refund.push(db, shop, lambda now=now: now, token="t")  # type: ignore[misc]
            reconcile.resolve(db, shop, now)
    shop.settle("29", Moved.YES)
    assert shop.paid_out("29") == eur(1000)
    with pytest.raises(LawBroken, match="I9"):
        db.transact(lambda: db.execute("UPDATE refunds SET amount_minor = 1"))


def test_i10_a_refund_is_in_the_currency_that_was_paid(
    db: Database, shop: Sandbox
) -> None:
    dollars = replace(a_request("k1", 100), amount=Money(100, "USD"))
    with pytest.raises(CurrencyMismatch):
        refunds.reserve(
            db,
            shop=shop.name,
            return_id=None,
            request=dollars,
            units={},
            due=NOON,
            now=NOON,
        )
    promised(db, shop)
    with pytest.raises(LawBroken, match="I10"):
        db.transact(
            lambda: db.execute(
                "INSERT INTO ledger (kind, refund_id, shop, order_ref, tender,"
                " amount_minor, currency, at)"
                " VALUES ('reserve', 'k1', 'sandbox', '29', 'gift', 9, 'USD', 'x')"
            )
        )


def test_i11_a_return_is_not_older_than_its_order(db: Database, shop: Sandbox) -> None:
    """ERPNext; a day is granted, for clocks differ."""
    future = replace(the_order(shop), placed_at=NOON + timedelta(days=2))
    with pytest.raises(Refused, match="older than its order"):
        filing.add(
            db,
            return_id="early",
            shop=shop.name,
            order=future,
            kind=Kind.VOLUNTARY,
            filed_by="portal",
            language="en",
            wishes=[Wish(line_ref="a", quantity=1, reason="too-big")],
            now=NOON,
        )


@pytest.mark.parametrize("kind", [Kind.WITHDRAWAL, Kind.FAULTY, Kind.CARRIER_DAMAGE])
def test_i12_no_restocking_fee_where_the_law_grants_the_return(
    db: Database, shop: Sandbox, kind: Kind
) -> None:
    case = approved(db, shop, kind=kind)
    assert case.terms is not None
    assert case.terms.restocking == ()
    # Who withdraws bears the way back only where he was told so: article 14.1.
    assert case.terms.return_fee is None


def test_i13_a_withdrawal_is_never_declined_by_a_rule() -> None:
    """Directive 2011/83/EU, article 14.2: the value may be reduced, no more."""
    line = replace(a_line("a", 3000, 3), tags=("final-sale",))
    order = replace(an_order(line), placed_at=NOON - timedelta(days=900))
    for kind, said in (
        (Kind.VOLUNTARY, Decision.DECLINED),
        (Kind.WITHDRAWAL, Decision.NEEDS_PERSON),
    ):
        wanted = policy.Wanted(line_ref="a", quantity=1, reason="too-big")
        case = policy.Case(kind=kind, asked_at=NOON, lines=(wanted,))
        verdict = policy.judge(policy.load(RULES), order, case)
        assert verdict.lines[0].decision is said


def test_i14_no_state_changes_without_an_event_that_stays(
    db: Database, shop: Sandbox
) -> None:
    promised(db, shop)
    refund.push(db, shop, lambda: NOON, token="t")
    events = [(e.event, e.state) for e in history.of(db, "k1")]
    assert events == [
        ("plan", "planned"),
        ("submit", "submitted"),
        ("confirm", "confirmed"),
    ]
    for damage in ("UPDATE history SET why = 'x'", "DELETE FROM history"):
        with pytest.raises(LawBroken, match="never"):
            db.transact(lambda damage=damage: db.execute(damage))  # type: ignore[misc]
    with pytest.raises(LawBroken, match="from that state"):
        db.transact(lambda: db.execute("UPDATE refunds SET state = 'planned'"))


def test_i15_a_return_is_not_cancelled_once_goods_came_back(
    db: Database, shop: Sandbox
) -> None:
    case = approved(db, shop)
    line = case.lines[0].id
    inspect.receive(db, "r1", {line: Counted(received=1)}, actor="a", now=NOON)
    case = returns.get(db, "r1")
    with pytest.raises(Refused, match="came back"):
        returns.finish(db, case, "cancel", "ann", NOON)
    with pytest.raises(LawBroken, match="I15"):
        db.transact(lambda: db.execute("UPDATE returns SET cancelled_at = 'x'"))


def test_i16_all_units_of_a_return_are_of_its_order_and_shop(
    db: Database, shop: Sandbox
) -> None:
    case = file(db, shop, units=1)
    for shop_name, ref in (("elsewhere", "29"), (shop.name, "30")):
        with pytest.raises(LawBroken, match="I16"):
            db.transact(
                lambda shop_name=shop_name, ref=ref: db.execute(  # type: ignore[misc]
                    "INSERT INTO units (shop, order_ref, line_ref, unit,"
                    " return_line_id) VALUES (:shop, :ref, 'a', 2, :line)",
                    shop=shop_name,
                    ref=ref,
                    line=case.lines[0].id,
                )
            )


def test_i17_every_decision_keeps_its_rule_its_facts_and_the_policy_s_version(
    db: Database, shop: Sandbox
) -> None:
    case = approved(db, shop)
    assert case.policy_hash == policy.digest(RULES)
    assert shops.policy_text(db, case.policy_hash) == RULES
    assert all(isinstance(one, Answer) and one.why for one in case.lines[0].trace)
    assert case.terms == Terms(
        when="received",
        return_fee=eur(490),
        restocking=((case.lines[0].id, 1000),),
    )


MONEY = (
    "connector/money.py",
    "connector/law",
    "connector/settlement",
    "connector/model",
    "connector/store/ledger.py",
    "connector/store/refunds.py",
    "connector/steps/promise.py",
    "adapters/woocommerce/refunds.py",
    "adapters/shopify/refunds.py",
)


def test_i18_money_is_whole_minor_units_and_never_a_float() -> None:
    named = [ROOT / one for one in MONEY]
    files = [x for one in named for x in ([one] if one.suffix else one.glob("*.py"))]
    assert len(files) > len(MONEY)
    for path in files:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            is_float = isinstance(node, ast.Constant) and isinstance(node.value, float)
            is_name = isinstance(node, ast.Name) and node.id == "float"
            assert not is_float, path.name
            assert not is_name, path.name
            assert not isinstance(node, ast.Div), path.name


def test_a_dead_refund_is_made_again_under_a_key_of_its_own(
    db: Database, shop: Sandbox
) -> None:
    """Medusa 16681: a retry sent a new key for the same intent, and paid twice."""
    case = approved(db, shop)
    inspect.receive(
        db, "r1", {case.lines[0].id: Counted(received=3)}, actor="a", now=NOON
    )
    shop.mishaps.append("refused")
    for now in (NOON, LATER):
        promise.run(db, shop, lambda now=now: now)  # type: ignore[misc]
        refund.push(db, shop, lambda now=now: now, token="t")  # type: ignore[misc]
    (dead,) = refunds.of_return(db, "r1")
    assert dead.state is Refund.REJECTED
    byhand.again(db, dead.id, why="the card was renewed", actor="ann", now=LATER)
    promise.run(db, shop, lambda: LATER)
    refund.push(db, shop, lambda: LATER, token="t")
    first, second = refunds.of_return(db, "r1")
    assert first.id != second.id
    assert (second.state, second.amount) == (Refund.CONFIRMED, first.amount)
    assert shop.paid_out("29") == second.amount


def test_every_invariant_has_a_test_here() -> None:
    numbers = {
        int(found.group(1))
        for name in globals()
        if (found := re.match(r"test_i(\d\d)_", name))
    }
    assert numbers == set(range(1, 19))
