"""A policy that gives less than the law is refused, by country, with its article."""

from __future__ import annotations

import pytest

from connector import law, policy
from connector.errors import PolicyError
from connector.law import Charged, Denied, Excluded, Fee, Terms, Window
from connector.model import Kind
from connector.saying import saying
from connector.states import Decision
from tests.connector import shapes

YT_ALONE = """
[[rules]]
name = "x"
why = "No."
when = { country = "YT", kind = "withdrawal" }
then = { decide = "decline" }
"""
BARE = 'currency = "EUR"\n[[reasons]]\ncode = "other"\n'


def refused(text: str) -> str:
    with pytest.raises(PolicyError) as caught:
        policy.load(BARE + text, "p.toml")
    return str(caught.value)


def test_a_short_window_is_refused_where_it_holds() -> None:
    said = refused("[window]\ndays = 30\n[window.countries]\nFR = 7\nCH = 3\n")
    assert said == (
        "p.toml:7: [window.countries.FR] 7 days are fewer than the 14 of the law"
        " (Code de la consommation L221-18: FR)"
    )


def test_a_short_window_for_everybody_names_every_country() -> None:
    said = refused("[window]\ndays = 13\n")
    assert said.startswith("p.toml:5: [window.days] 13 days")
    for article in ("BGB § 355(2): DE", "L221-18: FR", "reg. 30: GB"):
        assert article in said


def test_a_shop_that_sells_elsewhere_alone_may_have_any_window() -> None:
    text = '[law]\ncountries = ["us", "CA"]\n[window]\ndays = 3\n'
    loaded = policy.load(BARE + text)
    assert loaded.sold_to == {"US", "CA"}
    assert "BGB" in refused(text.replace("us", "DE"))


def test_a_special_window_counts_where_its_conditions_can_hold() -> None:
    text = '[[windows]]\nname = "sale"\nwhen = {{ country = {} }}\ndays = 5\n'
    assert "[windows 1.days]" in refused(text.format('["DE", "CH"]'))
    policy.load(BARE + text.format('"CH"'))


@pytest.mark.parametrize(
    ("kind", "then", "said"),
    [
        ("withdrawal", 'decide = "decline"', "cannot be declined"),
        ("withdrawal", 'restocking_percent = "5"', "no restocking"),
        ("withdrawal", 'resolution = "store_credit"', "as it was paid"),
        ("withdrawal", 'withhold = ["refund"]', "as it was paid"),
        ("faulty", 'decide = "decline"', "a fault is always heard"),
        ("faulty", 'restocking_percent = "5"', "free of charge"),
        ("carrier_damage", 'return_shipping = "4.90"', "free of charge"),
        ("faulty", 'resolution = "gift_card"', "credit that nobody asked for"),
        ("carrier_damage", 'resolution = "store_credit"', "credit that nobody"),
    ],
)
def test_a_rule_that_names_a_claim_of_the_law_cannot_deny_it(
    kind: str, then: str, said: str
) -> None:
    text = (
        '[[rules]]\nname = "r"\nwhy = "no"\n'
        f'when = {{ kind = "{kind}", country = "FR" }}\nthen = {{ {then} }}\n'
    )
    found = refused(text)
    assert said in found
    assert "Code de la consommation" in found
    policy.load(BARE + text.replace('"FR"', '"US"'))
    policy.load(BARE + text.replace(kind, "voluntary"))


@pytest.mark.parametrize(
    "kind", ['{ not_in = ["voluntary"] }', '{ is_not = "voluntary" }']
)
def test_a_rule_for_all_but_voluntary_returns_names_the_claims_of_the_law(
    kind: str,
) -> None:
    text = (
        '[[rules]]\nname = "r"\nwhy = "no"\n'
        f'when = {{ kind = {kind} }}\nthen = {{ decide = "decline" }}\n'
    )
    found = refused(text)
    assert "a withdrawal cannot be declined" in found
    assert "a fault is always heard" in found
    policy.load(BARE + text.replace("voluntary", "faulty"))


@pytest.mark.parametrize(
    "when",
    [
        'fault = "merchant"',
        'fault = ["customer", "carrier"]',
        'fault = { is_not = "customer" }',
        'reason = "bad"',
        'reason_group = "broken"',
    ],
)
def test_a_rule_that_names_a_fault_by_its_reason_cannot_deny_it(when: str) -> None:
    reasons = (
        '[[reason_groups]]\ncode = "broken"\n'
        '[[reasons]]\ncode = "bad"\ngroup = "broken"\nfault = "merchant"\n'
        '[[reasons]]\ncode = "way"\ngroup = "broken"\nfault = "carrier"\n'
    )
    rule = (
        '[[rules]]\nname = "r"\nwhy = "no"\n'
        f'when = {{ country = "FR", {when} }}\nthen = {{ THEN }}\n'
    )
    for then, said in (
        ('decide = "decline"', "a fault is always heard"),
        ('resolution = "gift_card"', "credit that nobody asked for"),
    ):
        text = reasons + rule.replace("THEN", then)
        assert said in refused(text)
        policy.load(BARE + text.replace('"FR"', '"US"'))
        policy.load(BARE + text.replace('country = "FR"', 'kind = "voluntary"'))
        policy.stored(BARE + text)


def test_a_rule_on_a_customer_s_own_reason_may_decline() -> None:
    text = (
        '[[rules]]\nname = "r"\nwhy = "no"\n'
        'when = { WHEN }\nthen = { decide = "decline" }\n'
    )
    policy.load(BARE + text.replace("WHEN", 'fault = "customer"'))
    policy.load(BARE + text.replace("WHEN", 'reason = "other"'))
    policy.load(BARE + text.replace("WHEN", 'reason = { is_not = "other" }'))


