"""A stand-in for kubectl that remembers: one deployment with its revisions, its annotations and its autoscalers."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests import ran_here

PROGRAM = """\
#!{python}
import json, os, re, sys
STATE = {state!r}
words = sys.argv[1:]
with open({calls!r}, "a") as calls:
    calls.write(json.dumps(words) + "\\n")
was = open(STATE).read()
cluster = json.loads(was)
line = " ".join(words)
for start in cluster["broken"]:
    if line.startswith(start):
        sys.exit("error: timed out")
dep, notes = cluster["deployment"], cluster["deployment"]["metadata"]["annotations"]
REVISION = "deployment.kubernetes.io/revision"
template = dep["spec"]["template"]
container = template["spec"]["containers"][0]


def option(name):
    return next((word.partition("=")[2] for word in words if word.startswith("--" + name + "=")), "")


def path(where, form):
    def found(match):
        at = where
        for key in re.split(r"(?<!\\\\)\\.", match[1])[1:]:
            at = at.get(key.replace("\\\\.", "."), {{}})
        return "" if at == {{}} else str(at)
    return re.sub(r"{{([^}}]*)}}", found, form)


def rolled_out():  # what is there now becomes the newest revision; one that was like it before has no other number
    now = json.dumps(dep["spec"]["template"])
    number = str(max(map(int, cluster["revisions"])) + 1)
    others = {{k: v for k, v in cluster["revisions"].items() if json.dumps(v) != now}}
    cluster["revisions"] = others | {{number: json.loads(now)}}
    notes[REVISION] = number


def show(thing):
    form = option("output")
    print(path(thing, form.partition("=")[2]) if form.startswith("jsonpath") else json.dumps(thing), end="")


kind = words[1].partition("/")[0] if len(words) > 1 else ""
name = words[1].partition("/")[2] if len(words) > 1 else ""
match words[:2]:
    case ["get", "hpa"]:
        show({{"items": list(cluster["hpas"].values())}})
    case ["get", _] if kind == "hpa":
        if name not in cluster["hpas"]:
            sys.exit(0 if "--ignore-not-found" in words else "NotFound")
        show(cluster["hpas"][name])
    case ["get", _] if "jsonpath={{range .spec.template.spec.containers" in line:
        print(container["name"], container["image"])
    case ["get", _] if "go-template" in line:
        print("app=api,", end="")
    case ["get", *_]:
        show(dep)
    case ["annotate", _]:
        for word in words[2:]:
            if word.endswith("-"):
                notes.pop(word[:-1], None)
            elif not word.startswith("--"):
                notes.update([word.split("=", 1)])
    case ["rollout", "history"]:
        print("REVISION  CHANGE-CAUSE")
        for number in sorted(map(int, cluster["revisions"])):
            print(number, "<none>")
    case ["rollout", "undo"]:
        to = option("to-revision") or "0"
        if to == "0":
            to = str(max(int(each) for each in cluster["revisions"] if each != notes[REVISION]))
        if to not in cluster["revisions"]:
            sys.exit("error: unable to find specified revision " + to)
        if to != notes[REVISION]:
            dep["spec"]["template"] = cluster["revisions"][to]
            rolled_out()
    case ["set", "env"] if "--list" in words:
        print("# deployments/api, container api")
        for pair in container["env"].items():
            print("=".join(pair))
    case ["set", "image"]:
        container["image"] = words[-1].partition("=")[2]
        rolled_out()
    case ["set", "env"]:
        name, value = words[-1].split("=", 1)
        before = json.dumps(template)
        container["env"][name] = value
        if json.dumps(template) != before:
            rolled_out()
    case ["set", "resources"]:
        for kind in ("requests", "limits"):
            for pair in filter(None, option(kind).split(",")):
                container["resources"].setdefault(kind, {{}}).update([pair.split("=")])
        rolled_out()
    case ["autoscale", _]:
        made = {{"minReplicas": int(option("min")), "maxReplicas": int(option("max"))}}
        made["scaleTargetRef"] = {{"kind": "Deployment", "name": name}}
        cluster["hpas"][name] = {{"metadata": {{"name": name}}, "spec": made}}
    case ["patch", _]:
        cluster["hpas"][name]["spec"].update(json.loads(option("patch"))["spec"])
    case ["delete", _]:
        cluster["hpas"].pop(name, None)
# What verifies runs side by side: whoever only looks writes nothing, and nobody reads a half of it.
if cluster != json.loads(was):
    with open(STATE + ".new", "w") as fresh:
        json.dump(cluster, fresh)
    os.replace(STATE + ".new", STATE)
"""


class SmallCluster:
    """`folder` goes first on PATH. The deployment api runs the last of `images`; the others are its revisions before.

    `broken`: beginnings of commands that fail.
    """

    def __init__(self, root: Path, images: Sequence[str] = ("good",), broken: Sequence[str] = ()) -> None:
        ran_here.stood_in("kubectl")
        self.folder = root / "cluster"
        self.folder.mkdir()
        self._state = self.folder / "state"
        revisions = {str(number): _template(image) for number, image in enumerate(images, start=5)}
        newest = str(4 + len(images))
        self.deployment: dict[str, Any] = {
            "metadata": {"name": "api", "annotations": {"deployment.kubernetes.io/revision": newest}},
            "spec": {"replicas": 4, "template": revisions[newest]},
        }
        self.write({"deployment": self.deployment, "revisions": revisions, "hpas": {}, "broken": list(broken)})
        program = self.folder / "kubectl"
        calls = str(self.folder / "calls")
        program.write_text(PROGRAM.format(python=sys.executable, state=str(self._state), calls=calls))
        program.chmod(0o755)

    @property
    def path(self) -> str:
        return f"{self.folder}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

    @property
    def state(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self._state.read_text())
        return found

    def write(self, state: Mapping[str, Any]) -> None:
        self._state.write_text(json.dumps(state))

    def set(
        self, *, resources: object = None, env: Mapping[str, str] | None = None, broken: Sequence[str] = ()
    ) -> None:
        """Its container's resources and environment as they are now, and what fails from now on."""
        state = self.state
        container = state["deployment"]["spec"]["template"]["spec"]["containers"][0]
        if resources is not None:
            container["resources"] = resources
        if env is not None:
            container["env"] = dict(env)
        self.write({**state, "broken": list(broken)})

    def scales(self, name: str, least: int, most: int, target: str = "api") -> None:
        """Adds an autoscaler."""
        state = self.state
        spec = {"minReplicas": least, "maxReplicas": most, "scaleTargetRef": {"kind": "Deployment", "name": target}}
        state["hpas"][name] = {"metadata": {"name": name}, "spec": spec}
        self.write(state)

    @property
    def container(self) -> dict[str, Any]:
        """What runs now: image, env, resources."""
        found: dict[str, Any] = self.state["deployment"]["spec"]["template"]["spec"]["containers"][0]
        return found

    @property
    def bounds(self) -> dict[str, tuple[int, int]]:
        """Of each autoscaler."""
        specs = {name: hpa["spec"] for name, hpa in self.state["hpas"].items()}
        return {name: (spec["minReplicas"], spec["maxReplicas"]) for name, spec in specs.items()}

    def calls(self) -> list[list[str]]:
        return [json.loads(line) for line in (self.folder / "calls").read_text().splitlines()]


def _template(image: str) -> dict[str, Any]:
    return {"spec": {"containers": [{"name": "api", "image": image, "env": {}, "resources": {}}]}}
