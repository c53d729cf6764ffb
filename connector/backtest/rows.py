"""One row a past line: all that a policy may look at, as it stood when it was asked.

Moments are whole microseconds since 1970 in UTC, amounts minor units of the order's
currency, sets of words one text with a mark around each.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from connector.model import Kind
from connector.policy.case import Case, Wanted
from connector.policy.periods import line_begins, withdrawal_ends
from connector.policy.seen import email_hash, worth
from connector.policy.wholes import takes_the_rest
from connector.settlement.before import externals
from connector.settlement.prices import carried

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from connector.model import Charge, Line, Order

MARK = "\x1f"  # between the words of a set; no word holds it
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
TICK = timedelta(microseconds=1)
UNSUITED = "\x1funsuited"  # the reason of a line that nobody has asked back yet

# The columns of `past_lines` beside its key, in the order of a row.
COLUMNS = (
    "order_ref", "number", "line_ref", "kind", "channel", "method", "language",
    "country", "currency", "order_status", "asked", "placed", "begins",
    "is_delivered", "withdraws", "withdraw_ends", "is_all_delivered", "total",
    "price", "worth", "gross", "units", "quantity", "left_units", "product",
    "variant", "sku", "tags", "categories", "gift_card", "reason", "wanted", "answers",
    "photos", "customer", "customer_tags", "tags_unknown", "gives_shipping",
    "shipping", "goods", "goods_gone", "shipping_gone", "surcharges",
    "surcharges_gone",
)  # fmt: skip


def ticks(when: datetime) -> int:
    """Return a moment in microseconds since 1970."""
    return (when - EPOCH) // TICK


def moment(found: int) -> datetime:
    """Return what `ticks` wrote."""
    return EPOCH + timedelta(microseconds=found)


def joined(words: Iterable[str]) -> str:
    """Write a set of words, folded by the caller; "" for none."""
    found = sorted(set(words))
    return f"{MARK}{MARK.join(found)}{MARK}" if found else ""


def words(text: str) -> tuple[str, ...]:
    """Read back what `joined` wrote."""
    return tuple(text.strip(MARK).split(MARK)) if text else ()


def of_return(order: Order, case: Case) -> list[dict[str, Any]]:
    """Write every line of a return; one that the order does not have is left out."""
    found = []
    for wanted in case.lines:
        line = order.line(wanted.line_ref)
        if line is not None:
            found.append(_row(order, case, wanted, line))
    return found


def of_order(order: Order, taken: Mapping[str, int]) -> list[dict[str, Any]]:
    """Write the lines of an order that nobody has asked back: all that is left.

    `taken` are units in returns, by line. Such a row has no moment of its own: it
    is asked when it is looked at.
    """
    wanted = tuple(
        Wanted(line_ref=line.ref, quantity=left, reason=UNSUITED)
        for line in order.lines
        if line.is_physical
        and (left := line.quantity - max(line.refunded_units, taken.get(line.ref, 0)))
        > 0
    )
    case = Case(kind=Kind.VOLUNTARY, asked_at=order.placed_at, lines=wanted)
    return [{**row, "asked": None} for row in of_return(order, case)]


def _row(order: Order, case: Case, wanted: Wanted, line: Line) -> dict[str, Any]:
    begins, counted = line_begins(order, line.ref)
    withdraws, from_all, ends = withdrawal_ends(order, 0)
    person = order.customer
    return {
        "order_ref": order.ref,
        "number": order.number,
        "line_ref": line.ref,
        "kind": case.kind.value,
        "channel": case.channel,
        "method": case.method.casefold(),
        "language": person.language[:2].casefold(),
        "country": person.country.upper(),
        "currency": order.currency,
        "order_status": order.status.value,
        "asked": ticks(case.asked_at),
        "placed": ticks(order.placed_at),
        "begins": ticks(begins),
        "is_delivered": int(counted == "delivery"),
        "withdraws": ticks(withdraws),
        "withdraw_ends": ticks(ends),
        "is_all_delivered": int(from_all == "delivery"),
        "total": order.total.minor,
        "price": worth(line, 1).minor,
        "worth": worth(line, wanted.quantity).minor,
        "gross": line.gross.minor,
        "units": line.quantity,
        "quantity": wanted.quantity,
        "left_units": line.quantity - line.refunded_units,
        "product": line.product_ref,
        "variant": line.variant_ref,
        "sku": line.sku,
        "tags": joined(tag.casefold() for tag in line.tags),
        "categories": joined(name.casefold() for name in line.categories),
        "gift_card": int(line.is_gift_card),
        "reason": wanted.reason,
        "wanted": wanted.resolution.value,
        "answers": joined(f"{code}:{said}" for code, said in wanted.answers),
        "photos": wanted.photo_count,
        "customer": email_hash(person.email),
        "customer_tags": joined(
            tag.casefold() for tag in (*case.customer_tags, *person.tags)
        ),
        "tags_unknown": int(not person.are_tags_known),
        "gives_shipping": int(takes_the_rest(order, case)),
        **_beside(order),
    }


def _beside(order: Order) -> dict[str, int]:
    """Say what is left of the outbound shipping, and what delivery goes back by.

    In minor units. A surcharge below zero is a discount, in the goods already.
    """
    shipping, gone = _charged(order.shipping)
    surcharges, back = _charged(one for one in order.fees if one.gross.minor > 0)
    goods = {one.ref: one.gross.minor for one in carried(order)}
    came: Counter[str] = Counter()
    for refund in externals(order, ()):
        came.update({one.line_ref: one.gross.minor for one in refund.lines})
    return {
        "shipping": max(0, shipping - gone),
        "goods": sum(goods.values()),
        "goods_gone": sum(min(paid, came[ref]) for ref, paid in goods.items()),
        "shipping_gone": gone,
        "surcharges": surcharges,
        "surcharges_gone": back,
    }


def _charged(charges: Iterable[Charge]) -> tuple[int, int]:
    """Return what was paid for charges, and what of it went back, in minor units."""
    some = list(charges)
    gone = (one.refunded.minor for one in some if one.refunded)
    return sum(one.gross.minor for one in some), sum(gone)
