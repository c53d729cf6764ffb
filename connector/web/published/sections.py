"""What a policy says to everybody, section by section, in the reader's language.

Not told: lists of customers, limits, who approves what, and below which amount the
goods may stay with the customer. They are between the merchant and his desk.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from flask_babel import gettext, ngettext

from connector import law
from connector.model import Fault, Kind, Resolution
from connector.policy import delivery, label
from connector.policy.boxes import Some, box
from connector.policy.vain import reaches
from connector.policy.vocabulary import spoken
from connector.web.face import money
from connector.web.published.conditions import (
    NAMES,
    answered,
    country,
    day,
    language,
    phrase,
    reason,
    under,
)
from connector.web.published.fees import fees, percentage, restocking, way_back
from connector.web.words import word

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from connector.policy import Policy
    from connector.policy.vocabulary import Exclusion, Rule, SpecialWindow, Then

SEALED = frozenset({"e", "i"})  # letters of goods that were sold under a seal


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A heading, and the sentences below it; `code` names it in JSON."""

    code: str
    title: str
    items: tuple[str, ...]


def sections(policy: Policy) -> tuple[Section, ...]:
    """Write a policy; a section that has nothing to say is left out."""
    parts: tuple[tuple[str, str, Callable[[Policy], Iterator[str]]], ...] = (
        ("window", gettext("How long"), _window),
        ("excluded", gettext("What cannot come back"), _excluded),
        ("reasons", gettext("At our cost"), _reasons),
        ("fees", gettext("What it costs"), fees),
        ("ways", gettext("How we make it good"), _ways),
        ("money", gettext("When"), _money),
        ("special", gettext("Also"), _special),
        ("law", gettext("Your rights"), _law),
    )
    made = (
        Section(code=code, title=title, items=tuple(write(policy)))
        for code, title, write in parts
    )
    return tuple(one for one in made if one.items)


def _window(policy: Policy) -> Iterator[str]:
    window = policy.window
    yield ngettext(
        "You can return goods within %(num)d day of delivery.",
        "You can return goods within %(num)d days of delivery.",
        window.days,
    )
    for code, days in window.by_country.items():
        yield ngettext(
            "Delivered to %(country)s: %(num)d day.",
            "Delivered to %(country)s: %(num)d days.",
            days,
            country=country(code),
        )
    for one in window.special:
        where = phrase(one.when, policy)
        if where is not None and reaches(policy, one.when):
            yield under(_length(one), where)
    if window.grace_days:
        yield ngettext(
            "Where we do not know the day of delivery, the days count from dispatch,"
            " and you have %(num)d day more.",
            "Where we do not know the day of delivery, the days count from dispatch,"
            " and you have %(num)d days more.",
            window.grace_days,
        )
    yield gettext("All these days begin and end in universal time (UTC).")


def _length(one: SpecialWindow) -> str:
    until = day(one.until) if one.until else ""
    if one.days is None:
        return str(gettext("Until %(date)s", date=until))
    days: str = ngettext("%(num)d day", "%(num)d days", one.days)
    if not until:
        return days
    return str(gettext("Until %(date)s, and at least %(days)s", date=until, days=days))


def _excluded(policy: Policy) -> Iterator[str]:
    for one in policy.exclusions:
        where = _kept_out(one, policy)
        if not where:
            continue
        said = under(spoken(one.why, language()).rstrip("."), where)
        if one.article:
            said += f" {_no_right(one.article)}"
        yield said
    yield from _by_answer(policy)
    if policy.final_sale:
        yield gettext("What was sold as final sale.")
    if not policy.gift_cards:
        yield gettext("Gift cards.")


def _no_right(letter: str) -> str:
    """Say when nobody may withdraw from what a letter of article 16 keeps out.

    Not from the start, where the letter needs a fact, as a broken seal.
    """
    if law.is_plain(letter):
        return str(gettext("The right of withdrawal does not cover it either."))
    if letter in SEALED:
        return str(
            gettext(
                "The right of withdrawal does not cover it once its seal is broken."
            )
        )
    return str(
        gettext(
            "The right of withdrawal does not cover it either, once what the law asks"
            " for this has happened."
        )
    )


def _kept_out(one: Exclusion, policy: Policy) -> str:
    """Name what is excluded: any of the lists, or what the conditions say.

    "" where none of it is for everybody. Tags and ids say nothing to a customer.
    """
    marks = [*sorted(one.shown or one.categories), *sorted(one.skus)]
    if one.tags or one.products:
        marks.append(str(NAMES["product"]))
    binds = "return_shipping" if one.article else "restocking_percent"
    is_told = bool(one.when) and reaches(policy, one.when, binds)
    where = phrase(one.when, policy) if is_told else ""
    listed = ", ".join(marks)
    if not (listed and where):
        return listed or where or ""
    return str(gettext("%(one)s; or %(other)s", one=listed, other=where))


def _by_answer(policy: Policy) -> Iterator[str]:
    """Tell which answers keep a line out."""
    for one in policy.questions:
        where = phrase(one.when, policy)
        is_told = where is not None and reaches(policy, one.when)
        for choice in one.choices if is_told else ():
            if choice.says == "decline":
                why = spoken(choice.why, language()).rstrip(".")
                parts = [answered(one, choice), where]
                said = why or gettext("It cannot come back")
                yield under(str(said), "; ".join(x for x in parts if x))


def _reasons(policy: Policy) -> Iterator[str]:
    ours = [
        reason(one.code, policy)
        for one in policy.reasons
        if one.fault is not Fault.CUSTOMER
    ]
    if ours:
        yield gettext(
            "You pay nothing where the fault is ours or the carrier's: %(reasons)s.",
            reasons=", ".join(ours),
        )
        if not policy.refund_shipping:
            yield gettext(
                "The shipping that you paid comes back too where the whole order comes"
                " back for such a reason."
            )


