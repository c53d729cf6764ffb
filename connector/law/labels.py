"""The words of the withdrawal function, in each language of the directive.

Directive 2011/83/EU, article 11a(1) and (3), inserted by 2023/2673. They are not
translated here: each pair is one that is published. `mark` says how sure it is: V the
national text was read, S several public sources agree, s one list only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Label:
    """The two labels of a language; the first letter may become a capital."""

    language: str
    function: str
    confirm: str
    mark: str


def _labels(*rows: tuple[str, str, str, str]) -> Mapping[str, Label]:
    return {row[0]: Label(*row) for row in rows}


LABELS: Mapping[str, Label] = _labels(
    ("en", "withdraw from contract here", "confirm withdrawal", "S"),
    ("de", "Vertrag widerrufen", "Widerruf bestätigen", "V"),
    ("fr", "renoncer au contrat ici", "confirmer la rétractation", "S"),
    ("es", "desistir del contrato aquí", "confirmar desistimiento", "S"),
    ("it", "recedere dal contratto qui", "conferma recesso", "S"),
    ("nl", "hier de overeenkomst herroepen", "herroeping bevestigen", "S"),
    ("pt", "retrate-se do contrato aqui", "confirmar retratação", "s"),
    ("pl", "odstąp od umowy tutaj", "potwierdź odstąpienie od umowy", "S"),
    ("sv", "ångra avtalet här", "bekräfta frånträde", "S"),
    ("da", "fortryd aftale", "bekræft fortrydelse", "s"),
    ("fi", "peruuta sopimus tästä", "vahvista peruuttaminen", "S"),
    ("cs", "zde odstoupit od smlouvy", "potvrdit odstoupení od smlouvy", "s"),
    ("sk", "odstúpiť od zmluvy tu", "potvrdiť odstúpenie od zmluvy", "s"),
    ("hu", "elállás a szerződéstől", "elállás megerősítése", "s"),
    ("ro", "retrageți-vă din contract aici", "confirmați retragerea", "s"),
    ("bg", "откажете се от договора тук", "потвърждавам отказа", "s"),  # noqa: RUF001 - Bulgarian
    ("el", "πατήστε εδώ για υπαναχώρηση", "επιβεβαίωση υπαναχώρησης", "s"),  # noqa: RUF001 - Greek
    ("hr", "odustati od ugovora", "potvrditi odustajanje", "s"),
    ("sl", "kliknite tukaj za odstop od pogodbe", "potrdi odstop od pogodbe", "s"),
    ("et", "taganen lepingust", "kinnitan taganemise", "s"),
    ("lv", "atteikties no līguma", "apstiprināt atteikumu", "s"),
    ("lt", "atsisakyti sutarties čia", "patvirtinti sutarties atsisakymą", "s"),
    ("mt", "irtira mill-kuntratt hawnhekk", "ikkonferma r-reċess", "s"),
    ("ga", "tarraing siar ón gconradh anseo", "dearbhaigh an tarraingt siar", "s"),
)
FALLBACK = "en"


def labels(language: str) -> Label:
    """Return the labels of a language (BCP 47); English where there are none."""
    primary = language.replace("_", "-").partition("-")[0].casefold()
    return LABELS.get(primary, LABELS[FALLBACK])


def capital(label: str) -> str:
    """Return a label with a capital first letter, and nothing else changed."""
    return label[:1].upper() + label[1:]


# The fields of the model withdrawal form (Directive 2011/83/EU, Annex I B), in order;
# a signature on paper alone, and no fax (annex to R221-1 Code de la consommation).
FORM = (
    "trader",
    "postal address",
    "e-mail",
    "notice of withdrawal",
    "goods",
    "ordered on or received on",
    "consumer's name",
    "consumer's address",
    "signature, on paper only",
    "date",
)
# What a statement must hold, and no more (article 11a(2)).
MANDATORY = ("name", "contract", "reach")
