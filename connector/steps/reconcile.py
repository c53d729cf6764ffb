"""Make the books and the shop tell one story, by looking; never by money."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from connector.errors import PlatformError
from connector.model import Finding, Found, Resolution
from connector.saying import said_by, saying
from connector.states import Refund
from connector.steps.observe import observe
from connector.store import atomic, credit, desk, refunds
from connector.store.lock import dispatcher

if TYPE_CHECKING:
    from datetime import datetime

    from connector.platform import Shop
    from connector.store import Database
    from connector.store.refunds import RefundRow

# Longer than PHP's longest run: before that, absence says nothing at all.
QUIET = timedelta(minutes=15)
MOST_RESENDS = 3


def resolve(db: Database, shop: Shop, now: datetime, quiet: timedelta = QUIET) -> int:
    """Look for every refund whose outcome is open; return how many were settled.

    Does nothing while another process holds the dispatcher's lock. A settled
    one's order is read again: what others refunded meanwhile was left aside.
    """
    with dispatcher(db) as hold:
        if hold is None:
            return 0
        waiting = refunds.in_states(db, shop.name, [Refund.UNKNOWN], now - quiet)
        waiting += refunds.in_states(db, shop.name, [Refund.PENDING], now)
        settled = [row for row in waiting if _look(db, shop, row, now)]
    for row in settled:
        with suppress(PlatformError):  # the next look at this order catches up
            observe(db, shop, row.order_ref, lambda: now)
    return len(settled)


def look(shop: Shop, row: RefundRow) -> Finding:
    """Ask the shop what became of a refund; raises PlatformError."""
    preimage = dict(row.preimage or {})
    if row.platform_ref:
        preimage["ref"] = row.platform_ref
    return shop.look(row.request, preimage)


def _look(db: Database, shop: Shop, row: RefundRow, now: datetime) -> bool:
    """Read the shop; without an answer that can be understood, wait."""
    try:
        finding = look(shop, row)
    except PlatformError as error:
        refunds.looked(db, row.id, now, said_by(error))
        return False
    return _conclude(db, row, finding, now)


@atomic
def _conclude(db: Database, row: RefundRow, finding: Finding, now: datetime) -> bool:
    """Write down what looking showed; whatever is unclear goes to a person.

    What a person, or an answer that came late, has said meanwhile stands.
    """
    if refunds.get(db, row.id).state is not row.state:
        return False
    finding = _checked(row, _held(row, _unclaimed(db, row, finding)))
    event = _EVENT.get((row.state, finding.found))
    if event is not None:
        refunds.move(db, row.id, event, now, why=finding.why, receipt=finding.receipt)
        if event == "fail":
            desk.put_refund(db, row, "failed", finding.why, now)
        return True
    if finding.found is Found.ABSENT and row.state is Refund.UNKNOWN:
        booked = finding.receipt.ref if finding.receipt else ""
        refunds.resend(db, row.id, now, now, booked)
        return True
    refunds.looked(db, row.id, now, finding.why)
    if finding.found is Found.PERSON:
        desk.put_refund(db, row, "unknown", finding.why, now)
    return False


_EVENT = {
    (Refund.UNKNOWN, Found.DONE): "confirm",
    (Refund.UNKNOWN, Found.PENDING): "pend",
    (Refund.UNKNOWN, Found.FAILED): "fail",
    (Refund.PENDING, Found.DONE): "confirm",
    (Refund.PENDING, Found.FAILED): "fail",
}


def _unclaimed(db: Database, row: RefundRow, finding: Finding) -> Finding:
    """Ask of credit that the shop shows for this, and that another promise made.

    A kindness stands for no order: the account of its customer says of none whose it
    is, and two of one amount look alike.
    """
    made = finding.receipt.made if finding.receipt else ""
    if row.request.way is not Resolution.COURTESY or not made:
        return finding
    keys = [x for x in credit.kindnesses_like(db, row.shop, made) if x != row.id]
    others = (refunds.get(db, key).request for key in keys)
    like = [x.return_number for x in others if x.bonus == row.request.bonus]
    if not like:
        return finding
    why = saying(
        "the credit that the shop shows for it is that of %(number)s, or may be: look"
        " at its customer's account, and say here whether there is another one",
        number=like[0],
    )
    return Finding(found=Found.PERSON, why=why)


def _held(row: RefundRow, finding: Finding) -> Finding:
    """Ask of what the shop had taken, and shows no more: it is not made again."""
    if finding.found is not Found.ABSENT or row.state is not Refund.PENDING:
        return finding
    why = saying("what was made of it is no longer in the shop")
    return replace(finding, found=Found.PERSON, why=why)


def _checked(row: RefundRow, finding: Finding) -> Finding:
    """Turn a finding that does not fit our promise into a question."""
    if finding.receipt and finding.receipt.amount != row.amount:
        why = saying(
            "%(promised)s was promised, the shop shows %(shown)s",
            promised=row.amount,
            shown=finding.receipt.amount,
        )
        return replace(finding, found=Found.PERSON, receipt=None, why=why)
    if finding.found is Found.FAILED and row.paid_by_hand:
        why = saying(
            "%(paid)s was paid by hand, and the shop says that it did not move: say"
            " here whether it has left",
            paid=row.paid_by_hand,
        )
        return replace(finding, found=Found.PERSON, receipt=None, why=why)
    if finding.found is Found.FAILED and _is_half_made(row, finding):
        why = saying(
            "the new goods are there, but the money that goes back with them did not"
            " move: pay %(amount)s by hand, then say so here",
            amount=row.amount,
        )
        return replace(finding, found=Found.PERSON, receipt=None, why=why)
    is_unfenced = bool((row.preimage or {}).get(refunds.UNFENCED))
    if finding.found is Found.ABSENT and is_unfenced and not finding.is_repeatable:
        why = saying("another worker lost its lock while asking; it may still pay this")
        return replace(finding, found=Found.PERSON, why=why)
    if finding.found is Found.ABSENT and row.resends >= MOST_RESENDS:
        why = saying("it was sent several times and is never found; check the gateway")
        return replace(finding, found=Found.PERSON, why=why)
    return finding


def _is_half_made(row: RefundRow, finding: Finding) -> bool:
    """Say whether new goods stand of which the rest in money came to nothing."""
    made = row.made or (finding.receipt.made if finding.receipt else "")
    return bool(row.request.goods and made)
