"""What both adapters ask of HTTP: a deadline, a limit, an honest name for errors."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from functools import cached_property, wraps
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import requests
import urllib3

from connector.errors import (
    Gone,
    OutcomeUnknown,
    PlatformError,
    Rejected,
    Unavailable,
)
from connector.saying import saying

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

P = ParamSpec("P")
T = TypeVar("T")

MOST_BYTES = 32 * 1024 * 1024
CHUNK = 64 * 1024
NEVER_CONNECTED = (
    urllib3.exceptions.NewConnectionError,
    urllib3.exceptions.ConnectTimeoutError,
    urllib3.exceptions.NameResolutionError,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """Seconds: to connect, between two bytes, and for a whole call."""

    connect: float = 5.0
    read: float = 60.0
    total: float = 90.0


@dataclass(frozen=True, kw_only=True)
class Reply:
    """A whole answer, read within its deadline."""

    status: int
    headers: requests.structures.CaseInsensitiveDict[str]
    body: bytes

    @cached_property
    def table(self) -> dict[str, Any] | None:
        """The body, read once, where it is an object of JSON; None where it is not."""
        try:
            body = json.loads(self.body)
        except ValueError:
            return None
        return body if isinstance(body, dict) else None


def fetch(
    ask: Callable[[], requests.Response], timeouts: Timeouts, most: int = MOST_BYTES
) -> Reply:
    """Make one request and read all of its answer, `most` bytes of it.

    `ask` must stream and not follow redirects. Raises Unavailable only where the
    connection was never made, else OutcomeUnknown. A trickling body outlives a
    read time-out, so the whole has a deadline of its own.
    """
    deadline = time.monotonic() + timeouts.total
    try:
        with ask() as answer:
            body = _drain(answer, deadline, most)
            return Reply(status=answer.status_code, headers=answer.headers, body=body)
    except (
        requests.RequestException,
        urllib3.exceptions.HTTPError,
        OSError,
        ValueError,  # an address that no library can encode
    ) as error:
        raise _named(error) from None


def understood(work: Callable[P, T]) -> Callable[P, T]:
    """Turn a surprise while reading an answer into OutcomeUnknown.

    A shop may answer JSON of another shape than documented; that must neither
    stop the other work nor be taken for a yes or a no.
    """

    @wraps(work)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return work(*args, **kwargs)
        except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
            msg = saying("the shop's answer has not the shape that it should have")
            raise OutcomeUnknown(msg, error=type(error).__name__) from error

    return guarded


def understood_each(
    work: Callable[P, Iterator[T]],
) -> Callable[P, Iterator[T]]:
    """Do for what yields, piece by piece, what `understood` does for what returns."""

    @wraps(work)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> Iterator[T]:
        pieces = work(*args, **kwargs)
        take = understood(lambda: next(pieces, _END))
        while not isinstance(piece := take(), _End):
            yield piece

    return guarded


class _End:
    """What comes behind the last piece."""


_END = _End()


def download(ask: Callable[[], requests.Response]) -> Iterator[bytes]:
    """Read a long file as it comes, without a limit to its length.

    `ask` must stream and not follow redirects. Raises Gone when the file is no longer
    kept, Unavailable or OutcomeUnknown as `fetch` does. No deadline holds for the
    whole, whose length nobody knows: the read time-out does for each piece.
    """
    try:
        with ask() as answer:
            if answer.status_code in (403, 404, 410):
                raise Gone(status=answer.status_code)
            if answer.status_code != HTTPStatus.OK:
                msg = saying("the file could not be read")
                raise OutcomeUnknown(msg, status=answer.status_code)
            yield from answer.iter_content(CHUNK)
    except (
        requests.RequestException,
        urllib3.exceptions.HTTPError,
        OSError,
        ValueError,
    ) as error:
        raise _named(error) from None


def _drain(answer: requests.Response, deadline: float, most: int) -> bytes:
    """Read what has come, as it comes: a whole chunk may never come in time."""
    parts: list[bytes] = []
    size = 0
    while part := answer.raw.read1(CHUNK, decode_content=True):
        parts.append(part)
        size += len(part)
        if size > most:
            msg = saying("the answer is too long")
            raise OutcomeUnknown(msg)
        if time.monotonic() > deadline:
            msg = saying("the answer took longer than the whole call may")
            raise OutcomeUnknown(msg)
    return b"".join(parts)


def _named(error: Exception) -> PlatformError:
    """Name an error without its text, which holds the URL and what is in it."""
    name = type(error).__name__
    if isinstance(
        error,
        (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema),
    ):
        msg = saying("the shop's address cannot be used")
        return Rejected(msg, error=name)
    cause = error.args[0] if error.args else None
    reason = getattr(cause, "reason", cause)
    if isinstance(error, requests.ConnectTimeout) or isinstance(
        reason, NEVER_CONNECTED
    ):
        msg = saying("the shop could not be reached")
        return Unavailable(msg, error=type(reason).__name__)
    if "CERTIFICATE_VERIFY_FAILED" in str(reason):
        msg = saying("the shop's certificate is not valid")
        return Unavailable(msg, error=name, why=_flaw(str(reason)))
    msg = saying("the connection broke before the answer was whole")
    return OutcomeUnknown(msg, error=name)


def _flaw(said: str) -> str:
    """Say what is wrong with a certificate: expired, other_host or unknown."""
    if "expired" in said or "not yet valid" in said:
        return "expired"
    return "other_host" if "mismatch" in said else "unknown"
