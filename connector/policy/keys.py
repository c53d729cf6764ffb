"""Every key that a policy file may hold; loader and documentation read this."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from connector.law import SWITCHES

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One key: what it takes, what holds without it, and what it does."""

    name: str
    takes: str
    default: str
    says: str


def _key(name: str, takes: str, default: str, says: str) -> Key:
    return Key(name=name, takes=takes, default=default, says=says)


def _lists(whose: str) -> tuple[Key, ...]:
    return (
        _key(
            "emails",
            "list of texts",
            "none",
            f"{whose}: SHA-256 (hex) of the address, trimmed and in lower case",
        ),
        _key("tags", "list of texts", "none", f"{whose}: tags at the shop"),
    )


_WHEN = _key("when", "conditions", "always", "where it holds; all must")
_NAME = _key("name", "text", "none", "how traces and `retour policy check` call it")
_WHY = _key("why", "words", "a standard one", "the sentence that the customer reads")
_WORDS = _key("labels", "table of texts", "the code", "its words, by language")
_CODE = _key("code", "text", "required", "its name in the file and in the books")
_RESTOCK = _key(
    "restocking_percent", "percentage", "as [fees]", "of what was paid for the goods"
)
_SAYS = _key("says", "ask or decline", "ask", "what follows")

KEYS: Mapping[str, tuple[Key, ...]] = {
    "": (
        _key("currency", "ISO code", "required", "the currency of all amounts"),
    ),
    "window": (
        _key("days", "days", "30", "how long a return may be asked for, from delivery"),
        _key("grace_days", "days", "5", "more, where delivery is not known"),
    ),
    "window.countries": (
        _key("FR", "days", "as `days`", "by country of the parcel, any ISO code"),
    ),
    "windows": (
        _NAME,
        _WHEN,
        _key("days", "days", "none", "the window where `when` holds"),
        _key("until", "date", "none", "it lasts until this day at least"),
    ),
    "exclude": (
        _NAME,
        _key("why", "words", "required", "the sentence that the customer reads"),
        _key(
            "article",
            "letter",
            "none",
            "its letter in article 16 of Directive 2011/83/EU; without one it never"
            " binds a withdrawal",
        ),
        _WHEN,
        _key("products", "list of texts", "none", "the shop's product ids"),
        _key("skus", "list of texts", "none", "SKUs"),
        _key("tags", "list of texts", "none", "product tags"),
        _key(
            "categories",
            "list of texts",
            "none",
            "product categories; at Shopify product types",
        ),
    ),
    "final_sale": (
        _key("tags", "list of texts", "none", "product tags of what is sold for good"),
        _key("gift_cards_return", "true or false", "false", "may gift cards come back"),
    ),
    "customer_groups": (
        _key("name", "text", "required", "how conditions call the group"),
        _key("tags", "list of texts", "required", "any of these tags at the shop"),
    ),
    "reason_groups": (_CODE, _WORDS),
    "reasons": (
        _CODE,
        _WORDS,
        _key("group", "code", "none", "the [[reason_groups]] that it is shown under"),
        _key("fault", "word", "customer", "who answers: customer, merchant, carrier"),
        _key("photos", "whole number", "0", "how many photos are wanted"),
        _key("needs_photo", "true or false", "false", "the same as `photos = 1`"),
        _key("needs_person", "true or false", "false", "a person looks at each one"),
        _key("shopify", "handle", "the code", "Shopify's word; other-reason for none"),
        _key("words", "list of texts", "none", "what plugins of WooCommerce call it"),
        _RESTOCK,
    ),
    "questions": (
        _CODE,
        _WORDS,
        _WHEN,
        _key("required", "true or false", "true", "a person decides without an answer"),
        _key("answers", "array of tables", "required", "what may be answered"),
    ),
    "questions.answers": (
        _CODE,
        _WORDS,
        _key("says", "word", "approve", "approve, ask, decline or fee"),
        _key("restocking_percent", "percentage", "none", "for `fee`"),
        _WHY,
    ),
    "methods": (
        _key("code", "text", "required", "what the fact `method` holds; small letters"),
        _WORDS,
        _key(
            "bring_to", "words", "it is sent", "where goods are brought, by this way"
        ),
    ),
    "approve": (
        _key("automatic", "true or false", "true", "false: a person decides each one"),
        _key("automatic_below", "amount", "none", "from here on, a person decides"),
        _key("levels", "array of tables", "none", "who approves above what amount"),
    ),
    "approve.levels": (
        _key("above", "amount", "required", "worth more than this"),
        _key("who", "text", "required", "the level's name, kept with the question"),
    ),
    "block": (*_lists("customers who are looked at or refused"), _SAYS, _WHY),
    "allow": _lists(
        "customers whom no limit, photo, question or `needs_person` holds up; what"
        " `[approve]`, `[block]`, a rule or a reason that is not known asks of a person"
        " it still asks"
    ),
    "limits": (
        _NAME,
        _key("days", "days", "required", "so many days back from the return"),
        _key("returns", "whole number", "none", "more returns than this, this one too"),
        _key("value", "amount", "none", "worth more than this, with this one"),
        _SAYS,
        _WHY,
    ),
    "fees": (
        _key("restocking_percent", "percentage", "0", "of what was paid for the goods"),
        _key("return_shipping", "amount", "none", "the way back, once a return"),
        _key("special", "array of tables", "none", "other fees where `when` holds"),
        _key("waived", "table", "none", "who pays none"),
    ),
    "fees.special": (
        _NAME,
        _WHEN,
        _RESTOCK,
        _key("return_shipping", "amount", "as [fees]", "the way back, once a return"),
    ),
    "fees.waived": (
        _key("reasons", "list of codes", "none", "for these reasons"),
        _key("customer_groups", "list of names", "none", "for these customers"),
        _key("resolutions", "list of words", "none", "for what is given instead"),
        _key("order_above", "amount", "none", "for orders worth more than this"),
        _key("when", "conditions", "none", "where this holds"),
    ),
    "offers": (
        _NAME,
        _key("resolutions", "list of words", "required", "the ways to make good"),
        _key("bonus_percent", "percentage", "0", "added to credit and gift cards"),
        _WHEN,
    ),
    "keep": (
        _key("below", "amount", "none", "the whole return worth less: goods may stay"),
        _WHEN,
    ),
    "refund": (
        _key(
            "when",
            "word",
            "received",
            "requested, on_word, shipped, received, inspected (*When*, above)",
        ),
        _key("shipping", "true or false", "false", "outbound shipping goes back too"),
        _key("standard_delivery", "amount", "what was paid", "your cheapest standard"
            " delivery: no more than this goes back where a customer withdraws. One"
            " amount holds if `[law] countries` names the one country that you sell to;"
            " else write it by country, below"),
    ),
    "refund.standard_delivery": (
        _key("FR", "amount", "as `default`", "by country of the parcel, any ISO code"),
        _key("default", "amount", "what was paid", "every country that is not named"),
    ),
    "exchange": (
        _key("when", "word", "received", "when new goods go out; words as [refund]"),
        _key("fallback", "word", "refund", "what is given where new goods are gone"),
    ),
    "credit": (
        _key("days", "days", "for ever", "how long store credit is good for"),
    ),
    "expiry": (
        _key("days", "days", "never", "an approved return that never came ends"),
    ),
    "law": (
        _key("countries", "list of codes", "everywhere", "where the shop sells to"),
        *(
            _key(one.key, one.takes, one.stands_at, one.what)
            for one in SWITCHES.values()
        ),
    ),
    "rules": (
        _key("name", "text", "required", "how traces and the check call it"),
        _key("priority", "whole number", "0", "the highest speaks; may be negative"),
        _WHEN,
        _key("then", "actions", "required", "what follows"),
        _key("why", "words", "required to ask or decline", "what the customer reads"),
    ),
}  # fmt: skip

