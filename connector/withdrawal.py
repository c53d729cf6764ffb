"""A withdrawal from a contract as a customer declares it, and the receipt for it.

Directive 2011/83/EU, article 11a (inserted by 2023/2673) and § 356a BGB: three
particulars and no more, two steps, and a receipt on a durable medium that holds the
content, the date and the time. Texts stand here in each language that Retour speaks,
because a receipt is written without a page.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from connector.errors import BadRequest

if TYPE_CHECKING:
    from collections.abc import Mapping

CHANNELS = ("page", "email", "phone", "letter", "other")
MOST = 300  # characters of a particular
MOST_WORDS = 4000  # characters of what a customer wrote by another way
MOST_ADDRESS = 254  # RFC 5321, section 4.5.3.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a customer declares: who, which contract, where to send the receipt.

    `part`: which goods, where not all, in his own words. `words`: what he wrote or
    said by another way than the page.
    """

    name: str
    contract: str
    reach: str = ""
    part: str = ""
    words: str = ""

    def digest(self) -> str:
        """Return the SHA-256 of the content, to be kept when it is erased."""
        parts = (self.name, self.contract, self.reach, self.part, self.words)
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Seller:
    """Whom the statement is made to; `zone` names the times of the receipt."""

    title: str
    address: str = ""
    email: str = ""
    zone: str = "UTC"

    @property
    def named(self) -> str:
        """Name and postal address on one line, the name once."""
        if self.address.startswith(self.title):
            return self.address
        return ", ".join(one for one in (self.title, self.address) if one)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """When it was sent, and when it arrived, both in UTC."""

    sent: datetime
    received: datetime


def read(
    *, name: str, contract: str, reach: str = "", part: str = "", words: str = ""
) -> Said:
    """Clean what a form says; raises BadRequest naming the field that is missing.

    Only emptiness and an impossible address are refused: nothing is looked up.
    """
    said = Said(
        name=line(name),
        contract=line(contract),
        reach=line(reach),
        part=line(part),
        words=line(words, MOST_WORDS),
    )
    for field, text in (("name", said.name), ("contract", said.contract)):
        if not text:
            raise BadRequest(field)
    if said.reach and not is_address(said.reach):
        msg = "reach"
        raise BadRequest(msg)
    return said


def line(text: str, most: int = MOST) -> str:
    """Make one line of it, without signs that no reader sees."""
    shown = "".join(one if one.isprintable() else " " for one in text)
    return " ".join(shown.split())[:most]


def is_address(text: str) -> bool:
    """Say whether a letter could be sent there; the mail server knows for sure."""
    local, _, domain = text.rpartition("@")
    bad = any(one.isspace() or one in ",;<>()\"'\\" for one in text)
    return bool(local) and "." in domain.strip(".") and not bad and fits(text)


def fits(text: str) -> bool:
    """Say whether an address is short enough and holds one @."""
    return len(text) <= MOST_ADDRESS and text.count("@") == 1


def written(moment: datetime, zone: str) -> str:
    """Write a moment to the second with its zone, and in UTC beside it."""
    local = moment.astimezone(ZoneInfo(zone))
    utc = f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
    if local.utcoffset() == moment.astimezone(UTC).utcoffset():
        return utc
    return f"{local:%Y-%m-%d %H:%M:%S %Z} ({utc})"


