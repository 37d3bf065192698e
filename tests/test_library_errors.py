"""The runbooks about errors, latency, objectives, the network and alerts: real logs, servers and sockets."""

from __future__ import annotations

import json
import os
import re
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.model import RunState, Verdict
from bot.runbooks.load import load_folder
from tests import real_alertmanager, real_nginx
from tests.library import RUNBOOKS, perform, recorded
from tests.real_alertmanager import until
from tests.real_nginx import Nginx
from tests.services import free_port, need

ENVIRON = {"PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin"}

Answer = Callable[[str], tuple[int, str]]  # the path → status and body


class Site(ThreadingHTTPServer):
    """A small server; `answer` may be replaced at any time."""

    daemon_threads = True

    def __init__(self, answer: Answer) -> None:
        super().__init__(("127.0.0.1", 0), _SiteAnswers)
        self.answer = answer
        self.asked: list[str] = []

    @property
    def given(self) -> dict[str, str]:
        return {"host": "127.0.0.1", "port": str(self.server_port)}


class _SiteAnswers(BaseHTTPRequestHandler):
    server: Site

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        status, body = self.server.answer(self.path)
        with suppress(BrokenPipeError):  # whoever asked did not wait
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode())

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def site(answer: Answer = lambda _path: (200, "fine")) -> Iterator[Site]:
    with Site(answer) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def access_log(folder: Path) -> Path:
    """A hundred requests: 90 good, 6 invalid, 4 that failed after a long time."""
    log = folder / "access.log"

    def line(request: str, status: int, seconds: float) -> str:
        when = "21/Nov/2026:03:00:00 +0000"
        return f'198.51.100.1 - - [{when}] "{request} HTTP/1.1" {status} 12 "-" "browser" rt={seconds:.3f}'

    lines = [line("GET /shop", 200, 0.05)] * 60 + [line(f"GET /orders/{at}?token=t", 200, 0.2) for at in range(30)]
    lines += [line("POST /orders", 422, 0.01)] * 6 + [line("GET /report", 504, 15.0)] * 4
    log.write_text("\n".join(lines) + "\n")
    return log


APP_LOG = """\
2026-11-21T03:00:01Z INFO started
2026-11-21T03:00:02Z ERROR order 7: could not connect to postgres at 10.0.0.5: connection refused
2026-11-21T03:00:03Z ERROR order 8: could not connect to postgres at 10.0.0.5: connection refused
2026-11-21T03:00:04Z ERROR redis timeout after 2 s
2026-11-21T03:00:05Z WARN slow
2026-11-21T03:00:06Z ERROR payment 99 for ana@example.com: provider answered 503
2026-11-21T03:00:07Z CRITICAL out of memory, worker 12 ends
"""


@pytest.fixture
def app_log(tmp_path: Path) -> Path:
    log = tmp_path / "app.log"
    log.write_text(APP_LOG)
    return log


# -- high-error-rate, critical-logs, payment-errors ---


@pytest.mark.ran("real", "high-error-rate")
def test_errors_are_told_by_status_and_by_cause(tmp_path: Path, app_log: Path) -> None:
    """The evidence says which share is the caller's and which ours, on which paths, and what the log complains of."""
    need("curl")
    with site() as shop:
        given = shop.given | {"platform": "file", "service": "shop", "app_log": str(app_log)}
        done = perform("high-error-rate", given | {"log": str(access_log(tmp_path))}, ENVIRON, tmp_path)
    answers = done.before["answers"].output
    assert "  2xx  90.0 %  done: 200 90" in answers
    assert "  4xx   6.0 %  the caller's fault: 422 6" in answers
    assert "  5xx   4.0 %  our fault: 504 4" in answers
    assert "  5xx  4 of 4  GET /report" in answers
    assert "token" not in answers
    assert done.before["causes"].output.splitlines()[:7] == [
        "7 lines read, 1 critical, 4 errors",
        "       2  database",
        "       1  cache",
        "       1  provider or integration",
        "       1  memory",
        "commonest",
        "       2  ERROR order …: could not connect to postgres at ….….….…: connection refused",
    ]
    assert "ana@example.com" not in done.before["causes"].output
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.FIXED), done
    assert len(done.asked) == 2


