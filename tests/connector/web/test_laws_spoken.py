"""The facts of a verdict and the articles of the law, in the merchant's language."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from flask import Flask
from flask_babel import Babel, force_locale

from connector import law, policy
from connector.law import LETTERS
from connector.law.profiles import EU_ARTICLES
from connector.policy.facts import FACTS
from connector.policy.sentences import SENTENCES
from connector.saying import saying
from connector.store import pace
from connector.web import laws, trace
from tests.connector.shapes import NOON
from tests.connector.web.sandbox_world import NAME, Stand, merchant, standing

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[3]
OTHERS = ("de", "es", "fr")
# Of the facts of answers: what is compiled from conditions has the names of those.
ANSWERING = ("account", "amends", "own", "rules", "wholes", "within")


@pytest.fixture
def app() -> Flask:
    made = Flask("connector.web")
    Babel(made)
    return made


@pytest.fixture
def stand(tmp_path: Path, address: str) -> Iterator[Stand]:
    with standing(tmp_path, address) as made:
        yield made


def named() -> set[str]:
    """Return the names that the rules give to what they saw, as the code has them."""
    found = set()
    for name in ANSWERING:
        path = ROOT / "connector" / "policy" / f"{name}.py"
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            match node:
                case ast.Tuple(elts=[ast.Constant(value=str(fact)), value]):
                    if isinstance(value, ast.Call | ast.Constant | ast.Name):
                        found.add(fact)
    return found


def test_every_fact_of_a_verdict_has_a_name_for_people() -> None:
    no_facts = {"", "ask", "refund_when", policy.SOFTENED} | set(SENTENCES)
    assert (named() | set(FACTS)) - set(trace.FACTS) - no_facts == set()
    assert {"set_by", "most_value", "limit_set_by"} <= named()


def test_rules_that_clash_are_told_by_name_and_the_law_by_its_own(app: Flask) -> None:
    facts = (
        ("action", "decide"),
        ("rule vip", "decide ask"),
        ("set_by", "law"),
        ("law", "article 16 (e) of Directive 2011/83/EU"),
        ("most_value", "12.50 EUR"),
        ("asked_at", "2026-03-01"),
    )
    given = policy.answer("clash", "ask", "person", facts)
    with app.test_request_context(), force_locale("de"):
        assert trace.facts(given) == [
            ("Aktion", "decide"),
            ("Regel vip", "decide ask"),
            ("festgelegt durch", "das Gesetz"),
            ("Recht von", "Artikel 16 (e) der Richtlinie 2011/83/EU"),
            ("erlaubter Wert", "12,50\xa0€"),
            ("verlangt am", "1. März 2026"),
        ]


@pytest.mark.parametrize("language", OTHERS)
def test_an_article_of_a_directive_is_called_as_the_language_does(
    app: Flask, language: str
) -> None:
    with app.test_request_context(), force_locale(language):
        for article in EU_ARTICLES.values():
            assert laws.cited(article) != article
        needs = {fact for one in LETTERS.values() for fact in one.needs}
        assert needs == set(laws.NEEDS)
        assert {laws.need(one) for one in needs}.isdisjoint(needs)


def test_an_exception_keeps_its_letter_and_its_number(app: Flask) -> None:
    with app.test_request_context(), force_locale("de"):
        cited = [laws.cited(law.place_of("e", x)) for x in ("AT", "DE", "FR", "")]
        assert cited[0] == "Richtlinie 2011/83/EU Art. 16(e)"
        assert cited[1].startswith("BGB § 312g(2) Nr. 3")
        assert laws.cited("BGB § 355(2)") == "BGB § 355(2)"


def test_why_a_shop_failed_last_is_told_in_the_reader_s_language(stand: Stand) -> None:
    why = saying("the connection broke before the answer was whole")
    pace.put(stand.db, NAME, pace.PaceRow(failed_at=NOON, failed_why=why))
    staff = merchant(stand)
    staff.get(f"/console/shops/{NAME}?lang=de")
    assert "die Verbindung brach ab" in staff.page
    assert why not in staff.page
