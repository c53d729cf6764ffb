"""Plant the faults one at a time in a copy of the tree; each must be caught.

`python -m tests.mutants [--only NAME]`: a line a fault, exit 1 when one survived.
First every check runs on the sound copy, to show that it passes there.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.mutants.faults import FAULTS, Fault

ROOT = Path(__file__).parents[2]
LEFT_OUT = shutil.ignore_patterns(".*", "*.egg-info", "__pycache__", "screenshots")
FAILED = 1  # pytest: tests ran, and some failed; simulate: something was wrong


def main() -> int:
    """Run it; return the exit code."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--only", help="the name of one fault")
    only = asked.parse_args().only
    faults = [one for one in FAULTS if only in (None, one.name)]
    with tempfile.TemporaryDirectory(prefix="retour-mutants-") as folder:
        copy = Path(folder) / "tree"
        shutil.copytree(ROOT, copy, ignore=LEFT_OUT)
        sound = [_is_sound(copy, catch) for catch in sorted({x.catch for x in faults})]
        caught = [_is_caught(copy, fault) for fault in faults]
    _say(f"{sum(caught)} of {len(caught)} faults were caught")
    return 0 if all(sound) and all(caught) else 1


def _is_sound(copy: Path, catch: tuple[str, ...]) -> bool:
    code = _run(copy, catch)
    if code:
        _say(f"NOT SOUND  {' '.join(catch)} exits {code} without any fault")
    return code == 0


def _is_caught(copy: Path, fault: Fault) -> bool:
    path = copy / fault.file
    text = path.read_text("utf-8")
    path.write_text(text.replace(fault.before, fault.after), "utf-8")
    started = time.perf_counter()
    code = _run(copy, fault.catch)
    taken = time.perf_counter() - started
    path.write_text(text, "utf-8")
    verdict = "caught  " if code == FAILED else f"SURVIVED (exit {code})"
    _say(f"{verdict} {taken:6.1f} s  {fault.name}  [{' '.join(fault.catch[:2])}]")
    return code == FAILED


def _run(copy: Path, catch: tuple[str, ...]) -> int:
    """Run a check on the copy, with the copy's code before any installed."""
    kind, *arguments = catch
    if kind == "pytest":
        command = ["-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *arguments]
    else:
        command = ["-m", "connector.cli", kind, *arguments]
    done = subprocess.run(  # noqa: S603 - our own interpreter and checks
        [sys.executable, *command],
        cwd=copy,
        env=os.environ | {"PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    return done.returncode


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
