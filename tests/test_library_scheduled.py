"""The regular checks, missing backups and ending certificates, on real files, real logs and a real TLS server."""

from __future__ import annotations

import datetime
import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.model import Result, RunState, Verdict
from tests.far_side import FarSide, far_side
from tests.hurried import hurried
from tests.library import perform, recorded

ENVIRON = {"PATH": "/usr/local/bin:/usr/bin:/bin"}
ROOM = {"disk_most": "99", "memory_most": "100", "load_most": "100000"}  # on any machine that runs the tests


def now() -> datetime.datetime:
    """At the time of asking: a suite runs for minutes, and ages are told in tenths of an hour."""
    return datetime.datetime.now(datetime.UTC).astimezone()


@pytest.fixture
def far() -> Iterator[FarSide]:
    with far_side() as server:
        server.answers["/health"] = (200, "ok")
        yield server


def certificate(tmp_path: Path, days: int) -> tuple[Path, Path]:
    """A real one, good for so many days, and its key."""
    pem, key = tmp_path / f"{days}.pem", tmp_path / f"{days}.key"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
            *("-subj", "/CN=shop.example", "-days", str(days), "-out", pem, "-keyout", key),
        ],
        check=True,
        capture_output=True,
    )
    return pem, key


def backups(tmp_path: Path, *, hours_old: float = 1, size: int = 1000) -> Path:
    """A week of nightly backups, of which the newest is so old and so large."""
    folder = tmp_path / "backups"
    folder.mkdir()
    for night in range(7):
        file = folder / f"db-{night}.dump"
        file.write_bytes(b"x" * (size if night == 0 else 1000))
        then = now().timestamp() - 3600 * (hours_old + 24 * night)
        os.utime(file, (then, then))
    return folder


def report(tmp_path: Path) -> str:
    return str(tmp_path / "reports" / "report.txt")


# -- every day ---


def log_of(tmp_path: Path, *lines: str) -> str:
    file = tmp_path / "app.log"
    file.write_text("".join(f"{line}\n" for line in lines))
    return str(file)


def usage(tmp_path: Path, cost: float) -> str:
    file = tmp_path / "usage.jsonl"
    file.write_text(json.dumps({"time": "2026-11-20T12:00:00Z", "model": "small", "cost": cost}) + "\n")
    return str(file)


def everything(far: FarSide, tmp_path: Path) -> dict[str, str]:
    """All that the daily check can look at, and well."""
    moment = now().strftime("%Y-%m-%d %H:%M:%S")
    far.answers["/metrics"] = (
        200,
        '# TYPE queue_size gauge\nqueue_size{queue="mail"} 12\nqueue_size{queue="crm"} 40\nmodel_accuracy 0.97\n',
    )
    return {
        "health": f"{far.url}/health",
        "slow_ms": "5000",
        "gpu_most": "0",
        "disks": f"/ {tmp_path}",
        "certificates": str(certificate(tmp_path, 90)[0]),
        "backups": str(backups(tmp_path)),
        "log": log_of(
            tmp_path, f"{moment} ERROR order 17 failed", f"{moment} ERROR order 18 failed", f"{moment} INFO fine"
        ),
        "metrics": f"{far.url}/metrics",
        "limits": "queue_size<1000 model_accuracy>0.95",
        "usage": usage(tmp_path, 20.0),
        "report": report(tmp_path),
        **ROOM,
    }


@pytest.mark.ran("real", "daily-health-check")
def test_a_good_morning(far: FarSide, tmp_path: Path) -> None:
    """Eight looks, each taken and well or left out, one line each in the report: FIXED."""
    given = everything(far, tmp_path)
    done = perform("daily-health-check", given, ENVIRON, tmp_path)
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.FIXED), done
    lines = Path(given["report"]).read_text().splitlines()
    assert [line.split(":")[0] for line in lines[1:]] == [
        "ok    health",
        "ok    machine",
        "skip  graphics",
        "ok    certificates",
        "ok    backup",
        "ok    log",
        "ok    measures",
        "ok    cost",
    ]
    assert "      2  ERROR order … failed" in done.steps["errors"].output


