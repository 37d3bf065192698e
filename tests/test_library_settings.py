"""The runbooks that put one wrong thing of a deployment right: a setting, a config map's value, the image."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.model import RunState, Verdict
from tests.library import Performed, Recorded, recorded
from tests.service_place import Place, serve
from tests.small_cluster import SmallCluster

API = {"deployment": "api", "namespace": "shop"}
ROLLOUT = "rollout status deployment/api --namespace=shop --timeout=5m"
GOOD = "registry.example:5000/shop/api:1.2.0"


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def small(place: Place, *images: str, env: dict[str, str] | None = None, broken: tuple[str, ...] = ()) -> SmallCluster:
    """A cluster that remembers: the deployment api in these revisions, of which the last one runs."""
    cluster = SmallCluster(place.root, images or ("good",))
    cluster.set(env=env, broken=broken)
    place.environ["PATH"] = cluster.path
    return cluster


# -- correct-setting ---


def corrected(place: Place, **given: str) -> Performed:
    return place.perform("correct-setting", **{**API, "variable": "CACHE_TTL", "value": "3600", **given})


@pytest.mark.ran("recorded", "correct-setting")
def test_a_wrong_setting_is_put_right(place: Place) -> None:
    """The one variable, and no other; the new pods are waited for."""
    cluster = small(place, env={"CACHE_TTL": "3", "CACHE_URL": "redis://redis-1"})
    done = corrected(place)
    assert done.verdict is Verdict.FIXED, str(done)
    assert done.before["now"].output == "api: CACHE_TTL is 3\n"
    assert cluster.container["env"] == {"CACHE_TTL": "3600", "CACHE_URL": "redis://redis-1"}
    assert ROLLOUT.split() in cluster.calls()


@pytest.mark.ran("recorded", "correct-setting")
def test_a_setting_with_which_no_pod_comes_up_is_taken_back(place: Place) -> None:
    """To exactly the revision of before."""
    cluster = small(place, "older", "good", broken=(ROLLOUT,))
    done = corrected(place, new="yes")
    assert (done.state, done.steps["rolled-out"].ok) == (RunState.UNDONE, False), str(done)
    assert (cluster.container["image"], cluster.container["env"]) == ("good", {})


@pytest.mark.ran("recorded", "correct-setting")
@pytest.mark.parametrize(
    ("env", "given", "why"),
    [
        ({"CACHE_TTL": "3"}, {"variable": "CACHE_TLL"}, "api has no CACHE_TLL. Is the name right?"),
        ({"CACHE_TTL": "3600"}, {}, "it is not what is wrong"),
    ],
    ids=["mistyped", "right-already"],
)
def test_a_setting_that_cannot_be_the_wrong_one_is_left_alone(
    place: Place, env: dict[str, str], given: dict[str, str], why: str
) -> None:
    """A slip of the pen would add a variable that nobody reads, and be called fixed."""
    cluster = small(place, env=env)
    done = corrected(place, **given)
    assert (list(done.steps), cluster.container["env"]) == (["known"], env), str(done)
    assert why in done.steps["known"].output


@pytest.mark.ran("recorded", "correct-setting")
@pytest.mark.parametrize(
    ("source", "better"),
    [("secret shop, key ttl", "use rotate-key"), ("the ConfigMap shop, key ttl", "use correct-config-map")],
)
def test_a_setting_from_elsewhere_is_corrected_there(place: Place, source: str, better: str) -> None:
    """A value set on the deployment would hide that for good."""
    listed = f"# deployments/api, container api\n# CACHE_TTL from {source}\n"
    kubectl = recorded(place.root, "kubectl", {"set env deployment/api": (0, listed)})
    place.environ["PATH"] = kubectl.path
    done = corrected(place)
    assert (list(done.steps), "--list" in kubectl.calls("kubectl")[-1]) == (["known"], True), str(done)
    assert better in done.steps["known"].output


# -- set-image ---


def imaged(place: Place, **given: object) -> Performed:
    return place.perform("set-image", **{**API, "container": "api", "image": GOOD, **given})


@pytest.mark.ran("recorded", "set-image")
def test_the_image_that_is_known_to_be_good_runs_again(place: Place) -> None:
    """It is asked whether it does its work, and #deploys is told."""
    cluster = small(place, "registry.example:5000/shop/api:1.3.1", env={"CACHE_TTL": "3"})
    with serve({"/version": 200, "/health": 200}) as port:
        done = imaged(place, url=f"http://127.0.0.1:{port}")
    assert done.verdict is Verdict.FIXED, str(done)
    assert (cluster.container["image"], cluster.container["env"]) == (GOOD, {"CACHE_TTL": "3"})
    assert [channel for channel, _ in done.posted] == ["deploys"]


@pytest.mark.ran("recorded", "set-image")
def test_people_decide_when_the_good_image_fails_too(place: Place) -> None:
    """Nothing goes back by itself to what did the harm."""
    cluster = small(place, "registry.example:5000/shop/api:1.3.1", broken=(ROLLOUT,))
    done = imaged(place)
    assert (done.state, done.undone, cluster.container["image"]) == (RunState.FAILED, {}, GOOD), str(done)


