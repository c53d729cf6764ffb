"""Read what stands in tables of its own: windows, exclusions, reasons, questions."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from connector.model import Fault
from connector.policy.closed import closed
from connector.policy.conditions import conditions
from connector.policy.delivery import OTHERS
from connector.policy.vocabulary import (
    Choice,
    Exclusion,
    Limit,
    Listed,
    Method,
    Question,
    Reason,
    ReasonGroup,
    SpecialWindow,
    Window,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from connector.money import Money
    from connector.policy.conditions import Known
    from connector.policy.reader import Reader

DELIVERY = "standard_delivery"
LISTS = ("products", "skus", "tags", "categories")
ARTICLES = tuple("abcdefghijklm")  # the letters of article 16 of Directive 2011/83/EU
SHA256 = 64  # hexadecimal digits
COUNTRY = len("FR")
MOST_PHOTOS = 10
MOST_RETURNS = 10_000
HANDLES = (
    "unknown", "changed-my-mind", "item-not-as-described", "received-the-wrong-item",
    "other-reason", "damaged-or-defective", "too-small", "too-big", "style", "color",
)  # fmt: skip


def window(top: Reader, known: Known) -> Window:
    """Read the window and the special ones."""
    table = top.table("window")
    table.known("window")
    countries = table.table("countries")
    for country in countries.data:
        _country(countries, country)
    return Window(
        days=table.whole("days", 30),
        grace_days=table.whole("grace_days", 5),
        by_country={code: countries.whole(code, 30) for code in countries.data},
        special=tuple(_special(one, known) for one in top.tables("windows")),
    )


def _country(table: Reader, code: str) -> None:
    """Refuse a key that is no code of a country, as FR."""
    near = closed("country").nearest(code)
    if not (len(code) == COUNTRY and code.isalpha() and code.isupper()):
        table.say(f"{code!r} is no ISO country code{near}", code)
    elif code not in closed("country").codes:
        table.refuse(f"unknown country {code!r}{near}", code)


def deliveries(refund: Reader, currency: str) -> tuple[Money | None, dict[str, Money]]:
    """Read the cheapest standard delivery: one amount, or by country of the parcel."""
    if not isinstance(refund.data.get(DELIVERY), dict):
        return refund.amount(DELIVERY, currency), {}
    table, found = refund.table(DELIVERY), {}
    for code in table.data:
        if get_close_matches(code.casefold(), [OTHERS]) and code != OTHERS:
            table.say(f"unknown key {code!r}; did you mean {OTHERS!r}?", code)
        elif code != OTHERS:
            _country(table, code)
        if (amount := table.amount(code, currency)) is not None:
            found[code] = amount
    return None, found


def _special(table: Reader, known: Known) -> SpecialWindow:
    table.known("windows")
    if not {"days", "until"} & set(table.data):
        table.say("say how long: days, until, or both")
    return SpecialWindow(
        name=name_of(table),
        when=conditions(table, known),
        days=table.maybe_whole("days"),
        until=table.day("until"),
        line=table.line,
    )


def name_of(table: Reader) -> str:
    """Return how a table calls itself, else what it is: `windows 2`."""
    return table.text("name") or table.where


def exclusions(top: Reader, known: Known) -> tuple[Exclusion, ...]:
    """Read what cannot come back."""
    return tuple(_exclusion(one, known) for one in top.tables("exclude"))


def _exclusion(table: Reader, known: Known) -> Exclusion:
    table.known("exclude")
    why = table.words("why")
    if not why:
        table.say("say why, in a sentence for the customer", "why")
    if not any(table.data.get(key) for key in (*LISTS, "when")):
        table.say(f"name what is excluded: {', '.join(LISTS)} or when")
    return Exclusion(
        why=why,
        name=name_of(table),
        article=table.chosen("article", ("", *ARTICLES), ""),
        when=conditions(table, known),
        products=frozenset(table.texts("products")),
        skus=frozenset(table.texts("skus")),
        tags=table.folded("tags"),
        categories=table.folded("categories"),
        shown=tuple(table.texts("categories")),
        line=table.line,
    )


def final_sale(table: Reader) -> tuple[frozenset[str], bool]:
    """Read the tags of what was sold for good, and whether gift cards come back."""
    table.known("final_sale")
    return table.folded("tags"), table.flag("gift_cards_return")


def reason_groups(top: Reader) -> tuple[ReasonGroup, ...]:
    """Read the upper level of reasons."""
    found = []
    for table in top.tables("reason_groups"):
        table.known("reason_groups")
        code = table.required("code", "a group of reasons needs a code")
        found.append(ReasonGroup(code=code, labels=table.words("labels")))
    _once(top, "reason_groups", [one.code for one in found])
    return tuple(found)


def reasons(top: Reader, groups: Collection[str]) -> tuple[Reason, ...]:
    """Read the reasons; there must be one."""
    found = tuple(_reason(table, groups) for table in top.tables("reasons"))
    if not found:
        top.say("name at least one [[reasons]]")
    _once(top, "reasons", [one.code for one in found])
    _words_once(top, found)
    return found


def _words_once(top: Reader, found: Sequence[Reason]) -> None:
    """Refuse a plugin's word that would mean two reasons."""
    tables = top.tables("reasons")
    for place, one in enumerate(found):
        for number, word in enumerate(one.words):
            for before, other in enumerate(found):
                named = list(other.labels.values())
                named += other.words if before < place else ()
                if other is not one and _folded(word) in map(_folded, named):
                    what = f"words: {word!r} means the reason {other.code!r} as well"
                    tables[place].refuse(what, "words", number)


