"""Connect a shop, give it new keys, disconnect it; remember what a check found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from connector import policy
from connector.config import NO_SECRET
from connector.diagnoses import FAIL
from connector.errors import BadRequest
from connector.saying import saying
from connector.states import Refund
from connector.store import atomic, credentials, desk, history, refunds, shops

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import datetime

    from connector.config import Secret
    from connector.platform import Check, Shop
    from connector.store import Database
    from connector.vault import Vault

ABOUT = "shop"
PARTED = ("removed", "uninstalled", "erased")
UNDER_WAY = (Refund.SUBMITTED, Refund.UNKNOWN, Refund.PENDING)


def examine(shop: Shop) -> list[Check]:
    """Run every step of the check; the last one is the failure, where there is one."""
    found: list[Check] = []
    for check in shop.check():
        found.append(check)
        if check.verdict == FAIL:
            break
    return found


def has_failed(found: Iterable[Check]) -> bool:
    """Say whether something keeps the shop from working."""
    return any(check.verdict == FAIL for check in found)


def learnt(found: Iterable[Check]) -> dict[str, str]:
    """Put together what the steps learnt about the shop."""
    return {key: value for check in found for key, value in check.learnt.items()}


def remember(db: Database, name: str, found: Iterable[Check], now: datetime) -> None:
    """Keep what a check learnt about a connected shop."""
    shops.learnt(db, name, learnt(found), now)


@atomic
def add(
    db: Database,
    vault: Vault,
    *,
    name: str,
    platform: str,
    address: str,
    settings: Mapping[str, Any],
    given: Mapping[str, Secret],
    policy_text: str,
    found: Iterable[Check],
    actor: str,
    now: datetime,
) -> None:
    """Make a shop a row, with its sealed keys and its policy, in one commit.

    Raises BadRequest where it has become another's meanwhile.
    """
    shops.refuse_second(db, name, platform, address)
    credentials.keep_only(db, name, ())  # what it had under this name once
    shops.put(db, name, platform, address, now, settings=settings, origin="database")
    credentials.put(db, vault, name, given, now)
    shops.bind_policy(db, name, policy.digest(policy_text), policy_text, now)
    _let_go(db, name, actor, now)
    remember(db, name, found, now)
    _note(db, name, "connected", actor, now)


@atomic
def admit(
    db: Database,
    vault: Vault,
    *,
    name: str,
    platform: str,
    address: str,
    settings: Mapping[str, Any],
    given: Mapping[str, Secret],
    actor: str,
    now: datetime,
) -> None:
    """Make a shop that granted its tokens a row, or bring its row up to date.

    One that was connected keeps its policy and its other settings; a new one gets
    its policy once its currency is known (`start_policy`).
    """
    shops.refuse_second(db, name, platform, address)
    known = next((row for row in shops.ever(db) if row.name == name), None)
    kept = {**known.settings, **settings} if known else dict(settings)
    kept.pop("client_id", None)  # of its own app, which signed in before
    shops.put(db, name, platform, address, now, settings=kept, origin="database")
    credentials.put(db, vault, name, {"token": NO_SECRET, **given}, now)
    shops.touched(db, name)
    _let_go(db, name, actor, now)
    _note(db, name, "connected", actor, now)


@atomic
def start_policy(
    db: Database, name: str, found: Iterable[Check], now: datetime
) -> None:
    """Give a shop without a policy of its own the careful one, in its currency."""
    row, currency = shops.get(db, name), learnt(found).get("currency", "")
    bound = shops.policy_text(db, row.policy_hash) if row.policy_hash else ""
    is_start = not bound or bound == policy.starter(policy.stored(bound).currency)
    if not is_start or row.settings.get("policy") or (bound and not currency):
        return
    text = policy.starter(currency or "EUR")
    shops.bind_policy(db, name, policy.digest(text), text, now)


def _let_go(db: Database, name: str, actor: str, now: datetime) -> None:
    """Lift a pause that came with the parting; others were meant."""
    if shops.get(db, name).paused_why in PARTED:
        shops.pause(db, name, is_paused=False)
    desk.settle(db, ABOUT, name, "uninstalled", actor, now)


@atomic
def rotate(
    db: Database,
    vault: Vault,
    name: str,
    given: Mapping[str, Secret],
    *,
    actor: str,
    now: datetime,
) -> None:
    """Put new keys in the place of the old ones, and forget what no key opens."""
    credentials.drop_unreadable(db, vault, name)
    credentials.put(db, vault, name, given, now)
    _note(db, name, "keys_changed", actor, now)


def refuse_open(db: Database, name: str, now: datetime, *, leave_open: bool) -> None:
    """Raise BadRequest while a refund may be under way: nobody could look it up."""
    shops.get(db, name)
    is_open = bool(refunds.in_states(db, name, UNDER_WAY, now))
    if is_open and not leave_open:
        msg = saying(
            "refunds of this shop are under way; let them come to their end first"
        )
        raise BadRequest(msg, shop=name)


@atomic
def remove(
    db: Database,
    name: str,
    *,
    actor: str,
    now: datetime,
    keep: Collection[str] = (),
) -> None:
    """Forget a shop's keys and stop asking it; orders, returns and books stay.

    `keep` names the secrets by which it proves what it still sends, for a while
    (`purge`): 48 hours after it parted, Shopify sends `shop/redact`.
    """
    credentials.keep_only(db, name, keep)
    shops.pause(db, name, is_paused=True, why="removed")
    shops.remove(db, name, now)
    desk.close(db, ABOUT, name, actor, now)
    _note(db, name, "disconnected", actor, now)


def _note(db: Database, name: str, event: str, actor: str, now: datetime) -> None:
    history.note(
        db,
        shop=name,
        about=ABOUT,
        about_id=name,
        event=event,
        state=event,
        actor=actor,
        now=now,
    )
