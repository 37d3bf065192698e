"""The runbook that gives containers more while they run, with a docker that remembers what it was told."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.model import RunState, Verdict
from tests.library import Performed, perform
from tests.small_docker import GIB, SmallDocker

pytestmark = pytest.mark.ran("recorded", "scale-up-container")


@pytest.fixture
def docker(tmp_path: Path) -> SmallDocker:
    return SmallDocker(tmp_path)


def more(docker: SmallDocker, tmp_path: Path, **given: str) -> Performed:
    values = {"service": "api", "cpus": "same", "memory": "same", **given}
    environ = {"PATH": docker.path, "NOTES_DIR": str(tmp_path / "notes")}
    return perform("scale-up-container", values, environ, tmp_path)


def test_a_container_gets_more_while_it_runs(docker: SmallDocker, tmp_path: Path) -> None:
    """Memory and swap move together, or Docker would refuse; nothing else of it is touched."""
    docker.has("api", cores=1, memory=2 * GIB, swap=4 * GIB)
    done = more(docker, tmp_path, cpus="2.5", memory="4g")
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.FIXED), str(done)
    assert "api: running, cores 1, memory 2.0 GiB, restarts 2, oom=true" in done.before["limits"].output
    assert docker.updates() == [
        ["update", "--cpus=2.5", f"--memory={4 * GIB}", f"--memory-swap={6 * GIB}", "--", "api-id"]
    ]
    assert docker.limits("api") == (2.5, 4 * GIB, 6 * GIB)


def test_swap_without_a_limit_stays_without_one(docker: SmallDocker, tmp_path: Path) -> None:
    """-1 is any amount; left out, Docker would take the new memory for more than that."""
    docker.has("api", memory=2 * GIB, swap=-1)
    done = more(docker, tmp_path, memory="3g")
    assert done.verdict is Verdict.FIXED, str(done)
    assert docker.limits("api") == (0, 3 * GIB, -1)


def test_all_containers_of_a_service_get_more_or_none(docker: SmallDocker, tmp_path: Path) -> None:
    """When the second one does not take it, the first has its old limits again."""
    for name in ("shop-api-1", "shop-api-2"):
        docker.has(name, cores=1, memory=GIB, swap=2 * GIB)
    both = {"platform": "compose", "project": "shop", "cpus": "2", "memory": "2g"}
    assert more(docker, tmp_path, **both).verdict is Verdict.FIXED
    docker.refuses("shop-api-2")
    done = more(docker, tmp_path, **both | {"cpus": "3"})
    assert not done.steps["give"].ok, str(done)
    assert docker.limits("shop-api-1") == docker.limits("shop-api-2") == (2, 2 * GIB, 3 * GIB)
    assert "which they were" in done.undone["give"].output  # the second takes no old limits either, and that is told


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"memory": "1g"}, "1g is less than the 2.0 GiB that api has"),
        ({"cpus": "0.5"}, "0.5 cores are less than the 1 that api has"),
        ({"memory": "64g"}, "64g is more than the 8.0 GiB of the machine"),
        ({"cpus": "16"}, "16 cores are more than the 4 of the machine"),
        ({"memory": "2048m", "cpus": "1"}, "none of it is more than api has"),
        ({"service": "free", "memory": "4g"}, "free has no limit of memory, so 4g would be less"),
        ({"service": "free", "cpus": "2"}, "free has no limit of processor, so 2 would be less"),
        ({"service": "quota", "cpus": "2"}, "as a quota"),
    ],
)
def test_more_is_never_less_and_never_too_much(
    docker: SmallDocker, tmp_path: Path, given: dict[str, str], why: str
) -> None:
    """Then nothing is changed."""
    docker.has("api", cores=1, memory=2 * GIB, swap=4 * GIB)
    docker.has("free")
    docker.has("quota", quota=50000)
    done = more(docker, tmp_path, **given)
    assert (list(done.steps), docker.updates()) == (["note"], []), str(done)
    assert why in done.steps["note"].output


def test_a_container_that_docker_did_not_change_is_not_fixed(docker: SmallDocker, tmp_path: Path) -> None:
    """What counts is what docker inspect says afterwards, not that the command ended well."""
    docker.has("api", memory=GIB, swap=2 * GIB)
    program = docker.folder / "docker"
    program.write_text(program.read_text().replace("has.update(Memory=memory, MemorySwap=both)", "pass"))
    done = more(docker, tmp_path, memory="2g")
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.NOT_FIXED), str(done)
    assert "NOT as asked for" in done.verified["given"].output
