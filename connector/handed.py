"""The dated paper of goods that a customer hands in to be put right, or gets back.

TRLGDCU 123.2 (no. 44 of docs/law.md). Texts stand here in each language that Retour
speaks, because such a letter is written without a page.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from babel.dates import format_date

if TYPE_CHECKING:
    from collections.abc import Mapping

CAME, BACK = "came", "back"

TEXTS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "came_subject": "Receipt: your goods of return %(number)s are here",
        "back_subject": "Receipt: goods of return %(number)s are given back to you",
        "came_intro": "We confirm that you handed these goods in to be put right.",
        "back_intro": "We confirm that these goods were given back to you.",
        "came": "Handed in on",
        "back": "Given back on",
        "number": "Return",
        "order": "Order",
        "goods": "Goods",
        "fault": "What you told us",
        "close": "Keep this message: it proves the day.",
    },
    "fr": {
        "came_subject": "Récépissé : vos articles du retour %(number)s sont arrivés",
        "back_subject": "Récépissé : des articles du retour %(number)s vous sont"
        " rendus",
        "came_intro": "Nous confirmons que vous nous avez remis ces articles pour leur"
        " mise en conformité.",
        "back_intro": "Nous confirmons que ces articles vous ont été rendus.",
        "came": "Remis le",
        "back": "Rendu le",
        "number": "Retour",
        "order": "Commande",
        "goods": "Articles",
        "fault": "Ce que vous avez signalé",
        "close": "Conservez ce message : il prouve cette date.",
    },
    "de": {
        "came_subject": "Beleg: Ihre Ware der Rücksendung %(number)s ist da",
        "back_subject": "Beleg: Ware der Rücksendung %(number)s geht an Sie zurück",
        "came_intro": "Wir bestätigen, dass Sie uns diese Ware zur Nacherfüllung"
        " übergeben haben.",
        "back_intro": "Wir bestätigen, dass wir Ihnen diese Ware zurückgegeben haben.",
        "came": "Übergeben am",
        "back": "Zurückgegeben am",
        "number": "Rücksendung",
        "order": "Bestellung",
        "goods": "Ware",
        "fault": "Ihre Angabe",
        "close": "Bewahren Sie diese Nachricht auf: Sie belegt den Tag.",
    },
    "es": {
        "came_subject": "Justificante: hemos recibido los artículos de la devolución"
        " %(number)s",
        "back_subject": "Justificante: le entregamos artículos de la devolución"
        " %(number)s",
        "came_intro": "Confirmamos que nos ha entregado estos artículos para su puesta"
        " en conformidad.",
        "back_intro": "Confirmamos que le hemos devuelto estos artículos.",
        "came": "Entregado el",
        "back": "Devuelto el",
        "number": "Devolución",
        "order": "Pedido",
        "goods": "Artículos",
        "fault": "Lo que nos indicó",
        "close": "Conserve este mensaje: acredita la fecha.",
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """What was handed over: `what` is CAME or BACK, `day` where the customer lives.

    `goods` are (units, title, the reason that he gave, in words).
    """

    what: str
    day: date
    number: str
    order: str
    goods: tuple[tuple[int, str, str], ...]


def subject(given: Handed, language: str) -> str:
    """Return the subject of the paper, on one line."""
    text = _words(language)[f"{given.what}_subject"]
    return " ".join((text % {"number": given.number}).split())


def paper(given: Handed, language: str) -> str:
    """Return the paper as plain text; who signs it is added as it is sent."""
    words = _words(language)
    short = language[:2].lower()
    locale = short if short in TEXTS else "en"
    lines = [
        f"{words['number']}: {given.number}",
        f"{words['order']}: {given.order}",
        f"{words[given.what]}: {format_date(given.day, 'long', locale=locale)}",
        f"{words['goods']}:",
    ]
    for units, title, fault in given.goods:
        said = f" ({words['fault']}: {fault})" if fault else ""
        lines.append(f"  {units} x {title}{said}")
    body = "\n".join(lines)
    return f"{words[f'{given.what}_intro']}\n\n{body}\n\n{words['close']}\n"


def _words(language: str) -> Mapping[str, str]:
    return TEXTS.get(language[:2].lower(), TEXTS["en"])
