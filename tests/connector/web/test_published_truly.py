"""The published page says nothing that the policy does not do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from flask import Flask
from flask_babel import Babel

from connector import policy
from connector.web.face import LANGUAGES
from connector.web.published.sections import sections
from tests.connector.web.test_published import small, written

if TYPE_CHECKING:
    from collections.abc import Iterator

QUESTION = (
    '[[questions]]\ncode = "tags"\nlabels = { en = "Tags on?", fr = "Avec ?" }\n'
    '[[questions.answers]]\ncode = "no"\nlabels = { en = "No", fr = "Non" }\n'
)
WHIM = """
[[reasons]]
code = "x"
labels = { en = "A whim" }
restocking_percent = "50"
"""
ABROAD = """
[[fees.special]]
when = { country = "CH" }
return_shipping = "9.90"
[fees.waived]
resolutions = ["exchange"]
"""
OFTEN = """
[[rules]]
name = "r"
when = { past_returns = { above = 3 } }
then = { restocking_percent = "50" }
"""
NOT_FREE = "Returns are free of charge, unless a fee is named here"


@pytest.fixture(autouse=True)
def _app() -> Iterator[None]:
    made = Flask("connector.web")
    Babel(made)
    with made.test_request_context():
        yield


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ('category = "Fußball"', "category: Fußball"),
        ('category = { contains_all = ["A", "B"] }', "category: all of A, B"),
        ('country = ["CH", ""]', "delivered to: Switzerland, not known"),
        ('tag = "set"', "certain articles"),
        ('tag = { lacks = ["set"] }', "all but certain articles"),
        ('tag = "set", product = "17"', "certain articles"),
    ],
)
def test_a_condition_is_told_as_it_is_meant(condition: str, said: str) -> None:
    text = small(
        f'[[rules]]\nname = "r"\nwhen = {{ {condition} }}\n'
        "then = { waive_fees = true }\n"
    )
    assert written(text)["special"] == f"No fee ({said})."


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (
            QUESTION + 'says = "fee"\nrestocking_percent = "20"\nwhy = "No tags."\n',
            "Restocking fee: 20 % of what you paid (“Tags on?” No). No tags.",
        ),
        (
            WHIM,
            "Restocking fee: 50 % of what you paid (reason: A whim).",
        ),
        (
            ABROAD,
            "No fee for: exchange.",
        ),
        (  # told to nobody before he asks
            OFTEN,
            "shown to you before you send the request.",
        ),
    ],
)
def test_returns_are_not_called_free_where_something_costs(
    more: str, said: str
) -> None:
    found = written(small(more))["fees"]
    assert found.startswith(NOT_FREE)
    assert said in found


def test_returns_are_called_free_where_nothing_costs() -> None:
    text = small('[[reasons]]\ncode = "x"\nrestocking_percent = "0"\n')
    assert written(text)["fees"].startswith("Returns are free of charge.\n")


def test_an_answer_is_quoted_as_the_language_does() -> None:
    text = small(QUESTION + 'says = "fee"\nrestocking_percent = "20"\n')
    assert "“" not in written(text, "fr")["fees"]
    assert "„Tags on?“" in written(text, "de")["fees"]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (
            'categories = ["Underwear"]\nwhen.country = "CH"\n',
            "No (Underwear; or delivered to: Switzerland).",
        ),
        ('categories = ["A"]\nwhen = { customer_tag = "bad" }\n', "No (A)."),
        ('products = ["17"]\n', "No (certain articles)."),
        ('when = { customer_tag = "bad" }\n', None),
    ],
)
def test_what_is_excluded_is_told_with_or(more: str, said: str | None) -> None:
    found = written(small(f'[[exclude]]\nwhy = "No."\n{more}'))["excluded"]
    assert found == (f"{said}\nGift cards." if said else "Gift cards.")


def test_an_answer_that_keeps_a_line_out_is_told() -> None:
    text = small(QUESTION + 'says = "decline"\nwhy = "No tags, no return."\n')
    assert "No tags, no return (“Tags on?” No)." in written(text)["excluded"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_whose_midnight_ends_a_window_is_told(language: str) -> None:
    """In California it is the afternoon, and who reads a day counts on all of it."""
    assert written(small(""), language)["window"].endswith("(UTC).")


def test_a_way_that_a_rule_forces_is_told() -> None:
    text = small(
        '[[rules]]\nname = "r"\nwhen = { country = "CH" }\n'
        'then = { resolution = "store_credit" }\n'
    )
    said = "Made good with: store credit (delivered to: Switzerland)."
    assert written(text)["special"] == said


def test_the_shipping_comes_back_with_the_whole_order_alone() -> None:
    """As the judge gives it: for a part of the order it is the policy's."""
    text = small('[[reasons]]\ncode = "x"\nfault = "merchant"\n')
    assert "where the whole order comes back" in written(text)["reasons"]
    always = written(text + "[refund]\nshipping = true\n")
    assert "whole order" not in always["reasons"]
    assert "The shipping that you paid comes back too." in always["money"]


