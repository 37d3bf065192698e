#!/usr/bin/env python3
"""What the containers of RUNBOOK_SERVICE may use of processor and memory. One program, two names.

RUNBOOK_PLATFORM  docker: the service is a container's name; compose: a service of RUNBOOK_PROJECT
RUNBOOK_CPUS      cores that each is to have (2, 1.5) or `same`
RUNBOOK_MEMORY    the same for memory (512m, 8g)
NOTES_DIR         where container_limits_note notes a line for each container, for container_limits_set.sh and _back.sh:
                  id, cores, memory, memory and swap of now, then the three of afterwards, `-` for what is not touched

container_limits only looks. container_limits_note notes nothing and ends with 1 when any of it would be less than now.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

SIZES = {"m": 1024**2, "g": 1024**3}


def main() -> None:
    containers = [json.loads(line) for line in inspected(ids())]
    cores, room = (int(word) for word in docker("info", "--format={{.NCPU}} {{.MemTotal}}").split())
    print(f"the machine has {cores} cores and {size(room)}")
    for each in containers:
        print(shown(each))
    if Path(sys.argv[0]).stem == "container_limits_note":
        note([line(each, cores, room) for each in containers])


def ids() -> list[str]:
    service = os.environ["RUNBOOK_SERVICE"]
    if os.environ["RUNBOOK_PLATFORM"] == "docker":
        return [service]
    project = os.environ["RUNBOOK_PROJECT"]
    found = docker("compose", f"--project-name={project}", "ps", "--quiet", "--", service).split()
    return found or sys.exit(f"{project} has no running container of {service}")


def inspected(ids: list[str]) -> list[str]:
    return docker("inspect", "--type=container", "--format={{json .}}", "--", *ids).splitlines()


def shown(each: Mapping[str, Any]) -> str:
    has, state = each["HostConfig"], each["State"]
    quota = f", as a quota of {has['CpuQuota']}" if has.get("CpuQuota") else ""
    memory = size(has["Memory"]) if has["Memory"] else "none"
    return (
        f"{each['Name'].lstrip('/')}: {state['Status']}, cores {cpus(has) or 'none'}{quota}, memory {memory},"
        f" restarts {each.get('RestartCount', 0)}, oom={str(state.get('OOMKilled', False)).lower()}"
    )


def line(each: Mapping[str, Any], cores: int, room: int) -> str:
    """The container's line in the note. Ends the program when it would not be more."""
    has, name = each["HostConfig"], each["Name"].lstrip("/")
    before, after = ["-"] * 3, ["-"] * 3
    if not each["State"]["Running"]:
        sys.exit(f"{name} does not run; start it first (restart-container)")
    wanted = os.environ["RUNBOOK_CPUS"]
    if wanted != "same":
        if has.get("CpuQuota"):
            sys.exit(f"{name} has its limit of processor as a quota; raise that by hand: docker update --cpu-quota")
        if not has.get("NanoCpus"):
            sys.exit(f"{name} has no limit of processor, so {wanted} would be less; say same")
        if float(wanted) > cores:
            sys.exit(f"{wanted} cores are more than the {cores} of the machine")
        if float(wanted) < has["NanoCpus"] / 1e9:
            sys.exit(f"{wanted} cores are less than the {cpus(has)} that {name} has")
        before[0], after[0] = cpus(has), f"{float(wanted):.9g}"
    wanted = os.environ["RUNBOOK_MEMORY"]
    if wanted != "same":
        now, memory = has["Memory"], int(wanted[:-1]) * SIZES[wanted[-1]]
        if not now:
            sys.exit(f"{name} has no limit of memory, so {wanted} would be less; say same")
        if memory > room:
            sys.exit(f"{wanted} is more than the {size(room)} of the machine")
        if memory < now:
            sys.exit(f"{wanted} is less than the {size(now)} that {name} has")
        # Docker refuses a limit above that of memory and swap together, so both move by as much. -1 is any amount.
        both = has.get("MemorySwap", -1)
        before[1:] = [str(now), str(both)]
        after[1:] = [str(memory), str(both if both < 0 else memory + max(both - now, 0))]
    if before == after:
        sys.exit(f"none of it is more than {name} has; edit the parameters")
    return " ".join([each["Id"], *before, *after])


def note(lines: list[str]) -> None:
    folder = Path(os.environ.get("NOTES_DIR") or "/var/lib/plantao/notes")
    file = folder / f"container.{os.environ['RUNBOOK_PROJECT']}.{os.environ['RUNBOOK_SERVICE']}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        fresh = file.with_name(f".{file.name}.new")
        fresh.write_text("".join(f"{each}\n" for each in lines))
        fresh.replace(file)
    except OSError as wrong:
        sys.exit(f"{file} cannot be written: {wrong.strerror}; the bot's user needs the right to, or set NOTES_DIR")
    print(f"noted in {file}")


def cpus(has: Mapping[str, Any]) -> str:
    return f"{has['NanoCpus'] / 1e9:.9g}" if has.get("NanoCpus") else ""


def size(number: int) -> str:
    return f"{number / 1024**3:.1f} GiB" if number >= 1024**3 else f"{number / 1024**2:.0f} MiB"


def docker(*words: str) -> str:
    try:
        return subprocess.run(["docker", *words], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
    except subprocess.CalledProcessError as wrong:
        sys.exit(f"docker ended with {wrong.returncode}; its own words are above")
    except OSError as wrong:
        sys.exit(f"docker cannot be run here: {wrong.strerror}")


if __name__ == "__main__":
    main()
