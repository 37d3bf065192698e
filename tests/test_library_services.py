"""The runbooks that start, stop, restart and look at services: a real process tree and real HTTP wherever it can be."""

from __future__ import annotations

import http.client
import os
import socket
import stat
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from bot.model import RunState, Verdict
from tests.library import Performed, perform, recorded
from tests.small_service import SmallService


class Place:
    """A machine of one's own: where services, flags and kept logs are, and what the bot's environment says of it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.services, self.flags, self.evidence = root / "services", root / "flags", root / "evidence"
        for folder in (self.services, self.flags):
            folder.mkdir()
        self.environ = {
            "PATH": os.environ["PATH"],
            "HOME": str(root),
            "SERVICES_DIR": str(self.services),
            "MAINTENANCE_DIR": str(self.flags),
            "EVIDENCE_DIR": str(self.evidence),
        }

    def perform(self, id: str, **given: object) -> Performed:
        return perform(id, {name: str(value) for name, value in given.items()}, self.environ, self.root)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


@pytest.fixture
def shop(place: Place) -> Iterator[SmallService]:
    """Not started yet."""
    with SmallService(place.services, "shop", free_port()).ended_afterwards() as shop:
        yield shop


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(holds: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline, f"waited too long for {what}"
        time.sleep(0.01)


def get(shop: SmallService, path: str) -> int:
    far = http.client.HTTPConnection("127.0.0.1", shop.port, timeout=30)
    try:
        far.request("GET", path)
        return far.getresponse().status
    finally:
        far.close()


def start(place: Place, shop: SmallService) -> None:
    done = place.perform("start-service", service="shop", platform="process", port=shop.port)
    assert done.verdict is Verdict.FIXED, str(done)


# -- start and stop ---


@pytest.mark.ran("real", "start-service")
def test_a_service_is_started_and_has_to_prove_that_it_serves(place: Place, shop: SmallService) -> None:
    """Room, its start, health, its counter of requests, its log."""
    done = place.perform(
        "start-service", service="shop", platform="process", port=shop.port, metrics_url=f"{shop.url}/metrics"
    )
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.FIXED), str(done)
    assert all(step.ok for step in done.steps.values()), str(done)
    assert "http_requests_total" in done.steps["metrics"].output
    assert len(shop.alive) == 3
    assert (shop.home / "pid").read_text() == f"{shop.pids[0]}\n"


@pytest.mark.ran("real", "start-service")
def test_nothing_is_started_where_somebody_else_answers(place: Place, shop: SmallService) -> None:
    """A second one on the same port would fail in a way that nobody understands."""
    with socket.create_server(("127.0.0.1", shop.port)):
        done = place.perform("start-service", service="shop", platform="process", port=shop.port)
    assert (done.state, list(done.steps), shop.pids) == (RunState.FAILED, ["preflight"], []), str(done)
    assert f"something answers on port {shop.port} already" in done.steps["preflight"].output


@pytest.mark.ran("real", "start-service")
def test_a_service_that_ends_at_once_is_no_started_one(place: Place, shop: SmallService) -> None:
    """Its exit code and its last words are told."""
    shop.runs("echo no configuration; exit 78")
    done = place.perform("start-service", service="shop", platform="process", port=shop.port)
    assert done.state is RunState.FAILED
    assert "ended at once with exit code 78" in done.steps["start"].output
    assert "no configuration" in done.steps["start"].output


@pytest.mark.ran("real", "start-service", "stop-service")
def test_a_service_is_stopped_without_cutting_a_request(place: Place, shop: SmallService) -> None:
    """New requests are turned away, the one under way ends, then the whole tree goes, one that ignores TERM too."""
    start(place, shop)
    answers: list[int] = []
    client = threading.Thread(target=lambda: answers.append(get(shop, "/hold")))
    client.start()

    def release() -> None:
        until(lambda: (place.flags / "shop").exists(), "maintenance to begin")
        get(shop, "/release")

    releaser = threading.Thread(target=release)
    releaser.start()
    done = place.perform("stop-service", **stopping(shop), drain=20)
    client.join()
    releaser.join()
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.FIXED), str(done)
    assert (answers, shop.alive) == ([200], [])
    assert done.steps["gone"].said == "exit code 3"
    assert "the rest was killed" in done.steps["stop"].output


@pytest.mark.ran("real", "start-service", "stop-service")
def test_a_service_with_work_under_way_is_not_stopped(place: Place, shop: SmallService) -> None:
    """When requests do not end, maintenance is taken back and the service goes on."""
    start(place, shop)
    client = threading.Thread(target=get, args=(shop, "/hold"))
    client.start()
    until(lambda: get(shop, "/metrics") == 200 and "in_flight 1" in body(shop, "/metrics"), "the request to be there")
    before = shop.alive
    done = place.perform("stop-service", **stopping(shop), drain=1)
    assert (done.state, list(done.steps)) == (RunState.UNDONE, ["maintenance", "idle"]), str(done)
    assert "after 1 s still 1 requests under way" in done.steps["idle"].output
    assert (shop.alive, list(place.flags.iterdir()), get(shop, "/health")) == (before, [], 200)
    get(shop, "/release")
    client.join()


def stopping(shop: SmallService) -> dict[str, object]:
    where = {"service": "shop", "platform": "process", "site": "shop", "port": shop.port, "grace": 1}
    return where | {"metrics_url": f"{shop.url}/metrics"}


def body(shop: SmallService, path: str) -> str:
    far = http.client.HTTPConnection("127.0.0.1", shop.port, timeout=30)
    try:
        far.request("GET", path)
        return far.getresponse().read().decode()
    finally:
        far.close()


# -- recovery ---


@pytest.mark.ran("real", "start-service", "recover-service")
def test_a_service_that_hangs_is_replaced_with_all_its_children(place: Place, shop: SmallService) -> None:
    """Its log is kept first, for its owner alone to read; the new one is another process and healthy."""
    start(place, shop)
    old = shop.alive
    os.kill(old[0], 19)  # SIGSTOP: it lives and does nothing, and cannot end when asked
    done = place.perform("recover-service", service="shop", platform="process", port=shop.port, grace=1)
    assert not done.before["health"].ok
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.FIXED), str(done)
    assert (len(shop.alive), set(shop.alive) & set(old)) == (3, set())
    [log] = [file for file in place.evidence.iterdir() if str(file) in done.steps["keep-log"].output]
    assert "connection refused" in log.read_text()
    assert stat.S_IMODE(log.stat().st_mode) == 0o600


@pytest.mark.ran("real", "start-service", "clear-memory")
def test_memory_is_given_back_by_a_new_process_tree(place: Place, shop: SmallService) -> None:
    """The children hold it; the restart ends them, and what is held afterwards is measured."""
    start(place, shop)
    assert get(shop, "/grow") == 200
    old = shop.alive
    done = place.perform("clear-memory", service="shop", platform="process", port=shop.port, grace=1, keeps=70)
    assert (done.before["service"].ok, done.before["health"].ok) == (True, False)
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.FIXED), str(done)
    assert (len(shop.alive), set(shop.alive) & set(old)) == (3, set())
    assert mebibytes(done.steps["lower"].output) < mebibytes(done.steps["held"].output) - 60


@pytest.mark.ran("real", "start-service", "clear-memory")
def test_memory_that_comes_back_at_once_is_no_success(place: Place, shop: SmallService) -> None:
    """A service that needs what it holds is not mended by a restart, and that is said."""
    (shop.home / "grows-at-once").touch()
    start(place, shop)
    done = place.perform("clear-memory", service="shop", platform="process", port=shop.port, grace=1)
    assert (done.state, done.verdict) == (RunState.FAILED, None), str(done)
    assert "the restart did not give the memory back" in done.steps["lower"].output


def mebibytes(output: str) -> int:
    return int(output.partition("shop: ")[2].split()[0])


@pytest.mark.ran("real", "api-down")
def test_an_api_whose_process_is_gone_is_started(place: Place, shop: SmallService) -> None:
    """The checks say that it is gone and that what it needs is there."""
    with socket.create_server(("127.0.0.1", 0)) as database:
        reach = f"127.0.0.1:{database.getsockname()[1]}"
        done = place.perform("api-down", service="shop", platform="process", port=shop.port, reach=reach)
    assert (done.before["state"].said, done.before["health"].ok) == ("exit code 3", False)
    assert f"{reach}: connected" in done.before["needs"].output
    assert (done.state, done.verdict, len(shop.alive)) == (RunState.SUCCEEDED, Verdict.FIXED, 3), str(done)


@pytest.mark.ran("recorded", "api-down")
def test_an_api_gets_its_database_first(place: Place, shop: SmallService) -> None:
    """What it depends on is started and answers before the API is touched."""
    docker = recorded(place.root, "docker", {"compose --project-name crm ps": (0, "c1\n")})
    place.environ["PATH"] = docker.path
    server = serve({"/health": 200}, shop.port)
    with server, socket.create_server(("127.0.0.1", 0)) as database:
        needs = f"postgres@127.0.0.1:{database.getsockname()[1]}"
        done = place.perform(
            "api-down", service="backend", platform="compose", project="crm", port=shop.port, dependencies=needs
        )
    assert done.verdict is Verdict.FIXED, str(done)
    project = ["compose", "--project-name", "crm"]
    assert [call for call in docker.calls("docker") if call[3] in ("start", "stop")] == [
        [*project, "start", "--", "postgres"],
        [*project, "stop", "--timeout", "10", "--", "backend"],
        [*project, "start", "--", "backend"],
    ]


# -- restarts by a manager ---


@pytest.mark.ran("recorded", "restart-service")
def test_a_unit_is_restarted_and_looked_at_until_it_stays_up(place: Place) -> None:
    """Three looks in a row, and a last one for the verdict."""
    programs = recorded(place.root, "systemctl")
    programs.program("journalctl")
    place.environ["PATH"] = programs.path
    done = place.perform("restart-service", service="nginx")
    assert done.verdict is Verdict.FIXED, str(done)
    calls = programs.calls("systemctl")
    assert sorted(calls[:2]) == [
        ["is-active", "--", "nginx"],
        ["show", "--property=Result,NRestarts,ActiveEnterTimestamp,MemoryCurrent", "--", "nginx"],
    ]
    quiet = ["is-active", "--quiet", "--", "nginx"]
    assert calls[2:] == [["restart", "--", "nginx"], quiet, quiet, quiet, ["is-active", "--", "nginx"]]


@pytest.mark.ran("recorded", "restart-container")
def test_a_container_is_restarted_and_has_to_be_healthy(place: Place) -> None:
    """Running is not enough where the image has a health check."""
    docker = recorded(place.root, "docker", {"inspect --type container": (0, "running healthy 4\n")})
    place.environ["PATH"] = docker.path
    done = place.perform("restart-container", container="api-1", grace=5)
    assert done.verdict is Verdict.FIXED, str(done)
    changing = [call for call in docker.calls("docker") if call[0] not in ("inspect", "stats", "logs")]
    assert changing == [["restart", "--time=5", "--", "api-1"], ["top", "api-1"]]


@pytest.mark.ran("recorded", "restart-container")
def test_a_container_that_stays_unhealthy_is_a_failure(place: Place) -> None:
    """And nothing further is done to it."""
    docker = recorded(place.root, "docker", {"inspect --type container": (0, "running unhealthy 4\n")})
    place.environ["PATH"] = docker.path
    done = place.perform("restart-container", container="api-1", wait=5)
    assert (done.state, done.verdict) == (RunState.FAILED, None), str(done)
    assert "not running and healthy within 5 s" in done.steps["healthy"].output


@pytest.mark.ran("recorded", "restart-compose-service")
def test_a_compose_service_is_restarted_by_its_projects_name(place: Place) -> None:
    """Wherever its file lies; every container of it has to be healthy."""
    answers = {
        "compose --project-name=crm ps --all --quiet": (0, "c1\nc2\n"),
        "compose --project-name=crm ps --status=running": (0, "c1\nc2\n"),
        "inspect": (0, "/crm-backend-1 running healthy 0\n/crm-backend-2 running no-health-check 0\n"),
    }
    docker = recorded(place.root, "docker", answers)
    place.environ["PATH"] = docker.path
    done = place.perform("restart-compose-service", project="crm", service="backend")
    assert done.verdict is Verdict.FIXED, str(done)
    restarts = [call for call in docker.calls("docker") if "restart" in call]
    assert restarts == [["compose", "--project-name=crm", "restart", "--timeout=10", "--", "backend"]]


# -- maintenance ---


class Site:
    """A proxy that turns requests away while the flag is there, and a service with a switch of its own."""

    def __init__(self, flag: Path) -> None:
        self.told: list[tuple[str, str, str]] = []
        site = self

        class Side(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(503 if flag.exists() or site.away else 200)
                self.end_headers()

            def do_PUT(self) -> None:
                said = self.rfile.read(int(self.headers["Content-Length"])).decode()
                site.told.append((self.path, said, self.headers["Authorization"]))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.side = Side

    @property
    def away(self) -> bool:
        return bool(self.told) and "true" in self.told[-1][1]


@pytest.mark.ran("real", "maintenance-mode", "end-maintenance")
def test_maintenance_by_a_flag_file(place: Place) -> None:
    """On: the site answers 503. Off: it answers 200, and no trace is left."""
    with listening(Site(place.flags / "shop").side) as port:
        on = place.perform("maintenance-mode", site="shop", port=port)
        assert (on.verdict, [file.name for file in place.flags.iterdir()]) == (Verdict.FIXED, ["shop"]), str(on)
        off = place.perform("end-maintenance", site="shop", port=port)
    assert (off.verdict, list(place.flags.iterdir())) == (Verdict.FIXED, []), str(off)


@pytest.mark.ran("real", "maintenance-mode", "end-maintenance")
def test_maintenance_by_the_services_own_switch(place: Place) -> None:
    """The service is told by HTTP, with the token that a file holds and no argument or variable shows."""
    site = Site(place.flags / "shop")
    (place.root / "token").write_text("s3cret\n")
    place.environ["MAINTENANCE_TOKEN_FILE"] = str(place.root / "token")
    with listening(site.side) as port:
        told = {"switch": "http", "switch_url": f"http://127.0.0.1:{port}/maintenance"}
        on = place.perform("maintenance-mode", site="shop", port=port, **told)
        off = place.perform("end-maintenance", site="shop", port=port, **told)
    assert (on.verdict, off.verdict) == (Verdict.FIXED, Verdict.FIXED), f"{on}\n{off}"
    assert site.told == [
        ("/maintenance", '{"maintenance": true}', "Bearer s3cret"),
        ("/maintenance", '{"maintenance": false}', "Bearer s3cret"),
    ]
    assert "s3cret" not in f"{on}{off}"


@pytest.mark.ran("real", "maintenance-mode")
def test_maintenance_that_no_proxy_heeds_is_taken_back(place: Place) -> None:
    """A flag that nobody looks for must not lie there for the day when somebody does."""
    with serve({"/index.html": 200}) as port:
        done = place.perform("maintenance-mode", site="shop", port=port)
    assert (done.state, list(place.flags.iterdir())) == (RunState.UNDONE, []), str(done)
    assert not done.steps["taken"].ok


# -- looking ---


@pytest.mark.ran("real", "start-service", "quick-diagnosis")
def test_a_diagnosis_asks_everything_and_changes_nothing(place: Place, shop: SmallService) -> None:
    """Endpoints, metrics, what it needs, its log, the machine; what cannot be asked is told and stops nothing."""
    start(place, shop)
    before = shop.alive
    done = place.perform(
        "quick-diagnosis",
        service="shop",
        platform="process",
        port=shop.port,
        paths="/health,/nowhere",
        metrics_url=f"{shop.url}/metrics",
        reach=f"127.0.0.1:{shop.port},127.0.0.1:{free_port()}",
    )
    assert (done.state, done.verdict, shop.alive) == (RunState.SUCCEEDED, Verdict.FIXED, before), str(done)
    assert done.steps["endpoints"].output.startswith("/health: 200 in ")
    assert "/nowhere: 404" in done.steps["endpoints"].output
    assert "takes no connection" in done.steps["needs"].output
    assert "http_requests_total" in done.steps["metrics"].output
    assert "ERROR of old" in done.steps["log"].output
    assert "most processor time just now" in done.steps["machine"].output


@pytest.mark.ran("real", "quick-diagnosis")
def test_a_diagnosis_of_a_dead_service_says_that_it_is_dead(place: Place, shop: SmallService) -> None:
    """It still runs to its end."""
    done = place.perform("quick-diagnosis", service="shop", platform="process", port=shop.port)
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.NOT_FIXED), str(done)
    assert done.steps["state"].output == "shop: not running (no process)\n"
    assert "/health: no answer" in done.steps["endpoints"].output


@pytest.mark.ran("recorded", "collect-service-logs")
def test_the_log_of_before_the_last_restart_is_kept_too(place: Place) -> None:
    """On Kubernetes and systemd the crash is in what came before."""
    logs = {
        "logs deployment/api --namespace=shop --all-containers --tail=50 --previous": (0, "panic: out of cheese\n"),
        "logs deployment/api --namespace=shop --all-containers --tail=50 --timestamps": (0, "started\n"),
    }
    kubectl = recorded(place.root, "kubectl", logs)
    place.environ["PATH"] = kubectl.path
    done = place.perform("collect-service-logs", service="api", platform="kubernetes", namespace="shop", lines=50)
    assert done.verdict is Verdict.FIXED, str(done)
    [log] = place.evidence.iterdir()
    assert log.read_text().splitlines() == [
        "-- before the last restart --",
        "panic: out of cheese",
        "-- now --",
        "started",
    ]
    assert "panic: out of cheese" in done.steps["collect"].output


@pytest.mark.ran("real", "start-service", "high-cpu")
def test_a_busy_neighbour_waits_for_others_and_gets_its_share_back(place: Place, shop: SmallService) -> None:
    """Its whole tree becomes nice, and as it was before when that is asked."""
    start(place, shop)
    lowered = place.perform("high-cpu", service="shop", platform="process")
    assert lowered.state is RunState.SUCCEEDED, str(lowered)
    assert [os.getpriority(os.PRIO_PROCESS, pid) for pid in shop.alive] == [10, 10, 10]
    if os.geteuid() == 0:
        back = place.perform("high-cpu", service="shop", platform="process", do="back")
        assert back.state is RunState.SUCCEEDED, str(back)
        assert [os.getpriority(os.PRIO_PROCESS, pid) for pid in shop.alive] == [0, 0, 0]


@pytest.mark.ran("real", "high-cpu")
def test_without_a_named_service_nothing_is_lowered(place: Place) -> None:
    """The evidence comes first; who may wait is a person's choice."""
    done = place.perform("high-cpu", service="")
    assert (done.state, list(done.steps)) == (RunState.FAILED, ["priority"])
    assert "no service is named, so nothing was changed" in done.steps["priority"].output


