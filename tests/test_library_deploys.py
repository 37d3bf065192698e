"""The runbooks of deployments: recorded calls of kubectl and docker, with real HTTP for what is asked afterwards."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import pytest

from bot.model import RunState, Verdict
from bot.runbooks.load import load_folder
from tests.library import RUNBOOKS, Recorded, recorded
from tests.service_place import Place, serve
from tests.small_cluster import SmallCluster

NAMESPACE = "--namespace=shop"
API = {"deployment": "api", "namespace": "shop"}
# What kubectl is asked, and changes nothing.
LOOKS = ("get", "top", "describe", "logs", "rollout history", "rollout status", "wait")

REVISION = (
    "get deployment/api --namespace=shop "
    r"--output=jsonpath={.metadata.annotations.deployment\.kubernetes\.io/revision} {.spec.replicas}"
)
SELECTOR = "get deployment/api --namespace=shop --output=go-template"
BEFORE = "get deployment/api --namespace=shop --output=jsonpath={.metadata.annotations.plantao/"


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def kubectl(place: Place, answers: dict[str, tuple[int, str]] | None = None) -> Recorded:
    """A cluster with the deployment api, at revision 7 with 4 pods."""
    usual = {
        REVISION: (0, "7 4"),
        SELECTOR: (0, "app=api,"),
        f"{BEFORE}revision-before": (0, "7"),
        f"{BEFORE}replicas-before": (0, "4"),
        "get deployment/api --namespace=shop --output=jsonpath={.spec.replicas}": (0, "4"),
    }
    programs = recorded(place.root, "kubectl", {**(answers or {}), **usual})
    place.environ["PATH"] = programs.path
    return programs


# Asks in one go, so that both are of the same moment.
PICKED = (
    "get deployment/api --namespace=shop --output=jsonpath="
    r"{.metadata.annotations.deployment\.kubernetes\.io/revision} {.metadata.annotations.plantao/rolled-back-from}"
)


def small(place: Place, images: Sequence[str] = ("good",)) -> SmallCluster:
    """A cluster that remembers: the deployment api in these revisions, of which the last one runs."""
    cluster = SmallCluster(place.root, images)
    place.environ["PATH"] = cluster.path
    return cluster


def changes(programs: Recorded) -> list[list[str]]:
    return [call for call in programs.calls("kubectl") if not " ".join(call).startswith(LOOKS)]


NOTED = [
    "annotate", "deployment/api", NAMESPACE, "--overwrite", "plantao/revision-before=7", "plantao/replicas-before=4",
]  # fmt: skip
BACK_TO_7 = ["rollout", "undo", "deployment/api", NAMESPACE, "--to-revision=7"]


# -- more of it ---


@pytest.mark.ran("recorded", "restart-deployment")
def test_a_deployment_is_restarted_and_waited_for(place: Place) -> None:
    """The new pods have to be ready before it counts."""
    programs = kubectl(place)
    done = place.perform("restart-deployment", **API)
    assert done.verdict is Verdict.FIXED, str(done)
    assert changes(programs) == [["rollout", "restart", "deployment/api", NAMESPACE]]
    assert ["rollout", "status", "deployment/api", NAMESPACE, "--timeout=5m"] in programs.calls("kubectl")


@pytest.mark.ran("recorded", "scale-out-deployment")
def test_a_deployment_gets_more_pods(place: Place) -> None:
    """How many there were is noted first, for the way back."""
    programs = kubectl(place)
    done = place.perform("scale-out-deployment", **API, replicas=8)
    assert done.verdict is Verdict.FIXED, str(done)
    assert changes(programs) == [NOTED, ["scale", "deployment/api", NAMESPACE, "--replicas=8"]]


@pytest.mark.ran("recorded", "scale-out-deployment")
def test_pods_that_find_no_room_are_taken_back(place: Place) -> None:
    """To as many as were noted."""
    programs = kubectl(place, {"rollout status": (1, "timed out waiting\n")})
    done = place.perform("scale-out-deployment", **API, replicas=8)
    assert done.state is RunState.UNDONE, str(done)
    assert changes(programs)[-1] == ["scale", "deployment/api", NAMESPACE, "--replicas=4"]


@pytest.mark.ran("recorded", "scale-out-deployment")
@pytest.mark.parametrize(
    ("replicas", "scalers", "why"),
    [(3, "", "3 would be fewer"), (8, "Deployment/api api 10\n", "an autoscaler holds its number of pods")],
)
def test_scaling_out_never_takes_pods_away_or_fights_an_autoscaler(
    place: Place, replicas: int, scalers: str, why: str
) -> None:
    """Then nothing is changed."""
    programs = kubectl(place, {"get hpa --namespace=shop --output": (0, scalers)})
    done = place.perform("scale-out-deployment", **API, replicas=replicas)
    assert (list(done.steps), changes(programs)) == (["more"], []), str(done)
    assert why in done.steps["more"].output


@pytest.mark.ran("recorded", "scale-out-compose")
def test_a_compose_service_gets_more_containers(place: Place) -> None:
    """The ones that are there are not touched."""
    place_ = ["compose", "--project-directory=/srv/shop"]
    answers = {
        "compose --project-directory=/srv/shop ps --quiet": (0, "c1\n"),
        "compose --project-directory=/srv/shop ps --all": (0, "c1\nc2\nc3\n"),
        "compose --project-directory=/srv/shop ps --status=running": (0, "c1\nc2\nc3\n"),
        "inspect": (0, "/a running healthy 0\n/b running healthy 0\n/c running no-health-check 0\n"),
    }
    docker = recorded(place.root, "docker", answers)
    place.environ["PATH"] = docker.path
    done = place.perform("scale-out-compose", directory="/srv/shop", service="api", count=3)
    assert done.verdict is Verdict.FIXED, str(done)
    up = [*place_, "up", "--detach", "--no-deps", "--no-recreate"]
    assert [call for call in docker.calls("docker") if "up" in call] == [[*up, "--scale=api=3", "--", "api"]]


@pytest.mark.ran("recorded", "scale-out-compose")
def test_a_wrong_number_from_before_stops_the_scaling_of_compose(place: Place) -> None:
    """An undo would go back to it."""
    answers = {"compose --project-directory=/srv/shop ps --quiet": (0, "c1\nc2\n")}
    docker = recorded(place.root, "docker", answers)
    place.environ["PATH"] = docker.path
    done = place.perform("scale-out-compose", directory="/srv/shop", service="api", count=3)
    assert [call for call in docker.calls("docker") if "up" in call] == [], str(done)
    assert "api has 2 containers" in done.steps["more"].output


MORE = {"container": "api", "cpu_request": "same", "cpu_limit": "same", "memory_request": "2Gi", "memory_limit": "4Gi"}
SMALL = {"requests": {"cpu": "500m", "memory": "1Gi"}, "limits": {"memory": "2Gi"}}


@pytest.mark.ran("recorded", "scale-up-deployment")
def test_each_pod_gets_more(place: Place) -> None:
    """What a person left as it is stays so, and the new pods are waited for."""
    cluster = small(place)
    cluster.set(resources=SMALL)
    done = place.perform("scale-up-deployment", **API, **MORE)
    assert done.verdict is Verdict.FIXED, str(done)
    assert cluster.container["resources"] == {"requests": {"cpu": "500m", "memory": "2Gi"}, "limits": {"memory": "4Gi"}}


@pytest.mark.ran("recorded", "scale-up-deployment")
@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"memory_limit": "1Gi"}, "memory limit 1Gi is less than the 2Gi that it has"),
        ({"memory_request": "512Mi"}, "memory request 512Mi is less than the 1Gi that it has"),
        ({"cpu_limit": "2"}, "it has no cpu limit, so 2 would be less"),
        ({"memory_request": "8Gi"}, "memory request 8Gi is above its limit 4Gi"),
        ({"memory_request": "same", "memory_limit": "2048Mi"}, "none of it is more than it has"),
        ({"container": "web"}, "api has no container web; it has api"),
    ],
)
def test_more_is_never_less(place: Place, given: dict[str, str], why: str) -> None:
    """A figure below what it has, or a limit where there was none, changes nothing."""
    cluster = small(place)
    cluster.set(resources=SMALL)
    done = place.perform("scale-up-deployment", **API, **{**MORE, **given})
    assert (list(done.steps), cluster.container["resources"]) == (["more"], SMALL), str(done)
    assert why in done.steps["more"].output


@pytest.mark.ran("recorded", "scale-up-deployment")
def test_resources_that_no_node_has_are_taken_back(place: Place) -> None:
    """To exactly the revision of before, never one further."""
    cluster = small(place, ["older", "good"])
    cluster.set(broken=["rollout status deployment/api --namespace=shop --timeout=10m"])
    done = place.perform("scale-up-deployment", **API, **{**MORE, "memory_limit": "same"})
    assert done.state is RunState.UNDONE, str(done)
    assert (cluster.container["image"], cluster.container["resources"]) == ("good", {})


@pytest.mark.ran("recorded", "autoscale-deployment")
def test_a_deployment_gets_an_autoscaler(place: Place) -> None:
    """There was none."""
    cluster = small(place)
    done = place.perform("autoscale-deployment", **API, max=50)
    assert done.verdict is Verdict.FIXED, str(done)
    assert cluster.bounds == {"api": (2, 50)}
    assert ["wait", "--for=condition=ScalingActive", "hpa/api", NAMESPACE, "--timeout=2m"] in cluster.calls()


@pytest.mark.ran("recorded", "autoscale-deployment")
def test_an_autoscaler_is_found_by_what_it_scales(place: Place) -> None:
    """A second one would fight the first; the fewest pods stay as many as they were unless somebody says otherwise."""
    cluster = small(place)
    cluster.scales("web-scaler", 6, 10)
    cluster.scales("other", 1, 3, target="other")
    done = place.perform("autoscale-deployment", **API, max=50)
    assert done.verdict is Verdict.FIXED, str(done)
    assert cluster.bounds == {"web-scaler": (6, 50), "other": (1, 3)}


@pytest.mark.ran("recorded", "autoscale-deployment")
def test_bounds_of_an_autoscaler_that_cannot_measure_are_taken_back(place: Place) -> None:
    """What it measures was never touched; one that was made is deleted again."""
    cluster = small(place)
    cluster.set(broken=["wait --for=condition=ScalingActive"])
    made = place.perform("autoscale-deployment", **API, max=50)
    assert (made.state, cluster.bounds) == (RunState.UNDONE, {}), str(made)
    cluster.scales("web-scaler", 2, 10)
    widened = place.perform("autoscale-deployment", **API, min=5, max=50)
    assert (widened.state, cluster.bounds) == (RunState.UNDONE, {"web-scaler": (2, 10)}), str(widened)


@pytest.mark.ran("recorded", "autoscale-deployment")
@pytest.mark.parametrize(
    ("scaler", "given", "why"),
    [
        ("api", {"min": 12, "max": 11}, "min 12 is above max 11"),
        ("api", {"max": 5}, "max 5 is too low: api goes up to 10 already"),
        ("", {"max": 3}, "max 3 is too low: api has 4 pods now"),
        ("two", {"max": 30}, "api and two both scale api"),
    ],
)
def test_bounds_that_make_no_sense_change_nothing(place: Place, scaler: str, given: dict[str, int], why: str) -> None:
    """Not even by an undo that believes what an earlier run has noted."""
    cluster = small(place)
    place.perform("autoscale-deployment", **API, max=10)
    if not scaler:
        cluster.write({**cluster.state, "hpas": {}})
    if scaler == "two":
        cluster.scales("two", 1, 3)
    before = cluster.bounds
    done = place.perform("autoscale-deployment", **API, **given)
    assert (list(done.steps), list(done.undone), cluster.bounds) == (["note"], [], before), str(done)
    assert why in done.steps["note"].output


# -- back ---


@pytest.mark.ran("recorded", "roll-back-deployment")
def test_a_deployment_is_rolled_back_and_proves_itself(place: Place) -> None:
    """The version that answers, each endpoint, and a word to the others."""
    cluster = small(place, ["old", "good", "bad"])
    with serve({"/version": 200, "/health": 200, "/login": 401}) as port:
        url = f"http://127.0.0.1:{port}"
        done = place.perform("roll-back-deployment", **API, revision=5, url=url, paths="/health,/login=401")
    assert done.verdict is Verdict.FIXED, str(done)
    assert cluster.container["image"] == "old"
    assert done.steps["smoke"].output.startswith("ok    /health 200, at most ")
    assert [channel for channel, _ in done.posted] == ["deploys"]


@pytest.mark.ran("recorded", "roll-back-deployment")
def test_a_roll_back_to_the_wrong_version_is_noticed(place: Place) -> None:
    """And nobody is told that it worked."""
    small(place, ["good", "bad"])
    with serve({"/version": 200, "/health": 200}) as port:
        done = place.perform("roll-back-deployment", **API, url=f"http://127.0.0.1:{port}", expected="1.2.0")
    assert (done.state, done.posted) == (RunState.FAILED, []), str(done)
    assert "it should be 1.2.0" in done.steps["version"].output


@pytest.mark.ran("recorded", "failed-deploy")
def test_a_failed_deployment_is_rolled_back_at_once(place: Place) -> None:
    """Its pods' words are kept first, since the roll-back ends them; when they cannot be had, that stops nothing."""
    logs = "logs --namespace=shop --selector=app=api --all-containers --prefix --tail=200 --previous"
    programs = kubectl(
        place,
        {
            logs: (0, "[pod/api-1] KeyError: DB_URL\n"),
            PICKED: (0, "7 "),
            "rollout history deployment/api": (0, "REVISION  CHANGE-CAUSE\n5 <none>\n6 <none>\n7 <none>\n"),
            f"{BEFORE}revision-before}} {{.metadata.annotations.plantao/revision-target": (0, "7 6"),
        },
    )
    done = place.perform("failed-deploy", **API, version="1.3.0")
    assert done.verdict is Verdict.FIXED, str(done)
    assert changes(programs) == [
        NOTED,
        ["annotate", "deployment/api", NAMESPACE, "--overwrite", "plantao/revision-target=6"],
        ["annotate", "deployment/api", NAMESPACE, "--overwrite", "plantao/rolled-back-from=7"],
        ["rollout", "undo", "deployment/api", NAMESPACE, "--to-revision=6"],
    ]
    assert "KeyError: DB_URL" in next(place.evidence.iterdir()).read_text()
    assert done.posted[0][1].startswith("The deployment 1.3.0 of api in shop failed and was rolled back.")
    place.environ["EVIDENCE_DIR"] = "/proc/nowhere"
    assert place.perform("failed-deploy", **API).verdict is Verdict.FIXED


