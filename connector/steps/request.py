"""Open a return for a customer: from the portal, the console or another program."""

from __future__ import annotations

from typing import TYPE_CHECKING

import uuid_utils.compat as uuids

from connector.errors import BadRequest, PlatformError
from connector.model import ASKABLE, Kind, Resolution
from connector.saying import coded, saying
from connector.steps.observe import observe
from connector.store import atomic, filing, orders, returns

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from connector.model import Order, Return
    from connector.platform import Shop
    from connector.store import Database
    from connector.store.filing import Wish

MOST_LINES = 250  # Shopify takes no longer input arrays
NOTE_LENGTH = 300  # ReturnLineItem.customerNote holds no more


def find_order(
    db: Database,
    shop: Shop,
    number: str,
    email: str,
    clock: Callable[[], datetime],
) -> Order | None:
    """Find an order by its number and the buyer's address; None tells nothing more.

    One answer for "no such order" and "another's order": it must not be a way to learn
    who bought. Nor is what is done for it: whatever is not found at once is asked of
    the shop in the same two questions, in the end for any order at all.
    """
    order = orders.find(db, shop.name, number)
    if order is not None and _is_of(order, email):
        return order
    try:
        ref = shop.find_order(number.strip())
        read = ref or orders.any_ref(db, shop.name)
        order = observe(db, shop, read, clock) if read else None
    except PlatformError:
        return None
    return order if order is not None and ref and _is_of(order, email) else None


def _is_of(order: Order, email: str) -> bool:
    """Say whether an order was bought with an address; never one that is forgotten."""
    known = order.customer.email.strip().casefold()
    return bool(known) and known == email.strip().casefold()


@atomic
def open_return(
    db: Database,
    *,
    shop: str,
    order: Order,
    kind: Kind,
    wishes: Sequence[Wish],
    filed_by: str,
    now: datetime,
    language: str = "en",
    event_key: str | None = None,
    asked_at: datetime | None = None,
    method: str = "",
) -> Return:
    """File a return; raises BadRequest for what cannot be meant, Refused for units.

    The same `event_key` opens one return, however often it comes. `asked_at`: when
    the customer asked, where that was before now; `method`: the way back he chose.
    """
    known = returns.by_event(db, shop, event_key) if event_key else None
    if known:
        return known
    _check(order, wishes)
    return_id = str(uuids.uuid7())
    filing.add(
        db,
        return_id=return_id,
        shop=shop,
        order=order,
        kind=kind,
        filed_by=filed_by,
        language=language,
        wishes=wishes,
        now=now,
        event_key=event_key,
        asked_at=asked_at,
    )
    if method:
        returns.choose(db, return_id, method)
    return returns.get(db, return_id)


@atomic
def open_returns(
    db: Database,
    groups: Mapping[Kind, Sequence[Wish]],
    *,
    shop: str,
    order: Order,
    filed_by: str,
    now: datetime,
    language: str = "en",
    event_key: str | None = None,
    method: str = "",
) -> list[Return]:
    """File what one customer asks for at once, a return for each kind: all or none.

    Raises as `open_return` does. The same `event_key` opens them once.
    """
    return [
        open_return(
            db,
            shop=shop,
            order=order,
            kind=kind,
            wishes=wishes,
            filed_by=filed_by,
            now=now,
            language=language,
            event_key=f"{event_key}:{kind}" if event_key else None,
            method=method,
        )
        for kind, wishes in groups.items()
    ]


def opened_by(db: Database, shop: str, event_key: str) -> list[Return]:
    """Return what `open_returns` opened under a key before."""
    found = (returns.by_event(db, shop, f"{event_key}:{kind}") for kind in Kind)
    return [case for case in found if case]


def _check(order: Order, wishes: Sequence[Wish]) -> None:
    """Refuse what no rule could judge, with words that say what to do."""
    if not wishes:
        msg = saying("name at least one line to return")
        raise BadRequest(msg)
    if len(wishes) > MOST_LINES:
        msg = saying("a return holds at most %(most)s lines", most=MOST_LINES)
        raise BadRequest(msg, lines=len(wishes))
    refs = [wish.line_ref for wish in wishes]
    if len(set(refs)) < len(refs):
        msg = saying("a line is named twice; add its quantities up")
        raise BadRequest(msg)
    for wish in wishes:
        line = order.line(wish.line_ref)
        if line is None:
            msg = saying("the order has no such line")
            raise BadRequest(msg, line=wish.line_ref[:80])
        if not 0 < wish.quantity <= line.quantity:
            msg = saying(
                "the quantity must be between 1 and %(most)s", most=line.quantity
            )
            raise BadRequest(msg, line=wish.line_ref, quantity=wish.quantity)
        if len(wish.note) > NOTE_LENGTH:
            msg = saying("a note holds at most %(most)s characters", most=NOTE_LENGTH)
            raise BadRequest(msg, line=wish.line_ref)
        _check_way(wish)


def _check_way(wish: Wish) -> None:
    """Refuse a way that nobody may ask for, and an exchange for nothing."""
    if wish.wanted not in ASKABLE:
        msg = saying(
            "%(way)s is for the merchant to give", way=coded(wish.wanted.value)
        )
        raise BadRequest(msg, line=wish.line_ref)
    if (wish.wanted is Resolution.EXCHANGE) != (wish.goods is not None):
        msg = saying(
            "an exchange names the article that is wanted, and nothing else does"
        )
        raise BadRequest(msg, line=wish.line_ref)
    if wish.goods and wish.goods.quantity != wish.quantity:
        msg = saying("as many come instead as go back")
        raise BadRequest(msg, line=wish.line_ref, quantity=wish.goods.quantity)
