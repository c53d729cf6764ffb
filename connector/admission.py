"""Shops that grant access themselves: consent at Shopify, keys from WooCommerce.

A browser is sent to the shop with a state that is good once, and comes back with it;
what the shop gives is tried before the shop becomes a row.
"""

from __future__ import annotations

import json
import re
import secrets as random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from adapters.guard import Transport
from adapters.shopify import oauth
from adapters.shopify.auth import packed
from adapters.woocommerce import grant as wc_auth
from connector.config import SHOP_NAME, Secret, ShopConfig
from connector.diagnoses import FAIL, WARN
from connector.errors import BadRequest
from connector.findings import unheard
from connector.platform import Check
from connector.saying import saying
from connector.steps import connect
from connector.store import desk, grants, shops
from connector.ways import name_for, tidy_address

if TYPE_CHECKING:
    from connector.branches import Branches
    from connector.config import Config
    from connector.registrar import Registrar

ACTOR = "install"
SHOPIFY, WOOCOMMERCE = "shopify", "woocommerce"
PREFIX = re.compile(r"/(apps|a|community|tools)/[A-Za-z0-9_-]{1,60}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    """Where the browser goes, and the state that it must bring back."""

    url: str
    state: str
    address: str = ""
    found: Sequence[Check] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """What became of it: the shop's name in Retour, and the steps of its check."""

    shop: str
    found: Sequence[Check]
    address: str = ""

    @property
    def is_connected(self) -> bool:
        """Whether no step failed."""
        return not connect.has_failed(self.found)


class Admission:
    """Satisfies what `connector.web.install` asks; knows both platforms' ways."""

    def __init__(
        self, branches: Branches, registrar: Registrar, config: Config
    ) -> None:
        self._branches, self._registrar, self._config = branches, registrar, config

    @property
    def ways(self) -> dict[str, str]:
        """Return, by platform, the path at which a shop can grant access."""
        found = {}
        if self._config.server.public_url.startswith("https://"):
            found[WOOCOMMERCE] = "/install/woocommerce"
        if self._config.shopify.client_id:
            found[SHOPIFY] = "/install/shopify"
        return found

    # Shopify: the authorization code grant.

    def leave_for_shopify(self, pairs: Sequence[tuple[str, str]]) -> Departure:
        """Send a merchant to the consent page; raises BadRequest.

        A link that Shopify made is signed, and then the signature must hold.
        """
        app, query = self._app(), dict(pairs)
        if "hmac" in query:
            query = oauth.check_query(pairs, app.secrets, self._branches.now())
        shop = oauth.shop_domain(
            tidy_address(SHOPIFY, query.get("shop", ""))
            if "hmac" not in query
            else query["shop"]
        )
        state = random.token_urlsafe(32)
        self._begin(state, SHOPIFY, shop, {})
        back = f"{self._public_url}/install/shopify/callback"
        url = oauth.consent_url(app, shop, state, back)
        return Departure(url=self._at_test_server(url, shop), state=state)

    def back_from_shopify(
        self, pairs: Sequence[tuple[str, str]], state: str
    ) -> Arrival:
        """Take the code: signed, fresh, with this browser's state, for that very shop.

        Raises BadRequest with a sentence for the merchant, Rejected from Shopify.
        """
        app, now = self._app(), self._branches.now()
        query = oauth.check_query(pairs, app.secrets, now)
        if not state or not random.compare_digest(
            query.get("state", "").encode(), state.encode()
        ):
            msg = saying("this was begun in another browser; start again from here")
            raise BadRequest(msg)
        begun = grants.take(self._branches.db, state, SHOPIFY, now)
        if begun is None or begun.address != query["shop"] or not query.get("code"):
            msg = saying("this link was used already, or is too old; start again")
            raise BadRequest(msg)
        granted = self._desk(query["shop"]).by_code(app, query["code"], now)
        return self._admit(query["shop"], granted)

    def by_session_token(self, token: str) -> str:
        """Return the name of the shop whose admin sent this token; connects a new one.

        Raises BadRequest for a token that does not hold.
        """
        now = self._branches.now()
        for name, config in self._branches.configs.items():
            own = self._own_app(config)
            if own and oauth.speaks_for(token) == config.address:
                oauth.session_shop(token, own, now)
                return name
        app = self._app()
        domain = oauth.session_shop(token, app, now)
        granted = self._desk(domain).by_session(app, token, now)
        arrived = self._admit(domain, granted)
        if not arrived.is_connected:
            msg = saying("the shop could not be connected; install the app anew")
            raise BadRequest(msg)
        return arrived.shop

    def _own_app(self, config: ShopConfig) -> oauth.App | None:
        """Return the app whose session tokens open a connected shop's console."""
        if config.platform != SHOPIFY:
            return None
        if config.installed and not config.client_id:
            return self._branches.app if self._config.shopify.client_id else None
        if not (config.client_id and config.client_secret):
            return None
        old = config.webhook_secret_old
        secret = config.client_secret
        return oauth.App(client_id=config.client_id, secret=secret, old_secret=old)

    def domain_of(self, name: str) -> str:
        """Return the domain that may frame the console of a shop."""
        return shops.get(self._branches.db, name).address

    def proxied(self, pairs: Sequence[tuple[str, str]]) -> tuple[str, str]:
        """Return (shop's name, path prefix) of a request through the app proxy."""
        domain = dict(pairs).get("shop", "")
        doors = {x.domain: x for x in self._branches.doors if x.platform == SHOPIFY}
        if domain not in doors:
            msg = saying("no connected shop has this domain")
            raise BadRequest(msg)
        # Of that shop alone: another shop's app must not sign for it.
        secrets = [one.decode() for one in doors[domain].secrets]
        query = oauth.check_proxied(pairs, secrets, self._branches.now())
        prefix = query.get("path_prefix", "")
        if not PREFIX.fullmatch(prefix):
            msg = saying("the shop's proxy has no path that can be used")
            raise BadRequest(msg)
        return doors[domain].shop, prefix

    def _admit(self, domain: str, granted: oauth.Granted) -> Arrival:
        """Keep the tokens of a shop, then check it; short scopes are told."""
        name = self._name(SHOPIFY, domain)
        shop = ShopConfig(name=name, platform=SHOPIFY, address=domain, installed=True)
        tokens = packed(granted, self._config.shopify.client_id)
        self._registrar.admit(shop, tokens, ACTOR)
        found = [x for x in self._registrar.check(name) if x.code != "scopes_short"]
        lacking = oauth.lacking(self._config.shopify.scopes, granted.scopes)
        if lacking:
            facts = {"scopes": ", ".join(lacking)}
            found.append(
                Check(step="scopes", verdict=FAIL, code="scopes_short", facts=facts)
            )
            desk.put(
                self._branches.db,
                shop=name,
                about="shop",
                about_id=name,
                code="scopes",
                why=saying(
                    "the app lacks scopes; install it again: %(scopes)s",
                    scopes=", ".join(lacking),
                ),
                now=self._branches.now(),
            )
        else:
            now = self._branches.now()
            desk.settle(self._branches.db, "shop", name, "scopes", ACTOR, now)
        return Arrival(shop=name, found=found)

    def _app(self) -> oauth.App:
        given = self._config.shopify
        if not given.client_id or not given.client_secret:
            msg = saying(
                "no app is configured for installing; see [shopify] in config.toml"
            )
            raise BadRequest(msg)
        return self._branches.app

    def _desk(self, domain: str) -> oauth.Desk:
        url = self._config.shopify.api_url or f"https://{domain}"
        return oauth.Desk(url=url, transport=self._transport)

    @property
    def _transport(self) -> Transport:
        return Transport(tuple(self._branches.allow), self._branches.ca_file)

    def _at_test_server(self, url: str, shop: str) -> str:
        origin = self._config.shopify.api_url
        return url.replace(f"https://{shop}", origin, 1) if origin else url

    # WooCommerce: the shop makes the keys and posts them.

    def leave_for_woocommerce(
        self, address: str, name: str, *, keys_in_query: bool = False
    ) -> Departure:
        """Send the merchant to approve, once the site was found; raises BadRequest."""
        if WOOCOMMERCE not in self.ways:
            msg = saying(
                "the shop sends its keys to an https address alone, and ours is none"
            )
            raise BadRequest(msg)
        site = tidy_address(WOOCOMMERCE, address)
        is_name = bool(SHOP_NAME.fullmatch(name))
        chosen = name if is_name else self._name(WOOCOMMERCE, site)
        shop = ShopConfig(name=chosen, platform=WOOCOMMERCE, address=site)
        self._registrar.refuse_taken(shop)
        found = self._registrar.reach(shop)
        if connect.has_failed(found):
            raise Unreachable(found)
        state = random.token_urlsafe(32)
        args = {"name": chosen} | ({"keys_in_query": "1"} if keys_in_query else {})
        self._begin(state, WOOCOMMERCE, site, args)
        at = f"{self._public_url}/install/woocommerce"
        url = wc_auth.consent_url(site, chosen, f"{at}/back", f"{at}/callback/{state}")
        if unheard(self._public_url, shop):
            found.append(Check(step="settings", verdict=WARN, code="callback_deaf"))
        return Departure(url=url, state=state, address=site, found=found)

    def take_keys(self, state: str, body: bytes) -> bool:
        """Hold the keys that a shop posts; False where nobody asked for them.

        They are sealed, and tried when the merchant comes back: the shop waits for
        our answer meanwhile, and might have nobody left to answer us.
        """
        if not wc_auth.STATE.fullmatch(state):
            return False
        try:
            key, secret = wc_auth.keys(body)
        except BadRequest:
            return False
        now = self._branches.now()
        pair = Secret(json.dumps({"consumer_key": key, "consumer_secret": secret}))
        sealed = self._branches.vault.seal(pair)
        taken = grants.take(self._branches.db, state, WOOCOMMERCE, now, sealed)
        return taken is not None

    def waits_for(self, state: str) -> str:
        """Return the address of the shop that a browser was sent to, or ""."""
        found = grants.find(self._branches.db, state)
        if found is None or found.platform != WOOCOMMERCE:
            return ""
        is_over = self._branches.now() - found.made_at >= grants.LIFE
        return "" if is_over and not found.sealed else found.address

    def has_come(self, state: str) -> bool:
        """Say whether the shop has posted its keys for this state."""
        found = grants.find(self._branches.db, state)
        return found is not None and bool(found.sealed)

    def back_from_woocommerce(self, state: str) -> Arrival:
        """Try the keys that came, and connect the shop; they are forgotten after."""
        found = grants.find(self._branches.db, state)
        if found is None or not found.sealed:
            msg = saying("no keys have come for this; start again")
            raise BadRequest(msg)
        pair = json.loads(self._branches.vault.open(found.sealed).reveal())
        shop = ShopConfig(
            name=found.args["name"],
            platform=WOOCOMMERCE,
            address=found.address,
            keys_in_query="keys_in_query" in found.args,
            consumer_key=Secret(pair["consumer_key"]),
            consumer_secret=Secret(pair["consumer_secret"]),
        )
        steps = self._registrar.add(shop, ACTOR)
        grants.forget(self._branches.db, state)
        grants.conclude(self._branches.db, state, shop.name)
        return Arrival(shop=shop.name, found=steps, address=shop.address)

    @property
    def _public_url(self) -> str:
        return self._config.server.public_url.rstrip("/")

    def _begin(
        self, state: str, platform: str, address: str, args: dict[str, str]
    ) -> None:
        grants.forget_old(self._branches.db, self._branches.now())
        grants.begin(
            self._branches.db,
            state,
            platform=platform,
            address=address,
            args=args,
            now=self._branches.now(),
        )

    def _name(self, platform: str, address: str) -> str:
        """Return the shop's name if it has one, else a free one."""
        known = shops.ever(self._branches.db)
        for row in known:
            if (row.platform, row.address) == (platform, address):
                return row.name
        taken, wanted = {row.name for row in known}, name_for(address)[:36]
        names = [wanted, *(f"{wanted}-{number}" for number in range(2, 1000))]
        return next(name for name in names if name not in taken)


class Unreachable(BadRequest):
    """The site cannot be asked; `found` says why."""

    def __init__(self, found: Sequence[Check]) -> None:
        super().__init__()
        self.found = found
