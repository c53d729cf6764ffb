"""Where personal data lies, and how it is taken out; books and history stay whole.

Tables of other parts add themselves to `OF_ORDER` and `OF_SHOP`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec

from connector.compliance import bare
from connector.errors import NotFound
from connector.model import Answer, Order
from connector.saying import saying
from connector.store import (
    credentials,
    customers,
    evidence,
    letters,
    orders,
    pasts,
    photos,
    refunds,
    returns,
    statements,
)
from connector.store.database import Database, atomic, stamp

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from connector.compliance import Traces

BATCH = 500
BY_PERSON = "person"  # the rule that stands for a person's own words
OPEN_REFUNDS = frozenset({"planned", "submitted", "pending", "unknown", "manual"})
ENDED = frozenset({"closed", "cancelled", "declined"})


def orders_of(
    db: Database, shop: str, *, email: str = "", numbers: Iterable[str] = ()
) -> list[str]:
    """List the refs of orders with these numbers, or of the buyer with this address.

    SQL only narrows the search: the address is compared in the snapshot itself.
    """
    wanted = set(numbers)
    found = {ref for ref in orders.refs(db, shop) if bare(ref) in wanted}
    low = email.strip().lower()
    if low:
        rows = db.query(
            "SELECT ref, snapshot FROM orders WHERE shop = :shop"
            " AND replace(lower(snapshot), :email, '') <> lower(snapshot)",
            shop=shop,
            email=low,
        )
        for row in rows:
            order = msgspec.json.decode(row["snapshot"], type=Order)
            if order.customer.email.strip().lower() == low:
                found.add(row["ref"])
    return sorted(found)


def holds(db: Database, shop: str, order_ref: str) -> str:
    """Say why an order's customer must be known for now; "" when nothing is open."""
    for case in returns.of_order(db, shop, order_ref):
        if case.status not in ENDED:
            return saying("return %(number)s is open", number=case.number)
    for row in refunds.of_order(db, shop, order_ref):
        if row.state.value in OPEN_REFUNDS:
            return saying("a refund of %(amount)s is not settled", amount=row.amount)
    return ""


def email_of(db: Database, shop: str, order_ref: str) -> str:
    """Return the buyer's address in small letters, "" where none is held."""
    try:
        return orders.get(db, shop, order_ref).customer.email.strip().lower()
    except NotFound:
        return ""


def number_of(db: Database, shop: str, order_ref: str) -> str:
    """Return the number that the buyer knows an order by, "" where none is held."""
    try:
        return orders.get(db, shop, order_ref).number
    except NotFound:
        return ""


@atomic
def erase_order(
    db: Database, shop: str, order_ref: str, now: datetime, *, is_for_good: bool = True
) -> dict[str, int]:
    """Take the customer out of an order and its returns; return counts.

    `is_for_good`: what the shop says of this customer later is not kept either;
    else only what it said so far, until the order changes.
    """
    done: dict[str, int] = {}
    for part in OF_ORDER:
        for name, number in part(db, shop, order_ref).items():
            done[name] = done.get(name, 0) + number
    db.execute(
        "INSERT INTO erased_orders (shop, order_ref, number, upto, at)"
        " VALUES (:shop, :ref, :number, :upto, :now)"
        " ON CONFLICT (shop, order_ref) DO UPDATE SET upto = CASE"
        " WHEN erased_orders.upto = '' THEN '' ELSE :upto END",
        shop=shop,
        ref=order_ref,
        number=bare(order_ref),
        upto="" if is_for_good else _updated(db, shop, order_ref),
        now=stamp(now),
    )
    return done


def _updated(db: Database, shop: str, order_ref: str) -> str:
    rows = db.query(
        "SELECT updated_at FROM orders WHERE shop = :shop AND ref = :ref",
        shop=shop,
        ref=order_ref,
    )
    return str(rows[0]["updated_at"]) if rows else ""


def _snapshot(db: Database, shop: str, order_ref: str) -> Mapping[str, int]:
    rows = db.query(
        "SELECT snapshot FROM orders WHERE shop = :shop AND ref = :ref",
        shop=shop,
        ref=order_ref,
    )
    order = msgspec.json.decode(rows[0]["snapshot"], type=Order) if rows else None
    if order is None or order.anonymous() == order:
        return {}
    db.execute(
        "UPDATE orders SET snapshot = :snapshot WHERE shop = :shop AND ref = :ref",
        snapshot=msgspec.json.encode(order.anonymous()).decode(),
        shop=shop,
        ref=order_ref,
    )
    return {"orders": 1}


def _lines(db: Database, shop: str, order_ref: str) -> Mapping[str, int]:
    """Erase what customer and merchant wrote themselves; decisions keep their rule."""
    done = {"notes": 0, "remarks": 0}
    for case in returns.of_order(db, shop, order_ref):
        for line in case.lines:
            trace = tuple(_without_words(one) for one in line.trace)
            done["notes"] += bool(line.note)
            done["remarks"] += trace != line.trace
            if line.note or trace != line.trace:
                db.execute(
                    "UPDATE return_lines SET note = '', trace = :trace WHERE id = :id",
                    trace=msgspec.json.encode(trace).decode(),
                    id=line.id,
                )
    return {name: number for name, number in done.items() if number}


def _customer(db: Database, shop: str, order_ref: str) -> Mapping[str, int]:
    found = customers.forget(db, shop, order_ref)
    kept = {"customers": found, "past_lines": pasts.forget(db, shop, order_ref)}
    return {name: count for name, count in kept.items() if count}


