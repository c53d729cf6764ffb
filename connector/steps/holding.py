"""All that is held on one person, as readable JSON: article 15 of the GDPR."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import TYPE_CHECKING, Any

import msgspec

from connector.errors import NotFound
from connector.saying import plain
from connector.store import (
    evidence,
    history,
    inbox,
    letters,
    orders,
    personal,
    photos,
    refunds,
    returns,
    statements,
)

if TYPE_CHECKING:
    from datetime import datetime

    from connector.compliance import Traces
    from connector.store import Database
    from connector.store.photos import Photo
    from connector.store.privacy import Request


def of(db: Database, request: Request, traces: Traces, now: datetime) -> str:
    """Return what is held, as indented JSON text; times in UTC."""
    read, unread = personal.bodies(db, request.shop, traces) if traces else ([], [])
    own = {request.delivery_id}
    held = {
        "shop": request.shop,
        "made_at": now.isoformat(timespec="seconds"),
        "orders": [_order(db, request.shop, ref) for ref in request.orders or ()],
        "withdrawals": [_statement(db, one) for one in request.statements],
        "deliveries": [
            told
            for one in sorted({*read, *unread} - own, key=lambda x: x or 0)
            if one is not None and (told := _delivery(db, one, traces))
        ],
    }
    return json.dumps(held, indent=2, ensure_ascii=False, sort_keys=True)


def _order(db: Database, shop: str, ref: str) -> dict[str, Any]:
    try:
        order: Any = msgspec.to_builtins(orders.get(db, shop, ref))
    except NotFound:
        order = {"ref": ref}
    cases = returns.of_order(db, shop, ref)
    return {
        "order": order,
        "returns": [
            {
                "return": msgspec.to_builtins(case),
                "status": case.status,
                "evidence": msgspec.to_builtins(evidence.of_return(db, case.id)),
                "letters": msgspec.to_builtins(letters.of_return(db, case.id)),
                "timeline": msgspec.to_builtins(
                    history.timeline(db, case.id), enc_hook=plain
                ),
            }
            for case in cases
        ],
        "refunds": [
            {
                "amount": str(row.amount),
                "state": row.state.value,
                "planned_at": row.planned_at.isoformat(timespec="seconds"),
                "return": row.request.return_number,
            }
            for row in refunds.of_order(db, shop, ref)
        ],
        "photos": [_photo(db, one) for one in photos.of_order(db, shop, ref)],
    }


def _photo(db: Database, one: Photo) -> dict[str, Any]:
    """Return a photo itself too, as base64: it is a copy that is asked for."""
    return {
        "line": one.line_ref,
        "return": one.return_id,
        "sent_at": one.created_at.isoformat(timespec="seconds"),
        "media_type": one.media_type,
        "sha256": one.sha256,
        "content": b64encode(photos.content(db, one.id)).decode(),
    }


def _statement(db: Database, statement_id: str) -> dict[str, Any]:
    return {
        "statement": msgspec.to_builtins(statements.get(db, statement_id)),
        "receipts": [
            msgspec.to_builtins(one) for one in letters.of_statement(db, statement_id)
        ],
    }


def _delivery(db: Database, delivery_id: int, traces: Traces) -> dict[str, Any] | None:
    """Return what a webhook brought, where it is about this person and no other."""
    one = inbox.get(db, delivery_id)
    if not traces.own(one.body):
        return None
    try:
        body = json.loads(one.body)
    except (ValueError, RecursionError):
        body = one.body.decode("utf-8", "replace")
    return {
        "topic": one.topic,
        "received_at": one.received_at.isoformat(timespec="seconds"),
        "body": body,
    }
