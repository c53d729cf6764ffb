"""Hold the shop's refunds against the ledger, both ways; never mend it with money."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from connector.errors import Gone, PlatformError
from connector.model import Moved
from connector.money import Money
from connector.saying import coded, said_by, saying
from connector.states import Exchange, Refund
from connector.steps import sent
from connector.steps.observe import DEAD, observe
from connector.store import (
    atomic,
    desk,
    exchanges,
    ledger,
    orders,
    refunds,
    shops,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from connector.model import Order, ShopRefund
    from connector.platform import Shop
    from connector.store import Database
    from connector.store.refunds import RefundRow

MATCHED, EXPLAINED, FLAGGED = "matched", "explained", "flagged"
CODE = "unmatched"
GONE = saying("the order is gone at the shop")
OPEN = (Refund.SUBMITTED, Refund.UNKNOWN, Refund.PENDING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One refund as both sides have it; None where a side has none.

    `verdict` is matched, explained (differs, and `why` says for what reason) or
    flagged: a person must look.
    """

    shop: str
    order_ref: str
    at_shop: str
    refund_id: str
    shop_amount: Money | None
    book_amount: Money | None
    verdict: str
    why: str = ""

    @property
    def unexplained_minor(self) -> int:
        """By how much the two sides differ without a reason; 0 unless flagged."""
        if self.verdict != FLAGGED:
            return 0
        sides = [x.minor if x else 0 for x in (self.shop_amount, self.book_amount)]
        return abs(sides[0] - sides[1])


def run(
    db: Database, shop: Shop, clock: Callable[[], datetime], *, every: bool = False
) -> list[Line]:
    """Compare each order that money or goods of ours touched; with `every`, all.

    Reading takes in what others refunded, and notices what was deleted. What is
    flagged goes to a person; nothing is ever corrected with money.
    """
    refs = orders.refs(db, shop.name) if every else orders.touched(db, shop.name)
    found = [
        _unless_settled(db, line)
        for ref in sorted({*refs, *_new_orders(db, shop)})
        for line in _order(db, shop, ref, clock)
    ]
    _conclude(db, shop.name, found, clock())
    return found


def _new_orders(db: Database, shop: Shop) -> list[str]:
    """List the orders of new goods that are yet to be sent: one may be called off."""
    if shop.abilities.pays_on_order:
        return []
    return exchanges.unsent(db, shop.name)


def _unless_settled(db: Database, line: Line) -> Line:
    """Explain what a person was shown, and took off the desk, in these very words."""
    if line.verdict == FLAGGED and desk.was_settled(
        db, line.shop, line.order_ref, CODE, _words(line)
    ):
        return replace(
            line,
            verdict=EXPLAINED,
            why=saying("settled by a person: %(why)s", why=line.why),
        )
    return line


def _words(line: Line) -> str:
    what = line.at_shop or line.refund_id or saying("the order")
    return saying("%(what)s: %(why)s", what=what, why=line.why)


def _order(
    db: Database, shop: Shop, ref: str, clock: Callable[[], datetime]
) -> list[Line]:
    try:
        order = observe(db, shop, ref, clock)
    except Gone:
        has_money = bool(
            refunds.of_order(db, shop.name, ref) or ledger.externals(db, shop.name, ref)
        )
        _see_gone(db, shop.name, ref, clock())
        verdict = FLAGGED if has_money else EXPLAINED
        return [_unread(shop.name, ref, GONE, verdict)]
    except PlatformError as error:
        why = saying("it could not be read: %(why)s", why=said_by(error))
        return [_unread(shop.name, ref, why, FLAGGED)]
    return [*_theirs(db, shop.name, order), *_ours(db, shop.name, order)]


@atomic
def _see_gone(db: Database, shop: str, ref: str, now: datetime) -> None:
    """Ask about new goods whose order was deleted."""
    made = exchanges.by_made(db, shop, ref)
    if made is not None and made.state is Exchange.RELEASED:
        sent.gone(db, refunds.get(db, made.refund_id), made, now)


def _theirs(db: Database, shop: str, order: Order) -> Iterable[Line]:
    """Say of each refund at the shop where the books have it."""
    mine = refunds.of_order(db, shop, order.ref)
    entered = {x.platform_ref: x for x in ledger.externals(db, shop, order.ref)}
    for refund in order.refunds:
        row = next((x for x in mine if x.matches(refund)), None)
        entry = entered.get(refund.ref)
        if row is None:
            amount = entry.amount if entry else None
            verdict, why = _external(refund, amount)
        else:
            amount = row.amount
            verdict, why = _own(row, refund)
        yield Line(
            shop=shop,
            order_ref=order.ref,
            at_shop=refund.ref,
            refund_id=row.id if row else "",
            shop_amount=refund.amount,
            book_amount=amount,
            verdict=verdict,
            why=why,
        )


def _external(refund: ShopRefund, entered: Money | None) -> tuple[str, str]:
    if refund.moved is Moved.NO or not refund.amount:
        return EXPLAINED, saying("no money moved")
    if entered == refund.amount:
        return EXPLAINED, saying("made in the shop itself")
    return FLAGGED, saying("the books do not have it")


def _own(row: RefundRow, refund: ShopRefund) -> tuple[str, str]:
    has_moved, state = refund.moved is Moved.YES, row.state
    called = coded(state.value)
    if row.amount != refund.amount:
        return FLAGGED, saying("the amounts differ")
    if state is Refund.CONFIRMED:
        paid = row.why or saying("paid by hand")
        why = "" if has_moved else saying("confirmed here: %(why)s", why=paid)
        return (MATCHED if has_moved else EXPLAINED), why
    if state is Refund.PLANNED:
        return EXPLAINED, saying("it will be taken over as it is, and nothing sent")
    if state in OPEN:
        return EXPLAINED, saying("%(state)s: it is being looked at", state=called)
    if state in DEAD and not has_moved:
        return EXPLAINED, saying(
            "%(state)s: its record stays, no money moved", state=called
        )
    return FLAGGED, saying("it is %(state)s here, but stands at the shop", state=called)


def _ours(db: Database, shop: str, order: Order) -> Iterable[Line]:
    """Say of each refund that the books call paid where the shop has it."""
    for row in refunds.of_order(db, shop, order.ref):
        is_there = any(row.matches(refund) for refund in order.refunds)
        if row.state is not Refund.CONFIRMED or is_there:
            continue
        by_person = not row.platform_ref
        why = (
            saying("a person found it paid: %(why)s", why=row.why)
            if by_person
            else saying("not at the shop")
        )
        yield Line(
            shop=shop,
            order_ref=order.ref,
            at_shop=row.platform_ref,
            refund_id=row.id,
            shop_amount=None,
            book_amount=row.amount,
            verdict=EXPLAINED if by_person else FLAGGED,
            why=why,
        )


def _unread(shop: str, ref: str, why: str, verdict: str) -> Line:
    return Line(
        shop=shop,
        order_ref=ref,
        at_shop="",
        refund_id="",
        shop_amount=None,
        book_amount=None,
        verdict=verdict,
        why=why,
    )


@atomic
def _conclude(db: Database, shop: str, found: list[Line], now: datetime) -> None:
    """Lay what is flagged before a person; without any, the shop is reconciled."""
    flagged = [line for line in found if line.verdict == FLAGGED]
    for line in flagged:
        desk.put(
            db,
            shop=shop,
            about="order",
            about_id=line.order_ref,
            code=CODE,
            why=_words(line),
            now=now,
        )
    if not flagged:
        shops.reconciled(db, shop, now)
