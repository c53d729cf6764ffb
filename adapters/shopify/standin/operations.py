"""Bulk operations as the shop remembers them, and how the next ones are to end."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Fate:
    """How an operation is to end; a partial result has this share of its lines."""

    status: str = "COMPLETED"
    error_code: str | None = None
    partial: float = 0.0


@dataclass(slots=True, eq=False)
class Operation:
    """One operation; what it found is written when it runs, not when it is read."""

    gid: str
    query: str
    grouped: bool
    created_at: datetime
    fate: Fate
    status: str = "CREATED"
    completed_at: datetime | None = None
    lines: list[bytes] = field(default_factory=list)
    roots: int = 0
    signature: str = ""


class Operations:
    """All operations of the app, and how the next ones are to end."""

    def __init__(self) -> None:
        self.known: dict[str, Operation] = {}
        self.plan: deque[Fate] = deque()
