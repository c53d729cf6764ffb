"""What a shop must show before it sells: the right to withdraw, and the model form.

Directive 2011/83/EU, article 6(1)(h) and annex I, part A (with the sentence on the
online function that 2023/2673 adds) and part B; in France the annexes to R221-1 and
R221-3 Code de la consommation, in Germany Anlage 1 and 2 EGBGB. Without it the period
grows by twelve months, and the customer bears neither return costs nor loss of value.
A shop's lawyer has the last word on its text.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from connector.law import capital, labels

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.withdrawal import Seller

LANGUAGES = ("en", "fr", "de", "es")

SENTENCES: Mapping[str, str] = {
    "en": "You have the right to withdraw from this contract within 14 days without"
    " giving any reason. The period ends 14 days after the day on which you, or"
    " somebody named by you who is not the carrier, have received the last good.\n\n"
    "You can also withdraw online, with the function “%(label)s” at %(url)s. If you"
    " use it, we send you without delay an acknowledgement of receipt on a durable"
    " medium (by e-mail), with the content of the statement and the date and time at"
    " which it was submitted.\n\n"
    "You bear the direct cost of sending the goods back. You are liable for a loss of"
    " value only where it comes from handling that was not necessary to establish the"
    " nature, characteristics and functioning of the goods.",
    "fr": "Vous avez le droit de vous rétracter du présent contrat sans donner de motif"
    " dans un délai de quatorze jours. Le délai expire quatorze jours après le jour où"
    " vous-même, ou un tiers autre que le transporteur et désigné par vous, prenez"
    " physiquement possession du dernier bien.\n\n"
    "Vous pouvez aussi vous rétracter en ligne, grâce à la fonction « %(label)s » à"
    " l'adresse %(url)s. Si vous l'utilisez, nous vous envoyons sans délai un accusé de"
    " réception sur un support durable (par e-mail), avec le contenu de la déclaration"
    " ainsi que la date et l'heure de son envoi.\n\n"
    "Vous prenez en charge les frais directs de renvoi du bien. Votre responsabilité"
    " n'est engagée qu'à l'égard de la dépréciation du bien résultant de manipulations"
    " autres que celles nécessaires pour établir la nature, les caractéristiques et le"
    " bon fonctionnement de ce bien.",
    "de": "Sie haben das Recht, binnen vierzehn Tagen ohne Angabe von Gründen diesen"
    " Vertrag zu widerrufen. Die Frist beträgt vierzehn Tage ab dem Tag, an dem Sie"
    " oder ein von Ihnen benannter Dritter, der nicht der Beförderer ist, die letzte"
    " Ware in Besitz genommen haben.\n\n"
    "Sie können Ihr Widerrufsrecht auch online mit der Funktion „%(label)s“ unter"
    " %(url)s ausüben. Wenn Sie sie nutzen, senden wir Ihnen unverzüglich auf einem"
    " dauerhaften Datenträger (per E-Mail) eine Eingangsbestätigung mit dem Inhalt der"
    " Erklärung sowie Datum und Uhrzeit ihres Eingangs.\n\n"
    "Sie tragen die unmittelbaren Kosten der Rücksendung der Waren. Für einen"
    " Wertverlust müssen Sie nur aufkommen, wenn er auf einen Umgang mit den Waren"
    " zurückzuführen ist, der zur Prüfung ihrer Beschaffenheit, Eigenschaften und"
    " Funktionsweise nicht notwendig war.",
    "es": "Tiene usted derecho a desistir del presente contrato en un plazo de 14 días"
    " naturales sin necesidad de justificación. El plazo expira a los 14 días naturales"
    " del día en que usted, o un tercero por usted indicado, distinto del"
    " transportista, adquirió la posesión material del último de los bienes.\n\n"
    "También puede desistir en línea, con la función «%(label)s» en %(url)s. Si la"
    " utiliza, le enviaremos sin demora un acuse de recibo en un soporte duradero (por"
    " correo electrónico), con el contenido de la declaración y la fecha y hora de su"
    " envío.\n\n"
    "Deberá usted asumir el coste directo de devolución de los bienes. Solo será"
    " responsable de la disminución de valor resultante de una manipulación distinta"
    " a la necesaria para establecer la naturaleza, las características y el"
    " funcionamiento de los bienes.",
}

FORMS: Mapping[str, tuple[str, ...]] = {
    "en": (
        "Model withdrawal form",
        (
            "(complete and return this form only if you wish to withdraw from the"
            " contract)"
        ),
        "To: %(to)s",
        (
            "I/We (*) hereby give notice that I/We (*) withdraw from my/our (*)"
            " contract of sale of the following goods (*):"
        ),
        "Ordered on (*) / received on (*):",
        "Name of consumer(s):",
        "Address of consumer(s):",
        "Signature of consumer(s) (only if this form is notified on paper):",
        "Date:",
        "(*) Delete as appropriate.",
    ),
    "fr": (
        "Modèle de formulaire de rétractation",
        (
            "(veuillez compléter et renvoyer le présent formulaire uniquement si vous"
            " souhaitez vous rétracter du contrat)"
        ),
        "À l'attention de : %(to)s",
        (
            "Je/nous (*) vous notifie/notifions (*) par la présente ma/notre (*)"
            " rétractation du contrat portant sur la vente du bien (*) ci-dessous :"
        ),
        "Commandé le (*) / reçu le (*) :",
        "Nom du (des) consommateur(s) :",
        "Adresse du (des) consommateur(s) :",
        (
            "Signature du (des) consommateur(s) (uniquement en cas de notification du"
            " présent formulaire sur papier) :"
        ),
        "Date :",
        "(*) Rayez la mention inutile.",
    ),
    "de": (
        "Muster-Widerrufsformular",
        (
            "(Wenn Sie den Vertrag widerrufen wollen, dann füllen Sie bitte dieses"
            " Formular aus und senden Sie es zurück.)"
        ),
        "An: %(to)s",
        (
            "Hiermit widerrufe(n) ich/wir (*) den von mir/uns (*) abgeschlossenen"
            " Vertrag über den Kauf der folgenden Waren (*):"
        ),
        "Bestellt am (*) / erhalten am (*):",
        "Name des/der Verbraucher(s):",
        "Anschrift des/der Verbraucher(s):",
        "Unterschrift des/der Verbraucher(s) (nur bei Mitteilung auf Papier):",
        "Datum:",
        "(*) Unzutreffendes streichen.",
    ),
    "es": (
        "Modelo de formulario de desistimiento",
        (
            "(solo debe cumplimentar y enviar el presente formulario si desea desistir"
            " del contrato)"
        ),
        "A la atención de: %(to)s",
        (
            "Por la presente le comunico/comunicamos (*) que desisto de mi/desistimos"
            " de nuestro (*) contrato de venta del siguiente bien (*):"
        ),
        "Pedido el (*) / recibido el (*):",
        "Nombre del consumidor y usuario o de los consumidores y usuarios:",
        "Domicilio del consumidor y usuario o de los consumidores y usuarios:",
        (
            "Firma del consumidor y usuario o de los consumidores y usuarios (solo si"
            " el presente formulario se presenta en papel):"
        ),
        "Fecha:",
        "(*) Táchese lo que no proceda.",
    ),
}


def sentence(language: str, url: str) -> str:
    """Return what the shop must tell before it sells; `url` is its function's."""
    text = SENTENCES.get(language, SENTENCES["en"])
    label = capital(labels(language).function)
    return text % {"label": label, "url": url}


def model_form(language: str, seller: Seller) -> str:
    """Return the model withdrawal form, with whom it goes to filled in."""
    to = ", ".join(x for x in (seller.named, seller.email) if x)
    lines = FORMS.get(language, FORMS["en"])
    return "\n\n".join(
        line % {"to": to} if "%(to)s" in line else line for line in lines
    )


def digest(url: str) -> str:
    """Return what names this version of the text, in all languages together."""
    whole = "\0".join(sentence(language, url) for language in LANGUAGES)
    return hashlib.sha256(whole.encode()).hexdigest()
