"""What all cases came to, in the order of the documentation."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Report:
    """What all cases came to; sound when every zero is zero."""

    cases: int = 0
    seconds: float = 0.0
    kills: int = 0
    lost_answers: int = 0
    paid_twice: int = 0
    lost: int = 0
    difference_minor: int = 0
    needs_person: int = 0
    audit_breaches: int = 0
    failing_seeds: list[str] = field(default_factory=list)
    stories: list[str] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)  # by platform and way

    @property
    def is_sound(self) -> bool:
        """Whether nothing was paid twice, lost, or off by a cent."""
        wrong = self.paid_twice + self.lost + self.difference_minor
        return not (wrong or self.audit_breaches or self.failing_seeds)

    def as_json(self) -> dict[str, Any]:
        """Return the figures, in the order of the documentation."""
        names = [
            "cases", "seconds", "kills", "lost_answers", "paid_twice", "lost",
            "difference_minor", "needs_person", "audit_breaches", "failing_seeds",
        ]  # fmt: skip
        found = {name: getattr(self, name) for name in names}
        return found | {"seconds": round(self.seconds, 2)}

    def add(self, other: Report) -> None:
        """Count another one's cases too."""
        for name in self.__dataclass_fields__:
            if name != "seconds":
                setattr(self, name, getattr(self, name) + getattr(other, name))
