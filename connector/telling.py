"""What a shop's staff reads on an order, in their language: facts in, a sentence out.

Texts are gettext's msgids; their translations stand beside them, because staff reads
them in the shop, where no page of ours sets a language.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from babel.numbers import format_currency

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.money import Money

LANGUAGES = ("en", "fr", "de", "es")
OFF = "off"

# code of the news -> its text, English first.
TEXTS: Mapping[str, Mapping[str, str]] = {
    "opened": {
        "en": "Return %(number)s: opened (units: %(asked)s).",
        "fr": "Retour %(number)s : ouvert (articles : %(asked)s).",
        "de": "Rücksendung %(number)s: eröffnet (Stück: %(asked)s).",
        "es": "Devolución %(number)s: abierta (unidades: %(asked)s).",
    },
    "approved": {
        "en": "Return %(number)s: approved (units: %(approved)s of %(asked)s).",
        "fr": "Retour %(number)s : accepté (articles : %(approved)s sur %(asked)s).",
        "de": "Rücksendung %(number)s: genehmigt (Stück: %(approved)s von %(asked)s).",
        "es": "Devolución %(number)s: aprobada (unidades: %(approved)s de %(asked)s).",
    },
    "declined": {
        "en": "Return %(number)s: declined (units: %(declined)s of %(asked)s).",
        "fr": "Retour %(number)s : refusé (articles : %(declined)s sur %(asked)s).",
        "de": "Rücksendung %(number)s: abgelehnt (Stück: %(declined)s von %(asked)s).",
        "es": "Devolución %(number)s: rechazada (unidades: %(declined)s de %(asked)s).",
    },
    "received": {
        "en": "Return %(number)s: goods received (units: %(received)s of"
        " %(approved)s).",
        "fr": "Retour %(number)s : articles reçus (%(received)s sur %(approved)s).",
        "de": "Rücksendung %(number)s: Ware eingetroffen (Stück: %(received)s von"
        " %(approved)s).",
        "es": "Devolución %(number)s: artículos recibidos (%(received)s de"
        " %(approved)s).",
    },
    "sent": {
        "en": "Return %(number)s: refund of %(amount)s sent, not confirmed yet.",
        "fr": "Retour %(number)s : remboursement de %(amount)s envoyé, pas encore"
        " confirmé.",
        "de": "Rücksendung %(number)s: Erstattung von %(amount)s gesendet, noch nicht"
        " bestätigt.",
        "es": "Devolución %(number)s: reembolso de %(amount)s enviado, todavía sin"
        " confirmar.",
    },
    "confirmed": {
        "en": "Return %(number)s: %(amount)s refunded.",
        "fr": "Retour %(number)s : %(amount)s remboursés.",
        "de": "Rücksendung %(number)s: %(amount)s erstattet.",
        "es": "Devolución %(number)s: %(amount)s reembolsados.",
    },
    "failed": {
        "en": "Return %(number)s: the refund of %(amount)s failed; no money moved.",
        "fr": "Retour %(number)s : le remboursement de %(amount)s a échoué ; rien n'a"
        " été versé.",
        "de": "Rücksendung %(number)s: Die Erstattung von %(amount)s ist"
        " fehlgeschlagen; es ist kein Geld geflossen.",
        "es": "Devolución %(number)s: el reembolso de %(amount)s ha fallado; no se ha"
        " pagado nada.",
    },
    "reversed": {
        "en": "Return %(number)s: the refund of %(amount)s came undone.",
        "fr": "Retour %(number)s : le remboursement de %(amount)s a été annulé après"
        " coup.",
        "de": "Rücksendung %(number)s: Die Erstattung von %(amount)s wurde rückgängig"
        " gemacht.",
        "es": "Devolución %(number)s: el reembolso de %(amount)s se ha deshecho.",
    },
    "person": {
        "en": "Return %(number)s: a person must decide; see the desk in Retour.",
        "fr": "Retour %(number)s : une personne doit décider ; voyez le bureau dans"
        " Retour.",
        "de": "Rücksendung %(number)s: Ein Mensch muss entscheiden; siehe den"
        " Schreibtisch in Retour.",
        "es": "Devolución %(number)s: debe decidir una persona; mire el escritorio en"
        " Retour.",
    },
    "closed": {
        "en": "Return %(number)s: completed.",
        "fr": "Retour %(number)s : terminé.",
        "de": "Rücksendung %(number)s: abgeschlossen.",
        "es": "Devolución %(number)s: terminada.",
    },
    "cancelled": {
        "en": "Return %(number)s: cancelled.",
        "fr": "Retour %(number)s : annulé.",
        "de": "Rücksendung %(number)s: storniert.",
        "es": "Devolución %(number)s: anulada.",
    },
}

CREDIT, GOODS = "credit", "goods"
# What is said instead where credit is given, or new goods are sent.
INSTEAD: Mapping[tuple[str, str], Mapping[str, str]] = {
    (CREDIT, "sent"): {
        "en": "Return %(number)s: credit of %(amount)s sent, not confirmed yet.",
        "fr": "Retour %(number)s : avoir de %(amount)s envoyé, pas encore confirmé.",
        "de": "Rücksendung %(number)s: Guthaben von %(amount)s gesendet, noch nicht"
        " bestätigt.",
        "es": "Devolución %(number)s: saldo de %(amount)s enviado, todavía sin"
        " confirmar.",
    },
    (CREDIT, "confirmed"): {
        "en": "Return %(number)s: credit of %(amount)s given.",
        "fr": "Retour %(number)s : avoir de %(amount)s accordé.",
        "de": "Rücksendung %(number)s: Guthaben von %(amount)s erteilt.",
        "es": "Devolución %(number)s: saldo de %(amount)s concedido.",
    },
    (CREDIT, "failed"): {
        "en": "Return %(number)s: the credit of %(amount)s failed; nothing was given.",
        "fr": "Retour %(number)s : l'avoir de %(amount)s a échoué ; rien n'a été"
        " accordé.",
        "de": "Rücksendung %(number)s: Das Guthaben von %(amount)s ist fehlgeschlagen;"
        " es wurde nichts erteilt.",
        "es": "Devolución %(number)s: el saldo de %(amount)s ha fallado; no se ha"
        " concedido nada.",
    },
    (CREDIT, "reversed"): {
        "en": "Return %(number)s: the credit of %(amount)s came undone.",
        "fr": "Retour %(number)s : l'avoir de %(amount)s a été annulé après coup.",
        "de": "Rücksendung %(number)s: Das Guthaben von %(amount)s wurde rückgängig"
        " gemacht.",
        "es": "Devolución %(number)s: el saldo de %(amount)s se ha deshecho.",
    },
    (GOODS, "sent"): {
        "en": "Return %(number)s: new goods asked for in the shop, not confirmed yet.",
        "fr": "Retour %(number)s : nouveaux articles demandés dans la boutique, pas"
        " encore confirmés.",
        "de": "Rücksendung %(number)s: neue Ware im Shop angefordert, noch nicht"
        " bestätigt.",
        "es": "Devolución %(number)s: artículos nuevos pedidos en la tienda, todavía"
        " sin confirmar.",
    },
    (GOODS, "confirmed"): {
        "en": "Return %(number)s: new goods ordered.",
        "fr": "Retour %(number)s : nouveaux articles commandés.",
        "de": "Rücksendung %(number)s: neue Ware bestellt.",
        "es": "Devolución %(number)s: artículos nuevos encargados.",
    },
    (GOODS, "failed"): {
        "en": "Return %(number)s: the new goods came to nothing.",
        "fr": "Retour %(number)s : l'envoi de nouveaux articles n'a pas abouti.",
        "de": "Rücksendung %(number)s: Aus der neuen Ware wurde nichts.",
        "es": "Devolución %(number)s: los artículos nuevos han quedado en nada.",
    },
    (GOODS, "reversed"): {
        "en": "Return %(number)s: the exchange came undone.",
        "fr": "Retour %(number)s : l'échange a été annulé après coup.",
        "de": "Rücksendung %(number)s: Der Umtausch wurde rückgängig gemacht.",
        "es": "Devolución %(number)s: el cambio se ha deshecho.",
    },
}
# Behind the new goods, where they cost less than the old ones.
DIFFERENCE: Mapping[str, str] = {
    "en": "%(text)s The difference of %(amount)s was refunded.",
    "fr": "%(text)s La différence de %(amount)s a été remboursée.",
    "de": "%(text)s Die Differenz von %(amount)s wurde erstattet.",
    "es": "%(text)s Se ha reembolsado la diferencia de %(amount)s.",
}


def say(code: str, language: str, facts: Mapping[str, object], of: str = "") -> str:
    """Return the sentence for a piece of news; English where the language is new.

    `of` says what is given: CREDIT, GOODS, else money.
    """
    texts = INSTEAD.get((of, code), TEXTS[code])
    text = texts.get(language, texts["en"]) % facts
    if (of, code) != (GOODS, "confirmed") or not facts.get("amount"):
        return text
    return DIFFERENCE.get(language, DIFFERENCE["en"]) % {"text": text, **facts}


def amount(money: Money, language: str) -> str:
    """Write an amount as people of that language do."""
    return format_currency(money.decimal, money.currency, locale=language)
