"""The words for what a connection check found: cause and cure, by code.

The command line shows them in English; the console translates them (they are
gathered for translation by the name `N_`). Facts of the check fill `%(name)s`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.saying import N_

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connector.platform import Check

# code -> (what was found, what to do; "" where there is nothing to do)
OK, WARN, FAIL = "ok", "warn", "fail"

STEPS: Mapping[str, str] = {
    "settings": N_("Settings"),
    "reach": N_("Reach the shop"),
    "sign_in": N_("Sign in"),
    "permission": N_("Permissions"),
    "version": N_("Version"),
    "webhooks": N_("Webhooks"),
    "currency": N_("Currency"),
    "clock": N_("Clock"),
    "scopes": N_("Access scopes"),
    "backfill": N_("Order history"),
    "customers": N_("Customers"),
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
    "wordpress": N_("WordPress"),
    "decimals": N_("Decimals"),
    "hpos": N_("Own tables for orders (HPOS)"),
    "prices_include_tax": N_("Prices include tax"),
    "tax_round_at_subtotal": N_("Tax rounded at the subtotal"),
    "clock_skew_seconds": N_("Clock difference in seconds"),
}

# What a shop can do (`connector.platform.Abilities`), as people call it.
ABILITIES: Mapping[str, str] = {
    "holds_returns": N_("Has returns of its own"),
    "opens_returns": N_("Our returns are made there too"),
    "pays_through_returns": N_("Refunds are paid through its returns"),
    "rewrites_requests": N_("Customers write new requests over old ones"),
    "lists_returns": N_("Its returns must be asked for: they change by themselves"),
    "books_arrivals": N_("It is told of goods as they come back"),
    "lists_open_returns": N_("All of its open returns can be listed at once"),
    "lists_refunds": N_("All of its refunds can be listed at once"),
    "api_version": N_("API version that we speak"),
    "ways": N_("Ways to make good"),
    "keeps_credit": N_("It keeps the balance of store credit"),
    "bonus_apart": N_("A bonus is a credit of its own there"),
    "pays_on_order": N_("New goods join the order that they replace"),
    "restocks_by_line": N_("A refund restocks some of its lines and others not"),
    "shelves_apart": N_("Ways whose goods go back by a call of their own"),
    "places": N_("Goods can go back to"),
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
    "certificate_expired": (
        N_("The shop's TLS certificate has expired, or is not valid yet."),
        N_("Let your host renew it; look at the clock of this machine too."),
    ),
    "certificate_other_host": (
        N_("The shop's TLS certificate is for another address."),
        N_("Check the address, with or without www; or let your host mend it."),
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
    "private": (
        N_("The address leads into a private network, or to an unusual port."),
        N_("Check it for a slip. Where it is meant, name it in [network] allow."),
    ),
    "redirected": (
        N_("The address leads on to %(to)s."),
        N_("Enter that address instead; keys are never sent along a redirect."),
    ),
    "permalinks_plain": (
        N_("The shop uses plain permalinks; its API does not accept keys there."),
        N_("In WordPress, Settings, Permalinks: choose any other structure, save."),
    ),
    "not_wordpress": (
        N_("There is no WordPress API at this address."),
        N_(
            "Enter the address of the shop's front page, with its folder if it has one."
        ),
    ),
    "woocommerce_missing": (
        N_("WordPress answers, but WooCommerce does not."),
        N_("Switch the WooCommerce plugin on, version 3.5 or later."),
    ),
    "walled": (
        N_(
            "Something before the shop turned Retour away: a firewall, a security"
            " plugin, or a password on the whole site."
        ),
        N_("Let requests to /wp-json/ pass there, or allow Retour's address."),
    ),
    "maintenance": (
        N_("The shop is in maintenance mode."),
        N_("Try again when it is over; the shop says in %(seconds)s seconds."),
    ),
    "shop_broken": (
        N_("The shop has an error of its own: its database, or a plugin."),
        N_("Look at the shop's error log, or ask its host."),
    ),
    "shop_down": (
        N_("The shop's host does not get an answer from the shop."),
        N_("Try again later, or ask its host."),
    ),
    "plain_http": (
        N_("The shop is asked without https: keys are signed, orders travel open."),
        N_("Use this for tests alone."),
    ),
    "clock_agrees": (N_("The clocks agree."), ""),
    "clock_differs": (
        N_("The shop's clock is %(seconds)s seconds off ours."),
        N_("Set both by the network's time (NTP); nothing is lost meanwhile."),
    ),
    "key_unknown": (
        N_("The shop knows no such key."),
        N_(
            "Copy the consumer key again; it may be of another shop, or was taken back."
        ),
    ),
    "secret_wrong": (
        N_("The key and the secret do not belong together."),
        N_("Copy both parts again, or make a new key and enter both."),
    ),
    "write_only": (
        N_("The key may only write."),
        N_("Give it the permission Read/Write."),
    ),
    "header_dropped": (
        N_("The shop's host drops the Authorization header, so keys do not arrive."),
        N_(
            "Ask the host to pass it on to PHP; or let the keys travel in the address,"
            " which the shop's own log may keep."
        ),
    ),
    "key_of_customer": (
        N_("The key belongs to a user who may not manage the shop."),
        N_("Make it for an administrator or a shop manager."),
    ),
    "can_write": (N_("The key may read and write."), ""),
    "read_only": (
        N_("The key may only read."),
        N_("Give it the permission Read/Write; refunds could not be paid otherwise."),
    ),
    "version_good": (N_("WooCommerce %(version)s."), ""),
    "version_aged": (
        N_("WooCommerce %(version)s is old."),
        N_("It works as far as is known; plan an update."),
    ),
    "version_old": (
        N_("WooCommerce %(version)s is too old: it has no API of version 3."),
        N_("Update WooCommerce."),
    ),
    "version_unknown": (
        N_("The shop does not say which version it runs."),
        N_("The key's user may not read the system status; nothing depends on it."),
    ),
    "currency": (N_("The shop's currency is %(currency)s."), ""),
    "roles_read": (N_("The roles of customers can be read."), ""),
    "roles_unread": (
        N_("The roles of customers cannot be read."),
        N_(
            "Only where your policy asks for tags or groups of customers: let the user"
            " whose key it is list users, as administrators and shop managers may."
            " Until then you decide those returns yourself."
        ),
    ),
    "tax_at_subtotal": (
        N_("Tax is rounded at the subtotal: lines can exceed the order by a cent."),
        N_("Nothing to do; Retour never pays more than the order has left."),
    ),
    "not_permitted": (
        N_("The app and the shop belong to different organisations."),
        N_("Make the app in the Dev Dashboard of the organisation that owns the shop."),
    ),
    "client_wrong": (
        N_("The client ID or the client secret is wrong."),
        N_("Copy both again from the app's settings in the Dev Dashboard."),
    ),
    "not_installed": (
        N_("The app is not installed on the shop."),
        N_("Install it from the Dev Dashboard, then try again."),
    ),
    "grant_ended": (
        N_("What the shop once granted has ended."),
        N_("Install the app on the shop again."),
    ),
    "token_refused": (
        N_("Shopify refused the token."),
        N_("Copy it again, or make the app and its token anew."),
    ),
    "shop_frozen": (
        N_("The shop is frozen until its bill is paid."),
        N_("Pay Shopify's bill, then try again."),
    ),
    "shop_locked": (
        N_("Shopify has locked the shop."),
        N_("Ask Shopify's support why."),
    ),
    "shopify_busy": (
        N_("Shopify lets us ask no more just now."),
        N_("Try again in a minute; other apps may be asking much."),
    ),
    "shopify_down": (
        N_("Shopify has trouble of its own."),
        N_("Try again later; shopifystatus.com says how they stand."),
    ),
    "forbidden": (
        N_("Shopify does not let the app in."),
        N_("See that the app is installed, and that its scopes are granted."),
    ),
    "no_such_shop": (
        N_("There is no such shop, or no such API version."),
        N_("Check the myshopify.com domain."),
    ),
    "other_shop": (
        N_("These keys belong to another shop: %(domain)s."),
        N_("Enter that shop's domain, or the keys of this one."),
    ),
    "scopes_enough": (N_("The app may read and write what it needs."), ""),
    "credit_short": (
        N_("Returns cannot be made good with store credit: scopes are missing."),
        N_("Add %(scopes)s to the app and grant them, if you want to give it."),
    ),
    "cards_short": (
        N_("Returns cannot be made good with gift cards: scopes are missing."),
        N_("Add %(scopes)s to the app and grant them, if you want to give them."),
    ),
    "sixty_days": (
        N_("Without the scope read_all_orders Shopify shows the last 60 days only."),
        N_("Ask for it in the Dev Dashboard if older orders are to be returnable."),
    ),
    "api_version": (N_("Shopify serves the API version %(served)s."), ""),
    "api_version_other": (
        N_("Shopify serves the API version %(served)s instead of %(pinned)s."),
        N_("Update Retour; until then look closely at refunds."),
    ),
    "scopes_short": (
        N_("The app was granted less than it needs: %(scopes)s is missing."),
        N_("Install the app again and grant all that is asked."),
    ),
    "webhooks_proved": (N_("The secret that signs webhooks is known."), ""),
    "webhooks_unproved": (
        N_("Without the app's client secret webhooks cannot be proved."),
        N_("Enter it as well; until then only polling tells what happens."),
    ),
    "webhooks_possible": (N_("Webhooks can be made."), ""),
    "webhooks_made": (N_("%(count)s webhooks tell Retour what happens."), ""),
    "webhooks_refused": (
        N_("The shop refused webhooks: %(topics)s"),
        N_("Polling finds what they would have told, only later."),
    ),
    "webhooks_later": (
        N_("The webhooks could not be made just now."),
        N_("Retour tries again within minutes; polling finds all meanwhile."),
    ),
    "webhooks_deaf": (
        N_("The webhooks are made, but the shop probably cannot reach %(address)s."),
        N_(
            "Set public_url to an https address that the shop reaches, on the usual"
            " port; polling finds all meanwhile."
        ),
    ),
    "callback_deaf": (
        N_("The shop probably cannot reach Retour, to hand its keys over."),
        N_(
            "Set public_url to an https address that the shop reaches, at port 443; or"
            " make a key in the shop and enter it here."
        ),
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