def _folded(word: str) -> str:
    return word.strip().casefold()


def _reason(table: Reader, groups: Collection[str]) -> Reason:
    table.known("reasons")
    photos = table.whole("photos", 0, MOST_PHOTOS)
    return Reason(
        code=table.required("code", "a reason needs a code"),
        labels=table.words("labels"),
        fault=Fault(table.chosen("fault", list(Fault), Fault.CUSTOMER)),
        group=table.chosen("group", ("", *groups), ""),
        photos=max(photos, int(table.flag("needs_photo"))),
        needs_person=table.flag("needs_person"),
        shopify=table.chosen("shopify", ("", *HANDLES), ""),
        words=table.texts("words"),
        restocking_bp=table.percent("restocking_percent"),
    )


def _once(top: Reader, key: str, codes: Sequence[str]) -> None:
    kind = key.removesuffix("s").replace("_", " ")
    for place, code in enumerate(codes):
        if code in codes[:place]:
            table = top.tables(key)[place]
            table.say(f"{kind} {code!r} is there twice")


def questions(top: Reader, known: Known) -> tuple[Question, ...]:
    """Read the questions; their conditions cannot look at answers."""
    found = tuple(_question(table, known) for table in top.tables("questions"))
    _once(top, "questions", [one.code for one in found])
    return found


def _question(table: Reader, known: Known) -> Question:
    table.known("questions")
    choices = tuple(_choice(one) for one in table.tables("answers"))
    if not choices:
        table.say("name the [[questions.answers]]", "answers")
    codes = [one.code for one in choices]
    for place, code in enumerate(codes):
        if code in codes[:place]:
            table.refuse(f"answer {code!r} is there twice", "answers", place)
    return Question(
        code=table.required("code", "a question needs a code"),
        labels=table.words("labels"),
        when=conditions(table, known),
        choices=choices,
        is_required=table.flag("required", default=True),
    )


def _choice(table: Reader) -> Choice:
    table.known("questions.answers")
    says = table.chosen("says", ("approve", "ask", "decline", "fee"), "approve")
    fee = table.percent("restocking_percent")
    if (says == "fee") != (fee is not None):
        table.say("a fee, and nothing else, has a restocking_percent")
    return Choice(
        code=table.required("code", "an answer needs a code"),
        labels=table.words("labels"),
        says=says,
        restocking_bp=fee,
        why=table.words("why"),
    )


def listed(table: Reader, key: str) -> Listed:
    """Read a list of customers."""
    table.known(key)
    emails = table.folded("emails")
    for one in sorted(emails):
        if len(one) != SHA256 or set(one) - set("0123456789abcdef"):
            what = "emails are written as SHA-256 in hex, never as addresses"
            table.say(what, "emails")
            break
    return Listed(
        emails=emails,
        tags=table.folded("tags"),
        says=table.chosen("says", ("ask", "decline"), "ask"),
        why=table.words("why"),
    )


def methods(top: Reader) -> tuple[Method, ...]:
    """Read the ways back that a customer may choose from: none, or some."""
    found = []
    for table in top.tables("methods"):
        table.known("methods")
        code = table.required("code", "a way back needs a code")
        found.append(
            Method(
                code=code.casefold(),
                labels=table.words("labels"),
                bring_to=table.words("bring_to"),
            )
        )
    _once(top, "methods", [one.code for one in found])
    if len(found) == 1:
        top.say("[[methods]] name two or more: one is no choice", "methods")
    return tuple(found)


def limits(top: Reader, currency: str) -> tuple[Limit, ...]:
    """Read how much one customer may send back."""
    found = []
    for table in top.tables("limits"):
        table.known("limits")
        if "days" not in table.data:
            table.say("say in how many days", "days")
        if not {"returns", "value"} & set(table.data):
            table.say("say how much: returns, value, or both")
        found.append(
            Limit(
                days=table.whole("days", 0),
                returns=table.maybe_whole("returns", MOST_RETURNS),
                worth=table.amount("value", currency),
                says=table.chosen("says", ("ask", "decline"), "ask"),
                why=table.words("why"),
                name=name_of(table),
                line=table.line,
            )
        )
    return tuple(found)
