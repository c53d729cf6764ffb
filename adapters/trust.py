"""Whose certificates hold: read once, not before every request.

A bundle has some hundred and fifty authorities; to read it takes longer than the rest
of a request. It is read again when the file was changed.
"""

from __future__ import annotations

import ssl
import threading
from pathlib import Path

from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3.util.ssl_ import create_urllib3_context

Seen = tuple[int, int, int]  # a file's number, when it was written (ns), its bytes


class Trust(threading.local):
    """The authorities of one bundle, for each thread apart.

    urllib3 sets options on a context that is in use: two threads must not share one.
    """

    def __init__(self, ca_file: str = "") -> None:
        self._path = Path(ca_file or DEFAULT_CA_BUNDLE_PATH)
        self._seen: Seen | None = None
        self._context: ssl.SSLContext | None = None

    def context(self) -> ssl.SSLContext:
        """Return what verifies a server; raises OSError where the file is none."""
        found = self._path.stat()
        seen = (found.st_ino, found.st_mtime_ns, found.st_size)
        if self._context is None or seen != self._seen:
            made = create_urllib3_context(cert_reqs=ssl.CERT_REQUIRED)
            made.load_verify_locations(self._path)
            self._context, self._seen = made, seen
        return self._context
