"""The shop from inside: what merchants, customers, gateways and tests can do."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from adapters.shopify.standin import bulk, payloads, pricing, refunds, returns
from adapters.shopify.standin.amounts import Bag, Pair
from adapters.shopify.standin.operations import Fate
from adapters.shopify.standin.outcome import order_total, outstanding
from adapters.shopify.standin.records import (
    Customer,
    Order,
    Parcel,
    ParcelLine,
    Payout,
    Transaction,
    Variant,
)
from adapters.shopify.standin.state import State
from adapters.shopify.standin.subscriptions import add
from adapters.shopify.standin.webhooks import Outbox

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from adapters.shopify.standin.records import Line

FIRST_NUMBER = 1001
CARD = "shopify_payments"


class Shop(State):
    """A whole shop; GIDs are its only handles."""

    def __post_init__(self) -> None:
        """Start with an empty outbox."""
        super().__post_init__()
        self.outbox = Outbox(self)

    def add_product(
        self,
        title: str,
        price: str,
        *,
        tax_rate: str = "0.19",
        tax_title: str = "VAT",
        sku: str = "",
        tags: Sequence[str] = (),
        product_type: str = "",
        stock: int = 10,
        is_gift_card: bool = False,
    ) -> str:
        """Put a product with one variant on sale; return the variant's GID."""
        with self.lock:
            variant = Variant(
                gid=self.new_gid("ProductVariant"),
                product_gid=self.new_gid("Product"),
                title=title,
                price=Decimal(price),
                tax_rate=Decimal(tax_rate),
                tax_title=tax_title,
                sku=sku or title.upper().replace(" ", "-"),
                tags=list(tags),
                product_type=product_type,
                stock=stock,
                is_gift_card=is_gift_card,
                created_at=self.now(),
            )
            self.variants[variant.gid] = variant
            return variant.gid

    def add_variant(self, of: str, option: str, price: str, *, stock: int = 10) -> str:
        """Put another variant of a variant's product on sale; return its GID."""
        with self.lock:
            first = self.variants[of]
            made = replace(
                first,
                gid=self.new_gid("ProductVariant"),
                price=Decimal(price),
                sku=f"{first.sku}-{option}",
                stock=stock,
                option=option,
            )
            self.variants[made.gid] = made
            return made.gid

    def add_location(self, name: str) -> str:
        """Open another place where goods are kept; return its GID."""
        with self.lock:
            gid = self.new_gid("Location")
            self.locations[gid] = name
            return gid

    def customer_pays(self, order_gid: str) -> None:
        """Pay what is owed on an order, at its own page."""
        with self.lock:
            self.begin()
            order = self.orders[order_gid]
            self._charge(order, CARD, outstanding(order))
            self.touch(order)
            self.announce("orders/updated", payloads.order(order))

    def place_order(
        self,
        lines: Sequence[tuple[str, int]],
        email: str,
        *,
        country: str = "DE",
        shipping: str | None = None,
        discount_percent: str | None = None,
        line_discount: Mapping[str, str] | None = None,
        tenders: Sequence[tuple[str, str | None]] = ((CARD, None),),
        presentment: tuple[str, str] | None = None,
    ) -> str:
        """Buy and pay; `line_discount` is an amount off by variant, in shop currency.

        A tender of None pays the rest; amounts of tenders are the buyer's currency.
        `presentment` is that currency and how many of it one unit of the shop's buys.
        """
        with self.lock:
            self.begin()
            foreign, rate = presentment or (self.currency, "1")
            pair = Pair(self.currency, foreign, Decimal(rate))
            bought = [
                pricing.line(self, self.variants[gid], count, pair)
                for gid, count in lines
            ]
            pricing.discount_lines(bought, line_discount or {})
            percent = Decimal(discount_percent) if discount_percent else None
            if percent is not None:
                pricing.discount_order(bought, percent, pair)
            pricing.tax_lines(bought, included=self.taxes_included)
            order = self._order(bought, pair, email, country, shipping, percent)
            self._pay(order, tenders)
            self.announce("orders/create", payloads.order(order))
            return order.gid

    def _order(
        self,
        bought: list[Line],
        pair: Pair,
        email: str,
        country: str,
        shipping: str | None,
        percent: Decimal | None,
    ) -> Order:
        order = Order(
            gid=self.new_gid("Order"),
            number=FIRST_NUMBER + len(self.orders),
            pair=pair,
            taxes_included=self.taxes_included,
            customer=self._customer(email),
            country=country,
            created_at=self.now(),
            updated_at=self.now(),
            lines=bought,
            shipping=(
                pricing.ship(self, shipping, bought, pair)
                if shipping is not None
                else None
            ),
            order_discount_percent=percent,
        )
        for line in bought:
            line.variant.stock -= line.quantity
        self.orders[order.gid] = order
        return order

    def _customer(self, email: str) -> Customer:
        for known in self.customers.values():
            if known.email == email:
                return known
        words = email.split("@", 1)[0].replace(".", " ").title()
        customer = Customer(
            gid=self.new_gid("Customer"),
            email=email,
            name=words,
            account_gid=self.new_gid("StoreCreditAccount"),
            created_at=self.now(),
        )
        self.customers[customer.gid] = customer
        return customer

    def _pay(self, order: Order, tenders: Sequence[tuple[str, str | None]]) -> None:
        left = order_total(order)
        fixed = [Decimal(amount) for _, amount in tenders if amount is not None]
        rest = left.presentment - sum(fixed, Decimal(0))
        for gateway, wanted in tenders:
            amount = rest if wanted is None else Decimal(wanted)
            paid = order.pair.paid(amount)
            if amount == left.presentment:
                paid = left  # the last one closes both currencies
            left -= paid
            self._charge(order, gateway, paid)

    def _charge(self, order: Order, gateway: str, amount: Bag) -> None:
        sale = Transaction(
            gid=self.new_gid("OrderTransaction"),
            order_gid=order.gid,
            kind="SALE",
            status="SUCCESS",
            gateway=gateway,
            amount=amount,
            created_at=self.now(),
        )
        order.transactions.append(sale)
        self.transactions[sale.gid] = sale

    def fulfil(
        self, order_gid: str, lines: Sequence[tuple[str, int]] | None = None
    ) -> str:
        """Send a parcel with these (line item, quantity), or all; return its GID."""
        with self.lock:
            self.begin()
            order = self.orders[order_gid]
            known = {line.gid: line for line in order.lines}
            wanted = lines or [(line.gid, line.quantity) for line in order.lines]
            parcel = Parcel(
                gid=self.new_gid("Fulfillment"),
                name=f"{order.name}.{len(order.parcels) + 1}",
                order_gid=order.gid,
                lines=[
                    ParcelLine(self.new_gid("FulfillmentLineItem"), known[gid], count)
                    for gid, count in wanted
                ],
                created_at=self.now(),
                updated_at=self.now(),
            )
            order.parcels.append(parcel)
            self.touch(order)
            self.announce("fulfillments/create", payloads.parcel(parcel, order))
            self.announce("orders/updated", payloads.order(order))
            return parcel.gid

    def deliver_parcel(self, order_gid: str) -> None:
        """Let the carrier hand over every parcel of the order that is on its way."""
        with self.lock:
            self.begin()
            order = self.orders[order_gid]
            for parcel in order.sent:
                if parcel.delivered_at is None:
                    parcel.delivered_at = parcel.updated_at = self.now()
                    body = payloads.parcel(parcel, order)
                    self.announce("fulfillments/update", body)
            self.touch(order)

    def customer_requests_return(
        self, order_gid: str, lines: Sequence[tuple[str, int, str]]
    ) -> str:
        """Ask for a return in the customer account: (line item, quantity, reason)."""
        with self.lock:
            self.begin()
            order = self.orders[order_gid]
            rows = [
                {
                    "fulfillmentLineItemId": self._shipped(order, gid),
                    "quantity": count,
                    "returnReasonDefinitionId": returns.reason_gid(handle),
                }
                for gid, count, handle in lines
            ]
            data = {"orderId": order_gid, "returnLineItems": rows}
            return returns.request(self, data).gid

    def _shipped(self, order: Order, line_gid: str) -> str:
        for parcel in order.sent:
            for item in parcel.lines:
                if item.line.gid == line_gid and returns.returnable(order, item):
                    return item.gid
        raise ValueError(line_gid)

    def staff_refund(
        self, order_gid: str, amount: str, *, note: str | None = None
    ) -> str:
        """Refund by hand in the admin; the app learns of it by webhook or reading."""
        with self.lock:
            self.begin()
            order = self.orders[order_gid]
            bag = order.pair.paid(Decimal(amount))
            return refunds.by_staff(self, order, bag, note).gid

    def settle(self, transaction_gid: str, status: str) -> None:
        """Let a gateway say at last what became of a pending refund."""
        with self.lock:
            self.begin()
            transaction = self.transactions[transaction_gid]
            if transaction.kind != "REFUND" or transaction.status != "PENDING":
                raise ValueError(transaction_gid)
            self.settle_transaction(transaction, status)
            order = self.orders[transaction.order_gid]
            self.announce("orders/updated", payloads.order(order))

    def gateway_next(self, behaviour: str, times: int = 1) -> None:
        """Plan what gateways do with the next refunds: see `refunds.BEHAVIOURS`."""
        if behaviour not in refunds.BEHAVIOURS:
            raise ValueError(behaviour)
        with self.lock:
            self.gateway_plan.extend([behaviour] * times)

    def bulk_next(
        self, status: str, error_code: str | None = None, partial: float = 0.0
    ) -> None:
        """Plan how the next bulk operation ends: FAILED with a code, CANCELED, ..."""
        with self.lock:
            self.bulk.plan.append(Fate(status, error_code, partial))

    def subscribe(self, topic: str, url: str) -> str:
        """Subscribe an address to "returns/request" or RETURNS_REQUEST."""
        with self.lock:
            return add(self, topic, url, {}).gid

    def deliver(self) -> int:
        """Send the webhooks that are due; count those accepted."""
        with self.lock:
            self.catch_up()
            bulk.catch_up(self)
        return self.outbox.send()

    @property
    def books(self) -> list[Payout]:
        """List what left, or was to leave, the merchant; the truth about money."""
        with self.lock:
            self.catch_up()
            return list(self.payouts.values())

    def paid_out_minor(self, order: str | None = None, by: str | None = None) -> int:
        """Sum the money that really moved, in the buyers' minor units."""
        return sum(
            payout.amount_minor
            for payout in self.books
            if payout.moved
            and order in (None, payout.order_gid)
            and by in (None, payout.by)
        )

    def lines_of(self, order_gid: str) -> list[str]:
        """List the GIDs of an order's lines."""
        with self.lock:
            return [line.gid for line in self.orders[order_gid].lines]

    def total_of(self, order_gid: str) -> Bag:
        """Return what an order costs in both currencies."""
        with self.lock:
            return order_total(self.orders[order_gid])
