#!/usr/bin/env python3
"""Keeps evidence: copies logs into a folder that nobody writes to afterwards, with a list of SHA-256 sums.

RUNBOOK_LOGS: a log or a folder of logs. RUNBOOK_EVIDENCE: where a folder named after the time is made; the link
`latest` leads to it. RUNBOOK_PLATFORM, RUNBOOK_SERVICE, RUNBOOK_PROJECT, RUNBOOK_NAMESPACE, RUNBOOK_KIND: a service
whose log of one day is kept too (platform file: none), of a workload of Kubernetes that of each of its pods, also from
before a pod's last restart. The originals are only read.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

HOURS = 24


def main() -> None:
    logs, above = Path(os.environ["RUNBOOK_LOGS"]), Path(os.environ["RUNBOOK_EVIDENCE"])
    if not logs.exists():
        sys.exit(f"there is no {logs}; say logs=PATH")
    if logs in (above, *above.parents):
        sys.exit(f"{above} lies in {logs}, and would be copied into itself; say another evidence=PATH")
    try:
        above.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as wrong:
        sys.exit(f"{above} cannot be made: {wrong.strerror}; make it for the bot's user, or say another evidence=PATH")
    if not os.access(above, os.W_OK):
        sys.exit(f"the bot may not write to {above}; give it to the bot's user, or say another evidence=PATH")
    files = sorted(file for file in (logs.rglob("*") if logs.is_dir() else [logs]) if file.is_file())
    needed, free = sum(file.stat().st_size for file in files), shutil.disk_usage(above).free
    if needed * 1.1 > free:
        sys.exit(
            f"{needed / 1024**2:.0f} MB to copy and {free / 1024**2:.0f} MB free; say evidence=PATH on another disk"
        )
    folder = above / f"{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}"
    folder.mkdir(mode=0o700)
    machine(folder)
    service(folder)
    for file in files:
        copy = folder / "logs" / file.relative_to(logs if logs.is_dir() else logs.parent)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(file, copy)
    sums = [f"{digest(file)}  {file}" for file in sorted(folder.rglob("*")) if file.is_file()]
    (folder / "SHA256SUMS").write_text("".join(f"{line}\n" for line in sums))
    for each in (*sorted(folder.rglob("*"), reverse=True), folder):
        each.chmod(0o500 if each.is_dir() else 0o400)
    link = above / ".latest.new"
    link.unlink(missing_ok=True)
    link.symlink_to(folder.name)
    link.replace(above / "latest")
    # Whoever has this one sum can tell later whether any of the rest was changed.
    print(f"{len(sums)} files, {needed / 1024**2:.1f} MB of logs, kept in {folder}")
    print(f"sha256 of its list: {digest(folder / 'SHA256SUMS')}")


def machine(folder: Path) -> None:
    """What would be gone after a restart: who is there, what runs, what is connected."""
    report = [f"# {datetime.now(UTC).isoformat(timespec='seconds')}"]
    for argv in (["who", "-a"], ["ps", "-eo", "pid,ppid,user,lstart,args"], ["ss", "-tunap"], ["last", "-n", "50"]):
        try:
            said = subprocess.run(
                argv, capture_output=True, text=True, errors="replace", timeout=20, check=False
            ).stdout
        except (FileNotFoundError, subprocess.TimeoutExpired) as wrong:
            said = f"not to be had: {wrong}"
        report += [f"# {' '.join(argv)}", said]
    (folder / "machine.txt").write_text("\n".join(report))


def service(folder: Path) -> None:
    name, platform = os.environ["RUNBOOK_SERVICE"], os.environ["RUNBOOK_PLATFORM"]
    if platform == "kubernetes":
        workload(folder, name)
        return
    argv = {
        "file": [],
        "systemd": ["journalctl", "--no-pager", "--output=export", f"--since=-{HOURS}h", f"--unit={name}"],
        "docker": ["docker", "logs", "--timestamps", f"--since={HOURS}h", "--", name],
        "compose": ["docker", "compose", "--project-name", os.environ["RUNBOOK_PROJECT"], "logs", "--no-color",
                    "--timestamps", f"--since={HOURS}h", "--", name],
    }[platform]  # fmt: skip
    if argv:
        keep(argv, folder / "service.log")


def workload(folder: Path, name: str) -> None:
    """The log of each pod by itself: one pod's would be the log of one in so many users."""
    kubectl = ["kubectl", "--namespace", os.environ["RUNBOOK_NAMESPACE"]]
    kind = os.environ.get("RUNBOOK_KIND", "deployment")
    found = subprocess.run(
        [*kubectl, "get", f"{kind}/{name}", "--output=json"], capture_output=True, text=True, check=False
    )
    listed = None
    if found.returncode == 0:
        selector = f"--selector={as_text(json.loads(found.stdout)['spec']['selector'])}"
        listed = subprocess.run(
            [*kubectl, "get", "pods", selector, "--output=name"], capture_output=True, text=True, check=False
        )
    if listed is None or listed.returncode != 0 or not listed.stdout.split():
        said = (listed or found).stderr.strip()
        print(f"NO pod's log is kept: {said or f'{kind}/{name} has no pods'}")
        return
    pods = [line.removeprefix("pod/") for line in listed.stdout.split()]
    (folder / "pods").mkdir()
    for pod in pods:
        (folder / "pods" / pod).mkdir()
        argv = [*kubectl, "logs", pod, "--all-containers", "--prefix", "--timestamps", f"--since={HOURS}h"]
        keep(argv, folder / "pods" / pod / "now.log")
        before = subprocess.run([*argv, "--previous"], capture_output=True, check=False).stdout
        if before:  # most have not been restarted
            (folder / "pods" / pod / "before-restart.log").write_bytes(before)
    print(f"the logs of {len(pods)} pods")


def as_text(selector: dict[str, Any]) -> str:
    """A label selector as kubectl takes it."""
    words = [f"{key}={value}" for key, value in (selector.get("matchLabels") or {}).items()]
    for each in selector.get("matchExpressions") or []:
        key, values = each["key"], ",".join(each.get("values") or [])
        words.append(
            {
                "In": f"{key} in ({values})",
                "NotIn": f"{key} notin ({values})",
                "Exists": key,
                "DoesNotExist": f"!{key}",
            }[each["operator"]]
        )
    return ",".join(words)


def keep(argv: list[str], to: Path) -> None:
    with to.open("wb") as file:
        if subprocess.run(argv, stdout=file, stderr=subprocess.STDOUT, check=False).returncode != 0:
            # A part of the evidence is better than none, and it has to be known that it is a part.
            print(f"{argv[0]} gave only a part of the log; see {to.name} of {to.parent.name}")


def digest(file: Path) -> str:
    with file.open("rb") as data:
        return hashlib.file_digest(data, "sha256").hexdigest()


if __name__ == "__main__":
    main()
