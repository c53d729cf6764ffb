"""The only SQL in the program; steps see functions and model values."""

from __future__ import annotations

from connector.store.database import Database, atomic, connect, moment, stamp

__all__ = ["Database", "atomic", "connect", "moment", "stamp"]
