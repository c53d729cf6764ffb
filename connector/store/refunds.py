"""Refund intents: one key for life, a state, and what was read before the call."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec

from connector.discreet import discreet
from connector.errors import NotFound
from connector.model import Receipt, RefundRequest
from connector.money import Money
from connector.saying import coded, saying
from connector.states import REFUND, Refund, advance, of_goods
from connector.store import cap, credit, desk, exchanges, history, ledger
from connector.store.database import atomic, moment, stamp

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connector.model import ShopRefund
    from connector.store.database import Database, Row

LIVE = ("planned", "submitted", "pending", "confirmed", "unknown", "manual")
# In the pre-image: the worker that was asking may still be alive.
UNFENCED = "unfenced"


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundRow:
    """One refund as the store holds it; `request` is what will be, or was, asked."""

    id: str
    shop: str
    order_ref: str
    return_id: str | None
    amount: Money
    state: Refund
    request: RefundRequest
    units: Mapping[str, int]  # units paid by our return line id
    preimage: Mapping[str, Any] | None
    platform_ref: str
    made: str  # what was made beside the shop's refund, as the shop names it
    planned_at: datetime
    changed_at: datetime
    looked_at: datetime | None
    resends: int
    why: str

    @property
    def paid_by_hand(self) -> Money:
        """What a person said, with proof, that he paid of it, and that still stands."""
        nothing = Money.zero(self.amount.currency)
        if self.request.by_gateway or self.state in _ENTRY.keys() - {Refund.CONFIRMED}:
            return nothing
        if self.state is Refund.MANUAL:
            return self.request.paid or nothing
        return self.request.by_hand or self.amount

    def matches(self, refund: ShopRefund) -> bool:
        """Say whether a refund at the shop is the record of this one."""
        return refund.key == self.id or refund.ref == self.platform_ref


@atomic
def reserve(
    db: Database,
    *,
    shop: str,
    return_id: str | None,
    request: RefundRequest,
    units: Mapping[str, int],
    due: datetime,
    now: datetime,
    actor: str = "retour",
) -> None:
    """Promise a refund: intent, ledger and outbox in one commit.

    Raises Refused above what was captured less what stands, refunds made by
    others included (I4); the write lock makes two racing promises one after the
    other.
    """
    cap.hold(db, shop, request, of_order(db, shop, request.order_ref))
    db.execute(
        "INSERT INTO refunds (id, shop, order_ref, return_id, amount_minor, currency,"
        " state, plan, units, way, planned_at, changed_at) VALUES (:id, :shop,"
        " :order_ref, :return_id, :minor, :currency, :state, :plan, :units, :way,"
        " :now, :now)",
        id=request.key,
        shop=shop,
        order_ref=request.order_ref,
        return_id=return_id,
        minor=request.amount.minor,
        currency=request.amount.currency,
        state=Refund.PLANNED.value,
        plan=msgspec.json.encode(request).decode(),
        units=json.dumps(dict(units), sort_keys=True),
        way=request.way.value,
        now=stamp(now),
    )
    ledger.enter(db, get(db, request.key), "reserve", now)
    if request.goods:
        exchanges.propose(db, get(db, request.key), now)
    db.execute(
        "INSERT INTO outbox (subject, id, shop, due)"
        " VALUES ('refund', :id, :shop, :due)",
        id=request.key,
        shop=shop,
        due=stamp(due),
    )
    history.note_refund(db, get(db, request.key), "plan", actor, _what(request), now)


def _what(request: RefundRequest) -> str:
    """Name what is promised, and the amount of it; an even exchange has none."""
    way = coded(request.way.value)
    given = request.amount or request.bonus  # a courtesy's is extra
    return saying("%(way)s: %(amount)s", way=way, amount=given) if given else way


@atomic
def move(
    db: Database,
    refund_id: str,
    event: str,
    now: datetime,
    *,
    why: str = "",
    actor: str = "retour",
    receipt: Receipt | None = None,
) -> Refund:
    """Take one step through the refund's lifecycle, with its ledger entry."""
    row = get(db, refund_id)
    state = advance(REFUND, row.state, event)
    db.execute(
        "UPDATE refunds SET state = :state, changed_at = :now, why = :why,"
        " platform_ref = CASE WHEN :ref = '' THEN platform_ref ELSE :ref END,"
        " made = CASE WHEN :made = '' THEN made ELSE :made END WHERE id = :id",
        state=state.value,
        now=stamp(now),
        why=discreet(why),
        ref=receipt.ref if receipt else "",
        made=receipt.made if receipt else "",
        id=refund_id,
    )
    after = get(db, refund_id)
    if entry := _ENTRY.get(state):
        ledger.enter(db, after, entry, now)
    if state in _CREDIT:
        credit.enter(db, after, _CREDIT[state], now)
    there = of_goods(state, event, is_owed=bool(row.request.owed))
    if row.request.goods and there:
        exchanges.move(db, after, there, now, receipt)
    if state is Refund.CANCELLED and row.request.paid_by:
        payer = get(db, row.request.paid_by)
        if payer.state is Refund.PLANNED:
            move(db, payer.id, "cancel", now, why=why, actor=actor)
    if state in _ENDS:
        desk.close(db, "refund", refund_id, actor, now)
        db.execute(
            "DELETE FROM outbox WHERE subject = 'refund' AND id = :id", id=refund_id
        )
    history.note_refund(db, after, event, actor, why, now)
    return state