@pytest.mark.ran("real", "high-error-rate")
def test_one_failure_in_twenty_is_not_fixed(tmp_path: Path, app_log: Path) -> None:
    """Every seventh request fails still: NOT FIXED, although most succeed."""
    need("curl")
    with site() as shop:
        shop.answer = lambda _path: (500 if len(shop.asked) % 7 == 0 else 200, "")
        given = shop.given | {"platform": "file", "service": "shop", "app_log": str(app_log)}
        done = perform("high-error-rate", given | {"log": str(access_log(tmp_path))}, ENVIRON, tmp_path)
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.NOT_FIXED), done
    assert "500" in done.verified["steady"].output


@pytest.mark.ran("recorded", "high-error-rate")
def test_the_log_of_a_deployment_is_read(tmp_path: Path) -> None:
    """On Kubernetes the last minutes of all the deployment's containers are read."""
    kubectl = recorded(tmp_path, "kubectl", {"": (0, "ERROR x509: certificate has expired\n")})
    with site() as shop:
        given = shop.given | {"service": "shop", "namespace": "web", "log": str(access_log(tmp_path))}
        done = perform("high-error-rate", given, {"PATH": kubectl.path}, tmp_path, answers={"change": False})
    assert "       1  certificate" in done.before["causes"].output
    assert (done.state, done.why) == (RunState.FAILED, "step change: answered with no")
    asked = ["--namespace", "web", "logs", "--all-containers", "--since=15m", "--tail=20000", "deployment/shop"]
    assert kubectl.calls("kubectl") == [asked, asked]


@pytest.mark.ran("real", "critical-logs")
def test_critical_lines_are_shown(tmp_path: Path, app_log: Path) -> None:
    """The critical message itself is in the evidence, apart from the errors around it."""
    given = {"platform": "file", "service": "shop", "log": str(app_log)}
    done = perform("critical-logs", given, ENVIRON, tmp_path)
    last = done.before["causes"].output.splitlines()[-1]
    assert last == "critical: CRITICAL out of memory, worker … ends"
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.FIXED), done


@pytest.mark.ran("real", "critical-logs")
@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ('CRITICAL card 4111 1111 1111 1111 of "Ana Exemplo" refused', "CRITICAL card … of … refused"),
        ("FATAL no answer from postgres://shop:hunter-two@db/shop", "FATAL no answer from postgres://…@db/shop"),
        ("FATAL sent Authorization: Bearer abcDEF.ghi to it", "FATAL sent Authorization: … to it"),
        ("FATAL password=hunter-two does not fit", "FATAL password=… does not fit"),
        ("panic: key sk_live_0aBcDeFgHiJkLm is not known", "panic: key … is not known"),
        ('{"level": "fatal", "msg": "disk is gone", "user": "Ana Exemplo"}', "fatal disk is gone"),
    ],
)
def test_neither_people_nor_keys_stand_in_critical_messages(line: str, shown: str, tmp_path: Path) -> None:
    """The evidence goes to a channel: cards, names in quotes, passwords and keys are cut out of it."""
    log = tmp_path / "app.log"
    log.write_text(f"2026-11-21T03:00:07Z {line}\n" if line[0] != "{" else f"{line}\n")
    given = {"platform": "file", "service": "shop", "log": str(log)}
    done = perform("critical-logs", given, ENVIRON, tmp_path)
    assert done.before["causes"].output.splitlines()[-1] == f"critical: {shown}"
    for told in ("4111", "Ana", "hunter", "abcDEF", "sk_live"):
        assert told not in str(done)


