"""What is known of each country's law, as data; statements 1 to 65 of docs/law.md."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING

from connector.saying import N_

if TYPE_CHECKING:
    from collections.abc import Iterable


class Regime(StrEnum):
    """Whose rules hold for a customer."""

    EU = "eu"
    UK = "uk"
    US = "us"
    NONE = "none"  # no law that Retour knows: the merchant's policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One country: its clock, its periods, and the articles to name.

    `zone` is the IANA zone of most of its people. `conformity_months` None: there is
    no fixed term. `repair_days` None: in a reasonable time.
    """

    country: str
    regime: Regime
    zone: str = "Europe/Brussels"
    articles: Mapping[str, str] = field(default_factory=dict)
    rolls_over: bool = True
    withdrawal_days: int = 14
    conformity_months: int | None = 24
    presumed_months: int = 12
    repair_days: int | None = None

    def article(self, topic: str) -> str:
        """Name the article on a topic; the directive's where the country's is none."""
        return self.articles.get(topic) or EU_ARTICLES.get(topic, "")


EU_ARTICLES: Mapping[str, str] = {
    "withdrawal": N_("Directive 2011/83/EU art. 9"),
    "extended": N_("Directive 2011/83/EU art. 10"),
    "statement": N_("Directive 2011/83/EU art. 11"),
    "function": N_("Directive 2011/83/EU art. 11a"),
    "refund": N_("Directive 2011/83/EU art. 13(1)"),
    "cheapest": N_("Directive 2011/83/EU art. 13(2)"),
    "hold": N_("Directive 2011/83/EU art. 13(3)"),
    "fee": N_("Directive 2011/83/EU art. 9(1)"),
    "return_cost": N_("Directive 2011/83/EU art. 14(1)"),
    "value": N_("Directive 2011/83/EU art. 14(2)"),
    "exceptions": N_("Directive 2011/83/EU art. 16"),
    "conformity": N_("Directive (EU) 2019/771 art. 10"),
    "presumed": N_("Directive (EU) 2019/771 art. 11"),
    "remedies": N_("Directive (EU) 2019/771 art. 13"),
    "remedy_free": N_("Directive (EU) 2019/771 art. 14"),
    "repair": N_("Directive (EU) 2024/1799 art. 16"),
}
FRANCE: Mapping[str, str] = {
    "withdrawal": "Code de la consommation L221-18",
    "extended": "Code de la consommation L221-20",
    "statement": "Code de la consommation L221-21",
    "function": "Code de la consommation L221-21, D221-5",
    "refund": "Code de la consommation L221-24",
    "cheapest": "Code de la consommation L221-24",
    "hold": "Code de la consommation L221-24",
    "fee": "Code de la consommation L221-18",
    "return_cost": "Code de la consommation L221-23",
    "value": "Code de la consommation L221-23",
    "exceptions": "Code de la consommation L221-28",
    "late": "Code de la consommation L242-4",
    "conformity": "Code de la consommation L217-3",
    "presumed": "Code de la consommation L217-7",
    "remedies": N_("Code de la consommation L217-8 to L217-17"),
    "remedy_refund": "Code de la consommation L217-17",
    "remedy_free": N_("Code de la consommation L217-8 to L217-17"),
    "repair": "Code de la consommation L217-13",
    "warranty_shipping": "Code de la consommation L241-6",
}
GERMANY: Mapping[str, str] = {
    "withdrawal": "BGB § 355(2)",
    "extended": "BGB § 356(3)",
    "statement": "BGB § 355(1)",
    "function": "BGB § 356a",
    "refund": "BGB § 357(1)",
    "cheapest": "BGB § 357(2)",
    "hold": "BGB § 357(4)",
    "fee": "BGB § 361(1)",
    "return_cost": "BGB § 357(5)",
    "value": "BGB § 357a(1)",
    "exceptions": "BGB § 312g(2)",
    "late": "BGB § 288(1)",
    "conformity": N_("BGB § 438(1) no. 3"),
    "presumed": "BGB § 477",
    "remedies": "BGB §§ 439, 475",
    "remedy_free": "BGB § 439(2)",
    "repair": "BGB § 475e(5)",
}
SPAIN: Mapping[str, str] = {
    "withdrawal": "TRLGDCU arts. 102, 104",
    "extended": "TRLGDCU art. 105",
    "statement": "TRLGDCU art. 106",
    "refund": "TRLGDCU art. 107.1",
    "cheapest": "TRLGDCU art. 107.2",
    "hold": "TRLGDCU art. 107.3",
    "fee": "TRLGDCU art. 102.2",
    "return_cost": "TRLGDCU art. 108.1",
    "value": "TRLGDCU art. 108.2",
    "exceptions": "TRLGDCU art. 103",
    "late": "TRLGDCU art. 76",
    "conformity": "TRLGDCU arts. 118-122",
    "presumed": "TRLGDCU arts. 118-122",
    "remedies": "TRLGDCU arts. 118-122",
    "remedy_refund": "TRLGDCU art. 119 quater",
    "remedy_free": "TRLGDCU arts. 118-122",
    "repair": "TRLGDCU arts. 118-122, 124",
}
ITALY: Mapping[str, str] = {
    "withdrawal": "Codice del consumo art. 52",
    "extended": "Codice del consumo art. 53",
    "function": "Codice del consumo art. 54-bis",
    "refund": "Codice del consumo art. 56",
    "fee": "Codice del consumo art. 56(1)",
    "exceptions": "Codice del consumo art. 59",
}
NETHERLANDS: Mapping[str, str] = {"function": "Burgerlijk Wetboek art. 6:230oa"}
BRITAIN: Mapping[str, str] = {
    "withdrawal": "Consumer Contracts Regulations 2013 reg. 30",
    "extended": "Consumer Contracts Regulations 2013 reg. 31",
    "statement": "Consumer Contracts Regulations 2013 reg. 32",
    "function": "Consumer Contracts Regulations 2013 reg. 32(4)",
    "refund": "Consumer Contracts Regulations 2013 reg. 34(4)-(6)",
    "cheapest": "Consumer Contracts Regulations 2013 reg. 34(2)-(3)",
    "hold": "Consumer Contracts Regulations 2013 reg. 34(5)",
    "fee": "Consumer Contracts Regulations 2013 reg. 34(8)",
    "return_cost": "Consumer Contracts Regulations 2013 reg. 35(5)",
    "value": "Consumer Contracts Regulations 2013 reg. 34(9)-(12)",
    "exceptions": "Consumer Contracts Regulations 2013 reg. 28",
    "conformity": "Consumer Rights Act 2015 s. 22",
    "presumed": "Consumer Rights Act 2015 s. 19(14)",
    "remedies": "Consumer Rights Act 2015 ss. 22, 24(5)",
    "remedy_refund": "Consumer Rights Act 2015 s. 20(15)",
    "remedy_free": "Consumer Rights Act 2015 s. 20(8)",
    "repair": "Consumer Rights Act 2015 s. 22(6)-(8)",
}
AMERICA: Mapping[str, str] = {
    "refund": "16 CFR 435.1(b)",
    "policy": "California Civil Code 1723",
    "fee_tax": "18 CCR 1655(a)(1)",
}

