"""Test certificates: a good one, one that has expired, one for another host."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import trustme


@cache
def authority() -> trustme.CA:
    """The authority that tests trust."""
    return trustme.CA()


@cache
def ca_file() -> str:
    """A file of that authority's certificate, as a merchant would name one."""
    path = Path(mkdtemp(prefix="retour-ca-")) / "ca.pem"
    authority().cert_pem.write_to_path(str(path))
    return str(path)


def context(kind: str = "good") -> ssl.SSLContext:
    """Return what a server needs: `good`, `expired`, `other_host` or `self_signed`."""
    if kind == "self_signed":
        made = trustme.CA().issue_cert("127.0.0.1")
    elif kind == "expired":
        ended = datetime.now(UTC) - timedelta(days=2)  # noqa: TID251 - a certificate's own time
        made = authority().issue_cert("127.0.0.1", not_after=ended)
    else:
        name = "127.0.0.1" if kind == "good" else "other.example"
        made = authority().issue_cert(name)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.configure_cert(server)
    return server
