"""What a planted fault got past once: a test that holds it since."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from adapters.sandbox import Sandbox
from adapters.shopify import refunds as at_shopify
from connector.model import Found, Kind, Moved, Return, ShopRefund, Terms
from connector.states import Refund
from connector.steps import preview, refund
from connector.store import connect, filing, orders, refunds, returns, shops
from tests.connector.shapes import NOON, a_line, a_request, an_order, eur

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.model import Receipt, RefundRequest
    from connector.store import Database


def test_after_a_day_a_key_is_no_shelter_where_refunds_were_made_since() -> None:
    order = an_order(a_line("a", 3000, 3))
    by_staff = ShopRefund(ref="7", amount=eur(1000), moved=Moved.YES)
    order = replace(order, refunds=(by_staff,))
    asked = replace(a_request("k1", 1000), first_sent_at=NOON)
    for hours, said, is_safe in ((23, Found.ABSENT, True), (25, Found.PERSON, False)):
        now = NOON + timedelta(hours=hours)
        found = at_shopify.find(asked, {"refunds": []}, order, None, now)
        assert (found.found, found.is_repeatable) == (said, is_safe)
    alone = replace(order, refunds=())
    late = at_shopify.find(
        asked, {"refunds": []}, alone, None, NOON + timedelta(hours=25)
    )
    assert (late.found, late.is_repeatable) == (Found.ABSENT, False)


def returned(db: Database) -> Return:
    """A return of three units of 10.00, approved, with 4.90 for the way back."""
    order = an_order(a_line("a", 3000, 3))
    shops.put(db, "boots", "sandbox", "memory", NOON)
    orders.keep(db, "boots", order)
    filing.add(
        db,
        return_id="r1",
        shop="boots",
        order=order,
        kind=Kind.VOLUNTARY,
        filed_by="portal",
        language="en",
        wishes=[filing.Wish(line_ref="a", quantity=3, reason="too-big")],
        now=NOON,
    )
    terms = Terms(when="received", return_fee=eur(490))
    returns.judged(db, "r1", "", terms, shipping=False)
    return returns.get(db, "r1")


def test_the_way_back_is_charged_though_the_refund_that_bore_it_died(
    address: str,
) -> None:
    db = connect(address)
    case = returned(db)
    order = orders.get(db, "boots", "29")
    line = case.lines[0].id
    first = preview.preview(db, order, case, {line: 1})
    assert first.amount == eur(510)
    request = replace(
        a_request("k1", 510),
        lines=first.lines,
        deductions=first.deductions,
        tenders=first.tenders,
    )
    refunds.reserve(
        db,
        shop="boots",
        return_id="r1",
        request=request,
        units={str(line): 1},
        due=NOON,
        now=NOON,
    )
    assert preview.preview(db, order, case, {line: 2}).amount == eur(2000)
    refunds.move(db, "k1", "cancel", NOON)
    assert refunds.get(db, "k1").state is Refund.CANCELLED
    refunds.give_back(db, "k1", why="planned anew", actor="ann", now=NOON)
    assert preview.preview(db, order, case, {line: 3}).amount == eur(2510)
    db.close()


def test_what_is_asked_is_durable_before_the_call_and_nothing_is_open_across_it(
    address: str,
) -> None:
    """Vendure: the gateway was called before the row existed."""
    db, other = connect(address), connect(address)

    class Watching(Sandbox):
        """A shop that looks into the books from outside while it is asked."""

        def refund(
            self, request: RefundRequest, preimage: Mapping[str, Any]
        ) -> Receipt:
            seen.append(refunds.get(other, request.key).state)
            return super().refund(request, preimage)

    seen: list[Refund] = []
    shop = Watching()
    shop.sell(an_order(a_line("a", 3000, 3)))
    shops.put(db, shop.name, "sandbox", "memory", NOON)
    orders.keep(db, shop.name, shop.order("29"))
    refunds.reserve(
        db,
        shop=shop.name,
        return_id=None,
        request=a_request("k1", 1000),
        units={},
        due=NOON,
        now=NOON,
    )
    refund.push(db, shop, lambda: NOON, token="t")
    assert seen == [Refund.SUBMITTED]
    db.close()
    other.close()
