from __future__ import annotations

import re
from pathlib import Path

import pytest

from connector import policy
from connector.errors import PolicyError
from connector.money import Money
from connector.policy import When
from tests.connector.policy.refusing import refused, still_read

ROOT = Path(__file__).parents[3]
EXAMPLE = (ROOT / "policy.example.toml").read_text()
BARE = 'currency = "EUR"\n[[reasons]]\ncode = "other"\n'


def test_the_example_loads_and_says_what_it_shows() -> None:
    rules = policy.load(EXAMPLE)
    assert rules.window.by_country == {"CH": 20}
    assert rules.automatic_below == Money(20000, "EUR")
    assert rules.restocking_bp == 1000
    assert rules.refund_when is When.RECEIVED
    assert len(rules.reasons) == 7


def test_reasons_speak_the_reader_s_language_or_english() -> None:
    reason = policy.load(EXAMPLE).reason("too-small")
    assert reason is not None
    assert policy.label(reason, "de-AT") == "Zu klein"
    assert policy.label(reason, "pt") == "Too small"


def test_a_reason_is_found_by_the_shop_s_handle_too() -> None:
    reason = policy.load(EXAMPLE).reason("received-the-wrong-item")
    assert reason is not None
    assert reason.code == "wrong-item"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (BARE + "[windw]\ndays = 3", "unknown key 'windw'; did you mean 'window'"),
        (BARE + '[[methods]]\ncode = "post"', "one is no choice"),
        (BARE + '[[methods]]\nlabels = { en = "x" }', "a way back needs a code"),
        (BARE + 2 * '[[methods]]\ncode = "post"\n', "'post' is there twice"),
        (BARE + "[window]\ndays = -1", "days must be between 0 and 3650"),
        (BARE + '[window]\ndays = "30"', "days must be a whole number"),
        (BARE + "[window.countries]\nfr = 3", "no ISO country code"),
        (BARE + "[refund.standard_delivery]\nFR = 4.9", 'in quotes, as "4.90"'),
        (BARE + '[refund.standard_delivery]\nFR = "-1"', "must not be negative"),
        (BARE + '[refund.standard_delivery]\ndefalt = "5"', "mean 'default'?"),
        (BARE + "[refund]\nstandard_delivery = 4.9", 'in quotes, as "4.90"'),
        (BARE + '[refund]\nwhen = "recieved"', "did you mean 'received'"),
        (BARE + "[fees]\nreturn_shipping = 4.9", 'an amount in quotes, as "4.90"'),
        (BARE + '[fees]\nreturn_shipping = "-1"', "must not be negative"),
        (BARE + '[fees]\nrestocking_percent = "101"', "a percentage in quotes"),
        (BARE + '[approve]\nautomatic_below = "1.005"', "an amount in quotes"),
        (BARE + '[[exclude]]\ntags = ["x"]', "say why"),
        (BARE + '[[exclude]]\nwhy = "no"', "name what is excluded"),
        (BARE + '[[reasons]]\ncode = "other"', "'other' is there twice"),
        (BARE + '[[reasons]]\ncode = "x"\nfault = "shop"', "unknown word 'shop'"),
        (BARE + '[[reasons]]\ncode = "x"\ngroup = "y"', "'y'; none is known"),
        (BARE + '[[exclude]]\nwhy = "no"\narticle = "z"', "known are a, b, c"),
        ('currency = "eur"\n[[reasons]]\ncode = "x"', "must be an ISO code"),
        ('currency = "EUR"', "at least one"),
        ("currency = ", "not valid TOML"),
        ('reasons = 3\ncurrency = "EUR"', "must be written as [[reasons]]"),
    ],
)
def test_what_no_rule_knows_is_an_error_that_says_what_to_do(
    text: str, said: str
) -> None:
    with pytest.raises(PolicyError) as caught:
        policy.load(text, "p.toml")
    assert said in str(caught.value)
    assert re.match(r"p\.toml:(\d+)?", str(caught.value))


