"""Why a line is what it is, as the console shows it: what rules said, saw, and who."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_babel import get_locale, gettext, lazy_gettext

from connector import policy
from connector.policy import account
from connector.web import laws
from connector.web.words import WORDS

if TYPE_CHECKING:
    from connector.model import Answer, ReturnLine

SAYS = {
    "approve": lazy_gettext("approves it"),
    "decline": lazy_gettext("declines it"),
    "ask": lazy_gettext("asks a person"),
    "fee": lazy_gettext("takes a fee"),
    "note": lazy_gettext("notes"),
}

# The facts of a verdict, as people call them; one that is new is shown by its name.
FACTS = {
    "last_day": lazy_gettext("last day"),
    "start": lazy_gettext("counted from"),
    "until": lazy_gettext("until"),
    "days": lazy_gettext("days"),
    "left": lazy_gettext("left"),
    "unsent": lazy_gettext("not sent yet"),
    "wanted": lazy_gettext("wanted"),
    "sent": lazy_gettext("sent"),
    "asked": lazy_gettext("asked for"),
    "percent": lazy_gettext("per cent"),
    "name": lazy_gettext("rule"),
    "rules": lazy_gettext("rules"),
    "one": lazy_gettext("one rule"),
    "other": lazy_gettext("other rule"),
    "who": lazy_gettext("to be approved by"),
    "as": lazy_gettext("approved as"),
    "by": lazy_gettext("approved by"),
    "way": lazy_gettext("made good with"),
    "resolution": lazy_gettext("made good with"),
    "worth": lazy_gettext("worth"),
    "when": lazy_gettext("when"),
    "value": lazy_gettext("worth"),
    "limit": lazy_gettext("limit"),
    "above": lazy_gettext("more than"),
    "below": lazy_gettext("less than"),
    "from": lazy_gettext("from"),
    "amount": lazy_gettext("amount"),
    "total": lazy_gettext("the whole order"),
    "order_above": lazy_gettext("order of more than"),
    "price": lazy_gettext("price of the item"),
    "quantity": lazy_gettext("how many"),
    "paid": lazy_gettext("paid in"),
    "currency": lazy_gettext("paid in"),
    "policy": lazy_gettext("policy in"),
    "set_by": lazy_gettext("set by"),
    "listed_by": lazy_gettext("listed by"),
    "status": lazy_gettext("state"),
    "order_status": lazy_gettext("state"),
    "question": lazy_gettext("question"),
    "answer": lazy_gettext("answer"),
    "law": lazy_gettext("law of"),
    "letter": lazy_gettext("article"),
    "returns": lazy_gettext("returns"),
    "reason": lazy_gettext("reason"),
    "reason_group": lazy_gettext("reason"),
    "fault": lazy_gettext("who answers for it"),
    "kind": lazy_gettext("kind of return"),
    "method": lazy_gettext("way back"),
    "country": lazy_gettext("delivered to"),
    "placed_at": lazy_gettext("ordered"),
    "asked_at": lazy_gettext("asked on"),
    "days_since_purchase": lazy_gettext("days since the order"),
    "days_since_delivery": lazy_gettext("days since delivery"),
    "sku": lazy_gettext("article number"),
    "product": lazy_gettext("article"),
    "tag": lazy_gettext("tag"),
    "category": lazy_gettext("category"),
    "customer_group": lazy_gettext("customer group"),
    "customer_tag": lazy_gettext("the customer's tags"),
    "shop": lazy_gettext("shop"),
    "channel": lazy_gettext("asked through"),
    "language": lazy_gettext("language"),
    "variant": lazy_gettext("variant"),
    "gift_card": lazy_gettext("is a gift card"),
    "photos": lazy_gettext("photos"),
    "past_returns": lazy_gettext("earlier returns"),
    "past_value": lazy_gettext("worth of earlier returns"),
    "most_returns": lazy_gettext("returns allowed"),
    "most_value": lazy_gettext("worth allowed"),
    "months": lazy_gettext("months"),
    "window": lazy_gettext("window"),
    "priority": lazy_gettext("priority"),
    "does": lazy_gettext("does"),
    "action": lazy_gettext("action"),
    "own": lazy_gettext("the item's own fee"),
    "limit_set_by": lazy_gettext("limit set by"),
    "part_delivery": lazy_gettext("part of the delivery"),
}
HIDDEN = frozenset({policy.SOFTENED})  # the sentence says it
CODES = frozenset(
    {"way", "resolution", "kind", "status", "order_status", "when", "from"}
)
# By the fact and its value, where the value's own word is of something else.
VALUES = {
    ("from", "delivery"): lazy_gettext("the parcel's arrival"),
    ("from", "dispatch"): lazy_gettext("the parcel's dispatch"),
    ("from", "completion"): lazy_gettext("the order's completion"),
    ("from", "purchase"): lazy_gettext("the order"),
    ("when", "requested"): lazy_gettext("once approved"),
    ("when", "on_word"): lazy_gettext("once sent back, on the customer's word"),
    ("when", "shipped"): lazy_gettext("once proven to be sent back"),
    ("when", "received"): lazy_gettext("once arrived"),
    ("when", "inspected"): lazy_gettext("once checked"),
    ("set_by", "law"): lazy_gettext("the law"),
    ("listed_by", "email"): lazy_gettext("the e-mail address"),
    ("listed_by", "tag"): lazy_gettext("a tag"),
    ("gift_card", "true"): lazy_gettext("yes"),
    ("gift_card", "false"): lazy_gettext("no"),
    ("fault", "customer"): lazy_gettext("the customer"),
    ("fault", "merchant"): lazy_gettext("the shop"),
    ("fault", "carrier"): lazy_gettext("the carrier"),
    ("channel", "shop"): lazy_gettext("the shop"),
    ("channel", "portal"): lazy_gettext("the portal"),
    ("channel", "console"): lazy_gettext("the console"),
    ("channel", "inbound"): lazy_gettext("another program"),
}

# Who did something where no person did; others are shown by their names.
ACTORS = {
    "retour": lazy_gettext("Retour"),
    "watchdog": lazy_gettext("Retour"),
    "policy": lazy_gettext("the policy"),
    "shop": lazy_gettext("the shop"),
    "customer": lazy_gettext("the customer"),
    "portal": lazy_gettext("the portal"),
    "inbound": lazy_gettext("another program"),
    "console": lazy_gettext("the console"),
    "command": lazy_gettext("the command line"),
    "command line": lazy_gettext("the command line"),
    "install": lazy_gettext("the installation"),
}


def spoken(line: ReturnLine) -> list[Answer]:
    """Return what rules said of a line, but when another way than its own leaves."""
    return [
        one
        for one in line.trace
        if one.rule != account.MOMENT or account.is_moment_of(one, line.resolution)
    ]


def says(answer: Answer) -> str:
    """Return what a rule does, in a word or two."""
    return str(SAYS.get(answer.says, answer.says))


def facts(answer: Answer) -> list[tuple[str, str]]:
    """Return what a rule saw: names and values in the reader's language."""
    return [
        (_name(name), _value(name, value))
        for name, value in answer.facts
        if value and name not in HIDDEN
    ]


def _name(name: str) -> str:
    """Return what a fact is called; of rules that clash each stands by its name."""
    of_rule = name.removeprefix("rule ")
    if of_rule != name:
        return str(gettext("rule %(name)s", name=of_rule))
    return str(FACTS.get(name, name))


def _value(name: str, value: str) -> str:
    if name == "law":
        return laws.cited(value)
    known = VALUES.get((name, value))
    if known is None and name in CODES:
        known = WORDS.get(value)
    return str(known or policy.fact(name, value, str(get_locale() or "en")))


def who(actor: str) -> str:
    """Return who did something; a person by the name that he signed in with."""
    by, _, name = actor.partition(": ")
    known = str(ACTORS.get(by, by))
    return gettext("%(where)s: %(who)s", where=known, who=name) if name else known
