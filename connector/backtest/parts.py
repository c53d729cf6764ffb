"""What goes back of delivery and surcharges where the law has a word in it, as SQL.

With a part of an order that is withdrawn delivery goes back in step with the goods, or
with the last of them, as `[law] part_delivery` says; surcharges do so, too. Of faulty
goods they go with the last (docs/law.md, 10 and 75). As `connector.settlement.reckon`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from connector import law
from connector.backtest.clauses import Text
from connector.backtest.sql import NO, both, case, either, is_one, leaves
from connector.model import Kind
from connector.policy import Policy, delivery

if TYPE_CHECKING:
    from connector.money import Money

PAID = "(p.shipping + p.shipping_gone)"
WITHDRAWN = f"p.kind = '{Kind.WITHDRAWAL.value}'"


@dataclass(frozen=True)
class Parts:
    """One policy's word on a return as a whole, looked up by its first line.

    `law` is a number, 1 where the law has a word; `back` is what was paid for the goods
    that go back, `short` 1 where some line does not, both by the sums of the return.
    """

    policy: Policy
    text: Text
    law: str
    back: str
    short: str

    def shipping(self) -> str:
        """Write what of the outbound shipping goes back with a part."""
        room = standard(self.policy, self.text, PAID)
        step = self._in_step(f"({room})", NO)
        return self._looked_up(case((self._is_part, left(step, "p.shipping_gone"))))

    def surcharges(self, ships: str) -> str:
        """Write what of the surcharges goes back; `ships`: all of the delivery does."""
        whole = f"p.gives_shipping = 1 AND ({self.short}) = 0"
        last = self._in_step("p.surcharges", whole, is_plain=False)
        step = self._in_step("p.surcharges", whole)
        by_law = either((WITHDRAWN, ships))
        found = case((self._is_part, step), (by_law, last), otherwise="0")
        return self._looked_up(left(f"({found})", "p.surcharges_gone"))

    @property
    def _is_part(self) -> str:
        """Say that the switch speaks: a withdrawal where the law grants one."""
        return both((WITHDRAWN, self.text.is_country(*granting())))

    def _in_step(self, whole: str, is_last: str, *, is_plain: bool = True) -> str:
        """Write what is back in all, as much as of the goods: rounded half up."""
        gone = f"(p.goods_gone + {self.back})"
        last = either((is_last, f"p.goods > 0 AND {gone} >= p.goods"))
        is_pro_rata = is_plain and self.policy.switches["part_delivery"] == "pro_rata"
        if not is_pro_rata:
            return case((last, whole), otherwise="0")
        twice, of = f"({whole} * {gone} * 2 + p.goods)", "(2 * p.goods)"
        # Only whole numbers are divided: a sum is no whole number on PostgreSQL.
        share = f"(({twice} - {twice} % {of}) / {of})"
        return case((last, whole), ("p.goods > 0", share), otherwise="0")

    def _looked_up(self, value: str) -> str:
        if value == "NULL":
            return "0"
        found = (
            f"COALESCE((SELECT {value} FROM past_lines p"
            " WHERE p.case_no = whole.case_no AND p.position = 0), 0)"
        )
        return case((is_one(self.law), found), otherwise="0")


def granting() -> list[str]:
    """List the countries whose law grants a withdrawal; "" is one that is not known."""
    return sorted(law.places(law.withdrawing()) | {""})


def standard(policy: Policy, text: Text, paid: str) -> str:
    """Hold what was paid for delivery to what the cheapest costs, for a withdrawal.

    In minor units; who gives more than the law asks gives all of it.
    """
    known = dict(delivery.prices(policy))
    if not any(known.values()) or policy.refund_shipping:
        return paid
    others = _at_most(paid, known.pop(delivery.OTHERS, None))
    places = [
        (text.is_country(code), _at_most(paid, limit))
        for code, limit in sorted(known.items())
    ]
    # Nobody knows what the delivery costs to a country that is not known.
    most = case(*places, (text.is_country(""), paid), otherwise=others)
    in_policy = f"p.currency = {text.value(policy.currency)}"
    return case((in_policy, most), otherwise=paid)


def left(whole: str, gone: str) -> str:
    """Write what is left to give, never less than nothing."""
    return leaves(whole, lambda one: _rest(one, gone))


def _rest(one: str, gone: str) -> str:
    return case((f"{one} > {gone}", f"({one} - {gone})"), otherwise="0")


def _at_most(paid: str, limit: Money | None) -> str:
    """Hold what was paid to a limit, in minor units; to none where it is nothing."""
    if not limit:
        return paid
    return case((f"{paid} > {limit.minor}", str(limit.minor)), otherwise=paid)
