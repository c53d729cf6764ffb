"""Codes as people read them, in their language; every state has its word here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_babel import get_locale, gettext, lazy_gettext

from connector import policy
from connector.model import Resolution
from connector.saying import told
from connector.states import Decision

if TYPE_CHECKING:
    from connector.model import Answer, Order, ReturnLine

WORDS = {
    # returns and their lines
    "awaited": lazy_gettext("Approved, waiting for the parcel"),
    "awaited_goods": lazy_gettext("Approved, waiting for the goods"),
    "awaited_there": lazy_gettext("Approved, waiting for it in the store"),
    "in_transit": lazy_gettext("On its way back"),
    "partly_received": lazy_gettext("Partly received"),
    "partly": lazy_gettext("Partly received"),
    "lost": lazy_gettext("Lost on the way"),
    "received": lazy_gettext("Received"),
    "inspected": lazy_gettext("Checked"),
    "closed": lazy_gettext("Completed"),
    "cancelled": lazy_gettext("Cancelled"),
    "needs_person": lazy_gettext("Being checked by a person"),
    "pending": lazy_gettext("Being checked"),
    "approved": lazy_gettext("Approved"),
    "declined": lazy_gettext("Declined"),
    # refunds
    "planned": lazy_gettext("Scheduled"),
    "submitted": lazy_gettext("Being sent"),
    "confirmed": lazy_gettext("Paid back"),
    "rejected": lazy_gettext("Refused by the shop"),
    "unknown": lazy_gettext("Outcome unclear"),
    "failed": lazy_gettext("Failed"),
    "reversed": lazy_gettext("Came undone"),
    "manual": lazy_gettext("To be paid by hand"),
    # entries of the ledger
    "entry_reserve": lazy_gettext("Promised"),
    "entry_post": lazy_gettext("Paid"),
    "entry_void": lazy_gettext("Not paid after all"),
    "entry_reverse": lazy_gettext("Came undone"),
    "entry_external": lazy_gettext("Paid by the shop's staff"),
    # what stays with the merchant
    "restocking": lazy_gettext("restocking fee"),
    "return_shipping": lazy_gettext("return shipping"),
    "inspection": lazy_gettext("loss of value"),
    "rounding": lazy_gettext("rounding"),
    "exchange": lazy_gettext("exchange"),
    # ways to make good
    "refund": lazy_gettext("refund"),
    "store_credit": lazy_gettext("store credit"),
    "gift_card": lazy_gettext("gift card"),
    "replacement": lazy_gettext("replacement"),
    "repair": lazy_gettext("repair"),
    "keep": lazy_gettext("refund, and the goods stay"),
    "none": lazy_gettext("nothing"),
    # new goods
    "proposed": lazy_gettext("Planned"),
    "awaiting_payment": lazy_gettext("Waiting for payment"),
    "released": lazy_gettext("Ordered"),
    "shipped": lazy_gettext("Sent to the customer"),
    "fallback": lazy_gettext("Sold out"),
    "lapsed": lazy_gettext("Came to nothing"),
    # kinds
    "voluntary": lazy_gettext("Return"),
    "withdrawal": lazy_gettext("Withdrawal"),
    "faulty": lazy_gettext("Faulty goods"),
    "carrier_damage": lazy_gettext("Damaged on the way"),
    "courtesy": lazy_gettext("Courtesy"),
    # deliveries
    "new": lazy_gettext("Waiting"),
    "done": lazy_gettext("Done"),
    # what happened to a shop
    "connected": lazy_gettext("Connected"),
    "keys_changed": lazy_gettext("New keys"),
    "webhook_made": lazy_gettext("Webhook made"),
    "webhook_replaced": lazy_gettext("Webhook repaired"),
    "webhook_removed": lazy_gettext("Webhook removed"),
    "disconnected": lazy_gettext("Disconnected"),
    # what a matter on the desk is about
    "order": lazy_gettext("Order"),
    "shop": lazy_gettext("Shop"),
    "delivery": lazy_gettext("Delivery"),
    "books": lazy_gettext("The books"),
    # the legal clock
    "who_customer": lazy_gettext("The customer"),
    "who_merchant": lazy_gettext("The shop"),
    "clock_send_back": lazy_gettext("goods to be sent back"),
    "clock_refund": lazy_gettext("refund"),
    "clock_remedy": lazy_gettext("repair or replacement"),
    "clock_decide": lazy_gettext("a decision"),
    "statement": lazy_gettext("Withdrawal"),
    "receipt": lazy_gettext("Receipt"),
    # when the money goes back
    "when_requested": lazy_gettext("as soon as your return is approved"),
    "when_on_word": lazy_gettext("as soon as you have sent the parcel"),
    "when_shipped": lazy_gettext(
        "as soon as we have proof that you sent the goods, or they are with us"
    ),
    "when_inspected": lazy_gettext("as soon as the goods are with us and were checked"),
    "when_received": lazy_gettext("as soon as the goods are with us"),
}


# What a customer chooses from, and what each way means.
WAYS = {
    "refund": (
        lazy_gettext("Money back"),
        lazy_gettext("to what you paid with"),
    ),
    "store_credit": (
        lazy_gettext("Store credit"),
        lazy_gettext("for your next order in this shop"),
    ),
    "gift_card": (
        lazy_gettext("Gift card"),
        lazy_gettext("to spend here or to give away"),
    ),
    "exchange": (
        lazy_gettext("Exchange"),
        lazy_gettext("for another size or article; you choose it in the next step"),
    ),
    "replacement": (
        lazy_gettext("Replacement"),
        lazy_gettext("the same article again, at no cost"),
    ),
    "repair": (
        lazy_gettext("Repair"),
        lazy_gettext("we repair it and send it back, at no cost"),
    ),
    "keep": (
        lazy_gettext("Money back, and you keep the article"),
        lazy_gettext("you need not send it"),
    ),
    "courtesy": (
        lazy_gettext("A credit from us"),
        lazy_gettext("for your next order in this shop"),
    ),
    "manual": (
        lazy_gettext("Money back by hand"),
        lazy_gettext("we send it to you ourselves"),
    ),
    "none": (lazy_gettext("Nothing"), lazy_gettext("this line is settled otherwise")),
}


def way(code: str) -> str:
    """Return what a customer calls a way to make good."""
    known = WAYS.get(str(code))
    return word(code) if known is None else str(known[0])


def way_hint(code: str) -> str:
    """Return what a way to make good means; "" for an unknown one."""
    known = WAYS.get(str(code))
    return "" if known is None else str(known[1])


def charged(ref: str, order: Order) -> str:
    """Return what a charge that goes back with the goods is called; by its own ref."""
    fee = next((one for one in order.fees if one.ref == ref), None)
    if fee is None:
        return str(gettext("Shipping"))
    if fee.title:
        return str(gettext("Surcharge: %(what)s", what=fee.title))
    return str(gettext("Surcharge"))


def sentence(answer: Answer) -> str:
    """Return what a rule said, in the reader's language."""
    return policy.render(answer, _language(), gettext)


