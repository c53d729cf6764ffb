"""The return plugins of WooCommerce shops: what each must answer to be followed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connector.model import Return, ShopReturn
    from connector.platform import Notice

Json = Mapping[str, Any]


class ReturnPlugin(Protocol):
    """One return plugin of one shop; a ref is `<plugin>:<what it needs to be found>`.

    Every method may raise what `connector.platform.Shop` may raise; what a plugin
    cannot do is Unsupported, before anything is written.
    """

    name: str
    topics: Sequence[str]  # webhook topics beyond the shop's own
    opens_returns: bool

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
