"""What goes out by other ways than Slack: really sent, tried again while it cannot be, and told by the doctor."""

from __future__ import annotations

import json
import ssl
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from email.message import Message
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from structlog.testing import capture_logs

from bot import settings
from bot.clock import utc_now
from bot.deliveries.mail import Mail
from bot.deliveries.mail_server import MailServer, mail_server
from bot.deliveries.ways import missing, ways
from bot.deliveries.webhook import post
from bot.deliveries.worker import Deliveries
from bot.errors import DeliveryRefused, NotDelivered, SettingsError
from bot.store import Store
from bot.store.deliveries import Delivery
from bot.team import Team
from bot.team_file import load
from tests.dripping import dripping
from tests.far_side import far_side
from tests.samples import NOW
from tests.services import free_port

SAID = {
    "subject": "INC-7: down\nBcc: all@example.com",
    "text": "É grave.\n.\nEnd",
    "id": "update_2",
    "thread": "update_1",
}


class Mailbox:
    """What the mail server takes, and whom it refuses."""

    def __init__(self) -> None:
        self.mails: list[Message] = []
        self.refused: dict[str, str] = {}

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, to: str, options: Any) -> str:
        if to in self.refused:
            return self.refused[to]
        envelope.rcpt_tos.append(to)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        from email import message_from_bytes, policy

        assert isinstance(envelope.content, bytes)
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"


def only(user: str, password: str) -> Any:
    def authenticate(server: Any, session: Any, envelope: Any, mechanism: str, given: Any) -> AuthResult:
        right = isinstance(given, LoginPassword) and (given.login, given.password) == (user.encode(), password.encode())
        return AuthResult(success=right, handled=False)

    return authenticate


@contextmanager
def mail_at(box: Mailbox, farewell: str = "", **options: Any) -> Iterator[int]:
    """It says its own farewell, or that one, and ends when everybody has hung up, as it leaves nobody's line lying."""
    here: set[object] = set()

    class Server(SMTP):
        def connection_made(self, transport: Any) -> None:
            here.add(self)
            super().connection_made(transport)

        def connection_lost(self, error: Exception | None) -> None:
            super().connection_lost(error)
            here.discard(self)

        async def smtp_QUIT(self, arg: str) -> None:
            if not farewell:
                await super().smtp_QUIT(arg)
                return
            await self.push(farewell)
            if "-" not in farewell:
                self.transport.close()

    class Door(Controller):
        def factory(self) -> SMTP:
            return Server(self.handler, **self.SMTP_kwargs)

    port = free_port()
    server = Door(box, hostname="127.0.0.1", port=port, **options)
    server.start()
    try:
        yield port
        wait_until(lambda: not here, "that everybody has hung up")
    finally:
        server.stop()


def delivery(to: str = "ops@example.com", **body: Any) -> Delivery:
    return Delivery("mail:1", "mail", "incident_1", to, {**SAID, **body}, NOW, 0, None)


# -- mail ---


def test_a_mail_comes_as_it_was_written_and_nothing_in_it_makes_a_header() -> None:
    box = Mailbox()
    with mail_at(box) as port:
        Mail(mail_server(f"smtp://127.0.0.1:{port}"), "plantao@example.com").send(delivery())
    (mail,) = box.mails
    heads = {
        name: mail[name] for name in ("From", "To", "Subject", "Message-ID", "References", "Auto-Submitted", "Bcc")
    }
    assert heads == {
        "From": "plantao@example.com",
        "To": "ops@example.com",
        "Subject": "INC-7: down Bcc: all@example.com",
        "Message-ID": "<update_2@example.com>",
        "References": "<update_1@example.com>",
        "Auto-Submitted": "auto-generated",
        "Bcc": None,
    }
    assert mail.get_content().replace("\r\n", "\n").rstrip() == "É grave.\n.\nEnd"  # type: ignore[attr-defined]


