#!/usr/bin/env python3
"""Makes RUNBOOK_SERVICE on RUNBOOK_PLATFORM read its key again: a restart, the least disturbing that the platform has.

RUNBOOK_PROJECT: of compose. RUNBOOK_NAMESPACE: of kubernetes, where the pods are replaced one after the other.
Process: the one whose number (and start) is in SERVICES_DIR/<service>/pid gets the signal HUP.
"""

import os
import signal
import subprocess
import sys
from pathlib import Path

service, platform = os.environ["RUNBOOK_SERVICE"], os.environ["RUNBOOK_PLATFORM"]
project, namespace = os.environ["RUNBOOK_PROJECT"], os.environ["RUNBOOK_NAMESPACE"]


def main() -> None:
    match platform:
        case "systemd":
            do("systemctl", "restart", "--", service)
        case "docker":
            do("docker", "restart", "--", service)
        case "compose":
            # Not `restart`: that keeps the environment the container was made with.
            do("docker", "compose", "--project-name", project, "up", "--detach", "--force-recreate", "--", service)
        case "kubernetes":
            do("kubectl", "--namespace", namespace, "rollout", "restart", f"deployment/{service}")
            do("kubectl", "--namespace", namespace, "rollout", "status", "--timeout=100s", f"deployment/{service}")
        case "process":
            told = tell(Path(os.environ.get("SERVICES_DIR", "/etc/plantao/services")) / service / "pid")
            print(f"told process {told} to read its configuration again")


def do(*argv: str) -> None:
    try:
        subprocess.run(argv, check=True)
    except subprocess.CalledProcessError as wrong:
        sys.exit(f"{argv[0]} ended with {wrong.returncode}; its own words are above")
    except OSError as wrong:
        sys.exit(f"{argv[0]} cannot be run here: {wrong.strerror}")


def tell(pidfile: Path) -> int:
    try:
        pid, *noted = (int(word) for word in pidfile.read_text().split())
        since = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19])
        if noted and noted != [since]:
            sys.exit(f"{pidfile} names a process that is over; {pid} is another one by now")
        os.kill(pid, signal.SIGHUP)
    except (OSError, ValueError) as wrong:
        sys.exit(f"{service} cannot be told: {wrong}; is it running?")
    return pid


if __name__ == "__main__":
    main()