def test_a_question_put_to_a_fault_cannot_decline_it() -> None:
    text = (
        '[[reasons]]\ncode = "bad"\nfault = "merchant"\n'
        '[[questions]]\ncode = "fell"\nwhen = { reason = "bad" }\n'
        '[[questions.answers]]\ncode = "no"\n'
        '[[questions.answers]]\ncode = "yes"\nsays = "decline"\n'
    )
    found = refused(text)
    assert "[questions 1.answers 2.says] a fault is always heard" in found
    assert found.startswith("p.toml:14:")
    policy.load(BARE + text.replace('"bad" }', '"other" }'))
    policy.load(BARE + text.replace('"decline"', '"ask"'))


def test_what_is_in_force_already_can_still_be_read() -> None:
    text = BARE + "[window]\ndays = 3\n"
    assert policy.stored(text).window.days == 3


def test_the_switches_of_the_law_are_part_of_a_policy() -> None:
    loaded = policy.load(BARE + '[law]\nroll_over_es = "strict"\n')
    assert loaded.switches["roll_over_es"] == "strict"
    assert "roll_over_es must be one of eu, strict" in refused(
        '[law]\nroll_over_es = "x"\n'
    )
    assert "unknown key 'rol_over'" in refused("[law]\nrol_over = true\n")


def test_an_exclusion_without_a_letter_is_lawful_for_it_binds_no_withdrawal() -> None:
    plain = Terms(sold_to=frozenset({"FR"}), excluded=(Excluded(key="x"),))
    assert law.undercuts(plain) == ()
    wrong = Terms(sold_to=frozenset({"FR"}), excluded=(Excluded(key="x", letter="z"),))
    assert [(one.country, one.article) for one in law.undercuts(wrong)] == [
        ("FR", "Code de la consommation L221-28")
    ]


@pytest.mark.parametrize(
    ("terms", "topic"),
    [
        (Terms(windows=(Window(key="w", days=13),)), "withdrawal"),
        (Terms(excluded=(Excluded(key="x", letter="z"),)), "exceptions"),
        (Terms(fees=(Charged(key="f", fee=Fee.PROCESSING),)), "fee"),
        (Terms(denied=(Denied(key="d", topic="refund", why=saying("x")),)), "refund"),
    ],
)
def test_every_country_of_the_law_is_named(terms: Terms, topic: str) -> None:
    found = law.undercuts(terms)
    assert [one.country for one in found] == list(law.withdrawing())
    assert all(one.article for one in found)
    assert {one.article for one in found if one.country == "FR"} == {
        law.profile("FR").article(topic)
    }


def test_what_the_law_allows_undercuts_nothing() -> None:
    terms = Terms(
        windows=(Window(key="w", days=14),),
        excluded=(Excluded(key="e", letter="e"),),
        fees=(Charged(key="f", fee=Fee.RETURN_COST),),
    )
    assert law.undercuts(terms) == ()


STRICT = """
currency = "EUR"
[[reasons]]
code = "x"
photos = 2
needs_person = true
[[questions]]
code = "tags"
labels = "Are the tags on?"
[[questions.answers]]
code = "yes"
labels = "Yes"
"""


@pytest.mark.parametrize("reason", ["", "x", "anything"])
def test_09_a_withdrawal_needs_no_reason_photo_or_answer(reason: str) -> None:
    order = shapes.an_order(shapes.a_line("1", 1000))
    wanted = policy.Wanted(line_ref="1", quantity=1, reason=reason)

    def decision(kind: Kind) -> Decision:
        case = policy.Case(kind=kind, asked_at=shapes.NOON, lines=(wanted,))
        return policy.judge(policy.load(STRICT), order, case).lines[0].decision

    assert decision(Kind.WITHDRAWAL) is Decision.APPROVED
    assert decision(Kind.VOLUNTARY) is Decision.NEEDS_PERSON


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("[window.countries]\nRE = 3\n", "L221-18: RE"),
        ("[window.countries]\nAX = 3\n", "art. 9: AX"),
        ('[law]\ncountries = ["FR"]\n[window.countries]\nGP = 3\n', "L221-18: GP"),
        ('[law]\ncountries = ["MQ"]\n[window]\ndays = 3\n', "L221-18: MQ"),
        ('[[windows]]\nname = "x"\nwhen = { country = "PM" }\ndays = 2\n', ": PM)"),
        (
            '[[windows]]\nname = "x"\nwhen = { country = "" }\ndays = 2\n',
            "art. 9: a country that is not known",
        ),
        (YT_ALONE, "L221-18: YT"),
    ],
)
def test_a_place_with_a_code_of_its_own_is_not_below_its_country_s_law(
    text: str, place: str
) -> None:
    assert place in refused(text)


def test_the_names_that_people_write_stand_for_the_country() -> None:
    for name, code in (("UK", "GB"), ("EL", "GR")):
        short = Window(key="w", days=3, countries=frozenset({code}))
        told = law.undercuts(Terms(sold_to=frozenset({name}), windows=(short,)))
        assert [one.country for one in told] == [code]


def test_what_is_sold_at_home_visits_has_thirty_days_where_the_law_says_so() -> None:
    said = refused("[law]\nhome_visit = true\n[window]\ndays = 20\n")
    assert "20 days are fewer than the 30 of the law" in said
    assert "TRLGDCU arts. 102, 104: ES; Codice del consumo art. 52: IT)" in said
    assert "FR" not in said
    policy.load(BARE + "[law]\nhome_visit = true\n[window]\ndays = 30\n")
    policy.load(BARE + "[window]\ndays = 20\n")