def sealed(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """What a server seals with, and the certificate by which it is known."""
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    names = ["-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run([*made, *names], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context, certificate


def test_who_logs_in_is_let_in_over_tls_and_a_wrong_password_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """TLS is begun where the server offers it, and only with one that is known."""
    box, (context, certificate) = Mailbox(), sealed(tmp_path)
    who = only("bot@example.com", "p@ss")
    with mail_at(box, authenticator=who, auth_required=True, tls_context=context, require_starttls=True) as port:
        server = mail_server(f"smtp://bot%40example.com:p%40ss@localhost:{port}")
        with pytest.raises(NotDelivered, match="certificate verify failed"):
            Mail(server, "bot@example.com").send(delivery())
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        Mail(server, "bot@example.com").check()
        Mail(server, "bot@example.com").send(delivery())
        with pytest.raises(NotDelivered, match="the mail server refuses it: 535"):
            Mail(replace(server, password="wrong"), "bot@example.com").send(delivery())
    assert len(box.mails) == 1
    assert "p@ss" not in repr(server)


def test_an_address_that_is_refused_is_said() -> None:
    box = Mailbox()
    box.refused["ops@example.com"] = "550 no such person"
    with mail_at(box) as port, pytest.raises(DeliveryRefused, match="refuses the address: 550 no such person"):
        Mail(mail_server(f"smtp://127.0.0.1:{port}"), "plantao@example.com").send(delivery())


def test_an_address_that_is_refused_for_now_is_tried_again() -> None:
    box = Mailbox()
    box.refused["ops@example.com"] = "450 mailbox busy"
    with mail_at(box) as port, pytest.raises(NotDelivered, match="refuses the address: 450 mailbox busy") as caught:
        Mail(mail_server(f"smtp://127.0.0.1:{port}"), "plantao@example.com").send(delivery())
    assert not isinstance(caught.value, DeliveryRefused)


def test_an_address_that_breaks_the_mail_is_said_without_its_words() -> None:
    """As one from a record that an earlier version wrote."""
    box = Mailbox()
    with mail_at(box) as port, pytest.raises(NotDelivered, match=r"^it cannot be written as a mail: \w+$"):
        Mail(mail_server(f"smtp://127.0.0.1:{port}"), "plantao@example.com").send(delivery("ops\n@example.com"))


def test_a_password_that_cannot_be_said_is_not_repeated() -> None:
    box = Mailbox()
    with mail_at(box, authenticator=only("bot", "x"), auth_require_tls=False) as port:
        mail = Mail(MailServer("127.0.0.1", port, False, "bot", "senha-ç"), "plantao@example.com")
        for ask in (mail.check, lambda: mail.send(delivery())):
            with pytest.raises(NotDelivered, match=r"^it cannot be written as a mail: UnicodeEncodeError$"):
                ask()


def test_a_password_is_not_sent_in_the_open_to_another_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server here plays one elsewhere: its name is no loopback address, and is looked up as one."""
    import socket

    real = socket.getaddrinfo
    there = lambda host, *rest, **more: real("127.0.0.1" if host == "mail.example.com" else host, *rest, **more)  # noqa: E731
    monkeypatch.setattr(socket, "getaddrinfo", there)
    box = Mailbox()
    options = {"authenticator": only("bot", "secret"), "auth_require_tls": False}
    with mail_at(box, **options) as port, pytest.raises(NotDelivered, match="offers no TLS"):
        Mail(mail_server(f"smtp://bot:secret@mail.example.com:{port}"), "a@example.com").send(delivery())
    assert box.mails == []


@pytest.mark.parametrize(
    "written",
    [
        *("mail.example.com", "http://mail.example.com", "smtp://", "smtp://h:port", "smtp://h/path", "smtp://h?x=1"),
        *("smtp://mail..example.com", "smtp://[mail]", "smtp://h:0", "smtp://h#x"),
    ],
)
def test_a_wrong_address_of_a_server_is_said_without_what_it_holds(written: str) -> None:
    with pytest.raises(SettingsError) as caught:
        settings.load({"SMTP_URL": written.replace("//", "//u:hunter2@")}, None, slack=False)
    assert caught.value.problems[0].startswith("SMTP_URL is no address of a mail server; write one like smtp://")
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("smtp://user:123#hunter2@mail.example.com", "is no address of a mail server; write one like smtp://"),
        ("smtp://user:hunter2%C3%A7@mail.example.com", "has a user or a password with a letter outside of ASCII"),
        ("smtp://us%E7r:hunter2@mail.example.com", "has a user or a password with a letter outside of ASCII"),
    ],
)
def test_a_password_that_cannot_be_used_is_said_and_not_repeated(written: str, said: str) -> None:
    """What stands after a # would be no part of the address, and the user would be taken for the server."""
    with pytest.raises(SettingsError) as caught:
        settings.load({"SMTP_URL": written}, None, slack=False)
    assert caught.value.problems[0].startswith(f"SMTP_URL {said}")
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("STATUS_WEBHOOK_URL", "https://[hunter2]/v2"),
        ("STATUS_WEBHOOK_URL", "https://a..b/hunter2"),
        ("STATUS_WEBHOOK_URL", f"https://{'a' * 64}.com/hunter2"),
        ("STATUS_WEBHOOK_URL", "https://x:99999/hunter2"),
        ("MAIL_FROM", "hunter2@[10.0.0.1"),
        ("MAIL_FROM", "hunter2@a..b"),
        ("MAIL_FROM", "çhunter2@example.com"),
    ],
)
def test_an_address_that_no_library_takes_is_refused_and_not_repeated(name: str, written: str) -> None:
    with pytest.raises(SettingsError, match=rf"^{name} is no (web|mail) address; write one") as caught:
        settings.load({name: written}, None, slack=False)
    assert "hunter2" not in str(caught.value)


