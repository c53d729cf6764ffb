"""A walk over a WooCommerce shop of any currency, judged by the shop's own books.

What a person would reckon from the shop's orders and the policy: each line's share of
what was paid, half up, for the units that came back; the fee of each return; what left
the gateway, and what the coupons are good for. None of Retour's own sums is used, but
what it says of gifts, which stand for nothing that was paid.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from adapters.woocommerce.standin import creating
from connector.model import Resolution
from connector.states import Decision, Refund
from connector.steps import amends, balances, byhand
from connector.store import desk, refunds, returns
from tests.stories.shop_walks import DONE, WooWalk
from tests.stories.woo_ways import BUYER

if TYPE_CHECKING:
    from connector.model import NewGoods, Return, ReturnLine, Terms

NAMES = ("m", "l", "coat", "socks")
FREE = (Resolution.KEEP, Resolution.REPLACEMENT)  # they bear no fee of the way back
LIVE = ("processing", "completed", "refunded")


class MoneyWalk(WooWalk):
    """Customers who also spend their credit, in parts, while returns are under way."""

    def step(self) -> None:
        """Let one thing happen, or let credit be spent, or a night go by."""
        if self.dice.random() < 0.25:
            self.dice.choice((self.spend, self.spend, self.drop, self.night))()
        else:
            super().step()

    def finish(self) -> None:
        """Do so, then let the night see what is left of each credit."""
        super().finish()
        self.night()

    def spend(self) -> None:
        """Buy something with a credit; now and then it is not paid for yet."""
        codes = [one["code"] for one in self.desk.standin.coupons.values()]
        if not codes:
            return
        self.counter.now += timedelta(minutes=1)
        ware = self.desk.sizes[self.dice.choice(NAMES)]
        try:
            self.desk.standin.place_order(
                [(ware, self.dice.choice((1, 2)))],
                BUYER,
                code=self.dice.choice(codes),
                shipping=self.dice.choice((None, self.desk.money(499).decimal)),
                paid=self.dice.random() < 0.7,
            )
        except ValueError:
            return  # it is used up until the night

    def drop(self) -> None:
        """Cancel an order that was bought with credit and never paid for."""
        for one in self._unpaid():
            self.desk.standin.edit_order(one["id"], status="cancelled")
            return

    def _unpaid(self) -> list[dict[str, Any]]:
        found = self.desk.standin.orders.values()
        return [x for x in found if x["coupon_lines"] and x["status"] == "pending"]

    def night(self) -> None:
        self.counter.now += timedelta(hours=21)
        balances.run(self.db, self.shop, lambda: self.counter.now)

    def calm(self) -> None:
        super().calm()
        for one in self._unpaid():
            if Decimal(one["total"]):
                creating.pay(self.desk.standin, one["id"])
            else:
                self.desk.standin.edit_order(one["id"], status="processing")

    def kindness(self) -> None:
        if (found := self.live()) and self.dice.random() < 0.3:
            amends.courtesy(
                self.db,
                self.shop.abilities,
                self.dice.choice(found).id,
                self.desk.money(500),
                actor="console",
                why="it took us long",
                now=self.counter.now,
            )

    def _terms(self) -> Terms:
        terms = super()._terms()
        fee = self.desk.money(390) if terms.return_fee else None
        return replace(terms, return_fee=fee)

    def _goods(self, way: Resolution, count: int) -> NewGoods | None:
        if way not in (Resolution.EXCHANGE, Resolution.REPLACEMENT):
            return None
        return self.desk.new(self.dice.choice(NAMES), count)

    def _is_promised(self, case: Return, line: ReturnLine) -> bool:
        """Say so of goods that are paid ahead, too: none is lost or rejected then."""
        ahead = ("requested", "shipped")
        when = (case.terms.when, case.terms.goods_when) if case.terms else ahead
        return bool({*when} & {*ahead}) or super()._is_promised(case, line)

    def _settle(self, refund_id: str) -> None:
        """Pay by hand just what the desk's own words say."""
        row = refunds.get(self.db, refund_id)
        if row.state is not Refund.MANUAL:
            super()._settle(refund_id)
            return
        [why] = [x.why for x in desk.about(self.db, refund_id)]
        asked = re.search(rf"pay ([\d.]+) {self.desk.standin.currency} by hand", why)
        assert asked, why
        byhand.paid(
            self.db, row.id, proof="bank 1", actor="console", now=self.counter.now
        )
        self.by_hand += self._minor(asked.group(1))

    # What a person would reckon

    def _minor(self, text: object) -> int:
        return int(Decimal(str(text)).scaleb(self.desk.standin.decimals))

    def _both(self, part: dict[str, Any], name: str) -> int:
        return self._minor(part[name]) + self._minor(part[f"{name}_tax"])

    def judge(self) -> int:
        """Return by how much customers have too little, in minor units."""
        found = self.desk.standin.orders.values()
        sold = [one for one in found if one["status"] in LIVE]
        paid = sum(self._minor(one["total"]) for one in sold)
        kept = sum(self._kept(one) for one in sold)
        has = self.desk.standin.paid_out_minor() + self.by_hand
        has += sum(self.spendable().values()) - self._gifts()
        return paid - has - kept - sum(map(self._fee, self._cases()))

    def _cases(self) -> list[Return]:
        return [
            case
            for ref in self.desk.standin.orders
            for case in returns.of_order(self.db, self.shop.name, str(ref))
            if not case.cancelled_at
        ]

    def _back(self, case: Return) -> Counter[str]:
        return Counter(
            {
                line.line_ref: line.approved - line.rejected - line.lost
                for line in case.lines
                if line.resolution is not Resolution.REPAIR
                and line.decision == Decision.APPROVED
            }
        )

    def _fee(self, case: Return) -> int:
        charged = [x.line_ref for x in case.lines if x.resolution not in FREE]
        is_due = any(self._back(case)[ref] for ref in charged)
        fee = case.terms.return_fee if case.terms else None
        return fee.minor if fee and is_due else 0

    def _kept(self, order: dict[str, Any]) -> int:
        """Return what customers paid for what they still have of an order."""
        back: Counter[str] = Counter()
        for case in self._cases():
            if case.order_ref == str(order["id"]):
                back.update(self._back(case))
        total = sum(self._both(one, "total") for one in order["shipping_lines"])
        for line in order["line_items"]:
            name = "subtotal" if order["coupon_lines"] else "total"
            gross, count = self._both(line, name), line["quantity"]
            units = back[str(line["id"])]
            total += gross - (2 * gross * units + count) // (2 * count)
        return total

    def spendable(self) -> dict[str, int]:
        """Return what each coupon takes off the next order, as the shop has it."""
        return {
            one["code"]: self._minor(one["_exact"])
            if one["usage_count"] < one["usage_limit"]
            else 0
            for one in self.desk.standin.coupons.values()
        }

    def _gifts(self) -> int:
        done = (row.request for row in self.rows() if row.state in DONE)
        return sum(one.bonus.minor for one in done if one.bonus)
