from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from connector.errors import IllegalTransition, LawBroken, Refused
from connector.model import Moved, Receipt, ShopRefund
from connector.states import Refund
from connector.store import ledger, outbox, refunds
from tests.connector.shapes import NOON, a_request, eur

if TYPE_CHECKING:
    from connector.store import Database


def promised(db: Database, key: str, minor: int = 1000) -> None:
    refunds.reserve(
        db,
        shop="boots",
        return_id=None,
        request=a_request(key, minor),
        units={},
        due=NOON,
        now=NOON,
    )


def standing(db: Database) -> int:
    return ledger.standing(db, "boots", "29", "EUR").minor


def test_a_promise_stands_in_the_books_until_it_is_void(db: Database) -> None:
    promised(db, "k1")
    assert standing(db) == 1000
    refunds.move(db, "k1", "cancel", NOON)
    assert standing(db) == 0
    assert outbox.waiting(db, "boots") == 0


def test_i4_nothing_is_promised_above_what_was_captured(db: Database) -> None:
    by_hand = ShopRefund(ref="5", amount=eur(500), moved=Moved.YES)
    ledger.external(db, "boots", "29", by_hand, NOON)
    promised(db, "k1", 2000)
    with pytest.raises(Refused, match=r"left=5\.00 EUR"):
        promised(db, "k2", 501)
    promised(db, "k3", 500)
    assert standing(db) == 3000


def test_two_promises_racing_for_one_cap_are_not_both_kept(db: Database) -> None:
    def race(key: str) -> bool:
        try:
            promised(db, key, 2000)
        except Refused:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        kept = list(pool.map(race, [f"k{n}" for n in range(8)]))
    assert sum(kept) == 1
    assert standing(db) == 2000


def test_one_refund_of_an_order_is_out_at_a_time_whatever_happens(
    db: Database,
) -> None:
    promised(db, "k1")
    promised(db, "k2")
    refunds.submit(db, "k1", {"refunds": []}, NOON)
    with pytest.raises(LawBroken):
        refunds.submit(db, "k2", {"refunds": []}, NOON)
    assert outbox.claim(db, "refund", "boots", "me", NOON) is None


def test_what_was_read_before_the_call_is_committed_with_the_submission(
    db: Database,
) -> None:
    promised(db, "k1")
    refunds.submit(db, "k1", {"refunds": ["7"]}, NOON)
    row = refunds.get(db, "k1")
    assert (row.state, row.preimage) == (Refund.SUBMITTED, {"refunds": ["7"]})
    assert row.request.first_sent_at == NOON


def test_a_refund_is_posted_once(db: Database) -> None:
    promised(db, "k1")
    refunds.submit(db, "k1", {}, NOON)
    receipt = Receipt(ref="77", amount=eur(1000), moved=Moved.YES)
    refunds.move(db, "k1", "confirm", NOON, receipt=receipt)
    with pytest.raises(IllegalTransition):
        refunds.move(db, "k1", "confirm", NOON, receipt=receipt)
    assert refunds.get(db, "k1").platform_ref == "77"
    assert standing(db) == 1000


def test_two_refunds_cannot_claim_one_refund_of_the_shop(db: Database) -> None:
    receipt = Receipt(ref="77", amount=eur(1000), moved=Moved.YES)
    for key in ("k1", "k2"):
        promised(db, key)
    refunds.submit(db, "k1", {}, NOON)
    refunds.move(db, "k1", "confirm", NOON, receipt=receipt)
    refunds.submit(db, "k2", {}, NOON)
    with pytest.raises(LawBroken):
        refunds.move(db, "k2", "confirm", NOON, receipt=receipt)


def test_a_refund_made_by_hand_is_entered_once_and_taken_back_by_an_entry(
    db: Database,
) -> None:
    by_hand = ShopRefund(ref="5", amount=eur(300), moved=Moved.YES)
    news = [ledger.external(db, "boots", "29", by_hand, NOON) for _ in range(2)]
    assert news == [True, False]
    assert standing(db) == 300
    entry = ledger.externals(db, "boots", "29")[0]
    assert ledger.external_gone(db, "boots", entry, NOON)
    assert standing(db) == 0


@pytest.mark.parametrize("table", ["ledger", "history"])
@pytest.mark.parametrize("change", ["UPDATE {} SET at = 'x'", "DELETE FROM {}"])
def test_books_and_history_are_only_ever_added_to(
    db: Database, table: str, change: str
) -> None:
    promised(db, "k1")
    with pytest.raises(LawBroken, match="never"):
        db.execute(change.format(table))
