#!/usr/bin/env python3
"""Switches the model in use, switches back, or only starts the server again. One program under three names
(model_switch, model_switch_back, model_restart).

RUNBOOK_REGISTRY   a folder with one folder per version, each with its SHA256SUMS, and the link `current`
RUNBOOK_VERSION    where to switch to: a version, or `previous` for the one before
RUNBOOK_SERVER     what loads the model: systemd:UNIT, docker:CONTAINER, deployment/NAME, the http(s) address that makes
                   it load again, or none when it watches the link itself
RUNBOOK_NAMESPACE  of the deployment

The link is replaced at one go: a reader sees the old or the new version. What it was is noted in `.switched`, for the
way back. The note counts for a quarter of an hour, which is shorter than the rest between two runs: an older one may be
that of an earlier run, so the way back then fails and leaves it to a person.
"""

import hashlib
import json
import os
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

NOTE = ".switched"
NOTE_COUNTS = 900  # seconds


class Stay(urllib.request.HTTPRedirectHandler):
    """A redirect is not followed: it would turn the POST into a GET, whose 200 loads nothing."""

    def redirect_request(self, *_: object) -> None:
        return None


OPEN = urllib.request.build_opener(Stay).open


def link(registry: Path, name: str) -> str | None:
    path = registry / name
    return path.readlink().name if path.is_symlink() else None


def point(registry: Path, name: str, version: str | None) -> None:
    """Makes the link lead there; without a version, it goes."""
    if version is None:
        (registry / name).unlink(missing_ok=True)
        return
    fresh = registry / f".{name}.new"
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(version)
    fresh.replace(registry / name)


def intact(version: Path) -> None:
    try:
        listed = [line.split(None, 1) for line in (version / "SHA256SUMS").read_text().splitlines() if line]
        for expected, name in listed:
            with (version / name.strip().removeprefix("*")).open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != expected:
                    sys.exit(f"{name.strip()} of {version.name} is not what was trained. Nothing was switched.")
    except (OSError, ValueError) as wrong:
        sys.exit(f"{version.name} cannot be checked against its SHA256SUMS: {wrong}. Nothing was switched.")
    if not listed:
        sys.exit(f"SHA256SUMS of {version.name} is empty. Nothing was switched.")


def switch(registry: Path) -> None:
    (registry / NOTE).unlink(missing_ok=True)
    if (registry / "current").exists() and not (registry / "current").is_symlink():
        sys.exit(f"{registry / 'current'} is no link. Make it one to a version; nothing was switched.")
    now, asked = link(registry, "current"), os.environ["RUNBOOK_VERSION"]
    target = link(registry, "previous") if asked == "previous" else asked
    if target is None:
        sys.exit("it is not noted which version was before. Give one of those that the check lists as `version`.")
    if target == now:
        sys.exit(f"{target} is in use already. Give another version.")
    if not (registry / target).is_dir():
        sys.exit(f"the registry has no {target}. The check lists what it has.")
    intact(registry / target)
    note = {"from": now, "to": target, "previous": link(registry, "previous")}
    (registry / f"{NOTE}.new").write_text(json.dumps(note))
    (registry / f"{NOTE}.new").replace(registry / NOTE)
    point(registry, "previous", now)
    point(registry, "current", target)
    print(f"in use: {now or 'nothing'} → {target}")


def switch_back(registry: Path) -> bool:
    """Whether there was something to switch back. Ends the program when it cannot tell."""
    note, now = registry / NOTE, link(registry, "current")
    try:
        fresh = time.time() - note.stat().st_mtime < NOTE_COUNTS
        was = json.loads(note.read_text())
    except FileNotFoundError:
        print(f"nothing was switched; in use: {now or 'nothing'}")
        return False
    if now not in (was["to"], was["from"]):
        sys.exit(
            f"{was['to']} was switched to, and {now or 'nothing'} is in use: somebody has switched since. Ask who."
        )
    if not fresh:
        if now == was["from"]:
            print(f"nothing was switched; in use: {now or 'nothing'}")
            return False
        sys.exit(
            f"NOT switched back: {now} is in use, and for more than a quarter of an hour: an earlier run may "
            f"have switched to it. If it was this one, run roll-back-model with version={was['from']}."
        )
    point(registry, "current", was["from"])
    point(registry, "previous", was["previous"])
    note.unlink()
    print(f"in use: {now} → {was['from'] or 'nothing'}")
    return True


def restart(server: str) -> None:
    kind, _, name = server.partition(":")
    namespace = os.environ.get("RUNBOOK_NAMESPACE") or "default"
    if server == "none":
        print("the server watches the link itself")
    elif server.startswith(("http://", "https://")):
        with OPEN(urllib.request.Request(server, method="POST"), timeout=60) as answer:
            print(f"{server} was answered with {answer.status}")
    elif kind == "systemd":
        call("systemctl", "restart", "--", name)
    elif kind == "docker":
        call("docker", "restart", "--", name)
    else:
        call("kubectl", "--namespace", namespace, "rollout", "restart", server)
        call("kubectl", "--namespace", namespace, "rollout", "status", server, "--timeout=240s")


def call(*argv: str) -> None:
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    print(f"{' '.join(argv)}: {(done.stdout + done.stderr).strip() or 'done'}")
    if done.returncode != 0:
        sys.exit("The server did not start again. Read what it logged.")


def main() -> None:
    name, registry = Path(sys.argv[0]).stem, Path(os.environ["RUNBOOK_REGISTRY"])
    if name == "model_switch":
        switch(registry)
    # A server that still has its version is not disturbed.
    if name == "model_switch_back" and not switch_back(registry):
        return
    restart(os.environ["RUNBOOK_SERVER"])


if __name__ == "__main__":
    try:
        main()
    except OSError as wrong:
        sys.exit(f"{wrong}. Look at where `current` leads before you go on.")
