"""Lines of one return that must fare alike, or a person looks at all: as SQL."""

from __future__ import annotations

from dataclasses import dataclass

from connector.backtest.lines import CLEAR, REFUSED
from connector.backtest.sql import YES, both, either, is_one, no


@dataclass(frozen=True)
class Mates:
    """What one policy says of them; `key` begins its columns.

    `has_own`: some are decided as one by Shopify, or a plugin. `has_claims`: some are
    of a claim whose reasons came from outside.
    """

    key: str
    has_own: bool
    has_claims: bool

    @property
    def are_some(self) -> bool:
        """Whether there are any at all."""
        return self.has_own or self.has_claims

    def sums(self) -> list[tuple[str, str]]:
        """Count the lines that are decided as one, and those given or refused."""
        key, own = self.key, is_one(f"{self.key}_own")
        tests = {
            "mates": YES,
            "clear": f"{key}_decision = {CLEAR}",
            "refused": f"{key}_decision = {REFUSED}",
        }
        found = [
            (f"{key}_{name}", f"count(*) FILTER (WHERE {both((own, test))})")
            for name, test in tests.items()
            if self.has_own
        ]
        if self.has_claims:
            found.append((f"{key}_unclaimed", f"min({key}_claimed)"))
            found.append((f"{key}_claimed", f"max({key}_claimed)"))
        return found

    @property
    def mixed(self) -> str:
        """Say that lines that must fare alike do not, as they are written down."""
        key, tests = self.key, []
        if self.has_own:
            alike = (f"{key}_clear = {key}_mates", f"{key}_refused = {key}_mates")
            open_ = both((f"{key}_clear = 0", f"{key}_refused = 0"))
            tests.append(no(either((*alike, open_))))
        if self.has_claims:
            tests.append(f"{key}_unclaimed <> {key}_claimed")
        return either(tests)