@pytest.mark.ran("recorded", "failed-deploy", "roll-back-deployment")
@pytest.mark.parametrize("again", ["failed-deploy", "roll-back-deployment"])
def test_a_second_roll_back_does_not_bring_the_bad_version_again(place: Place, again: str) -> None:
    """After a roll-back the revision before the running one is the bad one; which other is meant, a person says."""
    cluster = small(place, ["old", "good", "bad"])
    first = ("failed-deploy", "roll-back-deployment")[again == "failed-deploy"]
    assert place.perform(first, **API).verdict is Verdict.FIXED
    done = place.perform(again, **API)
    assert (done.state, cluster.container["image"]) == (RunState.FAILED, "good"), str(done)
    assert "was rolled back from revision 7 already" in done.steps["pick"].output
    assert place.perform("roll-back-deployment", **API, revision=5).verdict is Verdict.FIXED
    assert cluster.container["image"] == "old"


@pytest.mark.ran("recorded", "roll-back-deployment")
@pytest.mark.parametrize(
    ("revision", "why"),
    [(0, "has no revision before 5"), (5, "is at revision 5 already"), (9, "has no revision 9")],
)
def test_a_revision_that_is_not_there_changes_nothing(place: Place, revision: int, why: str) -> None:
    """It is said before anything is touched."""
    cluster = small(place)
    done = place.perform("roll-back-deployment", **API, revision=revision)
    assert (done.state, cluster.container["image"]) == (RunState.FAILED, "good"), str(done)
    assert why in done.steps["pick"].output


