"""The least check of a connection: one harmless read, and what its failure means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.errors import PlatformError, Rejected, Unavailable
from connector.platform import Check

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping


def by_probe(probe: Callable[[], Mapping[str, str]]) -> Iterator[Check]:
    """Say whether a probe works; never raises."""
    try:
        learnt = dict(probe())
    except PlatformError as error:
        step, code = named(error)
        yield Check(step=step, verdict="fail", code=code)
        return
    yield Check(step="sign_in", verdict="ok", code="keys_accepted", learnt=learnt)


def named(error: PlatformError) -> tuple[str, str]:
    """Return the step that an error ends, and the code of its words."""
    if isinstance(error, Unavailable):
        return "reach", "unreachable"
    if isinstance(error, Rejected):
        return "sign_in", "keys_refused"
    return "reach", "unreadable"
