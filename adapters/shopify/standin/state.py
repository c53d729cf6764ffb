"""The stand-in's whole memory: clock, ids, rows, books, and what waits to be sent."""

from __future__ import annotations

import random
import threading
from collections import Counter, deque
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NoReturn

from adapters.shopify.standin.amounts import Json
from adapters.shopify.standin.idempotency import Keys
from adapters.shopify.standin.operations import Operations
from adapters.shopify.standin.switches import Switches

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adapters.shopify.standin.grants import Pair
    from adapters.shopify.standin.records import (
        Customer,
        GiftCard,
        Order,
        Payout,
        Refund,
        Return,
        Transaction,
        Variant,
    )
    from adapters.shopify.standin.server import Door

LOCATION = "gid://shopify/Location/70000000001"
FAILS_AFTER = timedelta(hours=1)  # how long a doomed pending refund stays pending
REASONS = (
    ("unknown", "Unknown"),
    ("changed-my-mind", "Changed my mind"),
    ("item-not-as-described", "Item not as described"),
    ("received-the-wrong-item", "Received the wrong item"),
    ("other-reason", "Other"),
    ("damaged-or-defective", "Damaged or defective"),
    ("too-small", "Too small"),
    ("too-big", "Too big"),
    ("style", "Style"),
    ("color", "Color"),
)
SCOPES = (
    "read_orders",
    "write_orders",
    "read_returns",
    "write_returns",
    "read_products",
    "read_customers",
    "read_locations",
    "read_fulfillments",
)
# Those of the ways to make good beside money.
CREDIT_SCOPES = (
    "read_store_credit_accounts",
    "write_store_credit_account_transactions",
    "read_gift_cards",
    "write_gift_cards",
)


class Refused(Exception):
    """A mutation that changes nothing; carries the userErrors entry."""

    def __init__(
        self, message: str, field: Sequence[str] | None, code: str | None = "INVALID"
    ) -> None:
        super().__init__(message)
        self.message = message
        self.field = list(field) if field is not None else None
        self.code = code

    def view(self) -> Json:
        """Show it as an entry of `userErrors`."""
        return {"message": self.message, "field": self.field, "code": self.code}


def refuse(
    message: str, field: Sequence[str] | None, code: str | None = "INVALID"
) -> NoReturn:
    """Refuse a mutation; what it touched before must be nothing."""
    raise Refused(message, field, code)


@dataclass(frozen=True, slots=True)
class Event:
    """Something a subscription may want to hear of."""

    topic: str
    payload: Json
    event_id: str
    at: datetime


@dataclass(slots=True)
class Subscription:
    """A webhook subscription made through the Admin API."""

    gid: str
    topic: str
    uri: str
    created_at: datetime
    filter: str | None = None
    include_fields: list[str] = field(default_factory=list)
    name: str | None = None


@dataclass
class State:
    """Everything the shop knows; hold `lock` while reading or writing it."""

    domain: str
    token: str
    client_id: str
    client_secret: str
    clock: Callable[[], datetime]
    seed: int = 1
    currency: str = "EUR"
    taxes_included: bool = True
    scopes: Sequence[str] = SCOPES
    autodeliver: bool = False
    api_version: str = "2026-10"
    served_version: str = ""  # said on answers and webhooks where it differs
    shop_not_permitted: bool = False
    app_not_installed: bool = False
    app_url: str = ""  # where the app answers, for its proxy and its frame
    redirect_urls: Sequence[str] = ()  # that the app allows; () is any

    def __post_init__(self) -> None:
        """Start empty."""
        self.lock = threading.RLock()
        self.changed = threading.Event()
        self.rng = random.Random(self.seed)  # noqa: S311 - repeatable, not secret
        self.switches = Switches(self.rng)
        self.keys = Keys()
        self.tokens: dict[str, datetime] = {}
        self.codes: dict[str, tuple[str, str]] = {}  # code -> (client, scopes)
        self.pairs: list[Pair] = []
        self.variants: dict[str, Variant] = {}
        self.orders: dict[str, Order] = {}
        self.returns: dict[str, Return] = {}
        self.refunds: dict[str, Refund] = {}
        self.transactions: dict[str, Transaction] = {}
        self.customers: dict[str, Customer] = {}
        self.cards: dict[str, GiftCard] = {}
        self.locations = {LOCATION: "Warehouse"}
        self.restocked: Counter[tuple[str, str]] = Counter()  # variant, location
        self.credit_enabled = True
        self.subscriptions: dict[str, Subscription] = {}
        self.payouts: dict[str, Payout] = {}
        self.events: deque[Event] = deque()
        self.gateway_plan: deque[str] = deque()
        self.bulk = Operations()
        self.is_bulk = False  # connections give all that they have
        self.address = ""  # where the door is, once it is open
        self.door: Door  # that door
        self._last_id = 5_000_000_000_000 + self.seed
        self._event_id = ""
        self._stamp = self.clock()
        self.begin()

    def now(self) -> datetime:
        """Read the shop's clock, to the second as Shopify's answers are."""
        return self.clock().replace(microsecond=0)

    def new_gid(self, kind: str) -> str:
        """Give the next thing of a kind its id."""
        self._last_id += 32_768
        return f"gid://shopify/{kind}/{self._last_id}"

    def new_uuid(self) -> str:
        """Make a repeatable id for deliveries and requests."""
        digits = f"{self.rng.getrandbits(128):032x}"
        cuts = ((0, 8), (8, 12), (12, 16), (16, 20), (20, 32))
        return "-".join(digits[start:end] for start, end in cuts)

    def begin(self) -> None:
        """Open a merchant action: its webhooks share one event id."""
        self._event_id = self.new_uuid()
        self.catch_up()

    def touch(self, order: Order) -> None:
        """Move the order's `updatedAt`, and never backwards."""
        order.updated_at = max(order.updated_at, self.now())

    def announce(self, topic: str, payload: Json) -> None:
        """Queue an event for whoever subscribed."""
        self.events.append(Event(topic, payload, self._event_id, self.clock()))
        self.changed.set()

    @contextmanager
    def unlocked(self) -> Iterator[None]:
        """Let others in while a gateway is asked; the lock must be held once."""
        self.lock.release()
        try:
            yield
        finally:
            self.lock.acquire()

    def settle_transaction(self, transaction: Transaction, status: str) -> None:
        """Write the gateway's late word down, and let the money move or not."""
        transaction.status = status
        transaction.fails_at = None
        if status == "FAILURE":
            transaction.error_code = "PAYMENT_PROVIDER_ERROR"
        payout = self.payouts[transaction.gid]
        self.payouts[transaction.gid] = replace(payout, moved=status == "SUCCESS")
        self.touch(self.orders[transaction.order_gid])

    def catch_up(self) -> None:
        """Fail the pending refunds whose gateway gave up by now."""
        now = self.clock()
        for transaction in list(self.transactions.values()):
            if transaction.fails_at is not None and transaction.fails_at <= now:
                self.settle_transaction(transaction, "FAILURE")
