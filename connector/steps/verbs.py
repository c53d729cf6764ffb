"""What each verb of an errand reads, asks of the shop, and takes as done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from connector.errors import NotFound
from connector.model import Resolution, Return, ShopReturn
from connector.platform import Shop
from connector.refusals import refusal
from connector.steps import ahead, question, shelving, told
from connector.steps.preview import preview
from connector.store import Database, orders
from connector.store.errands import ErrandRow

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from connector.model import Deduction

# What the terms charge, and a shop can be told; what goods lost in value comes later.
CHARGED = ("restocking", "return_shipping")


@dataclass(frozen=True, slots=True)
class Job:
    """One errand with what it is about."""

    db: Database
    shop: Shop
    row: ErrandRow
    case: Return
    now: datetime
    language: str = "en"  # of the shop's staff


def _read_returns(job: Job) -> dict[str, Any]:
    return {"returns": [r.ref for r in job.shop.returns(job.case.order_ref)]}


def _read_status(job: Job) -> dict[str, Any]:
    return {"status": job.shop.shop_return(job.case.platform_ref).status}


def _read_request(job: Job) -> dict[str, Any]:
    """Read the state, and whether it still is the request that was decided on."""
    found = job.shop.shop_return(job.case.platform_ref)
    seen: dict[str, Any] = {"status": found.status}
    if job.shop.abilities.rewrites_requests and found.status == "requested":
        seen["is_rewritten"] = told.is_rewritten(job.case, found)
    return seen


def _read_disposed(job: Job) -> dict[str, Any]:
    if shelving.is_one(job.row):
        return {"is_done": job.shop.is_shelved(shelving.goods(job.db, job.row))}
    return {"disposed": dict(job.shop.disposed(job.case.platform_ref))}


def _is_disposed(job: Job, seen: Mapping[str, Any]) -> bool:
    """Say whether all of it was disposed of since the pre-image of this errand."""
    if shelving.is_one(job.row):
        return bool(seen["is_done"])
    before = (job.row.preimage or {}).get("disposed")
    if before is None:
        return False
    return all(
        seen["disposed"].get(ref, 0) >= before.get(ref, 0) + units
        for ref, units in job.row.args.items()
    )


def _ask_open(job: Job) -> ShopReturn:
    case = _worded(job, told.approved(job.case))
    if any(line.resolution is Resolution.REPLACEMENT for line in case.lines):
        order = orders.get(job.db, case.shop, case.order_ref)
        case = ahead.placed(job.db, case, order)
    return job.shop.open_return(case, _fees(job))


def _worded(job: Job, case: Return) -> Return:
    """Say reasons as the shop does; as they are where no policy is known."""
    try:
        rules = question.rules_of(job.db, case.shop, case.order_ref)
    except NotFound:
        return case
    return told.worded(case, rules, job.language)


def _fees(job: Job) -> tuple[Deduction, ...]:
    """Return what an exchange is charged, by the very function that will charge it."""
    units = {
        line.id: line.approved
        for line in job.case.lines
        if line.resolution is Resolution.EXCHANGE and line.approved
    }
    if not units:
        return ()
    order = orders.get(job.db, job.case.shop, job.case.order_ref)
    settled = preview(job.db, order, job.case, units)
    return tuple(one for one in settled.deductions if one.code in CHARGED)


def _ask_approve(job: Job) -> None:
    job.shop.approve_return(job.case.platform_ref)


def _ask_decline(job: Job) -> None:
    reason, note = refusal(job.case)
    job.shop.decline_return(job.case.platform_ref, note, reason)


def _ask_dispose(job: Job) -> None:
    if shelving.is_one(job.row):
        job.shop.shelve(shelving.goods(job.db, job.row))
    else:
        job.shop.dispose(job.case.platform_ref, job.row.args)


def _read_cancelled(job: Job) -> dict[str, Any]:
    """Read the state; a return that was never made there needs no cancelling."""
    return _read_status(job) if job.case.platform_ref else {"status": "cancelled"}


def _ask_cancel(job: Job) -> None:
    job.shop.cancel_return(job.case.platform_ref)


def _ask_close(job: Job) -> None:
    job.shop.close_return(job.case.platform_ref)


READ: Mapping[str, Callable[[Job], dict[str, Any]]] = {
    "open": _read_returns,
    "approve": _read_request,
    "decline": _read_request,
    "dispose": _read_disposed,
    "close": _read_status,
    "cancel": _read_cancelled,
}
ASK: Mapping[str, Callable[[Job], ShopReturn | None]] = {
    "open": _ask_open,
    "approve": _ask_approve,
    "decline": _ask_decline,
    "dispose": _ask_dispose,
    "close": _ask_close,
    "cancel": _ask_cancel,
}
IS_DONE: Mapping[str, Callable[[Job, Mapping[str, Any]], bool]] = {
    "open": lambda job, _: bool(job.case.platform_ref),
    "approve": lambda _, seen: seen["status"] in ("open", "closed"),
    "decline": lambda _, seen: seen["status"] in ("declined", "cancelled"),
    "dispose": _is_disposed,
    "close": lambda _, seen: seen["status"] in ("closed", "cancelled", "declined"),
    "cancel": lambda _, seen: seen["status"] in ("closed", "cancelled", "declined"),
}
