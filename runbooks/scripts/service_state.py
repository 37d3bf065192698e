#!/usr/bin/env python3
"""Says whether RUNBOOK_SERVICE runs on RUNBOOK_PLATFORM: exit 0 when it does, 3 when not, 1 when nobody can say."""

import os
import subprocess
import sys
import time
from pathlib import Path

service, platform = os.environ["RUNBOOK_SERVICE"], os.environ["RUNBOOK_PLATFORM"]
project, namespace = os.environ.get("RUNBOOK_PROJECT", ""), os.environ.get("RUNBOOK_NAMESPACE", "default")


def ask(*argv: str) -> str:
    try:
        return subprocess.run(argv, capture_output=True, text=True, check=True).stdout.strip()
    except subprocess.CalledProcessError as wrong:
        sys.exit(f"{argv[0]} cannot tell: {wrong.stderr.strip()}")
    except OSError as wrong:
        sys.exit(f"{argv[0]} cannot be run here: {wrong.strerror}")


def process() -> tuple[bool, str]:
    """By the pid file in the service's folder: the number, and when that process started, as service_start.py notes it.

    Where another program wrote the file and the start is missing, a process that is younger than the file is another.
    """
    home = Path(os.environ.get("SERVICES_DIR", "/etc/plantao/services")) / service
    if not (home / "run").is_file():
        sys.exit(f"{home}/run does not exist, so there is no such service; set SERVICES_DIR or mend the name")
    try:
        pid, *noted = (int(word) for word in (home / "pid").read_text().split())
        written = (home / "pid").stat().st_mtime
        stat = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return False, "no process"
    except ValueError:
        sys.exit(f"{home}/pid holds no number; mend or remove it")
    age = float(Path("/proc/uptime").read_text().split()[0]) - int(stat[19]) / os.sysconf("SC_CLK_TCK")
    same = noted == [int(stat[19])] if noted else time.time() - age <= written + 2
    if stat[0] in "ZX" or not same:
        return False, "its process has ended"
    return True, f"process {pid}"


match platform:
    case "systemd":
        known = ("ActiveState", "SubState", "Result", "NRestarts", "ActiveEnterTimestamp")
        said = ask("systemctl", "show", f"--property={','.join(known)}", "--", service)
        runs = "ActiveState=active" in said.splitlines()
        said = said.replace("\n", ", ")
    case "docker":
        health = "{{with .State.Health}}{{.Status}} {{end}}"
        form = f"{{{{.State.Status}}}} {health}restarts={{{{.RestartCount}}}} oom={{{{.State.OOMKilled}}}}"
        said = ask("docker", "inspect", "--type", "container", "--format", form, "--", service)
        runs = said.startswith("running")
    case "compose":
        found = ask(
            "docker", "compose", "--project-name", project, "ps", "--status", "running", "--quiet", "--", service
        )
        runs, said = bool(found), f"{len(found.split())} containers running"
    case "kubernetes":
        ready = "jsonpath={.status.readyReplicas}/{.spec.replicas}"
        said = ask("kubectl", "get", f"deployment/{service}", f"--namespace={namespace}", f"--output={ready}")
        runs = said.partition("/")[0] not in ("", "0")
        said = f"{said} pods ready"
    case "process":
        runs, said = process()
    case other:
        sys.exit(f"{other} is no platform that is known here")

print(f"{service}: {'running' if runs else 'not running'} ({said})")
sys.exit(0 if runs else 3)
