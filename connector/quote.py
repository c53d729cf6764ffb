"""Explain a refund before anything exists: an order and a wish in, figures out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from connector import policy
from connector.errors import BadRequest
from connector.model import Kind, Order
from connector.money import total
from connector.policy import Verdict
from connector.settlement import Extras, Settlement, Units, settle
from connector.states import Decision

if TYPE_CHECKING:
    from datetime import datetime

    from connector.policy import Policy

SAYS = {
    Decision.APPROVED: "approve",
    Decision.DECLINED: "decline",
    Decision.NEEDS_PERSON: "ask",
}


class WantedLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line of RETURN.json."""

    line: str
    quantity: int
    reason: str = "unknown"


class WantedReturn(msgspec.Struct, frozen=True, kw_only=True):
    """RETURN.json as a whole."""

    lines: list[WantedLine]
    kind: Kind = Kind.VOLUNTARY
    refund_shipping: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """Verdict and settlement of a return that nobody opened."""

    order: Order
    verdict: Verdict
    settled: Settlement


def parse(body: bytes) -> WantedReturn:
    """Read RETURN.json; raises BadRequest with the path of what is wrong."""
    try:
        wanted = msgspec.json.decode(body, type=WantedReturn)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        msg = f"the return cannot be read: {error}"
        raise BadRequest(msg) from None
    if any(line.quantity < 1 for line in wanted.lines):
        msg = "a quantity must be at least 1"
        raise BadRequest(msg)
    return wanted


def quote(order: Order, wanted: WantedReturn, rules: Policy, now: datetime) -> Quote:
    """Judge and settle; a line that is not declined is settled as if approved."""
    case = policy.Case(
        kind=wanted.kind,
        asked_at=now,
        lines=tuple(
            policy.Wanted(line_ref=one.line, quantity=one.quantity, reason=one.reason)
            for one in wanted.lines
        ),
    )
    verdict = policy.judge(rules, order, case)
    units = [
        Units(
            line_ref=one.line,
            quantity=one.quantity,
            restocking_bp=said.restocking_bp,
        )
        for one, said in zip(wanted.lines, verdict.lines, strict=True)
        if said.decision is not Decision.DECLINED and order.line(one.line)
    ]
    extras = Extras(
        shipping=wanted.refund_shipping and bool(units),
        return_fee=verdict.return_fee if units else None,
    )
    return Quote(order=order, verdict=verdict, settled=settle(order, units, extras))


def figures(quoted: Quote, wanted: WantedReturn) -> dict[str, Any]:
    """Return the documented JSON; gross includes tax.

    total = goods gross + shipping gross - fees.
    """
    settled, currency = quoted.settled, quoted.order.currency
    shipping = total((share.gross for share in settled.shipping), currency)
    fees = total((one.amount for one in settled.deductions), currency)
    shares = {share.ref: share for share in settled.lines}
    lines = []
    for one, said in zip(wanted.lines, quoted.verdict.lines, strict=True):
        share = shares.get(one.line)
        lines.append(
            {
                "line": one.line,
                "quantity": one.quantity,
                "gross_minor": share.gross.minor if share else 0,
                "tax_minor": share.tax.minor if share else 0,
                "tax_by_rate": _by_rate(share.taxes) if share else {},
                "verdict": SAYS[said.decision],
                "why": [answer.why for answer in said.trace],
            }
        )
    return {
        "currency": currency,
        "total_minor": settled.amount.minor,
        "goods_minor": settled.goods.minor,
        "tax_minor": settled.tax.minor,
        "shipping_minor": shipping.minor,
        "fees_minor": fees.minor,
        "lines": lines,
        "tenders": [
            {"tender": one.gateway or one.tender_ref, "minor": one.amount.minor}
            for one in settled.tenders
        ],
        "ask": list(settled.ask),
    }


def _by_rate(taxes: Any) -> dict[str, int]:  # noqa: ANN401 - TaxPart rows
    found: dict[str, int] = {}
    for tax in taxes:
        found[tax.rate] = found.get(tax.rate, 0) + tax.amount.minor
    return found