# -- updates ---


def updating(place: Place, upgrade: tuple[int, str]) -> Any:
    programs = recorded(place.root, "apt-get", {"--simulate": (0, "Inst tls [1] (2 Debian-Security)\n")})
    programs.program("unattended-upgrade", {"": upgrade})
    programs.program("systemctl")
    programs.program("tar")
    (place.root / "backup").mkdir()
    place.environ |= {"PATH": programs.path, "BACKUP_DIR": str(place.root / "backup")}
    # The stand-in for tar packs nothing, so that the machine's own /etc stays out of the tests.
    (programs.folder / "tar").write_text(
        '#!/bin/sh\nfor word; do case $word in --file=*) : >"${word#--file=}" ;; esac; done\n'
    )
    return programs


@pytest.mark.ran("recorded", "apply-updates")
def test_updates_are_applied_to_a_service_that_was_well(place: Place) -> None:
    """Configuration kept, stopped, updated, started, healthy again."""
    programs = updating(place, (0, ""))
    with serve({"/health": 200}) as port:
        done = place.perform("apply-updates", service="shop", port=port)
    assert done.before["pending"].output.startswith("1 packages, 1 for security")
    assert done.verdict is Verdict.FIXED, str(done)
    assert programs.calls("systemctl") == [["stop", "--", "shop"], ["start", "--", "shop"], ["is-active", "--", "shop"]]
    assert programs.calls("unattended-upgrade") == [["--verbose"]]
    assert sorted(file.suffix for file in (place.root / "backup").iterdir()) == [".gz", ".packages"]


@pytest.mark.ran("recorded", "apply-updates")
def test_updates_that_fail_leave_the_service_running(place: Place) -> None:
    """It was stopped for them; it is started again, and that is all that is taken back."""
    programs = updating(place, (100, "dpkg was interrupted\n"))
    with serve({"/health": 200}) as port:
        done = place.perform("apply-updates", service="shop", port=port)
    assert (done.state, list(done.undone)) == (RunState.UNDONE, ["stop"]), str(done)
    assert programs.calls("systemctl") == [["stop", "--", "shop"], ["start", "--", "shop"]]


# -- a server to ask ---


class listening:
    """Serves with this handler while the block lasts; the port as its value."""

    def __init__(self, side: type[BaseHTTPRequestHandler], port: int = 0) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", port), side)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})

    def __enter__(self) -> int:
        self._thread.start()
        return int(self._server.server_address[1])

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def serve(statuses: Mapping[str, int], port: int = 0) -> listening:
    """Each path answers with its status, any other with 404."""

    class Side(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(statuses.get(self.path, 404))
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    return listening(Side, port)
