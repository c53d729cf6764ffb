"""A return in the sandbox shop, decided and back, for stories of making good."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import uuid_utils.compat as uuids

from adapters.sandbox import Sandbox
from connector.model import Answer, Kind, NewGoods, Resolution, Return, Terms, Ware
from connector.steps import (
    amends,
    audit,
    close,
    inspect,
    mirror,
    promise,
    reconcile,
    refund,
    shelving,
)
from connector.steps.inspect import Counted
from connector.store import (
    Database,
    atomic,
    connect,
    filing,
    orders,
    refunds,
    returns,
    shops,
)
from connector.store.filing import Wish
from tests.connector.shapes import NOON, a_line, an_order, eur

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from connector.model import ReturnLine
    from connector.states import Refund
    from connector.store.refunds import RefundRow

SIZES = {"m": 3000, "l": 3000, "coat": 4500, "socks": 700}
HOUR = timedelta(hours=1)
YES = (Answer(rule="person", says="approve", why="it is fine"),)


def stocked(shop: Sandbox, each: int = 5) -> Sandbox:
    """Put wares on the shelf; `m` and `l` cost what line `a` cost a unit."""
    for ref, minor in SIZES.items():
        ware = Ware(ref=ref, title=ref, price=eur(minor), available=each)
        shop.shelf[ref] = replace(ware, product_ref="shirt")
    return shop


def shirts() -> Sandbox:
    """Return a shop with an order of three shirts `a` and one `b`, and wares."""
    sandbox = stocked(Sandbox())
    sandbox.sell(an_order(a_line("a", 9000, 3), a_line("b", 1000)))
    return sandbox


def new(ref: str, quantity: int = 1) -> NewGoods:
    """Return goods that are wanted instead, at the price of the shelf."""
    price = eur(SIZES[ref]).share(quantity, 1)
    return NewGoods(ref=ref, title=ref, quantity=quantity, price=price)


def wish(
    ref: str = "a",
    quantity: int = 1,
    way: Resolution = Resolution.REFUND,
    goods: NewGoods | None = None,
) -> Wish:
    return Wish(
        line_ref=ref, quantity=quantity, reason="other", wanted=way, goods=goods
    )


def still(now: datetime) -> Callable[[], datetime]:
    """Return a clock that stands at a moment."""
    return lambda: now


@contextmanager
def counting(address: str, shop: Sandbox) -> Iterator[Counter]:
    """Open a store beside a shop that has sold order 29; audit it at the end."""
    opened = connect(address)
    shops.put(opened, shop.name, "sandbox", "memory", NOON)
    orders.keep(opened, shop.name, shop.order("29"))
    yield Counter(opened, shop)
    assert audit.run(opened) == []
    opened.close()


@dataclass
class Counter:
    """The desk that books returns, and the clock on its wall."""

    db: Database
    shop: Sandbox
    now: datetime = NOON

    def open(
        self,
        *wishes: Wish,
        terms: Terms | None = None,
        is_back: bool = True,
        order_ref: str = "29",
        kind: Kind = Kind.VOLUNTARY,
    ) -> Return:
        """File a return, approve all of it and, unless told not to, receive it."""
        made = self._approved(wishes, terms or Terms(when="received"), order_ref, kind)
        if is_back:
            self.receive(made)
        return self.case(made)

    def _approved(
        self, wishes: Sequence[Wish], terms: Terms, order_ref: str, kind: Kind
    ) -> str:
        made = str(uuids.uuid7())

        @atomic
        def write(db: Database) -> None:
            filing.add(
                db,
                return_id=made,
                shop=self.shop.name,
                order=orders.get(db, self.shop.name, order_ref),
                kind=kind,
                filed_by="portal",
                language="en",
                wishes=wishes,
                now=self.now,
            )
            case = returns.get(db, made)
            returns.judged(db, made, "", self._by_line(case, terms), shipping=False)
            for line in case.lines:
                returns.decide(
                    db,
                    case,
                    line.id,
                    "approve",
                    approved=line.asked,
                    trace=YES,
                    actor="console",
                    now=self.now,
                )

        write(self.db)
        return made

    def _by_line(self, case: Return, terms: Terms) -> Terms:
        """Give every line the bonus that the terms name for line 0."""
        rate = dict(terms.bonus).get(0)
        if rate is None:
            return terms
        return replace(terms, bonus=tuple((line.id, rate) for line in case.lines))

    def rows(self, case: Return) -> list[RefundRow]:
        return refunds.of_return(self.db, case.id)

    def states(self, case: Return) -> list[tuple[str, Refund]]:
        return [(row.request.way.value, row.state) for row in self.rows(case)]

    def case(self, return_id: str) -> Return:
        return returns.get(self.db, return_id)

    def receive(self, return_id: str) -> None:
        """Book all that is coming as received and accepted."""
        counted = {
            line.id: Counted(received=line.approved, accepted=line.approved)
            for line in self.case(return_id).lines
            if line.resolution is not Resolution.KEEP
        }
        if counted:
            inspect.receive(self.db, return_id, counted, actor="console", now=self.now)

    def instead(
        self, case: Return, way: Resolution, why: str, line: ReturnLine | None = None
    ) -> None:
        """Let a person give another way for a line, else for the first."""
        amends.instead(
            self.db,
            self.shop.abilities,
            case.id,
            (line or case.lines[0]).id,
            way,
            actor="console",
            why=why,
            now=self.now,
        )

    def call_off(self, row: RefundRow, why: str) -> None:
        """Let a person call an exchange off that nobody paid for, and give money."""
        amends.call_off(
            self.db,
            self.shop,
            row.id,
            Resolution.REFUND,
            actor="console",
            why=why,
            now=self.now,
        )

    def work(self, passes: int = 3) -> None:
        """Let the jobs run, an hour between passes."""
        for _ in range(passes):
            self.now += HOUR
            at = still(self.now)
            promise.run(self.db, self.shop, at)
            refund.push(self.db, self.shop, at, token="test")
            reconcile.resolve(self.db, self.shop, at())
            shelving.run(self.db, self.shop, at())
            mirror.run(self.db, self.shop, at, token="test")
            close.run(self.db, self.shop, at())
