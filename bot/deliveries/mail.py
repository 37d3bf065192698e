"""Mail, by the SMTP server of SMTP_URL."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.errors import MessageError
from email.message import EmailMessage
from email.utils import formatdate

from bot.deliveries.mail_server import MailServer
from bot.errors import NotDelivered
from bot.mrkdwn import clean
from bot.store.deliveries import Delivery

_TIMEOUT = 20.0  # seconds
_SUBJECT = 200  # characters


class Mail:
    def __init__(self, server: MailServer, sender: str) -> None:
        self._server = server
        self._sender = sender

    def send(self, delivery: Delivery) -> None:
        """Raises NotDelivered."""
        domain = self._sender.rpartition("@")[2]
        said = delivery.body
        try:
            mail = EmailMessage()
            mail["From"] = self._sender
            mail["To"] = delivery.target
            mail["Subject"] = " ".join(clean(said["subject"], _SUBJECT).split())
            mail["Date"] = formatdate(delivery.created.timestamp())
            # The same id however often it is sent, so that a mailbox can tell; and one conversation an incident.
            mail["Message-ID"] = f"<{said['id']}@{domain}>"
            if said["thread"] != said["id"]:
                mail["In-Reply-To"] = mail["References"] = f"<{said['thread']}@{domain}>"
            mail["Auto-Submitted"] = "auto-generated"
            mail.set_content(said["text"])
            with self._connected() as smtp:
                smtp.send_message(mail)
        except (OSError, smtplib.SMTPException, MessageError, ValueError) as error:
            raise NotDelivered(_reason(error)) from error

    def check(self) -> None:
        """Whether the server takes us, without a mail. Raises NotDelivered."""
        try:
            with self._connected() as smtp:
                smtp.noop()
        except (OSError, smtplib.SMTPException) as error:
            raise NotDelivered(_reason(error)) from error

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        server, seal = self._server, ssl.create_default_context()
        opened = (
            smtplib.SMTP_SSL(server.host, server.port, timeout=_TIMEOUT, context=seal)
            if server.sealed
            else smtplib.SMTP(server.host, server.port, timeout=_TIMEOUT)
        )
        with opened as smtp:
            smtp.ehlo()
            if not server.sealed and smtp.has_extn("starttls"):
                smtp.starttls(context=seal)
                smtp.ehlo()
            elif not server.sealed and server.user and not server.is_here:
                raise smtplib.SMTPNotSupportedError("it offers no TLS, and a password is not sent in the open")
            if server.user:
                smtp.login(server.user, server.password)
            yield smtp


def _reason(error: Exception) -> str:
    """In a line, without what may hold a secret."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, said = next(iter(error.recipients.values()))
        return f"the mail server refuses the address: {code} {_text(said)}"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"the mail server refuses it: {error.smtp_code} {_text(error.smtp_error)}"
    if isinstance(error, smtplib.SMTPException):
        return f"the mail server did not take it: {error}"
    return f"the mail server cannot be reached: {getattr(error, 'strerror', None) or error}"


def _text(said: bytes | str) -> str:
    return clean(said.decode("utf-8", "replace") if isinstance(said, bytes) else said, _SUBJECT)