# -- forward ---

CANARY = {**API, "container": "api", "image": "registry.example.com/api", "version": "1.3.0"}
QUICK = ("roll-back-deployment", "failed-deploy", "scale-out-deployment", "restart-deployment")
RUNNING = "get deployment/api --namespace=shop --output=jsonpath={.spec.template"
RUNS_NEW = {
    RUNNING: (0, "registry.example.com/api:1.3.0"),
    f"{BEFORE}canary-before": (0, "7"),
    REVISION.partition("} ")[0] + "}": (0, "7"),
}
IMAGE = "api=registry.example.com/api:1.3.0"


def canary(*words: str) -> list[str]:
    return [words[0], "deployment/api-canary", NAMESPACE, *words[1:]]


@pytest.mark.ran("recorded", "canary-deploy")
def test_a_version_goes_to_everybody_by_way_of_the_few(place: Place) -> None:
    """5 %, 25 %, 50 %, everybody: each after a person has looked."""
    programs = kubectl(place, RUNS_NEW)
    programs.program("pg_dump")
    programs.program("pg_restore", {"--list": (0, "; a comment\n1; TABLE orders\n")})
    (place.root / "backup").mkdir()
    place.environ["BACKUP_DIR"] = str(place.root / "backup")
    programs.program("pg_dumpall")
    # The stand-ins write a file, as the real ones do.
    for name in ("pg_dump", "pg_dumpall"):
        (programs.folder / name).write_text(
            '#!/bin/sh\nfor word; do case $word in --file=*) echo x >"${word#--file=}" ;; esac; done\n'
        )
    with serve({"/version": 200, "/health": 200}) as port:
        done = place.perform("canary-deploy", **CANARY, database="shop", url=f"http://127.0.0.1:{port}", tries=3)
    assert done.verdict is Verdict.FIXED, str(done)
    assert len(done.asked) == 4
    assert changes(programs) == [
        ["set", "image", "deployment/api-canary", NAMESPACE, IMAGE],
        canary("scale", "--replicas=1"),
        canary("scale", "--replicas=7"),
        canary("scale", "--replicas=20"),
        ["annotate", "deployment/api", NAMESPACE, "--overwrite", "plantao/canary-before=7"],
        ["set", "image", "deployment/api", NAMESPACE, IMAGE],
        canary("scale", "--replicas=0"),
    ]
    # A backup like any other: database-restore takes it by its name and checksum, and database-backup removes it.
    (dump,) = (place.root / "backup").glob("*.dump")
    named = load_folder(RUNBOOKS, compare=False).runbooks["database-restore"].params["backup"].pattern
    assert named is not None
    assert re.fullmatch(named, dump.name)
    sums = dump.with_suffix(".sha256").read_text()
    assert f"{sha256(dump.read_bytes()).hexdigest()}  {dump.name}\n" in sums
    assert [text for _, text in done.posted] == ["api in shop runs 1.3.0 for everybody, after 5 %, 25 % and 50 %."]


