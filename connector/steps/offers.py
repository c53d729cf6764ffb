"""What a customer may choose from before a return is open, and what each way brings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from connector.model import ASKABLE, CREDITS, FAULTS, GOODS, NewGoods, Resolution
from connector.money import Money, total
from connector.policy import Offer
from connector.policy.amends import REMEDIES
from connector.settlement import Extras, Own, Settlement, Units, settle
from connector.states import Decision
from connector.steps.amends import possible
from connector.steps.asking import on_top
from connector.steps.owing import ORDER, STAYING, UNCHARGED
from connector.steps.stands import as_stands

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from connector.model import Kind, Order
    from connector.platform import Abilities
    from connector.policy import LineVerdict, Verdict
    from connector.store import Database
    from connector.store.filing import Wish

MONEY = (Offer(resolution=Resolution.REFUND),)


# What needs no article to be reckoned.
PLAIN = frozenset(
    {
        Resolution.REFUND,
        Resolution.STORE_CREDIT,
        Resolution.GIFT_CARD,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What lines that are made good in one way bring together.

    `bonus` is what credit has on top; `goods` are sent instead; `kept` are the lines
    that stay with the customer. `settled` is None where no money is reckoned.
    """

    way: Resolution
    refs: tuple[str, ...]
    settled: Settlement | None
    bonus: Money | None = None
    goods: tuple[NewGoods, ...] = ()
    kept: frozenset[str] = frozenset()


def offered(
    able: Abilities, order: Order, said: LineVerdict, kind: Kind
) -> tuple[Offer, ...]:
    """Return what a line may become: what the policy offers and the shop can do.

    Money where nothing else is left, or where the line will be declined; of a fault
    where the shop can give none of the law's remedies.
    """
    line = order.line(said.line_ref)
    if said.decision is Decision.DECLINED or line is None:
        return MONEY
    can = possible(able) & ASKABLE
    if not line.product_ref:
        can -= {Resolution.EXCHANGE}  # nothing to choose from
    if not (line.variant_ref or line.product_ref):
        can -= {Resolution.REPLACEMENT}  # nobody knows what the same again is
    found = tuple(one for one in said.offers if one.resolution in can)
    has_remedy = any(one.resolution in REMEDIES for one in found)
    if kind in FAULTS and not has_remedy:
        return (*MONEY, *found)
    return found or MONEY


def foresee(
    db: Database,
    shop: str,
    order: Order,
    wishes: Sequence[Wish],
    verdict: Verdict,
) -> list[Outcome]:
    """Say what a return would bring, beside what stands of the order's others."""
    order, own = as_stands(db, shop, order)
    return outcomes(order, wishes, verdict, own)


def outcomes(
    order: Order,
    wishes: Sequence[Wish],
    verdict: Verdict,
    own: Sequence[Own] = (),
) -> list[Outcome]:
    """Say what wishes would bring, one outcome a way, in the order of settling.

    By the functions that pay, and pure: `own` are our refunds that stand. A line
    that would be declined brings nothing. The fee of the way back is charged to the
    first outcome, but none to the same again.
    """
    said = {one.line_ref: one for one in verdict.lines}
    groups = {
        way: [wish for wish in wishes if _way(said[wish.line_ref]) is way]
        for way in (*ORDER, Resolution.REPAIR)
    }
    found = _foreseen(order, groups, verdict, own)
    late = [one.way for one in found if _is_eaten(one)]
    if late and len(late) < len(found):  # goods of another way bear the fee first
        groups = {way: group for way, group in groups.items() if way not in late} | {
            way: groups[way] for way in late
        }
        found = _foreseen(order, groups, verdict, own)
    return found


def _is_eaten(one: Outcome) -> bool:
    """Say whether a fee takes all that a way brings, so that it brings nothing yet."""
    if one.settled is None or one.settled.amount or one.way in GOODS:
        return False
    return any(fee.code == "return_shipping" for fee in one.settled.deductions)


def _foreseen(
    order: Order,
    groups: Mapping[Resolution, Sequence[Wish]],
    verdict: Verdict,
    own: Sequence[Own],
) -> list[Outcome]:
    """Say what each way brings, one after the other."""
    said = {one.line_ref: one for one in verdict.lines}
    found, fee, shipping = [], verdict.return_fee, verdict.refund_shipping
    part = "" if shipping else verdict.shipping_part  # each way takes its own
    for way, group in groups.items():
        if not group:
            continue
        if way is Resolution.REPAIR:
            found.append(_outcome(way, group, None, said))
            continue
        goods = tuple(wish.goods for wish in group if wish.goods)
        extras = Extras(
            shipping=(shipping or bool(part)) and way not in GOODS,
            shipping_limit=verdict.shipping_limit,
            shipping_part=part,
            surcharges="" if way in GOODS else verdict.surcharges,
            return_fee=None if way in UNCHARGED else fee,
            new_goods=total((one.price for one in goods), order.currency)
            if way is Resolution.EXCHANGE
            else None,
            even=way is Resolution.REPLACEMENT,
        )
        settled = settle(order, _units(group, said), extras, own)
        fee = fee if way in UNCHARGED else None
        shipping = shipping and way in GOODS
        found.append(_outcome(way, group, settled, said))
    return found


def _way(said: LineVerdict) -> Resolution:
    """Return by which way a line would be paid; one that is declined by none."""
    if said.decision is Decision.DECLINED:
        return Resolution.NONE
    return Resolution.REFUND if said.resolution in STAYING else said.resolution


def _units(group: Sequence[Wish], said: Mapping[str, LineVerdict]) -> list[Units]:
    return [
        Units(
            line_ref=wish.line_ref,
            quantity=wish.quantity,
            restocking_bp=0
            if said[wish.line_ref].resolution in UNCHARGED
            else said[wish.line_ref].restocking_bp,
        )
        for wish in group
    ]


def _outcome(
    way: Resolution,
    group: Sequence[Wish],
    settled: Settlement | None,
    said: Mapping[str, LineVerdict],
) -> Outcome:
    refs = tuple(wish.line_ref for wish in group)
    rates = {ref: said[ref].bonus_bp for ref in refs}
    is_credit = settled is not None and way in CREDITS
    return Outcome(
        way=way,
        refs=refs,
        settled=settled,
        bonus=on_top(rates, settled.lines, settled.amount)
        if settled and is_credit
        else None,
        goods=tuple(wish.goods for wish in group if wish.goods)
        if way is Resolution.EXCHANGE
        else (),
        kept=frozenset(ref for ref in refs if said[ref].resolution in STAYING),
    )
