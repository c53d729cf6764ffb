"""Processes of their own, which begin with Retour imported already.

They are forked from a server that has imported it once and done nothing since: it has
one thread, and no connection. The import takes longer than most of what they do.
"""

from __future__ import annotations

import multiprocessing

APART = multiprocessing.get_context("forkserver")
APART.set_forkserver_preload(
    ["connector.wiring", "connector.store.postgres", "tests.contract.conftest"]
)
