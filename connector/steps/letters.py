"""Send letters to customers: each at least once, a copy under the name of the first."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from connector.errors import MailError, MailRefused
from connector.messenger import Message
from connector.saying import said_by, saying
from connector.steps.place import RESTORED
from connector.store import atomic, desk, letters, shops

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from connector.messenger import Messenger
    from connector.store import Database
    from connector.store.letters import Letter
    from connector.withdrawal import Seller

log = logging.getLogger(__name__)

MOST = 50  # in one run
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=6)
PERSON_AFTER = 6  # attempts: half an hour
MOST_ATTEMPTS = 20  # about three days
ABOUT, FAILED, NO_MAIL = "receipt", "not_sent", "no_mail"
RETOUR = "retour"


def run(
    db: Database,
    shop: str,
    messenger: Messenger | None,
    seller: Seller,
    clock: Callable[[], datetime],
) -> int:
    """Send what is due for a shop; return how much was sent.

    A restored or copied database sends nothing: the real one does. Without a
    messenger letters wait, and a person is told.
    """
    if shops.get(db, shop).paused_why == RESTORED or not _has_mail(
        db, shop, messenger, clock
    ):
        return 0
    sent = 0
    for _ in range(MOST):
        letter = letters.claim(db, shop, clock())
        if letter is None or messenger is None:
            break
        try:
            messenger.send(_message(letter, seller))
        except MailRefused as error:
            _refused(db, letter, said_by(error), clock())
        except MailError as error:
            _later(db, letter, said_by(error), clock())
            break  # the server is away: do not go on asking
        else:
            _sent(db, letter, clock())
            sent += 1
    return sent


def _has_mail(
    db: Database,
    shop: str,
    messenger: Messenger | None,
    clock: Callable[[], datetime],
) -> bool:
    is_told = desk.is_open(db, "shop", shop, NO_MAIL)
    if messenger is not None:
        if is_told:
            desk.settle(db, "shop", shop, NO_MAIL, RETOUR, clock())
        return True
    if not is_told and letters.waiting(db, shop):
        desk.put(
            db,
            shop=shop,
            about="shop",
            about_id=shop,
            code=NO_MAIL,
            why=saying(
                "receipts for customers wait, and the law wants them sent without"
                " delay: say in [mail] how Retour sends e-mail"
            ),
            now=clock(),
        )
    return False


def _message(letter: Letter, seller: Seller) -> Message:
    """Put a letter as it leaves; a paper of goods is signed here, by the shop."""
    signed = "" if letter.statement_id else f"\n{_signature(seller)}\n"
    return Message(
        key=letter.id,
        recipient=letter.recipient,
        subject=letter.subject,
        body=letter.body + signed,
        language=letter.language,
        sender_name=seller.title,
        reply_to=seller.email,
    )


def _signature(seller: Seller) -> str:
    return "\n".join(one for one in (seller.named, seller.email) if one)


@atomic
def _sent(db: Database, letter: Letter, now: datetime) -> None:
    letters.sent(db, letter.id, now)
    desk.settle(db, *_about(letter), FAILED, RETOUR, now)


@atomic
def _refused(db: Database, letter: Letter, why: str, now: datetime) -> None:
    letters.give_up(db, letter.id, str(why))
    said = saying("the mail server refuses it (%(why)s)", why=why)
    _ask(db, letter, said, now)


@atomic
def _later(db: Database, letter: Letter, why: str, now: datetime) -> None:
    """Try again, ever more seldom; then a person must hand it over otherwise."""
    log.warning("letter not sent: %s", why, extra={"letter": letter.id})
    if letter.attempts >= MOST_ATTEMPTS:
        letters.give_up(db, letter.id, str(why))
    else:
        wait = min(FIRST_WAIT * 2 ** min(letter.attempts - 1, 10), LONGEST_WAIT)
        letters.later(db, letter.id, now + wait, str(why))
    if letter.attempts >= PERSON_AFTER:
        said = saying("it could not be sent so far (%(why)s)", why=why)
        _ask(db, letter, said, now)


def _about(letter: Letter) -> tuple[str, str]:
    if letter.statement_id:
        return ABOUT, letter.statement_id
    return "return", letter.return_id


def _ask(db: Database, letter: Letter, why: str, now: datetime) -> None:
    about, about_id = _about(letter)
    said = saying(
        "the receipt of a withdrawal must reach the customer, and %(why)s: see the"
        " statement, and send it by another way",
        why=why,
    )
    if not letter.statement_id:
        said = saying(
            "the customer must have in writing that his goods came or went back, and"
            " %(why)s: print the page of his return for him",
            why=why,
        )
    desk.put(
        db,
        shop=letter.shop,
        about=about,
        about_id=about_id,
        code=FAILED,
        why=said,
        now=now,
    )
