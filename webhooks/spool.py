"""A large body is proved before it is held: read to disk, its signature as it comes.

What somebody sends who cannot prove who he is takes no more memory than any other
delivery does, and no more of them at once than `LARGE_AT_ONCE`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import threading
from tempfile import SpooledTemporaryFile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import IO

CHUNK = 64 * 1024  # bytes
LARGE_AT_ONCE = 4
SIGNATURE_BYTES = hashlib.sha256().digest_size

large = threading.BoundedSemaphore(LARGE_AT_ONCE)


class Forged(Exception):
    """No secret of the shop signs this."""


class TooLarge(Exception):
    """It is longer than allowed."""


def could_sign(signature: str | None) -> bool:
    """Say whether a header has the form of a signature; nothing is read for others."""
    try:
        given = base64.b64decode((signature or "").encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        return False
    return len(given) == SIGNATURE_BYTES


def proved(
    stream: IO[bytes],
    signature: str | None,
    secrets: Iterable[bytes],
    *,
    most: int,
    in_memory: int,
) -> bytes:
    """Return a body that one of the secrets signs; sizes are bytes.

    Raises TooLarge above `most`, Forged where none signs it; until then no more than
    `in_memory` of it is held.
    """
    sums = [hmac.new(one, digestmod="sha256") for one in secrets if one]
    size = 0
    with SpooledTemporaryFile(max_size=in_memory) as kept:
        while chunk := stream.read(min(CHUNK, most + 1 - size)):
            size += len(chunk)
            if size > most:
                raise TooLarge
            for one in sums:
                one.update(chunk)
            kept.write(chunk)
        given = (signature or "").encode("utf-8", "surrogatepass")
        known = [base64.b64encode(one.digest()) for one in sums]
        matches = [hmac.compare_digest(given, one) for one in known]
        if not any(matches):
            raise Forged
        kept.seek(0)
        return kept.read()
