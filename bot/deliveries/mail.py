"""Mail, by the SMTP server of SMTP_URL."""

from __future__ import annotations

import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.errors import MessageError
from email.message import EmailMessage
from email.utils import formatdate
from typing import Any

from bot.deadline import Line, exchange
from bot.deliveries.mail_server import MailServer
from bot.errors import DeliveryRefused, NotDelivered, Overdue
from bot.mrkdwn import clean
from bot.store.deliveries import Delivery

_PATIENCE = 30.0  # seconds for the whole of it
_SUBJECT = 200  # characters
_FAULTS = (OSError, smtplib.SMTPException, MessageError, ValueError, Overdue)


class Mail:
    def __init__(self, server: MailServer, sender: str, within: float = _PATIENCE) -> None:
        self._server = server
        self._sender = sender
        self._within = within

    def send(self, delivery: Delivery) -> None:
        """Raises NotDelivered. What goes wrong once it was taken, with the farewell, is ignored."""
        taken = threading.Event()

        def hand_in(line: Line) -> None:
            with self._connected(line) as smtp:
                smtp.send_message(mail)
                taken.set()

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
            exchange(self._within, hand_in)
        except smtplib.SMTPRecipientsRefused as error:
            raise (DeliveryRefused if _for_good(error) else NotDelivered)(_reason(error)) from error
        except _FAULTS as error:
            if not taken.is_set():
                raise NotDelivered(_reason(error)) from error

    def check(self) -> None:
        """Whether the server takes us, without a mail. Raises NotDelivered."""

        def greet(line: Line) -> None:
            with self._connected(line) as smtp:
                smtp.noop()

        try:
            exchange(self._within, greet)
        except _FAULTS as error:
            raise NotDelivered(_reason(error)) from error

    @contextmanager
    def _connected(self, line: Line) -> Iterator[smtplib.SMTP]:
        server, seal = self._server, ssl.create_default_context()
        where: dict[str, Any] = {"host": server.host, "port": server.port, "timeout": self._within}
        smtp = _Sealed(line, context=seal, **where) if server.sealed else _Plain(line, **where)
        try:
            smtp.ehlo()
            if not server.sealed and smtp.has_extn("starttls"):
                smtp.starttls(context=seal)
                smtp.ehlo()
            elif not server.sealed and server.user and not server.is_here:
                raise smtplib.SMTPNotSupportedError("it offers no TLS, and a password is not sent in the open")
            if server.user:
                smtp.login(server.user, server.password)
            yield smtp
        finally:
            with suppress(OSError, smtplib.SMTPException):  # however it says goodbye
                smtp.quit()
            smtp.close()


class _Plain(smtplib.SMTP):
    """Its connection can be cut."""

    def __init__(self, line: Line, **options: Any) -> None:
        self._line = line
        super().__init__(**options)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        opened: socket.socket = super()._get_socket(host, port, timeout)  # type: ignore[misc]
        self._line.hold(opened)
        return opened


class _Sealed(smtplib.SMTP_SSL, _Plain):
    """It takes the connection from the plain one, and seals that."""

    def __init__(self, line: Line, **options: Any) -> None:
        self._line = line
        smtplib.SMTP_SSL.__init__(self, **options)


def _for_good(error: smtplib.SMTPRecipientsRefused) -> bool:
    return all(code >= 500 for code, _ in error.recipients.values())


def _reason(error: Exception) -> str:
    """In a line, without what may hold a secret."""
    if isinstance(error, Overdue):
        return f"the mail server: {error}"
    if isinstance(error, ValueError | MessageError) and not isinstance(error, OSError):  # it quotes what it breaks on
        return f"it cannot be written as a mail: {type(error).__name__}"
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
