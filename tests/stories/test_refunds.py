from __future__ import annotations

from collections import deque
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from adapters.sandbox import Sandbox
from connector.model import Moved
from connector.states import Refund
from connector.steps import audit, intake, receive, reconcile, refund
from connector.store import (
    Database,
    connect,
    desk,
    inbox,
    ledger,
    orders,
    refunds,
    shops,
)
from connector.store.lock import dispatcher
from tests.connector.shapes import NOON, a_line, a_request, an_order, eur
from tests.stores import fresh

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

LATER = NOON + timedelta(hours=1)


class Killed(BaseException):
    """The process died here."""


class Mortal(Database):
    """A database whose process dies at its n-th commit, just before or after it."""

    commits_left = -1
    is_after = False

    def commit(self) -> None:
        self.commits_left -= 1
        if self.commits_left == 0 and not self.is_after:
            raise Killed
        super().commit()
        if self.commits_left == 0:
            raise Killed


@pytest.fixture
def shop() -> Sandbox:
    sandbox = Sandbox()
    sandbox.sell(an_order(a_line("a", 3000, 3)))
    return sandbox


@pytest.fixture
def db(address: str, shop: Sandbox) -> Iterator[Mortal]:
    opened = connect(address, Mortal)
    assert isinstance(opened, Mortal)
    shops.put(opened, shop.name, "sandbox", "memory", NOON)
    orders.keep(opened, shop.name, shop.order("29"))
    yield opened
    assert audit.run(opened) == []
    opened.close()


def promised(db: Database, key: str = "k1", minor: int = 1000) -> None:
    refunds.reserve(
        db,
        shop="sandbox",
        return_id=None,
        request=a_request(key, minor),
        units={},
        due=NOON,
        now=NOON,
    )


def push(
    db: Database,
    shop: Sandbox,
    now: datetime = NOON,
    limits: refund.Limits | None = None,
) -> int:
    return refund.push(db, shop, lambda: now, token="test", limits=limits)


def state(db: Database, key: str = "k1") -> Refund:
    return refunds.get(db, key).state


def test_a_promised_refund_is_paid_once(db: Database, shop: Sandbox) -> None:
    promised(db)
    assert [push(db, shop), push(db, shop, LATER)] == [1, 0]
    assert (state(db), shop.paid_out("29")) == (Refund.CONFIRMED, eur(1000))


@pytest.mark.parametrize(("mishap", "calls"), [("lost", 1), ("never", 2)])
def test_a_refund_without_an_answer_is_looked_for_not_repeated(
    db: Database, shop: Sandbox, mishap: str, calls: int
) -> None:
    promised(db)
    shop.mishaps = deque([mishap])
    push(db, shop)
    assert state(db) is Refund.UNKNOWN
    push(db, shop, LATER)
    assert shop.calls == 1
    reconcile.resolve(db, shop, LATER)
    push(db, shop, LATER)
    assert (state(db), shop.paid_out("29")) == (Refund.CONFIRMED, eur(1000))
    assert shop.calls == calls


def test_nothing_is_concluded_before_the_quiet_period_is_over(
    db: Database, shop: Sandbox
) -> None:
    promised(db)
    shop.mishaps = deque(["never"])
    push(db, shop)
    assert reconcile.resolve(db, shop, NOON + timedelta(minutes=14)) == 0
    assert state(db) is Refund.UNKNOWN


def test_a_shop_that_never_took_the_request_is_tried_again(
    db: Database, shop: Sandbox
) -> None:
    promised(db)
    shop.mishaps = deque(["unavailable"])
    push(db, shop)
    assert (state(db), shop.calls) == (Refund.PLANNED, 0)
    push(db, shop, LATER)
    assert shop.paid_out("29") == eur(1000)


def test_a_refund_that_never_left_uses_up_no_limit(db: Database, shop: Sandbox) -> None:
    promised(db, "k1")
    promised(db, "k2")
    shop.mishaps = deque(["unavailable"])
    assert push(db, shop, limits=refund.Limits(per_run_minor=1500)) == 2
    assert (state(db, "k1"), state(db, "k2")) == (Refund.PLANNED, Refund.CONFIRMED)
    assert shop.paid_out("29") == eur(1000)


def test_a_refused_refund_is_void_and_on_the_desk(db: Database, shop: Sandbox) -> None:
    promised(db)
    shop.mishaps = deque(["refused"])
    push(db, shop)
    push(db, shop, LATER)
    assert (state(db), shop.calls) == (Refund.REJECTED, 1)
    assert ledger.standing(db, "sandbox", "29", "EUR") == eur(0)
    assert [matter.code for matter in desk.open_matters(db)] == ["rejected"]


