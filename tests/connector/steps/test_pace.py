"""A shop's pace: its bucket, its places, its breaker, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from adapters.pacing import Pacing
from adapters.shopify.standin.cost import MAXIMUM, RESTORE_RATE
from adapters.shopify.standin.cost import Bucket as TheirBucket
from connector.errors import OutcomeUnknown, Unavailable
from connector.steps.pace import Measure, SharedPace, VersionWatch
from connector.store import Database, connect, desk, pace, shops
from connector.store.pace import Breaker
from connector.turns import Bucket, Heard, Priority, with_priority

if TYPE_CHECKING:
    from collections.abc import Iterator

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
DOWN = Heard(failure="nothing listens")


class Time:
    """A clock that only moves when someone sleeps."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def db(address: str) -> Iterator[Database]:
    made = connect(address)
    shops.put(made, "tea", "shopify", "tea.myshopify.com", NOON)
    yield made
    made.close()


def shared(db: Database, time: Time, most_at_once: int | None = None) -> SharedPace:
    measure = Measure(most_at_once=most_at_once)
    return SharedPace(db=db, shop="tea", clock=time, measure=measure)


def fail(one: SharedPace, times: int = 1, heard: Heard = DOWN) -> None:
    for _ in range(times):
        one.leave(one.enter("call"), "call", heard)


def low(one: SharedPace, level: float) -> None:
    bucket = Bucket(available=level, maximum=2000, rate=100)
    one.leave(one.enter("a"), "a", Heard(cost=50, bucket=bucket))


def test_the_breaker_opens_after_so_many_failures_for_every_worker(
    db: Database,
) -> None:
    time = Time()
    one, other = shared(db, time), shared(db, time)
    fail(one, 4)
    other.leave(other.enter("call"), "call", Heard())
    fail(one, 5)
    with pytest.raises(Unavailable):
        other.enter("call")
    row = pace.get(db, "tea")
    assert (row.opened_at, row.why) == (NOON, "nothing listens")
    assert row.breaker(NOON) is Breaker.OPEN


def test_one_call_tries_and_its_answer_opens_the_way(db: Database) -> None:
    time = Time()
    one, other = shared(db, time), shared(db, time)
    fail(one, 5)
    time.sleep(60)
    entry = one.enter("call")
    with pytest.raises(Unavailable):
        other.enter("call")
    one.leave(entry, "call", Heard())
    assert other.enter("call").wait == 0
    assert not pace.is_open(db, "tea")


def test_a_probe_that_fails_closes_the_way_again(db: Database) -> None:
    time = Time()
    one = shared(db, time)
    fail(one, 5)
    time.sleep(60)
    fail(one)
    with pytest.raises(Unavailable):
        one.enter("call")
    assert pace.get(db, "tea").opened_at == NOON


def test_a_probe_whose_process_died_is_made_again(db: Database) -> None:
    time = Time()
    one = shared(db, time)
    fail(one, 5)
    time.sleep(60)
    one.enter("call")
    time.sleep(180)
    assert one.enter("call").wait == 0


def test_a_shop_that_says_it_is_down_is_left_alone_as_long_as_it_asks(
    db: Database,
) -> None:
    time = Time()
    one = shared(db, time)
    fail(one, heard=Heard(failure="503", is_down=True, wait=600))
    time.sleep(599)
    with pytest.raises(Unavailable):
        one.enter("call")
    time.sleep(1)
    assert one.enter("call").wait == 0


def test_places_are_shared_and_given_back_when_a_process_died(db: Database) -> None:
    time = Time()
    one, other = shared(db, time, most_at_once=2), shared(db, time, most_at_once=2)
    with with_priority(Priority.REFUND):
        one.enter("call")
        other.enter("call")
        assert one.enter("call").wait > 0
        time.sleep(180)
        assert one.enter("call").wait == 0


def test_a_backfill_leaves_half_of_the_bucket_to_refunds(db: Database) -> None:
    one, other = shared(db, Time()), shared(db, Time())
    low(one, 900)
    other.costs["a"] = 50
    with with_priority(Priority.BACKFILL):
        assert other.enter("a").wait == pytest.approx(1.5)
    with with_priority(Priority.REFUND):
        assert other.enter("a").wait == 0


def test_points_of_calls_under_way_are_set_aside(db: Database) -> None:
    one = shared(db, Time())
    low(one, 60)
    with with_priority(Priority.REFUND):
        assert one.enter("a").wait == 0
        assert one.enter("a").wait == pytest.approx(0.4)


def run_refunds(db: Database, calls: int) -> tuple[float, int]:
    """Return the share of the granted rate used, once empty, and throttles."""
    time = Time()
    theirs = TheirBucket(MAXIMUM, NOON)
    one = shared(db, time)
    spent, throttles, mark = 0.0, 0, None
    with with_priority(Priority.REFUND):
        for number in range(calls):
            cost, actual = (60.0, 52.0) if number % 2 else (40.0, 40.0)
            what = f"document {number % 2}"
            while (entry := one.enter(what)).wait > 0:
                if mark is None:
                    mark, spent = time.now, 0.0
                time.sleep(entry.wait)
            is_taken = theirs.take(cost, time.now)
            throttles += not is_taken
            if is_taken:
                theirs.refund(cost - actual)
                spent += actual
            bucket = Bucket(
                available=int(theirs.available), maximum=MAXIMUM, rate=RESTORE_RATE
            )
            one.leave(entry, what, Heard(cost=cost, bucket=bucket))
    assert mark is not None
    return spent / ((time.now - mark).total_seconds() * RESTORE_RATE), throttles


def test_a_refund_run_uses_the_granted_rate_and_is_never_throttled(
    db: Database,
) -> None:
    used, throttles = run_refunds(db, 1000)
    assert used >= 0.95
    assert throttles == 0


def test_a_call_that_cannot_wait_so_long_is_put_off_unsent(db: Database) -> None:
    time = Time()
    one = shared(db, time)
    fail(one, heard=Heard(wait=300))

    def never() -> None:
        raise AssertionError

    paced = Pacing(pace=one, sleep=time.sleep)
    with pytest.raises(Unavailable):
        paced.send("call", never, lambda _: Heard())  # type: ignore[arg-type]


def test_a_lost_answer_is_a_failure_and_stays_unknown(db: Database) -> None:
    def lost() -> None:
        raise OutcomeUnknown

    paced = Pacing(pace=shared(db, Time()))
    with pytest.raises(OutcomeUnknown):
        paced.send("call", lost, lambda _: Heard())  # type: ignore[arg-type]
    assert pace.get(db, "tea").failures == 1


def test_another_api_version_is_one_matter_until_it_is_right_again(
    db: Database,
) -> None:
    watch = VersionWatch(db=db, shop="tea", pinned="2026-10", clock=Time())
    for version in ("2027-01", "2027-01", "2027-04"):
        watch.served(version)
    assert [one.code for one in desk.open_matters(db, "tea")] == ["api_version"]
    watch.served("2026-10")
    assert desk.open_matters(db, "tea") == []
