"""Where mails are handed in, as SMTP_URL says it."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

from bot.addresses import is_host


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
    host = parts.hostname or ""
    more = parts.path not in {"", "/"} or "?" in url or "#" in url  # as where a password holds one of these
    if parts.scheme not in {"smtp", "smtps"} or not is_host(host) or port == 0 or more:
        raise ValueError(
            "is no address of a mail server; write one like smtp://user:password@mail.example.com:587, "
            "with special characters of the password written %23 for # and so on"
        )
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if not (user + password).isascii():
        raise ValueError(
            "has a user or a password with a letter outside of ASCII, which mail servers are not sent; "
            "choose one without accents"
        )
    sealed = parts.scheme == "smtps"
    return MailServer(
        host=host,
        port=port or (465 if sealed else 587 if parts.username else 25),
        sealed=sealed,
        user=user,
        password=password,
    )
