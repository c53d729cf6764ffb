"""What `make check` asks of the docs: links that lead somewhere, days, no machines.

Run as `python -m tests.docs_check`; prints what is wrong and exits 1.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
COMMAND = re.compile(r"`retour ([a-z]+)")
# Words that name a machine, not the project.
FOREIGN = re.compile(r"/work/|/home/|/root/|pypi\.org|/tmp/")


DAY = re.compile(r"20\d\d-\d\d-\d\d")


def pages() -> list[Path]:
    """Return every page of the project."""
    return [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]


def faults(page: Path, commands: set[str]) -> list[str]:
    """Return what is wrong with one page."""
    text = page.read_text("utf-8")
    found = [
        f"leads nowhere: {link}"
        for link in LINK.findall(text)
        if "://" not in link
        and not link.startswith("mailto:")
        and not (page.parent / link).exists()
    ]
    found += [f"names a machine: {one}" for one in FOREIGN.findall(text)]
    found += [
        f"no such command: retour {name}"
        for name in COMMAND.findall(text)
        if name not in commands
    ]
    if page.parent.name == "decisions" and not DAY.search(text):
        found.append("a decision without its date")
    return [f"{page.relative_to(ROOT)}: {one}" for one in found]


def main() -> int:
    """Check every page; return the exit code."""
    from connector.cli.main import cli  # noqa: PLC0415 - only the command needs it

    wrong = [fault for page in pages() for fault in faults(page, set(cli.commands))]
    sys.stdout.write("".join(f"{one}\n" for one in wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