@pytest.mark.ran("recorded", "canary-deploy")
def test_a_no_at_a_gate_sends_the_canary_home(place: Place) -> None:
    """The others never changed; nothing is left of it."""
    programs = kubectl(place)
    place.answers = {"gate-5": False}
    with serve({"/health": 200}) as port:
        done = place.perform("canary-deploy", **CANARY, url=f"http://127.0.0.1:{port}", tries=1)
    assert (done.state, list(done.undone), done.posted) == (RunState.UNDONE, ["image"], []), str(done)
    assert changes(programs)[-1] == canary("scale", "--replicas=0")
    assert ["set", "image", "deployment/api", NAMESPACE, IMAGE] not in programs.calls("kubectl")


@pytest.mark.ran("recorded", "canary-deploy")
def test_a_version_that_fails_for_everybody_goes_back_to_the_old_revision(place: Place) -> None:
    """And the canary is sent home."""
    failing = {"rollout status deployment/api --namespace=shop --timeout=15m": (1, "timed out\n")}
    programs = kubectl(place, {**failing, **RUNS_NEW})
    with serve({"/health": 200}) as port:
        done = place.perform("canary-deploy", **CANARY, url=f"http://127.0.0.1:{port}", tries=1)
    assert (done.state, list(done.undone)) == (RunState.UNDONE, ["to-all", "image"]), str(done)
    assert changes(programs)[-2:] == [BACK_TO_7, canary("scale", "--replicas=0")]


