"""What is owed, by the world's own arithmetic: nothing of Retour is used.

The cumulative share of what was paid, half up, less the fees of the policy; every
price here is above its fees, so that no fee is ever waived. In which way it is made
good, money, credit or new goods, changes nothing of how much it is.
"""

from __future__ import annotations

from dataclasses import dataclass, field

WHOLE = 10_000  # basis points
OFFERED = (
    "refund",
    "store_credit",
    "gift_card",
    "exchange",
    "replacement",
    "repair",
    "keep",
)


@dataclass(slots=True)
class Rules:
    """The policy of a case; `goods_when` to `credit_days` concern other ways.

    A `fallback` of none is no word of the policy: the case sets it in its terms.
    """

    when: str
    restocking_percent: int
    return_fee: int
    goods_when: str = "received"
    fallback: str = "refund"
    bonus_bp: int = 0
    credit_days: int | None = None

    def text(self) -> str:
        """Write it as a merchant would."""
        fallback = "refund" if self.fallback == "none" else self.fallback
        return (
            'currency = "EUR"\n[window]\ndays = 3650\n[[reasons]]\ncode = "*"\n'
            f'[fees]\nrestocking_percent = "{self.restocking_percent}"\n'
            f'return_shipping = "{self.return_fee / 100:.2f}"\n'
            f'[refund]\nwhen = "{self.when}"\n'
            f'[[offers]]\nname = "all"\nbonus_percent = "{self.bonus_bp / 100}"\n'
            f"resolutions = {list(OFFERED)}\n"
            f'[exchange]\nwhen = "{self.goods_when}"\nfallback = "{fallback}"\n'
            + (f"[credit]\ndays = {self.credit_days}\n" if self.credit_days else "")
        )


@dataclass(slots=True)
class Claim:
    """What one return will bring back, once all of it has come as far as it will."""

    units: dict[str, int] = field(default_factory=dict)  # due, by order line
    kept: set[str] = field(default_factory=set)  # lines of which nothing comes back
    replaced: dict[str, tuple[int, int]] = field(default_factory=dict)  # units, worth


def share(paid: int, units: int, quantity: int) -> int:
    """Return the half-up share of what was paid for some of a line's units."""
    return (2 * paid * units + quantity) // (2 * quantity)


def due(lines: dict[str, tuple[int, int]], claims: list[Claim], rules: Rules) -> int:
    """Return what all claims together bring; `lines` are (quantity, gross).

    What the same again was given for bears no fee, neither its own nor the way back's.
    """
    back: dict[str, int] = {}
    stays: dict[str, int] = {}
    free: dict[str, int] = {}
    fees = 0
    for claim in claims:
        for ref, units in claim.units.items():
            back[ref] = back.get(ref, 0) + units
            if ref in claim.kept:  # nothing of it is restocked
                stays[ref] = stays.get(ref, 0) + units
            free[ref] = free.get(ref, 0) + claim.replaced.get(ref, (0, 0))[1]
        if any(
            units - claim.replaced.get(ref, (0, 0))[0]
            for ref, units in claim.units.items()
            if ref not in claim.kept
        ):
            fees += rules.return_fee
    owed = 0
    for ref, units in back.items():
        quantity, gross = lines[ref]
        goods = share(gross, units, quantity)
        restocked = goods - share(gross, stays.get(ref, 0), quantity) - free[ref]
        owed += goods - share(restocked, rules.restocking_percent, 100)
    return owed - fees


def with_bonus(value: int, bonus_bp: int) -> int:
    """Return what a credit is with its bonus, half up."""
    return value + share(value, bonus_bp, WHOLE)


def value_of(credit: int, bonus_bp: int) -> int:
    """Return how much of a credit was paid for; 1 too little where nothing fits."""
    about = credit * WHOLE // (WHOLE + bonus_bp)
    fits = (x for x in (about, about + 1) if with_bonus(x, bonus_bp) == credit)
    return next(fits, about - 1)