@pytest.mark.ran("recorded", "set-image")
@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"image": "registry.example:5000/shop/api:1.3.1"}, "runs already"),
        ({"image": "registry.example:5000/shop/web:1.2.0"}, "is another program than registry.example:5000/shop/api"),
        ({"image": "elsewhere.example/shop/api:1.2.0"}, "is another program"),
        ({"container": "proxy"}, "api has no container proxy; it has api"),
    ],
)
def test_an_image_that_cannot_be_meant_is_refused(place: Place, given: dict[str, str], why: str) -> None:
    """Then nothing is changed."""
    cluster = small(place, "registry.example:5000/shop/api:1.3.1")
    done = imaged(place, **given)
    assert (list(done.steps), cluster.container["image"]) == (["another"], "registry.example:5000/shop/api:1.3.1")
    assert why in done.steps["another"].output


@pytest.mark.ran("recorded", "set-image")
def test_another_repository_is_set_when_somebody_says_so(place: Place) -> None:
    """A registry that moved; the digest says which one it is."""
    cluster = small(place, "registry.example:5000/shop/api:1.3.1")
    image = f"mirror.example/shop/api@sha256:{'0' * 64}"
    assert imaged(place, image=image, repository="other").verdict is Verdict.FIXED
    assert cluster.container["image"] == image


# -- correct-config-map ---

MAP = {**API, "config_map": "settings", "key": "cache.ttl", "value": "3600"}
WHERE = ["configmap/settings", "--namespace=shop"]


def config_map(place: Place, value: str, *, after: str | None = None, broken: bool = False) -> Recorded:
    """A cluster in which the config map has this value, and afterwards that one."""
    note = json.dumps({"key": "cache.ttl", "value": value})
    answers = {
        "get configmap/settings --namespace=shop --output=jsonpath": (0, note),
        "get configmap/settings --namespace=shop --output=json": (0, json.dumps({"data": {"cache.ttl": value}})),
    }
    if broken:
        answers[ROLLOUT] = (1, "exceeded its progress deadline")
    kubectl = recorded(place.root, "kubectl", answers)
    place.environ["PATH"] = kubectl.path
    if after is not None:  # what was patched is what is asked for from then on
        program = kubectl.folder / "kubectl"
        text = json.dumps(json.dumps({"data": {"cache.ttl": after}}))
        said = f'if line.startswith("rollout status"):\n    answers[{list(answers)[1]!r}] = [0, {text}]\n'
        said += f"    json.dump(answers, open({str(kubectl.folder / 'kubectl.answers')!r}, 'w'))\n"
        program.write_text(program.read_text().replace("for start,", f"{said}for start,"))
    return kubectl


def changes(kubectl: Recorded) -> list[list[str]]:
    return [call for call in kubectl.calls("kubectl") if call[0] in ("annotate", "patch") or call[1] == "restart"]


def patch(value: str) -> list[str]:
    return ["patch", *WHERE, "--type=merge", "--patch=" + json.dumps({"data": {"cache.ttl": value}})]


NOTED = ["annotate", *WHERE, "--overwrite", 'plantao/value-before={"key": "cache.ttl", "value": "3"}']
RESTART = ["rollout", "restart", "deployment/api", "--namespace=shop"]


@pytest.mark.ran("recorded", "correct-config-map")
def test_a_value_of_a_config_map_is_put_right(place: Place) -> None:
    """It is noted, set, and read by new pods."""
    kubectl = config_map(place, "3", after="3600")
    done = place.perform("correct-config-map", **MAP)
    assert done.verdict is Verdict.FIXED, str(done)
    assert changes(kubectl) == [NOTED, patch("3600"), RESTART]


@pytest.mark.ran("recorded", "correct-config-map")
def test_a_value_that_did_not_arrive_is_not_fixed(place: Place) -> None:
    """Whatever the rollout said."""
    config_map(place, "3")
    done = place.perform("correct-config-map", **MAP)
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.NOT_FIXED), str(done)


@pytest.mark.ran("recorded", "correct-config-map")
def test_a_value_with_which_no_pod_comes_up_goes_back(place: Place) -> None:
    """And the pods are made to read the old one."""
    kubectl = config_map(place, "3", broken=True)
    done = place.perform("correct-config-map", **MAP)
    assert list(done.undone) == ["set"], str(done)
    assert changes(kubectl) == [NOTED, patch("3600"), RESTART, patch("3"), RESTART]


@pytest.mark.ran("recorded", "correct-config-map")
@pytest.mark.parametrize(
    ("value", "given", "why"),
    [
        ("3600", {}, "it is not what is wrong"),
        ("a = 1\nb = 2\n", {}, "is a file of 12 characters"),
        ("3", {"key": "cache.tll"}, "settings has no cache.tll; it has cache.ttl"),
    ],
)
def test_a_value_that_is_not_corrected_here(place: Place, value: str, given: dict[str, str], why: str) -> None:
    """Then nothing is changed."""
    kubectl = config_map(place, value)
    done = place.perform("correct-config-map", **MAP | given)
    assert (list(done.steps), changes(kubectl)) == (["note"], []), str(done)
    assert why in done.steps["note"].output
