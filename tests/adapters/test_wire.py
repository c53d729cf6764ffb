"""What an answer holds is read once."""

from __future__ import annotations

import pytest
from requests.structures import CaseInsensitiveDict

from adapters.wire import Reply


def reply(body: bytes) -> Reply:
    return Reply(status=200, headers=CaseInsensitiveDict(), body=body)


def test_a_table_is_read_once() -> None:
    answer = reply(b'{"data": {"shop": null}}')
    assert answer.table == {"data": {"shop": None}}
    assert answer.table is answer.table


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"7", b"null", b"\xff"])
def test_what_is_no_table_is_none(body: bytes) -> None:
    assert reply(body).table is None
