"""How a return is declined: the reason that the shop knows, and words for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.model import Answer, Return

OTHER, PERIOD, FINAL = "other", "period_ended", "final_sale"
REASONS: Mapping[str, str] = {
    "window": PERIOD,
    "final_sale": FINAL,
    "gift_card": FINAL,
    "exclusion": FINAL,
}
# These rules speak in the merchant's own words.
OWN_WORDS = frozenset({"person", "exclusion"})
WORDS: Mapping[str, Mapping[str, str]] = {
    "window": {
        "en": "The time for returning this item has ended.",
        "de": "Die Frist für die Rückgabe dieses Artikels ist abgelaufen.",
        "fr": "Le délai de retour de cet article est dépassé.",
        "es": "El plazo para devolver este artículo ha terminado.",
    },
    "final_sale": {
        "en": "This item was sold as final and cannot be returned.",
        "de": "Dieser Artikel ist vom Umtausch ausgeschlossen.",
        "fr": "Cet article ne peut être ni repris ni échangé.",
        "es": "Este artículo no admite devolución.",
    },
    "gift_card": {
        "en": "Gift cards cannot be returned.",
        "de": "Gutscheine können nicht zurückgegeben werden.",
        "fr": "Les cartes cadeaux ne sont pas reprises.",
        "es": "Las tarjetas regalo no se pueden devolver.",
    },
    "units_left": {
        "en": "These items have been refunded already.",
        "de": "Diese Artikel wurden bereits erstattet.",
        "fr": "Ces articles ont déjà été remboursés.",
        "es": "Estos artículos ya se han reembolsado.",
    },
    OTHER: {
        "en": "This return cannot be accepted. Please contact the shop.",
        "de": "Diese Rückgabe kann nicht angenommen werden. Bitte wenden Sie sich an"
        " den Shop.",
        "fr": "Ce retour ne peut pas être accepté. Veuillez contacter la boutique.",
        "es": "Esta devolución no se puede aceptar. Póngase en contacto con la tienda.",
    },
}


def refusal(case: Return) -> tuple[str, str]:
    """Return why a return is declined: a reason, and a note in its language.

    Lines of one return may be declined for different reasons: the reason is then
    `other`, and the note says each.
    """
    said = [answer for line in case.lines if (answer := _decisive(line.trace))]
    reasons = {REASONS.get(one.rule, OTHER) for one in said}
    notes = [_words(one, case.language) for one in said] or [_of(OTHER, case.language)]
    reason = reasons.pop() if len(reasons) == 1 else OTHER
    return reason, " ".join(dict.fromkeys(notes))


def _decisive(trace: tuple[Answer, ...]) -> Answer | None:
    """Return the last word that declined."""
    return next((one for one in reversed(trace) if one.says == "decline"), None)


def _words(answer: Answer, language: str) -> str:
    if answer.rule in OWN_WORDS and answer.why:
        return answer.why
    return _of(answer.rule, language)


def _of(rule: str, language: str) -> str:
    words = WORDS.get(rule, WORDS[OTHER])
    return words.get(language.lower()[:2], words["en"])
