"""A real mail server on this machine, with a certificate and switches for its moods."""

from __future__ import annotations

import email
import email.policy
import socket
import ssl
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import TYPE_CHECKING, Any, cast

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from aiosmtpd.smtp import SMTP, Envelope, Session

USER, PASSWORD = "retour", "open sesame"


@dataclass
class Mailbox:
    """What arrived, and how the server answers: replies to the next recipients."""

    port: int = 0
    ca_file: str = ""
    came: list[EmailMessage] = field(default_factory=list)
    replies: list[str] = field(default_factory=list)
    is_authenticated: list[bool] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        address: str,
        options: list[str],
    ) -> str:
        del server, options
        if self.replies:
            reply = self.replies.pop(0)
            if not reply.startswith("250"):
                return reply
        self.is_authenticated.append(session.authenticated is not None)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        del server, session
        text = cast("bytes", envelope.content).replace(b"\r\n", b"\n")
        letter = email.message_from_bytes(text, policy=email.policy.default)
        self.came.append(letter)
        return "250 OK"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        return int(probe.getsockname()[1])


@contextmanager
def mailbox(
    folder: Path, *, tls: str = "starttls", auth: bool = True
) -> Iterator[Mailbox]:
    """Open a server on a free port; `tls` is starttls, tls or none.

    Only with starttls does it ask who sends: elsewhere the library warns of it.
    """
    authority = trustme.CA()
    box = Mailbox(ca_file=str(folder / "mail-ca.pem"))
    authority.cert_pem.write_to_path(box.ca_file)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)

    def known(*given: object) -> AuthResult:
        data = given[4]
        is_known = isinstance(data, LoginPassword) and (
            (data.login, data.password) == (USER.encode(), PASSWORD.encode())
        )
        # Not handled: the server itself answers 535, or the client would wait for it.
        return AuthResult(success=is_known, handled=False)

    more: dict[str, Any] = {}
    if tls == "starttls":
        more = {"tls_context": context, "require_starttls": True}
        if auth:
            more |= {"auth_required": True, "authenticator": known}
    server = Controller(
        box,
        hostname="localhost",
        port=_free_port(),
        ssl_context=context if tls == "tls" else None,
        **more,
    )
    server.start()
    box.port = server.port
    try:
        yield box
    finally:
        server.stop()
