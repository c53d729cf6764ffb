"""What the sources leave open, each a named switch with its cautious default.

The numbers are the statements of docs/law.md. A merchant sets a switch in a mapping
`{key: value}`; a switch that is not named there stands at its default.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import cast

from connector.errors import PolicyError
from connector.saying import N_, Saying, joined, saying

Value = bool | int | str | date | frozenset[str] | None
Switches = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Switch:
    """One open point: its default, what it may be, and the statement it is from.

    `choices` is empty where any value of the default's kind will do.
    """

    key: str
    default: Value
    statement: int
    what: str
    kind: type = bool
    choices: tuple[str, ...] = ()

    @property
    def takes(self) -> str:
        """What a policy file writes for it."""
        words = {bool: "true or false", int: "whole number", date: "date"}
        return " or ".join(self.choices) or words.get(self.kind, "list of codes")

    @property
    def stands_at(self) -> str:
        """The default, as a policy file writes it."""
        if self.default is None:
            return "none"
        if isinstance(self.default, frozenset):
            return ", ".join(sorted(self.default))
        return str(self.default).lower() if self.kind is bool else str(self.default)


REPAIR_FROM = date(2026, 7, 31)  # Directive (EU) 2024/1799, article 16
FUNCTION_FROM = date(2026, 6, 19)  # Directive (EU) 2023/2673

_ALL: tuple[Switch, ...] = (
    Switch(
        "home_visit",
        default=False,
        statement=1,
        what="Contracts come from unsolicited visits or excursions: 30 days in ES, IT.",
    ),
    Switch(
        "roll_over",
        default=True,
        statement=3,
        what="Regulation 1182/71 governs the directive's periods: a last day that is"
        " no working day moves on.",
    ),
    Switch(
        "roll_over_es",
        default="eu",
        statement=5,
        what="Spain: `eu` moves the last day on, `strict` counts calendar days.",
        kind=str,
        choices=("eu", "strict"),
    ),
    Switch(
        "roll_over_it",
        default="eu",
        statement=5,
        what="Italy: `eu` moves the last day on, `strict` moves over holidays alone.",
        kind=str,
        choices=("eu", "strict"),
    ),
    Switch(
        "notice_names_function",
        default=frozenset({"DE", "FR", "NL"}),
        statement=7,
        what="Where a notice that does not name the withdrawal function prolongs the"
        " period, for contracts since 19 June 2026.",
        kind=frozenset,
    ),
    Switch(
        "carrier_receipt",
        default=True,
        statement=12,
        what="The customer's word that he sent the goods starts the clock of his refund"
        " until a person rejects it. False: only evidence does that he supplied (a"
        " tracking number, a photo) until a person rejects it, or proof that a person"
        " has seen.",
    ),
    Switch(
        "return_cost_most",
        default=20,
        statement=15,
        what="Withdrawals: a fee for the way back above this, in whole units of the"
        " policy's currency, is not taken and a person looks: only what the sending"
        " costs may be kept.",
        kind=int,
    ),
    Switch(
        "part_of_order",
        default=True,
        statement=19,
        what="A customer may withdraw from a part; no effect in Germany, where the"
        " law says so.",
    ),
    Switch(
        "function_from",
        default=FUNCTION_FROM,
        statement=23,
        what="Since when the withdrawal function is owed, in every country: a notice"
        " must name it since then.",
        kind=date,
    ),
    Switch(
        "fr_month",
        default="begun",
        statement=35,
        what="France: does a month of lateness count when it has `begun`, or when it"
        " is `full`?",
        kind=str,
        choices=("begun", "full"),
    ),
    Switch(
        "fr_legal_rate_bp",
        default=None,
        statement=35,
        what="France: the legal rate of interest in basis points, as published for"
        " the half year. None: that part of the cost is not reckoned.",
        kind=int,
    ),
    Switch(
        "repair_extension",
        default=True,
        statement=50,
        what="A repair adds 12 months in every EU country to goods bought since 31"
        " July 2026 (only Germany's law was read).",
    ),
    Switch(
        "de_base_rate_bp",
        default=None,
        statement=40,
        what="Germany: the base rate in basis points, of 1 January and 1 July. None:"
        " the interest is not reckoned.",
        kind=int,
    ),
    Switch(
        "es_double",
        default="contested",
        statement=45,
        what="Spain: twice the sum for a late refund: `contested`, `yes` or `no`.",
        kind=str,
        choices=("contested", "yes", "no"),
    ),
    Switch(
        "it_conformity_months",
        default=24,
        statement=47,
        what="Italy: months of the legal guarantee.",
        kind=int,
    ),
    Switch(
        "it_presumed_months",
        default=12,
        statement=47,
        what="Italy: months in which a fault is presumed to have been there.",
        kind=int,
    ),
    Switch(
        "nl_conformity_months",
        default=None,
        statement=48,
        what="Netherlands: months of the legal guarantee. None: no fixed term.",
        kind=int,
    ),
    Switch(
        "eu_conformity_months",
        default=24,
        statement=49,
        what="EU countries without a profile: months of the legal guarantee.",
        kind=int,
    ),
    Switch(
        "eu_presumed_months",
        default=12,
        statement=49,
        what="EU countries without a profile: months in which a fault is presumed.",
        kind=int,
    ),
    Switch(
        "uk_goodwill",
        default=True,
        statement=58,
        what="United Kingdom: a statement is still in time on the working day after a"
        " last day that is none.",
    ),
    Switch(
        "us_saturdays",
        default=True,
        statement=64,
        what="USA: do Saturdays count among the 7 working days of a refund of goods"
        " not shipped? The earlier day is the default.",
    ),
    Switch(
        "us_new_york_days",
        default=None,
        statement=65,
        what="New York: days to return where no policy was shown. None: the policy.",
        kind=int,
    ),
    Switch(
        "part_delivery",
        default="pro_rata",
        statement=75,
        what="Outbound delivery when part of an order is withdrawn: `pro_rata` to the"
        " goods, or `none_until_last` of them goes back.",
        kind=str,
        choices=("pro_rata", "none_until_last"),
    ),
    Switch(
        "fee_tax",
        default="line",
        statement=79,
        what="Voluntary returns: a fee carries the tax of its `line`, or `none`. The"
        " merchant's accountant owns this. California: always none.",
        kind=str,
        choices=("line", "none"),
    ),
)

SWITCHES: Mapping[str, Switch] = MappingProxyType({one.key: one for one in _ALL})
DEFAULTS: Switches = MappingProxyType({one.key: one.default for one in _ALL})


def settle(given: Mapping[str, object]) -> Switches:
    """Return every switch as the merchant set it, else at its default.

    Lists of countries and ISO dates may come as text, as a file gives them. Raises
    PolicyError with every unknown key and unfit value, one a line.
    """
    unknown = N_("unknown switch of the law %(key)s; known are %(words)s")
    problems = [
        saying(unknown, key=repr(key), words=", ".join(SWITCHES))
        for key in given
        if key not in SWITCHES
    ]
    settled = dict(DEFAULTS)
    for key, value in given.items():
        if key in SWITCHES:
            fit = _fit(SWITCHES[key], value)
            if isinstance(fit, Saying):
                problems.append(fit)
            else:
                settled[key] = fit
    if problems:
        raise PolicyError(joined("\n", problems))
    return MappingProxyType(settled)


def _day(text: str) -> date | str:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return text


_UNFIT = {
    int: N_("%(key)s must be a whole number, 0 or more, not %(value)s"),
    date: N_("%(key)s must be a date, as 2026-06-19, not %(value)s"),
    frozenset: N_("%(key)s must be a list of codes, not %(value)s"),
    bool: N_("%(key)s must be true or false, not %(value)s"),
}


def _unfit(switch: Switch, value: object) -> Saying:
    text = _UNFIT.get(switch.kind)
    if text is not None:
        return saying(text, key=switch.key, value=repr(value))
    text = N_("%(key)s must be one of %(words)s, not %(value)s")
    words = list(switch.choices)
    return saying(text, key=switch.key, words=words, value=repr(value))


def _fit(switch: Switch, value: object) -> Value | Saying:
    """Return a value as the switch keeps it, or what is wrong with it."""
    if value is None and switch.default is None:
        return None
    if switch.kind is date and isinstance(value, str):
        value = _day(value)
    if switch.kind is frozenset and isinstance(value, list | tuple):
        value = frozenset(str(one).upper() for one in value)
    is_flag = isinstance(value, bool)
    wrong = not isinstance(value, switch.kind) or is_flag != (switch.kind is bool)
    if isinstance(value, int) and value < 0:
        wrong = True
    if wrong or (switch.choices and value not in switch.choices):
        return _unfit(switch, value)
    return cast("Value", value)  # of the switch's own kind: looked at above
