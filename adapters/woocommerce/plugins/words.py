"""What a customer reads in an order's notes where a plugin sends no mail itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

APPROVED = {
    "en": "Your return request was accepted.",
    "fr": "Votre demande de retour a été acceptée.",
    "de": "Ihre Retoure wurde angenommen.",
    "es": "Su solicitud de devolución ha sido aceptada.",
}
DECLINED = {
    "en": "Your return request was not accepted.",
    "fr": "Votre demande de retour n'a pas été acceptée.",
    "de": "Ihre Retoure wurde nicht angenommen.",
    "es": "Su solicitud de devolución no ha sido aceptada.",
}
# Where no plugin says in which language the customer bought: by where he lives.
SPOKEN = {
    "FR": "fr", "MC": "fr", "DE": "de", "AT": "de", "LI": "de", "ES": "es", "MX": "es",
    "AR": "es", "CO": "es", "CL": "es", "PE": "es",
}  # fmt: skip


def language(order: Mapping[str, Any]) -> str:
    """Return the language to write to an order's customer in; English if in doubt."""
    for one in order.get("meta_data") or ():
        if isinstance(one, dict) and one.get("key") == "wpml_language":
            return str(one.get("value") or "")[:2].casefold()
    billing = order.get("billing") or {}
    return SPOKEN.get(str(billing.get("country") or ""), "en")


def note(words: Mapping[str, str], order: Mapping[str, Any], why: str = "") -> str:
    """Return the sentence for an order's customer; `why` is added as it is."""
    said = words.get(language(order), words["en"])
    return f"{said} {why}".strip()