_ENTRY = {
    Refund.CONFIRMED: "post",
    Refund.REJECTED: "void",
    Refund.FAILED: "void",
    Refund.CANCELLED: "void",
    Refund.REVERSED: "reverse",
}
_ENDS = frozenset(_ENTRY)
_CREDIT = {Refund.CONFIRMED: "issue", Refund.REVERSED: "reverse"}


@atomic
def submit(
    db: Database,
    refund_id: str,
    preimage: Mapping[str, Any],
    now: datetime,
    rounding: Money | None = None,
) -> None:
    """Say, durably, that the shop is about to be asked, and what was read before.

    `rounding` is by how little the shop's own figure differs from ours.
    """
    db.execute(
        "UPDATE refunds SET preimage = :preimage,"
        " first_sent_at = coalesce(first_sent_at, :now) WHERE id = :id",
        preimage=json.dumps(dict(preimage), sort_keys=True),
        now=stamp(now),
        id=refund_id,
    )
    move(db, refund_id, "submit", now)
    if rounding:
        why = saying(
            "the shop's own figure is %(amount)s off: rounding", amount=rounding
        )
        history.note_refund(db, get(db, refund_id), "rounding", "retour", why, now)


@atomic
def strand(
    db: Database, refund_id: str, now: datetime, *, why: str, may_live: bool
) -> None:
    """Mark as unknown what another worker had begun; keep whether it may go on."""
    if may_live:
        preimage = dict(get(db, refund_id).preimage or {}) | {UNFENCED: True}
        db.execute(
            "UPDATE refunds SET preimage = :preimage WHERE id = :id",
            preimage=json.dumps(preimage, sort_keys=True),
            id=refund_id,
        )
    move(db, refund_id, "lose", now, why=why)


@atomic
def give_back(
    db: Database, refund_id: str, *, why: str, actor: str, now: datetime
) -> None:
    """Free the units that a dead refund stood for; its own row keeps all else."""
    db.execute("UPDATE refunds SET units = '{}' WHERE id = :id", id=refund_id)
    history.note_refund(db, get(db, refund_id), "again", actor, why, now)


@atomic
def looked(db: Database, refund_id: str, now: datetime, why: str) -> None:
    """Remember that the shop was looked at and nothing could be concluded."""
    db.execute(
        "UPDATE refunds SET looked_at = :now, why = :why WHERE id = :id",
        now=stamp(now),
        why=why,
        id=refund_id,
    )


@atomic
def resend(
    db: Database, refund_id: str, due: datetime, now: datetime, booked: str = ""
) -> None:
    """Let the same key go again: what is not `booked` of it surely never happened."""
    db.execute(
        "UPDATE refunds SET resends = resends + 1, platform_ref ="
        " CASE WHEN :ref = '' THEN platform_ref ELSE :ref END WHERE id = :id",
        id=refund_id,
        ref=booked,
    )
    why = saying("the shop shows that it never happened")
    move(db, refund_id, "release", now, why=why)
    _send_again(db, refund_id, due)


@atomic
def vouch(
    db: Database,
    refund_id: str,
    request: RefundRequest,
    due: datetime,
    now: datetime,
    *,
    why: str,
    actor: str,
) -> None:
    """Let the rest of a promise go on as `request`: a person says its money left."""
    move(db, refund_id, "vouch", now, why=why, actor=actor)
    rewrite(db, refund_id, request)
    _send_again(db, refund_id, due)


