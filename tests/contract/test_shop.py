"""What every adapter must do, whatever shop stands behind it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from connector.errors import Gone, OutcomeUnknown, Rejected, Unavailable
from connector.model import Found, Moved
from connector.money import Money
from tests.contract.conftest import Bench, request


def test_an_order_is_read_with_what_was_paid(bench: Bench) -> None:
    order = bench.shop.order(bench.order.ref)
    assert order.lines[0].quantity == 3
    assert order.lines[0].gross == Money(3000, "EUR")
    assert order.captured == order.total
    assert order.oddities == ()


def test_a_refund_moves_its_money_once_and_says_so(bench: Bench) -> None:
    asked = request(bench.order)
    prepared = bench.shop.prepare(asked)
    receipt = bench.shop.refund(asked, prepared.preimage)
    assert (receipt.amount, receipt.moved) == (asked.amount, Moved.YES)
    assert bench.paid_minor() == 1000
    assert bench.shop.look(asked, prepared.preimage).found is Found.DONE


def test_a_refund_that_is_there_already_is_found_before_it_is_sent(
    bench: Bench,
) -> None:
    asked = request(bench.order)
    bench.shop.refund(asked, bench.shop.prepare(asked).preimage)
    again = bench.shop.prepare(asked)
    assert again.already is not None
    assert again.already.amount == asked.amount


def test_our_refund_is_known_by_its_key_and_lowers_what_is_left(bench: Bench) -> None:
    asked = request(bench.order)
    bench.shop.refund(asked, bench.shop.prepare(asked).preimage)
    order = bench.shop.order(bench.order.ref)
    assert [refund.key for refund in order.refunds] == ["key-1"]
    assert order.tenders[0].refunded == asked.amount or bench.shop.platform == "sandbox"


def test_a_lost_answer_is_unknown_and_then_found(bench: Bench) -> None:
    asked = request(bench.order)
    preimage = bench.shop.prepare(asked).preimage
    bench.lose_answer()
    with pytest.raises(OutcomeUnknown):
        bench.shop.refund(asked, preimage)
    finding = bench.shop.look(asked, preimage)
    assert finding.found is Found.DONE
    assert finding.receipt is not None
    assert (finding.receipt.amount, bench.paid_minor()) == (asked.amount, 1000)


def test_a_lost_request_is_unknown_and_its_absence_is_no_guess(bench: Bench) -> None:
    asked = request(bench.order)
    preimage = bench.shop.prepare(asked).preimage
    bench.lose_request()
    with pytest.raises(OutcomeUnknown):
        bench.shop.refund(asked, preimage)
    found = bench.shop.look(asked, preimage).found
    assert found is (Found.ABSENT if bench.absence_is_proof else Found.PERSON)
    assert bench.paid_minor() == 0


def test_a_shop_that_cannot_be_reached_is_unavailable(bench: Bench) -> None:
    asked = request(bench.order)
    with pytest.raises(Unavailable):
        bench.away.refund(asked, {})
    assert bench.paid_minor() == 0


def test_a_refund_above_what_is_left_never_pays(bench: Bench) -> None:
    bench.by_hand(2500)
    asked = request(bench.order)
    asked = replace(asked, amount=bench.order.total, tenders=(
        replace(asked.tenders[0], amount=bench.order.total),
    ))  # fmt: skip
    prepared = bench.shop.prepare(asked)
    if not prepared.ask:
        with pytest.raises(Rejected):
            bench.shop.refund(asked, prepared.preimage)
    assert bench.paid_minor() == 2500


def test_an_order_that_does_not_exist_is_gone(bench: Bench) -> None:
    kind = bench.order.ref.rpartition("/")[0]
    ref = f"{kind}/404404" if kind else "404404"
    with pytest.raises(Gone):
        bench.shop.order(ref)


def test_a_refund_made_by_staff_is_seen_and_is_not_ours(bench: Bench) -> None:
    bench.by_hand(500)
    refunds = bench.shop.refunds(bench.order.ref)
    assert [(refund.amount.minor, refund.key) for refund in refunds] == [(500, None)]
    assert refunds[0].moved is not Moved.NO


def test_an_order_is_found_by_its_number_and_by_its_modification(bench: Bench) -> None:
    assert bench.shop.find_order(bench.order.number) == bench.order.ref
    assert bench.shop.find_order("999999") is None
    since = bench.order.updated_at
    assert [c.order_ref for c in bench.shop.changes(since)] == [bench.order.ref]
    assert list(bench.shop.changes(since + timedelta(hours=1))) == []


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"\xff", b'{"code":"x"}'])
def test_an_unknown_notice_is_marked_not_raised(bench: Bench, body: bytes) -> None:
    assert bench.shop.read_notice("no/such.topic", body).about == "unknown"