@pytest.mark.ran("real", "critical-logs")
def test_a_log_that_is_not_there_stops_the_run(tmp_path: Path) -> None:
    """No log is no clean log."""
    given = {"platform": "file", "service": "shop", "log": f"{tmp_path}/none.log"}
    done = perform("critical-logs", given, ENVIRON, tmp_path)
    assert done.why.startswith("step causes")
    assert "cannot be read: No such file" in done.steps["causes"].output


@pytest.mark.ran("real", "payment-errors")
def test_finance_hears_of_failing_payments(tmp_path: Path, app_log: Path) -> None:
    """Only lines about payments count, finance and the incident channel are told, and money is asked about."""
    given = {"platform": "file", "service": "shop", "log": str(app_log)}
    done = perform("payment-errors", given, ENVIRON, tmp_path)
    assert done.before["errors"].output.startswith("1 lines read, 0 critical, 1 errors\n")
    assert "ana@example.com" not in str(done)
    assert [channel for channel, _ in done.posted] == ["finance", "incidents"]
    assert len(done.asked) == 4
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.FIXED), done


@pytest.mark.ran("real", "payment-errors")
def test_money_that_is_uncertain_stops_the_run(tmp_path: Path, app_log: Path) -> None:
    """When uncertain payments are not held back, nothing further is asked."""
    given = {"platform": "file", "service": "shop", "log": str(app_log)}
    done = perform("payment-errors", given, ENVIRON, tmp_path, answers={"uncertain": False})
    assert (done.state, done.why) == (RunState.FAILED, "step uncertain: answered with no")


# -- high-latency ---


@pytest.mark.ran("real", "high-latency")
def test_slow_paths_are_named(tmp_path: Path) -> None:
    """p50, p95 and p99 of all requests, and the slowest path first."""
    need("curl")
    with site() as shop:
        done = perform("high-latency", shop.given | {"log": str(access_log(tmp_path))}, ENVIRON, tmp_path)
    lines = done.before["times"].output.splitlines()
    at = lines.index("seconds    p50 0.050  p95 0.200  p99 15.000")
    assert lines[at + 1] == "  p95 15.000  of 4  GET /report"
    assert "  p95 0.200  of 30  GET /orders/…" in lines
    assert done.before["one"].output.startswith("200 after 0.")
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.FIXED), done


@pytest.mark.ran("real", "high-latency")
def test_an_answer_that_does_not_come_in_time_is_not_fixed(tmp_path: Path) -> None:
    """One of five that takes longer than the bound makes it NOT FIXED."""
    need("curl")
    over = Event()
    with site() as shop:

        def answer(path: str) -> tuple[int, str]:
            if path.endswith("?4"):
                over.wait(30)
            return 200, "fine"

        shop.answer = answer
        given = shop.given | {"log": str(access_log(tmp_path)), "seconds": "1", "path": "shop"}
        done = perform("high-latency", given, ENVIRON, tmp_path)
        over.set()
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.NOT_FIXED), done
    assert "timed out" in done.verified["fast"].output


# -- slo-violation ---


def prometheus(bad_share: dict[str, float]) -> Answer:
    """10,000 requests in every window, of which this share failed."""

    def answer(path: str) -> tuple[int, str]:
        parts = urlsplit(path)
        if parts.path == "/-/ready":
            return 200, "ready"
        query = parse_qs(parts.query)["query"][0]
        assert 'http_requests_total{job="shop"' in query
        window = re.search(r"\[(\w+)\]", query)
        if window is None:  # which label holds the status?
            found = ["1"] if 'code!=""' in query else []
        else:
            found = [str(10_000 * bad_share[window[1]] if "5.." in query else 10_000)]
        result = [{"metric": {}, "value": [0, value]} for value in found]
        return 200, json.dumps({"status": "success", "data": {"resultType": "vector", "result": result}})

    return answer


def slo(far: Site) -> dict[str, str]:
    return {"prometheus_host": "127.0.0.1", "prometheus_port": str(far.server_port), "job": "shop"}


