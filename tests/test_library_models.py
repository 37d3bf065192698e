"""The runbooks about models and their providers, with real flags, files, registries and a real far side."""

from __future__ import annotations

import csv
import fcntl
import hashlib
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.model import Result, RunState, Verdict
from bot.runbooks.load import load_folder
from tests.far_side import FarSide, far_side
from tests.hurried import hurried
from tests.library import RUNBOOKS, perform, recorded
from tests.service_place import until

ENVIRON = {"PATH": "/usr/local/bin:/usr/bin:/bin"}


@pytest.fixture
def far() -> Iterator[FarSide]:
    with far_side() as server:
        server.answers["/model"] = (200, "an answer")
        yield server


def flags_file(tmp_path: Path, **flags: object) -> Path:
    file = tmp_path / "flags.json"
    file.write_text(json.dumps({"other": "stays", **flags}))
    return file


# -- flags ---


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("flags_set", "flags_back"),
        ("flags_set", "flags_show"),
        ("model_switch", "model_switch_back"),
        ("model_switch", "model_restart"),
    ],
)
def test_one_program_under_several_names(one: str, other: str) -> None:
    """Setting, setting back and showing cannot drift apart: they are the same program, byte for byte."""
    scripts = RUNBOOKS / "scripts"
    assert (scripts / f"{one}.py").read_bytes() == (scripts / f"{other}.py").read_bytes()


@pytest.mark.ran("real", "model-provider-down")
def test_another_provider_takes_over(far: FarSide, tmp_path: Path) -> None:
    """The flags lead to the fallback in one write, users see the notice, support is told, and answers come: FIXED."""
    flags = flags_file(tmp_path, llm_provider="main", answers_banner=False)
    flags.chmod(0o640)
    far.answers["/status"] = (200, json.dumps({"status": {"indicator": "major", "description": "Partial outage"}}))
    done = perform(
        "model-provider-down",
        {"flags": str(flags), "probe": f"{far.url}/model", "status_page": f"{far.url}/status", "provider": "ACME"},
        ENVIRON,
        tmp_path,
    )
    assert "they say: major, Partial outage" in done.before["status"].output
    assert "llm_provider is main   (expected main, to be backup)" in done.before["flags"].output
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.FIXED), done
    assert json.loads(flags.read_text()) == {"other": "stays", "llm_provider": "backup", "answers_banner": True}
    assert flags.stat().st_mode & 0o777 == 0o640
    assert [channel for channel, text in done.posted if text.startswith("ACME is down.")] == ["support"]


@pytest.mark.ran("real", "model-provider-down")
def test_a_fallback_that_does_not_answer_is_taken_back(far: FarSide, tmp_path: Path) -> None:
    """Nobody answers with the new flags either: they are as before, and nothing was told to support."""
    flags = flags_file(tmp_path, llm_provider="main", answers_banner=False)
    far.answers["/model"] = (503, "no model")
    done = perform(
        "model-provider-down",
        {"flags": str(flags), "probe": f"{far.url}/model"},
        ENVIRON,
        tmp_path,
        folder=hurried(tmp_path, "model-provider-down", "90s"),
    )
    assert done.state is RunState.UNDONE, done
    assert done.undone["switch"].result is Result.OK
    assert json.loads(flags.read_text()) == {"other": "stays", "llm_provider": "main", "answers_banner": False}
    assert done.posted == []


@pytest.mark.ran("real", "model-provider-down")
def test_flags_that_somebody_set_otherwise_are_left_alone(far: FarSide, tmp_path: Path) -> None:
    """It stops before it changes anything, and does not print what stands there: that may be a secret."""
    flags = flags_file(tmp_path, llm_provider="third-and-secret", answers_banner=False)
    before = flags.read_text()
    done = perform("model-provider-down", {"flags": str(flags), "probe": f"{far.url}/model"}, ENVIRON, tmp_path)
    assert done.state is RunState.UNDONE, done
    assert "llm_provider is neither main nor backup; somebody has set it otherwise." in done.steps["switch"].output
    assert "llm_provider is another value" in done.before["flags"].output
    assert "secret" not in str(done)
    assert flags.read_text() == before


@pytest.mark.ran("real", "model-provider-down")
def test_a_flag_service_that_takes_half_is_set_back(far: FarSide, tmp_path: Path) -> None:
    """The second flag cannot be written: the first goes back to what it was."""
    far.flags |= {"llm_provider": "main", "answers_banner": False}
    far.locked.add("answers_banner")
    done = perform("model-provider-down", {"flags": f"{far.url}/flags", "probe": f"{far.url}/model"}, ENVIRON, tmp_path)
    assert done.state is RunState.UNDONE, done
    assert "answers_banner was answered with 500" in done.steps["switch"].output
    assert far.flags == {"llm_provider": "main", "answers_banner": False}