@pytest.mark.ran("real", "daily-health-check")
@pytest.mark.parametrize(
    ("step", "changed", "said"),
    [
        ("health", {"health": "{url}/missing"}, "http 404"),
        ("health", {"slow_ms": "1"}, ", slow"),
        ("machine", {"disk_most": "1"}, "TOO FULL"),
        ("certificates", {"certificate_days": "120"}, "fewer than 120 days or unreadable"),
        ("certificates", {"certificates": "127.0.0.1:1"}, "cannot be read"),
        ("backups", {"backups": "{tmp}/nowhere"}, "is no folder"),
        ("backups", {"backup_hours": "1"}, "it may be 1 h old"),
        ("errors", {"lines_most": "1"}, "2 lines with error,critical,fatal in 24 h, at most 1"),
        ("measures", {"limits": "queue_size<30 model_accuracy>0.95"}, '{queue="crm"} 40'),
        ("measures", {"limits": "gpu_use<0.9"}, "not there"),
        ("cost", {"budget": "10"}, "20.00 on 2026-11-20, budget 10 a day; over it on 2026-11-20"),
    ],
)
def test_each_thing_that_is_not_well_is_found(
    step: str, changed: dict[str, str], said: str, far: FarSide, tmp_path: Path
) -> None:
    """It fails its own look, all others are taken all the same, and the morning is NOT FIXED."""
    changed = {name: value.replace("{url}", far.url).replace("{tmp}", str(tmp_path)) for name, value in changed.items()}
    done = perform("daily-health-check", everything(far, tmp_path) | changed, ENVIRON, tmp_path)
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.NOT_FIXED), done
    assert [id for id, outcome in done.steps.items() if not outcome.ok] == [step]
    assert said in done.steps[step].output


@pytest.mark.ran("real", "daily-health-check")
def test_what_is_not_given_is_not_looked_at(far: FarSide, tmp_path: Path) -> None:
    """With nothing but a health address the rest says that it was skipped, and the morning is good."""
    given = {"health": f"{far.url}/health", "slow_ms": "5000", "gpu_most": "0", "report": report(tmp_path), **ROOM}
    done = perform("daily-health-check", given, ENVIRON, tmp_path)
    assert done.verdict is Verdict.FIXED, done
    assert Path(given["report"]).read_text().count("\nskip ") == 6


@pytest.mark.ran("real", "daily-health-check")
def test_the_time_in_a_log_decides_in_any_zone(far: FarSide, tmp_path: Path) -> None:
    """An hour ago counts and two days ago does not, whether the log writes local time, UTC or an offset."""
    recent = datetime.datetime.now(datetime.UTC) - datetime.timedelta(hours=1)
    offset = recent.astimezone(datetime.timezone(datetime.timedelta(hours=-3)))
    old = recent - datetime.timedelta(days=2)
    log = log_of(
        tmp_path,
        f"{recent.astimezone():%Y-%m-%d %H:%M:%S} ERROR local",
        f"{recent:%Y-%m-%dT%H:%M:%S.123456}Z ERROR utc",
        f"{offset.isoformat(timespec='seconds')} ERROR offset",
        f"{old:%Y-%m-%dT%H:%M:%S}Z ERROR old",
        "  ERROR in its stack trace",
    )
    given = {"health": f"{far.url}/health", "slow_ms": "5000", "log": log, "report": report(tmp_path), **ROOM}
    done = perform("daily-health-check", given, ENVIRON, tmp_path)
    assert "log: 3 lines with" in done.steps["errors"].output


# -- every week, month and quarter ---


@pytest.mark.ran("recorded", "weekly-checks")
def test_a_good_week(tmp_path: Path) -> None:
    """Four looks by machine, four questions; apt is a stand-in that has nothing urgent."""
    apt = recorded(tmp_path, "apt-get", {"--simulate": (0, "Inst tzdata [1] (2 Debian:12/stable [all])\n")})
    given = {"backups": str(backups(tmp_path)), "log": log_of(tmp_path, "all well"), "report": report(tmp_path)}
    done = perform("weekly-checks", given, {"PATH": apt.path}, tmp_path)
    assert (done.state, done.verdict, len(done.asked)) == (RunState.SUCCEEDED, Verdict.FIXED, 4), done
    assert apt.calls("apt-get") == [["--simulate", "--quiet", "upgrade"]]
    assert "1 wait, 0 for security" in done.steps["updates"].output


@pytest.mark.ran("recorded", "weekly-checks")
def test_a_week_with_an_injection_in_the_log(tmp_path: Path) -> None:
    """It is found among the security words, and the week is NOT FIXED."""
    apt = recorded(tmp_path, "apt-get")
    log = log_of(tmp_path, "suspicious input: SQL injection in the field name")
    given = {"backups": str(backups(tmp_path)), "log": log, "report": report(tmp_path)}
    done = perform("weekly-checks", given, {"PATH": apt.path}, tmp_path)
    assert (done.verdict, done.steps["security"].result) == (Verdict.NOT_FIXED, Result.FAILED), done


