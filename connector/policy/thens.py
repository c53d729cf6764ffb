"""Read what follows from conditions: fees, offers and the merchant's own rules."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from connector.model import CREDITS, Resolution
from connector.policy.case import When
from connector.policy.conditions import conditions
from connector.policy.keys import ACTIONS
from connector.policy.reader import nearest, of_key, twice
from connector.policy.tables import MOST_PHOTOS, name_of
from connector.policy.vocabulary import Fees, OfferRule, Rule, SpecialFee, Then, Waiver
from connector.saying import N_, saying

if TYPE_CHECKING:
    from collections.abc import Collection

    from connector.money import Money
    from connector.policy.conditions import Known
    from connector.policy.reader import Reader

NO_BONUS = saying("bonus_percent is added to store credit and gift cards alone")
ALIKE = 0.85  # how alike a misspelt name is to the one that is meant
MOST_PRIORITY = 1_000_000
# A courtesy and payment by other means are a person's to give, never a policy's.
OFFERED = tuple(
    one
    for one in Resolution
    if one not in (Resolution.COURTESY, Resolution.MANUAL, Resolution.NONE)
)


def fees(table: Reader, known: Known) -> tuple[int, Money | None, Fees]:
    """Return the plain restocking fee (bp) and return fee, and the special cases."""
    table.known("fees")
    special = tuple(_special(one, known) for one in table.tables("special"))
    found = Fees(special=special, waiver=_waiver(table.table("waived"), known))
    restocking = table.percent("restocking_percent") or 0
    return restocking, table.amount("return_shipping", known.currency), found


def _special(table: Reader, known: Known) -> SpecialFee:
    table.known("fees.special")
    if not {"restocking_percent", "return_shipping"} & set(table.data):
        which = N_("say which fee: restocking_percent, return_shipping, or both")
        table.say(saying(which))
    return SpecialFee(
        name=name_of(table),
        when=conditions(table, known),
        restocking_bp=table.percent("restocking_percent"),
        return_fee=table.amount("return_shipping", known.currency),
        line=table.line,
    )


def _waiver(table: Reader, known: Known) -> Waiver:
    table.known("fees.waived")
    ways = table.choices("resolutions", OFFERED)
    own = known.own
    return Waiver(
        reasons=frozenset(table.choices("reasons", own["reasons"])),
        customer_groups=frozenset(table.choices("customer_groups", own["customers"])),
        resolutions=frozenset(Resolution(one) for one in ways),
        order_above=table.amount("order_above", known.currency),
        when=conditions(table, known),
    )


def offers(top: Reader, known: Known) -> tuple[OfferRule, ...]:
    """Read which ways to make good are offered."""
    return tuple(_offer(table, known) for table in top.tables("offers"))


def _offer(table: Reader, known: Known) -> OfferRule:
    table.known("offers")
    if not table.data.get("resolutions"):
        text = N_("name the resolutions: %(ways)s")
        table.say(saying(text, ways=", ".join(OFFERED)), "resolutions")
    ways, bonus = _ways(table, "resolutions"), table.percent("bonus_percent") or 0
    if bonus and ways and CREDITS.isdisjoint(ways):
        table.refuse(NO_BONUS, "bonus_percent")
    return OfferRule(
        resolutions=ways,
        bonus_bp=bonus,
        name=name_of(table),
        when=conditions(table, known),
        line=table.line,
    )


def _ways(table: Reader, key: str) -> tuple[Resolution, ...]:
    return tuple(Resolution(one) for one in table.choices(key, OFFERED))


def rules(top: Reader, known: Known) -> tuple[Rule, ...]:
    """Read the merchant's own rules, in the order of the file."""
    found: list[Rule] = []
    for table in top.tables("rules"):
        rule = _rule(table, known)
        if rule.name in [one.name for one in found]:
            table.say(twice(rule.name), "name")
        found.append(rule)
    return tuple(found)


def _rule(table: Reader, known: Known) -> Rule:
    table.known("rules")
    then = _then(table.table("then"), known)
    why = table.words("why")
    if then.decide in ("ask", "decline") and not why:
        table.say(saying("say why, in a sentence for the customer"), "why")
    priority = table.maybe_whole("priority", MOST_PRIORITY, -MOST_PRIORITY)
    return Rule(
        name=table.required("name", saying("a rule needs a name")),
        when=conditions(table, known),
        then=then,
        why=why,
        priority=priority or 0,
        line=table.line,
    )


def _then(table: Reader, known: Known) -> Then:
    table.only([key.name for key in ACTIONS])
    if not table.data:
        names = ", ".join(key.name for key in ACTIONS)
        table.say(saying("then must say what follows: %(names)s", names=names))
    elif not any(_speaks(*one) for one in table.data.items()):
        table.refuse(saying("then says nothing that follows"))
    way = table.chosen("resolution", ("", *OFFERED), "")
    found = Then(
        decide=table.chosen("decide", ("", "approve", "ask", "decline"), ""),
        restocking_bp=table.percent("restocking_percent"),
        return_fee=table.amount("return_shipping", known.currency),
        waive_fees=table.flag("waive_fees"),
        resolution=Resolution(way) if way else None,
        offer=_ways(table, "offer"),
        bonus_bp=table.percent("bonus_percent"),
        withhold=_ways(table, "withhold"),
        photos=table.maybe_whole("photos", MOST_PHOTOS),
        refund_when=_moment(table, "refund_when"),
        goods_when=_moment(table, "goods_when"),
        refund_shipping=_maybe(table, "refund_shipping"),
        approver=_approver(table, known.own["levels"]),
    )
    _agree(table, found)
    return found


def _speaks(action: str, value: object) -> bool:
    """Say whether an action says anything as it is written."""
    return value not in ("", []) and not (action == "waive_fees" and value is False)


def _agree(table: Reader, then: Then) -> None:
    """Refuse actions that speak against each other."""
    if then.waive_fees and (then.restocking_bp or then.return_fee):
        what = N_("waive_fees takes no fee at all: say that, or which fee")
        table.refuse(saying(what), "waive_fees")
    for way in then.offer:
        if way in then.withhold:
            text = N_("%(way)s is offered as well")
            what = of_key("withhold", saying(text, way=repr(way.value)))
            table.refuse(what, "withhold")
    if then.bonus_bp and then.resolution and then.resolution not in CREDITS:
        table.refuse(NO_BONUS, "bonus_percent")


def _approver(table: Reader, levels: Collection[str]) -> str:
    """Read who must approve; one who is no level may be meant, a misspelt one not."""
    name = table.text("approver")
    folded = {one.casefold(): one for one in levels}
    close = difflib.get_close_matches(name.casefold(), folded, n=1, cutoff=ALIKE)
    if close and name not in levels:
        near = nearest(folded[close[0]], levels)
        what = saying("%(name)s is no level%(near)s", name=repr(name), near=near)
        table.refuse(of_key("approver", what), "approver")
    return name


def _moment(table: Reader, key: str) -> When | None:
    word = table.chosen(key, ("", *When), "")
    return When(word) if word else None


def _maybe(table: Reader, key: str) -> bool | None:
    return table.flag(key) if key in table.data else None
