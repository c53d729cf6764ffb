"""Letters over a real mail server."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

import pytest

from adapters.messages.smtp import Smtp
from connector.config import Secret
from connector.errors import MailError, MailRefused
from connector.messenger import Message
from tests.connector.shapes import NOON
from tests.mailbox import PASSWORD, USER, mailbox

if TYPE_CHECKING:
    from pathlib import Path

    from tests.mailbox import Mailbox

LETTER = Message(
    key="0192-letter",
    recipient="ada@example.test",
    subject="Eingangsbestätigung: Ihr Widerruf bei Häkel & Co",
    body="Wir bestätigen.\n\nNummer: 1001\n",
    language="de",
    sender_name="Häkel, Garn & Co",
    reply_to="help@shop.example",
)


def smtp(box: Mailbox, security: str, **other: object) -> Smtp:
    given: dict[str, Any] = {
        "host": "localhost",
        "port": box.port,
        "security": security,
        "user": USER,
        "password": Secret(PASSWORD),
        "sender": "returns@shop.example",
        "timeout": 10.0,
        "clock": lambda: NOON,
        "ca_file": box.ca_file,
    } | other
    return Smtp(**given)


@pytest.mark.parametrize("security", ["starttls", "tls", "none"])
def test_a_letter_arrives_whole_and_named_after_its_key(
    tmp_path: Path, security: str
) -> None:
    with mailbox(tmp_path, tls=security) as box:
        user = USER if security == "starttls" else ""
        smtp(box, security, user=user).send(LETTER)
        smtp(box, security, user=user).send(LETTER)
    first, second = box.came
    assert box.is_authenticated == [security == "starttls"] * 2
    assert first["Message-ID"] == second["Message-ID"] == "<0192-letter@shop.example>"
    assert first["Subject"] == LETTER.subject
    assert first["To"] == LETTER.recipient
    assert first["From"].addresses[0].display_name == LETTER.sender_name
    assert first["From"].addresses[0].addr_spec == "returns@shop.example"
    assert first["Reply-To"] == "help@shop.example"
    assert first["Auto-Submitted"] == "auto-generated"
    assert first["Content-Language"] == "de"
    assert first["Date"].datetime == NOON
    assert first.get_content() == LETTER.body


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        ("550 no such user", MailRefused),
        ("450 try later", MailError),
        ("530 who are you", MailError),
    ],
)
def test_a_reply_says_whether_to_try_again(
    tmp_path: Path, reply: str, kind: type[MailError]
) -> None:
    with mailbox(tmp_path) as box:
        box.replies = [reply]
        with pytest.raises(MailError) as raised:
            smtp(box, "starttls").send(LETTER)
    assert type(raised.value) is kind
    assert LETTER.recipient not in str(raised.value)


def test_a_wrong_password_is_ours_to_mend(tmp_path: Path) -> None:
    with mailbox(tmp_path) as box, pytest.raises(MailError) as raised:
        smtp(box, "starttls", password=Secret("wrong")).send(LETTER)
    assert type(raised.value) is MailError
    assert raised.value.facts["reply"] == 535
    assert "wrong" not in str(raised.value)


def test_a_certificate_that_nobody_vouches_for_stops_the_letter(
    tmp_path: Path,
) -> None:
    with mailbox(tmp_path) as box, pytest.raises(MailError):
        smtp(box, "starttls", ca_file="").send(LETTER)
    assert box.came == []


def test_a_server_without_tls_gets_no_letter_that_wants_it(tmp_path: Path) -> None:
    with mailbox(tmp_path, tls="none", auth=False) as box, pytest.raises(MailError):
        smtp(box, "starttls").send(LETTER)
    assert box.came == []


def test_a_server_that_is_away_is_tried_later(tmp_path: Path) -> None:
    with mailbox(tmp_path) as box:
        pass
    with pytest.raises(MailError) as raised:
        smtp(box, "starttls").send(LETTER)
    assert type(raised.value) is MailError


def test_a_server_that_says_nothing_is_not_waited_for(tmp_path: Path) -> None:
    with mailbox(tmp_path) as box, socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        port = mute.getsockname()[1]
        with pytest.raises(MailError):
            smtp(box, "none", port=port, host="127.0.0.1", timeout=0.2).send(LETTER)


def test_an_address_that_no_header_holds_is_refused_before_sending(
    tmp_path: Path,
) -> None:
    evil = Message(
        key="x",
        recipient="ada@example.test\nBcc: all@example.test",
        subject="x",
        body="x",
        language="en",
    )
    with mailbox(tmp_path) as box, pytest.raises(MailRefused):
        smtp(box, "starttls").send(evil)
    assert box.came == []