@pytest.mark.ran("real", "model-provider-down")
def test_a_flag_service_that_redirects_gets_no_token_elsewhere(far: FarSide, tmp_path: Path) -> None:
    """Its 302 to a login page is no answer: nothing was set, and the other host was not asked."""
    with far_side() as login:
        login.answers["/login"] = (200, '{"value": "main"}')
        far.moved["/flags/llm_provider"] = f"{login.url}/login"
        given = {"flags": f"{far.url}/flags", "probe": f"{far.url}/model"}
        done = perform("model-provider-down", given, ENVIRON, tmp_path)
        assert login.asked == []
    assert "llm_provider was answered with 302" in done.steps["switch"].output, done
    assert "Nothing was changed." in done.steps["switch"].output


def waits_for(folder: Path) -> bool:
    """Whether somebody waits until the lock on this folder is free; Linux tells."""
    locks = Path("/proc/locks").read_text().splitlines()
    return any("-> FLOCK" in line and f":{folder.stat().st_ino} " in line for line in locks)


@pytest.mark.ran("real", "model-provider-down")
def test_flags_of_one_file_wait_for_each_other(far: FarSide, tmp_path: Path) -> None:
    """Two runs may set different flags of one file at once: the second waits, so that it does not write back the old
    value of the first's."""
    flags = flags_file(tmp_path, llm_provider="main", answers_banner=False, answer_cache_seconds=300)
    with ThreadPoolExecutor(1) as pool:
        folder = os.open(tmp_path, os.O_RDONLY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)  # as another run holds it while it writes
            given = {"flags": str(flags), "probe": f"{far.url}/model"}
            run = pool.submit(perform, "model-provider-down", given, ENVIRON, tmp_path)
            until(lambda: waits_for(tmp_path), "the run waits for the other one")
            flags.write_text(flags.read_text().replace("300", "3600"))
        finally:
            os.close(folder)
        done = run.result(30)
    assert done.verdict is Verdict.FIXED, done
    assert json.loads(flags.read_text())["answer_cache_seconds"] == 3600


def test_what_helps_everybody_does_not_wait_for_an_answer() -> None:
    """No other runbook holds the lock of model-provider-down while it waits half an hour for a person."""
    runbooks = load_folder(RUNBOOKS, compare=False).runbooks
    shared = [each for each in runbooks.values() if each.lock == runbooks["model-provider-down"].lock]
    long = [each.id for each in shared for step in each.steps if step.ask and (step.timeout or each.timeout) > 30 * 60]
    assert long == []


CLUSTER = """\
#!{python}
import json, sys
from pathlib import Path
here = Path({here!r})
words = sys.argv[1:]
with (here / "kubectl.calls").open("a") as calls:
    calls.write(json.dumps(words) + "\\n")
state = here / "environment.json"
variables = json.loads(state.read_text())
if words[2:4] == ["set", "env"]:
    if "--list" in words:
        print("\\n".join(f"{{name}}={{value}}" for name, value in variables.items()))
    else:
        state.write_text(json.dumps(variables | dict(word.split("=", 1) for word in words[5:])))
"""


@pytest.mark.ran("recorded", "model-provider-down")
def test_flags_of_a_deployment_are_its_environment(far: FarSide, tmp_path: Path) -> None:
    """kubectl sets what differs in one call, and it is waited for until the new pods are there."""
    kubectl = recorded(tmp_path, "kubectl")
    # One that remembers what was set, unlike the plain stand-in.
    (kubectl.folder / "kubectl").write_text(CLUSTER.format(python=sys.executable, here=str(kubectl.folder)))
    (kubectl.folder / "environment.json").write_text('{"FALLBACK": "false", "PORT": "8000"}')
    done = perform(
        "model-provider-down",
        {
            "flags": "deployment/chat",
            "namespace": "shop",
            "set": "LLM_PROVIDER=backup FALLBACK=true",
            "back": "LLM_PROVIDER=main FALLBACK=false",
            "probe": f"{far.url}/model",
        },
        {"PATH": kubectl.path},
        tmp_path,
    )
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.FIXED), done
    in_shop = ["--namespace", "shop"]
    listed = [*in_shop, "set", "env", "deployment/chat", "--list"]
    assert kubectl.calls("kubectl") == [
        listed,
        listed,
        [*in_shop, "set", "env", "deployment/chat", "LLM_PROVIDER=backup", "FALLBACK=true"],
        [*in_shop, "rollout", "status", "deployment/chat", "--timeout=150s"],
        listed,
    ]
    variables = json.loads((kubectl.folder / "environment.json").read_text())
    assert variables == {"FALLBACK": "true", "PORT": "8000", "LLM_PROVIDER": "backup"}


