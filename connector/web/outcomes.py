"""What became of a return's promises, as pages show it: money, credit, new goods."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from connector import law
from connector.model import CREDITS, Resolution
from connector.states import Exchange, Refund
from connector.steps import progress
from connector.store import credit, exchanges, refunds, returns, shops
from connector.store.credit import Credit
from connector.store.exchanges import ExchangeRow
from connector.store.refunds import RefundRow

if TYPE_CHECKING:
    from connector.model import Order, Return
    from connector.money import Money
    from connector.store import Database
    from connector.store.shops import ShopRow

SHOWN = 4  # of a credit's code, to whoever is not its customer
SCHEMES = {"https": True, "http": False}  # whether it may be used without leave
GATES = {"shopify": ("shopify.com", "shop.app")}  # where a platform's checkouts are


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One promise, and what was made of it; `pay_url` is safe to follow, or ""."""

    row: RefundRow
    exchange: ExchangeRow | None
    credit: Credit | None
    pay_url: str

    @property
    def way(self) -> Resolution:
        """How it is made good."""
        return self.row.request.way

    @property
    def code_end(self) -> str:
        """The end of a credit's code: enough to know it by, too little to spend it."""
        return self.credit.code[-SHOWN:] if self.credit else ""


def of_return(db: Database, case: Return) -> list[Outcome]:
    """List the promises of a return, oldest first."""
    rows = refunds.of_return(db, case.id)
    known = {
        one.refund_id: one
        for one in (
            credit.of_order(db, case.shop, case.order_ref)
            if any(row.request.way in CREDITS for row in rows)
            else ()
        )
    }
    return [_outcome(db, row, known.get(row.id)) for row in rows]


def of_refund(db: Database, row: RefundRow) -> Outcome:
    """Return what one promise became."""
    is_credit = row.request.way in CREDITS
    found = credit.of_order(db, row.shop, row.order_ref) if is_credit else []
    return _outcome(db, row, next((x for x in found if x.refund_id == row.id), None))


def _outcome(db: Database, row: RefundRow, made: Credit | None) -> Outcome:
    stands = exchanges.of_refund(db, row.id) if row.request.goods else None
    is_owed = stands is not None and stands.state is Exchange.AWAITING_PAYMENT
    url = stands.pay_url if stands and is_owed else ""
    safe = bool(url) and leads_to(shops.get(db, row.shop), url)
    return Outcome(row=row, exchange=stands, credit=made, pay_url=url if safe else "")


def fee_taxes(db: Database, row: RefundRow, order: Order) -> dict[str, Money]:
    """Return how much of the restocking fee of each order line is tax.

    The tax of its line unless the policy's switch `fee_tax` says otherwise: a thing
    for the accountant (docs/law.md, statement 79). The state of a buyer in the USA is
    not known.
    """
    if row.return_id is None:
        return {}
    given = progress.switches(db, returns.get(db, row.return_id))
    found = {}
    for one in row.request.deductions:
        sold = order.line(one.line_ref)
        if one.code == "restocking" and sold is not None:
            country = order.customer.country
            found[one.line_ref] = law.fee_tax(
                one.amount, sold.gross, sold.tax, country=country, switches=given
            )
    return {ref: tax for ref, tax in found.items() if tax}


def spendable(one: Outcome) -> str:
    """Return the code by which its customer spends a credit; "" where there is none."""
    made = one.credit
    if made is None or made.is_reversed or one.row.state is not Refund.CONFIRMED:
        return ""
    return made.code


def leads_to(row: ShopRow, url: str) -> bool:
    """Say whether an address is a page of the shop, or of its platform's checkout.

    Anything else that an answer of the shop calls a page to pay at is not shown.
    """
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return False
    if parts.username or parts.password or not host:
        return False
    is_allowed = SCHEMES.get(parts.scheme, False) or (
        parts.scheme == "http" and bool(row.settings.get("allow_http"))
    )
    return is_allowed and _is_of(row, host)


def _is_of(row: ShopRow, host: str) -> bool:
    known = {_host(row.address), *(_host(row.facts.get(x, "")) for x in DOMAINS)}
    gates = GATES.get(row.platform, ())
    return host in known - {""} or any(
        host == gate or host.endswith(f".{gate}") for gate in gates
    )


DOMAINS = ("domain", "primary_domain")  # what a check learnt of where the shop is


def _host(address: str) -> str:
    """Return the host of an address that may be written without a scheme."""
    written = address if "//" in address else f"//{address}"
    return (urlsplit(written).hostname or "").removeprefix("www.")