@pytest.mark.ran("recorded", "canary-deploy")
def test_a_deployment_that_somebody_rolled_back_meanwhile_is_left_so(place: Place) -> None:
    """The canary does not keep others from rolling back, and its undo does not bring the bad version again."""
    failing = {"rollout status deployment/api --namespace=shop --timeout=15m": (1, "timed out\n")}
    programs = kubectl(place, {**failing, **RUNS_NEW, RUNNING: (0, "registry.example.com/api:1.2.0")})
    with serve({"/health": 200}) as port:
        done = place.perform("canary-deploy", **CANARY, url=f"http://127.0.0.1:{port}", tries=1)
    assert (done.state, list(done.undone)) == (RunState.UNDONE, ["to-all", "image"]), str(done)
    assert "it is left as it is" in done.undone["to-all"].output
    assert [call for call in changes(programs) if call[:2] == ["rollout", "undo"]] == []


def test_a_canary_does_not_hold_up_a_roll_back() -> None:
    """It waits for people for up to a day; whoever has to roll back meanwhile does not wait for it."""
    books = load_folder(RUNBOOKS, compare=False).runbooks
    assert [id for id in QUICK if books[id].lock == books["canary-deploy"].lock] == []


@pytest.mark.ran("real", "smoke-test")
def test_a_smoke_test_asks_each_endpoint(place: Place) -> None:
    """Also that a door is locked."""
    with serve({"/health": 200, "/admin": 401}) as port:
        done = place.perform("smoke-test", url=f"http://127.0.0.1:{port}", paths="/health,/admin=401")
    assert done.verdict is Verdict.FIXED, str(done)


