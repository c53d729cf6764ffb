"""Ask a shop what is left of the credit that we made there, where we keep the balance.

WooCommerce knows a coupon and how often it was used, and no balance.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from connector.errors import Gone, PlatformError
from connector.money import Money
from connector.saying import saying
from connector.store import atomic, credit, desk, history

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from connector.platform import Shop
    from connector.store import Database
    from connector.store.credit import Credit

log = logging.getLogger(__name__)

FRESH = timedelta(hours=20)
UNSEEN = "use_unseen"


def run(db: Database, shop: Shop, clock: Callable[[], datetime]) -> int:
    """Read every credit that may be spent, or spent again; return how many changed.

    One that is used up is read too: an order that is cancelled gives its part back.
    """
    if shop.abilities.keeps_credit:
        return 0
    found = credit.standing(db, shop.name, clock() - FRESH, clock())
    return sum(_one(db, shop, one, clock) for one in found)


def _one(db: Database, shop: Shop, one: Credit, clock: Callable[[], datetime]) -> bool:
    try:
        left = shop.balance(one.code)
    except Gone:
        _gone(db, one, clock())
        return True
    except PlatformError as error:
        log.warning("credit not read: %s", error, extra={"refund": one.refund_id})
        if error.facts.get("uses"):
            _unclear(db, one, clock())
        return False
    _keep(db, one, left, clock())
    return left != one.left


@atomic
def _keep(db: Database, one: Credit, left: Money, now: datetime) -> None:
    """Write down what is left; ask about what was spent above it."""
    zero = Money.zero(left.currency)
    credit.left(db, one.refund_id, max(left, zero), now)
    desk.settle(db, "refund", one.refund_id, "credit_unseen", "shop", now)
    if left < zero:
        why = saying(
            "orders took %(more)s more off than the credit of %(credit)s holds: an"
            " order that was cancelled had opened it again, or its tax was another;"
            " ask the customer for it, or let it be",
            more=-left,
            credit=one.value + one.bonus,
        )
        _ask(db, one, "credit_overspent", why, now)


@atomic
def _unclear(db: Database, one: Credit, now: datetime) -> None:
    """Ask of credit that was used, from the second night on that no order shows it.

    In the first one its customer may be at the checkout.
    """
    before = history.events(db, one.refund_id, UNSEEN)
    if not before:
        history.note(
            db,
            shop=one.shop,
            about="credit",
            about_id=one.refund_id,
            event=UNSEEN,
            state="",
            why=saying("no order shows what the credit was used for"),
            now=now,
        )
    elif now - before[0].at >= FRESH:
        why = saying(
            "the credit of %(credit)s was used, and no order of its customer shows what"
            " for: what is left of it is not opened again. Look at the coupon in the"
            " shop (its e-mail address may have been changed), or give the rest anew",
            credit=one.value + one.bonus,
        )
        _ask(db, one, "credit_unseen", why, now)


@atomic
def _gone(db: Database, one: Credit, now: datetime) -> None:
    """Ask a person about credit that somebody deleted: its customer has a claim."""
    credit.left(db, one.refund_id, Money.zero(one.value.currency), now)
    why = saying(
        "the credit of %(credit)s was deleted in the shop: make it again there, or pay"
        " its customer",
        credit=one.value + one.bonus,
    )
    _ask(db, one, "credit_gone", why, now)


def _ask(db: Database, one: Credit, code: str, why: str, now: datetime) -> None:
    """Lay it on the desk, unless a person has answered this very question."""
    if desk.was_settled(db, one.shop, one.refund_id, code, why):
        return
    desk.put(
        db,
        shop=one.shop,
        about="refund",
        about_id=one.refund_id,
        code=code,
        why=why,
        now=now,
    )
