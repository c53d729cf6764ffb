"""What the console says of a policy, it says in the merchant's language."""

from __future__ import annotations

from html import unescape
from typing import TYPE_CHECKING

import pytest

from connector import policy
from connector.store import shops
from tests.connector.shapes import NOON
from tests.connector.web.sandbox_world import (
    NAME,
    RULES,
    Stand,
    Visit,
    merchant,
    standing,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HERE = f"/console/shops/{NAME}/policy"
RULE = (
    '[[rules]]\nname = "{}"\npriority = {}\nwhen = {{ country = "FR" }}\n'
    'then = {{ decide = "ask" }}\nwhy = "so"\n'
)
BROKEN = RULES + "[windw]\ndays = 20\n[window]\ndays = -1\n"
UNLAWFUL = RULES + "[[windows]]\ndays = 3\n"
NO_TOML = RULES + "[window\n"
VAIN = RULES + RULE.format("one", 2) + RULE.format("two", 1)
ADVISED = RULES + '[refund]\nstandard_delivery = "5"\n'
LINE = BROKEN[: BROKEN.index("[windw]")].count("\n") + 1
SPOKEN = {
    "de": {
        BROKEN: (
            f"policy.toml:{LINE}: unbekannter Schlüssel 'windw'; meinten Sie 'window'?",
            f"policy.toml:{LINE + 3}: [window] days muss zwischen 0 und 3650 liegen",
        ),
        UNLAWFUL: (
            "[windows 1.days] 3 Tage sind weniger als die 14 des Gesetzes",
            "Richtlinie 2011/83/EU Art. 9: AT, BE, BG, CY, CZ, DK und ",
        ),
        NO_TOML: ("kein gültiges TOML, Zeile",),
        VAIN: ("die Regel 'two' wirkt nie: wo immer sie gilt, gilt auch die Regel",),
        ADVISED: ("[refund.standard_delivery] ein einzelner Betrag gilt nirgends",),
    },
    "fr": {
        BROKEN: (
            f"policy.toml:{LINE}: clé inconnue 'windw' ; vouliez-vous dire 'window' ?",
            f"policy.toml:{LINE + 3}: [window] days doit être entre 0 et 3650",
        ),
        UNLAWFUL: (
            "[windows 1.days] 3 jours sont moins que les 14 de la loi",
            "Directive 2011/83/UE art. 9 : AT, BE, BG, CY, CZ, DK et ",
        ),
        NO_TOML: ("TOML non valide, ligne",),
        VAIN: ("la règle 'two' n'a jamais d'effet : partout où elle s'applique",),
        ADVISED: ("[refund.standard_delivery] un seul montant ne vaut nulle part",),
    },
    "es": {
        BROKEN: (
            f"policy.toml:{LINE}: clave desconocida 'windw'; ¿quería decir 'window'?",
            f"policy.toml:{LINE + 3}: [window] days debe estar entre 0 y 3650",
        ),
        UNLAWFUL: (
            "[windows 1.days] 3 días son menos que los 14 de la ley",
            "Directiva 2011/83/UE art. 9: AT, BE, BG, CY, CZ, DK y ",
        ),
        NO_TOML: ("TOML no válido, línea",),
        VAIN: ("la regla 'two' nunca tiene efecto: donde se aplica",),
        ADVISED: ("[refund.standard_delivery] un solo importe no vale en ninguna",),
    },
}


@pytest.fixture
def stand(tmp_path: Path, address: str) -> Iterator[Stand]:
    with standing(tmp_path, address, country="CH") as made:
        yield made


@pytest.fixture
def staff(stand: Stand) -> Visit:
    return merchant(stand)


@pytest.mark.parametrize("language", SPOKEN)
def test_a_tried_text_is_spoken_of_in_the_merchant_s_language(
    staff: Visit, language: str
) -> None:
    staff.get(f"{HERE}?lang={language}")
    for text, sentences in SPOKEN[language].items():
        staff.post(HERE, text=text, months="6")
        page = unescape(staff.page)
        for one in sentences:
            assert one in page


def test_a_policy_in_force_is_spoken_of_in_the_merchant_s_language(
    stand: Stand, staff: Visit
) -> None:
    shops.bind_policy(stand.db, NAME, policy.digest(VAIN), VAIN, NOON)
    staff.get(f"{HERE}?lang=de")
    assert "die Regel 'two' wirkt nie" in unescape(staff.page)
    staff.get(f"{HERE}?lang=en")
    assert "rule 'two' never speaks" in unescape(staff.page)
