"""Policies with something wrong, in vain or worth knowing: one for every sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector import law, policy
from connector.errors import PolicyError
from connector.law import Excluded, Terms
from connector.policy import vain
from connector.policy.analysis import analyse
from connector.policy.unsaid import UNSAID, unsaid
from connector.saying import Saying

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

BARE = 'currency = "EUR"\n[[reasons]]\ncode = "x"\n'
RULE = '[[rules]]\nname = "a"\n'
NO_TOML = (
    "a = b",
    "a = 1979-02-30",
    "= 3",
    'a = "x',
    'a = "\\q"',
    "a = [1",
    "a = 1\na = 2",
    "a = 1 b = 2",
    "a = " + "9" * 5000,
)
# Behind BARE, each: what no policy may say.
WRONG = (
    "[window]\ndays = true",
    "[window]\ndays = -1",
    "[window]\ndayz = 1",
    "[window.countries]\nfr = 3",
    "[window.countries]\nXX = 3",
    "[[windows]]",
    "[[windows]]\nuntil = 3",
    "[approve]\nautomatic = 1",
    '[approve]\nautomatic_below = "1.005"',
    '[approve]\nautomatic_below = "-1"',
    "[[approve.levels]]",
    '[[approve.levels]]\nabove = "10"\nwho = "manager"\n'
    + RULE
    + 'then = { approver = "managr" }',
    "[[reasons]]",
    "[[reasons]]\ncode = 3",
    '[[reasons]]\ncode = "x"',
    '[[reasons]]\ncode = "y"\nfault = "shop"',
    '[[reasons]]\ncode = "y"\ngroup = "g"',
    '[[reasons]]\ncode = "y"\nlabels = { french = "a", qq = "b", fr = "" }',
    "".join(f'[[reasons]]\ncode = "{x}"\nwords = ["big"]\n' for x in "yz"),
    '[[reasons]]\ncode = "defective"',
    "[[reason_groups]]",
    "[[customer_groups]]",
    "[[methods]]",
    '[[questions]]\n[[questions]]\ncode = "q"\n[[questions.answers]]\nsays = "fee"',
    "[[exclude]]",
    '[[exclude]]\nwhy = "no"\nskus = [""]',
    '[[exclude]]\nwhy = "no"\nskus = "a"',
    '[block]\nemails = ["anna@example.org"]',
    '[block]\ntags = ["a"]\n[allow]\ntags = ["a"]',
    "[[limits]]",
    '[fees]\nrestocking_percent = "101"',
    "[[fees.special]]",
    "[[offers]]",
    '[[offers]]\nresolutions = ["refund"]\nbonus_percent = "5"',
    "[[rules]]\nthen = {}",
    RULE + 'then = { decide = "ask" }',
    RULE + "then = { waive_fees = false }",
    RULE + 'then = { waive_fees = true, restocking_percent = "5" }',
    RULE + 'then = { offer = ["repair"], withhold = ["repair"] }',
    RULE + 'when = { contry = "FR" }',
    RULE + 'when = { price = { abov = "1" } }',
    RULE + "when = { price = {} }",
    RULE + "when = { price = 3 }",
    RULE + "when = { country = 3 }",
    RULE + 'when = { country = "France" }',
    RULE + 'when = { language = "xx" }',
    RULE + 'when = { tag = " " }',
    RULE + 'when = { quantity = "3" }',
    RULE + 'when = { placed_at = "3" }',
    RULE + "when = { gift_card = 1 }",
    RULE + "when = { country = [] }",
    RULE + "when = { quantity = { above = [3] } }",
    RULE + "when = { quantity = { between = [3] } }",
    RULE + "when = { quantity = { between = [3, 1] } }",
    '[law]\nroll_over_es = "x"',
    "[law]\nroll_over = 3",
    "[law]\nit_conformity_months = -1",
    "[law]\nfunction_from = true",
    "[law]\nnotice_names_function = 3",
    '[law]\ncountries = ["Brazi"]',
    '[law]\npart_delivery = "difference"',
)
HEADS = (
    'currency = "eur"',
    'currency = "EUX"\n[[reasons]]\ncode = "x"',
    'currency = "EUR"\nwindow = 3\nreasons = 3\n',
)
THEN = RULE + 'when = {{ kind = "{}" }}\nwhy = "so"\nthen = {{ {} }}'
# Behind BARE, each: what the law does not allow.
UNLAWFUL = (
    "[window]\ndays = 3",
    '[[windows]]\ndays = 3\nwhen = { country = ["FR", ""] }',
    '[[windows]]\ndays = 3\nwhen = { country = "" }',
    THEN.format("withdrawal", 'decide = "decline"'),
    THEN.format("withdrawal", 'withhold = ["refund"]'),
    THEN.format("withdrawal", 'restocking_percent = "5"'),
    THEN.format("withdrawal", "photos = 1"),
    '[[exclude]]\nname = "a"\nwhy = "no"\nwhen = { kind = "withdrawal" }',
    THEN.format("faulty", 'decide = "decline"'),
    THEN.format("faulty", 'resolution = "store_credit"'),
    THEN.format("faulty", 'return_shipping = "5"'),
)
RULES = (
    '[[rules]]\nname = "{}"\npriority = {}\nwhen = {{ country = "FR" }}\n'
    'why = "so"\nthen = {{ {} }}\n'
)
UNTOLD = ("gift_card = true", "language = 'fr'", "days_since_delivery = 3")
TWO = (
    '[[reasons]]\ncode = "y"\nlabels = {{ en = "B" }}\nfault = "{}"\n'
    '[[reasons]]\ncode = "z"\nlabels = {{ en = "b" }}\nfault = "{}"\n'
)
WHEN = 'when = { country = "FR" }\n'
# Behind BARE, each: what can be loaded, and is in vain or worth knowing.
LOADED = (
    "".join(
        RULES.format(fact, 0, f"photos = {place}").replace('country = "FR"', fact)
        for place, fact in enumerate(UNTOLD)
    ),
    RULE + 'when = { country = { is = "FR", is_not = "FR" } }\nthen = { photos = 1 }',
    RULES.format("one", 2, 'decide = "ask"') + RULES.format("two", 1, 'decide = "ask"'),
    RULES.format("one", 2, 'decide = "ask"')
    + RULES.format("two", 1, 'decide = "ask", photos = 1'),
    "".join(f'[[windows]]\nname = "{x}"\ndays = 20\n{WHEN}' for x in "ab"),
    '[[exclude]]\nname = "a"\nwhy = "no"\ntags = ["t"]\n' * 2,
    "[window]\ndays = 20\n[[windows]]\ndays = 30",
    '[approve]\nautomatic = false\nautomatic_below = "10"',
    "".join(
        f'[[approve.levels]]\nabove = "10"\nwho = "{who}"\n' for who in ("ann", "bob")
    ),
    '[[customer_groups]]\nname = "vip"\ntags = ["vip"]',
    '[[reason_groups]]\ncode = "g"',
    (
        '[law]\ncountries = ["US"]\n[[fees.special]]\nrestocking_percent = "5"\n'
        'when = { kind = "faulty" }'
    ),
    '[[windows]]\nname = "a"\ndays = 20\nwhen = { kind = "faulty" }',
    TWO.format("merchant", "customer"),
    "".join(f'[[reasons]]\ncode = "{x}"\nshopify = "style"\n' for x in "yz"),
    '[refund]\nstandard_delivery = "5"',
    '[refund]\nstandard_delivery = "5"\n[law]\ncountries = ["FR", "DE"]',
    '[refund.standard_delivery]\nFR = "5"\nDE = "5"\n[law]\ncountries = ["FR"]',
    THEN.format("faulty", 'resolution = "refund"'),
    '[law]\ncountries = ["US"]\n[fees]\nrestocking_percent = "5"\n[window]\ndays = 14',
    RULE + 'when = { shop = "hat" }\nthen = { photos = 1 }',
)
LETTERLESS = Terms(excluded=(Excluded(key="exclude.0", letter="z"),))


def sentences(folder: Path) -> Iterator[Saying]:
    """Yield all that is said of these policies; a file is written to `folder`."""
    for text in (*NO_TOML, *HEADS, *(BARE + x for x in (*WRONG, *UNLAWFUL))):
        yield refusal(text)
    for text in (BARE + one for one in LOADED):
        rules = policy.load(text)
        yield from (one.says for one in analyse(rules, text))
        yield from policy.advice(rules)
        yield from (one.says for one in vain.unknown_shops(rules, ("hats",)))
        yield from (one.says for one in vain.unknown_shops(rules, ()))
        for platform in UNSAID:
            yield from unsaid(rules, platform)
    yield from (one.why for one in law.undercuts(LETTERLESS))
    yield _raised(lambda: law.settle({"roll_ovr": True, "roll_over": 3}))
    file = folder / "p.toml"
    file.write_bytes(b"\xff")
    yield _raised(lambda: policy.read(file))


def refusal(text: str) -> Saying:
    """Return why a text is refused."""
    return _raised(lambda: policy.load(text, "p.toml"))


def _raised(run: Callable[[], object]) -> Saying:
    try:
        run()
    except PolicyError as error:
        said = error.args[0]
        assert isinstance(said, Saying), said
        return said
    msg = "nothing was refused"
    raise AssertionError(msg)


def texts(said: object) -> Iterator[str]:
    """Yield every text of ours that a sentence is made of."""
    if isinstance(said, Saying):
        yield from texts(said.tree)
    elif isinstance(said, dict):
        yield from [str(said["say"])] if "say" in said else []
        for one in said.values():
            yield from texts(one)
    elif isinstance(said, list | tuple):
        for one in said:
            yield from texts(one)
