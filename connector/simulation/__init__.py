"""A seeded world in which everything goes wrong, and the proof that money does not.

The real steps and store, below HTTP; two shops as books in memory, each with its
platform's own way of losing, doubling and delaying things. `python -m` needs none
of it: `retour simulate` runs it, and the tests do.
"""

from __future__ import annotations

from connector.simulation.report import Report
from connector.simulation.run import run

__all__ = ["Report", "run"]
