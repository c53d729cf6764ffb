"""What the stand-in shops hold and what Retour holds, in words of neither."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from connector.store import ledger, orders, returns

if TYPE_CHECKING:
    from collections.abc import Iterable

    from adapters.shopify.standin import Shop as ShopifyStandin
    from adapters.shopify.standin.records import Order as TeeOrder
    from adapters.shopify.standin.records import Refund
    from adapters.shopify.standin.records import Return as TeeReturn
    from adapters.woocommerce.standin import Shop as WooStandin
    from connector.model import Return
    from connector.store import Database

Sums = frozenset[tuple[str, int]]  # (ref, minor units)


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """An order: its lines as (ref, units, paid gross), amounts in minor units."""

    number: str
    currency: str
    total: int
    lines: frozenset[tuple[str, int, int]]
    refunds: Sums  # in the shop, and in the snapshot
    booked: Sums  # what the ledger must hold of them


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseLikeness:
    """A return: its order, its state, and its lines as (ref, line bought, units)."""

    order: str
    status: str
    lines: frozenset[tuple[str, str, int]]


def of_tee(tee: ShopifyStandin) -> dict[str, Likeness]:
    """Read the orders out of Shopify's own records."""
    return {gid: _tee(tee, order) for gid, order in tee.orders.items()}


def _tee(tee: ShopifyStandin, order: TeeOrder) -> Likeness:
    back = frozenset((one.gid, _paid_back(one)) for one in order.refunds)
    return Likeness(
        number=order.name,
        currency=order.pair.presentment,
        total=tee.total_of(order.gid).minor(),
        lines=frozenset((x.gid, x.quantity, x.paid.minor()) for x in order.lines),
        refunds=back,
        booked=back,
    )


def _paid_back(refund: Refund) -> int:
    return sum(one.amount.minor() for one in refund.transactions)


def of_boots(boots: WooStandin) -> dict[str, Likeness]:
    """Read the orders out of WooCommerce's own records."""
    return {
        str(order_id): _boots(order, boots.refunds[order_id])
        for order_id, order in boots.orders.items()
    }


def _boots(order: dict[str, Any], refunds: Iterable[dict[str, Any]]) -> Likeness:
    back = frozenset((str(one["id"]), _cents(one["amount"])) for one in refunds)
    lines = (
        (str(x["id"]), x["quantity"], _cents(x["total"]) + _cents(x["total_tax"]))
        for x in order["line_items"]
    )
    return Likeness(
        number=order["number"],
        currency=order["currency"],
        total=_cents(order["total"]),
        lines=frozenset(lines),
        refunds=back,
        booked=back,
    )


def _cents(text: str) -> int:
    return int(Decimal(text) * 100)


def ours(db: Database, shop: str) -> dict[str, Likeness]:
    """Read the orders of a shop out of Retour's books."""
    return {ref: _ours(db, shop, ref) for ref in orders.refs(db, shop)}


def _ours(db: Database, shop: str, ref: str) -> Likeness:
    order = orders.get(db, shop, ref)
    booked = ledger.externals(db, shop, ref)
    assert {one.amount.currency for one in booked} <= {order.currency}
    return Likeness(
        number=order.number,
        currency=order.currency,
        total=order.total.minor,
        lines=frozenset((x.ref, x.quantity, x.gross.minor) for x in order.lines),
        refunds=frozenset((one.ref, one.amount.minor) for one in order.refunds),
        booked=frozenset((one.platform_ref, one.amount.minor) for one in booked),
    )


# What a return's status there is called here while nothing more happens to it.
STATUSES = {"REQUESTED": "pending", "OPEN": "awaited", "DECLINED": "declined"}


def cases_of_tee(tee: ShopifyStandin) -> dict[str, CaseLikeness]:
    """Read the returns out of Shopify's own records."""
    return {gid: _tee_case(case) for gid, case in tee.returns.items()}


def _tee_case(case: TeeReturn) -> CaseLikeness:
    lines = ((x.gid, x.parcel_line.line.gid, x.quantity) for x in case.lines)
    return CaseLikeness(
        order=case.order_gid, status=STATUSES[case.status], lines=frozenset(lines)
    )


def our_cases(db: Database, shop: str) -> dict[str, CaseLikeness]:
    """Read the returns of a shop out of Retour's books, by the shop's own refs."""
    return {
        case.platform_ref: _our_case(case)
        for case in returns.recent(db, shop, limit=10**6)
    }


def _our_case(case: Return) -> CaseLikeness:
    lines = ((x.platform_ref, x.line_ref, x.asked) for x in case.lines)
    return CaseLikeness(
        order=case.order_ref, status=case.status, lines=frozenset(lines)
    )
