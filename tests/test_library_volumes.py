"""The runbook that enlarges a volume, with a kubectl that remembers one claim."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from bot.model import RunState, Verdict
from tests import ran_here
from tests.library import Performed, perform

pytestmark = pytest.mark.ran("recorded", "enlarge-volume")

PROGRAM = """\
#!{python}
import json, os, sys
STATE = {state!r}
words = sys.argv[1:]
world = json.load(open(STATE))
claim = world["claim"]
line = " ".join(words)
if words[0] == "patch":
    claim["spec"]["resources"] = json.loads(words[-1].partition("=")[2])["spec"]["resources"]
    world["patches"].append(words[:-1])
elif line.startswith("get storageclass/" + claim["spec"]["storageClassName"]):
    print(json.dumps(world["class"]))
elif line.startswith("get persistentvolumeclaim/data-0 --namespace=shop --output=json"):
    asked, has = claim["spec"]["resources"]["requests"]["storage"], claim["status"]["capacity"]["storage"]
    print(json.dumps(claim))
    # The provider needs a moment: it shows at the second look.
    if asked != has and world["does"] == "grow":
        claim["status"]["capacity"]["storage"] = world["gives"] or asked
    elif asked != has and world["does"] == "wait":
        claim["status"]["conditions"] = [{{"type": "FileSystemResizePending", "status": "True"}}]
if world != json.load(open(STATE)):
    with open(STATE + ".new", "w") as fresh:
        json.dump(world, fresh)
    os.replace(STATE + ".new", STATE)
"""


class Claim:
    """data-0 of the namespace shop, with 20Gi. It `does` grow, wait for its pod's start, or nothing."""

    def __init__(self, root: Path, *, does: str = "grow", gives: str = "", expands: bool = True) -> None:
        ran_here.stood_in("kubectl")
        self.folder = root / "kubectl"
        self.folder.mkdir()
        self._state = self.folder / "state"
        spec = {"storageClassName": "fast", "resources": {"requests": {"storage": "20Gi"}}}
        claim = {"spec": spec, "status": {"phase": "Bound", "capacity": {"storage": "20Gi"}}}
        world = {
            "claim": claim,
            "class": {"allowVolumeExpansion": expands},
            "does": does,
            "gives": gives,
            "patches": [],
        }
        self._state.write_text(json.dumps(world))
        program = self.folder / "kubectl"
        program.write_text(PROGRAM.format(python=sys.executable, state=str(self._state)))
        program.chmod(0o755)

    def enlarge(self, size: str, **given: str) -> Performed:
        environ = {"PATH": f"{self.folder}:/usr/local/bin:/usr/bin:/bin"}
        values = {"claim": "data-0", "namespace": "shop", "size": size, "wait": "1", **given}
        return perform("enlarge-volume", values, environ, self.folder.parent)

    @property
    def world(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self._state.read_text())
        return found


@pytest.mark.parametrize("gives", ["", "52Gi", "55834574848"], ids=["as-asked", "rounded-up", "in-bytes"])
def test_a_volume_grows(tmp_path: Path, gives: str) -> None:
    """It is asked for once and waited for; storage that rounds up, or counts in bytes, has grown too."""
    claim = Claim(tmp_path, gives=gives)
    done = claim.enlarge("50Gi")
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.FIXED), str(done)
    assert claim.world["patches"] == [["patch", "persistentvolumeclaim/data-0", "--namespace=shop", "--type=merge"]]
    assert claim.world["claim"]["spec"]["resources"] == {"requests": {"storage": "50Gi"}}


@pytest.mark.parametrize(
    ("does", "why"),
    [
        ("wait", "when the pod that uses it starts anew: replace-pod"),
        ("nothing", "not within 1 s; the events of data-0"),
    ],
)
def test_a_volume_that_has_not_grown_is_no_success(tmp_path: Path, does: str, why: str) -> None:
    """And nothing pretends to take it back: a volume never gets smaller."""
    done = Claim(tmp_path, does=does).enlarge("50Gi")
    assert (done.state, done.undone) == (RunState.FAILED, {}), str(done)
    assert why in done.steps["grown"].output


def test_less_than_what_was_asked_for_before_is_refused(tmp_path: Path) -> None:
    """Kubernetes would refuse it too, in words that say less."""
    claim = Claim(tmp_path, does="nothing")
    waits = claim.enlarge("50Gi", wait="1")
    again = claim.enlarge("30Gi")
    assert waits.state is RunState.FAILED
    assert "50Gi is asked for already and has not come yet" in again.steps["can"].output


@pytest.mark.parametrize(
    ("size", "expands", "why"),
    [
        ("20Gi", True, "20Gi is not more than the 20Gi that it has"),
        ("20000Mi", True, "a volume never gets smaller"),
        ("500Gi", True, "more than 3 times 20Gi"),
        ("50Gi", False, "fast does not let volumes grow"),
    ],
)
def test_what_cannot_or_should_not_be_is_not_asked_for(tmp_path: Path, size: str, expands: bool, why: str) -> None:
    """There is no way back, so a slip of the pen is caught before."""
    claim = Claim(tmp_path, expands=expands)
    done = claim.enlarge(size)
    assert (list(done.steps), claim.world["patches"]) == (["can"], []), str(done)
    assert why in done.steps["can"].output
