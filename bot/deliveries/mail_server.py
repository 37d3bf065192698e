"""Where mails are handed in, as SMTP_URL says it."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit


@dataclass(frozen=True)
class MailServer:
    """`sealed`: TLS from the first byte (smtps); else it is begun where the server offers it."""

    host: str
    port: int
    sealed: bool
    user: str = ""
    password: str = field(default="", repr=False)

    @property
    def is_here(self) -> bool:
        """On this machine, where nobody listens in."""
        try:
            return self.host == "localhost" or ip_address(self.host).is_loopback
        except ValueError:
            return False


def mail_server(url: str) -> MailServer:
    """smtp://user:password@host:587 or smtps://…; ValueError for anything else, which is not repeated."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname or parts.path not in {"", "/"} or parts.query:
        raise ValueError("is no address of a mail server; write one like smtp://user:password@mail.example.com:587")
    sealed = parts.scheme == "smtps"
    return MailServer(
        host=parts.hostname,
        port=port or (465 if sealed else 587 if parts.username else 25),
        sealed=sealed,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )
