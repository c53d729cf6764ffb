"""The words for what a connection check found: cause and cure, by code.

The command line shows them in English; the console translates them (they are
gathered for translation by the name `N_`). Facts of the check fill `%(name)s`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.platform import Check


def N_(text: str) -> str:  # noqa: N802 - gettext's own word for "gather, do not translate"
    """Mark a text to be gathered for translation."""
    return text


# code -> (what was found, what to do; "" where there is nothing to do)
OK, WARN, FAIL = "ok", "warn", "fail"

STEPS: Mapping[str, str] = {
    "settings": N_("Settings"),
    "reach": N_("Reach the shop"),
    "sign_in": N_("Sign in"),
    "permission": N_("Permissions"),
    "version": N_("Version"),
    "webhooks": N_("Webhooks"),
    "backfill": N_("Order history"),
}

# What a check learns about a shop, as people call it; others are shown as they are.
FACTS: Mapping[str, str] = {
    "name": N_("Name"),
    "currency": N_("Currency"),
    "domain": N_("Domain"),
    "scopes": N_("Access scopes"),
    "version": N_("Version"),
    "time_zone": N_("Time zone"),
    "plan": N_("Plan"),
    "clock_skew_seconds": N_("Clock difference in seconds"),
}

WORDS: Mapping[str, tuple[str, str]] = {
    "reached": (N_("The shop answers."), ""),
    "unreachable": (
        N_("The shop could not be reached."),
        N_("Check the address, and that the shop is up; then try again."),
    ),
    "certificate": (
        N_("The shop's TLS certificate is not valid."),
        N_("Let your host renew it; it may have expired."),
    ),
    "unreadable": (
        N_("The shop answered something that cannot be understood."),
        N_("Look at the shop's error log, or ask its host."),
    ),
    "keys_accepted": (N_("The shop accepts our keys."), ""),
    "keys_refused": (
        N_("The shop refused our keys."),
        N_("Make new keys in the shop and enter them again."),
    ),
    "webhooks_made": (N_("%(count)s webhooks tell Retour what happens."), ""),
    "webhooks_refused": (
        N_("The shop refused webhooks: %(topics)s"),
        N_("Polling finds what they would have told, only later."),
    ),
    "webhooks_later": (
        N_("The webhooks could not be made just now."),
        N_("Retour tries again within minutes; polling finds all meanwhile."),
    ),
    "webhooks_removed": (N_("Our webhooks were taken out of the shop."), ""),
    "webhooks_left": (
        N_("The shop does not answer, so our webhooks may still be there."),
        N_("Remove them in the shop's settings; they do no harm here."),
    ),
}


def found(check: Check) -> tuple[str, str]:
    """Return what was found and what to do, in English; an unknown code is shown."""
    what, cure = words(check)
    return what % dict(check.facts), cure % dict(check.facts)


def words(check: Check) -> tuple[str, str]:
    """Return the texts before translation; a finding brings its own sentence."""
    return WORDS.get(check.code, (check.facts.get("what", check.code), ""))