def why(line: ReturnLine) -> str:
    """Return the sentence that made a line what it is; "" where nothing was said."""
    spoke = policy.deciding(line.trace, line.decision)
    return sentence(spoke) if spoke else ""


def said(text: object) -> str:
    """Return a matter's, a timeline's or an error's sentence in the reader's language.

    What is no sentence of ours is shown as it is.
    """
    return told(str(text) if not isinstance(text, str) else text, _language(), gettext)


def _language() -> str:
    return str(get_locale() or "en")


# What a customer may read of why a person looks, beside the merchant's own words;
# who approves what, and from which amount on, is between the merchant and his desk.
ASKS = frozenset(
    {
        "photos", "question", "reason", "window_ended", "season_ended", "final_sale",
        "gift_card", "answer_decline", "resolution", "goods",
    }
)  # fmt: skip
# These say themselves that a person looks.
TELLING = frozenset(
    {
        "person", "answer_ask", "claim_mixed", "claim_unsure", "withdrawal_late",
        "withdrawal_none", "guarantee_over", "withdrawal_extended", "withdrawal_over",
        "withdrawal_unstarted",
    }
)  # fmt: skip


def remarks(line: ReturnLine) -> list[str]:
    """Return what a customer reads of a line that is not declined.

    Why a person looks at it, why a fee is taken, and what an answer of his was worth.
    """
    found = []
    is_asked = line.decision == Decision.NEEDS_PERSON
    for one in line.trace:
        if one.says == "ask" and is_asked and one.code in TELLING:
            found.append(sentence(one))
        elif one.says == "ask" and is_asked and (one.words or one.code in ASKS):
            said = sentence(one)
            found.append(gettext("A person looks at it first: %(why)s", why=said))
        elif one.says == "fee" and line.resolution is not Resolution.KEEP:
            found.append(_fee(one))
        elif one.rule == "question" and one.says == "note" and one.words:
            found.append(sentence(one))
    return list(dict.fromkeys(found))


def _fee(answer: Answer) -> str:
    """Name a fee, and put the merchant's own words for it behind."""
    if not answer.words:
        return sentence(answer)
    percent = dict(answer.facts).get("percent", "")
    named = gettext("A restocking fee of %(percent)s %% applies.", percent=percent)
    return f"{named} {sentence(answer)}"


def word(code: str) -> str:
    """Return the word for a code; an unknown one is shown as it is."""
    known = WORDS.get(str(code))
    return gettext("Unknown: %(code)s", code=code) if known is None else str(known)