def test_ports_are_the_usual_ones() -> None:
    found = [mail_server(each).port for each in ("smtp://h", "smtp://u:p@h", "smtps://h", "smtp://h:2525")]
    assert found == [25, 587, 465, 2525]


def test_mails_need_an_address_that_they_come_from() -> None:
    tokens = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}
    with pytest.raises(SettingsError, match="MAIL_FROM is missing, which SMTP_URL needs"):
        settings.load({**tokens, "SMTP_URL": "smtp://mail.example.com"}, None)
    assert settings.load({**tokens, "SMTP_URL": "smtp://a%40b.example:x@h"}, None).sender == "a@b.example"


# -- all ways, through the store ---


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(Store(tmp_path / "plantao.db")) as store:
        yield store


def team_with(tmp_path: Path, page: str) -> Team:
    path = tmp_path / "team.yaml"
    path.write_text(Path("team.yaml").read_text() + f"page: {page}\n")
    return load(path)


@contextmanager
def working(store: Store, send: Callable[[Delivery], None]) -> Iterator[None]:
    """With one way, the pages'."""
    worker = Deliveries(store, {"page": send}, utc_now)
    worker.start()
    try:
        yield
    finally:
        worker.stop()


@contextmanager
def at_work(store: Store, team: Team, **environ: str) -> Iterator[Deliveries]:
    found = settings.load(environ, None, slack=False)
    worker = Deliveries(store, ways(found, lambda: team), utc_now)
    worker.start()
    try:
        yield worker
    finally:
        worker.stop()


def wait_until(condition: Any, what: str) -> None:
    import time

    until = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < until, what
        time.sleep(0.01)


def add(store: Store, key: str, way: str, body: dict[str, Any], target: str = "", at: datetime | None = None) -> None:
    store.deliveries.add_delivery(key, way, "incident_1", target, body, at or utc_now())


PAGE = {
    "action": "trigger", "incident": 7, "id": "incident_1", "title": "Down", "severity": "P0", "state": "open",
    "impact": "", "opened": "2026-11-16T14:02:00+00:00", "why": "", "link": "https://example.slack.com/archives/C1/p1",
}  # fmt: skip


def test_a_page_a_status_and_a_mail_go_their_ways(store: Store, tmp_path: Path) -> None:
    box = Mailbox()
    with far_side() as far, mail_at(box) as port:
        far.intake = lambda _: 202
        add(store, "page:1", "page", PAGE)
        add(store, "status:1", "status", {"incident": 7, "text": "Orders fail."})
        add(store, "mail:1", "mail", SAID, "ops@example.com")
        mail, status = f"smtp://127.0.0.1:{port}", f"{far.url}/status"
        with at_work(
            store,
            team_with(tmp_path, f"{{url: '{far.url}/page'}}"),
            SMTP_URL=mail,
            MAIL_FROM="plantao@example.com",
            STATUS_WEBHOOK_URL=status,
        ):
            wait_until(lambda: len(far.asked) == 2 and box.mails, "all three")
        sent = {each.path: (json.loads(each.body), each.once) for each in far.asked}
    assert sent == {"/page": (PAGE, "page:1"), "/status": ({"incident": 7, "text": "Orders fail."}, "status:1")}
    assert store.deliveries.undelivered() == []