ZONES: Mapping[str, str] = {
    "AT": "Europe/Vienna", "BE": "Europe/Brussels", "BG": "Europe/Sofia",
    "HR": "Europe/Zagreb", "CY": "Asia/Nicosia", "CZ": "Europe/Prague",
    "DK": "Europe/Copenhagen", "EE": "Europe/Tallinn", "FI": "Europe/Helsinki",
    "GR": "Europe/Athens", "HU": "Europe/Budapest", "IE": "Europe/Dublin",
    "LV": "Europe/Riga", "LT": "Europe/Vilnius", "LU": "Europe/Luxembourg",
    "MT": "Europe/Malta", "PL": "Europe/Warsaw", "PT": "Europe/Lisbon",
    "RO": "Europe/Bucharest", "SK": "Europe/Bratislava", "SI": "Europe/Ljubljana",
    "SE": "Europe/Stockholm", "IS": "Atlantic/Reykjavik", "LI": "Europe/Vaduz",
    "NO": "Europe/Oslo",
}  # fmt: skip

# Where the country is unknown: the directives' rules, which ask most of a shop.
UNKNOWN = Profile(country="", regime=Regime.EU)

PROFILES: Mapping[str, Profile] = {
    **{
        country: Profile(country=country, regime=Regime.EU, zone=zone)
        for country, zone in ZONES.items()
    },
    "FR": Profile(
        country="FR",
        regime=Regime.EU,
        zone="Europe/Paris",
        articles=FRANCE,
        presumed_months=24,
        repair_days=30,
    ),
    "DE": Profile(
        country="DE", regime=Regime.EU, zone="Europe/Berlin", articles=GERMANY
    ),
    "ES": Profile(
        country="ES",
        regime=Regime.EU,
        zone="Europe/Madrid",
        articles=SPAIN,
        conformity_months=36,
        presumed_months=24,
    ),
    "IT": Profile(country="IT", regime=Regime.EU, zone="Europe/Rome", articles=ITALY),
    "NL": Profile(
        country="NL",
        regime=Regime.EU,
        zone="Europe/Amsterdam",
        articles=NETHERLANDS,
        conformity_months=None,
    ),
    "GB": Profile(
        country="GB",
        regime=Regime.UK,
        zone="Europe/London",
        articles=BRITAIN,
        rolls_over=False,
        conformity_months=None,
        presumed_months=6,
    ),
    "US": Profile(
        country="US",
        regime=Regime.US,
        zone="America/Los_Angeles",  # in doubt for the customer: the later midnight
        articles=AMERICA,
        rolls_over=False,
        withdrawal_days=0,
        conformity_months=None,
        presumed_months=0,
    ),
}
# The same law under another code, in the time of the place: departments and islands
# that have a code of their own, and the names that people write.
OTHERWISE: Mapping[str, tuple[str, str]] = {
    "GP": ("FR", "America/Guadeloupe"),
    "MQ": ("FR", "America/Martinique"),
    "GF": ("FR", "America/Cayenne"),
    "RE": ("FR", "Indian/Reunion"),
    "YT": ("FR", "Indian/Mayotte"),
    "MF": ("FR", "America/Marigot"),
    "BL": ("FR", "America/St_Barthelemy"),
    "PM": ("FR", "America/Miquelon"),
    "AX": ("FI", "Europe/Mariehamn"),
    "IC": ("ES", "Atlantic/Canary"),
    "EA": ("ES", "Africa/Ceuta"),
    "UK": ("GB", "Europe/London"),
    "EL": ("GR", "Europe/Athens"),
}
ALIASES = frozenset({"UK", "EL"})  # of those: no place, but the country's other name
LAWLESS = Profile(
    country="",
    regime=Regime.NONE,
    zone="UTC",
    rolls_over=False,
    withdrawal_days=0,
    conformity_months=None,
    presumed_months=0,
)