def test_who_pays_no_fee_for_any_reason_is_no_star() -> None:
    text = small('[fees]\nrestocking_percent = "5"\n[fees.waived]\nreasons = ["*"]\n')
    assert "No fee for: any other reason." in written(text)["fees"]


def test_the_first_of_a_month_is_written_as_the_language_does() -> None:
    text = small(
        "[[windows]]\nwhen = { placed_at = { between = [2026-11-01, 2026-12-24] } }\n"
        "until = 2027-01-01\n"
    )
    french, spanish = (written(text, one)["window"] for one in ("fr", "es"))
    assert "Jusqu'au 1er janvier 2027" in french
    assert "du 1er novembre 2026 au 24 décembre 2026" in french
    assert "del 1 de noviembre de 2026 al 24 de diciembre de 2026" in spanish


def test_what_comes_back_of_a_dearer_delivery_is_told_by_country() -> None:
    table = (
        '[refund]\nstandard_delivery = { FR = "4.90", IT = "0", default = "9.90" }\n'
    )
    found = written(small(table))["money"]
    assert "at most €9.90 of the delivery costs comes back" in found
    assert "Delivered to France: if you withdraw, at most €4.90 of" in found
    assert "Delivered to Italy: if you withdraw, the delivery costs come back" in found
    generous = table.replace("[refund]", "[refund]\nshipping = true")
    assert "withdraw" not in written(small(generous))["money"]
    alone = '[refund]\nstandard_delivery = "4.90"\n[law]\ncountries = ["FR"]\n'
    assert "Delivered to France: if you withdraw" in written(small(alone))["money"]
    assert "withdraw" not in written(small(alone.replace('"FR"', "")))["money"]


def test_the_ways_back_are_told_in_the_reader_s_words() -> None:
    text = small(
        '[[methods]]\ncode = "post"\nlabels = { en = "By post", de = "Per Post" }\n'
        '[[methods]]\ncode = "Shop"\nlabels = { en = "To the shop" }\n'
        '[[fees.special]]\nwhen = { method = "Shop" }\nreturn_shipping = "1.00"\n'
    )
    assert "comes back: By post; To the shop." in written(text)["ways"]
    assert "Per Post; To the shop." in written(text, "de")["ways"]
    assert "(way back: To the shop)" in written(text)["fees"]


@pytest.mark.parametrize(
    ("letter", "said"),
    [
        ("c", "does not cover it either."),
        ("e", "does not cover it once its seal is broken."),
        ("i", "does not cover it once its seal is broken."),
        ("m", "does not cover it either, once what the law asks"),
    ],
)
def test_a_letter_that_needs_a_fact_is_not_told_as_if_it_held_already(
    letter: str, said: str
) -> None:
    """Sealed goods may be withdrawn from until somebody has opened them."""
    text = f'[[exclude]]\nwhy = "No."\narticle = "{letter}"\ncategories = ["A"]\n'
    found = written(small(text))["excluded"]
    assert found.startswith(f"No (A). The right of withdrawal {said}")


RULE = '[[rules]]\nname = "r"\nwhen = { %s }\n'
FAULTY = '[[reasons]]\ncode = "bad"\nlabels = { en = "Broken" }\nfault = "merchant"\n'


@pytest.mark.parametrize(
    ("section", "text"),
    [
        ("window", '[[windows]]\nwhen = { reason = "bad" }\ndays = 60\n'),
        ("window", '[[windows]]\nwhen = { kind = "withdrawal" }\ndays = 60\n'),
        ("excluded", '[[exclude]]\nwhy = "No."\nwhen = { reason = "bad" }\n'),
        ("excluded", '[[exclude]]\nwhy = "No."\nwhen = { kind = "withdrawal" }\n'),
        (
            "fees",
            '[[fees.special]]\nwhen = { reason = "bad" }\nreturn_shipping = "9"\n',
        ),
        (
            "special",
            RULE % 'fault = "merchant"'
            + 'then = { restocking_percent = "20", return_shipping = "9" }\n',
        ),
        (
            "special",
            RULE % 'kind = "withdrawal"'
            + 'then = { photos = 3, restocking_percent = "20" }\n',
        ),
    ],
)
def test_what_never_holds_for_a_claim_of_the_law_is_not_told_of_it(
    section: str, text: str
) -> None:
    """Versions that were in force before such words were refused are told as well."""
    plain = small(FAULTY)
    assert stored(small(FAULTY + text)).get(section) == stored(plain).get(section)


def test_what_holds_for_a_withdrawal_is_told_of_it() -> None:
    fee = '[[fees.special]]\nwhen = { kind = "withdrawal" }\nreturn_shipping = "9"\n'
    kept = '[[exclude]]\nwhy = "No."\narticle = "d"\nwhen = { kind = "withdrawal" }\n'
    found = written(small(fee + kept))
    assert "€9.00 a return (kind of return: Withdrawal)" in found["fees"]
    assert "No (kind of return: Withdrawal)" in found["excluded"]


def stored(text: str) -> dict[str, str]:
    """Return the sections of a version that is in force, by their codes."""
    found = sections(policy.stored(text))
    return {one.code: "\n".join(one.items) for one in found}
