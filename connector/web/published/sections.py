"""What a policy says to everybody, section by section, in the reader's language.

Not told: lists of customers, limits, who approves what, and below which amount the
goods may stay with the customer. They are between the merchant and his desk.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask_babel import format_date, format_decimal, get_locale, gettext, ngettext

from connector.model import Fault, Resolution
from connector.policy import label
from connector.policy.vocabulary import ANY, spoken
from connector.web.face import money
from connector.web.published.conditions import country, phrase
from connector.web.words import word

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from connector.money import Money
    from connector.policy import Policy
    from connector.policy.vocabulary import SpecialWindow, Then

PERCENT = 100  # basis points


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
        ("fees", gettext("What it costs"), _fees),
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
        if where is not None:
            yield _with(_length(one), where)
    if window.grace_days:
        yield ngettext(
            "Where we do not know the day of delivery, the days count from dispatch,"
            " and you have %(num)d day more.",
            "Where we do not know the day of delivery, the days count from dispatch,"
            " and you have %(num)d days more.",
            window.grace_days,
        )


def _length(one: SpecialWindow) -> str:
    until = format_date(one.until, "long") if one.until else ""
    if one.days is None:
        return str(gettext("Until %(date)s", date=until))
    days: str = ngettext("%(num)d day", "%(num)d days", one.days)
    if not until:
        return days
    return str(gettext("Until %(date)s, and at least %(days)s", date=until, days=days))


def _with(what: str, where: str) -> str:
    """Put what holds before the conditions that it holds under."""
    if not where:
        return f"{what}."
    return str(gettext("%(what)s (%(where)s).", what=what, where=where))


def _excluded(policy: Policy) -> Iterator[str]:
    for one in policy.exclusions:
        where = phrase(one.when, policy)
        if where is None:
            continue
        why = spoken(one.why, _language()).rstrip(".")
        marks = ", ".join(sorted((*one.categories, *one.skus)))
        said = _with(why, "; ".join(part for part in (marks, where) if part))
        if one.article:
            said += " " + gettext("The right of withdrawal does not cover it either.")
        yield said
    if policy.final_sale:
        yield gettext("What was sold as final sale.")
    if not policy.gift_cards:
        yield gettext("Gift cards.")


def _reasons(policy: Policy) -> Iterator[str]:
    ours = [
        label(one, _language())
        for one in policy.reasons
        if one.fault is not Fault.CUSTOMER and one.code != ANY
    ]
    if ours:
        yield gettext(
            "You pay nothing, and the shipping that you paid comes back too, where the"
            " fault is ours or the carrier's: %(reasons)s.",
            reasons=", ".join(ours),
        )


def _fees(policy: Policy) -> Iterator[str]:
    plain = (_restocking(policy.restocking_bp), _way_back(policy.return_fee))
    charged = [one for one in plain if one]
    if not charged:
        yield gettext("Returns are free of charge.")
    yield from (f"{one}." for one in charged)
    for special in policy.fees.special:
        where = phrase(special.when, policy)
        if where is None:
            continue
        if special.restocking_bp is not None:
            yield _with(_restocking(special.restocking_bp, is_said=True), where)
        if special.return_fee is not None:
            yield _with(_way_back(special.return_fee, is_said=True), where)
    yield from _waived(policy) if charged else ()


def _restocking(points: int, *, is_said: bool = False) -> str:
    if not points and not is_said:
        return ""
    return str(
        gettext("Restocking fee: %(percent)s of what you paid", percent=_bp(points))
    )


def _way_back(fee: Money | None, *, is_said: bool = False) -> str:
    if fee is None or not (fee or is_said):
        return ""
    return str(gettext("Your share of the way back: %(fee)s a return", fee=money(fee)))


def _waived(policy: Policy) -> Iterator[str]:
    waiver = policy.fees.waiver
    found = [
        label(one, _language()) for one in policy.reasons if one.code in waiver.reasons
    ]
    found += sorted(waiver.customer_groups)
    found += [word(one) for one in sorted(waiver.resolutions)]
    if waiver.order_above:
        amount = money(waiver.order_above)
        found.append(gettext("orders above %(amount)s", amount=amount))
    where = phrase(waiver.when, policy)
    found += [where] if where else []
    if found:
        yield gettext("No fee for: %(list)s.", list=", ".join(found))
    yield gettext("Never a restocking fee where you withdraw from the contract.")


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
                percent=_bp(one.bonus_bp),
            )
        yield _with(ways[:1].upper() + ways[1:], where)


def _money(policy: Policy) -> Iterator[str]:
    yield gettext("We pay you back %(when)s.", when=_moment(policy.refund_when))
    if policy.refund_shipping:
        yield gettext("The shipping that you paid comes back too.")
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


def _special(policy: Policy) -> Iterator[str]:
    """Tell the merchant's own rules, the ones that speak first before the others."""
    for rule in sorted(policy.rules, key=lambda one: -one.priority):
        where = phrase(rule.when, policy)
        if where is None:
            continue
        said = spoken(rule.why, _language()).rstrip(".")
        what = [said] if said else []
        what += list(_then(rule.then))
        if what:
            yield _with(". ".join(what), where)


def _then(then: Then) -> Iterator[str]:
    """Tell what a rule changes for the customer."""
    if then.restocking_bp is not None:
        yield _restocking(then.restocking_bp, is_said=True)
    if then.return_fee is not None:
        yield _way_back(then.return_fee, is_said=True)
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
    """Tell what a rule offers, and what it asks to see."""
    if then.offer:
        ways = ", ".join(word(way) for way in then.offer)
        yield gettext("Offered too: %(ways)s", ways=ways)
    if then.withhold:
        ways = ", ".join(word(way) for way in then.withhold)
        yield gettext("Not offered: %(ways)s", ways=ways)
    if then.bonus_bp:
        yield gettext("%(percent)s on top of store credit", percent=_bp(then.bonus_bp))
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


def _bp(points: int) -> str:
    return str(gettext("%(number)s %%", number=format_decimal(points / PERCENT)))


def _language() -> str:
    return str(get_locale() or "en")
