"""When a policy's window closes, as SQL; the first special one that holds speaks.

Windows are counted in days since 1970, in UTC: all of the last day counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector import law
from connector.backtest.clauses import DAY, FIRST_DAY
from connector.backtest.sql import Later, case, leaves, no

if TYPE_CHECKING:
    from connector.backtest.clauses import Text
    from connector.policy import Policy
    from connector.policy.vocabulary import SpecialWindow

ASKED = f"p.asked_at / {DAY}"  # the day on which a line was asked back
LAWLESS = "ZZ"  # any country without a profile


def last_day(policy: Policy, text: Text) -> str:
    """Return the window's last day."""
    rules = policy.window
    countries = [
        (text.is_country(code), str(days)) for code, days in rules.by_country.items()
    ]
    plain = case(*countries, otherwise=str(rules.days))
    special = [
        (text.all_hold(one.when), _special(one, plain, rules.grace_days))
        for one in rules.special
    ]
    return case(*special, otherwise=_after(plain, rules.grace_days))


def guarantee_ends(policy: Policy, text: Text) -> str:
    """Return when the guarantee of a line's goods is surely over."""
    plain = law.guarantee_days("", policy.switches)
    by_country = {
        code: found
        for code in sorted(law.places(law.PROFILES))
        if (found := law.guarantee_days(code, policy.switches)) != plain
    }
    others = law.guarantee_days(LAWLESS, policy.switches)
    codes = sorted(law.places(law.PROFILES) | {""})
    terms = [(text.is_country(code), str(n)) for code, n in by_country.items()]
    if others != plain:
        terms.append((no(text.is_country(*codes)), str(others)))
    days = case(*terms, otherwise=str(plain))
    return leaves(days, lambda some: Later("p.begins", int(some) * DAY))


def _after(days: str, grace: int) -> str:
    """Count from where the window begins, and on where no delivery is known."""
    begins = f"p.begins / {DAY}"
    if grace:
        begins += f" - p.is_delivered * {grace}"
    return leaves(days, lambda some: Later(begins, int(some) + grace))


def _special(one: SpecialWindow, plain: str, grace: int) -> str:
    end = _after(plain if one.days is None else str(one.days), grace)
    if one.until is None:
        return end
    until = one.until.toordinal() - FIRST_DAY
    return case((f"{end} > {until}", end), otherwise=str(until))
