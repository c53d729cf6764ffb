"""What customers want, and what a parcel holds: drawn from the case's chance."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from connector.model import Resolution
from connector.simulation.due import Claim, Rules
from connector.simulation.goods import PRICES

if TYPE_CHECKING:
    from connector.simulation.chance import Chance

WHENS = ("requested", "shipped", "received", "received", "inspected")
AHEAD = ("requested", "shipped")  # money before goods: nothing is rejected then
GOODS = (Resolution.EXCHANGE, Resolution.REPLACEMENT)
UNPAID = (Resolution.REPAIR,)
# How often a line is wanted made good in another way than money, in per cent.
WAYS = {
    Resolution.STORE_CREDIT: 14,
    Resolution.EXCHANGE: 22,
    Resolution.REPLACEMENT: 8,
    Resolution.GIFT_CARD: 5,
    Resolution.KEEP: 5,
    Resolution.REPAIR: 4,
}
# What a mind may be changed between: the same comes back, in the same time.
ALIKE = (
    Resolution.REFUND,
    Resolution.STORE_CREDIT,
    Resolution.GIFT_CARD,
    Resolution.MANUAL,
)


@dataclass(slots=True)
class Parcel:
    """What of a return arrives, by order line; `counted` parcels are booked."""

    units: dict[str, tuple[int, int]]  # received, rejected
    is_booked: bool = False


@dataclass(slots=True)
class Wanted:
    """A return as its customer means it."""

    order: str
    units: dict[str, int]
    event: str
    is_native: bool
    parcels: list[Parcel]
    claim: Claim
    ways: dict[str, Resolution] = field(default_factory=dict)
    wares: dict[str, str] = field(default_factory=dict)  # wanted instead
    native_ref: str = ""
    is_asked: bool = False
    is_shipped: bool = False

    def way(self, ref: str) -> Resolution:
        """Return what the customer asks for; to keep goods is not among it."""
        way = self.ways.get(ref, Resolution.REFUND)
        return Resolution.REFUND if way is Resolution.KEEP else way

    @property
    def kept(self) -> list[str]:
        """The lines that the merchant is yet to leave with the customer."""
        return [x for x, way in self.ways.items() if way is Resolution.KEEP]


def rules(chance: Chance) -> Rules:
    """Draw a policy; where goods and money go at other times, both before or after."""
    when = chance.choice(WHENS)
    bonus_bp = chance.choice([0, 500, 1_000])
    # What becomes credit later than its verdict has no bonus: no sum would show it.
    others = ["refund", "none"] if bonus_bp else ["refund", "store_credit", "none"]
    return Rules(
        when=when,
        restocking_percent=chance.choice([0, 0, 10, 15]),
        return_fee=chance.choice([0, 0, 390]),
        goods_when=chance.choice(WHENS),
        fallback=chance.choice(others),
        bonus_bp=bonus_bp,
        credit_days=chance.choice([None, 365]),
    )


def wanted(
    chance: Chance,
    rules: Rules,
    order: str,
    number: int,
    units: dict[str, int],
    *,
    sole: frozenset[str],
    is_native: bool,
) -> Wanted:
    """Draw how a return of some units goes, and what is due of it in the end.

    `sole` are lines of which no other return has units.
    """
    ways = {} if is_native else {ref: _way(chance) for ref in units}
    if rules.restocking_percent:
        # How a fee is rounded would hang on which of two returns is paid first.
        ways = {
            ref: Resolution.REFUND
            if way is Resolution.KEEP and ref not in sole
            else way
            for ref, way in ways.items()
        }
    wares = {
        ref: chance.choice(sorted(PRICES))
        for ref, way in ways.items()
        if way is Resolution.EXCHANGE
    }
    parcels, due = _parcels(chance, rules, units, ways)
    return Wanted(
        order=order,
        units=units,
        event=f"{order}-{number}",
        is_native=is_native,
        parcels=parcels,
        claim=Claim(units=due),
        ways=ways,
        wares=wares,
    )


def _way(chance: Chance) -> Resolution:
    return chance.pick(WAYS, Resolution.REFUND)


def _parcels(
    chance: Chance, rules: Rules, units: dict[str, int], ways: dict[str, Resolution]
) -> tuple[list[Parcel], dict[str, int]]:
    """Draw what arrives in one or two parcels, and what is due for it."""
    first: dict[str, tuple[int, int]] = {}
    second: dict[str, tuple[int, int]] = {}
    due: dict[str, int] = {}
    for ref, asked in units.items():
        way = ways.get(ref, Resolution.REFUND)
        if way is Resolution.KEEP:
            due[ref] = asked
            continue
        is_ahead = rules.when in AHEAD
        # New goods that turn out to be gone are paid back at another time.
        is_steady = way not in GOODS or (rules.goods_when in AHEAD) == is_ahead
        missing = chance.choice([0, 0, 0, 0, 1]) if is_steady else 0
        coming = asked - missing
        rejected = 0
        may_reject = not is_ahead and is_steady and coming
        if may_reject and chance.random() < 0.1:
            rejected = 1
        early = chance.randint(0, coming)
        first[ref] = (early, min(rejected, early))
        second[ref] = (coming - early, rejected - min(rejected, early))
        due[ref] = asked if is_ahead else coming - rejected
        if way in UNPAID:
            due[ref] = 0
    return [Parcel(first), Parcel(second)], due