def test_pagerduty_is_told_in_its_own_words(store: Store, tmp_path: Path) -> None:
    """The key is added as it is sent, and is stored nowhere."""
    with far_side() as far:
        far.intake = lambda _: 202
        add(store, "page:1", "page", PAGE)
        add(store, "page:2", "page", {**PAGE, "action": "resolve"}, at=utc_now() + timedelta(seconds=0.1))
        team = team_with(tmp_path, f"{{url: '{far.url}/v2/enqueue', format: pagerduty}}")
        with at_work(store, team, PAGER_KEY="R0KEY"):
            wait_until(lambda: len(far.posted()) == 2, "both pages")
        assert [json.loads(each) for each in far.posted()] == [
            {
                "routing_key": "R0KEY",
                "event_action": "trigger",
                "dedup_key": "plantao-incident_1",
                "payload": {
                    "summary": "P0 INC-7: Down",
                    "source": "plantao",
                    "severity": "critical",
                    "custom_details": {"state": "open", "opened": "2026-11-16T14:02:00+00:00"},
                },
                "links": [{"href": "https://example.slack.com/archives/C1/p1", "text": "INC-7"}],
            },
            {"routing_key": "R0KEY", "event_action": "resolve", "dedup_key": "plantao-incident_1"},
        ]
    assert b"R0KEY" not in (tmp_path / "plantao.db").read_bytes() + (tmp_path / "plantao.db-wal").read_bytes()


def test_what_could_not_be_sent_is_tried_again_in_order(store: Store, tmp_path: Path) -> None:
    """The word that it is over never comes before the page."""
    answers = iter([503, 503, 202, 202])
    with far_side() as far:
        far.intake = lambda _: next(answers)
        now = utc_now()
        add(store, "page:1", "page", PAGE, at=now)
        add(store, "page:2", "page", {**PAGE, "action": "resolve"}, at=now)
        with at_work(store, team_with(tmp_path, f"{{url: '{far.url}/page'}}")):
            wait_until(lambda: len(far.posted()) == 4, "all tries")
        said = [json.loads(each)["action"] for each in far.posted()]
    assert said == ["trigger", "trigger", "trigger", "resolve"]
    assert store.deliveries.undelivered() == []


def test_what_is_a_day_old_is_given_up_untried_and_stays_to_be_read(store: Store, tmp_path: Path) -> None:
    with far_side() as far:
        add(store, "page:1", "page", PAGE, at=utc_now() - timedelta(days=1, seconds=1))
        with at_work(store, team_with(tmp_path, f"{{url: '{far.url}/secret-token'}}")):
            wait_until(lambda: store.deliveries.undelivered(), "that it is given up")
    ((left, given_up),) = store.deliveries.undelivered()
    assert (left.error, given_up) == ("it was a day old before it could be sent", True)
    assert far.asked == []


@pytest.mark.parametrize("status", [400, 404])
def test_a_page_that_is_refused_holds_up_no_later_one(store: Store, tmp_path: Path, status: int) -> None:
    """It is given up at once, and the far side's words are not kept: they may quote its secret address."""
    answers = iter([status, 202])
    with far_side() as far:
        far.intake = lambda _: next(answers)
        add(store, "page:1", "page", PAGE)
        add(store, "page:2", "page", {**PAGE, "title": "Again"})
        with at_work(store, team_with(tmp_path, f"{{url: '{far.url}/secret-token'}}")):
            wait_until(lambda: len(far.posted()) == 2, "the next one")
    ((left, given_up),) = store.deliveries.undelivered()
    assert (left.key, left.error, given_up) == ("page:1", f"127.0.0.1 answers {status}", True)


