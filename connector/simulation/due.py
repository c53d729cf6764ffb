"""What is owed, by the world's own arithmetic: nothing of Retour is used.

The cumulative share of what was paid, half up, less the fees of the policy; every
price here is above its fees, so that no fee is ever waived.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Rules:
    """The policy of a case."""

    when: str
    restocking_percent: int
    return_fee: int

    def text(self) -> str:
        """Write it as a merchant would."""
        return (
            'currency = "EUR"\n[window]\ndays = 3650\n[[reasons]]\ncode = "*"\n'
            f'[fees]\nrestocking_percent = "{self.restocking_percent}"\n'
            f'return_shipping = "{self.return_fee / 100:.2f}"\n'
            f'[refund]\nwhen = "{self.when}"\n'
        )


@dataclass(slots=True)
class Claim:
    """What one return will bring back, once all of it has come as far as it will."""

    units: dict[str, int] = field(default_factory=dict)  # due, by order line


def share(paid: int, units: int, quantity: int) -> int:
    """Return the half-up share of what was paid for some of a line's units."""
    return (2 * paid * units + quantity) // (2 * quantity)


def due(lines: dict[str, tuple[int, int]], claims: list[Claim], rules: Rules) -> int:
    """Return what all claims together bring; `lines` are (quantity, gross)."""
    back: dict[str, int] = {}
    fees = 0
    for claim in claims:
        for ref, units in claim.units.items():
            back[ref] = back.get(ref, 0) + units
        if any(claim.units.values()):
            fees += rules.return_fee
    owed = 0
    for ref, units in back.items():
        quantity, gross = lines[ref]
        goods = share(gross, units, quantity)
        owed += goods - share(goods, rules.restocking_percent, 100)
    return owed - fees
