"""Statements 23, 24, 26, 27 and 57: the withdrawal function and its words."""

from __future__ import annotations

from datetime import date

import pytest

from connector import law
from connector.errors import PolicyError

# The languages of the directive: 24 official ones of the Union.
LANGUAGES = [
    "bg", "cs", "da", "de", "el", "en", "es", "et", "fi", "fr", "ga", "hr",
    "hu", "it", "lt", "lv", "mt", "nl", "pl", "pt", "ro", "sk", "sl", "sv",
]  # fmt: skip


def test_24_27_every_language_of_the_union_has_its_two_labels() -> None:
    assert sorted(law.LABELS) == LANGUAGES
    for one in law.LABELS.values():
        assert one.function != one.confirm
        assert one.mark in ("V", "S", "s")


@pytest.mark.parametrize(
    ("language", "function", "confirm"),
    [
        ("de-AT", "Vertrag widerrufen", "Widerruf bestätigen"),
        ("en", "withdraw from contract here", "confirm withdrawal"),
        ("fr", "renoncer au contrat ici", "confirmer la rétractation"),
        ("es", "desistir del contrato aquí", "confirmar desistimiento"),
    ],
)
def test_24_27_what_retour_speaks_has_the_words_of_the_table(
    language: str, function: str, confirm: str
) -> None:
    found = law.labels(language)
    assert (found.function, found.confirm) == (function, confirm)


def test_24_a_language_that_is_missing_is_english() -> None:
    assert law.labels("ja") == law.labels("en")
    assert law.labels("") == law.labels("en")
    assert law.labels("fil") == law.labels("en")  # Filipino is not Finnish
    assert law.labels("FI_fi") == law.labels("fi")
    assert law.capital(law.labels("fr").function) == "Renoncer au contrat ici"


def test_26_three_particulars_and_no_more() -> None:
    assert law.MANDATORY == ("name", "contract", "reach")


def test_switches_are_settled_from_what_a_merchant_writes() -> None:
    given = {"notice_names_function": ["de"], "function_from": "2026-10-01"}
    settled = law.settle(given)
    assert settled["notice_names_function"] == {"DE"}
    assert settled["function_from"] == date(2026, 10, 1)
    assert dict(law.settle({})) == dict(law.DEFAULTS)


@pytest.mark.parametrize(
    "given",
    [
        {"unheard_of": True},
        {"roll_over": "yes"},
        {"es_double": "maybe"},
        {"it_conformity_months": -1},
        {"it_conformity_months": True},
        {"function_from": "soon"},
    ],
)
def test_a_switch_that_nobody_knows_or_that_does_not_fit_is_refused(
    given: dict[str, object],
) -> None:
    with pytest.raises(PolicyError, match=next(iter(given))):
        law.settle(given)


def test_every_switch_names_its_statement_and_stands_at_its_default() -> None:
    for key, one in law.SWITCHES.items():
        assert one.key == key
        assert 1 <= one.statement <= 79
        assert one.what.endswith((".", "?"))
        assert law.DEFAULTS[key] == one.default
