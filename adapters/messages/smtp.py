"""Letters by SMTP: STARTTLS, TLS from the first byte, or neither on this machine.

RFC 5321 (replies), RFC 3207 (STARTTLS), RFC 8314 (TLS from the first byte), RFC 5322
(Message-ID, Date), RFC 3834 (Auto-Submitted). A reply of 5xx is final, any other
failure is not; a connection that breaks after the text was sent may have delivered it.
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import TYPE_CHECKING

from connector.errors import MailError, MailRefused
from connector.options import Secret
from connector.saying import saying

if TYPE_CHECKING:
    from connector.messenger import Message

STARTTLS, TLS, NONE = "starttls", "tls", "none"
FINAL = range(500, 600)
# Replies that speak of us or the session, not of the letter: mend it, then it goes.
OURS = frozenset({500, 501, 502, 503, 504, 530, 534, 535, 538})


@dataclass(frozen=True, slots=True, kw_only=True)
class Smtp:
    """A mail server; `timeout` is seconds for each answer, `sender` our address.

    `ca_file` names certificates to trust instead of the usual ones.
    """

    host: str
    port: int
    security: str
    user: str
    password: Secret
    sender: str
    timeout: float
    clock: Callable[[], datetime]
    ca_file: str = ""

    def send(self, message: Message) -> None:
        """Hand a letter over; raises MailRefused for good, MailError for now."""
        letter = self._letter(message)
        try:
            with self._connected() as server:
                server.send_message(letter, self.sender, [message.recipient])
        except smtplib.SMTPRecipientsRefused as error:
            raise _said(*next(iter(error.recipients.values()))) from None
        except smtplib.SMTPResponseException as error:
            raise _said(error.smtp_code, error.smtp_error) from None
        except (smtplib.SMTPException, OSError) as error:
            name = type(error).__name__
            msg = saying("no answer from the mail server: %(error)s", error=name)
            raise MailError(msg) from None

    def _connected(self) -> smtplib.SMTP:
        trust = ssl.create_default_context(cafile=self.ca_file or None)
        if self.security == TLS:
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                self.host, self.port, timeout=self.timeout, context=trust
            )
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=self.timeout)
        try:
            if self.security == STARTTLS:
                server.starttls(context=trust)
            if self.user:
                server.login(self.user, self.password.reveal())
        except BaseException:
            server.close()
            raise
        return server

    def _letter(self, message: Message) -> EmailMessage:
        """Write it; raises MailRefused for what no header can hold."""
        letter = EmailMessage()
        domain = self.sender.rpartition("@")[2]
        try:
            letter["From"] = Address(message.sender_name, addr_spec=self.sender)
            letter["To"] = Address(addr_spec=message.recipient)
            letter["Subject"] = message.subject
            if message.reply_to:
                letter["Reply-To"] = Address(addr_spec=message.reply_to)
        except (ValueError, IndexError) as error:
            msg = saying("the address cannot stand in a letter")
            raise MailRefused(msg) from error
        letter["Message-ID"] = f"<{message.key}@{domain}>"
        letter["Date"] = format_datetime(self.clock())
        letter["Auto-Submitted"] = "auto-generated"
        letter.set_content(message.body, cte="quoted-printable")
        letter["Content-Language"] = message.language
        return letter


def _said(code: int, text: bytes | str) -> MailError:
    """Make an error of a reply; its text may repeat the address and is left out."""
    del text
    if code in FINAL and code not in OURS:
        msg = saying("the mail server refuses the letter")
        return MailRefused(msg, reply=code)
    msg = saying("the mail server does not take the letter now")
    return MailError(msg, reply=code)