@pytest.mark.ran("real", "smoke-test")
def test_a_smoke_test_finds_the_endpoint_that_fails(place: Place) -> None:
    """And says how often, for one of several instances may be the broken one."""
    with serve({"/health": 200, "/orders": 500}) as port:
        done = place.perform("smoke-test", url=f"http://127.0.0.1:{port}", paths="/health,/orders", tries=2)
    assert done.state is RunState.FAILED, str(done)
    assert "WRONG /orders 2 of 2 wrong, last 500, expected 200" in done.steps["ask"].output


@pytest.mark.ran("real", "deploy-freeze", "end-deploy-freeze")
def test_a_freeze_is_a_file_that_the_pipeline_looks_for(place: Place) -> None:
    """It says why, #deploys is told, and it goes again."""
    place.environ["FREEZE_DIR"] = str(place.flags)
    where = {"target": "shop", "where": "file"}
    frozen = place.perform("deploy-freeze", **where, reason="error budget used up, until Monday")
    assert frozen.verdict is Verdict.FIXED, str(frozen)
    assert (place.flags / "shop").read_text().startswith("error budget used up, until Monday since ")
    free = place.perform("end-deploy-freeze", **where)
    assert (free.verdict, (place.flags / "shop").exists()) == (Verdict.FIXED, False), str(free)
    assert [channel for channel, _ in (*frozen.posted, *free.posted)] == ["deploys", "deploys"]


