"""Words that no line can ever have are refused; versions in force are read on."""

from __future__ import annotations

import pytest

from connector import policy
from connector.errors import PolicyError
from tests.connector.policy.refusing import refused, still_read

BARE = 'currency = "EUR"\n[[reasons]]\ncode = "other"\n'
METHODS = '[[methods]]\ncode = "post"\n[[methods]]\ncode = "in-store"\n'
DELIVERY = "[refund.standard_delivery]\n"


def rule(when: str, then: str = 'decide = "approve"') -> str:
    return f'[[rules]]\nname = "a"\nwhen = {{ {when} }}\nthen = {{ {then} }}\n'


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ('[law]\ncountries = [\n  "DE",\n  "France",\n]', 7, "did you mean 'FR'?"),
        ('[law]\ncountries = ["ZZ"]', 5, 'ISO codes, as "FR"'),
        ('[[windows]]\nwhen = { country = "Germany" }\ndays = 3', 5, "mean 'DE'?"),
        (METHODS + rule('method = "pots"'), 10, "'pots'; did you mean 'post'?"),
        (rule('method = "post"'), 6, "method: unknown word 'post'"),
        ("[window.countries]\nFR = 20\nUK = 60", 6, "'UK'; did you mean 'GB'?"),
        ("[window.countries]\nZZ = 3", 5, "unknown country 'ZZ'"),
        (DELIVERY + 'UK = "5"', 5, "unknown country 'UK'; did you mean 'GB'?"),
        (DELIVERY + 'fr = "5"', 5, "no ISO country code; did you mean 'FR'?"),
        ("[window.countries]\nfr = 30", 5, "no ISO country code; did you mean 'FR'?"),
        (rule('country = ["DE", "UK"]'), 6, "'UK'; did you mean 'GB'?"),
        (rule('country = { not_in = ["France"] }'), 6, "did you mean 'FR'?"),
        (rule('language = "fr-FR"'), 6, "'fr-fr'; did you mean 'fr'?"),
        (rule('language = "French"'), 6, "did you mean 'fr'?"),
        (rule('currency = "EURO"'), 6, "'EURO'; did you mean 'EUR'?"),
        (
            '[[approve.levels]]\nabove = "5"\nwho = "manager"\n'
            + rule("", 'approver = "managr"'),
            10,
            "'managr' is no level; did you mean 'manager'?",
        ),
        ('[[exclude]]\nskus = ["x"]\nwhy = { zz = "no" }', 6, "unknown language 'zz'"),
    ],
)
def test_a_word_that_can_never_hold_is_refused_but_read_where_in_force(
    text: str, line: int, said: str
) -> None:
    refused(BARE + text, line, said)
    if "no ISO country code" not in said:  # that was always refused
        still_read(BARE + text)


def test_an_unknown_currency_of_the_policy_itself_is_refused() -> None:
    text = BARE.replace("EUR", "EUX")
    with pytest.raises(PolicyError, match="unknown currency 'EUX'"):
        policy.load(text)
    assert policy.stored(text).currency == "EUX"


@pytest.mark.parametrize(
    "when",
    [
        'country = ["fr", "GB", ""]',
        'language = { not_in = ["EN", "pt"] }',
        'currency = "usd"',
    ],
)
def test_codes_may_be_written_small_and_nothing_may_be_asked_for(when: str) -> None:
    assert policy.load(BARE + rule(when)).rules[0].name == "a"


def test_an_approver_who_is_no_level_is_met_exactly() -> None:
    levels = '[[approve.levels]]\nabove = "5"\nwho = "manager"\n'
    text = BARE + levels + rule("", 'approver = "jeweller"')
    assert policy.load(text).rules[0].then.approver == "jeweller"


def test_nothing_is_an_amount_as_well() -> None:
    loaded = policy.load(BARE + rule('total = { above = "0.00" }'))
    (clause,) = loaded.rules[0].when
    assert (clause.operator, clause.values) == ("above", (0,))