TEXTS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "subject": "Receipt: your withdrawal at %(shop)s",
        "intro": "We confirm that we have received this statement of withdrawal from"
        " a contract.",
        "to": "To",
        "name": "Name",
        "contract": "Contract",
        "part": "Only this part",
        "words": "In the customer's words",
        "reach": "Receipt sent to",
        "channel": "Made by",
        "sent": "Statement submitted",
        "received": "Statement received",
        "number": "Number of the statement",
        "close": "Keep this message: it is your proof. It confirms that the statement"
        " arrived, and when. Nothing more is needed from you for it to count.",
        "evidence": "If you send goods back, keep the posting receipt: on the page of"
        " your return, which your order number and e-mail address open, you can give"
        " the tracking number, or a photo of the receipt, as evidence that you sent"
        " them.",
        "page": "online form",
        "email": "e-mail",
        "phone": "telephone",
        "letter": "letter",
        "other": "another way",
    },
    "fr": {
        "subject": "Accusé de réception : votre rétractation auprès de %(shop)s",
        "intro": "Nous confirmons avoir reçu cette déclaration de rétractation d'un"
        " contrat.",
        "to": "À l'attention de",
        "name": "Nom",
        "contract": "Contrat",
        "part": "Cette partie seulement",
        "words": "Dans les mots du client",
        "reach": "Accusé de réception envoyé à",
        "channel": "Faite par",
        "sent": "Déclaration envoyée",
        "received": "Déclaration reçue",
        "number": "Numéro de la déclaration",
        "close": "Conservez ce message : c'est votre preuve. Il confirme que la"
        " déclaration est arrivée, et quand. Vous n'avez rien d'autre à faire pour"
        " qu'elle compte.",
        "evidence": "Si vous renvoyez des articles, gardez le reçu du dépôt : sur la"
        " page de votre retour, que le numéro de commande et votre adresse e-mail"
        " ouvrent, vous pouvez indiquer le numéro de suivi ou joindre une photo du reçu"
        " comme preuve de l'envoi.",
        "page": "formulaire en ligne",
        "email": "e-mail",
        "phone": "téléphone",
        "letter": "courrier",
        "other": "autre voie",
    },
    "de": {
        "subject": "Eingangsbestätigung: Ihr Widerruf bei %(shop)s",
        "intro": "Wir bestätigen den Eingang dieser Widerrufserklärung.",
        "to": "An",
        "name": "Name",
        "contract": "Vertrag",
        "part": "Nur dieser Teil",
        "words": "Mit den Worten des Kunden",
        "reach": "Bestätigung geht an",
        "channel": "Erklärt per",
        "sent": "Erklärung abgesendet",
        "received": "Erklärung eingegangen",
        "number": "Nummer der Erklärung",
        "close": "Bewahren Sie diese Nachricht auf: Sie ist Ihr Nachweis. Sie"
        " bestätigt, dass die Erklärung eingegangen ist, und wann. Damit sie gilt,"
        " müssen Sie nichts weiter tun.",
        "evidence": "Wenn Sie Ware zurücksenden, heben Sie den Einlieferungsbeleg auf:"
        " Auf der Seite Ihrer Rücksendung, die Sie mit Bestellnummer und E-Mail-Adresse"
        " öffnen, können Sie die Sendungsnummer oder ein Foto des Belegs als Nachweis"
        " der Absendung angeben.",
        "page": "Online-Formular",
        "email": "E-Mail",
        "phone": "Telefon",
        "letter": "Brief",
        "other": "anderem Weg",
    },
    "es": {
        "subject": "Acuse de recibo: su desistimiento en %(shop)s",
        "intro": "Confirmamos que hemos recibido esta declaración de desistimiento de"
        " un contrato.",
        "to": "A la atención de",
        "name": "Nombre",
        "contract": "Contrato",
        "part": "Solo esta parte",
        "words": "En palabras del cliente",
        "reach": "Acuse enviado a",
        "channel": "Hecha por",
        "sent": "Declaración enviada",
        "received": "Declaración recibida",
        "number": "Número de la declaración",
        "close": "Conserve este mensaje: es su prueba. Confirma que la declaración ha"
        " llegado, y cuándo. No tiene que hacer nada más para que sea válida.",
        "evidence": "Si devuelve artículos, guarde el resguardo del envío: en la página"
        " de su devolución, que se abre con el número de pedido y su correo"
        " electrónico, puede indicar el número de seguimiento o una foto del resguardo"
        " como prueba del envío.",
        "page": "formulario en línea",
        "email": "correo electrónico",
        "phone": "teléfono",
        "letter": "carta",
        "other": "otra vía",
    },
}


def subject(seller: Seller, language: str) -> str:
    """Return the subject of the receipt, on one line."""
    words = TEXTS.get(language, TEXTS["en"])
    return line(words["subject"] % {"shop": seller.title})


def receipt(
    said: Said,
    *,
    seller: Seller,
    number: str,
    channel: str,
    moments: Moments,
    language: str,
) -> str:
    """Return the receipt as plain text: the content, and both times with their zone."""
    words = TEXTS.get(language, TEXTS["en"])
    rows = [
        (words["number"], number),
        (words["to"], seller.named),
        (words["name"], said.name),
        (words["contract"], said.contract),
        (words["part"], said.part),
        (words["words"], said.words),
        (words["channel"], words[channel]),
        (words["sent"], written(moments.sent, seller.zone)),
        (words["received"], written(moments.received, seller.zone)),
        (words["reach"], said.reach),
    ]
    lines = [f"{name}: {value}" for name, value in rows if value]
    reach = (seller.email,) if seller.email else ()
    signed = "\n".join((seller.title, *reach))
    body = "\n".join(lines)
    parts = (words["intro"], body, words["close"], words["evidence"], signed)
    return "\n\n".join(parts) + "\n"