# What `then` of a rule may hold.
ACTIONS: tuple[Key, ...] = (
    _key(
        "decide",
        "word",
        "none",
        "approve, ask or decline; approve outweighs windows, exclusions, questions,"
        " photos and limits, never the block list, an amount that a person must see,"
        " or units that are not there",
    ),
    _key("restocking_percent", "percentage", "none", "the restocking fee"),
    _key("return_shipping", "amount", "none", "the fee for the way back"),
    _key("waive_fees", "true", "none", "no fee at all"),
    _key(
        "resolution",
        "word",
        "none",
        "made good with this, whatever was wanted; not instead of money for a"
        " withdrawal, nor of a repair or a replacement that is wanted for a fault: then"
        " a person decides",
    ),
    _key("offer", "list of words", "none", "ways to make good that are offered too"),
    _key(
        "withhold",
        "list of words",
        "none",
        "ways that are not offered; a withdrawal is always offered its money",
    ),
    _key("bonus_percent", "percentage", "none", "added to credit and gift cards"),
    _key("photos", "whole number", "none", "how many photos are wanted"),
    _key("refund_when", "word", "none", "when the money goes back"),
    _key("goods_when", "word", "none", "when new goods go out"),
    _key("refund_shipping", "true or false", "none", "outbound shipping goes back"),
    _key("approver", "text", "none", "the level that must approve"),
)  # fmt: skip


def names(table: str) -> tuple[str, ...]:
    """Return the keys of a table, the tables inside it among them."""
    inner = {
        one.removeprefix(f"{table}.") if table else one
        for one in KEYS
        if (one.startswith(f"{table}.") if table else one and "." not in one)
    }
    own = [key.name for key in KEYS[table]]
    return (*own, *sorted(inner - set(own)))
