"""Each piece of news is told once, whatever dies, and nothing waits for it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from adapters.sandbox import Sandbox
from connector import telling
from connector.errors import Gone, OutcomeUnknown, Rejected, Unavailable
from connector.model import Answer, Kind, Return
from connector.states import Decision
from connector.steps import inspect, place, tell
from connector.steps.inspect import Counted
from connector.store import (
    Database,
    connect,
    desk,
    filing,
    orders,
    refunds,
    returns,
    shops,
    tellings,
)
from connector.store.filing import Wish
from tests.connector.shapes import NOON, a_line, a_request, an_order

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from connector.errors import PlatformError


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        self.now += timedelta(milliseconds=1)
        return self.now


class Staff(Sandbox):
    """A shop in memory that may be away."""

    trouble: PlatformError | None = None
    asked = 0

    def tell(self, order_ref: str, text: str, facts: Mapping[str, str]) -> None:
        Staff.asked += 1
        if self.trouble:
            raise self.trouble
        super().tell(order_ref, text, facts)

    @property
    def texts(self) -> list[str]:
        return [text for _, text in self.told.values()]


class Died(BaseException):
    """The process was killed at a commit."""


class Mortal(Database):
    """A database whose process dies before or after its n-th commit."""

    left = 0
    before = True

    def commit(self) -> None:
        Mortal.left -= 1
        if Mortal.left == 0 and Mortal.before:
            raise Died
        super().commit()
        if Mortal.left == 0:
            raise Died


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def shop() -> Staff:
    made = Staff()
    made.sell(an_order(a_line("a", 3000, 3)))
    return made


@pytest.fixture
def db(address: str, shop: Staff) -> Iterator[Database]:
    made = connect(address)
    shops.put(made, shop.name, "sandbox", "x", NOON)
    orders.keep(made, shop.name, shop.order("29"))
    yield made
    made.close()


def opened(db: Database, now: datetime) -> Return:
    filing.add(
        db,
        return_id="r1",
        shop="sandbox",
        order=an_order(a_line("a", 3000, 3)),
        kind=Kind.VOLUNTARY,
        filed_by="portal",
        language="en",
        wishes=[Wish(line_ref="a", quantity=2, reason="too-small")],
        now=now,
    )
    return returns.get(db, "r1")


def approved(db: Database, clock: Clock) -> Return:
    case = opened(db, clock())
    returns.decide(
        db,
        case,
        case.lines[0].id,
        "approve",
        approved=2,
        trace=(Answer(rule="test", says="approve", why="so"),),
        actor="test",
        now=clock(),
    )
    return returns.get(db, "r1")


def codes(db: Database) -> list[tuple[str, str]]:
    return tellings.states(db, "r1")


def test_a_return_is_told_step_by_step_in_its_order(
    db: Database, shop: Staff, clock: Clock
) -> None:
    case = approved(db, clock)
    counted = {case.lines[0].id: Counted(received=2, accepted=2)}
    inspect.receive(db, case.id, counted, actor="test", now=clock())
    returns.finish(db, case, "close", "retour", clock())
    assert tell.run(db, shop, clock, "en") == 4
    assert shop.texts == [
        "Return 29-R1: opened (units: 2).",
        "Return 29-R1: approved (units: 2 of 2).",
        "Return 29-R1: goods received (units: 2 of 2).",
        "Return 29-R1: completed.",
    ]
    assert tell.run(db, shop, clock, "en") == 0


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "Retour 29-R1 : 10,00\xa0€ remboursés."),
        ("de", "Rücksendung 29-R1: 10,00\xa0€ erstattet."),
        ("es", "Devolución 29-R1: 10,00\xa0€ reembolsados."),
        ("en", "Return 29-R1: €10.00 refunded."),
    ],
)
def test_a_refund_is_told_in_the_staff_s_language(
    db: Database, shop: Staff, clock: Clock, language: str, text: str
) -> None:
    approved(db, clock)
    promise(db, clock)
    refunds.submit(db, "k1", {}, clock())
    refunds.move(db, "k1", "confirm", clock())
    tell.run(db, shop, clock, language)
    assert shop.texts[-1] == text


def promise(db: Database, clock: Clock) -> None:
    refunds.reserve(
        db,
        shop="sandbox",
        return_id="r1",
        request=a_request("k1", 1000),
        units={},
        due=clock(),
        now=clock(),
    )


def test_a_refund_that_is_out_is_told_once_and_one_confirmed_meanwhile_is_not(
    db: Database, shop: Staff, clock: Clock
) -> None:
    approved(db, clock)
    promise(db, clock)
    refunds.submit(db, "k1", {}, clock())
    tell.run(db, shop, clock, "en")
    refunds.move(db, "k1", "pend", clock())
    tell.run(db, shop, clock, "en")
    refunds.move(db, "k1", "confirm", clock())
    tell.run(db, shop, clock, "en")
    assert shop.texts[2:] == [
        "Return 29-R1: refund of €10.00 sent, not confirmed yet.",
        "Return 29-R1: €10.00 refunded.",
    ]
    assert codes(db)[2:] == [
        ("sent", "told"),
        ("sent", "stale"),
        ("confirmed", "told"),
    ]


def test_a_person_is_asked_for_on_the_order_while_the_matter_is_open(
    db: Database, shop: Staff, clock: Clock
) -> None:
    opened(db, clock())
    for about_id in ("r1", "no return of ours"):
        desk.put(
            db,
            shop="sandbox",
            about="return",
            about_id=about_id,
            code="decide",
            why="Ada's letter",
            now=clock(),
        )
    tell.run(db, shop, clock, "en")
    tell.run(db, shop, clock, "en")
    assert shop.texts[1:] == [
        "Return 29-R1: a person must decide; see the desk in Retour."
    ]


def test_a_shop_that_is_away_is_told_later_in_the_same_order(
    db: Database, shop: Staff, clock: Clock
) -> None:
    approved(db, clock)
    shop.trouble = Unavailable()
    Staff.asked = 0
    assert tell.run(db, shop, clock, "en") == 0
    assert Staff.asked == 1  # it is not asked for every piece
    assert tell.run(db, shop, clock, "en") == 0
    assert Staff.asked == 1  # nor before its time
    shop.trouble = None
    clock.now += timedelta(hours=1)
    assert tell.run(db, shop, clock, "en") == 2
    assert [text.split()[2] for text in shop.texts] == ["opened", "approved"]


def test_news_is_not_lost_in_a_long_outage(
    db: Database, shop: Staff, clock: Clock
) -> None:
    opened(db, clock())
    shop.trouble = OutcomeUnknown()
    for _ in range(40):
        tell.run(db, shop, clock, "en")
        clock.now += timedelta(hours=7)
    shop.trouble = None
    assert tell.run(db, shop, clock, "en") == 1


@pytest.mark.parametrize(("trouble", "rounds"), [(Gone, 1), (Rejected, 5)])
def test_what_the_shop_refuses_for_good_is_given_up(
    db: Database,
    shop: Staff,
    clock: Clock,
    trouble: type[PlatformError],
    rounds: int,
) -> None:
    approved(db, clock)
    shop.trouble = trouble()
    for _ in range(rounds):
        assert codes(db)[:1] != [("opened", "given_up")]
        tell.run(db, shop, clock, "en", most=1)
        clock.now += timedelta(hours=7)
    assert codes(db)[0] == ("opened", "given_up")
    shop.trouble = None
    assert tell.run(db, shop, clock, "en") == 1


def test_off_tells_nothing_and_what_passed_meanwhile_stays_untold(
    db: Database, shop: Staff, clock: Clock
) -> None:
    case = approved(db, clock)
    assert tell.run(db, shop, clock, telling.OFF) == 0
    assert tell.run(db, shop, clock, "en") == 0
    returns.finish(db, case, "close", "retour", clock())
    assert tell.run(db, shop, clock, "en") == 1
    assert shop.texts == ["Return 29-R1: completed."]


def test_a_restored_database_tells_nothing_until_it_may_pay(
    db: Database, shop: Staff, clock: Clock
) -> None:
    opened(db, clock())
    shops.pause(db, shop.name, is_paused=True, why=place.RESTORED)
    assert tell.run(db, shop, clock, "en") == 0
    shops.pause(db, shop.name, is_paused=True, why="a merchant's wish")
    assert tell.run(db, shop, clock, "en") == 0  # a copy stays one until it is compared
    shops.reconciled(db, shop.name, clock())
    place.resume(db, shop.name, actor="test", now=clock())
    assert tell.run(db, shop, clock, "en") == 1


def test_a_pause_of_the_refunds_silences_nothing(
    db: Database, shop: Staff, clock: Clock
) -> None:
    opened(db, clock())
    shops.pause(db, shop.name, is_paused=True, why="a merchant's wish")
    assert tell.run(db, shop, clock, "en") == 1


def test_a_piece_of_news_has_one_token_for_ever(
    db: Database, shop: Staff, clock: Clock
) -> None:
    approved(db, clock)
    tell.run(db, shop, clock, "en")
    first = set(shop.told)
    assert len(first) == 2
    # As after a restore: the same history, and no memory of having told it.
    db.execute("DELETE FROM tellings")
    db.execute("DELETE FROM tell_marks")
    tell.run(db, shop, clock, "en")
    assert set(shop.told) == first


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("left", range(1, 8))
def test_a_killed_process_tells_all_of_it_once(
    db: Database, address: str, shop: Staff, clock: Clock, left: int, *, before: bool
) -> None:
    approved(db, clock)
    doomed = connect(address, Mortal)
    Mortal.left, Mortal.before = left, before
    try:
        tell.run(doomed, shop, clock, "en")
    except Died:
        pass
    else:
        assert left > 6  # one more than the way has is no kill
    Mortal.left = 0
    doomed.close()
    clock.now += timedelta(hours=1)
    tell.run(db, shop, clock, "en")
    assert [text.split()[2] for text in shop.texts] == ["opened", "approved"]
    assert codes(db) == [("opened", "told"), ("approved", "told")]


def test_two_workers_do_not_tell_the_same(
    db: Database, address: str, shop: Staff, clock: Clock
) -> None:
    approved(db, clock)
    tellings.gather(db, shop.name, clock(), is_wanted=True)
    other = connect(address)
    assert tellings.claim(other, shop.name, clock()) is not None
    # Nor what came after it on the same return.
    assert tellings.claim(db, shop.name, clock()) is None
    other.close()


def test_every_text_is_there_in_every_language_with_the_same_facts() -> None:
    facts = {
        "number": "1",
        "asked": 1,
        "approved": 1,
        "declined": 1,
        "received": 1,
        "amount": "x",
    }
    for code, texts in telling.TEXTS.items():
        assert set(texts) == set(telling.LANGUAGES), code
        used = [{name for name in facts if f"%({name})s" in t} for t in texts.values()]
        assert used == [used[0]] * len(used), code
        for language in (*telling.LANGUAGES, "pt"):
            assert "1" in telling.say(code, language, facts)
    assert set(tellings.NEWS.values()) | {tellings.PERSON} == set(telling.TEXTS)
    assert Decision.APPROVED.value == "approved"
