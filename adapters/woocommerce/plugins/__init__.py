"""The return plugins of WooCommerce shops: what each must answer to be followed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from adapters.woocommerce.calls import Calls

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from connector.model import Return, ShopReturn
    from connector.platform import Notice

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Meanings:
    """What a merchant says of a plugin that Retour does not know.

    Order statuses by what they mean, order meta that flags a request, and actions
    whose argument is an order's id.
    """

    requested: tuple[str, ...] = ()
    approved: tuple[str, ...] = ()
    declined: tuple[str, ...] = ()
    request_meta: tuple[str, ...] = ()
    order_actions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The shop that a plugin runs in; `secrets` are plugins' own, by plugin name."""

    calls: Calls
    clock: Callable[[], datetime]
    url: str
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    meanings: Meanings = field(default_factory=Meanings)


class ReturnPlugin(Protocol):
    """One return plugin of one shop; a ref is `<plugin>:<what it needs to be found>`.

    Every method may raise what `connector.platform.Shop` may raise; what a plugin
    cannot do is Unsupported, before anything is written.
    """

    name: str
    topics: Sequence[str]  # webhook topics beyond the shop's own
    statuses: Sequence[str]  # order statuses of its own; may be none
    opens_returns: bool
    rewrites_requests: bool  # a customer may write another request over his own

    def is_there(self, statuses: frozenset[str]) -> bool:
        """Say whether the shop runs it now, given the shop's order statuses.

        A plugin that has none of its own asks the shop; raises what a read raises.
        """
        ...

    def notice(self, topic: str, data: Json) -> Notice | None:
        """Read what a delivery is about; None where it is not this plugin's."""
        ...

    def of_order(self, order: Json) -> tuple[ShopReturn, ...]:
        """Read the returns of an order, given as the REST API shows the order."""
        ...

    def read(self, ref: str) -> ShopReturn:
        """Read one return; raises Gone."""
        ...

    def open(self, case: Return) -> ShopReturn:
        """Make our return there (not idempotent: sent once)."""
        ...

    def approve(self, ref: str) -> None:
        """Approve it so that the plugin's own screens agree."""
        ...

    def decline(self, ref: str, note: str) -> None:
        """Refuse it so that the plugin's own screens agree."""
        ...

    def close(self, ref: str) -> None:
        """Say there that it is finished; twice is no error."""
        ...


@runtime_checkable
class ListsReturns(Protocol):
    """A plugin whose returns may change without their order: they are listed too."""

    def listed(self) -> Iterator[ShopReturn]:
        """List the returns that may have changed, each once."""
        ...


@runtime_checkable
class BooksArrivals(Protocol):
    """A plugin that is told of goods as they come back."""

    def arrived(self, ref: str, units: Mapping[str, int]) -> None:
        """Say that units of return lines are here; twice is no error."""
        ...

    def at_shop(self, ref: str) -> Mapping[str, int]:
        """Return the units by return line that it believes to be back."""
        ...
