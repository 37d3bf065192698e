#!/usr/bin/env python3
"""Starts RUNBOOK_SERVICE on RUNBOOK_PLATFORM. One that runs already is left alone.

Kubernetes: as many pods as before it was stopped, else RUNBOOK_REPLICAS. Process: SERVICES_DIR/<service>/run, an
executable that stays in the foreground; its number and start go into `pid` beside it, what it prints into `log`.
"""

import os
import resource
import subprocess
import sys
import time
from pathlib import Path

service, platform = os.environ["RUNBOOK_SERVICE"], os.environ["RUNBOOK_PLATFORM"]
project, namespace = os.environ.get("RUNBOOK_PROJECT", ""), os.environ.get("RUNBOOK_NAMESPACE", "default")
LIMITS = (resource.RLIMIT_CPU, resource.RLIMIT_DATA, resource.RLIMIT_FSIZE, resource.RLIMIT_NPROC, resource.RLIMIT_CORE)
SETTLE = 1.0  # seconds in which a process that cannot start usually ends


def do(*argv: str) -> str:
    try:
        done = subprocess.run(argv, stdout=subprocess.PIPE, text=True, check=True)
    except subprocess.CalledProcessError as wrong:
        sys.exit(f"{argv[0]} ended with {wrong.returncode}; its own words are above")
    except OSError as wrong:
        sys.exit(f"{argv[0]} cannot be run here: {wrong.strerror}")
    return done.stdout.strip()


def replicas() -> str:
    noted = do(
        "kubectl", "get", f"deployment/{service}", f"--namespace={namespace}",
        r"--output=jsonpath={.metadata.annotations.plantao/replicas-before}",
    )  # fmt: skip
    return noted if noted not in ("", "0") else os.environ.get("RUNBOOK_REPLICAS", "1")


def started(pid: int) -> int | None:
    """In clock ticks since the machine's start; None for a process that is gone."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if stat[0] in "ZX" else int(stat[19])


def running(pidfile: Path) -> int | None:
    """The process that the file names, while it is still that one: the same start, or at least older than the file."""
    try:
        pid, *noted = (int(word) for word in pidfile.read_text().split())
    except FileNotFoundError:
        return None
    except ValueError:
        sys.exit(f"{pidfile} holds no number; mend or remove it")
    since = started(pid)
    if since is None:
        return None
    age = float(Path("/proc/uptime").read_text().split()[0]) - since / os.sysconf("SC_CLK_TCK")
    same = noted == [since] if noted else time.time() - age <= pidfile.stat().st_mtime + 2
    return pid if same else None


def without_limits() -> None:
    # The limits are this step's; the service would end by them long after the step is over.
    for limit in LIMITS:
        hard = resource.getrlimit(limit)[1]
        try:
            resource.setrlimit(limit, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        except (ValueError, OSError):
            resource.setrlimit(limit, (hard, hard))


def process() -> str:
    home = Path(os.environ.get("SERVICES_DIR", "/etc/plantao/services")) / service
    pidfile, log = home / "pid", home / "log"
    if not os.access(home / "run", os.X_OK):
        sys.exit(f"{home}/run is not there or not executable; set SERVICES_DIR or mend the name")
    if old := running(pidfile):
        return f"runs already, process {old}"
    without_limits()
    own = {name: value for name, value in os.environ.items() if not name.startswith("RUNBOOK_")}
    with log.open("ab") as out:
        new = subprocess.Popen(
            [str(home / "run")],
            cwd=home,
            env=own,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    (home / "pid.new").write_text(f"{new.pid} {started(new.pid) or 0}\n")
    (home / "pid.new").replace(pidfile)
    deadline = time.monotonic() + SETTLE
    while time.monotonic() < deadline:
        if new.poll() is not None:
            last = "\n".join(log.read_text(errors="replace").splitlines()[-10:])
            sys.exit(f"{service} ended at once with exit code {new.returncode}; {log} says:\n{last}")
        time.sleep(0.05)
    if resource.getrlimit(resource.RLIMIT_CPU)[1] != resource.RLIM_INFINITY:
        seconds = resource.getrlimit(resource.RLIMIT_CPU)[1]
        print(
            f"warning: it keeps this step's limit of {seconds} s of processor time, as the bot may not lift it "
            "(CAP_SYS_RESOURCE); a service that shall live longer wants a manager: systemd, or a container"
        )
    return f"process {new.pid}"


match platform:
    case "systemd":
        said = do("systemctl", "start", "--", service)
    case "docker":
        said = do("docker", "start", "--", service)
    case "compose":
        said = do("docker", "compose", "--project-name", project, "start", "--", service)
    case "kubernetes":
        said = do("kubectl", "scale", f"deployment/{service}", f"--namespace={namespace}", f"--replicas={replicas()}")
    case "process":
        said = process()
    case other:
        sys.exit(f"{other} is no platform that is known here")
print(f"{service} is started{f': {said}' if said else ''}")