@pytest.mark.ran("recorded", "deploy-freeze", "end-deploy-freeze")
def test_a_freeze_is_an_annotation_of_the_namespace(place: Place) -> None:
    """One that does not stick is no freeze."""
    mark = "get namespace/shop --output=jsonpath={.metadata.annotations.plantao/deploy-freeze}"
    programs = kubectl(place, {mark: (0, "")})
    frozen = place.perform("deploy-freeze", target="shop", reason="P0 open")
    free = place.perform("end-deploy-freeze", target="shop")
    assert (frozen.verdict, free.verdict) == (Verdict.NOT_FIXED, Verdict.FIXED), f"{frozen}\n{free}"
    assert changes(programs) == [
        ["annotate", "namespace/shop", "--overwrite", "plantao/deploy-freeze-before=was:"],
        ["annotate", "namespace/shop", "--overwrite", "plantao/deploy-freeze=P0 open"],
        ["annotate", "namespace/shop", "plantao/deploy-freeze-"],
    ]


@pytest.mark.ran("real", "deploy-freeze")
@pytest.mark.parametrize("before", ["", "audit until Friday since 2026-11-20 10:00:00 UTC\n"])
def test_a_freeze_that_is_taken_back_leaves_the_one_of_before(place: Place, before: str) -> None:
    """With its own words; and where there was none, there is none."""
    place.environ["FREEZE_DIR"] = str(place.flags)
    flag = place.flags / "shop"
    if before:
        flag.write_text(before)
    given = {"RUNBOOK_TARGET": "shop", "RUNBOOK_WHERE": "file"}
    assert place.perform("deploy-freeze", target="shop", where="file", reason="P0 open").verdict is Verdict.FIXED
    assert flag.read_text().startswith("P0 open since ")
    # Its last step is optional, so what would take it back is a person, or a crash: the undo by itself.
    subprocess.run([RUNBOOKS / "scripts/deploy_freeze_back.sh"], env={**place.environ, **given}, check=True)
    assert (flag.read_text() if flag.exists() else "", list(place.flags.glob(".*"))) == (before, [])


@pytest.mark.ran("recorded", "deploy-freeze")
def test_a_freeze_of_a_namespace_that_fails_half_way_gives_the_words_of_before_back(place: Place) -> None:
    """An annotation that was there is there again."""
    mark = "get namespace/shop --output=jsonpath={.metadata.annotations.plantao/deploy-freeze"
    answers = {
        f"{mark}}}": (0, "audit until Friday"),
        f"{mark}-before": (0, "was:audit until Friday"),
        "annotate namespace/shop --overwrite plantao/deploy-freeze=P0": (1, "timed out"),
    }
    programs = kubectl(place, answers)
    done = place.perform("deploy-freeze", target="shop", reason="P0 open")
    assert done.state is RunState.UNDONE, str(done)
    assert changes(programs)[-1] == [
        "annotate", "namespace/shop", "--overwrite",
        "plantao/deploy-freeze=audit until Friday", "plantao/deploy-freeze-before-",
    ]  # fmt: skip


# -- one pod ---

OWNER = "get pod/api-7d9-x2 --namespace=shop --output=go-template"
POD = {"pod": "api-7d9-x2", "namespace": "shop"}


@pytest.mark.ran("recorded", "replace-pod")
def test_one_bad_pod_is_replaced(place: Place) -> None:
    """Its words are kept, it is deleted, and its owner has all pods ready again."""
    answers = {
        OWNER: (0, "ReplicaSet api-7d9"),
        "get ReplicaSet/api-7d9": (0, "3/3"),
        "logs pod/api-7d9-x2 --namespace=shop --all-containers --tail=500 --previous": (0, "panic: nil map\n"),
    }
    programs = kubectl(place, answers)
    done = place.perform("replace-pod", **POD)
    assert done.verdict is Verdict.FIXED, str(done)
    assert changes(programs) == [["delete", "pod/api-7d9-x2", NAMESPACE, "--wait=true", "--timeout=2m"]]
    assert "panic: nil map" in next(place.evidence.iterdir()).read_text()


@pytest.mark.ran("recorded", "replace-pod")
def test_a_pod_that_nobody_would_make_again_is_left_alone(place: Place) -> None:
    """Deleted, it would be gone for good."""
    programs = kubectl(place, {OWNER: (0, "")})
    done = place.perform("replace-pod", **POD)
    assert (done.state, list(done.steps), changes(programs)) == (RunState.FAILED, ["owner"], []), str(done)
    assert "it would not come back" in done.steps["owner"].output
