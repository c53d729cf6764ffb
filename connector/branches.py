"""The connected shops, built from their rows, and built anew when those change.

Shops may come, change and go while Retour runs, in another process too: the web's
wizard adds one, the jobs' process finds it within `FRESH_SECONDS`.
"""

from __future__ import annotations

import logging
import secrets as tokens
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Generic, TypeVar

from adapters.pacing import Pacing
from connector import inbound
from connector.config import NO_SECRET, Secret, ShopConfig
from connector.errors import BadRequest, ConfigError, RetourError
from connector.findings import unheard
from connector.outfit import NO_APP, adapter, doors, payday, storefront
from connector.platform import Shop
from connector.saying import said_by, saying
from connector.settings import shop_config
from connector.steps.hooks import Wish
from connector.steps.pace import Measure, SharedPace, VersionWatch
from connector.store import credentials, desk, hooks, shops
from connector.tokens import SealedTokens
from connector.web import Storefront
from webhooks import Door

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from adapters.shopify.oauth import App
    from connector.store import Database
    from connector.store.shops import ShopRow
    from connector.vault import Vault
    from connector.withdrawal import Seller
    from jobs.schedule import Payday

T = TypeVar("T")

log = logging.getLogger(__name__)

FRESH_SECONDS = 2.0
UNUSABLE = "unusable"
WEBHOOK_SECRET = "webhook_secret"  # noqa: S105 - a name
OLD_SECRET_LIFE = timedelta(hours=1)
# By platform, the secrets that prove what a shop sends after it has left.
SIGNS = {"shopify": ("webhook_secret", "webhook_secret_old", "client_secret")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """One shop with all that is built from its row."""

    config: ShopConfig
    revision: int
    shop: Shop
    storefront: Storefront
    doors: tuple[Door, ...]


class View(Mapping[str, T], Generic[T]):
    """One aspect of every branch, by the shop's name; always the newest."""

    def __init__(self, branches: Branches, aspect: Callable[[Branch], T]) -> None:
        self._branches, self._aspect = branches, aspect

    def __getitem__(self, name: str) -> T:
        """Return it for one shop; raises KeyError."""
        return self._aspect(self._branches.all()[name])

    def __iter__(self) -> Iterator[str]:
        """Name the connected shops."""
        return iter(self._branches.all())

    def __len__(self) -> int:
        """Count them."""
        return len(self._branches.all())


class Branches:
    """Reads rows and builds branches; safe to share between threads."""

    def __init__(
        self,
        db: Database,
        vault: Vault,
        now: Callable[[], datetime],
        sleep: Callable[[float], None] = time.sleep,
        *,
        public_url: str = "",
        allow: Sequence[str] = (),
        ca_file: str = "",
        app: App = NO_APP,
    ) -> None:
        self.allow, self.ca_file, self.app = allow, ca_file, app
        self.public_url = public_url
        self.db, self.vault, self.now, self.sleep = db, vault, now, sleep
        self._lock = threading.RLock()
        self._built: dict[str, Branch] = {}
        self._broken: dict[str, int] = {}
        self._shut: dict[str, tuple[Door, ...]] = {}  # doors of the broken ones
        self._left: dict[tuple[str, int], tuple[Door, ...]] = {}
        self._read_at = float("-inf")
        self.shops: Mapping[str, Shop] = View(self, lambda one: one.shop)
        self.storefronts: Mapping[str, Storefront] = View(
            self, lambda one: one.storefront
        )
        self.configs: Mapping[str, ShopConfig] = View(self, lambda one: one.config)
        self.sellers: Mapping[str, Seller] = View(
            self, lambda one: one.storefront.seller
        )
        self.staff: Mapping[str, str] = View(
            self, lambda one: one.config.staff_language
        )
        self.paydays: Mapping[str, Payday] = View(
            self, lambda one: payday(db, one.config)
        )
        self.doors = Doorways(self)

    def all(self) -> dict[str, Branch]:
        """Return every branch, at most two seconds old."""
        with self._lock:
            if time.monotonic() - self._read_at >= FRESH_SECONDS:
                self.refresh()
            return self._built

    def refresh(self) -> None:
        """Read the rows now: call it after a change in this process."""
        with self._lock:
            known = shops.revisions(self.db)
            built = dict(self._built)
            for name in built.keys() - known.keys():
                del built[name]
            for name in self._shut.keys() - known.keys():
                del self._shut[name]
            for name, revision in known.items():
                if self._broken.get(name) == revision:
                    continue
                if name not in built or built[name].revision != revision:
                    self._build(built, name, revision)
            self._built, self._read_at = built, time.monotonic()
            self._left = {
                (row.name, row.revision): self._left.get((row.name, row.revision))
                or self._left_doors(row)
                for row in shops.left(self.db)
            }

    @property
    def shut(self) -> tuple[Door, ...]:
        """The doors of shops that cannot be used: what knocks must come again."""
        return tuple(door for known in self._shut.values() for door in known)

    @property
    def left(self) -> tuple[Door, ...]:
        """The doors of shops that have left: only for what they ask of privacy."""
        return tuple(door for known in self._left.values() for door in known)

    def _left_doors(self, row: ShopRow) -> tuple[Door, ...]:
        if row.platform not in SIGNS:
            return ()
        try:
            config = self.config(row.name)
        except RetourError:
            return ()  # its keys are gone, or cannot be opened any more
        return tuple(
            replace(door, has_left=True)
            for door in doors(config, self.app)
            if door.secrets and door.platform == row.platform
        )

    def _build(self, built: dict[str, Branch], name: str, revision: int) -> None:
        """Build one; a shop that cannot be built is said and keeps nobody waiting."""
        built.pop(name, None)
        try:
            config = self.config(name)
            built[name] = Branch(
                config=config,
                revision=revision,
                shop=self._own(config),
                storefront=storefront(config),
                doors=tuple(doors(config, self.app)),
            )
        except RetourError as error:
            self._broken[name] = revision
            self._shut[name] = tuple(_shut_doors(shops.get(self.db, name)))
            log.error("a shop cannot be used", extra={"shop": name})  # noqa: TRY400 - ours
            desk.put(
                self.db,
                shop=name,
                about="shop",
                about_id=name,
                code=UNUSABLE,
                why=saying(
                    "this shop cannot be asked anything: %(why)s", why=said_by(error)
                ),
                now=self.now(),
            )
        else:
            self._broken.pop(name, None)
            self._shut.pop(name, None)
            if desk.is_open(self.db, "shop", name, UNUSABLE):
                desk.settle(self.db, "shop", name, UNUSABLE, "retour", self.now())

    def config(self, name: str) -> ShopConfig:
        """Put a shop's configuration together; raises ConfigError, NotFound."""
        row = shops.get(self.db, name)
        known = credentials.of(self.db, self.vault, name)
        return shop_config(name, row.platform, row.address, row.settings, known)

    def adapter(self, config: ShopConfig) -> Shop:
        """Build the adapter of a shop that is not connected yet."""
        return adapter(
            config, self.now, self.sleep, allow=self.allow, ca_file=self.ca_file
        )

    def _own(self, config: ShopConfig) -> Shop:
        """Build the adapter of a connected shop: its tokens live in the database."""
        tokens = SealedTokens(self.db, self.vault, config.name, self.now, self.sleep)
        return adapter(
            config,
            self.now,
            self.sleep,
            allow=self.allow,
            ca_file=self.ca_file,
            tokens=tokens,
            app=self.app,
            pacing=self._pacing(config),
        )

    def _pacing(self, shop: ShopConfig) -> Pacing:
        """Return the pace that all workers of a shop share, and its version's watch."""
        limits, is_paced_by_places = shop.limits, shop.platform == "woocommerce"
        measure = Measure(
            most_at_once=limits.most_at_once if is_paced_by_places else None,
            backfill_share=limits.backfill_share,
            breaker_failures=limits.breaker_failures,
            breaker_for=timedelta(seconds=limits.breaker_seconds),
            lease=timedelta(seconds=2 * shop.timeouts.total),
        )
        db, now = self.db, self.now
        watch = VersionWatch(db=db, shop=shop.name, pinned=shop.api_version, clock=now)
        pace = SharedPace(db=db, shop=shop.name, clock=now, measure=measure)
        return Pacing(pace=pace, observer=watch, sleep=self.sleep)

    def parts(self, name: str) -> tuple[ShopConfig, dict[str, Secret]]:
        """Return a shop without secrets, and those of its secrets that still open."""
        row = shops.get(self.db, name)
        bare = shop_config(name, row.platform, row.address, row.settings, {})
        try:
            return bare, credentials.of(self.db, self.vault, name)
        except ConfigError:
            return bare, {}

    def wish(self, name: str) -> Wish:
        """Say where a shop's webhooks shall knock; makes their secret where we may.

        Shopify signs with the app's own secret, WooCommerce with one that we make.
        """
        branch = self.all()[name]
        address = self.public_url.rstrip("/") + branch.shop.hook_path
        doubt = unheard(self.public_url, branch.config)
        if branch.config.platform != "woocommerce":
            version = branch.config.api_version
            return Wish(
                address=address, secret=NO_SECRET, api_version=version, doubt=doubt
            )
        if not branch.config.webhook_secret:
            new = Secret(tokens.token_urlsafe(32))
            credentials.ensure(
                self.db, self.vault, name, WEBHOOK_SECRET, new, self.now()
            )
            self.refresh()
        return Wish(
            address=address,
            secret=self.all()[name].config.webhook_secret,
            since=credentials.changed_at(self.db, name, WEBHOOK_SECRET),
            doubt=doubt,
        )

    def rotate_hooks(self, name: str) -> None:
        """Make a new secret for a shop's webhooks; the old one is taken meanwhile.

        Raises BadRequest where another place sets the secret, and while a webhook
        still signs with the one before: a third would be refused.
        """
        branch = self.all()[name]
        if branch.config.platform != "woocommerce":
            msg = saying("Shopify signs with the app's client secret; rotate that")
            raise BadRequest(msg, shop=name)
        now_used = self.wish(name).mark
        if any(hook.secret != now_used for hook in hooks.of(self.db, name)):
            msg = saying(
                "some webhooks still sign with the secret before this one; wait"
            )
            raise BadRequest(msg, shop=name)
        branch = self.all()[name]
        new = Secret(tokens.token_urlsafe(32))
        given = {
            WEBHOOK_SECRET: new,
            f"{WEBHOOK_SECRET}_old": branch.config.webhook_secret,
        }
        credentials.put(self.db, self.vault, name, given, self.now())
        self.refresh()

    def drop_old_secret(self, name: str) -> None:
        """Stop taking the old secret, once nothing signs with it any more.

        Shopify signs with the new one within an hour; a day is surely enough.
        """
        config, old = self.all()[name].config, f"{WEBHOOK_SECRET}_old"
        if not config.webhook_secret_old:
            return
        wish = self.wish(name)
        if wish.secret:
            since, life = wish.since, OLD_SECRET_LIFE
        else:
            since, life = credentials.changed_at(self.db, name, old), timedelta(days=1)
        is_late = since is not None and self.now() - since > life
        is_over = all(hook.secret == wish.mark for hook in hooks.of(self.db, name))
        if is_late and is_over:
            credentials.put(self.db, self.vault, name, {old: NO_SECRET}, self.now())
            self.refresh()


class Doorways:
    """Every door of every branch, for webhooks to find."""

    def __init__(self, branches: Branches) -> None:
        self._branches = branches

    def __iter__(self) -> Iterator[Door]:
        """Go from door to door."""
        for branch in self._branches.all().values():
            yield from branch.doors
        yield from self._branches.shut
        yield from self._branches.left


def _shut_doors(row: ShopRow) -> Iterator[Door]:
    domain = row.address.lower() if row.platform == "shopify" else ""
    for platform in (row.platform, inbound.SOURCE):
        yield Door(shop=row.name, platform=platform, domain=domain, is_shut=True)
