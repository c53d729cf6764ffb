"""A return as a question to the policy, and the verdict that comes back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from connector.model import Answer, Kind, Resolution
from connector.money import Money
from connector.states import Decision


class When(StrEnum):
    """When the money goes back, or new goods go out; later is further down.

    `on_word`: once the customer says that he has sent them, whom nobody asks for
    proof; `shipped`: once a person has seen that, or the goods come.
    """

    REQUESTED = "requested"
    ON_WORD = "on_word"
    SHIPPED = "shipped"
    RECEIVED = "received"
    INSPECTED = "inspected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One line that somebody wants to send back.

    `answers` are (question code, answer code); `photos` how many came.
    """

    line_ref: str
    quantity: int
    reason: str
    note: str = ""
    has_photo: bool = False
    photos: int = 0
    resolution: Resolution = Resolution.REFUND
    answers: tuple[tuple[str, str], ...] = ()

    @property
    def photo_count(self) -> int:
        """How many photos are known of; at least one where one is known of."""
        return max(self.photos, int(self.has_photo), 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """An earlier return of the same customer: when, and what was paid for its goods."""

    asked_at: datetime
    worth: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A return as a question to the policy; `asked_at` is aware.

    `channel` is how it came (portal, console, inbound, shop), `method` the way back
    that the customer chose, `past` the customer's earlier returns; `gone` are (line
    ref, units) that went back before, in whatever way they were made good.
    """

    kind: Kind
    asked_at: datetime
    lines: tuple[Wanted, ...]
    shop: str = ""
    channel: str = ""
    method: str = ""
    customer_tags: tuple[str, ...] = ()
    past: tuple[Past, ...] = ()
    gone: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A way to make good that the customer may choose; the bonus in basis points."""

    resolution: Resolution
    bonus_bp: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LineVerdict:
    """What the policy says of one line; the trace is never empty.

    `resolution` is what the line is made good with, `bonus_bp` what is added to it in
    store credit or a gift card, `offers` all that the customer may choose from;
    `approvers` are the levels that must approve, each of them; empty: anybody may.
    """

    line_ref: str
    decision: Decision
    trace: tuple[Answer, ...]
    restocking_bp: int = 0
    resolution: Resolution = Resolution.REFUND
    bonus_bp: int = 0
    offers: tuple[Offer, ...] = ()
    approvers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the policy says of a return; lines in the order they were asked.

    `goods_when` says when new goods leave, `fallback` what is given where they are
    gone, `credit_days` how long credit is good for: None for ever.
    """

    lines: tuple[LineVerdict, ...]
    return_fee: Money | None
    refund_shipping: bool
    refund_when: When
    goods_when: When = When.RECEIVED
    fallback: Resolution = Resolution.REFUND
    credit_days: int | None = None
    shipping_limit: Money | None = None  # of the outbound shipping; None: what was paid
    shipping_part: str = (
        ""  # it goes back in step with the goods, as law.md no. 75 says
    )
    surcharges: str = ""  # law.surcharges_back: how they go back with the goods
