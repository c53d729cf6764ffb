"""Read what stands in tables of its own: windows, exclusions, reasons, questions."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from connector.model import Fault
from connector.policy.closed import closed
from connector.policy.conditions import conditions
from connector.policy.delivery import OTHERS
from connector.policy.reader import twice, unknown_key
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
from connector.saying import N_, saying

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
    countries = closed("country")
    if not (len(code) == COUNTRY and code.isalpha() and code.isupper()):
        text = N_("%(code)s is no ISO country code%(near)s")
        near = countries.nearest(code)
        table.say(saying(text, code=repr(code), near=near), code)
    elif code not in countries.codes:
        table.refuse(countries.unknown(code), code)


def deliveries(refund: Reader, currency: str) -> tuple[Money | None, dict[str, Money]]:
    """Read the cheapest standard delivery: one amount, or by country of the parcel."""
    if not isinstance(refund.data.get(DELIVERY), dict):
        return refund.amount(DELIVERY, currency), {}
    table, found = refund.table(DELIVERY), {}
    for code in table.data:
        if get_close_matches(code.casefold(), [OTHERS]) and code != OTHERS:
            table.say(unknown_key(code, (OTHERS,)), code)
        elif code != OTHERS:
            _country(table, code)
        if (amount := table.amount(code, currency)) is not None:
            found[code] = amount
    return None, found


def _special(table: Reader, known: Known) -> SpecialWindow:
    table.known("windows")
    if not {"days", "until"} & set(table.data):
        table.say(saying("say how long: days, until, or both"))
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
        table.say(saying("say why, in a sentence for the customer"), "why")
    if not any(table.data.get(key) for key in (*LISTS, "when")):
        text = N_("name what is excluded: %(lists)s or when")
        table.say(saying(text, lists=", ".join(LISTS)))
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
        code = table.required("code", saying("a group of reasons needs a code"))
        found.append(ReasonGroup(code=code, labels=table.words("labels")))
    _once(top, "reason_groups", [one.code for one in found])
    return tuple(found)


def reasons(top: Reader, groups: Collection[str]) -> tuple[Reason, ...]:
    """Read the reasons; there must be one."""
    found = tuple(_reason(table, groups) for table in top.tables("reasons"))
    if not found:
        top.say(saying("name at least one [[reasons]]"))
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
                    what = saying(
                        "words: %(word)s means the reason %(reason)s as well",
                        word=repr(word),
                        reason=repr(other.code),
                    )
                    tables[place].refuse(what, "words", number)


def _folded(word: str) -> str:
    return word.strip().casefold()


def _reason(table: Reader, groups: Collection[str]) -> Reason:
    table.known("reasons")
    photos = table.whole("photos", 0, MOST_PHOTOS)
    return Reason(
        code=table.required("code", saying("a reason needs a code")),
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
    for place, code in enumerate(codes):
        if code in codes[:place]:
            top.tables(key)[place].say(twice(code))


def questions(top: Reader, known: Known) -> tuple[Question, ...]:
    """Read the questions; their conditions cannot look at answers."""
    found = tuple(_question(table, known) for table in top.tables("questions"))
    _once(top, "questions", [one.code for one in found])
    return found


def _question(table: Reader, known: Known) -> Question:
    table.known("questions")
    choices = tuple(_choice(one) for one in table.tables("answers"))
    if not choices:
        table.say(saying("name the [[questions.answers]]"), "answers")
    codes = [one.code for one in choices]
    for place, code in enumerate(codes):
        if code in codes[:place]:
            table.refuse(twice(code), "answers", place)
    return Question(
        code=table.required("code", saying("a question needs a code")),
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
        table.say(saying("a fee, and nothing else, has a restocking_percent"))
    return Choice(
        code=table.required("code", saying("an answer needs a code")),
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
            what = N_("emails are written as SHA-256 in hex, never as addresses")
            table.say(saying(what), "emails")
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
        code = table.required("code", saying("a way back needs a code"))
        found.append(
            Method(
                code=code.casefold(),
                labels=table.words("labels"),
                bring_to=table.words("bring_to"),
            )
        )
    _once(top, "methods", [one.code for one in found])
    if len(found) == 1:
        few = saying("[[methods]] name two or more: one is no choice")
        top.say(few, "methods")
    return tuple(found)


def limits(top: Reader, currency: str) -> tuple[Limit, ...]:
    """Read how much one customer may send back."""
    found = []
    for table in top.tables("limits"):
        table.known("limits")
        if "days" not in table.data:
            table.say(saying("say in how many days"), "days")
        if not {"returns", "value"} & set(table.data):
            table.say(saying("say how much: returns, value, or both"))
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
