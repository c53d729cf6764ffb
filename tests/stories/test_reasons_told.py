"""A reason is told to each shop as the shop itself says it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from adapters.woocommerce.plugins.wps_request import requests
from connector import policy
from connector.demo.world import BOOTS, TEE
from connector.model import Kind, Return, ReturnLine
from connector.steps import told
from connector.web import reasons
from tests.connector.shapes import NOON
from tests.stories.way import asked, bought, the_return

if TYPE_CHECKING:
    from connector.demo import World

RULES = policy.load(
    'currency = "EUR"\n'
    '[[reasons]]\ncode = "fit"\nlabels = { en = "Does not fit", fr = "Ne va pas" }\n'
    '[[reason_groups]]\ncode = "wrong"\nlabels = { en = "Wrong" }\n'
    '[[reasons]]\ncode = "broken"\nfault = "merchant"\n'
    'group = "wrong"\nshopify = "damaged-or-defective"\n'
    'labels = { en = "Broken" }\nwords = ["Faulty item"]\n'
    '[[reasons]]\ncode = "style"\n[[reasons]]\ncode = "*"\nshopify = "unknown"\n'
)


def test_shopify_is_told_the_handle_that_the_policy_maps_the_reason_to(
    world: World,
) -> None:
    purchase = bought(world, TEE)
    asked(world, purchase, units=1, reason="defective")
    case = the_return(world, purchase)
    (line,) = world.office.work.shops[TEE].shop_return(case.platform_ref).lines
    assert (case.lines[0].reason, line.reason) == ("defective", "damaged-or-defective")


def test_a_plugin_is_told_the_reason_in_the_merchant_s_words(wps: World) -> None:
    purchase = bought(wps, BOOTS)
    asked(wps, purchase, units=1, reason="too-small")
    order = wps.boots.orders[int(purchase.ref)]
    (request,) = requests(order).values()
    assert the_return(wps, purchase).lines[0].reason == "too-small"
    assert request["subject"] == "Too small"


@pytest.mark.parametrize(
    ("reason", "handle", "words"),
    [
        ("fit", "fit", "Ne va pas"),  # no handle of Shopify's: other-reason there
        ("broken", "damaged-or-defective", "Faulty item"),  # as plugins call it
        ("damaged-or-defective", "damaged-or-defective", "Faulty item"),
        ("faulty item", "damaged-or-defective", "Faulty item"),
        ("style", "style", "style"),
        ("It smells of fish", "unknown", "It smells of fish"),
    ],
)
def test_each_reason_has_a_handle_and_words(
    reason: str, handle: str, words: str
) -> None:
    line = ReturnLine(id=1, line_ref="a", asked=1, reason=reason)
    case = Return(
        id="r",
        number="1-R1",
        shop=BOOTS,
        order_ref="1",
        kind=Kind.VOLUNTARY,
        filed_by="portal",
        opened_at=NOON,
        lines=(line,),
    )
    (said,) = told.worded(case, RULES, "fr").lines
    assert (said.reason_handle, said.reason_words) == (handle, words)


def test_pages_find_a_reason_s_words_by_whatever_a_shop_calls_it() -> None:
    shown = [
        reasons.words(RULES, said)
        for said in ("broken", "damaged-or-defective", "faulty item", "smells")
    ]
    assert shown == [("Wrong", "Broken")] * 3 + [("", "smells")]


def test_a_shop_s_other_reason_is_not_the_first_that_has_no_handle() -> None:
    mapped = policy.load('currency = "EUR"\n[[reasons]]\ncode = "worn"\n')
    assert mapped.reason("other-reason") is None
