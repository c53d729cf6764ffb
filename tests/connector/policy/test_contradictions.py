"""What speaks against itself, or says nothing, is refused where it is written."""

from __future__ import annotations

import pytest

from connector import policy
from tests.connector.policy.refusing import refused, still_read

BARE = 'currency = "EUR"\n[[reasons]]\ncode = "x"\nwords = ["Too big"]\n'
MAIL = "ab" * 32


def then(actions: str) -> str:
    return f'[[rules]]\nname = "a"\nwhen = {{}}\nthen = {{ {actions} }}\n'


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        (
            (
                '[[questions]]\ncode = "q"\n[[questions.answers]]\ncode = "y"\n'
                '[[questions.answers]]\ncode = "y"\nsays = "decline"\n'
            ),
            9,
            "'y' is there twice",
        ),
        (then('waive_fees = true, restocking_percent = "25"'), 8, "no fee at all"),
        (then('return_shipping = "3",\twaive_fees = true'), 8, "no fee at all"),
        (
            then('offer = ["exchange"], withhold = ["repair", "exchange"]'),
            8,
            "withhold: 'exchange' is offered as well",
        ),
        (then("waive_fees = false"), 8, "then says nothing that follows"),
        (then('offer = [], approver = "", decide = ""'), 8, "then says nothing"),
        (then('resolution = "refund", bonus_percent = "5"'), 8, "store credit and"),
        ('[block]\ntags = ["VIP"]\n[allow]\ntags = ["vip"]', 8, "'vip' is on the list"),
        (
            f'[block]\nemails = ["{MAIL}"]\n[allow]\nemails = [\n"{MAIL}"]',
            8,
            "on the list of [block] as well",
        ),
        (
            '[[reasons]]\ncode = "y"\nfault = "merchant"\nwords = ["A",\n"too BIG "]',
            9,
            "'too BIG ' means the reason 'x' as well",
        ),
        (
            '[[reasons]]\ncode = "y"\nlabels = { en = "Too big", fr = "Trop grand" }',
            4,
            "'Too big' means the reason 'y' as well",
        ),
        (
            '[[offers]]\nresolutions = ["refund", "exchange"]\nbonus_percent = "10"',
            7,
            "added to store credit and gift cards alone",
        ),
        (
            '[[exclude]]\nwhy = "no"\nskus = [\n"a",\n""]',
            9,
            "skus holds an empty text",
        ),
        ('[[exclude]]\nwhy = { fr = "" }\nskus = ["a"]', 6, "fr: say it in words"),
        (
            '[[exclude]]\nwhy = "no"\nwhen = { tag = ["", "a"] }',
            7,
            "tag is compared with an empty text",
        ),
        ('[final_sale]\ntags = [" "]', 6, "tags holds an empty text"),
    ],
)
def test_it_is_refused_but_read_where_it_is_in_force(
    text: str, line: int, said: str
) -> None:
    refused(BARE + text, line, said)
    still_read(BARE + text)


@pytest.mark.parametrize(
    "text",
    [
        then('waive_fees = true, return_shipping = "0"'),
        then("refund_shipping = false"),
        then("photos = 0"),
        then('restocking_percent = "0", waive_fees = false'),
        then('offer = ["store_credit"], withhold = ["exchange"], bonus_percent = "5"'),
        '[[offers]]\nresolutions = ["refund", "gift_card"]\nbonus_percent = "10"',
        '[[reasons]]\ncode = "y"\nwords = ["Too small", "too small"]',
        '[block]\ntags = ["a"]\n[allow]\ntags = ["b"]',
        '[[exclude]]\nwhy = "no"\nwhen = { sku = "" }',
    ],
)
def test_what_agrees_with_itself_is_read(text: str) -> None:
    assert policy.load(BARE + text).reasons[0].code == "x"
