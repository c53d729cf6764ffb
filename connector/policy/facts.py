"""The closed vocabulary of conditions: facts, their kinds, and the operators.

Loader, error messages, documentation, compiler and analysis all read these tables.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from connector.model import Fault, Kind, OrderStatus, Resolution

if TYPE_CHECKING:
    from collections.abc import Mapping

CHANNELS = ("portal", "console", "inbound", "shop", "")  # "": nobody said
PAST_DAYS = 365  # what `past_returns` and `past_value` look back upon


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Something that a condition may look at, about one line of a return.

    `kind` is a key of OPERATORS. `words` closes what it may be compared with; `own`
    names the part of the policy that does: reasons, groups, customers, answers,
    methods. `closed` is a kind of `connector.policy.closed`. `fold` is how words are
    compared: "lower", "upper" or "" for exactly. `least` is what a number never falls
    short of.
    `was_open`: policies that are in force may name words that are none of `own`.
    """

    name: str
    kind: str
    says: str
    fold: str = ""
    words: tuple[str, ...] = ()
    own: str = ""
    closed: str = ""
    least: int | None = None
    was_open: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """How a fact is compared; `takes` is one, many or two values."""

    name: str
    takes: str
    says: str


_WORD = (
    Operator(name="is", takes="one", says="the same word"),
    Operator(name="is_not", takes="one", says="another word"),
    Operator(name="in", takes="many", says="one of these words"),
    Operator(name="not_in", takes="many", says="none of these words"),
)
_WORDS = (
    Operator(name="contains", takes="many", says="at least one of these is there"),
    Operator(name="contains_all", takes="many", says="all of these are there"),
    Operator(name="lacks", takes="many", says="none of these is there"),
)
_NUMBER = (
    Operator(name="is", takes="one", says="exactly this"),
    Operator(name="is_not", takes="one", says="not this"),
    Operator(name="above", takes="one", says="more than this"),
    Operator(name="below", takes="one", says="less than this"),
    Operator(name="at_least", takes="one", says="this or more"),
    Operator(name="at_most", takes="one", says="this or less"),
    Operator(name="between", takes="two", says="from the first to the second, both in"),
)
_DATE = (
    Operator(name="on", takes="one", says="on this day"),
    Operator(name="before", takes="one", says="before this day"),
    Operator(name="after", takes="one", says="after this day"),
    Operator(name="between", takes="two", says="from the first day to the second"),
)
_FLAG = (Operator(name="is", takes="one", says="true or false"),)

# The kinds of facts. A value that stands alone means the kind's first operator; a
# list means `in` for a word, and `contains` for words.
OPERATORS: Mapping[str, tuple[Operator, ...]] = {
    "word": _WORD,
    "words": _WORDS,
    "number": _NUMBER,
    "amount": _NUMBER,
    "date": _DATE,
    "flag": _FLAG,
}

_ALL = (
    Fact(name="shop", kind="word", says="the shop's name in Retour"),
    Fact(
        name="channel",
        kind="word",
        says="how the return came",
        words=CHANNELS,
    ),
    Fact(
        name="method",
        kind="word",
        says="the way back that the customer chose of [[methods]]; empty where nobody"
        " asked him: in a withdrawal, and in a return that came from the shop",
        fold="lower",
        own="methods",
        was_open=True,
    ),
    Fact(
        name="kind",
        kind="word",
        says="why, in law, goods come back",
        words=tuple(Kind),
    ),
    Fact(
        name="country",
        kind="word",
        says="where the parcel went, ISO code; empty where the shop does not say",
        fold="upper",
        closed="country",
    ),
    Fact(
        name="language",
        kind="word",
        says="the customer's language at the shop, two letters",
        fold="lower",
        closed="language",
    ),
    Fact(
        name="currency",
        kind="word",
        says="what the order was paid in, ISO code",
        fold="upper",
        closed="currency",
    ),
    Fact(
        name="order_status",
        kind="word",
        says="the state of the order at the shop",
        words=tuple(OrderStatus),
    ),
    Fact(name="placed_at", kind="date", says="the day of the order, in UTC"),
    Fact(name="asked_at", kind="date", says="the day that the return was asked for"),
    Fact(
        name="days_since_purchase",
        kind="number",
        says="whole days from the order to the return",
    ),
    Fact(
        name="days_since_delivery",
        kind="number",
        says=(
            "whole days from the arrival of the line's last parcel; where the shop does"
            " not say, from dispatch, else completion, else purchase"
        ),
    ),
    Fact(name="total", kind="amount", says="what was paid for the whole order"),
    Fact(name="price", kind="amount", says="what was paid for one of the line's units"),
    Fact(
        name="worth",
        kind="amount",
        says="what was paid for the units of the line that are asked back",
    ),
    Fact(name="quantity", kind="number", says="how many units are asked back", least=1),
    Fact(name="product", kind="word", says="the shop's id of the product"),
    Fact(name="variant", kind="word", says="the shop's id of the variant"),
    Fact(name="sku", kind="word", says="the line's SKU"),
    Fact(name="tag", kind="words", says="the product's tags", fold="lower"),
    Fact(
        name="category",
        kind="words",
        says="the product's categories; at Shopify its product type",
        fold="lower",
    ),
    Fact(name="gift_card", kind="flag", says="whether the line is a gift card"),
    Fact(
        name="reason",
        kind="word",
        says="the code of the reason; empty for one that the policy does not know",
        own="reasons",
    ),
    Fact(
        name="reason_group",
        kind="word",
        says="the code of the reason's group; empty where it has none",
        own="groups",
    ),
    Fact(
        name="fault",
        kind="word",
        says="who answers for the reason; the customer for an unknown one",
        words=tuple(Fault),
    ),
    Fact(
        name="resolution",
        kind="word",
        says="what the customer wants",
        words=tuple(Resolution),
    ),
    Fact(
        name="answer",
        kind="words",
        says='the customer\'s answers, each as "question:answer"',
        own="answers",
    ),
    Fact(
        name="photos", kind="number", says="how many photos the customer sent", least=0
    ),
    Fact(
        name="customer_tag",
        kind="words",
        says="the customer's tags at the shop; at WooCommerce his role",
        fold="lower",
    ),
    Fact(
        name="customer_group",
        kind="words",
        says="the [[customer_groups]] that the customer is in",
        own="customers",
    ),
    Fact(
        name="past_returns",
        kind="number",
        says=f"how many returns the customer asked for in {PAST_DAYS} days before",
        least=0,
    ),
    Fact(
        name="past_value",
        kind="amount",
        says=f"what was paid for the goods of his returns in {PAST_DAYS} days before",
    ),
)

FACTS: Mapping[str, Fact] = {fact.name: fact for fact in _ALL}


def operator(fact: Fact, name: str) -> Operator | None:
    """Find an operator that fits a fact."""
    return next((one for one in OPERATORS[fact.kind] if one.name == name), None)


def fold(fact: Fact, word: str) -> str:
    """Return a word as it is compared."""
    if fact.fold == "lower":
        return word.casefold()
    return word.upper() if fact.fold == "upper" else word
