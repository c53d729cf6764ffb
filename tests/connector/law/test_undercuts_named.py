"""What names a claim of the law and would charge it, or hold it up, is refused."""

from __future__ import annotations

import pytest

from connector import policy
from tests.connector.law.test_undercuts import BARE, refused

BAD = '[[reasons]]\ncode = "bad"\nfault = "merchant"\n'
RULE = '[[rules]]\nname = "r"\nwhen = { WHEN }\nthen = { THEN }\n'
FEE = "[[fees.special]]\nwhen = { WHEN }\nTHEN\n"
OUT = '[[exclude]]\nwhy = "no"\nwhen = { WHEN }\n'
ASKED = (
    '[[questions]]\ncode = "worn"\nwhen = { WHEN }\n[[questions.answers]]\n'
    'code = "yes"\nsays = "fee"\nrestocking_percent = "20"\n'
)
FREE = "a fault is made good free of charge (Code de la consommation L217-8"
HEARD = "a fault is always heard (Code de la consommation L217-3"
LETTER = "an exclusion binds no withdrawal without a letter of the law (Code de la"


@pytest.mark.parametrize("when", ['reason = "bad"', 'fault = ["merchant", "carrier"]'])
@pytest.mark.parametrize(
    ("text", "then", "said"),
    [
        (RULE, 'restocking_percent = "20"', f"[rules 1.then] {FREE}"),
        (RULE, 'return_shipping = "4.90"', f"[rules 1.then] {FREE}"),
        (FEE, 'restocking_percent = "20"', f"[fees.special 1] {FREE}"),
        (FEE, 'return_shipping = "4.90"', f"[fees.special 1] {FREE}"),
        (ASKED, "", f"[questions 1.answers 1.says] {FREE}"),
        (OUT, "", f"[exclude 1.when] {HEARD}"),
    ],
)
def test_what_names_a_fault_neither_charges_nor_excludes_it(
    text: str, then: str, said: str, when: str
) -> None:
    whole = BAD + text.replace("WHEN", f'country = "FR", {when}').replace("THEN", then)
    assert said in refused(whole)
    policy.load(BARE + whole.replace('"FR"', '"US"'))
    policy.load(BARE + whole.replace('country = "FR"', 'kind = "voluntary"'))
    policy.load(BARE + whole.replace(when, 'reason = "other"'))
    policy.stored(BARE + whole)


@pytest.mark.parametrize(
    ("text", "then", "said"),
    [
        (RULE, "photos = 2", "[rules 1.then] a withdrawal needs no photo"),
        (FEE, 'restocking_percent = "5"', "[fees.special 1.restocking_percent]"),
        (OUT, "", f"[exclude 1.when] {LETTER}"),
    ],
)
def test_what_names_a_withdrawal_asks_and_charges_no_more_than_the_law(
    text: str, then: str, said: str
) -> None:
    named = 'country = "FR", kind = "withdrawal"'
    whole = text.replace("WHEN", named).replace("THEN", then)
    assert said in refused(whole)
    policy.load(BARE + whole.replace('"FR"', '"US"'))
    policy.load(BARE + whole.replace("withdrawal", "voluntary"))


def test_a_letter_for_withdrawals_and_their_way_back_are_lawful() -> None:
    named = 'kind = "withdrawal", category = "Food"'
    policy.load(BARE + OUT.replace("WHEN", named) + 'article = "d"\n')
    fee = 'return_shipping = "4.90"'
    policy.load(BARE + FEE.replace("WHEN", named).replace("THEN", fee))