def _photos(db: Database, shop: str, order_ref: str) -> Mapping[str, int]:
    gone = photos.forget(db, shop, order_ref)
    return {"photos": gone} if gone else {}


def _evidence(db: Database, shop: str, order_ref: str) -> Mapping[str, int]:
    gone = evidence.forget(db, shop, order_ref)
    return {"evidence": gone} if gone else {}


def _papers(db: Database, shop: str, order_ref: str) -> Mapping[str, int]:
    cases = returns.of_order(db, shop, order_ref)
    gone = sum(letters.forget(db, case.id) for case in cases)
    return {"letters": gone} if gone else {}


def _without_words(answer: Answer) -> Answer:
    return replace(answer, why="", facts=()) if answer.rule == BY_PERSON else answer


OF_ORDER: tuple[Callable[[Database, str, str], Mapping[str, int]], ...] = (
    _snapshot,
    _lines,
    _customer,
    _photos,
    _evidence,  # after its photos
    _papers,
)


@atomic
def erase_statements(
    db: Database, shop: str, ids: Iterable[str], now: datetime
) -> tuple[dict[str, int], list[str]]:
    """Take a person out of withdrawals; return counts, and those that must wait.

    One that nobody has matched or settled yet, or whose receipt is still to be sent,
    is needed.
    """
    ready: list[str] = []
    waits: list[str] = []
    for one in ids:
        (waits if statements.is_needed(db, shop, one) else ready).append(one)
    return dict(statements.erase(db, ready, now)), waits


@atomic
def erase_shop(db: Database, shop: str) -> dict[str, int]:
    """Forget what is kept of a shop beside its orders; return counts."""
    return {name: part(db, shop) for name, part in OF_SHOP.items()}


OF_SHOP: Mapping[str, Callable[[Database, str], int]] = {
    "credentials": credentials.erase,
    "photos": photos.erase,
    "evidence": evidence.erase,  # after its photos
}


def bodies(
    db: Database, shop: str, traces: Traces | None
) -> tuple[list[int], list[int]]:
    """List deliveries whose body speaks of a person: (read ones, unread ones).

    `None` means every delivery of the shop. Bodies are read some at a time.
    """
    read: list[int] = []
    unread: list[int] = []
    last = 0
    while rows := db.query(
        "SELECT id, state, body FROM inbox WHERE shop = :shop AND id > :last"
        " AND length(body) > 0 ORDER BY id LIMIT :most",
        shop=shop,
        last=last,
        most=BATCH,
    ):
        last = rows[-1]["id"]
        for row in rows:
            if traces is None or traces.are_in(bytes(row["body"])):
                (unread if row["state"] == "new" else read).append(row["id"])
    return read, unread


@atomic
def forget_bodies(db: Database, ids: Iterable[int]) -> int:
    """Empty the bodies of deliveries that were read.

    Their names stay, so that a repeated one is still known.
    """
    return sum(
        db.execute(
            "UPDATE inbox SET body = :nothing WHERE id = :id AND state <> 'new'"
            " AND length(body) > 0",
            nothing=b"",
            id=one,
        )
        for one in ids
    )


def old_bodies(db: Database, before: datetime) -> list[int]:
    """List some deliveries that were read and came before a moment."""
    rows = db.query(
        "SELECT id FROM inbox WHERE state <> 'new' AND received_at < :before"
        " AND length(body) > 0 ORDER BY id LIMIT :most",
        before=stamp(before),
        most=BATCH,
    )
    return [row["id"] for row in rows]


def old_orders(
    db: Database, before: datetime, after: tuple[str, str] = ("", "")
) -> list[tuple[str, str]]:
    """List some orders (shop, ref) that did not change since, and name somebody."""
    rows = db.query(
        "SELECT o.shop, o.ref FROM orders o WHERE o.updated_at < :before"
        " AND (o.shop > :shop OR (o.shop = :shop AND o.ref > :ref))"
        " AND (replace(o.snapshot, :nobody, '') = o.snapshot OR EXISTS ("
        "  SELECT 1 FROM returns r JOIN return_lines l ON l.return_id = r.id"
        "  WHERE r.shop = o.shop AND r.order_ref = o.ref AND l.note <> '')"
        " OR EXISTS (SELECT 1 FROM photos p WHERE p.shop = o.shop"
        "  AND p.order_ref = o.ref)"
        " OR EXISTS (SELECT 1 FROM returns r JOIN evidence e ON e.return_id = r.id"
        "  WHERE r.shop = o.shop AND r.order_ref = o.ref))"
        " AND NOT EXISTS (SELECT 1 FROM returns r WHERE r.shop = o.shop"
        "  AND r.order_ref = o.ref AND coalesce(r.closed_at, r.cancelled_at,"
        "  r.opened_at) >= :before)"
        " ORDER BY o.shop, o.ref LIMIT :most",
        before=stamp(before),
        shop=after[0],
        ref=after[1],
        nobody='"customer":{"email":"","name":""',
        most=BATCH,
    )
    return [(row["shop"], row["ref"]) for row in rows]


def names_erased(db: Database, shop: str, traces: Traces) -> bool:
    """Say whether one of these numbers is an order that stays without a name."""
    found = [orders.find(db, shop, name) for name in traces.names]
    numbers = traces.numbers | {bare(one.ref) for one in found if one is not None}
    return any(
        db.query(
            "SELECT 1 AS one FROM erased_orders WHERE shop = :shop AND number = :n"
            " AND upto = ''",
            shop=shop,
            n=number,
        )
        for number in numbers
    )
