"""The runbooks about disks, logs and folders, on a folder of the test's own."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tarfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot.model import Result, RunState, Verdict
from tests.hurried import hurried
from tests.library import Recorded, perform, recorded
from tests.services import need

if TYPE_CHECKING:  # pytest itself loads the plugin
    from tests.real_postgres import Postgres

pytest_plugins = ("tests.real_postgres",)

DAY = 86400


def aged(file: Path, days: float, body: bytes = b"x" * 5000) -> Path:
    """A file that was last written to so many days ago."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(body)
    then = time.time() - days * DAY
    os.utime(file, (then, then))
    return file


def left(folder: Path) -> list[str]:
    return sorted(str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_symlink() or not file.is_dir())


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    """A folder of logs, old and young, and of what only lies there."""
    folder = tmp_path / "log"
    aged(folder / "app" / "app.log.3.gz", 40)
    aged(folder / "app" / "old.log", 31)
    aged(folder / "app" / "app.log", 1)
    aged(folder / "syslog.1", 60)
    aged(folder / "README", 400)
    aged(folder / "data" / "orders.db", 400)
    return folder


# -- clean-disk ---


@pytest.fixture
def bare(tmp_path: Path) -> str:
    """A PATH on which there is neither Docker, nor a journal, nor a package manager."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("sh", "env", "df", "du", "sort", "head", "tail", "tr", "timeout", "test"):
        found = shutil.which(name)
        assert found, name
        (folder / name).symlink_to(found)
    (folder / "python3").write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    (folder / "python3").chmod(0o755)
    return str(folder)


@pytest.mark.ran("real", "clean-disk")
def test_old_logs_go_and_nothing_else(logs: Path, bare: str, tmp_path: Path) -> None:
    """Only what is named like a log, is old, and is open nowhere; links are not followed."""
    outside = aged(tmp_path / "outside" / "precious.log", 100)
    (logs / "link").symlink_to(outside.parent)
    held = aged(logs / "held.log", 100)
    with held.open("rb"):
        given = {"mountpoint": str(tmp_path), "days": "30", "below": "99"}
        done = perform("clean-disk", given, {"PATH": bare, "LOG_DIR": str(logs)}, tmp_path)
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.FIXED), done
    assert done.steps["logs"].output.startswith(f"3 log files deleted below {logs}, 0.0 MiB freed")
    assert left(logs) == ["README", "app/app.log", "data/orders.db", "held.log", "link"]
    assert outside.exists()
    assert [done.steps[step].output.strip() for step in ("images", "journal", "packages")] == [
        "there is no docker here",
        "there is no journal here",
        "no known package manager here",
    ]
    assert "Use%" in done.before["space"].output
    assert "Use%" in done.steps["after"].output


@pytest.mark.ran("real", "clean-disk")
def test_audit_and_security_logs_stay_however_old(tmp_path: Path, bare: str) -> None:
    """Nothing asks for them to be kept for thirty days only, and an examination needs them."""
    folder = tmp_path / "log"
    evidence = [
        *("audit/audit.log.3", "auth.log.2.gz", "auth.log-20250101.gz", "secure-20250101.gz", "kube-audit/node.log"),
        *("sudo.log", "fail2ban.log.1", "app_security.log", "auditd.log", "apiserver-audit-2025.log"),
    ]
    for name in [*evidence, "author.log", "app/app.log.1"]:
        aged(folder / name, 400)
    given = {"mountpoint": str(tmp_path), "days": "30", "below": "99"}
    done = perform("clean-disk", given, {"PATH": bare, "LOG_DIR": str(folder)}, tmp_path)
    assert left(folder) == sorted(evidence)
    assert done.steps["logs"].output.splitlines() == [
        f"2 log files deleted below {folder}, 0.0 MiB freed",
        "10 old audit and security logs left, for their own rotation to remove",
    ]


@pytest.mark.ran("real", "clean-disk")
def test_the_disk_of_another_machine_is_not_made_room_on_here(logs: Path, bare: str, tmp_path: Path) -> None:
    """The bot reaches its own machine only; cleaning that one would help nobody."""
    given = {"mountpoint": str(tmp_path), "below": "99", "machine": "web-03.example:9100"}
    done = perform("clean-disk", given, {"PATH": bare, "LOG_DIR": str(logs)}, tmp_path)
    assert (done.state, list(done.steps), len(left(logs))) == (RunState.FAILED, ["here"], 6), done
    assert "the alert is about web-03.example:9100: nothing is changed here" in done.before["here"].output


@pytest.mark.ran("real", "clean-disk")
@pytest.mark.parametrize("named", [f"{socket.gethostname()}:9100", "127.0.0.1:9100", "[127.0.0.1]", "localhost"])
def test_this_machine_is_known_by_its_names_and_addresses(logs: Path, bare: str, tmp_path: Path, named: str) -> None:
    """As exporters name it, with a port or without."""
    given = {"mountpoint": str(tmp_path), "below": "99", "machine": named}
    done = perform("clean-disk", given, {"PATH": bare, "LOG_DIR": str(logs)}, tmp_path)
    assert done.verdict is Verdict.FIXED, done


@pytest.mark.ran("real", "clean-disk")
def test_room_on_the_disk_does_not_end_an_alert_that_goes_on(logs: Path, bare: str, tmp_path: Path) -> None:
    """What the monitoring sees counts."""
    given = {"mountpoint": str(tmp_path), "below": "99"}
    folder = hurried(tmp_path, "clean-disk", "5m")
    done = perform("clean-disk", given, {"PATH": bare, "LOG_DIR": str(logs)}, tmp_path, folder=folder, resolved=False)
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.NOT_FIXED), done


@pytest.mark.ran("real", "clean-disk")
def test_a_disk_that_is_still_too_full_is_not_fixed(logs: Path, bare: str, tmp_path: Path) -> None:
    """Everything was done, and the disk is what counts."""
    given = {"mountpoint": str(tmp_path), "below": "1"}
    done = perform("clean-disk", given, {"PATH": bare, "LOG_DIR": str(logs)}, tmp_path)
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.NOT_FIXED), done
    assert "% in use" in done.verified["room"].output


@pytest.mark.ran("real", "clean-disk")
def test_the_whole_machine_is_no_folder_of_logs(logs: Path, bare: str, tmp_path: Path) -> None:
    """A wrong setting deletes nothing, and the rest of the cleaning goes on."""
    done = perform("clean-disk", {"mountpoint": str(tmp_path), "below": "99"}, {"PATH": bare, "LOG_DIR": "/"}, tmp_path)
    assert done.steps["logs"].result is Result.FAILED
    assert "LOG_DIR is /, which is no folder of logs" in done.steps["logs"].output
    assert (done.state, len(left(logs))) == (RunState.SUCCEEDED, 6)


@pytest.fixture
def machine(tmp_path: Path) -> Recorded:
    """Stand-ins for what would clean this very machine."""
    found = recorded(tmp_path, "docker")
    found.program("journalctl")
    found.program("apt-get")
    return found


@pytest.mark.ran("recorded", "clean-disk")
def test_images_journal_and_packages(logs: Path, machine: Recorded, tmp_path: Path) -> None:
    """Images that are old and in no use, the build cache; volumes stay."""
    given = {"mountpoint": str(tmp_path), "below": "99", "image_hours": "240", "journal_mib": "200"}
    done = perform("clean-disk", given, {"PATH": machine.path, "LOG_DIR": str(logs)}, tmp_path)
    assert done.verdict is Verdict.FIXED, done
    assert machine.calls("docker") == [
        ["image", "prune", "--all", "--force", "--filter", "until=240h"],
        ["builder", "prune", "--force", "--filter", "until=240h"],
    ]
    assert machine.calls("journalctl") == [["--rotate", "--vacuum-size=200M"]]
    assert machine.calls("apt-get") == [["clean"]]


@pytest.mark.ran("recorded", "clean-disk")
def test_volumes_only_when_asked_for_and_never_labelled_ones(logs: Path, machine: Recorded, tmp_path: Path) -> None:
    """What is labelled `keep` stays; a Docker that fails does not keep the others from cleaning."""
    machine.program("docker", {"builder": (1, "permission denied")})
    given = {"mountpoint": str(tmp_path), "below": "99", "volumes": "remove"}
    done = perform("clean-disk", given, {"PATH": machine.path, "LOG_DIR": str(logs)}, tmp_path)
    assert (done.steps["images"].result, done.verdict) == (Result.FAILED, Verdict.FIXED), done
    machine.program("docker")
    perform("clean-disk", given, {"PATH": machine.path, "LOG_DIR": str(logs)}, tmp_path)
    assert machine.calls("docker")[-1] == ["volume", "prune", "--force", "--filter", "label!=keep"]


# -- rotate-logs ---


@pytest.fixture
def rotation(tmp_path: Path) -> dict[str, str]:
    """A log of 3 MiB, its configuration, and the surroundings that name both."""
    need("logrotate")
    folder, configs = tmp_path / "logs", tmp_path / "logrotate.d"
    folder.mkdir()
    configs.mkdir()
    (folder / "app.log").write_bytes(b"a line of the application\n" * 120_000)
    (configs / "app").write_text(f"{folder}/app.log {{\n  rotate 3\n  daily\n  copytruncate\n  missingok\n}}\n")
    (configs / "app").chmod(0o644)
    (tmp_path / "logrotate.conf").write_text("weekly\nrotate 4\ncreate\n")
    (tmp_path / "logrotate.conf").chmod(0o644)
    folder.chmod(0o755)
    return {
        "PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin",
        "LOG_DIR": str(folder),
        "LOGROTATE_DIR": str(configs),
        "LOGROTATE_STATE": str(tmp_path / "logrotate.status"),
    }


@pytest.mark.ran("real", "rotate-logs")
def test_a_large_log_begins_anew(rotation: dict[str, str], tmp_path: Path) -> None:
    """What was in it is kept beside it."""
    done = perform("rotate-logs", {"config": "app", "log": "app.log", "max_mib": "1"}, rotation, tmp_path)
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.FIXED), done
    sizes = {file.name: file.stat().st_size for file in Path(rotation["LOG_DIR"]).iterdir()}
    assert sizes == {"app.log": 0, "app.log.1": 120_000 * 26}
    assert done.steps["postgres"].output == "left alone, since postgres is leave\n"


@pytest.mark.ran("real", "rotate-logs")
def test_old_logs_are_kept_as_long_as_the_machine_keeps_them(rotation: dict[str, str], tmp_path: Path) -> None:
    """The configuration does not say how many; logrotate.conf does. What else that file names is left alone."""
    folder, configs = Path(rotation["LOG_DIR"]), Path(rotation["LOGROTATE_DIR"])
    (configs / "app").write_text(f"{folder}/app.log {{\n  daily\n  copytruncate\n}}\n")
    (configs / "other").write_text(f"{folder}/other.log {{\n  copytruncate\n}}\n")
    (configs / "other").chmod(0o644)
    (tmp_path / "logrotate.conf").write_text(
        f"# for all\nweekly\nrotate 4\ninclude {configs}\n"
        f"{folder}/wtmp\n{folder}/btmp {{\n  rotate 1\n  postrotate\n    true\n  endscript\n}}\n"
        f"{folder}/one.log {{ rotate 2 }}\ncreate\n"
    )
    for name in ("other.log", "wtmp", "btmp", "one.log", "app.log.1", "app.log.2"):
        (folder / name).write_text(f"{name}\n")
    done = perform("rotate-logs", {"config": "app", "log": "app.log", "max_mib": "1"}, rotation, tmp_path)
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.FIXED), done
    assert left(folder) == ["app.log", *(f"app.log.{n}" for n in (1, 2, 3)), "btmp", "one.log", "other.log", "wtmp"]
    assert (folder / "app.log.3").read_text() == "app.log.2\n"


@pytest.mark.ran("real", "rotate-logs")
def test_a_configuration_that_names_another_log_is_not_fixed(rotation: dict[str, str], tmp_path: Path) -> None:
    """It rotated, and the log that is too large is as it was."""
    (Path(rotation["LOG_DIR"]) / "other.log").write_bytes(b"x" * 2**21)
    done = perform("rotate-logs", {"config": "app", "log": "other.log", "max_mib": "1"}, rotation, tmp_path)
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.NOT_FIXED), done
    assert "2 MiB" in done.verified["small"].output


@pytest.mark.ran("real", "rotate-logs")
def test_a_configuration_that_is_not_there_is_told_with_those_that_are(
    rotation: dict[str, str], tmp_path: Path
) -> None:
    """The next try needs no search."""
    done = perform("rotate-logs", {"config": "apps", "log": "app.log"}, rotation, tmp_path)
    assert done.state is RunState.FAILED
    assert "Known: app" in done.steps["rotate"].output


@pytest.mark.ran("real", "rotate-logs")
def test_postgresql_begins_a_new_log_file_too(postgres: Postgres, rotation: dict[str, str], tmp_path: Path) -> None:
    """On request, through the server itself."""
    before = postgres.sql("SELECT pg_current_logfile()")
    postgres.until("SELECT to_char(clock_timestamp(), 'SS') <> right(split_part(pg_current_logfile(), '.', 1), 2)")
    given = {"config": "app", "log": "app.log", "max_mib": "1", "postgres": "rotate"}
    done = perform(
        "rotate-logs",
        given,
        postgres.environ() | rotation | {"PATH": f"{postgres.programs}:{rotation['PATH']}"},
        tmp_path,
    )
    assert done.verdict is Verdict.FIXED, done
    assert done.steps["postgres"].output == f"was {before}\nasked for a new one\n"
    postgres.until(f"SELECT pg_current_logfile() <> '{before}'")


# -- configuration-backup ---


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    folder = tmp_path / "etc" / "app"
    aged(folder / "app.conf", 1, b"port = 80\n")
    aged(folder / "conf.d" / "tls.conf", 1, b"tls = on\n")
    (tmp_path / "backups").mkdir()
    return folder


def kept(tmp_path: Path) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "BACKUP_DIR": str(tmp_path / "backups")}


@pytest.mark.ran("real", "configuration-backup")
def test_a_folder_is_packed_with_a_checksum(settings: Path, tmp_path: Path) -> None:
    """All of it, readable for the bot's user alone; old ones go, the newest two never."""
    for days in (50, 40, 20):
        (tmp_path / "backups" / f"app.{datetime.now(UTC) - timedelta(days=days):%Y%m%dT%H%M%SZ}.tar.gz").touch()
    done = perform("configuration-backup", {"name": "app", "folder": str(settings)}, kept(tmp_path), tmp_path)
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.FIXED), done
    made = sorted((tmp_path / "backups").glob("app.*.tar.gz"))
    assert len(made) == 2
    assert made[-1].stat().st_mode & 0o077 == 0
    with tarfile.open(made[-1]) as packed:
        assert sorted(packed.getnames()) == [".", "./app.conf", "./conf.d", "./conf.d/tls.conf"]
    said = subprocess.run(["sha256sum", "--check", *(tmp_path / "backups").glob("*.sha256")], cwd=tmp_path / "backups")
    assert said.returncode == 0


@pytest.mark.ran("real", "configuration-backup")
def test_a_folder_that_is_not_there_leaves_no_backup(settings: Path, tmp_path: Path) -> None:
    """Half a backup would be taken for a whole one."""
    done = perform("configuration-backup", {"name": "app", "folder": f"{settings}x"}, kept(tmp_path), tmp_path)
    assert done.state is RunState.FAILED
    assert list((tmp_path / "backups").iterdir()) == []


@pytest.mark.ran("real", "configuration-backup")
def test_a_fresh_backup_that_is_damaged_is_not_fixed(settings: Path, tmp_path: Path) -> None:
    """Verify reads all of the last minutes again."""
    damaged = tmp_path / "backups" / "app.20261121T000000Z.tar.gz"
    damaged.write_bytes(b"half")
    damaged.with_name("app.20261121T000000Z.sha256").write_text(f"{'0' * 64}  {damaged.name}\n")
    done = perform("configuration-backup", {"name": "app", "folder": str(settings)}, kept(tmp_path), tmp_path)
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.NOT_FIXED), done
