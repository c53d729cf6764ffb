"""WooCommerce hands its keys over: the browser is sent there, the keys come by a POST.

That POST is signed by nobody. Two things prove it: a state that only the shop was told,
good once and for half an hour; and the keys themselves, which must work at the address
that the merchant named. Nothing is kept before both are proved.
"""

from __future__ import annotations

import json
import secrets as tokens
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode, urlsplit

from connector.config import Secret, ShopConfig, Timeouts
from connector.diagnoses import FAIL
from connector.errors import NotFound, RetourError
from connector.platform import Check
from connector.settings import secrets, settings
from connector.steps import connect, grant
from connector.steps.grant import FAILED
from connector.store import grants
from connector.ways import name_for, tidy_address
from connector.web.face import Arrival, Departure

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from connector.branches import Branches
    from connector.registrar import Registrar
    from connector.store.grants import Grant

PLATFORM = "woocommerce"
PATH = "/install/woocommerce"
APP_NAME = "Retour"
LONGEST_KEY = 200
# The shop waits for our answer, a minute at most, and we ask it about ten things.
PROOF = Timeouts(connect=5.0, read=8.0, total=10.0)
FLAGS = ("allow_http", "keys_in_query")


class Installs:
    """Browsers sent to WooCommerce shops, and the keys that come of it."""

    def __init__(self, branches: Branches, registrar: Registrar) -> None:
        self._branches, self._registrar = branches, registrar

    def begin(self, url: str, name: str, flags: Mapping[str, bool]) -> Departure:
        """Look at a shop and say where to send the browser; raises BadRequest.

        `flags` are allow_http and keys_in_query. Without an address to go to, the last
        step says why.
        """
        address = tidy_address(PLATFORM, url)
        shop = ShopConfig(
            name=name or name_for(address),
            platform=PLATFORM,
            address=address,
            allow_http=flags.get("allow_http", False),
            keys_in_query=flags.get("keys_in_query", False),
        )
        if not self._is_known(shop):
            self._registrar.refuse_taken(shop)
        steps = [*self._before(shop)]
        if connect.has_failed(steps):
            return Departure(name=shop.name, address=address, steps=steps)
        state = tokens.token_urlsafe(32)  # percent-encoded characters would not pass
        args = {key: "1" for key in FLAGS if getattr(shop, key)} | {"name": shop.name}
        grants.begin(
            self._branches.db,
            state,
            platform=PLATFORM,
            address=address,
            args=args,
            now=self._branches.now(),
        )
        to = f"{address}/wc-auth/v1/authorize?{self._asked(state)}"
        return Departure(
            name=shop.name, address=address, steps=steps, state=state, to=to
        )

    def _asked(self, state: str) -> str:
        here = self._branches.public_url.rstrip("/") + PATH
        asked = {
            "app_name": APP_NAME,
            "scope": "read_write",
            "user_id": APP_NAME,
            "return_url": f"{here}/done",
            "callback_url": f"{here}/callback/{state}",
        }
        return urlencode(asked, quote_via=quote, safe="")

    def _before(self, shop: ShopConfig) -> Iterator[Check]:
        """Find what would fail later: our own address, the way to the shop's API."""
        yield from self._registrar.wrong(shop)
        here = self._branches.public_url
        if urlsplit(here).scheme != "https":
            yield Check(step="settings", verdict=FAIL, code="callback_http")
            return
        yield from connect.knock(PLATFORM, here)
        try:
            asked = self._branches.adapter(shop)
        except RetourError:
            return  # said above: the address is no https
        for check in asked.check():
            if check.step == "sign_in":
                return
            yield check

    def receive(self, state: str, body: bytes) -> str:
        """Take what a shop posted; "" when its keys are kept, else why they are not."""
        db, now = self._branches.db, self._branches.now()
        errand = grants.find(db, state)
        if errand is None or errand.platform != PLATFORM:
            return "unknown"
        if errand.used_at or now - errand.made_at >= grants.LIFE:
            return "over"
        given = _keys(body)
        if given is None:
            return "malformed"
        shop = replace(self._shop(errand), **given)
        found = self._registrar.examine(replace(shop, timeouts=PROOF))
        failed = [one.code for one in found if one.verdict == FAIL]
        if failed:
            grants.stumble(db, state, FAILED + failed[0])
            return failed[0]
        currency = connect.learnt(found).get("currency") or "EUR"
        is_kept = grant.settle(
            db,
            self._branches.vault,
            state,
            name=shop.name,
            platform=PLATFORM,
            address=shop.address,
            settings=settings(shop),
            given=secrets(shop),
            policy_text=self._registrar.policy_text(shop, currency),
            found=found,
            now=self._branches.now(),
        )
        self._branches.refresh()
        return "" if is_kept else "over"

    def arrive(self, state: str) -> Arrival:
        """Say what became of an errand, for the browser that comes back."""
        errand = grants.find(self._branches.db, state)
        if errand is None or errand.platform != PLATFORM:
            return Arrival(became="unknown")
        became, steps = self._became(errand)
        return Arrival(
            became=became,
            name=errand.args["name"],
            address=errand.address,
            steps=steps,
        )

    def _became(self, errand: Grant) -> tuple[str, list[Check]]:
        if errand.used_at:
            try:
                return "connected", self._registrar.arrive(errand.outcome)
            except NotFound:  # it was disconnected since
                return "unknown", []
        if self._branches.now() - errand.made_at >= grants.LIFE:
            return "over", []
        if errand.outcome:
            code = errand.outcome.removeprefix(FAILED)
            check = Check(step="sign_in", verdict=FAIL, code=code, facts=UNSAID)
            return "failed", [check]
        return "waiting", []

    def _is_known(self, shop: ShopConfig) -> bool:
        db = self._branches.db
        return grant.is_known(db, shop.name, PLATFORM, shop.address)

    def _shop(self, errand: Grant) -> ShopConfig:
        """Put the shop of an errand together; one that is known keeps its settings."""
        name = errand.args["name"]
        shop = ShopConfig(name=name, platform=PLATFORM, address=errand.address)
        if self._is_known(shop):
            shop = self._branches.parts(name)[0]
        flags: dict[str, Any] = {key: True for key in FLAGS if key in errand.args}
        return replace(shop, **flags)


# What the texts of a failure would be filled with, where it is not known any more.
UNSAID = {"seconds": "600", "to": "…", "version": "…", "what": "…"}


def _keys(body: bytes) -> dict[str, Any] | None:
    """Read the two parts of a key; None for what no shop would send."""
    try:
        found = json.loads(body)
    except ValueError:
        return None
    if not isinstance(found, dict):
        return None
    given = {name: found.get(name) for name in ("consumer_key", "consumer_secret")}
    is_good = all(
        isinstance(one, str)
        and 0 < len(one) <= LONGEST_KEY
        and one.isascii()
        and one.isprintable()
        and " " not in one
        for one in given.values()
    )
    return {name: Secret(str(one)) for name, one in given.items()} if is_good else None
