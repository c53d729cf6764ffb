"""A sentence that a reader of any language may be told: a text, and its facts.

It is a `str` in English, for logs, the command line and other programs, and is kept
in the store as what it is made of, so that a page can say it in its reader's
language. The text is gettext's msgid, gathered where `saying` is called.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Self, TypeAlias

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime
from babel.numbers import format_currency

from connector.errors import BadAmount, RetourError
from connector.money import Money

# What a sentence is made of, as JSON: a text, or an object of one of the kinds below.
Tree: TypeAlias = "str | int | Sequence[Tree] | Mapping[str, Tree]"
Fact = str | int | Money | date | Sequence["Fact"]
Translate = Callable[[str], str]

SAY, WITH, JOIN, OF, WORDS = "say", "with", "join", "of", "words"
MONEY, DAY, MOMENT = "money", "day", "at"
STARTS = ('{"say":', '{"join":', '{"words":', '{"money":')  # how a kept sentence begins


def N_(text: str) -> str:  # noqa: N802 - gettext's own word for "gather, do not translate"
    """Mark a text to be gathered for translation."""
    return text


class Saying(str):
    """A sentence in English that knows what it is made of."""

    __slots__ = ("tree",)
    tree: Tree

    def __new__(cls, tree: Tree) -> Self:
        """Make it of its parts; a text alone is said as it is."""
        made = super().__new__(cls, _said(tree, str, None))
        made.tree = tree
        return made


def saying(text: str, /, **facts: Fact) -> Saying:
    """Make a sentence of a text with holes, `%(name)s`, and the facts that fill them.

    Amounts and days are written as the reader's language does; a fact may be a
    sentence itself. Without facts, a `%` in the text stands for itself.
    """
    if not facts:
        return Saying({SAY: text})
    return Saying({SAY: text, WITH: {name: _tree(one) for name, one in facts.items()}})


# Codes that stand in a sentence: states, kinds, ways to make good.
TERMS = frozenset(
    {
        N_("planned"), N_("submitted"), N_("pending"), N_("confirmed"),
        N_("rejected"), N_("unknown"), N_("failed"), N_("reversed"),
        N_("cancelled"), N_("manual"), N_("voluntary"), N_("withdrawal"),
        N_("faulty"), N_("carrier_damage"), N_("courtesy"), N_("refund"),
        N_("store_credit"), N_("gift_card"), N_("exchange"), N_("replacement"),
        N_("repair"), N_("keep"), N_("none"), N_("yes"), N_("no"),
    }
)  # fmt: skip


# Names of facts that stand behind an error in brackets.
NAMES = frozenset(
    {
        N_("amount"), N_("asked"), N_("code"), N_("currency"), N_("error"),
        N_("left"), N_("line"), N_("lines"), N_("made"), N_("name"), N_("number"),
        N_("order"), N_("port"), N_("received"), N_("ref"), N_("seconds"),
        N_("shop"), N_("state"), N_("status"), N_("topic"), N_("units"), N_("ware"),
    }
)  # fmt: skip

# What errors say that were raised without a sentence: their kind, as `errors` has it.
OF_KINDS = frozenset(
    {
        N_("The shop surely never took the request; try again later."),
        N_("The shop refused the request; trying again will not help."),
        N_("The shop says that this object does not exist, or no longer."),
        N_("The shop's platform has no such thing."),
        N_(
            "Perhaps the request took effect; look at the shop, never repeat blind."
        ),
        N_("That event cannot happen in this state."),
        N_("There is no such thing here."),
        N_("What was asked cannot be done as it was asked."),
        N_("The books do not allow that."),
    }
)  # fmt: skip


def coded(code: str) -> Saying:
    """Return a code as people call it in their language; in English as it is."""
    return Saying({SAY: code})


def valued(amount: Money) -> Saying:
    """Return an amount as a sentence of its own."""
    return Saying({MONEY: str(amount)})


def joined(by: str, parts: Sequence[str]) -> str:
    """Put sentences behind each other, with `by` between them; one stays as it is."""
    first, *more = parts or ("",)
    if not more:
        return first
    return Saying({JOIN: by, OF: [_tree(one) for one in parts]})


def worded(words: Mapping[str, str]) -> str:
    """Make a sentence of a merchant's own words, by language."""
    return Saying({WORDS: dict(words)})


def said_by(error: Exception) -> str:
    """Return what an error says, as a sentence where it was raised with one.

    One that was raised without any says what its kind does. The facts of an error
    stand behind it in brackets, as its own text has them, with our names for them.
    """
    first = error.args[0] if error.args else ""
    if first in OF_KINDS:
        first = coded(first)
    if not isinstance(first, Saying):
        return str(error)
    facts = error.facts if isinstance(error, RetourError) else {}
    if not facts:
        return first
    parts = [joined("", [_named(name), "=", _fact(x)]) for name, x in facts.items()]
    return joined("", [first, " (", joined(", ", parts), ")"])


def _named(name: str) -> str:
    return coded(name) if name in NAMES else name


def _fact(one: object) -> str:
    if isinstance(one, Money):
        return valued(one)
    if isinstance(one, Saying):
        return one
    return coded(one) if isinstance(one, str) and one in TERMS else str(one)


