"""Trouble in logs: what is found, what is left alone, and what a finding says."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.detect.command import detect

Log = Callable[..., Path]
NOW = datetime(2026, 11, 21, 18, tzinfo=UTC)
SECRETS = {"GEMINI_API_KEY": "only-the-bot-knows-this"}


@pytest.fixture
def log(tmp_path: Path) -> Log:
    def written(*lines: str, name: str = "app.log", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes("".join(f"{line}\n" for line in lines).encode(encoding))
        return path

    return written


def found(capsys: pytest.CaptureFixture[str], *logs: Path | str, service: str | None = None) -> list[dict[str, Any]]:
    """The alerts of a run that ended well."""
    assert detect([str(each) for each in logs], service=service, environ=SECRETS, now=lambda: NOW) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def names(alerts: Sequence[dict[str, Any]]) -> list[str]:
    return [each["name"] for each in alerts]


def every(seconds: int, line: str, count: int) -> list[str]:
    """The line so often, one each so many seconds; TIME and № stand for when and which."""
    moments = (datetime.fromtimestamp(NOW.timestamp() + at * seconds, UTC) for at in range(count))
    return [
        line.replace("TIME", f"{moment:%Y-%m-%d %H:%M:%S}").replace("№", str(at)) for at, moment in enumerate(moments)
    ]


QUIET = [
    "TIME INFO  OrderService - order № placed by customer 77 in 35 ms",
    "TIME INFO  worker - request timeout=30s, retries=3, error_count=0",
    "TIME DEBUG pool - connection refused once, trying again",
    "TIME INFO  health - 0 errors, no errors found, no exception",
    "TIME INFO  jvm - -XX:+HeapDumpOnOutOfMemoryError -XX:MaxHeapSize=2G",
    "TIME INFO  payments - payment № accepted, no errors",
    'TIME INFO  auth - user № logged in with a password',
    '10.0.0.9 - - [21/Nov/2026:14:02:11 +0000] "POST /login HTTP/1.1" 200 512 "-" "curl/8"',
    '10.0.0.9 - - [21/Nov/2026:14:02:11 +0000] "GET /payment/error.css HTTP/1.1" 304 0 "-" "curl/8"',
    '{"time":"2026-11-21T14:02:11Z","level":"info","msg":"request done","status":200,"error":null,"timeout":30}',
    "TIME LOG:  checkpoint complete: wrote 512 buffers",
    "TIME [Note] InnoDB: buffer pool loaded, slow query log is on",
]  # fmt: skip


def test_a_log_without_trouble_says_nothing(log: Log, capsys: pytest.CaptureFixture[str]) -> None:
    """Words alone are no trouble: settings, counts of nought, and what is told for information."""
    assert found(capsys, log(*(line for quiet in QUIET for line in every(1, quiet, 300)))) == []


def test_a_few_errors_now_and_then_are_no_burst(log: Log, capsys: pytest.CaptureFixture[str]) -> None:
    """Ten errors in an hour are not ten in a minute."""
    assert found(capsys, log(*every(300, "TIME ERROR shop - order № failed: the address is not valid", 50))) == []


def test_ten_errors_among_very_many_lines_are_no_burst(log: Log, capsys: pytest.CaptureFixture[str]) -> None:
    """A busy service has some in every minute; it is their share that tells."""
    quiet = every(0, "TIME INFO shop - order № placed", 1000)
    assert found(capsys, log(*(line for _ in range(12) for line in (*quiet, *every(0, "TIME ERROR no", 1))))) == []


TROUBLE = [
    ("OutOfMemory", 1, "TIME ERROR java.lang.OutOfMemoryError: Java heap space"),
    ("OutOfMemory", 1, "Nov 21 14:02:11 api-1 kernel: Out of memory: Killed process 811 (python) total-vm:81922kB"),
    ("OutOfMemory", 1, "MemoryError"),
    ("OutOfMemory", 1, "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory"),
    ("DiskFull", 1, "TIME ERROR write /var/lib/shop/orders: no space left on device"),
    ("PaymentProcessingErrors", 3, "TIME ERROR Payment failed for order №: the processor does not answer"),
    ("PaymentProcessingErrors", 3, '10.0.0.9 - - [21/Nov/2026:14:02:11 +0000] "POST /payment HTTP/1.1" 502 17'),
    ("PaymentProcessingErrors", 3, '{"time":"2026-11-21T14:02:11Z","level":"error","msg":"charge № declined"}'),
    ("PaymentProcessingErrors", 3, "TIME ERRO Falha no pagamento do pedido №"),
    ("MultipleFailedLogins", 5, "Nov 21 14:02:11 api-1 sshd[811]: Failed password for root from 10.0.0.9 port 5511"),
    ("MultipleFailedLogins", 5, "TIME WARN auth - login failed for user №"),
    ("MultipleFailedLogins", 5, "TIME INFO auth - Invalid credentials for user №"),
    ("MultipleFailedLogins", 5, '10.0.0.9 - - [21/Nov/2026:14:02:11 +0000] "POST /api/login HTTP/1.1" 401 17'),
    ("SlowDatabaseQueries", 3, "TIME UTC [811] LOG:  duration: 5012.114 ms  statement: SELECT * FROM orders"),
    ("SlowDatabaseQueries", 3, "# Query_time: 7.120110  Lock_time: 0.000012 Rows_sent: 1"),
    ("SlowDatabaseQueries", 3, "TIME WARN db - slow query: SELECT * FROM orders took 5400 ms"),
    ("DatabaseConnectionErrors", 3, "TIME ERROR could not connect to postgres at db:5432: Connection refused"),
    ("DatabaseConnectionErrors", 3, "TIME UTC [811] FATAL:  sorry, too many clients already for database shop"),
    ("DependencyUnreachable", 3, "TIME ERROR stock - dial tcp 10.0.0.7:8080: connect: connection refused"),
    ("DependencyUnreachable", 3, "Error: connect ECONNREFUSED 10.0.0.7:8080"),
    ("RequestTimeouts", 3, "TIME ERROR stock - read timeout after 30 s"),
    ("RequestTimeouts", 3, '10.0.0.9 - - [21/Nov/2026:14:02:11 +0000] "GET /stock HTTP/1.1" 504 17'),
    ("RequestTimeouts", 3, "2026/11/21 14:02:11 [error] 7#7: *1 upstream timed out (110: Connection timed out)"),
    ("RequestTimeouts", 3, 'time="2026-11-21T14:02:11Z" level=error msg="context deadline exceeded"'),
    ("CriticalLogDetected", 1, "TIME CRITICAL shop - the order book is not consistent"),
    ("CriticalLogDetected", 1, "panic: runtime error: index out of range [5] with length 3"),
    ("HighErrorRate", 10, "TIME ERROR shop - order № cannot be read"),
    ("HighErrorRate", 10, "TIME,114 - shop.orders - ERROR - order № cannot be read"),
    ("HighErrorRate", 10, '{"time":1795269600000,"level":50,"msg":"order № cannot be read"}'),
    ("HighErrorRate", 10, 'ts=2026-11-21T14:02:11Z level=error msg="order № cannot be read"'),
    ("HighErrorRate", 10, '10.0.0.9 - - [21/Nov/2026:14:02:11 +0000] "GET /orders/№ HTTP/1.1" 500 17'),
    ("HighErrorRate", 10, "2026/11/21 14:02:11 [error] 7#7: *№ open() failed"),
    ("HighErrorRate", 10, "[Sat Nov 21 14:02:11.114114 2026] [core:error] [pid 7] order № cannot be read"),
    ("HighErrorRate", 10, "E1121 14:02:11.114114       1 orders.go:77] order № cannot be read: error"),
    ("HighErrorRate", 10, "ValueError: order № cannot be read"),
    ("HighErrorRate", 10, '{"log":"TIME ERROR № not read\\n","stream":"stderr","time":"2026-11-21T14:02:11Z"}'),
]  # fmt: skip


@pytest.mark.parametrize(("name", "count", "line"), TROUBLE)
def test_trouble_is_found_among_what_is_well(
    log: Log, capsys: pytest.CaptureFixture[str], name: str, count: int, line: str
) -> None:
    """Each kind in the ways in which programs write it, and nothing besides."""
    well = every(1, "TIME INFO  OrderService - order № placed by customer 77 in 35 ms", 100)
    (alert,) = found(capsys, log(*well, *every(1, line, count), *well))
    assert (alert["name"], alert["count"]) == (name, count)


@pytest.mark.parametrize(("name", "count", "line"), [row for row in TROUBLE if row[1] > 1 and "FATAL" not in row[2]])
def test_less_than_the_threshold_is_no_trouble(
    log: Log, capsys: pytest.CaptureFixture[str], name: str, count: int, line: str
) -> None:
    """One refused connection happens; the table in bot/detect/rules.py says how many are too many."""
    assert found(capsys, log(*every(1, line, count - 1))) == []


def test_a_finding_says_how_many_since_when_and_shows_one(log: Log, capsys: pytest.CaptureFixture[str]) -> None:
    """Enough to know what it is without opening the log."""
    line = "Nov 21 14:02:1№ api-1 sshd[811]: Failed password for root from 10.0.0.9 port 5511 ssh2"
    path = log("Nov 21 14:02:09 api-1 sshd[811]: Server listening on 0.0.0.0 port 22.", *every(1, line, 7))
    (alert,) = found(capsys, path)
    assert alert.pop("alert_id").startswith("logs-")
    assert alert == {
        "source": "logs",
        "name": "MultipleFailedLogins",
        "status": "firing",
        "severity_hint": "high",
        "summary": f"Failed logins: 7 in {path}, from 2026-11-21T14:02:10 to 2026-11-21T14:02:16",
        "labels": {"filename": str(path), "service": "sshd"},
        "count": 7,
        "first": "2026-11-21T14:02:10",
        "last": "2026-11-21T14:02:16",
        "first_line": 2,
        "last_line": 8,
        "example": "Nov 21 14:02:10 api-1 sshd[811]: Failed password for root from 10.0.0.9 port 5511 ssh2",
    }


def test_the_same_log_gives_the_same_alert_ids(log: Log, capsys: pytest.CaptureFixture[str]) -> None:
    """What looks twice at a log does not make two incidents of one."""
    path = log(*every(1, "TIME ERROR order № cannot be read", 20))
    assert found(capsys, path) == found(capsys, path)


@pytest.mark.parametrize(
    ("line", "first", "last"),
    [
        ("2026-11-21T14:02:1№Z ERROR no", "2026-11-21T14:02:10+00:00", "2026-11-21T14:02:19+00:00"),
        ("2026-11-21 14:02:1№,5 ERROR no", "2026-11-21T14:02:10.500", "2026-11-21T14:02:19.500"),
        ("[2026-11-21T14:02:1№-03:00] ERROR no", "2026-11-21T14:02:10-03:00", "2026-11-21T14:02:19-03:00"),
        ("Dec 31 14:02:1№ api-1 shop[7]: error: no", "2025-12-31T14:02:10", "2025-12-31T14:02:19"),
        ("21 Nov 2026 14:02:1№.114 ERROR no", "2026-11-21T14:02:10.114", "2026-11-21T14:02:19.114"),
        ("[Sat Nov 21 14:02:1№ 2026] [error] no", "2026-11-21T14:02:10", "2026-11-21T14:02:19"),
        ('{"ts":179526960№.5,"level":"error"}', "2026-11-21T14:00:00.500+00:00", "2026-11-21T14:00:09.500+00:00"),
        ('{"level":"error","time":"2026-11-21T14:02:1№Z"}', "2026-11-21T14:02:10+00:00", "2026-11-21T14:02:19+00:00"),
        ('1.1.1.1 - - [21/Nov/2026:14:02:1№ +0100] "GET /?d=2020-01-01T00:00:00Z HTTP/1.1" 500 1',
         "2026-11-21T14:02:10+01:00", "2026-11-21T14:02:19+01:00"),
        ("2026-02-31T14:02:1№Z ERROR no", None, None),
        ("ERROR no", None, None),
    ],
)  # fmt: skip
def test_times_are_read_in_the_common_formats(
    log: Log, capsys: pytest.CaptureFixture[str], line: str, first: str | None, last: str | None
) -> None:
    """With the zone that the log has, and with none when it has none; a month that is still to come was last year."""
    (alert,) = found(capsys, log(*every(1, line, 10)))
    assert (alert.get("first"), alert.get("last")) == (first, last)


def test_a_stack_trace_is_one_event_with_the_line_above_it(log: Log, capsys: pytest.CaptureFixture[str]) -> None:
    """What stands only in it is found, and counts once for each time that it was written."""
    trace = ["\tat shop.Orders.read(Orders.java:77)", "Caused by: java.net.ConnectException: Connection refused"]
    event = ["TIME ERROR shop - order № cannot be read", "java.lang.IllegalStateException: no stock", *trace * 3]
    lines = [line for at in range(4) for line in [every(10, event[0], 4)[at], *event[1:]]]
    (alert,) = found(capsys, log(*lines))
    assert (alert["name"], alert["count"], alert["last"]) == ("DependencyUnreachable", 4, "2026-11-21T18:00:30")


def test_errors_that_have_a_name_are_not_told_twice(log: Log, capsys: pytest.CaptureFixture[str]) -> None:
    """Thirty refused connections are no error rate besides; with as many other errors they are."""
    refused = every(1, "TIME ERROR stock - connection refused", 30)
    other = every(1, "TIME ERROR shop - order № cannot be read", 30)
    assert names(found(capsys, log(*refused))) == ["DependencyUnreachable"]
    assert names(found(capsys, log(*refused, *other))) == ["DependencyUnreachable", "HighErrorRate"]


def test_who_was_refused_is_not_called_the_service_in_trouble(log: Log, capsys: pytest.CaptureFixture[str]) -> None:
    """A restart of it would mend nothing."""
    line = '{"level":"error","service":"checkout","msg":"connect ECONNREFUSED 10.0.0.7:8080"}'
    assert found(capsys, log(*[line] * 5))[0]["labels"].get("client") == "checkout"


def test_the_service_is_named_when_all_lines_agree(log: Log, capsys: pytest.CaptureFixture[str]) -> None:
    """Of several nobody knows which one to act on; a person may say it."""
    lines = [f'{{"level":"error","service":"{name}","msg":"no"}}' for name in ("cart", "cart", "stock") * 10]
    path = log(*lines)
    assert "service" not in found(capsys, path)[0]["labels"]
    assert found(capsys, path, service="shop")[0]["labels"]["service"] == "shop"
    assert found(capsys, log(*lines[:2] * 10))[0]["labels"]["service"] == "cart"


@pytest.mark.parametrize(
    "secret",
    [
        "password=hunter2!x",
        '"api_key": "hunter2!x"',
        "Authorization: Bearer hunter2!xhunter2",
        "postgres://shop:hunter2!x@db/shop",
        "token: ghp_hunter2hunter2hunter2hunter2",
        "eyJhunter2hunter2.eyJhunter2hunter2.hunter2",
        "key sk-hunter2hunter2hunter2",
        "card 4111 1111 1111 1111",
        "only-the-bot-knows-this",
    ],
)
def test_the_example_shows_no_secret(log: Log, capsys: pytest.CaptureFixture[str], secret: str) -> None:
    """Neither one that looks like one nor one that the bot itself holds."""
    (alert,) = found(capsys, log(*every(1, f"TIME ERROR shop - order № refused by bank ({secret}) today", 10)))
    assert "[secret]" in alert["example"]
    assert not [part for part in ("hunter2", "4111 1111", "only-the") if part in json.dumps(alert)]
    assert alert["example"].startswith("2026-11-21 18:00:00 ERROR shop - order 0 refused by bank")


def test_the_example_is_one_plain_short_line(log: Log, capsys: pytest.CaptureFixture[str]) -> None:
    """Colours, bells and right-to-left marks are gone: it is shown in a terminal."""
    line = "ERROR \x1b[31mred\x1b[0m \x07bell \u202eright \x00nought " + "x" * 5000
    (alert,) = found(capsys, log(*[line] * 10))
    assert alert["example"].startswith("ERROR red bell right nought xxx")
    assert len(alert["example"]) == 300


# -- files ---


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_packed_logs_are_read_whatever_they_are_called(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], pack: Callable[[bytes], bytes]
) -> None:
    """A rotated log is called app.log.2.gz, or anything."""
    path = tmp_path / "app.log.2"
    path.write_bytes(pack(b"ERROR order 7 cannot be read\n" * 10))
    assert names(found(capsys, path)) == ["HighErrorRate"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1", "cp1252"])
def test_a_log_may_be_in_any_encoding(log: Log, capsys: pytest.CaptureFixture[str], encoding: str) -> None:
    """Windows writes UTF-16, old programs Latin-1."""
    lines = every(1, "TIME ERROR serviço - a conexão № foi perdida", 10)
    assert names(found(capsys, log(*lines, encoding=encoding))) == ["HighErrorRate"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_may_end_in_any_way(tmp_path: Path, capsys: pytest.CaptureFixture[str], end: str) -> None:
    """Also the last one, without an end."""
    path = tmp_path / "app.log"
    path.write_bytes(end.join(["ERROR order cannot be read"] * 10).encode())
    assert found(capsys, path)[0]["count"] == 10


def test_several_logs_are_told_apart(log: Log, capsys: pytest.CaptureFixture[str]) -> None:
    """In the order in which they are given; five errors here and five there are no ten."""
    half = log(*["ERROR no"] * 5, name="half.log"), log(*["ERROR no"] * 5, name="other.log")
    whole = log(*["ERROR no"] * 10, name="whole.log")
    assert [each["labels"]["filename"] for each in found(capsys, *half, whole)] == [str(whole)]


def test_a_dash_is_standard_input(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """As in `journalctl | app.py detect -`."""
    text = io.TextIOWrapper(io.BufferedReader(io.BytesIO(b"ERROR order 7 cannot be read\n" * 10)))
    monkeypatch.setattr(sys, "stdin", text)
    assert found(capsys, "-")[0]["summary"] == "Errors: 10 in standard input, lines 1 to 10"


def test_what_cannot_be_read_is_said_and_the_others_are_read(
    log: Log, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit status 2, a line for each on standard error, and no traceback."""
    broken = tmp_path / "broken.gz"
    broken.write_bytes(gzip.compress(b"INFO well\n" * 10_000)[:60])
    well = log(*["ERROR no"] * 10)
    logs = [str(tmp_path / "none.log"), str(tmp_path), str(broken), str(well)]
    assert detect(logs, service=None, environ={}, now=lambda: NOW) == 2
    told = capsys.readouterr()
    assert told.err.splitlines() == [
        f"{tmp_path / 'none.log'} cannot be read: No such file or directory",
        f"{tmp_path} cannot be read: Is a directory",
        f"{broken}: its compression is broken or its end is missing "
        "(Compressed file ended before the end-of-stream marker was reached)",
    ]
    assert names([json.loads(line) for line in told.out.splitlines()]) == ["HighErrorRate"]