@pytest.mark.ran("real", "slo-violation")
def test_the_error_budget_is_worked_out(tmp_path: Path) -> None:
    """How fast it burns in each window and what is left; deployments are frozen by word, people are told."""
    shares = {"5m": 0.0005, "1h": 0.02, "6h": 0.004, "1d": 0.001, "30d": 0.0006}
    with site(prometheus(shares)) as far:
        done = perform("slo-violation", slo(far), ENVIRON, tmp_path)
    assert done.before["budget"].output.splitlines() == [
        "objective  99.90 % over 30 days: 43 minutes may be lost",
        "5m         99.950 % good, burning 0.5 × what is allowed",
        "1h         98.000 % good, burning 20.0 × what is allowed  FAST: freeze deploys, act now",
        "6h         99.600 % good, burning 4.0 × what is allowed",
        "1d         99.900 % good, burning 1.0 × what is allowed",
        "30d        99.940 % good, burning 0.6 × what is allowed",
        "budget     40 % left",
    ]
    assert [channel for channel, _ in done.posted] == ["deploys", "incidents"]
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.FIXED), done


@pytest.mark.ran("real", "slo-violation")
def test_a_budget_that_burns_on_stops_the_run(tmp_path: Path) -> None:
    """As long as the last five minutes burn it too fast, the run fails at its last step."""
    shares = {"5m": 0.01, "1h": 0.01, "6h": 0.01, "1d": 0.01, "30d": 0.002}
    with site(prometheus(shares)) as far:
        done = perform("slo-violation", slo(far), ENVIRON, tmp_path)
    assert "budget     SPENT, 2.0 times over" in done.before["budget"].output
    assert done.why == "step slower: exit code 3"


@pytest.mark.ran("real", "slo-violation")
def test_a_prometheus_that_is_not_ready_is_not_fixed(tmp_path: Path) -> None:
    """An alert that is silent because nobody measures is no resolved alert."""
    shares = dict.fromkeys(("5m", "1h", "6h", "1d", "30d"), 0.0)
    answer = prometheus(shares)
    with site(lambda path: (503, "") if path == "/-/ready" else answer(path)) as far:
        done = perform("slo-violation", slo(far), ENVIRON, tmp_path)
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.NOT_FIXED), done


# -- network-diagnosis ---


@pytest.mark.ran("real", "network-diagnosis")
def test_a_good_way_is_told_layer_by_layer(tmp_path: Path) -> None:
    """Name, route and connection, each with its time."""
    with site() as shop:
        done = perform("network-diagnosis", shop.given | {"host": "localhost"}, ENVIRON, tmp_path)
    lines = done.steps["layers"].output.splitlines()
    assert lines[0].startswith("name        localhost is ")
    assert any(line.startswith(f"connection  127.0.0.1 port {shop.server_port}: ") for line in lines)
    assert "localhost" in done.before["name"].output or "127.0.0.1" in done.before["name"].output
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.FIXED), done


@pytest.mark.ran("real", "network-diagnosis")
def test_a_refused_connection_is_told_from_silence(tmp_path: Path) -> None:
    """Nothing listens: refused, five of five times, and NOT FIXED."""
    done = perform("network-diagnosis", {"host": "127.0.0.1", "port": str(free_port())}, ENVIRON, tmp_path)
    assert "connection refused, 5 of 5 times" in done.steps["layers"].output
    assert "nothing listens there" in done.steps["layers"].output
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.NOT_FIXED), done


@pytest.mark.ran("real", "network-diagnosis")
def test_a_name_that_nobody_knows_is_the_trouble(tmp_path: Path) -> None:
    """The first layer that fails is named, and no further one is tried."""
    done = perform("network-diagnosis", {"host": "nobody.invalid", "port": "443"}, ENVIRON, tmp_path)
    assert done.steps["layers"].output.startswith("name        nobody.invalid: ")
    assert "connection" not in done.steps["layers"].output
    assert done.verdict is Verdict.NOT_FIXED, done


