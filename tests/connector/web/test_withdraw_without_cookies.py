"""The withdrawal function asks for no cookie: its two clicks alone declare."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from connector import law
from connector.store import letters, statements
from connector.web.face import LANGUAGES
from connector.withdrawal import TEXTS
from tests.connector.web.sandbox_world import EMAIL, NAME, fields, standing

if TYPE_CHECKING:
    from pathlib import Path

SAID = {"name": "Ada Lovelace", "contract": "29", "reach": EMAIL}


@pytest.mark.parametrize("language", LANGUAGES)
def test_25_who_keeps_no_cookie_withdraws_in_two_clicks_in_his_language(
    tmp_path: Path, address: str, language: str
) -> None:
    """Neither is he kept from it whose session ended between the two."""
    with standing(tmp_path, address) as stand:
        browser = stand.app.test_client(use_cookies=False)
        way = f"/returns/{NAME}/withdraw"
        first = browser.get(f"{way}?lang={language}").text
        second = browser.post(way, data=fields(first) | SAID)
        assert second.status_code == 200
        assert statements.recent(stand.db) == []
        words = law.capital(law.labels(language).confirm)
        assert re.findall(r"<button>([^<]+)</button>", second.text) == [words]
        form = second.text.partition("</form>")[0]
        done = browser.post(f"{way}/confirm", data=fields(form))
        assert done.status_code == 303
        (kept,) = statements.recent(stand.db)
        assert (kept.said.contract, kept.language) == ("29", language)
        (letter,) = letters.of_statement(stand.db, kept.id)
        assert TEXTS[language]["intro"] in letter.body
        assert browser.get(done.location).status_code == 200