@pytest.mark.ran("real", "model-provider-back")
def test_the_usual_provider_comes_back(far: FarSide, tmp_path: Path) -> None:
    """They report no trouble and a person says that it is well: the flags are as usual, and support is told."""
    flags = flags_file(tmp_path, llm_provider="backup", answers_banner=True)
    far.answers["/status"] = (200, json.dumps({"status": {"indicator": "none", "description": "All well"}}))
    given = {"flags": str(flags), "probe": f"{far.url}/model", "status_page": f"{far.url}/status"}
    done = perform("model-provider-back", given, ENVIRON, tmp_path)
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.FIXED), done
    assert json.loads(flags.read_text()) == {"other": "stays", "llm_provider": "main", "answers_banner": False}
    assert len(done.asked) == 1


@pytest.mark.ran("real", "model-provider-back")
def test_a_provider_that_is_not_well_after_all_is_left_again(far: FarSide, tmp_path: Path) -> None:
    """It does not answer with the usual flags: those of the fallback come back."""
    flags = flags_file(tmp_path, llm_provider="backup", answers_banner=True)
    far.answers["/model"] = (503, "no")
    folder = hurried(tmp_path, "model-provider-back", "90s")
    done = perform(
        "model-provider-back", {"flags": str(flags), "probe": f"{far.url}/model"}, ENVIRON, tmp_path, folder=folder
    )
    assert done.state is RunState.UNDONE, done
    assert json.loads(flags.read_text()) == {"other": "stays", "llm_provider": "backup", "answers_banner": True}


@pytest.mark.ran("real", "model-provider-back")
def test_nothing_is_switched_back_while_they_report_trouble(far: FarSide, tmp_path: Path) -> None:
    """Their page says so, and nobody is even asked."""
    flags = flags_file(tmp_path, llm_provider="backup", answers_banner=True)
    far.answers["/status"] = (200, json.dumps({"status": {"indicator": "minor"}}))
    given = {"flags": str(flags), "probe": f"{far.url}/model", "status_page": f"{far.url}/status"}
    done = perform("model-provider-back", given, ENVIRON, tmp_path)
    assert done.why.startswith("step theirs"), done
    assert done.asked == []
    assert json.loads(flags.read_text())["llm_provider"] == "backup"


@pytest.mark.ran("real", "model-provider-rate-limited")
def test_refused_calls_are_counted_and_spaced(far: FarSide, tmp_path: Path) -> None:
    """The evidence counts the refusals by kind, without what tells a person; numbers stay numbers in the flags."""
    flags = flags_file(tmp_path, answer_cache_seconds=300, provider_calls_per_minute=600)
    log = tmp_path / "app.log"
    log.write_text(
        'rate limit for "user-77"\nrate limit for "user-78"\nall well\n2020-01-01 00:00:00 HTTP 429 of old\n'
    )
    given = {"flags": str(flags), "probe": f"{far.url}/model", "log": str(log)}
    done = perform("model-provider-rate-limited", given, ENVIRON, tmp_path)
    assert done.before["limited"].output.splitlines() == [
        "      2  rate limit for …",
        "look  log: 2 lines with rate limit,429,too many requests in 1 h, at most 0",
    ]
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.FIXED), done
    assert json.loads(flags.read_text()) == {
        "other": "stays",
        "answer_cache_seconds": 3600,
        "provider_calls_per_minute": 60,
    }


@pytest.mark.ran("real", "model-provider-rate-limited")
def test_an_alert_that_goes_on_is_not_fixed(far: FarSide, tmp_path: Path) -> None:
    """Answers come, and the provider goes on refusing: the alert says so, and it counts."""
    flags = flags_file(tmp_path, answer_cache_seconds=300, provider_calls_per_minute=600)
    folder = hurried(tmp_path, "model-provider-rate-limited", "15m")
    given = {"flags": str(flags), "probe": f"{far.url}/model"}
    done = perform("model-provider-rate-limited", given, ENVIRON, tmp_path, folder=folder, resolved=False)
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.NOT_FIXED), done


