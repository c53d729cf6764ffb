"""What the shop answers when it does not do what was asked."""

from __future__ import annotations


class Problem(Exception):
    """An error answer: HTTP status and body."""

    def __init__(self, status: int, code: str, message: str, data: object) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"code": code, "message": message, "data": data}


class Fatal(Exception):
    """PHP died in the middle; what was saved stays saved."""
