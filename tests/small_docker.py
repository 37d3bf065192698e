"""A stand-in for docker that remembers: containers with limits, which `docker update` changes as the real one does."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from tests import ran_here

GIB = 1024**3

PROGRAM = """\
#!{python}
import json, os, sys
STATE = {state!r}
words = sys.argv[1:]
with open({calls!r}, "a") as calls:
    calls.write(json.dumps(words) + "\\n")
was = open(STATE).read()
world = json.loads(was)
containers = world["containers"]
named = words[words.index("--") + 1:] if "--" in words else []


def option(name):
    return next((word.partition("=")[2] for word in words if word.startswith("--" + name + "=")), "")


def found(name):
    for each in containers:
        if name in (each["Id"], each["Name"].lstrip("/")):
            return each
    sys.exit("Error response from daemon: No such container: " + name)


match words[0]:
    case "info":
        print("4", 8 * 1024**3)
    case "compose":
        print("\\n".join(each["Id"] for each in containers))
    case "inspect" if "json" in option("format"):
        for name in named:
            print(json.dumps(found(name)))
    case "inspect":
        for each in map(found, named):
            print(str(each["State"]["Running"]).lower(), each["HostConfig"]["NanoCpus"], each["HostConfig"]["Memory"])
    case "update":
        has = found(named[0])["HostConfig"]
        if found(named[0])["Name"].lstrip("/") in world["refuses"]:
            sys.exit("Error response from daemon: Cannot update container")
        if option("cpus"):
            has["NanoCpus"] = round(float(option("cpus")) * 1e9)
        if option("memory"):
            memory, both = int(option("memory")), int(option("memory-swap") or has["MemorySwap"])
            if 0 <= both < memory:
                sys.exit("Memory limit should be smaller than already set memoryswap limit")
            has.update(Memory=memory, MemorySwap=both)
        print(named[0])
if world != json.loads(was):  # whoever only looks writes nothing, and nobody reads a half of it
    with open(STATE + ".new", "w") as fresh:
        json.dump(world, fresh)
    os.replace(STATE + ".new", STATE)
"""


class SmallDocker:
    """`folder` goes first on PATH. The machine has 4 cores and 8 GiB."""

    def __init__(self, root: Path) -> None:
        ran_here.stood_in("docker")
        self.folder = root / "docker"
        self.folder.mkdir()
        self._state, self._calls = self.folder / "state", self.folder / "calls"
        self._write({"containers": [], "refuses": []})
        program = self.folder / "docker"
        program.write_text(PROGRAM.format(python=sys.executable, state=str(self._state), calls=str(self._calls)))
        program.chmod(0o755)

    @property
    def path(self) -> str:
        return f"{self.folder}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

    def has(self, name: str, *, cores: float = 0, memory: int = 0, swap: int = 0, quota: int = 0) -> None:
        """Adds a running container; 0 is no limit, and `swap` is of memory and swap together."""
        world = self._read()
        limits = {"NanoCpus": round(cores * 1e9), "CpuQuota": quota, "Memory": memory, "MemorySwap": swap}
        state = {"Running": True, "Status": "running", "OOMKilled": True}
        world["containers"].append(
            {"Id": f"{name}-id", "Name": f"/{name}", "RestartCount": 2, "State": state, "HostConfig": limits}
        )
        self._write(world)

    def refuses(self, name: str) -> None:
        """No limit of this container can be changed from now on."""
        self._write({**self._read(), "refuses": [name]})

    def limits(self, name: str) -> tuple[float, int, int]:
        """Cores, memory, memory and swap together."""
        each = next(each for each in self._read()["containers"] if each["Name"] == f"/{name}")["HostConfig"]
        return each["NanoCpus"] / 1e9, each["Memory"], each["MemorySwap"]

    def updates(self) -> list[list[str]]:
        """The arguments of each call that changed limits."""
        return [call for call in map(json.loads, self._calls.read_text().splitlines()) if call[0] == "update"]

    def _read(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self._state.read_text())
        return found

    def _write(self, world: dict[str, Any]) -> None:
        self._state.write_text(json.dumps(world))