@pytest.mark.ran("real", "model-provider-slow")
def test_a_faster_model_is_used(far: FarSide, tmp_path: Path) -> None:
    """Answers come in time afterwards: FIXED."""
    flags = flags_file(tmp_path, llm_model="large", llm_max_tokens=1000, llm_timeout_seconds=30)
    done = perform("model-provider-slow", {"flags": str(flags), "probe": f"{far.url}/model"}, ENVIRON, tmp_path)
    assert "5 answers: fastest 0.0" in done.before["times"].output
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.FIXED), done
    assert json.loads(flags.read_text())["llm_model"] == "small"


@pytest.mark.ran("real", "model-provider-slow")
def test_when_nothing_gets_faster_the_better_model_comes_back(far: FarSide, tmp_path: Path) -> None:
    """Slow with the small model too: everybody keeps the good answers."""
    flags = flags_file(tmp_path, llm_model="large", llm_max_tokens=1000, llm_timeout_seconds=30)
    before = json.loads(flags.read_text())
    far.slow.add("/model")
    done = perform(
        "model-provider-slow",
        {"flags": str(flags), "probe": f"{far.url}/model", "slow_after": "1"},
        ENVIRON,
        tmp_path,
        folder=hurried(tmp_path, "model-provider-slow", "2m"),
    )
    assert done.state is RunState.UNDONE, done
    assert done.before["times"].said == "exit code 3"
    assert json.loads(flags.read_text()) == before


def usage_report(tmp_path: Path) -> Path:
    file = tmp_path / "usage.csv"
    file.write_text(
        "day,model,caller,calls,input_tokens,output_tokens,cost\n"
        "2026-11-01,large,web,100,50000,20000,30.50\n"
        "2026-11-01,small,web,900,90000,30000,4.50\n"
        "2026-11-02,large,batch,1000,900000,90000,450.00\n"
    )
    return file


@pytest.mark.ran("real", "model-provider-costly")
def test_cost_is_summed_and_reduced(far: FarSide, tmp_path: Path) -> None:
    """Who spends what stands in the evidence; a person reads some answers, and the cheaper settings stay."""
    flags = flags_file(tmp_path, answer_cache_seconds=300, simple_query_model="large", llm_max_tokens=1000)
    given = {"flags": str(flags), "probe": f"{far.url}/model", "usage": str(usage_report(tmp_path))}
    done = perform("model-provider-costly", given, ENVIRON, tmp_path)
    lines = [line.split() for line in done.before["usage"].output.splitlines()]
    assert ["large", "1100", "950000", "110000", "480.50"] in lines
    assert ["batch", "1000", "900000", "90000", "450.00"] in lines
    assert "450.00 on 2026-11-02, budget 400 a day; over it on 2026-11-02" in done.before["usage"].output
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.FIXED), done
    assert json.loads(flags.read_text())["simple_query_model"] == "small"


@pytest.mark.ran("real", "model-provider-costly")
def test_cheap_answers_that_are_bad_are_not_kept(far: FarSide, tmp_path: Path) -> None:
    """A no to the question sets everything back."""
    flags = flags_file(tmp_path, answer_cache_seconds=300, simple_query_model="large", llm_max_tokens=1000)
    before = json.loads(flags.read_text())
    given = {"flags": str(flags), "probe": f"{far.url}/model"}
    done = perform("model-provider-costly", given, ENVIRON, tmp_path, answers={"quality": False})
    assert done.state is RunState.UNDONE, done
    assert json.loads(flags.read_text()) == before


@pytest.mark.ran("real", "degraded-answers")
def test_users_are_told_and_told_that_it_is_over(far: FarSide, tmp_path: Path) -> None:
    """The notice shows and support has the words; run again with the values swapped, it is gone."""
    far.flags["answers_banner"] = False
    far.answers["/"] = (200, "<p>Answers may be slower than usual</p>")
    given = {
        "flags": f"{far.url}/flags",
        "page": f"{far.url}/",
        "shown": "may be slower",
        "message": "It is slow: *now*",
    }
    done = perform("degraded-answers", given, ENVIRON, tmp_path)
    assert (done.state, done.verdict, far.flags) == (RunState.SUCCEEDED, Verdict.FIXED, {"answers_banner": True}), done
    assert done.posted == [("support", "It is slow: *now*")]
    given |= {"set": "answers_banner=false", "back": "answers_banner=true", "shown": "", "message": "All well again"}
    over = perform("degraded-answers", given, ENVIRON, tmp_path)
    assert (over.verdict, far.flags) == (Verdict.FIXED, {"answers_banner": False}), over


@pytest.mark.ran("real", "degraded-answers")
def test_a_notice_that_does_not_show_is_not_fixed(far: FarSide, tmp_path: Path) -> None:
    """The flag is set, and the page does not have the words: NOT FIXED."""
    far.flags["answers_banner"] = False
    far.answers["/"] = (200, "<p>Welcome</p>")
    given = {"flags": f"{far.url}/flags", "page": f"{far.url}/", "shown": "may be slower"}
    assert perform("degraded-answers", given, ENVIRON, tmp_path).verdict is Verdict.NOT_FIXED


