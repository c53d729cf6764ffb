"""What the core asks of a shop. Adapters satisfy these; nothing inherits them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from connector.model import Resolution

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime, timedelta
    from typing import Any

    from connector.model import (
        Batch,
        Change,
        Deduction,
        Finding,
        Order,
        Prepared,
        Receipt,
        RefundRequest,
        Return,
        Shelved,
        ShopRefund,
        ShopReturn,
        Sighting,
        Ware,
    )
    from connector.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a shop keeps goods: a location, a warehouse."""

    ref: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Abilities:
    """What a platform can do; the core branches on these, never on names."""

    holds_returns: bool  # the shop has return objects of its own
    opens_returns: bool = True  # and ours can be made there
    pays_through_returns: bool = True  # and a refund goes through its return
    rewrites_requests: bool = False  # customers write new requests over old ones
    lists_returns: bool = False  # they change without their order: list them too
    books_arrivals: bool = False  # it wants to hear of goods as they come back
    lists_open_returns: bool = False  # its open returns can be listed at once
    lists_refunds: bool = False  # all refunds of the shop can be listed at once
    api_version: str = ""  # the one that we speak; "" where the platform pins none
    ways: frozenset[Resolution] = frozenset({Resolution.REFUND})  # of making good
    keeps_credit: bool = False  # it keeps the balance of store credit; else we do
    bonus_apart: bool = False  # a bonus is a credit of its own there
    pays_on_order: bool = False  # new goods join the order that they replace
    restocks_by_line: bool = True  # a refund restocks some of its lines, others not
    shelves_apart: frozenset[Resolution] = frozenset()  # ways that book no goods
    places: tuple[Place, ...] = ()  # where goods can be restocked, if there is a choice


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What a webhook body is about, read without trusting it for money.

    `about` is order, refund, return, goods, returns (one of the shop's open ones, it
    does not say which), dispute, scopes, uninstalled, history
    (what `Shop.history` waits for is ready), noted (known, and of no concern
    to us), or unknown. For a refund without an order
    (`action.woocommerce_refund_created`), `order_ref` is empty. `detail` is the state
    of a dispute, or the scopes that are short.
    """

    about: str
    order_ref: str = ""
    return_ref: str = ""
    refund_ref: str = ""
    goods_ref: str = ""  # the way back of goods, where only that was named
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What one step of a connection check found.

    `verdict` is ok, warn (it works, but not all of it) or fail. `code` names the
    words for people (`connector.diagnoses`), `facts` fill them; `learnt` is what is
    worth keeping about the shop (version, currency, time_zone, ...). No secret.
    """

    step: str  # reach, sign_in, permission, version, currency, ...
    verdict: str
    code: str
    facts: Mapping[str, str] = field(default_factory=dict)
    learnt: Mapping[str, str] = field(default_factory=dict)