def _send_again(db: Database, refund_id: str, due: datetime) -> None:
    """Lay a refund in the outbox, whether it lies there or not."""
    db.execute(
        "INSERT INTO outbox (subject, id, shop, due) SELECT 'refund', id, shop, :due"
        " FROM refunds WHERE id = :id"
        " ON CONFLICT (subject, id) DO UPDATE SET due = :due, claim = NULL",
        id=refund_id,
        due=stamp(due),
    )


@atomic
def rewrite(db: Database, refund_id: str, request: RefundRequest) -> None:
    """Replace the plan of a refund that was never sent; its amount stays."""
    db.execute(
        "UPDATE refunds SET plan = :plan WHERE id = :id AND state IN"
        " ('planned', 'manual')",
        plan=msgspec.json.encode(request).decode(),
        id=refund_id,
    )


def get(db: Database, refund_id: str) -> RefundRow:
    """Return one refund; raises NotFound."""
    rows = db.query("SELECT * FROM refunds WHERE id = :id", id=refund_id)
    if not rows:
        msg = "there is no such refund"
        raise NotFound(msg, refund=refund_id)
    return _refund(rows[0])


def case_of(db: Database, row: RefundRow) -> str | None:
    """Return the id of the return that a refund is for, on whatever order it is."""
    return get(db, row.request.pays).return_id if row.request.pays else row.return_id


def of_order(db: Database, shop: str, order_ref: str) -> list[RefundRow]:
    """List every refund of an order, oldest first."""
    rows = db.query(
        "SELECT * FROM refunds WHERE shop = :shop AND order_ref = :ref"
        " ORDER BY planned_at, id",
        shop=shop,
        ref=order_ref,
    )
    return [_refund(row) for row in rows]


def of_return(db: Database, return_id: str) -> list[RefundRow]:
    """List every refund of a return, oldest first."""
    rows = db.query(
        "SELECT * FROM refunds WHERE return_id = :id ORDER BY planned_at, id",
        id=return_id,
    )
    return [_refund(row) for row in rows]


def in_states(
    db: Database, shop: str, states: Sequence[Refund], before: datetime
) -> list[RefundRow]:
    """List a shop's refunds that have rested in a state since `before`."""
    found: list[RefundRow] = []
    for state in states:
        rows = db.query(
            "SELECT * FROM refunds WHERE shop = :shop AND state = :state"
            " AND changed_at <= :before ORDER BY changed_at, id",
            shop=shop,
            state=state.value,
            before=stamp(before),
        )
        found.extend(_refund(row) for row in rows)
    return found


def recent(db: Database, shop: str | None = None, limit: int = 50) -> list[RefundRow]:
    """List the newest refunds first."""
    rows = db.query(
        "SELECT * FROM refunds WHERE :shop = '' OR shop = :shop"
        " ORDER BY planned_at DESC, id DESC LIMIT :limit",
        shop=shop or "",
        limit=limit,
    )
    return [_refund(row) for row in rows]


def is_out(db: Database, shop: str, order_ref: str) -> bool:
    """Say whether a refund of the order is submitted, unknown or pending."""
    rows = db.query(
        "SELECT count(*) AS n FROM refunds WHERE shop = :shop AND order_ref = :ref"
        " AND state IN ('submitted', 'unknown', 'pending')",
        shop=shop,
        ref=order_ref,
    )
    return bool(rows[0]["n"])


def is_unclear(db: Database, shop: str, order_ref: str) -> bool:
    """Say whether we asked for a refund of the order and have no answer yet."""
    out = (Refund.SUBMITTED, Refund.UNKNOWN)
    return any(row.state in out for row in of_order(db, shop, order_ref))


def _refund(row: Row) -> RefundRow:
    request = msgspec.json.decode(row["plan"], type=RefundRequest)
    sent = moment(row["first_sent_at"]) if row["first_sent_at"] else None
    planned = moment(row["planned_at"])
    return RefundRow(
        id=row["id"],
        shop=row["shop"],
        order_ref=row["order_ref"],
        return_id=row["return_id"],
        amount=Money(row["amount_minor"], row["currency"]),
        state=Refund(row["state"]),
        request=replace(request, first_sent_at=sent, promised_at=planned),
        units=json.loads(row["units"]),
        preimage=json.loads(row["preimage"]) if row["preimage"] else None,
        platform_ref=row["platform_ref"],
        made=row["made"],
        planned_at=planned,
        changed_at=moment(row["changed_at"]),
        looked_at=moment(row["looked_at"]) if row["looked_at"] else None,
        resends=row["resends"],
        why=row["why"],
    )
