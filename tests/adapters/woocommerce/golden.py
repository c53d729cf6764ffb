"""What was recorded on a running WooCommerce, read from tests/golden."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[2] / "golden" / "woocommerce"


def rest(name: str) -> dict[str, Any]:
    """Return one recorded request with its response."""
    found: dict[str, Any] = json.loads((FOLDER / "rest" / f"{name}.json").read_text())
    return found


def body(name: str) -> Any:
    """Return the body of a recorded response."""
    return rest(name)["response"]["body"]


def orders() -> dict[str, Any]:
    """Return every order that a recorded answer holds, once by name."""
    found = {}
    for path in sorted((FOLDER / "rest").glob("*.json")):
        recorded = json.loads(path.read_text())
        answer = (recorded.get("response") or {}).get("body")
        if isinstance(answer, dict) and "line_items" in answer and "total" in answer:
            found[path.stem] = answer
    return found


def refunds() -> dict[str, Any]:
    """Return every refund that a recorded answer holds, by name."""
    found = {}
    for path in sorted((FOLDER / "rest").glob("*.json")):
        recorded = json.loads(path.read_text())
        answer = (recorded.get("response") or {}).get("body")
        if isinstance(answer, dict) and "refunded_payment" in answer:
            found[path.stem] = answer
    return found


def deliveries() -> list[tuple[dict[str, str], bytes, str]]:
    """Return (headers, exact bytes, secret) of every recorded webhook."""
    found = []
    for path in sorted((FOLDER / "webhooks").glob("*.json")):
        data = json.loads(path.read_text())
        raw = path.with_suffix(".body")
        if raw.exists():
            found.append(
                (dict(data["headers"]), raw.read_bytes(), data.get("secret") or "")
            )
    return found
