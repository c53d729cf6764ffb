"""A policy's word on one line by itself, as SQL; `connector.policy.judge` decides.

Each expression here says what a function there does; tests hold them equal.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from connector import law
from connector.backtest import windows
from connector.backtest.after import After
from connector.backtest.clauses import Text
from connector.backtest.fees import Fees, period_runs
from connector.backtest.limits import often
from connector.backtest.owns import Own
from connector.backtest.parts import PAID, granting, left, standard
from connector.backtest.sql import (
    NO,
    YES,
    Above,
    both,
    case,
    choice,
    either,
    equals,
    flag,
    no,
)
from connector.backtest.windows import guarantee_ends, last_day
from connector.model import CREDITS, FAULTS, Kind, OrderStatus, Resolution
from connector.policy import Policy
from connector.policy.amends import MENDING, REMEDIES
from connector.policy.compiled import program
from connector.policy.periods import LAW_BOUND

if TYPE_CHECKING:
    from collections.abc import Collection

    from connector.policy.vocabulary import Exclusion, Listed

APPROVED, ASKED, DECLINED = 0, 1, 2  # decisions, graver is more
# What a line by itself comes to, and is written down as: what is clear is approved,
# what is refused is declined, a person looks at the rest. The policy approves what is
# held, and declines what is eased.
CLEAR, HELD, OPEN, EASED, REFUSED = range(5)
STATES = 8  # more than there are
OVER = "p.quantity > p.left_units"


@dataclass(frozen=True)
class Line:
    """The expressions of one policy on one line of the kind that `text` is for."""

    policy: Policy
    text: Text

    @cached_property
    def _by_law(self) -> str:
        return self.text.is_kind(*LAW_BOUND)

    @cached_property
    def _withdrawn(self) -> str:
        return self.text.is_kind(Kind.WITHDRAWAL)

    @cached_property
    def own(self) -> Own:
        """What the merchant's own rules say."""
        return Own(self.policy, self.text)

    @cached_property
    def parts(self) -> dict[str, str]:
        """What the decision is made of, test by test.

        Two policies that say the same of each of these say the same of the line.
        """
        # A withdrawal needs no reason, photo, answer or approval (docs/law.md, 9).
        bound = no(self._withdrawn)
        reasons = self.text.reasons
        looks = reasons.are("person", [1])
        closes = last_day(self.policy, self.text)
        found = {
            "approves": self.own.says("decide", "approve"),
            "trusted": self._listed(self.policy.allow),
            "clear": self.is_clear,
            "clashes": self.own.clashes,
            "approver": self.own.speaks("approver"),
            "dear": self.fees.is_dear,
            "by_hand": NO if self.policy.is_automatic else YES,
            "unread": self._unread,
            "late": both((no(self._by_law), Above(windows.ASKED, closes))),
            "excluded": self._excluded(),
            "sold": self._sold_for_good(),
            "withdrawn_late": self._withdrawn_late(),
            "old_fault": self._old_fault(),
            "unknown": both((bound, reasons.are("known", [0]))),
            "seen": both((bound, either((self._photos(), looks)))),
            "eased": both(
                (either((period_runs(self.text), self._unread)), no(self._hard))
            ),
        }
        found |= self._after.parts
        for says in ("ask", "decline"):
            found[f"first_{says}"] = self.first(says)
            found[f"own_{says}"] = self.own.says("decide", says)
            found[f"answer_{says}"] = both((bound, self._answered(says)))
            found[f"often_{says}"] = often(self.policy, self.text, says)
        return found

    @property
    def _unread(self) -> str:
        """Whether the policy asks for the customer's tags, and nobody knows them."""
        return "p.tags_unknown = 1" if program(self.policy).needs_tags else NO

    @cached_property
    def refused(self) -> str:
        """Whether the policy refuses the line, whatever a person may make of that."""
        has = self.parts
        untrusted = no(has["trusted"])
        declines = either((has["answer_decline"], has["often_decline"]))
        refused = [has["late"], has["excluded"], has["sold"], has["own_decline"]]
        refused.append(both((untrusted, declines)))
        plain = no(has["approves"])
        return either((has["first_decline"], both((plain, either(refused)))))

    @cached_property
    def declined(self) -> str:
        """Whether the line is declined; what the law is asked about never is."""
        return both((no(self._by_law), no(self.parts["eased"]), self.refused))

    @cached_property
    def decision(self) -> str:
        """What is decided before amounts are looked at: CLEAR to REFUSED."""
        has = self.parts
        plain, untrusted = no(has["approves"]), no(has["trusted"])
        asks = either((has["answer_ask"], has["often_ask"], has["seen"]))
        open_ = [has["withdrawn_late"], has["old_fault"], has["unknown"]]
        open_.append(has["own_ask"])
        open_.append(both((untrusted, asks)))
        last = [
            has[key] for key in ("clashes", "approver", "by_hand", "unread", "dear")
        ]
        last.append(no(has["clear"]))
        asked = either((has["first_ask"], *last, both((plain, either(open_)))))
        # What the law is asked about no policy declines: a person looks.
        asked_of = either((self._by_law, has["eased"]))
        refused_ = case(
            (asked_of, str(OPEN)), (has["claim"], str(EASED)), otherwise=str(REFUSED)
        )
        return case(
            (self.refused, refused_),
            (asked, str(OPEN)),
            (has["held"], str(HELD)),
            otherwise=str(CLEAR),
        )

    @cached_property
    def told(self) -> dict[str, str]:
        """What is said of the line by itself; a fee that is not taken is NULL."""
        return {
            "decision": self.decision,
            "way": self.way,
            "bonus": self.bonus,
            "restocking": self.fees.restocking,
            "fee": self.fees.borne,
            "taken": self.fees.is_taken,
            "stays": flag(self.may_stay),
            "ships": self.own.value("refund_shipping", lambda x: str(int(x))),
            "freight": self._freight,
            "plain_ships": str(int(self.policy.refund_shipping)),
            "law": flag(self._by_law),
            "whole": flag(both((self._by_law, "p.gives_shipping = 1"))),
            "part": self._part,
            **self._after.told,
        }

    @cached_property
    def ways(self) -> set[Resolution]:
        """What an approved line can be made good with; another is never clear."""
        forced = {said for _, said in self.own.chosen("resolution")}
        return forced | {way for way in Resolution if self.offers(way) != NO}

    @property
    def _after(self) -> After:
        unnamed = no(_wants(Resolution.EXCHANGE))
        forced = (
            both((test, unnamed))
            for test, said in self._forced
            if said is Resolution.EXCHANGE
        )
        return After(self.text, self.way, tuple(forced))

    @property
    def _part(self) -> str:
        """Number how delivery goes back with a part: other policies, other numbers."""
        is_pro_rata = self.policy.switches["part_delivery"] == "pro_rata"
        return flag(both((self._withdrawn, YES if is_pro_rata else NO)))

    @property
    def _freight(self) -> str:
        """What the whole return brings of the outbound shipping, if it brings any.

        Below zero where the law gives it back; a withdrawal's is limited to the
        cheapest delivery, which is the policy's own word.
        """
        law = both((self._by_law, "p.gives_shipping = 1"))
        back = "p.shipping"
        if self.text.kind is Kind.WITHDRAWAL:
            held = standard(self.policy, self.text, PAID)
            back = back if held == PAID else left(held, "p.shipping_gone")
        return case((law, f"-({back})"), otherwise=back)

    def first(self, says: str) -> str:
        """Tell what no rule of the merchant's can outweigh."""
        status = {
            "decline": (OrderStatus.UNPAID, OrderStatus.REFUNDED),
            "ask": (OrderStatus.CANCELLED, OrderStatus.UNKNOWN),
        }
        found = [self.text.among("p.order_status", (x.value for x in status[says]))]
        if says == "decline":
            found.append(OVER)
        if self.policy.block.says == says:
            found.append(self._listed(self.policy.block))
        return either(found)

    @property
    def _hard(self) -> str:
        """Whether the order's own facts refuse the line, or a letter of the law does.

        The first exclusion that holds is the one that is told.
        """
        facts = (OrderStatus.UNPAID.value, OrderStatus.REFUNDED.value)
        letters = [
            (self._any_excluded([one]), YES if law.is_plain(one.article) else NO)
            for one in self.policy.exclusions
        ]
        return either(
            (
                self.text.among("p.order_status", facts),
                OVER,
                choice(*letters, otherwise=NO),
            )
        )

    def _listed(self, listed: Listed) -> str:
        return either(
            (
                self.text.among("p.customer", listed.emails),
                self.text.has_any("p.customer_tags", listed.tags),
            )
        )

    def _withdrawn_late(self) -> str:
        """Tell whether a withdrawal came late, or from where no law grants one.

        The law's day is kept with the line.
        """
        late = no(self.text.runs)
        foreign = no(self.text.is_country(*granting()))
        return both((self._withdrawn, either((late, foreign))))

    def _old_fault(self) -> str:
        """Tell whether a fault is said of goods whose guarantee is surely over."""
        over = Above("p.asked_at", guarantee_ends(self.policy, self.text))
        return both((self.text.is_kind(*FAULTS), over))

    def _excluded(self) -> str:
        bound = [one for one in self.policy.exclusions if one.article]
        withdrawn = both((self._withdrawn, self._any_excluded(bound)))
        plain = self._any_excluded(self.policy.exclusions)
        return either((withdrawn, both((no(self._by_law), plain))))

    def _any_excluded(self, some: Collection[Exclusion]) -> str:
        tests = []
        for one in self.policy.exclusions:
            if one not in some:
                continue
            tests += [
                self.text.among("p.product", one.products),
                self.text.among("p.sku", one.skus),
                self.text.has_any("p.tags", one.tags),
                self.text.has_any("p.categories", one.categories),
            ]
            if one.when:
                tests.append(self.text.all_hold(one.when))
        return either(tests)

    def _sold_for_good(self) -> str:
        tests = [] if self.policy.gift_cards else ["p.gift_card = 1"]
        sale = self.text.has_any("p.tags", self.policy.final_sale)
        # A gift card is told of first: then nothing more is said of a final sale.
        return either((*tests, both((no(self._by_law), sale))))

    def _answered(self, says: str) -> str:
        tests = []
        for one in self.policy.questions:
            holds, gave = self.text.all_hold(one.when), self.text.has_answer
            picked = [x.code for x in one.choices if x.says == says]
            tests.append(both((holds, either(gave(one, code) for code in picked))))
            if says == "ask" and one.is_required:
                known = either(gave(one, x.code) for x in one.choices)
                tests.append(both((holds, no(known))))
        return either(tests)

    def _photos(self) -> str:
        own = self.own.value("photos", str)

        def too_few(wanted: str) -> str:
            if own != "NULL":
                return f"p.photos < COALESCE({own}, {wanted})"
            return NO if wanted == "0" else f"p.photos < {wanted}"

        return self.text.reasons.tell("photos", too_few)

    @cached_property
    def is_clear(self) -> str:
        """Whether the line can be made good as it is wanted, or as a rule says."""
        wanted = either(both((_wants(way), self.offers(way))) for way in Resolution)
        own = self.own.speaks("resolution")
        given = either(
            both((test, either((self._may_force(said), _wants(said)))))
            for test, said in self.own.chosen("resolution")
        )
        return either((given, both((no(own), wanted))))

    def _may_force(self, way: Resolution) -> str:
        """Say where a rule may give this instead of what is wanted."""
        kind = self.text.kind
        if kind not in LAW_BOUND:
            return YES
        if kind is Kind.WITHDRAWAL:
            return YES if way in (Resolution.REFUND, Resolution.KEEP) else NO
        chosen = either(_wants(one) for one in sorted(MENDING))
        return NO if way in CREDITS else no(chosen)

    @cached_property
    def way(self) -> str:
        """What the line is made good with."""
        forced = [(test, repr(said.value)) for test, said in self._forced]
        return case(*forced, otherwise="p.wanted")

    @cached_property
    def _forced(self) -> list[tuple[str, Resolution]]:
        """Return the ways that rules give whatever is wanted, and where they do."""
        chosen = self.own.chosen("resolution")
        return [(both((test, self._may_force(said))), said) for test, said in chosen]

    def offers(self, way: Resolution) -> str:
        """Whether a way is offered to this line."""
        base = NO
        if self.policy.offers:
            base = either(
                self.text.all_hold(one.when)
                for one in self.policy.offers
                if way in one.resolutions
            )
        elif way is Resolution.REFUND:
            base = YES
        action = f"way {way}"
        kept = both((no(self.own.says(action, "")), base))
        found = either((self.own.says(action, way), kept))
        if way is Resolution.REFUND:
            remedy = either(self.offers(one) for one in sorted(REMEDIES - {way}))
            fault = both((self.text.is_kind(*FAULTS), no(remedy)))
            found = either((found, self._withdrawn, fault))
        return found

    @cached_property
    def bonus(self) -> str:
        """What is added to credit, in basis points."""
        tests = []
        for way in sorted(CREDITS):
            offered = [
                (self.text.all_hold(one.when), str(one.bonus_bp))
                for one in self.policy.offers
                if way in one.resolutions
            ]
            plain = case((no(self.offers(way)), "0"), *offered, otherwise="0")
            own = self.own.value("bonus", str)
            value = plain if own == "NULL" else f"COALESCE({own}, {plain})"
            tests.append((equals(self.way, way), value))
        return case(*tests, otherwise="0")

    @cached_property
    def fees(self) -> Fees:
        """What the customer bears of it."""
        return Fees(self.policy, self.text, self.own, self.way)

    @cached_property
    def may_stay(self) -> str:
        """Whether the goods may stay with the customer, where they are worth little."""
        return self.text.all_hold(self.policy.keep.when)


def _wants(way: Resolution) -> str:
    return equals("p.wanted", way)
