"""Who holds a lock, written so that another process can tell whether it lives."""

from __future__ import annotations

import os
import socket
from pathlib import Path

PROC = Path("/proc")
START_FIELD = 19  # of /proc/<pid>/stat behind the name: start time since boot


def me() -> str:
    """Name this process: machine, boot, process namespace, pid, start."""
    pid = os.getpid()
    return "|".join((*_here(), str(pid), _started(pid)))


def is_surely_dead(holder: str) -> bool:
    """Say whether that process has certainly ended; False when it cannot be told.

    Only the same boot of the same machine, seen from the same namespace, can be
    judged: there a pid that is gone, or started anew, is proof.
    """
    here = _here()
    known = "|".join(here) + "|"
    if "" in here or not holder.startswith(known):
        return False
    pid, _, started = holder.removeprefix(known).partition("|")
    if not pid.isdigit():
        return False
    return _started(int(pid)) != started


def _here() -> tuple[str, str, str]:
    try:
        boot = (PROC / "sys/kernel/random/boot_id").read_text("utf-8").strip()
        space = str((PROC / "self/ns/pid").readlink())
    except OSError:  # no Linux: nothing can be told
        boot = space = ""
    return socket.gethostname(), boot, space


def _started(pid: int) -> str:
    try:
        stat = (PROC / str(pid) / "stat").read_text("utf-8")
    except OSError:
        return ""
    state, *rest = stat.rpartition(")")[2].split()
    return "" if state == "Z" else rest[START_FIELD - 1]