def _ways(policy: Policy) -> Iterator[str]:
    if not policy.offers:
        yield gettext("Your money back, to what you paid with.")
    for one in policy.offers:
        where = phrase(one.when, policy)
        if where is None:
            continue
        ways = ", ".join(word(way) for way in one.resolutions)
        if one.bonus_bp:
            ways = gettext(
                "%(ways)s, with %(percent)s on top",
                ways=ways,
                percent=percentage(one.bonus_bp),
            )
        yield under(ways[:1].upper() + ways[1:], where)
    yield from _methods(policy)


def _methods(policy: Policy) -> Iterator[str]:
    """Tell by which ways goods may come back, where there is a choice."""
    if policy.methods:
        ways = "; ".join(label(one, language()) for one in policy.methods)
        yield gettext("You choose how it comes back: %(ways)s.", ways=ways)


def _money(policy: Policy) -> Iterator[str]:
    yield gettext("We pay you back %(when)s.", when=_moment(policy.refund_when))
    if policy.refund_shipping:
        yield gettext("The shipping that you paid comes back too.")
    yield from _delivery(policy)
    offered = {way for one in policy.offers for way in one.resolutions}
    if Resolution.EXCHANGE in offered:
        yield gettext("New goods leave %(when)s.", when=_moment(policy.goods_when))
        yield gettext(
            "Are they sold out by then, you get this instead: %(way)s.",
            way=word(policy.fallback),
        )
    if policy.credit_days and Resolution.STORE_CREDIT in offered:
        yield ngettext(
            "Store credit is good for %(num)d day.",
            "Store credit is good for %(num)d days.",
            policy.credit_days,
        )
    if policy.expiry_days:
        yield ngettext(
            "Goods that were not sent within %(num)d day of our approval need a new"
            " request.",
            "Goods that were not sent within %(num)d days of our approval need a new"
            " request.",
            policy.expiry_days,
        )


def _delivery(policy: Policy) -> Iterator[str]:
    """Tell to what a withdrawal limits the delivery that comes back, others first."""
    known = {} if policy.refund_shipping else dict(delivery.prices(policy))
    others = known.pop(delivery.OTHERS, None)
    if others:
        yield gettext(
            "If you withdraw, at most %(amount)s of the delivery costs comes back:"
            " what our standard delivery costs.",
            amount=money(others),
        )
    for code, limit in known.items():
        where = country(code)
        if limit:
            yield gettext(
                "Delivered to %(country)s: if you withdraw, at most %(amount)s of the"
                " delivery costs comes back.",
                country=where,
                amount=money(limit),
            )
        elif others:
            yield gettext(
                "Delivered to %(country)s: if you withdraw, the delivery costs come"
                " back without a limit.",
                country=where,
            )


def _special(policy: Policy) -> Iterator[str]:
    """Tell the merchant's own rules, the ones that speak first before the others."""
    for rule in sorted(policy.rules, key=lambda one: -one.priority):
        where = phrase(rule.when, policy)
        if where is None:
            continue
        said = spoken(rule.why, language()).rstrip(".")
        what = [said] if said else []
        what += list(_then(_heard(policy, rule)))
        if what:
            yield under(". ".join(what), where)


def _heard(policy: Policy, rule: Rule) -> Then:
    """Return what a rule does, without what the law keeps it from wherever it holds.

    Versions that came into force before such words were refused may still say so.
    """
    then = rule.then
    if not reaches(policy, rule.when, "restocking_percent"):
        then = replace(then, restocking_bp=None)
    if not reaches(policy, rule.when, "return_shipping"):
        then = replace(then, return_fee=None)
    kinds = box(policy, rule.when).facts.get("kind")
    if isinstance(kinds, Some) and kinds.words == {Kind.WITHDRAWAL}:
        then = replace(then, photos=None)
    return then


def _then(then: Then) -> Iterator[str]:
    """Tell what a rule changes for the customer."""
    if then.restocking_bp is not None:
        yield restocking(then.restocking_bp, is_said=True)
    if then.return_fee is not None:
        yield way_back(then.return_fee, is_said=True)
    if then.waive_fees:
        yield gettext("No fee")
    yield from _then_ways(then)
    if then.refund_when:
        yield gettext("We pay you back %(when)s", when=_moment(then.refund_when))
    if then.goods_when:
        yield gettext("New goods leave %(when)s", when=_moment(then.goods_when))
    if then.refund_shipping:
        yield gettext("The shipping that you paid comes back too")


def _then_ways(then: Then) -> Iterator[str]:
    """Tell what a rule offers or gives, and what it asks to see."""
    if then.offer:
        ways = ", ".join(word(way) for way in then.offer)
        yield gettext("Offered too: %(ways)s", ways=ways)
    if then.withhold:
        ways = ", ".join(word(way) for way in then.withhold)
        yield gettext("Not offered: %(ways)s", ways=ways)
    if then.resolution:
        yield gettext("Made good with: %(way)s", way=word(then.resolution))
    if then.bonus_bp is not None:
        yield gettext(
            "%(percent)s on top of store credit", percent=percentage(then.bonus_bp)
        )
    if then.photos:
        yield ngettext("%(num)d photo, please", "%(num)d photos, please", then.photos)


def _law(policy: Policy) -> Iterator[str]:
    del policy
    yield gettext(
        "All this is offered beside your rights in law and takes nothing from them:"
        " the right to withdraw from a contract made at a distance, where it applies,"
        " and what the law gives you for goods that are faulty or not as agreed."
    )


def _moment(when: str) -> str:
    return word(f"when_{when}")
