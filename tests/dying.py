"""A database whose process dies just before, or just after, its n-th commit."""

from __future__ import annotations

from connector.store import Database


class Killed(BaseException):
    """The process is gone; nothing after this line has run."""


class Dying(Database):
    """Dies at the commit that `die_at` names; one that died is used again alive."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self._left = 0
        self._when = ""

    def die_at(self, commit: int, when: str) -> None:
        """Let the n-th commit from now be the last, `before` it or `after` it."""
        self._left, self._when = commit, when

    def live(self) -> None:
        """Be started again."""
        self._left = 0

    def commit(self) -> None:
        """Commit, unless the process ends first."""
        self._left -= 1
        if self._left == 0 and self._when == "before":
            raise Killed
        super().commit()
        if self._left == 0 and self._when == "after":
            raise Killed
