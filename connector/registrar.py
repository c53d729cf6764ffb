"""Shops connected, checked, given new keys and disconnected: wizard and commands."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from connector import policy
from connector.branches import SIGNS
from connector.config import Secret
from connector.diagnoses import FAIL, OK, WARN
from connector.errors import BadRequest, NotFound, RetourError
from connector.findings import shop_findings
from connector.platform import Check
from connector.saying import joined, said_by, saying
from connector.settings import SECRETS, secrets, settings
from connector.steps import connect, hooks, watchdog
from connector.store import shops
from connector.ways import tidy_address

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from connector.branches import Branches
    from connector.config import Config, ShopConfig


class Registrar:
    """What may be done with the connected shops; every deed names who did it."""

    def __init__(self, branches: Branches, config: Config) -> None:
        self._branches, self._config = branches, config

    def examine(self, shop: ShopConfig) -> list[Check]:
        """Check a shop that is not connected yet, step by step; keeps nothing."""
        wrong = [
            _wrong(one.code, joined(": ", [one.what, one.cure]))
            for one in shop_findings(self._config, shop)
            if one.is_error or one.code == "W301"
        ]
        if wrong:
            return wrong
        try:
            asked = self._branches.adapter(shop)
        except RetourError as error:
            return [_wrong("E205", said_by(error))]
        return connect.examine(asked)

    def add(self, shop: ShopConfig, actor: str) -> list[Check]:
        """Check a shop and, unless a step fails, connect it; return the steps.

        Raises BadRequest where the name or the address is another shop's.
        """
        self.refuse_taken(shop)
        found = self.examine(shop)
        if connect.has_failed(found):
            return found
        currency = connect.learnt(found).get("currency") or "EUR"
        connect.add(
            self._branches.db,
            self._branches.vault,
            name=shop.name,
            platform=shop.platform,
            address=shop.address,
            settings=settings(shop),
            given=secrets(shop),
            policy_text=self._policy(shop, currency),
            found=found,
            actor=actor,
            now=self._branches.now(),
        )
        self._branches.refresh()
        return [*found, *self._after(shop.name)]

    def reach(self, shop: ShopConfig) -> list[Check]:
        """Check what can be checked without keys."""
        found: list[Check] = []
        try:
            for check in self._branches.adapter(shop).check():
                if check.step == "sign_in":
                    break
                found.append(check)
        except RetourError as error:
            return [_wrong("E205", said_by(error))]
        return found

    def admit(self, shop: ShopConfig, tokens: Mapping[str, str], actor: str) -> None:
        """Connect a shop that has granted its tokens, or renew what it granted."""
        db, now = self._branches.db, self._branches.now()
        connect.admit(
            db,
            self._branches.vault,
            name=shop.name,
            platform=shop.platform,
            address=shop.address,
            settings=settings(shop),
            given={name: Secret(text) for name, text in tokens.items()},
            actor=actor,
            now=now,
        )
        connect.start_policy(db, shop.name, (), now)
        self._branches.refresh()
        self._after(shop.name)

    def check(self, name: str) -> list[Check]:
        """Examine a connected shop and keep what was learnt; raises NotFound."""
        self._branches.refresh()
        shop = self._branches.shops.get(name)
        if shop is None:
            shops.get(self._branches.db, name)
            msg = saying(
                "this shop cannot be used: look at the desk, or give it new keys"
            )
            raise NotFound(msg, shop=name)
        found = connect.examine(shop)
        now = self._branches.now()
        connect.remember(self._branches.db, name, found, now)
        connect.start_policy(self._branches.db, name, found, now)
        return found

    def rotate(self, name: str, given: Mapping[str, Secret], actor: str) -> list[Check]:
        """Try new keys and, only when they work, put them in the old ones' place."""
        shop, old = self._branches.parts(name)
        found = self.examine(replace(shop, **_fitting(old | dict(given))))
        if connect.has_failed(found):
            return found
        written = dict(given)
        if "client_secret" in given and old.get("client_secret"):
            # Shopify goes on signing with the old one for up to an hour.
            written["webhook_secret_old"] = old["client_secret"]
        connect.rotate(
            self._branches.db,
            self._branches.vault,
            name,
            written,
            actor=actor,
            now=self._branches.now(),
        )
        self._branches.refresh()
        return found

    def remove(self, name: str, actor: str, *, leave_open: bool = False) -> list[Check]:
        """Disconnect a shop: its webhooks and keys go, its books stay.

        Raises BadRequest while a refund may be under way, unless `leave_open`, and
        for a shop that the configuration file still names.
        """
        if any(shop.name == name for shop in self._config.shops):
            msg = saying(
                "this shop is in the configuration file; take it out there first"
            )
            raise BadRequest(msg, shop=name)
        now = self._branches.now()
        connect.refuse_open(self._branches.db, name, now, leave_open=leave_open)
        said = self._before_removal(name)
        row = shops.get(self._branches.db, name)
        connect.remove(
            self._branches.db,
            name,
            actor=actor,
            now=self._branches.now(),
            keep=SIGNS.get(row.platform, ()),
        )
        self._branches.refresh()
        return said

    def refuse_taken(self, shop: ShopConfig) -> None:
        """Raise BadRequest where the name or the address is another shop's."""
        known = {row.name: row for row in shops.ever(self._branches.db)}
        row = known.get(shop.name)
        if row and row.removed_at is None:
            msg = saying(
                "a connected shop has this name; choose another, or give it new keys"
            )
            raise BadRequest(msg, name=shop.name)
        if row and (row.platform, row.address) != (shop.platform, shop.address):
            msg = saying("this name belonged to another shop, whose books are kept")
            raise BadRequest(msg, name=shop.name)
        for other in known.values():
            is_same = tidy_address(other.platform, other.address) == tidy_address(
                shop.platform, shop.address
            )
            if other.removed_at is None and is_same:
                msg = saying("this shop is connected already")
                raise BadRequest(msg, name=other.name)

    def _policy(self, shop: ShopConfig, currency: str) -> str:
        if shop.policy:
            return policy.read(self._config.path(shop.policy))
        return policy.starter(currency)

    def _after(self, name: str) -> Sequence[Check]:
        """Do what follows a connection; what fails is done again by its job."""
        wish = self._branches.wish(name)
        done = watchdog.watch(
            self._branches.db, self._branches.shops[name], wish, self._branches.now
        )
        if done is None or done.refused or done.unclear:
            what = "; ".join(topic for topic, _ in done.refused) if done else ""
            facts = {"topics": what}
            code = "webhooks_refused" if what else "webhooks_later"
            return [Check(step="webhooks", verdict=WARN, code=code, facts=facts)]
        if wish.doubt:
            facts = {"address": wish.address}
            return [
                Check(step="webhooks", verdict=WARN, code="webhooks_deaf", facts=facts)
            ]
        facts = {"count": str(len(done.made) + len(done.kept))}
        return [Check(step="webhooks", verdict=OK, code="webhooks_made", facts=facts)]

    def _before_removal(self, name: str) -> list[Check]:
        """Take our webhooks out of the shop, if it answers."""
        shop = self._branches.shops.get(name)
        if shop is None or not hooks.remove_all(
            self._branches.db, shop, self._branches.wish(name)
        ):
            return [Check(step="webhooks", verdict=WARN, code="webhooks_left")]
        return [Check(step="webhooks", verdict=OK, code="webhooks_removed")]


def _wrong(code: str, what: str) -> Check:
    return Check(step="settings", verdict=FAIL, code=code, facts={"what": what})


def _fitting(given: Mapping[str, Secret]) -> dict[str, Any]:
    return {key: one for key, one in given.items() if key in SECRETS}