class TokenStore(Protocol):
    """Where the tokens of a shop live that Retour fetches; sealed, by their names."""

    def read(self) -> dict[str, str]:
        """Return what is kept."""
        ...

    def renew(
        self,
        is_good: Callable[[dict[str, str]], bool],
        fetch: Callable[[dict[str, str]], dict[str, str]],
    ) -> dict[str, str]:
        """Return good tokens; one process at a time fetches, the others wait.

        What was fetched is kept before it is used: it may be the only copy.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """One webhook as the shop lists it; the secret is never told."""

    ref: str
    topic: str
    address: str
    status: str = "active"  # the shop's own word; all but `active` is out of order
    api_version: str = ""
    name: str = ""


class Observer(Protocol):
    """Who is told what the shop says of itself beside its answers."""

    def served(self, version: str) -> None:
        """Take note of the API version that the shop really served."""
        ...


class Shop(Protocol):
    """One connected shop.

    Every method may raise Unavailable (it surely never arrived), Rejected
    (refused; Gone when the object does not exist) or OutcomeUnknown (perhaps it
    arrived). Reads raise OutcomeUnknown too when an answer could not be understood.
    """

    name: str
    platform: str
    hook_path: str  # where its webhooks knock, below our public address

    @property
    def abilities(self) -> Abilities:
        """What the shop can do; may read the shop now and then, never raises.

        So never ask for it inside a transaction.
        """
        ...

    def read_notice(self, topic: str, body: bytes) -> Notice:
        """Read what a stored webhook is about; never raises, `unknown` instead."""
        ...

    def order(self, ref: str) -> Order:
        """Read an order again, with its refunds, tenders and parcels."""
        ...

    def find_order(self, number: str) -> str | None:
        """Return the ref of the order that the customer calls `number`."""
        ...

    def order_of_refund(self, refund_ref: str) -> str | None:
        """Return the order ref that a refund belongs to, where only the id came."""
        ...

    def order_of_goods(self, goods_ref: str) -> str | None:
        """Return the order ref that goods on their way back belong to."""
        ...

    def changes(self, since: datetime) -> Iterator[Change]:
        """List orders modified at or after `since`, oldest first."""
        ...

    def history(self, cursor: str) -> Iterator[Batch]:
        """Read all orders, piece by piece, from a cursor on; "" is the beginning.

        Whoever keeps a batch keeps its cursor with it, and may be killed after any
        of them: what follows is not lost, and what comes twice is the same.
        """
        ...

    def window(self) -> timedelta | None:
        """Say how long ago an order may have been placed and still be shown."""
        ...

    def refund_refs(self) -> Iterator[Sighting]:
        """List every refund of the shop, where `abilities.lists_refunds`."""
        ...

    def open_returns(self) -> Iterator[Sighting]:
        """List the shop's own returns that are requested or open."""
        ...

    def missing(self, refs: Sequence[str]) -> frozenset[str]:
        """Say which of these orders the shop no longer has; the trash counts as has."""
        ...

    def refunds(self, order_ref: str) -> tuple[ShopRefund, ...]:
        """List every refund that the shop knows for the order, ours or not."""
        ...

    def prepare(self, request: RefundRequest) -> Prepared:
        """Look before paying: the pre-image, and the shop's own figure compared."""
        ...

    def refund(self, request: RefundRequest, preimage: Mapping[str, Any]) -> Receipt:
        """Move the money back: one request, sent once, never repeated inside."""
        ...

    def look(self, request: RefundRequest, preimage: Mapping[str, Any]) -> Finding:
        """Say what became of a refund that was sent, by reading the shop only."""
        ...

    def wares(self, order_ref: str, product_ref: str) -> tuple[Ware, ...]:
        """List what is sold of a product, priced for the customer of that order.

        Empty where the shop has no such product any more.
        """
        ...

    def ware(self, order_ref: str, ref: str) -> Ware:
        """Read one of them again, price and stock; raises Gone."""
        ...

    def balance(self, code: str) -> Money:
        """Say what is left of a credit that we made, by its code; raises Gone.

        Below zero is what orders took above its worth.
        """
        ...

    def returns(self, order_ref: str) -> tuple[ShopReturn, ...]:
        """List the shop's own returns of an order; empty where it has none."""
        ...

    def listed_returns(self) -> tuple[ShopReturn, ...]:
        """List returns that may have changed without their order, each once."""
        ...

    def shop_return(self, ref: str) -> ShopReturn:
        """Read one of the shop's own returns."""
        ...

    def open_return(self, case: Return, fees: Sequence[Deduction] = ()) -> ShopReturn:
        """Make our return at the shop, as requested (not idempotent: sent once).

        `fees` are what its exchange is charged: the shop may ask the customer itself.
        """
        ...

    def approve_return(self, ref: str) -> None:
        """Approve the shop's return."""
        ...

    def decline_return(self, ref: str, note: str, reason: str = "other") -> None:
        """Decline the shop's return, with a note for the customer.

        `reason` is period_ended, final_sale or other.
        """
        ...

    def cancel_return(self, ref: str) -> None:
        """Cancel the shop's return, of which nothing was processed."""
        ...

    def shelve(self, goods: Shelved) -> None:
        """Put judged goods on the shelf, or say that they are not (sent once).

        Raises Unsupported where the platform has no safe way to.
        """
        ...

    def is_shelved(self, goods: Shelved) -> bool:
        """Say whether that is done: by its key, or by what went that way in all."""
        ...

    def dispose(self, ref: str, units: Mapping[str, int]) -> None:
        """Say that goods arrived, where `books_arrivals` (not idempotent: sent once).

        `units` are received quantities by the shop's return line.
        """
        ...

    def disposed(self, ref: str) -> Mapping[str, int]:
        """Return how many units of each return line the shop knows to be back."""
        ...

    def close_return(self, ref: str) -> None:
        """Close the shop's return; closing it twice is no error."""
        ...

    def tell(self, order_ref: str, text: str, facts: Mapping[str, str]) -> None:
        """Tell the shop's staff, on its own order, what happened to a return.

        `facts` hold `return` (its number), `status`, and `token`, which is unique to
        this piece of news: telling it again is seen once. Customers never see it.
        """
        ...

    def probe(self) -> Mapping[str, str]:
        """Prove the connection by a harmless read: name, currency, version, ..."""
        ...

    def check(self) -> Iterator[Check]:
        """Examine the connection step by step; never raises, a failure ends it."""
        ...

    def topics(self) -> tuple[str, ...]:
        """Return the webhook topics that we want and may have."""
        ...

    def subscriptions(self) -> tuple[Subscription, ...]:
        """List the webhooks that the shop shows us, whoever made them."""
        ...

    def subscribe(self, topic: str, address: str, secret: str) -> Subscription:
        """Make a webhook; `secret` signs its deliveries where the shop takes one."""
        ...

    def unsubscribe(self, ref: str) -> None:
        """Remove a webhook; one that is gone is no error."""
        ...