def kept(text: str) -> str:
    """Return how a sentence is kept in the store; a plain one as it is."""
    if isinstance(text, Saying):
        return _json(text.tree)
    if text.startswith(STARTS):  # somebody wrote it, to be shown as he did
        return _json({SAY: "%(text)s", WITH: {"text": text}})
    return text


def heard(text: str) -> str:
    """Return a sentence as it was before it was kept; an older one is plain English."""
    if not text.startswith(STARTS):
        return text
    try:
        return Saying(json.loads(text))
    except (ValueError, RecursionError):
        return text


def mapped(text: str, change: Translate) -> str:
    """Return a sentence with every word changed that is not our own."""
    if not isinstance(text, Saying):
        return change(text)
    return Saying(_mapped(text.tree, change))


def told(text: str, language: str, translate: Translate) -> str:
    """Say a sentence to a reader; a plain one as it is.

    `translate` is the language's gettext.
    """
    if not isinstance(text, Saying):
        return text
    try:
        locale = Locale.parse(language.replace("-", "_"))
    except (ValueError, UnknownLocaleError):
        return str(text)
    return _said(text.tree, translate, locale)


def plain(one: object) -> str:
    """Encode a sentence for another program, in English: the hook that msgspec asks.

    Raises NotImplementedError for everything else, as msgspec wants it.
    """
    if isinstance(one, Saying):
        return str(one)
    raise NotImplementedError


def _json(tree: Tree) -> str:
    return json.dumps(tree, ensure_ascii=False, separators=(",", ":"))


def _tree(fact: Fact) -> Tree:
    if isinstance(fact, Saying):
        return fact.tree
    if isinstance(fact, Money):
        return {MONEY: str(fact)}
    if isinstance(fact, datetime):
        return {MOMENT: fact.isoformat()}
    if isinstance(fact, date):
        return {DAY: fact.isoformat()}
    if isinstance(fact, str | int):
        return fact if type(fact) in (str, int) else str(fact)
    return [_tree(one) for one in fact]


def _mapped(tree: Tree, change: Translate) -> Tree:
    if isinstance(tree, str):
        return change(tree)
    if isinstance(tree, int):
        return tree
    if not isinstance(tree, Mapping):
        return [_mapped(one, change) for one in tree]
    own = (SAY, JOIN, MONEY, DAY, MOMENT)
    return {
        name: one if name in own and isinstance(one, str) else _mapped(one, change)
        for name, one in tree.items()
    }


def _said(tree: Tree, translate: Translate, locale: Locale | None) -> str:
    """Say a tree; without a locale in English, as logs write it."""
    if isinstance(tree, str | int):
        return str(tree)
    if not isinstance(tree, Mapping):
        return ", ".join(_said(one, translate, locale) for one in tree)
    for kind, say in _KINDS.items():
        if kind in tree:
            return say(tree, translate, locale)
    return _json(tree)


def _sentence(
    tree: Mapping[str, Tree], translate: Translate, locale: Locale | None
) -> str:
    """Fill a text; where it cannot be filled it is said with its holes."""
    text, given = str(tree[SAY]), tree.get(WITH)
    if not isinstance(given, Mapping):
        return translate(text) if text else ""
    facts = {name: _said(one, translate, locale) for name, one in given.items()}
    for wording in (translate(text) if text else "", text):
        try:
            return wording % facts
        except (KeyError, ValueError, TypeError):
            continue
    return text


def _line(tree: Mapping[str, Tree], translate: Translate, locale: Locale | None) -> str:
    parts = tree.get(OF)
    if isinstance(parts, str | int | Mapping | None):
        return _json(tree)
    return str(tree[JOIN]).join(_said(one, translate, locale) for one in parts)


def _own(tree: Mapping[str, Tree], _: Translate, locale: Locale | None) -> str:
    words = tree[WORDS]
    if not isinstance(words, Mapping) or not words:
        return _json(tree)
    language = locale.language if locale else "en"
    return str(
        words.get(language)
        or words.get("en")
        or words.get("")
        or next(iter(words.values()))
    )


def _amount(tree: Mapping[str, Tree], _: Translate, locale: Locale | None) -> str:
    text = str(tree[MONEY])
    decimal, currency = text.rsplit(" ", 1) if " " in text else (text, "")
    if locale is None:
        return text
    try:
        money = Money.parse(decimal, currency)
    except BadAmount:
        return text
    return str(format_currency(money.decimal, currency, locale=locale))


def _day(tree: Mapping[str, Tree], _: Translate, locale: Locale | None) -> str:
    text = str(tree[DAY])
    try:
        return format_date(date.fromisoformat(text), "long", locale) if locale else text
    except ValueError:
        return text


def _moment(tree: Mapping[str, Tree], _: Translate, locale: Locale | None) -> str:
    try:
        at = datetime.fromisoformat(str(tree[MOMENT]))
    except ValueError:
        return str(tree[MOMENT])
    if locale is None:
        return f"{at:%Y-%m-%d %H:%M} UTC"
    return f"{format_datetime(at, 'medium', locale=locale)} UTC"


_KINDS: Mapping[str, Callable[[Mapping[str, Tree], Translate, Locale | None], str]] = {
    SAY: _sentence,
    JOIN: _line,
    WORDS: _own,
    MONEY: _amount,
    DAY: _day,
    MOMENT: _moment,
}
