"""The runbooks that start, stop, restart and recover services: a real process tree and real HTTP wherever it can be."""

from __future__ import annotations

import os
import re
import signal
import socket
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.model import RunState, Verdict
from tests.library import RUNBOOKS, recorded
from tests.service_place import Place, free_port, get, serve, start, until
from tests.small_service import SmallService


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


@pytest.fixture
def shop(place: Place) -> Iterator[SmallService]:
    """Not started yet."""
    with SmallService(place.services, "shop", free_port()).ended_afterwards() as shop:
        yield shop


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
    assert (shop.home / "pid").read_text().split()[0] == str(shop.pids[0])


@pytest.mark.ran("real", "start-service")
def test_a_service_does_not_silently_keep_the_limits_of_its_start(place: Place, shop: SmallService) -> None:
    """They would end it, long after the step was over: they are lifted where the bot may, and told where it may not."""
    done = place.perform("start-service", service="shop", platform="process", port=shop.port)
    limits = Path(f"/proc/{shop.pids[0]}/limits").read_text().splitlines()
    lifted = any(line.startswith("Max cpu time") and line.count("unlimited") == 2 for line in limits)
    assert ("warning: it keeps this step's limit" in done.steps["start"].output) is not lifted, str(done)


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


@pytest.mark.ran("real", "recover-service")
def test_a_number_that_passed_to_another_process_is_left_alone(place: Place, shop: SmallService) -> None:
    """A pid file outlives its process; whoever has the number now is a stranger."""
    (shop.home / "pid").write_text(f"{os.getpid()} 1\n")
    done = place.perform("recover-service", service="shop", platform="process", port=shop.port)
    assert done.before["state"].output == "shop: not running (its process has ended)\n"
    assert done.steps["stop"].output == "shop is stopped: it was not running\n"
    assert (done.verdict, len(shop.alive)) == (Verdict.FIXED, 3), str(done)


@pytest.mark.ran("real", "start-service", "stop-service")
def test_a_service_is_stopped_without_cutting_a_request(place: Place, shop: SmallService) -> None:
    """New requests are turned away, the one under way ends, then the whole tree goes, one that ignores TERM too."""
    start(place, shop)
    answers: list[int] = []
    client = threading.Thread(target=lambda: answers.append(get(shop, "/hold")[0]))
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
    until(lambda: "in_flight 1" in get(shop, "/metrics")[1], "the request to be there")
    before = shop.alive
    done = place.perform("stop-service", **stopping(shop), drain=1)
    assert (done.state, list(done.steps)) == (RunState.UNDONE, ["note", "maintenance", "idle"]), str(done)
    assert "after 1 s still 1 requests under way" in done.steps["idle"].output
    assert (shop.alive, list(place.flags.iterdir()), get(shop, "/health")[0]) == (before, [], 200)
    get(shop, "/release")
    client.join()


@pytest.mark.ran("real", "start-service", "stop-service")
def test_a_stop_that_is_taken_back_leaves_the_maintenance_of_others(place: Place, shop: SmallService) -> None:
    """It was on before, so it is on afterwards, with the words that it had."""
    start(place, shop)
    (place.flags / "shop").write_text("2026-11-21 12:00:00 UTC\n")
    client = threading.Thread(target=get, args=(shop, "/hold"))
    client.start()
    until(lambda: "in_flight 1" in get(shop, "/metrics")[1], "the request to be there")
    done = place.perform("stop-service", **stopping(shop), drain=1)
    assert done.state is RunState.UNDONE, str(done)
    assert [(file.name, file.read_text()) for file in place.flags.iterdir()] == [("shop", "2026-11-21 12:00:00 UTC\n")]
    get(shop, "/release")
    client.join()


def stopping(shop: SmallService) -> dict[str, object]:
    where = {"service": "shop", "platform": "process", "site": "shop", "port": shop.port, "grace": 1}
    return where | {"metrics_url": f"{shop.url}/metrics"}


# -- recovery ---


@pytest.mark.ran("real", "start-service", "recover-service")
def test_a_service_that_hangs_is_replaced_with_all_its_children(place: Place, shop: SmallService) -> None:
    """Its log is kept first, for its owner alone to read; the new one is another process and healthy."""
    start(place, shop)
    old = shop.alive
    os.kill(old[0], signal.SIGSTOP)  # it lives and does nothing, and cannot end when asked
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
    assert get(shop, "/grow")[0] == 200
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


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("service_memory", "service_memory_lower"),
        ("container_limits", "container_limits_note"),
        ("redis_key_facts", "redis_key_value"),
    ],
)
def test_one_program_under_two_names_is_one_program(one: str, other: str) -> None:
    """A script takes no arguments, so its name says which half is meant; the bytes are the same."""
    scripts = RUNBOOKS / "scripts"
    assert (scripts / f"{one}.py").read_bytes() == (scripts / f"{other}.py").read_bytes()


def test_what_may_not_be_shown_is_hidden_alike_everywhere() -> None:
    """A channel reads what each of these scripts prints of a log: one that hides less than the others would leak."""
    hides = {
        file.name: re.search(r"^hide\(\) \{\n.*?^\}\n", file.read_text(), re.DOTALL | re.MULTILINE)
        for file in (RUNBOOKS / "scripts").glob("*.sh")
        if "hide" in file.read_text()
    }
    assert {"last_words.sh", "pod_logs.sh", "service_logs.sh", "deployment_failed_logs.sh"} <= hides.keys()
    assert len({found and found[0] for found in hides.values()}) == 1


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
        # A name may have an @ of its own: only an address after the last one is waited for.
        needs = f"queue@2,postgres@15@127.0.0.1:{database.getsockname()[1]}"
        done = place.perform(
            "api-down", service="backend", platform="compose", project="crm", port=shop.port, dependencies=needs
        )
    assert done.verdict is Verdict.FIXED, str(done)
    project = ["compose", "--project-name", "crm"]
    assert [call for call in docker.calls("docker") if call[3] in ("start", "stop")] == [
        [*project, "start", "--", "queue@2"],
        [*project, "start", "--", "postgres@15"],
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
    assert changing == [["restart", "-t", "5", "--", "api-1"], ["top", "api-1"]]


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