@pytest.mark.ran("recorded", "weekly-checks")
def test_a_restore_that_nobody_tried_ends_the_checks(tmp_path: Path) -> None:
    """A no is a no: the run ends there, to be started again."""
    apt = recorded(tmp_path, "apt-get")
    given = {"backups": str(backups(tmp_path)), "report": report(tmp_path)}
    done = perform("weekly-checks", given, {"PATH": apt.path}, tmp_path, answers={"restored": False})
    assert (done.state, "tidy" in done.steps) == (RunState.FAILED, False)


def history(tmp_path: Path, a_day: float) -> str:
    """Thirty days of a disk of 1,000 GB that grows from 500."""
    file = tmp_path / "capacity.csv"
    days = [datetime.date(2026, 11, 1) + datetime.timedelta(days=at) for at in range(30)]
    rows = [f"{day},disk,{500 + a_day * at},1000\n{day},connections,40,100\n" for at, day in enumerate(days)]
    file.write_text("day,resource,used,limit\n" + "".join(rows))
    return str(file)


@pytest.mark.ran("real", "monthly-checks")
def test_a_month_with_room(tmp_path: Path) -> None:
    """The trend and the sum are well, and five questions are answered."""
    given = {"history": history(tmp_path, 1), "usage": usage(tmp_path, 20.0), "report": report(tmp_path)}
    done = perform("monthly-checks", given, ENVIRON, tmp_path)
    assert (done.state, done.verdict, len(done.asked)) == (RunState.SUCCEEDED, Verdict.FIXED, 5), done


@pytest.mark.ran("real", "monthly-checks")
def test_a_month_after_which_it_is_full(tmp_path: Path) -> None:
    """Five gigabytes a day: 645 GB now, 800 in 31 days, before the 60 that are asked for."""
    given = {"history": history(tmp_path, 5), "report": report(tmp_path)}
    done = perform("monthly-checks", given, ENVIRON, tmp_path)
    assert "64.5 % of 1000, +5 a day, full in 31 days" in done.steps["capacity"].output
    assert done.verdict is Verdict.NOT_FIXED, done


@pytest.mark.ran("real", "quarterly-checks")
def test_a_quarter_needs_a_load_test(tmp_path: Path) -> None:
    """A result of this quarter is FIXED; one of half a year ago is not, whatever people answer."""
    result = tmp_path / "load" / "result.json"
    result.parent.mkdir()
    result.write_text("{}")
    given = {"load_test": str(result.parent)}
    done = perform("quarterly-checks", given, ENVIRON, tmp_path)
    assert (done.verdict, len(done.asked)) == (Verdict.FIXED, 5), done
    assert "result.json" in done.before["load-test"].output
    then = now().timestamp() - 180 * 86400
    os.utime(result, (then, then))
    assert perform("quarterly-checks", given, ENVIRON, tmp_path).verdict is Verdict.NOT_FIXED


# -- when somebody asks ---


@pytest.mark.ran("real", "cost-check")
@pytest.mark.parametrize(("cost", "verdict"), [(20.0, Verdict.FIXED), (450.0, Verdict.NOT_FIXED)])
def test_cost_against_the_budget(cost: float, verdict: Verdict, tmp_path: Path) -> None:
    """A day over the budget is NOT FIXED."""
    done = perform("cost-check", {"usage": usage(tmp_path, cost), "report": report(tmp_path)}, ENVIRON, tmp_path)
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, verdict), done


@pytest.mark.ran("real", "cost-check")
def test_a_report_that_stopped_is_no_low_cost(tmp_path: Path) -> None:
    """Without entries nobody knows what was spent: it fails and says so."""
    (tmp_path / "usage.csv").write_text("day,model,cost\n")
    given = {"usage": str(tmp_path / "usage.csv"), "report": report(tmp_path)}
    done = perform("cost-check", given, ENVIRON, tmp_path)
    assert done.state is RunState.FAILED
    assert "has no entries. Look at whether the export still runs." in done.steps["sum"].output


