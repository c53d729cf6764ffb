"""The seeded world: every cent where it belongs, whatever goes wrong."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.cli.main import cli
from connector.simulation import Report, run
from connector.simulation.due import (
    Claim,
    Rules,
    due,
    share,
    value_of,
    with_bonus,
)
from connector.simulation.run import PLATFORMS, one
from connector.simulation.wire import run as over_http

if TYPE_CHECKING:
    from collections.abc import Iterator

CASES = 200


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """The world's mishaps are logged as errors by the hundred."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture(scope="module")
def report() -> Report:
    logging.disable(logging.CRITICAL)
    return run(1, CASES)


def test_nothing_is_paid_twice_lost_or_off_by_a_cent(report: Report) -> None:
    assert "\n\n".join(report.stories) == ""
    assert report.is_sound
    assert report.cases == CASES


def test_the_world_really_was_a_bad_one(report: Report) -> None:
    assert report.kills > CASES / 2
    assert report.lost_answers > CASES / 10
    assert CASES / 20 < report.needs_person < CASES / 2


def test_a_case_depends_on_its_name_alone() -> None:
    alone = run(5, 20, cores=1).as_json()
    shared = run(5, 20, cores=2).as_json()
    assert alone | {"seconds": 0} == shared | {"seconds": 0}


def test_whole_cases_over_http_with_a_worker_that_is_killed() -> None:
    """A few; `make simulate` plays two hundred."""
    report = over_http(1, 2)
    assert report.stories == []
    assert report.is_sound
    assert report.kills > 0


@settings(max_examples=60, deadline=None)
@given(st.integers(1_000_000, 10**12), st.sampled_from(PLATFORMS))
def test_hypothesis_finds_no_seed_that_fails(seed: int, platform: str) -> None:
    """Beside plain seeds: a failing one is shrunk to the smallest that fails."""
    report = Report()
    verdict = one(f"{seed}:{platform}", report)
    assert verdict.faults == []


@pytest.mark.parametrize("seed", [268, 1001, 1886, 2196, 5060, 20757])
def test_what_was_once_off_by_a_cent_or_a_bonus_is_so_no_more(seed: int) -> None:
    """A unit replaced out of turn; a bonus lost between parts; a ware bought twice.

    In 268 two orders of one customer are given the same kindness, and one is lost.
    Of 2196 the same again came back at Shopify's rounded price; in 1886 staff take paid
    new goods off their order.
    """
    assert one(f"{seed}:shopify", Report()).faults == []


@pytest.mark.parametrize("seed", [823, 1247])
def test_of_two_exchanges_of_one_return_only_the_unpaid_one_is_called_off(
    seed: int,
) -> None:
    """Both were units of one exchange line once, and the wrong one was over."""
    assert one(f"{seed}:shopify", Report()).faults == []


def test_new_goods_that_are_made_are_not_sold_out_when_the_rest_is_booked() -> None:
    """A person vouched for an exchange without an answer; its last unit was sent."""
    assert one("1661:woocommerce", Report()).faults == []


def test_the_command_prints_one_line_and_its_exit_says_all_is_well() -> None:
    done = CliRunner().invoke(
        cli, ["simulate", "--seed", "7", "--cases", "4", "--json"]
    )
    said = json.loads(done.output)
    assert done.exit_code == 0
    assert list(said) == [
        "cases", "seconds", "kills", "lost_answers", "paid_twice", "lost",
        "difference_minor", "needs_person", "audit_breaches", "failing_seeds",
    ]  # fmt: skip
    assert said["cases"] == 4


def test_what_is_due_is_reckoned_by_the_worlds_own_arithmetic() -> None:
    rules = Rules(when="received", restocking_percent=15, return_fee=390)
    claims = [Claim(units={"a": 1}), Claim(units={"a": 2}), Claim(units={"b": 0})]
    assert share(1000, 2, 3) == 667
    # 50.00 for all three, less 15 % (7.50), less two ways back; b never came.
    assert due({"a": (3, 5000), "b": (1, 100)}, claims, rules) == 5000 - 750 - 780


@given(st.integers(1, 10**7), st.integers(0, 5_000))
def test_a_credit_tells_what_of_it_was_paid_for(value: int, bonus_bp: int) -> None:
    credit = with_bonus(value, bonus_bp)
    assert value_of(credit, bonus_bp) == value


def test_every_way_to_make_good_is_walked_on_both_platforms(report: Report) -> None:
    """A world in which nobody wants credit or new goods would prove nothing of them."""
    ways = ("refund", "store_credit", "exchange", "replacement", "courtesy", "owed")
    wanted = {f"{one} {way}" for one in PLATFORMS for way in ways}
    assert wanted - report.done.keys() == set()
    assert report.done["shopify gift_card"] > 0
    assert report.done["woocommerce old order"] > 0