@pytest.mark.parametrize("status", [408, 425, 429, 500])
def test_what_may_be_taken_another_time_is_no_refusal(status: int) -> None:
    with far_side() as far:
        far.intake = lambda _: status
        with pytest.raises(NotDelivered, match=rf"^127\.0\.0\.1 answers {status}$") as caught:
            post(f"{far.url}/secret-token", {}, "page:1")
    assert not isinstance(caught.value, DeliveryRefused)


def test_what_breaks_is_a_failed_try_and_the_others_go_on(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    """Only the kind of the fault is kept: its words may quote a secret."""
    sent: list[str] = []
    address = "https://[secret-token]/v2"

    def send(found: Delivery) -> None:
        if found.key == "page:1":
            raise ValueError(address)
        sent.append(found.key)

    store.deliveries.add_delivery("page:1", "page", "incident_1", "", PAGE, utc_now())
    store.deliveries.add_delivery("page:2", "page", "incident_2", "", PAGE, utc_now())
    with working(store, send):
        wait_until(lambda: sent, "the other one")
    ((left, given_up),) = store.deliveries.undelivered()
    assert (left.error, left.attempts, given_up) == ("it cannot be sent: ValueError", 1, False)
    said = capsys.readouterr()
    assert "secret-token" not in said.out + said.err


def full_disk(store: Store, column: str) -> None:
    """Writes of this column fail, as SQLite says it."""
    store.driver.execute(
        f"CREATE TRIGGER full BEFORE UPDATE OF {column} ON deliveries "
        "BEGIN SELECT RAISE(FAIL, 'database or disk is full'); END"
    )


def test_what_was_sent_and_could_not_be_written_down_is_not_sent_again(store: Store) -> None:
    """Only its record is tried again, until the disk has room."""
    sent: list[str] = []
    add(store, "page:1", "page", PAGE)
    full_disk(store, "sent")
    with working(store, lambda found: sent.append(found.key)), capture_logs() as logs:
        wait_until(lambda: logs, "that it stumbles")
        store.driver.execute("DROP TRIGGER full")
        add(store, "page:2", "page", PAGE)
        wait_until(lambda: len(sent) == 2, "the next one")
    assert sent == ["page:1", "page:2"]


def test_what_cannot_be_written_down_before_is_not_sent(store: Store) -> None:
    sent: list[str] = []
    add(store, "page:1", "page", PAGE)
    full_disk(store, "attempts")
    with working(store, lambda found: sent.append(found.key)), capture_logs() as logs:
        wait_until(lambda: logs, "that it stumbles")
        assert sent == []
        store.driver.execute("DROP TRIGGER full")
        wait_until(lambda: sent, "that it is sent")
    assert sent == ["page:1"]


def test_a_try_is_written_down_before_it_is_made(store: Store) -> None:
    """Whoever is killed in between does not begin with it at once."""
    seen: list[tuple[int, bool]] = []

    def send(_: Delivery) -> None:
        (row,) = store.driver.query("SELECT attempts, due > created AS later FROM deliveries")
        seen.append((row["attempts"], bool(row["later"])))

    add(store, "page:1", "page", PAGE)
    with working(store, send):
        wait_until(lambda: seen, "the try")
    assert seen == [(1, True)]


def test_whoever_hangs_does_not_hold_up_the_end(store: Store) -> None:
    hanging, over = Event(), Event()

    def send(_: Delivery) -> None:
        hanging.set()
        over.wait(30)

    add(store, "page:1", "page", PAGE)
    worker = Deliveries(store, {"page": send}, utc_now)
    worker.start()
    assert hanging.wait(20)
    worker.stop(0.1)
    assert store.deliveries.next_due("page") is not None  # it is tried after the next start
    over.set()
    wait_until(lambda: store.deliveries.next_due("page") is None, "that the thread ends")


# -- far sides that drip ---


@pytest.mark.parametrize("begins", [b"HTTP/1.1 2", b"HTTP/1.1 200 OK\r\nX: "])
def test_a_pager_that_drips_is_cut_off(begins: bytes) -> None:
    with dripping(begins, b"0") as port, pytest.raises(NotDelivered, match=r"127.0.0.1: no answer within 0\.3 s"):
        post(f"http://127.0.0.1:{port}/secret-token", {}, "page:1", 0.3)


def test_a_mail_server_that_drips_is_cut_off() -> None:
    with dripping(b"220-hi\r\n", b"220-hi\r\n") as port:
        mail = Mail(MailServer("127.0.0.1", port, False), "a@example.com", 0.3)
        for ask in (mail.check, lambda: mail.send(delivery())):
            with pytest.raises(NotDelivered, match=r"the mail server: no answer within 0\.3 s"):
                ask()


def test_a_server_that_drips_instead_of_tls_is_cut_off() -> None:
    with dripping(b"\x16\x03\x03\x40\x00", b"0") as port:
        mail = Mail(MailServer("127.0.0.1", port, True), "a@example.com", 0.3)
        with pytest.raises(NotDelivered, match=r"the mail server: no answer within 0\.3 s"):
            mail.check()


@pytest.mark.parametrize("farewell", ["421 closing", "no reply", "221-bye"])
def test_a_mail_that_was_taken_is_sent_however_the_server_says_goodbye(farewell: str) -> None:
    """The last of them never comes to an end."""
    box = Mailbox()
    with mail_at(box, farewell) as port:
        Mail(mail_server(f"smtp://127.0.0.1:{port}"), "a@example.com", 1.0).send(delivery())
    assert len(box.mails) == 1


@pytest.mark.parametrize(
    "address",
    [
        "https://[::1",
        f"https://{'x' * 64}.example.com/secret",
        "https://\ud800.example.com/secret",
        "https:///secret",
        "x",
    ],
)
def test_an_address_that_is_none_is_said_without_what_it_holds(address: str) -> None:
    with pytest.raises(NotDelivered) as caught:
        post(address, PAGE, "page:1")
    assert "secret" not in str(caught.value)


def test_whatever_breaks_is_a_failed_try_and_holds_up_nothing(store: Store) -> None:
    sent: list[str] = []

    def send(delivery: Delivery) -> None:
        if delivery.key == "page:1":
            raise ZeroDivisionError("https://example.com/secret")
        sent.append(delivery.key)

    for number in (1, 2):
        store.deliveries.add_delivery(f"page:{number}", "page", f"incident_{number}", "", PAGE, utc_now())
    worker = Deliveries(store, {"page": send}, utc_now)
    worker.start()
    try:
        wait_until(lambda: sent and store.deliveries.undelivered(), "both tries")
    finally:
        worker.stop()
    ((left, given_up),) = store.deliveries.undelivered()
    assert (left.key, left.error, given_up) == ("page:1", "it cannot be sent: ZeroDivisionError", False)
    assert sent == ["page:2"]


def test_a_redirect_is_not_followed(store: Store, tmp_path: Path) -> None:
    """What is in a page is for the address in the team file alone."""
    with far_side() as far:
        far.moved["/page"] = "/elsewhere"
        add(store, "page:1", "page", PAGE, at=utc_now())
        with at_work(store, team_with(tmp_path, f"{{url: '{far.url}/page'}}")):
            wait_until(lambda: store.deliveries.undelivered(), "that it failed")
        assert {each.path for each in far.asked} == {"/page"}
    assert store.deliveries.undelivered()[0][0].error == "127.0.0.1 answers 302"


def test_what_the_team_file_asks_for_and_nobody_set_up_is_said(tmp_path: Path) -> None:
    team = team_with(tmp_path, "{url: 'https://events.example.com/', format: pagerduty}")
    assert [said for said, _ in missing(settings.load({}, None, slack=False), team)] == [
        "stakeholders are named, and no mail goes to them",
        "pages go to PagerDuty, which needs a key",
    ]
    complete = settings.load({"SMTP_URL": "smtp://h", "MAIL_FROM": "a@b", "PAGER_KEY": "k"}, None, slack=False)
    assert list(missing(complete, team)) == []


def test_a_mail_server_that_is_not_there_is_said_in_words() -> None:
    with pytest.raises(NotDelivered, match="the mail server cannot be reached: Connection refused"):
        Mail(MailServer("127.0.0.1", free_port(), False), "a@example.com").send(delivery())
