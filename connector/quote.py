"""Explain a refund before anything exists: an order and a wish in, figures out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import msgspec

from connector import policy
from connector.errors import BadRequest
from connector.model import ASKABLE, CREDITS, Kind, NewGoods, Order, Resolution
from connector.money import Money, total
from connector.policy import Verdict
from connector.states import Decision
from connector.steps import left, offers, question
from connector.steps.offers import Outcome
from connector.store.filing import Wish

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from connector.policy import LineVerdict, Policy
    from connector.settlement import Settlement
    from connector.steps.left import Short

SAYS = {
    Decision.APPROVED: "approve",
    Decision.DECLINED: "decline",
    Decision.NEEDS_PERSON: "ask",
}


class WantedLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line of RETURN.json.

    `new_price_minor` is what is sent instead, for an exchange: gross, for all units,
    in the order's currency. `answers` are answer codes by question code.
    """

    line: str
    quantity: int
    reason: str = "unknown"
    resolution: Resolution = Resolution.REFUND
    new_price_minor: int | None = None
    answers: dict[str, str] = {}


class WantedReturn(msgspec.Struct, frozen=True, kw_only=True):
    """RETURN.json as a whole."""

    lines: list[WantedLine]
    kind: Kind = Kind.VOLUNTARY
    refund_shipping: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """Verdict and outcomes of a return that nobody opened, one outcome a way."""

    order: Order
    verdict: Verdict
    outcomes: tuple[Outcome, ...]

    @property
    def settled(self) -> tuple[Settlement, ...]:
        """What money was reckoned of."""
        return tuple(one.settled for one in self.outcomes if one.settled)


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
    for line in wanted.lines:
        is_exchange = line.resolution is Resolution.EXCHANGE
        if is_exchange != (line.new_price_minor is not None):
            msg = "an exchange, and nothing else, names its new_price_minor"
            raise BadRequest(msg, line=line.line)
        if (line.new_price_minor or 0) < 0 or line.resolution not in ASKABLE:
            msg = "new_price_minor and resolution must be what a customer may ask for"
            raise BadRequest(msg, line=line.line)
    return wanted


def quote(order: Order, wanted: WantedReturn, rules: Policy, now: datetime) -> Quote:
    """Judge and settle; a line that is not declined is settled as if approved."""
    wishes = [_wish(order, one) for one in wanted.lines]
    # Whom it is for nobody says here: no shop, no channel, no earlier returns.
    nobody = question.Asker(shop="", channel="", asked_at=now)
    case = question.foreseen(nobody, wanted.kind, wishes)
    verdict = policy.judge(rules, order, case)
    told = replace(verdict, refund_shipping=wanted.refund_shipping)
    told = _held_to_left(order, wishes, told)
    known = [one for one in wishes if order.line(one.line_ref)]
    found = offers.outcomes(order, known, told)
    return Quote(order=order, verdict=told, outcomes=tuple(found))


def _held_to_left(order: Order, wishes: Sequence[Wish], verdict: Verdict) -> Verdict:
    """Decline lines of which more is asked for than was sent, as the portal does.

    Of returns that hold units nothing is known here.
    """
    found = {line.ref: left.of_line(order, line, 0) for line in order.lines}
    unsent = {x.line.ref: x for x in left.short(order, found, wishes) if x.left.unsent}
    lines = [
        _unsent(said, unsent[said.line_ref]) if said.line_ref in unsent else said
        for said in verdict.lines
    ]
    return replace(verdict, lines=tuple(lines))


def _unsent(said: LineVerdict, short: Short) -> LineVerdict:
    facts = (
        ("asked", str(short.asked)),
        ("left", str(short.left.here)),
        ("unsent", str(short.left.unsent)),
    )
    why = policy.answer("units_left", "decline", "units_unsent", facts)
    return replace(said, decision=Decision.DECLINED, trace=(why, *said.trace))


def _wish(order: Order, one: WantedLine) -> Wish:
    goods = None
    if one.new_price_minor is not None:
        price = Money(one.new_price_minor, order.currency)
        goods = NewGoods(ref="", title="", quantity=one.quantity, price=price)
    return Wish(
        line_ref=one.line,
        quantity=one.quantity,
        reason=one.reason,
        wanted=one.resolution,
        goods=goods,
        answers=tuple(one.answers.items()),
    )


def figures(quoted: Quote, wanted: WantedReturn) -> dict[str, Any]:
    """Return the documented JSON; gross includes tax.

    total = goods gross + shipping gross - fees - new goods - credit, and what is owed
    is the customer's: of several ways they are the sums, and `ways` has each apart.
    """
    currency = quoted.order.currency
    shares = {x.ref: x for settled in quoted.settled for x in settled.lines}
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
                "resolution": said.resolution.value,
                "bonus_bp": said.bonus_bp,
                "offers": [x.resolution.value for x in said.offers],
                "why": [answer.why for answer in said.trace],
            }
        )
    ways = [_way(one, currency) for one in quoted.outcomes]
    whole = {key: sum(way[key] for way in ways) for key in SUMS}
    return {
        "currency": currency,
        **whole,
        "lines": lines,
        "ways": ways,
        "tenders": [
            {"tender": share.gateway or share.tender_ref, "minor": share.amount.minor}
            for one in quoted.outcomes
            if one.settled and one.way not in CREDITS
            for share in one.settled.tenders
        ],
        "ask": [why for settled in quoted.settled for why in settled.ask],
        "is_sent_unknown": left.is_unsaid(quoted.order),
    }


SUMS = (
    "total_minor", "goods_minor", "tax_minor", "shipping_minor", "fees_minor",
    "new_goods_minor", "credit_minor", "bonus_minor", "owed_minor",
)  # fmt: skip


def _way(one: Outcome, currency: str) -> dict[str, Any]:
    """Return the figures of one outcome; all nothing where no money is reckoned.

    `credit_minor` has no bonus in it; `new_goods_minor` is what of the worth of what
    comes back goes into new goods.
    """
    found: dict[str, Any] = {"way": one.way.value, "lines": list(one.refs)}
    found |= dict.fromkeys(SUMS, 0)
    settled = one.settled
    if settled is None:
        return found
    zero = Money.zero(currency)
    shipping = total((share.gross for share in settled.shipping), currency)
    kept = total((x.amount for x in settled.deductions), currency)
    swapped = total(
        (x.amount for x in settled.deductions if x.code == "exchange"), currency
    )
    credit = settled.amount if one.way in CREDITS else zero
    amounts = {
        "total_minor": settled.amount - credit,
        "goods_minor": settled.goods,
        "tax_minor": settled.tax,
        "shipping_minor": shipping,
        "fees_minor": kept - swapped,
        "new_goods_minor": swapped,
        "credit_minor": credit,
        "bonus_minor": one.bonus or zero,
        "owed_minor": settled.owed,
    }
    return found | {key: amount.minor for key, amount in amounts.items()}


def _by_rate(taxes: Any) -> dict[str, int]:  # noqa: ANN401 - TaxPart rows
    found: dict[str, int] = {}
    for tax in taxes:
        found[tax.rate] = found.get(tax.rate, 0) + tax.amount.minor
    return found
