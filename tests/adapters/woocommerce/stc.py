"""What was recorded of Shiptastic, read from tests/golden."""

from __future__ import annotations

import json
from typing import Any

from tests.adapters.woocommerce import golden

FOLDER = golden.FOLDER / "plugins" / "shiptastic"


def recorded(name: str) -> dict[str, Any]:
    """Return one recorded request with its response."""
    found: dict[str, Any] = json.loads((FOLDER / "rest" / f"{name}.json").read_text())
    return found


def body(name: str) -> Any:
    """Return the body of a recorded response."""
    return recorded(name)["response"]["body"]


def names(end: str) -> list[str]:
    """List the recordings whose names end so."""
    found = (FOLDER / "rest").glob(f"stc-*{end}.json")
    return sorted(path.stem for path in found)


def deliveries() -> list[tuple[str, dict[str, str], bytes, str]]:
    """Return (name, headers, exact bytes, secret) of every recorded webhook."""
    found = []
    for path in sorted((FOLDER / "webhooks").glob("*.json")):
        data = json.loads(path.read_text())
        raw = path.with_suffix(".body").read_bytes()
        found.append((path.stem, dict(data["headers"]), raw, str(data["secret"])))
    return found
