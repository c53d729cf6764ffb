"""Which policy version comes into force as Retour starts, for a shop of the file.

A file that is refused, since it was edited or since an upgrade knows the law better,
stops nobody: what was accepted before goes on, or a person looks at every return.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from connector import policy
from connector.errors import ConfigError, NotFound, PolicyError
from connector.findings import REFUSED_POLICY
from connector.saying import said_by, saying
from connector.store import atomic, desk, shops

if TYPE_CHECKING:
    from datetime import datetime

    from connector.config import Config, ShopConfig
    from connector.store import Database

log = logging.getLogger(__name__)

REFUSED = "policy_refused"
STAYS = saying("the version that was in force before stays")
CAREFUL = saying(
    "the version before is refused too, so a person looks at every return of orders"
    " that are placed from now on"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The text that comes into force, "" where what is bound stays; and what to say.

    `why` is what is wrong with the file; "" where nothing is.
    """

    text: str = ""
    why: str = ""
    instead: str = ""


def choose(db: Database, config: Config, shop: ShopConfig) -> Chosen:
    """Choose it; raises ConfigError for a refused file with nothing before it."""
    bound = _bound(db, shop.name)
    if not shop.policy:
        return Chosen(text="" if bound else policy.starter("EUR"))
    try:
        text = policy.read(config.path(shop.policy))
        policy.load(text, shop.policy)
    except PolicyError as error:
        return _instead(shop, bound, said_by(error))
    return Chosen(text=text)


def _bound(db: Database, name: str) -> str:
    """Return the text that is in force for a shop; "" where none is."""
    try:
        digest = shops.get(db, name).policy_hash
    except NotFound:
        return ""
    return shops.policy_text(db, digest) if digest else ""


def _instead(shop: ShopConfig, bound: str, why: str) -> Chosen:
    try:
        known = policy.stored(bound) if bound else None
    except PolicyError:
        known = None
    if known is None:
        msg = f"{REFUSED_POLICY} [shops.{shop.name}] {why}\n      see docs/policy.md"
        raise ConfigError(msg)
    careful = policy.starter(known.currency)
    try:
        policy.load(bound)
    except PolicyError:
        return Chosen(text=careful, why=why, instead=CAREFUL)
    return Chosen(why=why, instead=CAREFUL if bound == careful else STAYS)


@atomic
def put(db: Database, name: str, chosen: Chosen, now: datetime) -> None:
    """Put it in force, and lay a refused file before a person until it is mended."""
    if chosen.text:
        shops.bind_policy(db, name, policy.digest(chosen.text), chosen.text, now)
    if not chosen.why:
        if desk.is_open(db, "shop", name, REFUSED):
            desk.settle(db, "shop", name, REFUSED, "retour", now)
        return
    why = saying(
        "the policy file is refused, and nothing is decided by it: %(why)s. Meanwhile:"
        " %(instead)s. Mend the file, look with `retour policy check`, and start again",
        why=chosen.why,
        instead=chosen.instead,
    )
    log.error("%s", why, extra={"shop": name})
    desk.put(db, shop=name, about="shop", about_id=name, code=REFUSED, why=why, now=now)
