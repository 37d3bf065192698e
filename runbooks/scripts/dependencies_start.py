#!/usr/bin/env python3
"""Starts what the service needs, in the order of RUNBOOK_DEPENDENCIES ("postgresql,redis"), and waits until it answers.

An entry may name where it answers, "postgresql@127.0.0.1:5432", also after a unit's own @,
"postgresql@15-main@127.0.0.1:5432"; then the next one is started once it does. What runs
already is left alone. Empty: there is nothing to start. RUNBOOK_PLATFORM says with what: systemd, docker or compose.
"""

import os
import re
import socket
import subprocess
import sys
import time

platform, project = os.environ["RUNBOOK_PLATFORM"], os.environ.get("RUNBOOK_PROJECT", "")
patience = float(os.environ.get("RUNBOOK_PATIENCE", "30"))


PLACE = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]*:[0-9]{1,5}")


def start(name: str) -> None:
    starts = {
        "systemd": ("systemctl", "start", "--", name),
        "docker": ("docker", "start", "--", name),
        "compose": ("docker", "compose", "--project-name", project, "start", "--", name),
    }
    if platform not in starts:
        sys.exit(f"on {platform} a service does not start others; leave dependencies empty")
    try:
        subprocess.run(starts[platform], check=True, stdout=subprocess.DEVNULL)
    except subprocess.CalledProcessError as wrong:
        sys.exit(f"{name} cannot be started ({wrong.returncode}); its own words are above")
    except OSError as wrong:
        sys.exit(f"{starts[platform][0]} cannot be run here: {wrong.strerror}")


def answers(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), 3).close()
    except OSError:
        return False
    return True


names = [entry for entry in os.environ["RUNBOOK_DEPENDENCIES"].split(",") if entry]
if not names:
    print("nothing else is to be started")
for entry in names:
    # A unit may have an @ of its own, postgresql@15-main: only what follows the last one and has a port is a place.
    name, _, place = entry.rpartition("@")
    if not PLACE.fullmatch(place) or not name:
        name, place = entry, ""
    start(name)
    if place:
        host, _, port = place.rpartition(":")
        deadline = time.monotonic() + patience
        while not answers(host, int(port)):
            if time.monotonic() > deadline:
                sys.exit(f"{name} is started and {place} does not answer within {patience:g} s; look at it first")
            time.sleep(0.5)
    print(f"{name} is up{f', {place} answers' if place else ''}")
