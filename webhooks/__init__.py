"""Webhooks in: bytes are proved, kept, and only then answered with 200."""

from __future__ import annotations

from webhooks.doors import Door, Doors
from webhooks.views import blueprint

__all__ = ["Door", "Doors", "blueprint"]