# -- a registry of models ---


class Registry:
    """A folder of versions: 1 was before, 2 is in use, 3 is the candidate."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for version, accuracy in (("1.0", 0.93), ("2.0", 0.95), ("3.0", 0.96)):
            home = folder / version
            home.mkdir(parents=True)
            (home / "model.bin").write_bytes(f"weights of {version}".encode() * 1000)
            (home / "metrics.json").write_text(json.dumps({"accuracy": accuracy, "latency_ms": 40}))
            self.sign(version)
        (folder / "current").symlink_to("2.0")
        (folder / "previous").symlink_to("1.0")

    def sign(self, version: str) -> None:
        home = self.folder / version
        sums = [
            f"{hashlib.sha256((home / name).read_bytes()).hexdigest()}  {name}\n"
            for name in ("metrics.json", "model.bin")
        ]
        (home / "SHA256SUMS").write_text("".join(sums))

    @property
    def links(self) -> tuple[str, str]:
        """What is in use, and what was before."""
        return str((self.folder / "current").readlink()), str((self.folder / "previous").readlink())


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    return Registry(tmp_path / "models")


def served(registry: Registry, far: FarSide) -> dict[str, str]:
    """A server that loads again when its address is POSTed to."""
    far.answers["/ready"] = (200, '{"ready": true}')
    return {"registry": str(registry.folder), "server": f"{far.url}/reload", "ready": f"{far.url}/ready"}


@pytest.mark.ran("real", "roll-back-model")
def test_a_model_goes_back_to_the_version_before(registry: Registry, far: FarSide, tmp_path: Path) -> None:
    """By default to the version before: it is checked, switched to and loaded; a second time leads forth again."""
    done = perform("roll-back-model", served(registry, far), ENVIRON, tmp_path)
    versions = done.before["versions"].output
    assert [line.split()[0] for line in versions.splitlines() if line.endswith("current")] == ["2.0"]
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.FIXED), done
    assert registry.links == ("1.0", "2.0")
    assert far.posted() == [""]
    assert perform("roll-back-model", served(registry, far), ENVIRON, tmp_path).verdict is Verdict.FIXED
    assert registry.links == ("2.0", "1.0")


@pytest.mark.ran("real", "roll-back-model")
def test_a_damaged_version_is_never_switched_to(registry: Registry, far: FarSide, tmp_path: Path) -> None:
    """Its bytes are not those that were trained: nothing changes."""
    (registry.folder / "1.0" / "model.bin").write_bytes(b"half")
    done = perform("roll-back-model", served(registry, far) | {"version": "1.0"}, ENVIRON, tmp_path)
    assert "model.bin of 1.0 is not what was trained. Nothing was switched." in done.steps["switch"].output
    assert done.undone["switch"].output == "nothing was switched; in use: 2.0\n"
    assert registry.links == ("2.0", "1.0")
    assert far.posted() == []  # the server that runs was not disturbed


@pytest.mark.ran("real", "roll-back-model")
def test_a_server_that_does_not_load_it_gets_its_version_back(registry: Registry, far: FarSide, tmp_path: Path) -> None:
    """The link stands as before, both links do, and the server was told to load once more."""
    given = served(registry, far)
    far.answers["/ready"] = (200, '{"ready": false, "reason": "model_not_loaded"}')
    done = perform(
        "roll-back-model",
        given | {"version": "3.0"},
        ENVIRON,
        tmp_path,
        folder=hurried(tmp_path, "roll-back-model", "3m"),
    )
    assert done.state is RunState.UNDONE, done
    assert "in use: 2.0 → 3.0" in done.steps["switch"].output
    assert "in use: 3.0 → 2.0" in done.undone["switch"].output
    assert registry.links == ("2.0", "1.0")
    assert far.posted() == ["", ""]


@pytest.mark.ran("real", "roll-back-model")
def test_a_switch_of_long_ago_is_not_called_nothing(registry: Registry, far: FarSide, tmp_path: Path) -> None:
    """Nobody can tell after a quarter of an hour whose switch it was: the undo fails, and says how to go back."""
    note = registry.folder / ".switched"

    def an_hour_passes(_body: str) -> int:
        hour_ago = time.time() - 3600
        os.utime(note, (hour_ago, hour_ago))
        return 201

    given = served(registry, far) | {"version": "3.0"}
    far.answers["/ready"] = (200, '{"ready": false}')
    far.intake = an_hour_passes
    folder = hurried(tmp_path, "roll-back-model", "3m")
    done = perform("roll-back-model", given, ENVIRON, tmp_path, folder=folder)
    assert done.state is RunState.FAILED, done
    assert done.undone["switch"].result is Result.FAILED
    assert "NOT switched back: 3.0 is in use" in done.undone["switch"].output
    assert "run roll-back-model with version=2.0" in done.undone["switch"].output
    assert registry.links == ("3.0", "2.0")


@pytest.mark.ran("recorded", "roll-back-model")
@pytest.mark.parametrize(
    ("server", "program", "calls"),
    [
        ("systemd:predict", "systemctl", [["restart", "--", "predict"]]),
        ("docker:predict-1", "docker", [["restart", "--", "predict-1"]]),
        (
            "deployment/predict",
            "kubectl",
            [
                ["--namespace", "ml", "rollout", "restart", "deployment/predict"],
                ["--namespace", "ml", "rollout", "status", "deployment/predict", "--timeout=240s"],
            ],
        ),
    ],
)
def test_each_kind_of_server_is_started_again(
    server: str, program: str, calls: list[list[str]], registry: Registry, far: FarSide, tmp_path: Path
) -> None:
    """systemd, Docker and Kubernetes, each by its own program."""
    stand_in = recorded(tmp_path, program)
    given = served(registry, far) | {"server": server, "namespace": "ml"}
    done = perform("roll-back-model", given, {"PATH": stand_in.path}, tmp_path)
    assert done.verdict is Verdict.FIXED, done
    assert stand_in.calls(program) == calls


@pytest.mark.ran("recorded", "roll-back-model")
def test_a_server_that_does_not_start_is_undone(registry: Registry, far: FarSide, tmp_path: Path) -> None:
    """systemctl fails: the version before comes back, and it is tried with that."""
    systemctl = recorded(tmp_path, "systemctl", {"restart": (1, "Job failed.")})
    given = served(registry, far) | {"server": "systemd:predict"}
    done = perform("roll-back-model", given, {"PATH": systemctl.path}, tmp_path)
    assert done.state is RunState.FAILED
    assert done.undone["switch"].result is Result.FAILED  # the link is back, and the server still does not start
    assert registry.links == ("2.0", "1.0")


@pytest.mark.ran("real", "update-model")
def test_a_new_version_passes_its_gates_and_is_used(registry: Registry, far: FarSide, tmp_path: Path) -> None:
    """Files, measures, a person, the switch, readiness and time: then the new version is in use."""
    given = served(registry, far) | {"version": "3.0", "probe": f"{far.url}/model"}
    done = perform("update-model", given, ENVIRON, tmp_path)
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.FIXED), done
    assert registry.links == ("3.0", "2.0")
    assert done.posted == [("deploys", f"Model version 3.0 is in use ({registry.folder}).")]


@pytest.mark.ran("real", "update-model")
def test_a_worse_version_does_not_pass(registry: Registry, far: FarSide, tmp_path: Path) -> None:
    """Its accuracy fell by more than allowed, and it is slower: the gate names both and stays closed."""
    (registry.folder / "3.0" / "metrics.json").write_text(json.dumps({"accuracy": 0.9, "latency_ms": 80}))
    registry.sign("3.0")
    given = served(registry, far) | {"version": "3.0", "probe": f"{far.url}/model"}
    done = perform("update-model", given, ENVIRON, tmp_path)
    assert "does not pass: accuracy, latency_ms" in done.steps["gate"].output
    assert "switch" not in done.steps
    assert registry.links == ("2.0", "1.0")


@pytest.mark.ran("real", "update-model")
def test_a_version_that_answers_too_late_is_taken_back(registry: Registry, far: FarSide, tmp_path: Path) -> None:
    """Ready, and slow: the version before comes back by itself."""
    far.slow.add("/model")
    given = served(registry, far) | {"version": "3.0", "probe": f"{far.url}/model"}
    done = perform("update-model", given, ENVIRON, tmp_path)
    assert done.state is RunState.UNDONE, done
    assert done.why.startswith("step in-time")
    assert registry.links == ("2.0", "1.0")


@pytest.mark.ran("real", "model-not-loaded")
def test_an_intact_model_is_loaded_again(registry: Registry, far: FarSide, tmp_path: Path) -> None:
    """Its files are as they were trained, so the server is started again, and it is ready."""
    given = served(registry, far) | {"user": "nobody"}
    done = perform("model-not-loaded", given, ENVIRON, tmp_path)
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.FIXED), done
    assert "all 2 files of 2.0 are as they were made" in done.steps["sums"].output
    assert far.posted() == [""]


@pytest.mark.ran("real", "model-not-loaded")
def test_a_damaged_model_is_not_loaded_again(registry: Registry, far: FarSide, tmp_path: Path) -> None:
    """The evidence names what cannot be read and what is empty; it stops before the restart and says to roll back."""
    (registry.folder / "2.0" / "model.bin").write_bytes(b"")
    (registry.folder / "2.0" / "metrics.json").chmod(0o600)
    given = served(registry, far) | {"user": "nobody"}
    done = perform("model-not-loaded", given, ENVIRON, tmp_path)
    assert "current/model.bin is empty" in done.before["files"].output
    assert "nobody may not read" in done.before["files"].output
    assert done.state is RunState.FAILED
    assert "1 of 2 files of 2.0 are not what was trained. Do not load it; roll back." in done.steps["sums"].output
    assert far.posted() == []


@pytest.mark.ran("real", "retrain-model")
def test_a_retrained_model_passes_the_gates(registry: Registry, tmp_path: Path) -> None:
    """Four questions and two gates; the candidate is intact and measured, and is not in use yet."""
    done = perform("retrain-model", {"registry": str(registry.folder), "version": "3.0"}, ENVIRON, tmp_path)
    assert (done.state, done.verdict, len(done.asked)) == (RunState.SUCCEEDED, Verdict.FIXED, 4), done
    assert registry.links == ("2.0", "1.0")


@pytest.mark.ran("real", "retrain-model")
def test_unsound_data_ends_the_training(registry: Registry, tmp_path: Path) -> None:
    """A no at a gate ends the run, and nothing after it is asked or done."""
    given = {"registry": str(registry.folder), "version": "3.0"}
    done = perform("retrain-model", given, ENVIRON, tmp_path, answers={"data": False})
    assert (done.state, list(done.steps)) == (RunState.FAILED, ["reason", "data"])


@pytest.mark.ran("real", "model-backup")
def test_a_model_is_packed_and_the_oldest_goes(registry: Registry, tmp_path: Path) -> None:
    """The archive is named after the version, holds every file, and only the two newest are kept."""
    target = tmp_path / "backups"
    target.mkdir()
    for day in ("01", "02"):
        (target / f"2.0-202601{day}T000000Z.tar.gz").write_bytes(b"old")
    (target / "1.0-20260101T000000Z.tar.gz").write_bytes(b"of another version")
    given = {"source": str(registry.folder / "current"), "target": str(target), "backups": str(target)}
    done = perform("model-backup", given, ENVIRON, tmp_path)
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.FIXED), done
    assert "4 files" in done.steps["pack"].output or "3 files" in done.steps["pack"].output
    names = sorted(file.name for file in target.iterdir())
    assert names[:2] == ["1.0-20260101T000000Z.tar.gz", "2.0-20260102T000000Z.tar.gz"]
    newest = next(name for name in names[2:] if name.endswith(".tar.gz"))
    (tmp_path / "back").mkdir()
    subprocess.run(["tar", "-xzf", target / newest, "-C", tmp_path / "back"], check=True)
    for name in ("model.bin", "metrics.json", "SHA256SUMS"):
        assert (tmp_path / "back" / "2.0" / name).read_bytes() == (registry.folder / "2.0" / name).read_bytes()
    assert (target / newest).stat().st_mode & 0o077 == 0


@pytest.mark.ran("real", "model-backup")
def test_a_backup_of_nothing_is_none(tmp_path: Path) -> None:
    """An empty folder makes no archive, and no old one goes for it."""
    (tmp_path / "models").mkdir()
    target = tmp_path / "backups"
    target.mkdir()
    (target / "models-20260101T000000Z.tar.gz").write_bytes(b"old")
    given = {"source": str(tmp_path / "models"), "target": str(target), "keep": "1"}
    done = perform("model-backup", given, ENVIRON, tmp_path)
    assert done.state is RunState.FAILED
    assert "An empty backup is none" in done.steps["pack"].output
    assert [file.name for file in target.iterdir()] == ["models-20260101T000000Z.tar.gz"]


# -- drift and quality ---


def sample(file: Path, rows: list[dict[str, object]]) -> Path:
    with file.open("w", newline="") as opened:
        writer = csv.DictWriter(opened, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return file


def people(seed: int, *, age: float = 40, channels: str = "wwwwwwmmms") -> list[dict[str, object]]:
    """Two thousand rows with an age around `age`, and channels by their share."""
    chance = random.Random(seed)
    return [
        {"age": round(chance.gauss(age, 10), 1), "channel": chance.choice(channels), "note": f"n{chance.randint(0, 3)}"}
        for _ in range(2000)
    ]


def drift(tmp_path: Path, current: list[dict[str, object]]) -> dict[str, str]:
    return {
        "reference": str(sample(tmp_path / "then.csv", people(1))),
        "current": str(sample(tmp_path / "now.csv", current)),
        "report": str(tmp_path / "reports" / "drift.txt"),
        "model": "risk",
    }


@pytest.mark.ran("real", "model-drift")
def test_the_same_world_is_stable(tmp_path: Path) -> None:
    """Another draw of the same distribution: every column under 0.1, and FIXED."""
    done = perform("model-drift", drift(tmp_path, people(2)), ENVIRON, tmp_path)
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.FIXED), done
    assert done.steps["measure"].said == "exit code 0"
    assert done.steps["measure"].output.count(" stable ") == 3


@pytest.mark.ran("real", "model-drift")
def test_a_shift_is_found_where_it_is(tmp_path: Path) -> None:
    """Older people: the age has shifted, nothing else has; its owners are told, and it is NOT FIXED while it lasts."""
    done = perform("model-drift", drift(tmp_path, people(2, age=48)), ENVIRON, tmp_path)
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.NOT_FIXED), done
    assert done.steps["measure"].said == "exit code 4"
    words = {line.split()[0]: line.split()[2] for line in done.steps["measure"].output.splitlines()[:3]}
    assert words == {"age": "SHIFTED", "channel": "stable", "note": "stable"}
    assert done.posted[0][0] == "ml"


@pytest.mark.ran("real", "model-drift")
def test_a_column_that_moved_a_little_is_said_to_have_moved(tmp_path: Path) -> None:
    """Between 0.1 and 0.25, with words as with numbers."""
    done = perform("model-drift", drift(tmp_path, people(2, channels="wwwwmmmmss")), ENVIRON, tmp_path)
    words = {line.split()[0]: line.split()[2] for line in done.steps["measure"].output.splitlines()[:3]}
    assert words == {"channel": "moved", "age": "stable", "note": "stable"}
    assert (done.steps["measure"].said, done.verdict) == ("exit code 3", Verdict.NOT_FIXED)


@pytest.mark.ran("real", "model-drift")
def test_a_feed_that_broke_is_seen_and_ends_the_run(tmp_path: Path) -> None:
    """A column that came empty is said to be missing, and a person who says so ends it there."""
    rows = [row | {"channel": ""} for row in people(2)]
    done = perform("model-drift", drift(tmp_path, rows), ENVIRON, tmp_path, answers={"sound": False})
    assert "missing +100.0 %" in done.steps["measure"].output
    assert (done.state, list(done.steps)) == (RunState.FAILED, ["begin", "measure", "sound"])


@pytest.mark.ran("real", "model-drift")
def test_a_handful_of_rows_is_no_measure(tmp_path: Path) -> None:
    """With fewer than a hundred, chance alone looks like drift: it is refused rather than told."""
    done = perform("model-drift", drift(tmp_path, people(2)[:60]), ENVIRON, tmp_path)
    assert done.state is RunState.FAILED
    assert "has 60 rows; with fewer than 100 chance alone looks like drift" in done.steps["measure"].output


def judged(tmp_path: Path, wrong: int) -> dict[str, object]:
    rows: list[dict[str, object]] = [
        {"day": f"2026-11-{1 + at % 5:02}", "predicted": "buy" if at < wrong else "help", "actual": "help"}
        for at in range(200)
    ]
    return {"sample": str(sample(tmp_path / "judged.csv", rows)), "report": str(tmp_path / "reports" / "quality.txt")}


@pytest.mark.ran("real", "model-degradation")
@pytest.mark.parametrize(("wrong", "verdict"), [(10, Verdict.FIXED), (40, Verdict.NOT_FIXED)])
def test_quality_is_measured_against_its_limit(
    wrong: int, verdict: Verdict, registry: Registry, far: FarSide, tmp_path: Path
) -> None:
    """95 % right is well with a limit of 85, 80 % is not, and what was taken for what stands in the output."""
    given = {name: str(value) for name, value in judged(tmp_path, wrong).items()}
    given |= {"registry": str(registry.folder), "probe": f"{far.url}/model"}
    done = perform("model-degradation", given, ENVIRON, tmp_path)
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, verdict), done
    assert f"quality: {100 - wrong / 2:.1f} % right of 200, at least 85 %" in done.steps["measure"].output
    assert f"taken for buy: help, {wrong} times" in done.steps["measure"].output