@lru_cache(maxsize=1_000)
def profile(country: str) -> Profile:
    """Return what is known of a country (ISO 3166 alpha-2); never raises.

    "" is a customer whose country is unknown: the directives' rules. A country that
    is none of ours has no withdrawal right that Retour knows of.
    """
    code, zone = OTHERWISE.get(country.upper(), (country.upper(), ""))
    if not code:
        return UNKNOWN
    known = PROFILES.get(code) or replace(LAWLESS, country=code)
    return replace(known, zone=zone) if zone else known


def lawful_code(country: str) -> str:
    """Return the code whose law a country has: `GR` for `EL`, `FR` for `GP`."""
    return OTHERWISE.get(country.upper(), (country.upper(), ""))[0]


def places(countries: Iterable[str]) -> frozenset[str]:
    """Return countries with the places that have their law under another code.

    `UK` and `EL` are names of the country itself, so that is among them as well.
    """
    found = {one.upper() for one in countries}
    found |= {lawful_code(one) for one in found & ALIASES}
    return frozenset(
        found | {code for code, (of, _) in OTHERWISE.items() if of in found}
    )


def withdrawing() -> tuple[str, ...]:
    """List the countries whose customers may withdraw, in order."""
    return tuple(sorted(code for code, one in PROFILES.items() if one.withdrawal_days))