@pytest.mark.ran("real", "network-diagnosis")
def test_a_port_that_speaks_no_tls_is_told(tmp_path: Path) -> None:
    """A connection that ends at the greeting is no certificate's fault."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def hang_up() -> None:
            try:
                while True:
                    server.accept()[0].close()
            except OSError:
                return

        thread = Thread(target=hang_up)
        thread.start()
        given = {"host": "127.0.0.1", "port": str(server.getsockname()[1]), "tls": "yes"}
        done = perform("network-diagnosis", given, ENVIRON, tmp_path)
        server.shutdown(socket.SHUT_RDWR)
        thread.join()
    assert "Does this port speak TLS at all?" in done.steps["layers"].output


# -- intermittent-errors ---


@pytest.mark.ran("real", "intermittent-errors")
def test_the_bad_instance_is_taken_out(tmp_path: Path) -> None:
    """Of two instances one fails every time: half of the requests fail, and none once it is out."""
    need("curl")
    with site() as good, site(lambda _path: (500, "no")) as bad:
        ports = [good.server_port, bad.server_port]
        with real_nginx.running(tmp_path / "nginx", ports) as nginx:
            assert sorted(nginx.get("/shop") for _ in range(4)) == [200, 200, 500, 500]
            done = perform("intermittent-errors", _taken_out(nginx, bad, good), ENVIRON, tmp_path)
            assert f"bad: 127.0.0.1:{bad.server_port}" in done.before["instances"].output
            assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.FIXED), done
            assert f"server 127.0.0.1:{bad.server_port} max_fails=0 down;" in nginx.upstream.read_text()
            assert {nginx.get("/shop") for _ in range(6)} == {200}


@pytest.mark.ran("real", "intermittent-errors")
def test_a_good_instance_is_not_taken_out(tmp_path: Path) -> None:
    """Asked to take out one that works, the run stops before it changes anything."""
    with (
        site() as good,
        site(lambda _path: (500, "no")) as bad,
        real_nginx.running(tmp_path / "nginx", [good.server_port, bad.server_port]) as nginx,
    ):
        before = nginx.upstream.read_text()
        done = perform("intermittent-errors", _taken_out(nginx, good, bad), ENVIRON, tmp_path)
        assert nginx.upstream.read_text() == before
    assert done.state is RunState.UNDONE
    assert f"127.0.0.1:{good.server_port} is not the one to take out" in done.steps["bad"].output


@pytest.mark.ran("real", "intermittent-errors")
def test_the_last_instance_stays(tmp_path: Path) -> None:
    """When the other one is down already, the bad one goes on serving: something is better than nothing."""
    with (
        site() as good,
        site(lambda _path: (500, "no")) as bad,
        real_nginx.running(tmp_path / "nginx", [good.server_port, bad.server_port]) as nginx,
    ):
        text = nginx.upstream.read_text().replace(f":{good.server_port} max", f":{good.server_port} down max")
        nginx.upstream.write_text(text)
        done = perform("intermittent-errors", _taken_out(nginx, bad, good), ENVIRON, tmp_path)
        assert nginx.upstream.read_text() == text
    assert "is the last one that serves; it stays" in done.steps["out"].output


@pytest.mark.ran("real", "intermittent-errors")
def test_errors_that_go_on_without_it_are_not_fixed(tmp_path: Path) -> None:
    """The suspect is out, and what is left fails for others than the probe: NOT FIXED."""
    need("curl")
    with (
        site(lambda path: (200 if path == "/probe" else 500, "")) as other,
        site(lambda _path: (500, "")) as bad,
        real_nginx.running(tmp_path / "nginx", [other.server_port, bad.server_port]) as nginx,
    ):
        given = _taken_out(nginx, bad, other) | {"path": "/probe"}
        nginx.config.write_text(nginx.config.read_text().replace("location /shop", "location /probe"))
        other.answer = lambda path: (200 if path == "/probe" else 500, "")
        done = perform("intermittent-errors", given, ENVIRON, tmp_path)
    # nginx passes the query on, and the instance fails for anything but the bare path.
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.NOT_FIXED), done


def _taken_out(nginx: Nginx, suspect: Site, other: Site) -> dict[str, str]:
    addresses = [f"127.0.0.1:{each.server_port}" for each in (suspect, other)]
    given = nginx.given(file=str(nginx.upstream), instance=addresses[0], instances=",".join(addresses), path="/shop")
    return {name: value for name, value in given.items() if name != "log"}


# -- silence-alert, end-silence ---

WHERE = "--alertmanager.url=http://127.0.0.1:9093"


@pytest.mark.ran("recorded", "silence-alert")
def test_a_silence_has_a_duration_and_a_comment(tmp_path: Path) -> None:
    """amtool is asked for exactly this silence, the channel hears of it, and it is looked for afterwards."""
    comment = "Planned upgrade of the database (INC-7)"
    amtool = recorded(tmp_path, "amtool", {f"{WHERE} silence query alertname": (0, f"id LatencyP95 {comment}\n")})
    given = {"alertname": "LatencyP95", "duration": "2h", "comment": comment, "where": "service=shop"}
    done = perform("silence-alert", given, {"PATH": amtool.path}, tmp_path)
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.FIXED), done
    reading = sorted(amtool.calls("amtool")[:2])
    assert reading == [
        [WHERE, "alert", "query", "alertname=LatencyP95", "service=shop"],
        [WHERE, "silence", "query"],
    ]
    assert amtool.calls("amtool")[2:] == [
        [
            *(WHERE, "silence", "add", "--author=plantao", "--duration=2h"),
            *(f"--comment={comment}", "alertname=LatencyP95", "service=shop"),
        ],
        [WHERE, "silence", "query", "alertname=LatencyP95"],
    ]
    assert done.posted == [("alerts", f"LatencyP95 is silent for 2h: {comment}")]


@pytest.mark.ran("recorded", "silence-alert")
def test_a_silence_that_is_not_there_is_not_fixed(tmp_path: Path) -> None:
    """When Alertmanager does not show it, it is not silent, whatever amtool said."""
    amtool = recorded(tmp_path, "amtool")
    given = {"alertname": "LatencyP95", "comment": "Planned upgrade"}
    done = perform("silence-alert", given, {"PATH": amtool.path}, tmp_path)
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.NOT_FIXED), done


@pytest.mark.ran("recorded", "end-silence")
def test_a_silence_is_lifted_by_its_id(tmp_path: Path) -> None:
    """Exactly this one ends; one that is still listed is NOT FIXED."""
    id = "b3f0a1c2-0000-4000-8000-00000000000a"
    amtool = recorded(tmp_path, "amtool")
    done = perform("end-silence", {"silence": id}, {"PATH": amtool.path}, tmp_path)
    assert [WHERE, "silence", "expire", id] in amtool.calls("amtool")
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.FIXED), done
    amtool.program("amtool", {f"{WHERE} silence query": (0, f"{id}\n")})
    done = perform("end-silence", {"silence": id}, {"PATH": amtool.path}, tmp_path)
    assert done.verdict is Verdict.NOT_FIXED, done


@pytest.mark.ran("real", "silence-alert", "end-silence")
def test_an_alert_makes_no_noise_until_its_silence_is_lifted(tmp_path: Path) -> None:
    """Only where it was asked for; with Alertmanager and amtool themselves."""
    comment = "Planned upgrade of the database (INC-7)"
    with real_alertmanager.running(tmp_path / "alertmanager") as alertmanager:
        for service in ("shop", "cart"):
            alertmanager.fire("LatencyP95", service=service)
        place = {"host": "127.0.0.1", "port": str(alertmanager.port)}
        given = {"alertname": "LatencyP95", "duration": "2h", "comment": comment, "where": "service=shop", **place}
        done = perform("silence-alert", given, ENVIRON, tmp_path)
        assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.FIXED), done
        assert done.before["firing"].output.count("LatencyP95 is on") == 1
        (silence,) = alertmanager.standing
        assert (silence["comment"], silence["createdBy"]) == (comment, "plantao")
        until(lambda: sorted(alertmanager.state_of("LatencyP95")) == ["active", "suppressed"], "silence")
        done = perform("end-silence", {"silence": silence["id"], **place}, ENVIRON, tmp_path)
        assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.FIXED), done
        assert comment in done.before["silences"].output
        assert alertmanager.standing == []
        until(lambda: alertmanager.state_of("LatencyP95") == ["active", "active"], "noise")


# -- to be read ---


def test_the_links_between_the_runbooks_lead_somewhere() -> None:
    """What a runbook of these themes names as `another-runbook` is there."""
    library = load_folder(RUNBOOKS).runbooks
    names = set(library)
    own = {
        *("access-review", "app-rate-limit", "block-address", "cache-diagnosis", "cache-down", "clear-cache"),
        *("client-rate-limits", "critical-logs", "denial-of-service", "end-isolation", "end-silence"),
        *("escalate-incident", "failed-logins", "high-error-rate", "high-latency", "http-status-codes"),
        *("intermittent-errors", "network-diagnosis", "notify-legal", "payment-errors", "request-timeouts"),
        *("rotate-key", "silence-alert", "slo-violation", "suspected-breach", "traffic-spike", "unblock-address"),
    }
    assert own <= names
    said = {id: set(re.findall(r"`([a-z]+(?:-[a-z]+)+)`", library[id].doc)) for id in sorted(own)}
    no_runbooks = {"allkeys-lru", "maxmemory-policy", "redis-check-aof", "update-ip-set"}
    astray = {id: linked - names - no_runbooks for id, linked in said.items()}
    assert {id: names for id, names in astray.items() if names} == {}


@pytest.mark.ran("recorded", "collect-service-logs")
def test_a_kept_log_is_whole_and_a_shown_one_tells_no_secret(tmp_path: Path) -> None:
    """Passwords, keys, cards and mail addresses stand in the file that is kept, not in what the channel sees."""
    lines = [
        "2026-11-21T03:00:07.123456789Z ERROR no answer from postgres://shop:hunter-two@db/shop",
        "ERROR sent Authorization: Bearer abcDEF.ghi, password=hunter-two, API_KEY: hunter-two",
        "ERROR card 4111 1111 1111 1111 of ana@example.com refused",
    ]
    docker = recorded(tmp_path, "docker", {"logs": (0, "\n".join(lines) + "\n")})
    environ = {"PATH": docker.path, "HOME": str(tmp_path), "EVIDENCE_DIR": str(tmp_path / "kept")}
    done = perform("collect-service-logs", {"service": "shop", "platform": "docker"}, environ, tmp_path)
    said = done.steps["collect"].output
    assert "2026-11-21T03:00:07.123456789Z ERROR no answer from postgres://…@db/shop" in said
    assert "ERROR card … of … refused" in said
    for told in ("hunter", "abcDEF", "4111", "ana@"):
        assert told not in str(done)
    [kept] = (tmp_path / "kept").iterdir()
    assert kept.read_text().splitlines() == lines


@pytest.mark.ran("recorded", "restart-container")
def test_the_last_words_of_a_container_tell_no_secret(tmp_path: Path) -> None:
    """The evidence is posted before anyone approved: what the container wrote last is there, without its password."""
    said = "FATAL no answer from postgres://shop:hunter-two@db/shop: ECONNREFUSED\n"
    docker = recorded(tmp_path, "docker", {"logs": (0, said), "inspect": (0, "running none\n")})
    done = perform("restart-container", {"container": "shop-1", "wait": "5"}, {"PATH": docker.path}, tmp_path)
    assert done.before["last-words"].output == "FATAL no answer from postgres://…@db/shop: ECONNREFUSED\n"
    assert ["logs", "--tail", "20", "--", "shop-1"] in docker.calls("docker")
    assert "hunter" not in str(done)