@pytest.mark.ran("real", "capacity-check")
@pytest.mark.parametrize(("a_day", "verdict"), [(1, Verdict.FIXED), (5, Verdict.NOT_FIXED), (-3, Verdict.FIXED)])
def test_when_it_will_be_full(a_day: float, verdict: Verdict, tmp_path: Path) -> None:
    """By the slope of thirty days; what shrinks is never full."""
    given = {"history": history(tmp_path, a_day), "report": report(tmp_path), **ROOM}
    done = perform("capacity-check", given, ENVIRON, tmp_path)
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, verdict), done


APT = """\
Inst openssl [3.0.1] (3.0.2 Debian-Security:12/stable-security [amd64])
Inst tzdata [2025a] (2025b Debian:12/stable [all])
Conf openssl (3.0.2 Debian-Security:12/stable-security [amd64])
"""


@pytest.mark.ran("recorded", "dependency-updates-check")
def test_a_security_update_that_waits(tmp_path: Path) -> None:
    """It is told apart from the others, whatever asked for it, and as long as it waits it is NOT FIXED."""
    tools = recorded(tmp_path, "apt-get", {"--simulate": (0, APT)})
    tools.program("pip", {"list": (0, '[{"name": "httpx", "version": "0.27", "latest_version": "0.28"}]')})
    tools.program("npm", {"audit": (1, '{"vulnerabilities": {"qs": {"severity": "high", "range": "<6.9"}}}')})
    given = {"kinds": "apt pip npm", "project": str(tmp_path), "report": report(tmp_path)}
    done = perform("dependency-updates-check", given, {"PATH": tools.path}, tmp_path)
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.NOT_FIXED), done
    told = {line.split()[1]: line.endswith("SECURITY") for line in done.steps["waiting"].output.splitlines()[:4]}
    assert told == {"openssl": True, "qs": True, "tzdata": False, "httpx": False}
    assert tools.calls("pip") == [["list", "--outdated", "--format", "json"]]
    assert tools.calls("npm") == [["audit", "--json"]]
    tools.program("apt-get", {"--simulate": (0, APT.splitlines()[1] + "\n")})
    given |= {"kinds": "apt pip"}
    assert perform("dependency-updates-check", given, {"PATH": tools.path}, tmp_path).verdict is Verdict.FIXED


# -- shifts ---


@pytest.mark.ran("real", "start-of-shift")
@pytest.mark.parametrize(("status", "verdict"), [(200, Verdict.FIXED), (503, Verdict.NOT_FIXED)])
def test_a_shift_begins_with_a_healthy_system(status: int, verdict: Verdict, far: FarSide, tmp_path: Path) -> None:
    """Six questions, and what the system says."""
    far.answers["/health"] = (status, "")
    done = perform("start-of-shift", {"health": f"{far.url}/health"}, ENVIRON, tmp_path)
    assert (done.state, done.verdict, len(done.asked)) == (RunState.SUCCEEDED, verdict, 6), done
    assert done.before["health"].output.startswith(f"http {status} in")


@pytest.mark.ran("real", "start-of-shift")
def test_a_shift_without_access_does_not_begin(far: FarSide, tmp_path: Path) -> None:
    """A no ends it at that question."""
    given = {"health": f"{far.url}/health"}
    done = perform("start-of-shift", given, ENVIRON, tmp_path, answers={"access": False})
    assert (done.state, list(done.steps)) == (RunState.FAILED, ["reached", "handoff", "open", "access"])


@pytest.mark.ran("real", "end-of-shift")
def test_a_shift_ends_when_the_next_person_has_it(far: FarSide, tmp_path: Path) -> None:
    """Three questions, and the channel hears of it."""
    done = perform("end-of-shift", {"health": f"{far.url}/health"}, ENVIRON, tmp_path)
    assert (done.state, done.verdict, len(done.asked)) == (RunState.SUCCEEDED, Verdict.FIXED, 3), done
    assert [channel for channel, _ in done.posted] == ["incidents"]


# -- certificates ---


@pytest.mark.ran("recorded", "certificate-expiry")
def test_a_certificate_is_renewed_and_what_is_served_is_looked_at(tmp_path: Path) -> None:
    """certbot and systemctl are stand-ins; the certificate, the server and what openssl reads there are real."""
    tools = recorded(tmp_path, "certbot")
    tools.program("systemctl")
    pem, key = certificate(tmp_path, 90)
    with far_side((pem, key)) as far:
        given = {"host": "127.0.0.1", "port": str(far.port), "name": "shop.example", "file": str(pem)}
        done = perform("certificate-expiry", given, {"PATH": tools.path}, tmp_path)
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.FIXED), done
    assert "CN = shop.example" in done.before["served"].output
    assert "notAfter=" in done.before["file"].output
    assert tools.calls("certbot") == [
        ["renew", "--non-interactive", "--no-random-sleep-on-renew", "--cert-name", "shop.example"]
    ]
    assert tools.calls("systemctl") == [
        ["list-timers", "--all", "--no-pager", "certbot*", "*acme*"],
        ["reload", "--", "nginx"],
    ]


