"""Is this body from that shop? Bytes in, bool out."""

from __future__ import annotations

import base64
import hmac
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def sign(body: bytes, secret: bytes) -> str:
    """Return base64(HMAC-SHA256(body)), as Shopify and WooCommerce both send it."""
    return base64.b64encode(hmac.digest(secret, body, "sha256")).decode("ascii")


def is_signed(body: bytes, signature: str | None, secrets: Iterable[bytes]) -> bool:
    """Check a signature over the raw bytes against the new and the old secret.

    Compared as bytes and in constant time: a header may hold anything, and
    `compare_digest` raises TypeError for text that is not ASCII.
    """
    given = (signature or "").encode("utf-8", "surrogatepass")
    matches = [
        hmac.compare_digest(given, sign(body, secret).encode())
        for secret in secrets
        if secret
    ]
    return any(matches)
