"""What a policy says in vain beside its rules is found at its line, and only that."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector import policy
from connector.policy.analysis import analyse

ROOT = Path(__file__).parents[3]
BARE = 'currency = "EUR"\n[[reasons]]\ncode = "x"\n'
WHY = '[[exclude]]\nwhy = "no"\n'
RULE = '[[rules]]\nname = "a"\n'
LEVEL = '[[approve.levels]]\nabove = "5"\nwho = "{}"\n'
GROUP = '[[customer_groups]]\nname = "g"\ntags = ["t"]\n'


def found(text: str) -> list[tuple[str, int]]:
    said = analyse(policy.load(BARE + text), BARE + text)
    return [(one.kind, one.line) for one in said]


@pytest.mark.parametrize(
    ("text", "kind", "line"),
    [
        (WHY + 'tags = ["t"]\n' + WHY + 'tags = ["T"]', "unreachable", 7),
        (
            f'{WHY}tags = ["t", "u"]\narticle = "e"\n{WHY}tags = ["t"]',
            "unreachable",
            8,
        ),
        (
            (
                f'{WHY}when = {{ country = ["DE", "FR"] }}\n'
                f'{WHY}when = {{ country = "FR", tag = "t" }}'
            ),
            "unreachable",
            7,
        ),
        ("[window]\ndays = 40\n[[windows]]\ndays = 30", "unreachable", 5),
        (
            "[window.countries]\nCH = 20\n[[windows]]\ndays = 30",
            "unreachable",
            5,
        ),
        (
            (
                "[window.countries]\nFR = 20\nCH = 20\n"
                '[[windows]]\nwhen = { country = ["CH", "NO"] }\ndays = 30'
            ),
            "unreachable",
            6,
        ),
        (
            '[approve]\nautomatic = false\nautomatic_below = "10"',
            "unreachable",
            6,
        ),
        (LEVEL.format("a") + LEVEL.format("b"), "clash", 7),
        ('[[windows]]\nwhen = { kind = "faulty" }\ndays = 90', "never", 4),
        ('[[windows]]\nwhen = { fault = "merchant" }\ndays = 90', "never", 4),
        (GROUP, "unused", 4),
        ('[[reason_groups]]\ncode = "g"', "unused", 4),
        (
            RULE + "when = { quantity = { below = 1 } }\nthen = { photos = 1 }",
            "never",
            6,
        ),
        (
            (
                '[[reasons]]\ncode = "y"\nfault = "merchant"\n'
                f'{RULE}when = {{ fault = "merchant", country = "US" }}\n'
                'then = { return_shipping = "3" }'
            ),
            "partly",
            7,
        ),
        (
            (
                '[[fees.special]]\nwhen = { kind = "withdrawal", country = "US" }\n'
                'restocking_percent = "3"\nreturn_shipping = "3"'
            ),
            "partly",
            4,
        ),
        (
            (
                'labels = { en = "Other" }\n[[reasons]]\ncode = "y"\n'
                'needs_person = true\nlabels = "other"'
            ),
            "clash",
            5,
        ),
    ],
)
def test_it_is_found_at_its_line(text: str, kind: str, line: int) -> None:
    assert found(text) == [(kind, line)]


@pytest.mark.parametrize(
    "text",
    [
        f'{WHY}tags = ["t"]\n{WHY}tags = ["t", "u"]',
        f'{WHY}tags = ["t"]\n{WHY}tags = ["t"]\narticle = "e"',
        f'{WHY}tags = ["t"]\n{WHY}when = {{ country = "FR" }}',
        f'{WHY}when = {{ country = "FR" }}\n{WHY}tags = ["t"]',
        '[window.countries]\nCH = 20\n[[windows]]\nwhen = { tag = "t" }\ndays = 30',
        (
            "[window.countries]\nCH = 20\n"
            '[[windows]]\nwhen = { country = { is_not = "CH" } }\ndays = 30'
        ),
        '[approve]\nautomatic_below = "10"',
        GROUP + '[fees.waived]\ncustomer_groups = ["g"]',
        GROUP + RULE + 'when = { customer_group = "g" }\nthen = { photos = 1 }',
        '[[fees.special]]\nwhen = { kind = "withdrawal" }\nreturn_shipping = "3"',
        RULE + 'when = { fault = "customer" }\nthen = { restocking_percent = "3" }',
        RULE + 'when = { reason = "" }\nthen = { restocking_percent = "3" }',
        'labels = { en = "Other" }\n[[reasons]]\ncode = "y"\nlabels = "other"',
    ],
)
def test_what_speaks_at_times_is_let_be(text: str) -> None:
    assert found(text) == []


def test_a_season_counts_the_plain_days_and_so_hides_other_windows_alone() -> None:
    text = (
        "[window]\ndays = 40\n[[windows]]\nuntil = 2030-01-01\n"
        '[[windows]]\ndays = 50\nwhen = { tag = "t" }'
    )
    assert found(text) == [("unreachable", 8)]


@pytest.mark.parametrize("name", ["start", "plain"])
def test_our_own_policies_have_nothing_to_mend(name: str) -> None:
    text = (ROOT / "connector" / "policy" / f"{name}.toml").read_text("utf-8")
    assert analyse(policy.load(text), text) == []


def test_the_demo_s_policy_has_nothing_to_mend() -> None:
    text = (ROOT / "connector" / "demo" / "policy.toml").read_text("utf-8")
    assert analyse(policy.load(text), text) == []
