"""What returns cost, by a policy's own fees, questions, reasons and waivers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_babel import format_decimal, gettext

from connector.model import Fault
from connector.policy.vain import reaches
from connector.policy.vocabulary import spoken
from connector.web.face import money
from connector.web.published.conditions import (
    NAMES,
    answered,
    language,
    phrase,
    reason,
    under,
)
from connector.web.words import word

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connector.money import Money
    from connector.policy import Policy
    from connector.policy.vocabulary import Choice

PERCENT = 100  # basis points


def fees(policy: Policy) -> Iterator[str]:
    """Tell the plain fees, the other ones, and who pays none."""
    plain = (restocking(policy.restocking_bp), way_back(policy.return_fee))
    charged = [one for one in plain if one]
    is_dear = _bears_more(policy)
    if not charged and is_dear:
        yield gettext(
            "Returns are free of charge, unless a fee is named here, or shown to you"
            " before you send the request."
        )
    elif not charged:
        yield gettext("Returns are free of charge.")
    yield from (f"{one}." for one in charged)
    yield from _special(policy)
    yield from _by_reason(policy)
    yield from _by_answer(policy)
    yield from _waived(policy) if charged or is_dear else ()


def _bears_more(policy: Policy) -> bool:
    """Say whether anything but the plain fees costs, told on the page or not."""
    asked = [one for one in policy.questions if reaches(policy, one.when)]
    points = [
        *(one.restocking_bp for one in policy.reasons if one.fault is Fault.CUSTOMER),
        *(x.restocking_bp for one in asked for x in one.choices),
    ]
    parts = [
        *((x.when, x.restocking_bp, x.return_fee) for x in policy.fees.special),
        *((x.when, x.then.restocking_bp, x.then.return_fee) for x in policy.rules),
    ]
    return any(points) or any(
        (restocking and reaches(policy, when))
        or (fee and reaches(policy, when, "return_shipping"))
        for when, restocking, fee in parts
    )


def _special(policy: Policy) -> Iterator[str]:
    for special in policy.fees.special:
        where = phrase(special.when, policy)
        if where is None:
            continue
        if special.restocking_bp is not None and reaches(policy, special.when):
            yield under(restocking(special.restocking_bp, is_said=True), where)
        is_borne = reaches(policy, special.when, "return_shipping")
        if special.return_fee is not None and is_borne:
            yield under(way_back(special.return_fee, is_said=True), where)


def _by_reason(policy: Policy) -> Iterator[str]:
    for one in policy.reasons:
        points = one.restocking_bp
        if points is None or one.fault is not Fault.CUSTOMER:
            continue
        fact, name = str(NAMES["reason"]), reason(one.code, policy)
        where = gettext("%(fact)s: %(values)s", fact=fact, values=name)
        yield under(restocking(points, is_said=True), str(where))


def _by_answer(policy: Policy) -> Iterator[str]:
    for one in policy.questions:
        where = phrase(one.when, policy)
        is_told = where is not None and reaches(policy, one.when)
        for choice in one.choices if is_told else ():
            if choice.restocking_bp is not None:
                fee = restocking(choice.restocking_bp, is_said=True)
                parts = [answered(one, choice), where]
                yield _why(choice, under(fee, "; ".join(x for x in parts if x)))


def _why(choice: Choice, said: str) -> str:
    """Put the merchant's own words of an answer behind a sentence."""
    why = spoken(choice.why, language())
    return f"{said} {why}" if why else said


def restocking(points: int, *, is_said: bool = False) -> str:
    """Name a restocking fee in basis points; "" for none, unless it `is_said`."""
    if not points and not is_said:
        return ""
    percent = percentage(points)
    return str(gettext("Restocking fee: %(percent)s of what you paid", percent=percent))


def way_back(fee: Money | None, *, is_said: bool = False) -> str:
    """Name the fee for the way back; "" for none, unless it `is_said`."""
    if fee is None or not (fee or is_said):
        return ""
    return str(gettext("Your share of the way back: %(fee)s a return", fee=money(fee)))


def percentage(points: int) -> str:
    """Write basis points as a percentage."""
    return str(gettext("%(number)s %%", number=format_decimal(points / PERCENT)))


def _waived(policy: Policy) -> Iterator[str]:
    waiver = policy.fees.waiver
    found = [
        reason(one.code, policy)
        for one in policy.reasons
        if one.code in waiver.reasons and one.fault is Fault.CUSTOMER
    ]
    found += sorted(waiver.customer_groups)
    found += [word(one) for one in sorted(waiver.resolutions)]
    if waiver.order_above is not None:
        amount = money(waiver.order_above)
        found.append(gettext("orders above %(amount)s", amount=amount))
    where = phrase(waiver.when, policy)
    found += [where] if where else []
    if found:
        yield gettext("No fee for: %(list)s.", list=", ".join(found))
    yield gettext(
        "Never a restocking fee where you withdraw from the contract, or while your"
        " legal period to withdraw still runs."
    )
