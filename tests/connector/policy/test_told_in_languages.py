"""Whatever the checker of policies says, it says in every language of the console."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_file
from babel.support import Translations

from connector.saying import Saying, told
from tests.connector.policy import broken

ROOT = Path(__file__).parents[3]
OTHERS = ("de", "es", "fr")
# Sentences for customers and on returns: other tests walk them.
APART = frozenset({"sentences.py", "profiles.py"})
KEYWORDS = {"N_": None, "saying": None}
HOLE = re.compile(r"%\(\w+\)s")
HAS_WORDS = re.compile(r"[a-z]")


@cache
def written() -> frozenset[str]:
    """Return every text of the checker, as the code has it."""
    found: set[str] = set()
    for folder in ("policy", "law"):
        for path in (ROOT / "connector" / folder).glob("*.py"):
            if path.name not in APART:
                every = extract_from_file("python", path, keywords=KEYWORDS)
                found |= {str(message) for _, message, _, _ in every}
    return frozenset(found)


def translations(language: str) -> Translations:
    folder = str(files("connector.web") / "translations")
    found = Translations.load(folder, [language])
    assert isinstance(found, Translations)
    return found


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> list[Saying]:
    return list(broken.sentences(tmp_path_factory.mktemp("files")))


def test_there_is_a_policy_for_each_sentence(said: list[Saying]) -> None:
    """A new sentence needs a policy in `broken` that brings it about."""
    assert written() - {text for one in said for text in broken.texts(one)} == set()


@pytest.mark.parametrize("language", OTHERS)
def test_each_sentence_is_another_one_in_each_language(language: str) -> None:
    known = translations(language)
    same = [
        text
        for text in written()
        if HAS_WORDS.search(HOLE.sub("", text)) and known.gettext(text) == text
    ]
    assert same == []


@pytest.mark.parametrize("language", OTHERS)
def test_no_english_is_left_and_no_word_of_the_file_is_lost(
    said: list[Saying], language: str
) -> None:
    known = translations(language)
    for one in said:
        spoken = told(one, language, known.gettext)
        for text in written().intersection(broken.texts(one)):
            for part in filter(None, map(str.strip, HOLE.split(text))):
                if " " in part:
                    left = re.search(rf"{re.escape(part)}(?!\w)", spoken)
                    assert left is None, (part, spoken)
        for word in re.findall(
            r"'[^' ]+'|\[[^]]+\]|\b[a-z]+_[a-z_]+\b|:\d+:", str(one)
        ):
            assert word in spoken, (word, spoken)
