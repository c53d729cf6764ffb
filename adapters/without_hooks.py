"""What a shop answers that sends no webhooks: it wants none and makes none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.errors import Unsupported

if TYPE_CHECKING:
    from connector.platform import Subscription


class WithoutHooks:
    """The part of `connector.platform.Shop` that speaks of webhooks."""

    hook_path = ""

    def topics(self) -> tuple[str, ...]:
        """Want nothing."""
        return ()

    def subscriptions(self) -> tuple[Subscription, ...]:
        """Return nothing."""
        return ()

    def subscribe(self, topic: str, address: str, secret: str) -> Subscription:
        """Refuse."""
        raise Unsupported(topic=topic, address=address, signed=bool(secret))

    def unsubscribe(self, ref: str) -> None:
        """Have nothing to remove."""
        del ref
