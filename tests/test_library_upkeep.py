"""The runbooks around a service: maintenance, diagnosis, logs, a busy processor, updates. Real wherever it can be."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from bot.model import RunState, Verdict
from tests.library import Recorded, recorded
from tests.service_place import Place, free_port, listening, serve, start
from tests.small_service import SmallService


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


@pytest.fixture
def shop(place: Place) -> Iterator[SmallService]:
    """Not started yet."""
    with SmallService(place.services, "shop", free_port()).ended_afterwards() as shop:
        yield shop


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
        assert (on.verdict, (place.flags / "shop").exists()) == (Verdict.FIXED, True), str(on)
        off = place.perform("end-maintenance", site="shop", port=port)
    assert (off.verdict, (place.flags / "shop").exists()) == (Verdict.FIXED, False), str(off)


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
    assert "does not tell whether" in on.steps["note"].output
    assert site.told == [
        ("/maintenance", '{"maintenance": true}', "Bearer s3cret"),
        ("/maintenance", '{"maintenance": false}', "Bearer s3cret"),
    ]
    assert "s3cret" not in f"{on}{off}"


@pytest.mark.ran("real", "maintenance-mode")
def test_maintenance_that_no_proxy_heeds_is_taken_back(place: Place) -> None:
    """A flag that nobody looks for must not lie there for the day when somebody does."""
    with serve({"/index.html": 200}) as port:
        done = place.perform_in_vain("maintenance-mode", "10s", site="shop", port=port)
    assert (done.state, list(place.flags.iterdir())) == (RunState.UNDONE, []), str(done)
    assert not done.steps["taken"].ok


@pytest.mark.parametrize(
    ("id", "wait", "was"),
    [
        pytest.param("maintenance-mode", "10s", True, marks=pytest.mark.ran("real", "maintenance-mode")),
        pytest.param("end-maintenance", "60s", False, marks=pytest.mark.ran("real", "end-maintenance")),
    ],
)
def test_an_undo_ends_or_begins_no_maintenance_that_it_did_not_change(
    place: Place, id: str, wait: str, was: bool
) -> None:
    """A run that found it as it wanted it has nothing to take back."""
    flag = place.flags / "shop"
    if was:
        flag.write_text("2026-11-21 12:00:00 UTC\n")
    # The site heeds no flag, so both runs fail.
    with serve({"/index.html": 404}) as port:
        done = place.perform_in_vain(id, wait, site="shop", port=port)
    assert (done.state, flag.exists()) == (RunState.UNDONE, was), str(done)


@pytest.mark.ran("real", "maintenance-mode")
@pytest.mark.parametrize(
    ("said", "told", "state"),
    [
        (b'{"maintenance": true}', [True, True], RunState.UNDONE),
        (b'{"maintenance": false}', [True, False], RunState.UNDONE),
        (b"OK", [True], RunState.FAILED),
    ],
)
def test_a_service_that_tells_how_it_is_gets_that_back(
    place: Place, said: bytes, told: list[bool], state: RunState
) -> None:
    """And of one that does not, nothing is guessed: the undo fails aloud."""
    heard: list[bool] = []

    class Side(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(said)

        def do_PUT(self) -> None:
            heard.append(json.loads(self.rfile.read(int(self.headers["Content-Length"])))["maintenance"])
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    with listening(Side) as port:
        where = {"switch": "http", "switch_url": f"http://127.0.0.1:{port}/maintenance"}
        done = place.perform_in_vain("maintenance-mode", "10s", site="shop", port=port, **where)
    assert (done.state, heard) == (state, told), str(done)


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


@pytest.mark.ran("real", "start-service", "high-cpu")
def test_a_process_that_waits_longer_already_is_not_put_forward(place: Place, shop: SmallService) -> None:
    """Lowered means lowered: nice by 15 does not become nice by 10."""
    start(place, shop)
    os.setpriority(os.PRIO_PROCESS, shop.alive[0], 15)
    done = place.perform("high-cpu", service="shop", platform="process")
    assert done.state is RunState.SUCCEEDED, str(done)
    assert [os.getpriority(os.PRIO_PROCESS, pid) for pid in shop.alive] == [15, 10, 10]


@pytest.mark.ran("real", "high-cpu")
def test_without_a_named_service_nothing_is_lowered(place: Place) -> None:
    """The evidence comes first; who may wait is a person's choice."""
    done = place.perform("high-cpu", service="")
    assert (done.state, list(done.steps)) == (RunState.FAILED, ["priority"])
    assert "no service is named, so nothing was changed" in done.steps["priority"].output


# -- updates ---


def updating(place: Place, upgrade: tuple[int, str]) -> Recorded:
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