def test_every_problem_is_said_at_once() -> None:
    with pytest.raises(PolicyError) as caught:
        policy.load(BARE + '[window]\ndays = -1\n[refund]\nwhen = "x"\nfoo = 1')
    assert len(str(caught.value).splitlines()) == 3


def test_a_version_is_named_by_its_text() -> None:
    assert policy.digest(BARE) == policy.digest(BARE)
    assert policy.digest(BARE) != policy.digest(BARE + "\n")


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        (
            'when = { contry = "FR" }',
            6,
            "unknown fact 'contry'; did you mean 'country'",
        ),
        ('when = { price = { abov = "1" } }', 6, "did you mean 'above'"),
        ("when = { price = 3 }", 6, 'an amount in quotes, as "4.90", not 3'),
        ('when = { reason = "othr" }', 6, "unknown word 'othr'; did you mean 'other'"),
        ('when = { kind = ["faulty", "x"] }', 6, "kind: unknown word 'x'"),
        ("when = { quantity = { between = [3] } }", 6, "takes two values"),
        ("when = { quantity = { between = [3, 1] } }", 6, "beyond the second"),
        ('when = { placed_at = "2026-01-01" }', 6, "with a date, as 2027-01-31"),
        ("when = { gift_card = 1 }", 6, "with true or false"),
        ('when = { answer = "tags:no" }', 6, "unknown word 'tags:no'"),
        ("when = { country = [] }", 6, "at least one value"),
        ('then = { decid = "ask" }', 6, "unknown key 'decid'; did you mean 'decide'"),
        ("then = {}", 6, "then must say what follows"),
        ('then = { decide = "ask" }', 4, "say why"),
        ('then = { resolution = "manual" }', 6, "unknown word 'manual'"),
        ("priority = 1.5", 6, "priority must be a whole number"),
        ('[[questions]]\ncode = "q"', 6, "name the [[questions.answers]]"),
        ('[block]\nemails = ["anna@example.org"]', 7, "never as addresses"),
        ("[[limits]]\nreturns = 3", 6, "say in how many days"),
        ('[[windows]]\nname = "w"', 6, "say how long"),
        ('[fees.waived]\nreasons = ["?"]', 7, "unknown word '?'"),
        ('[[exclude]]\nwhy = "x"\ntags = ["a"]\narticle = "z"', 9, "unknown word 'z'"),
    ],
)
def test_a_problem_is_named_at_its_line(text: str, line: int, said: str) -> None:
    rule = BARE + '[[rules]]\nname = "a"\n'
    with pytest.raises(PolicyError) as caught:
        policy.load(rule + text, "p.toml")
    named = [one for one in str(caught.value).splitlines() if said in one]
    assert [one.split(":")[1] for one in named] == [str(line)]


def test_lines_are_found_behind_long_texts_and_lists() -> None:
    text = BARE + (
        '[[exclude]]\nwhy = """\n[[rules]]\nname = 3\n"""\ntags = [ # ]\n  "a",\n'
        '  "b",\n]\n[window]\ndays = "x"'
    )
    with pytest.raises(PolicyError) as caught:
        policy.load(text, "p.toml")
    assert str(caught.value).startswith("p.toml:14: [window] days")


def test_what_is_loaded_is_what_was_written() -> None:
    rules = policy.load(EXAMPLE)
    assert [one.name for one in rules.window.special] == [
        "christmas",
        "loyal customers",
    ]
    assert rules.exclusions[0].article == "e"
    assert rules.questions[0].choices[1].restocking_bp == 2000
    assert rules.reason("Runs small") == rules.reason("too-small")
    assert [one.priority for one in rules.rules] == [10, 0, 20, 5, 0]
    assert (rules.credit_days, rules.expiry_days) == (1095, 60)
    assert rules.digest == policy.digest(EXAMPLE)


def test_a_switch_that_did_not_do_what_it_said_is_refused_anew() -> None:
    old = BARE + '[law]\npart_delivery = "difference"\n'
    refused(old, old.count("\n"), "it did as 'none_until_last'")
    still_read(old)
    assert policy.stored(old).switches["part_delivery"] == "none_until_last"