@pytest.mark.ran("recorded", "certificate-expiry")
def test_a_server_that_still_shows_the_old_one_is_not_done(tmp_path: Path) -> None:
    """Renewed, as certbot says, and served is what ends in three days: waiting for the new one is in vain."""
    tools = recorded(tmp_path, "certbot")
    tools.program("systemctl")
    with far_side(certificate(tmp_path, 3)) as far:
        given = {"host": "127.0.0.1", "port": str(far.port), "name": "shop.example"}
        folder = hurried(tmp_path, "certificate-expiry", "1m")
        done = perform("certificate-expiry", given, {"PATH": tools.path}, tmp_path, folder=folder)
    assert (done.state, done.steps["shown"].result) == (RunState.FAILED, Result.TIMED_OUT), done


@pytest.mark.ran("recorded", "certificate-expiry")
def test_a_renewal_that_fails_leaves_the_server_alone(tmp_path: Path) -> None:
    """certbot says why, and nothing is reloaded."""
    tools = recorded(tmp_path, "certbot", {"renew": (1, "too many failed authorizations recently")})
    tools.program("systemctl")
    with far_side(certificate(tmp_path, 3)) as far:
        given = {"host": "127.0.0.1", "port": str(far.port), "name": "shop.example"}
        done = perform("certificate-expiry", given, {"PATH": tools.path}, tmp_path)
    assert (done.state, list(done.steps)) == (RunState.FAILED, ["renew"])
    assert "too many failed authorizations" in done.steps["renew"].output
    assert ["reload", "--", "nginx"] not in tools.calls("systemctl")


# -- backups ---


@pytest.mark.ran("recorded", "backup-missing")
def test_a_job_that_makes_a_backup(tmp_path: Path) -> None:
    """The evidence says how old the newest is; the job is started, and its file is there: FIXED."""
    folder = backups(tmp_path, hours_old=50)
    systemctl = recorded(tmp_path, "systemctl", {"show": (0, "Result=exit-code\nExecMainStatus=1\n")})
    # What the job would write while systemctl waits for it.
    (systemctl.folder / "systemctl").write_text(
        f'#!/bin/sh\n[ "$1" != start ] || echo dump > "{folder}/db-fresh.dump"\nexec "$0.recorder" "$@"\n'
    )
    recorder = recorded(tmp_path, "systemctl.recorder", {"show": (0, "Result=exit-code\nExecMainStatus=1\n")})
    done = perform("backup-missing", {"backups": str(folder), "job": "db-backup"}, {"PATH": systemctl.path}, tmp_path)
    assert "the newest is 50.0 h old, 0.00 MB; it may be 26 h old" in done.before["newest"].output
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.FIXED), done
    assert ["start", "--", "db-backup.service"] in recorder.calls("systemctl.recorder")


@pytest.mark.ran("recorded", "backup-missing")
def test_a_job_that_says_it_ran_and_left_nothing(tmp_path: Path) -> None:
    """systemctl is content, and no fresh file is there: NOT FIXED."""
    folder = backups(tmp_path, hours_old=50)
    systemctl = recorded(tmp_path, "systemctl")
    done = perform("backup-missing", {"backups": str(folder)}, {"PATH": systemctl.path}, tmp_path)
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.NOT_FIXED), done


@pytest.mark.ran("recorded", "backup-missing")
def test_a_backup_that_shrank_is_as_bad_as_an_old_one(tmp_path: Path) -> None:
    """Fresh, and a tenth of the usual size: the evidence says so."""
    systemctl = recorded(tmp_path, "systemctl")
    given = {"backups": str(backups(tmp_path, size=100))}
    done = perform("backup-missing", given, {"PATH": systemctl.path}, tmp_path)
    assert done.before["newest"].output.splitlines()[-1] == (
        "look  backup: the newest is 1.0 h old, 0.00 MB, far less than the usual 0.00 MB"
    )
