"""Tell the shop's staff, on its own orders, what happens to returns.

Nothing waits for it: news is gathered from the history, where what it tells of is
committed already, and told at leisure, each piece at least once and seen once.
"""

from __future__ import annotations

import hashlib
import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from connector import telling
from connector.errors import Gone, PlatformError, Rejected
from connector.model import CREDITS, GOODS
from connector.states import Refund
from connector.steps.place import RESTORED
from connector.store import desk, refunds, returns, shops, tellings
from connector.store.database import stamp

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from connector.model import Return
    from connector.platform import Shop
    from connector.store import Database
    from connector.store.refunds import RefundRow
    from connector.store.tellings import Telling

log = logging.getLogger(__name__)

MOST = 50  # in one run: other jobs of the shop wait meanwhile
FIRST_WAIT = timedelta(minutes=2)  # longer than a lost request may still take effect
LONGEST_WAIT = timedelta(hours=6)
MOST_REFUSALS = 5
OUT = frozenset({Refund.SUBMITTED, Refund.PENDING, Refund.UNKNOWN})


def run(
    db: Database,
    shop: Shop,
    clock: Callable[[], datetime],
    language: str,
    most: int = MOST,
) -> int:
    """Tell what is due in the staff's language; return how much was told.

    With `off` nothing is told, then or later. A restored or copied database tells
    nothing: the real one does.
    """
    is_wanted = language != telling.OFF
    tellings.gather(db, shop.name, clock(), is_wanted=is_wanted)
    if not is_wanted or shops.get(db, shop.name).paused_why == RESTORED:
        return 0
    told = 0
    for _ in range(most):
        news = tellings.claim(db, shop.name, clock())
        if news is None:
            break
        if not _is_so(db, news):
            tellings.settle(db, news.id, "stale")
            continue
        try:
            _tell(db, shop, news, language)
        except Rejected as error:
            _later(db, news, error, clock())
        except PlatformError as error:
            _later(db, news, error, clock())
            break  # the shop is away, or answers nonsense: do not go on asking
        else:
            told += 1
    return told


def _tell(db: Database, shop: Shop, news: Telling, language: str) -> None:
    case = returns.get(db, news.return_id)
    row = None
    if news.subject != news.return_id and news.code != tellings.PERSON:
        row = refunds.get(db, news.subject)
    facts = _facts(case, row, language)
    text = telling.say(news.code, language, facts, _given(row))
    shop.tell(
        case.order_ref,
        text,
        {"return": case.number, "status": case.status, "token": token(news)},
    )
    tellings.settle(db, news.id, "told")


def token(news: Telling) -> str:
    """Return what this piece of news is called for ever, in a restored database too."""
    named = f"{news.subject} {news.code} {stamp(news.at)}"
    return hashlib.sha256(named.encode()).hexdigest()[:12]


def _given(row: RefundRow | None) -> str:
    """Return what a promise gives, as its news says: credit, goods, or money ("")."""
    if row is None or row.request.way not in CREDITS | GOODS:
        return ""
    return telling.GOODS if row.request.way in GOODS else telling.CREDIT


def _facts(case: Return, row: RefundRow | None, language: str) -> dict[str, object]:
    """Return numbers and amounts alone: nothing of the customer.

    `amount` is "" where new goods bring no money.
    """
    facts: dict[str, object] = {
        "number": case.number,
        "asked": sum(line.asked for line in case.lines),
        "approved": sum(line.approved for line in case.lines),
        "received": sum(line.received for line in case.lines),
        "declined": sum(x.asked for x in case.lines if x.decision == "declined"),
    }
    if row is not None:
        paid = row.request.credit or row.amount
        has_money = paid or row.request.way not in GOODS
        facts["amount"] = telling.amount(paid, language) if has_money else ""
    return facts


def _is_so(db: Database, news: Telling) -> bool:
    """Say whether it is still worth telling: what is past by now is no news."""
    if news.code == tellings.PERSON:
        return bool(desk.about(db, news.subject))
    if news.code == "sent":
        is_out = refunds.get(db, news.subject).state in OUT
        return is_out and not tellings.was_told(db, news.subject, "sent")
    return True


def _later(db: Database, news: Telling, error: PlatformError, now: datetime) -> None:
    """Try again, ever more seldom; what the shop refuses again and again is left."""
    is_refused = isinstance(error, Rejected) and news.attempts >= MOST_REFUSALS
    if isinstance(error, Gone) or is_refused:
        log.warning("staff not told: %s", error, extra={"shop": news.shop})
        tellings.settle(db, news.id, "given_up", str(error))
        return
    wait = min(FIRST_WAIT * 2 ** min(news.attempts - 1, 10), LONGEST_WAIT)
    tellings.later(db, news.id, now + wait, str(error))
