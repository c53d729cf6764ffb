"""What becomes of a verdict before it is written down, as SQL of past lines.

What the shop or another program words may be a claim of the law, and what is given may
be out of the shop's reach: then a person looks, whatever the policy says.
`connector.steps.decide` does the same for what is decided now.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from connector.backtest.clauses import Text
from connector.backtest.sql import both, either, equals, flag, no
from connector.model import FAULTS, Resolution
from connector.policy.claims import OUTSIDE
from connector.policy.periods import LAW_BOUND

SHOP = "shop"  # the channel of the shop's own returns


@dataclass(frozen=True)
class After:
    """What is asked of one line; `way` is the SQL of what makes it good.

    `forced` are tests under which a rule gives another article than was asked for.
    """

    text: Text
    way: str
    forced: tuple[str, ...]

    @property
    def parts(self) -> dict[str, str]:
        """Say whether it is held where it is approved, and where it is no refusal."""
        return {
            "held": either((self._says("unsure"), self._is_out_of_reach)),
            "claim": self._says("open"),
        }

    @property
    def told(self) -> dict[str, str]:
        """Say what makes lines of a return fare alike.

        `own`: Shopify, and plugins, decide its return as one. `claimed`: its reason is
        a fault, in a claim whose reasons came from outside.
        """
        is_claim = self.text.is_kind(*FAULTS)
        claimed = self.text.reasons.are("claimed", [1])
        return {
            "own": flag(self.text.is_channel(SHOP)),
            "claimed": flag(both((is_claim, self._is_outside, claimed))),
        }

    @cached_property
    def _is_outside(self) -> str:
        return self.text.is_channel(*OUTSIDE)

    def _says(self, column: str) -> str:
        """Say what the reason may be, where the line is no claim of the law yet."""
        plain = no(self.text.is_kind(*LAW_BOUND))
        return both((plain, self._is_outside, self.text.reasons.are(column, [1])))

    @property
    def _is_out_of_reach(self) -> str:
        """Say that the shop cannot give it, or that nobody named the other article."""
        ways = self.text.words.ways
        lacking = [one for one in Resolution if ways is not None and one not in ways]
        return either((*self.forced, *(equals(self.way, one) for one in lacking)))
