#!/usr/bin/env python3
"""Stops RUNBOOK_SERVICE on RUNBOOK_PLATFORM: asked first, killed after RUNBOOK_GRACE seconds. Down already is no error.

Kubernetes: the number of pods is noted on the deployment, for the start. Process: the whole tree below the pid file.
"""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

service, platform = os.environ["RUNBOOK_SERVICE"], os.environ["RUNBOOK_PLATFORM"]
project, namespace = os.environ.get("RUNBOOK_PROJECT", ""), os.environ.get("RUNBOOK_NAMESPACE", "default")
grace = os.environ.get("RUNBOOK_GRACE", "10")


def do(*argv: str) -> str:
    try:
        done = subprocess.run(argv, stdout=subprocess.PIPE, text=True, check=True)
    except subprocess.CalledProcessError as wrong:
        sys.exit(f"{argv[0]} ended with {wrong.returncode}; its own words are above")
    except OSError as wrong:
        sys.exit(f"{argv[0]} cannot be run here: {wrong.strerror}")
    return done.stdout.strip()


def kubernetes() -> str:
    where = (f"deployment/{service}", f"--namespace={namespace}")
    before = do("kubectl", "get", *where, "--output=jsonpath={.spec.replicas}")
    if before == "0":
        return "it had no pods"
    do("kubectl", "annotate", *where, "--overwrite", f"plantao/replicas-before={before}")
    return do("kubectl", "scale", *where, "--replicas=0")


def processes() -> dict[int, tuple[int, int, int]]:
    """Every living process: parent, session, start in clock ticks since the machine's start."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_text().rpartition(")")[2].split()
            except (FileNotFoundError, ProcessLookupError):
                continue
            if stat[0] not in "ZX":
                found[int(entry.name)] = (int(stat[1]), int(stat[3]), int(stat[19]))
    return found


def tree(root: int) -> dict[int, int]:
    """The process, all below it, and all of the session it leads: process → start."""
    known = processes()
    found = {root} & known.keys()
    while True:
        more = {pid for pid, (parent, session, _) in known.items() if parent in found or session == root} - found
        if not more:
            return {pid: known[pid][2] for pid in found}
        found |= more


def tell(members: dict[int, int], number: int) -> None:
    for pid in members:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            pass
        except PermissionError:
            sys.exit(f"process {pid} belongs to another user; run the bot as that user, or stop it by hand")


def process() -> str:
    pidfile = Path(os.environ.get("SERVICES_DIR", "/etc/plantao/services")) / service / "pid"
    try:
        root, *noted = (int(word) for word in pidfile.read_text().split())
    except FileNotFoundError:
        return "it was not running"
    except ValueError:
        sys.exit(f"{pidfile} holds no number; mend or remove it")
    members = tree(root)
    # The number alone may have passed to another process: the start tells, or at least it is older than the file.
    age = float(Path("/proc/uptime").read_text().split()[0]) - members.get(root, 0) / os.sysconf("SC_CLK_TCK")
    same = noted == [members.get(root)] if noted else time.time() - age <= pidfile.stat().st_mtime + 2
    if root not in members or not same:
        pidfile.unlink()
        return "it was not running"
    tell({root: members[root]}, signal.SIGTERM)
    deadline, how = time.monotonic() + float(grace), "ended when asked"
    told = {root}
    while True:
        members |= tree(root)
        living = processes()
        members = {pid: since for pid, since in members.items() if pid in living and living[pid][2] == since}
        if not members:
            pidfile.unlink()
            return f"process {root} and all below it {how}"
        if root not in members:  # it left some behind, which nobody else will ask
            tell({pid: since for pid, since in members.items() if pid not in told}, signal.SIGTERM)
            told |= members.keys()
        if time.monotonic() > deadline + 5:
            sys.exit(f"{len(members)} processes were killed and do not end: {sorted(members)}; a disk may hang")
        if time.monotonic() > deadline:
            how = f"did not end within {grace} s; the rest was killed"
            tell(members, signal.SIGKILL)
        time.sleep(0.05)


match platform:
    case "systemd":
        said = do("systemctl", "stop", "--", service)
    case "docker":
        said = do("docker", "stop", "-t", grace, "--", service)
    case "compose":
        said = do("docker", "compose", "--project-name", project, "stop", "--timeout", grace, "--", service)
    case "kubernetes":
        said = kubernetes()
    case "process":
        said = process()
    case other:
        sys.exit(f"{other} is no platform that is known here")
print(f"{service} is stopped{f': {said}' if said else ''}")