@pytest.mark.parametrize(
    ("moved", "end", "paid"),
    [(Moved.YES, Refund.CONFIRMED, 1000), (Moved.NO, Refund.FAILED, 0)],
)
def test_money_on_its_way_is_watched_until_it_is_known(
    db: Database, shop: Sandbox, moved: Moved, end: Refund, paid: int
) -> None:
    promised(db)
    shop.mishaps = deque(["pending"])
    push(db, shop)
    assert state(db) is Refund.PENDING
    shop.settle("29", moved)
    reconcile.resolve(db, shop, LATER)
    assert (state(db), shop.paid_out("29").minor) == (end, paid)
    assert ledger.standing(db, "sandbox", "29", "EUR").minor == paid


def test_a_second_refund_of_an_order_waits_for_the_first(
    db: Database, shop: Sandbox
) -> None:
    promised(db, "k1")
    promised(db, "k2")
    shop.mishaps = deque(["lost"])
    assert push(db, shop) == 1
    assert state(db, "k2") is Refund.PLANNED
    reconcile.resolve(db, shop, LATER)
    push(db, shop, LATER)
    assert shop.paid_out("29") == eur(2000)


def test_a_paused_shop_pays_nothing(db: Database, shop: Sandbox) -> None:
    promised(db)
    shops.pause(db, "sandbox", is_paused=True)
    assert push(db, shop) == 0
    assert shop.calls == 0


def test_only_one_dispatcher_works_at_a_time(db: Database, shop: Sandbox) -> None:
    promised(db)
    with dispatcher(db) as is_ours:
        assert is_ours
        assert push(db, shop) == 0
    assert push(db, shop) == 1


def test_a_limit_holds_what_exceeds_it_for_another_run_or_a_person(
    db: Database, shop: Sandbox
) -> None:
    promised(db, "k1")
    promised(db, "k2")
    limits = refund.Limits(per_run_minor=1500)
    push(db, shop, limits=limits)
    assert shop.paid_out("29") == eur(1000)
    push(db, shop, LATER, limits=limits)
    assert shop.paid_out("29") == eur(2000)
    promised(db, "k3")
    push(db, shop, LATER, limits=refund.Limits(per_run_minor=500))
    assert shop.paid_out("29") == eur(2000)
    assert [matter.code for matter in desk.open_matters(db)] == ["limit"]


@pytest.mark.parametrize("mishap", ["", "lost", "never", "unavailable"])
@pytest.mark.parametrize("is_after", [False, True])
@pytest.mark.parametrize("commit", range(1, 8))
def test_a_process_killed_around_any_commit_pays_exactly_once(
    db: Mortal, shop: Sandbox, mishap: str, commit: int, *, is_after: bool
) -> None:
    db.commits_left, db.is_after = commit, is_after
    shop.mishaps = deque([mishap])
    try:
        promised(db)
        push(db, shop)
        reconcile.resolve(db, shop, LATER)
        push(db, shop, LATER)
    except Killed:
        db.commits_left = -1
    now = LATER
    if not db.query("SELECT 1 FROM refunds"):
        promised(db)
    for _ in range(6):
        now += timedelta(hours=1)
        push(db, shop, now)
        reconcile.resolve(db, shop, now)
    assert (state(db), shop.paid_out("29")) == (Refund.CONFIRMED, eur(1000))
    assert ledger.standing(db, "sandbox", "29", "EUR") == eur(1000)


def test_a_replay_under_another_id_does_nothing_twice(
    db: Database, shop: Sandbox
) -> None:
    """Signatures cover the body alone: the id in the header can be made up."""
    shop.pay_by_hand("29", eur(300))
    for number in range(3):
        receive.accept(
            db,
            shop=shop.name,
            source="sandbox",
            topic="order",
            delivery_key=f"made-up-{number}",
            body=b"29",
            headers={},
            now=NOON,
        )
        intake.run(db, {shop.name: shop}, lambda: NOON)
    assert inbox.counts(db, shop.name) == (3, 0)
    assert inbox.waiting(db) == 0
    assert ledger.standing(db, "sandbox", "29", "EUR") == eur(300)


def test_what_a_worker_without_its_lock_may_still_pay_is_a_persons_question(
    tmp_path: Path, shop: Sandbox
) -> None:
    """PostgreSQL: a session can end while the worker that held its lock lives on."""
    with fresh("postgresql", tmp_path) as address:
        db = connect(address)
        shops.put(db, shop.name, "sandbox", "memory", NOON)
        orders.keep(db, shop.name, shop.order("29"))
        promised(db)
        refunds.submit(db, "k1", {"refunds": []}, NOON)
        db.transact(lambda: db.execute("UPDATE dispatch SET holder = 'far away|1'"))
        push(db, shop)
        reconcile.resolve(db, shop, LATER)
        push(db, shop, LATER)
        assert (state(db), shop.calls) == (Refund.UNKNOWN, 0)
        assert [matter.code for matter in desk.open_matters(db)] == ["unknown"]
        assert audit.run(db) == []
        db.close()
