"""The runbooks about graphics cards: recorded answers of nvidia-smi, beside a real service where one is restarted."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.model import Result, RunState, Verdict
from tests import ran_here
from tests.library import Performed, Recorded, perform, recorded
from tests.service_place import Place, free_port
from tests.small_service import SmallService

CARDS, PROCESSES = "--query-gpu=", "--query-compute-apps="
WELL = "0, NVIDIA A10, 40, 9000, 24000, 61\n1, NVIDIA A10, 10, 100, 24000, 50\n"


def cards(tmp_path: Path, text: str, code: int = 0, verify: str | None = None) -> Recorded:
    """nvidia-smi says this of its cards, and `verify` when it is asked a last time, without names."""
    short = verify or "".join(
        ",".join((*line.split(",")[:1], *line.split(",")[2:])) + "\n" for line in text.splitlines()
    )
    answers = {
        "--query-gpu=index,utilization": (code, short),
        CARDS: (code, text),
        PROCESSES: (0, f"{os.getpid()}, /usr/bin/python3, serve, 9000\n99999999, [Not Found], [N/A]\n"),
    }
    tools = recorded(tmp_path, "nvidia-smi", answers)
    tools.program("journalctl", {"": (1, "")})
    return tools


def diagnosed(tools: Recorded, tmp_path: Path, **given: str) -> Performed:
    return perform("gpu-diagnosis", given, {"PATH": tools.path}, tmp_path)


# -- gpu-diagnosis ---


@pytest.mark.ran("recorded", "gpu-diagnosis")
def test_cards_that_are_well(tmp_path: Path) -> None:
    """Their figures, whose processes hold their memory, and what the driver said."""
    tools = cards(tmp_path, WELL)
    done = diagnosed(tools, tmp_path)
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.FIXED), str(done)
    said = done.steps["cards"].output
    assert "card 0 NVIDIA A10: busy 40 %, memory 38 %, heat 61 °C\n" in said
    assert said.endswith("ok    graphics: 2 within\n")
    processes = done.steps["processes"].output.splitlines()
    assert processes[0].startswith(f"process {os.getpid()} python3, serve: 9000 MiB, of ")
    assert (
        processes[1]
        == "process 99999999 [Not Found]: ? MiB, of another machine, or gone: memory that nobody gives back"
    )
    assert [call[-1] for call in tools.calls("journalctl")] == ["--quiet"]


@pytest.mark.ran("recorded", "gpu-diagnosis")
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("0, NVIDIA A10, 97, 9000, 24000, 61\n", "look  graphics: card 0 busy"),
        ("0, NVIDIA A10, 40, 23900, 24000, 61\n", "look  graphics: card 0 memory"),
        (
            "0, NVIDIA A10, 40, 9000, 24000, 61\n1, NVIDIA A10, 95, 9000, 24000, 92\n",
            "look  graphics: card 1 busy, card 1 heat",
        ),
    ],
)
def test_what_is_too_high_is_named_and_not_fixed(tmp_path: Path, text: str, said: str) -> None:
    """Each card by itself."""
    done = diagnosed(cards(tmp_path, text), tmp_path)
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.NOT_FIXED), str(done)
    assert said in done.steps["cards"].output


@pytest.mark.ran("recorded", "gpu-diagnosis")
def test_what_a_card_does_not_tell_is_no_fault(tmp_path: Path) -> None:
    """Some cards have no thermometer, and virtual ones tell little."""
    done = diagnosed(cards(tmp_path, "0, GRID V100, [N/A], 100, 24000, [N/A]\n"), tmp_path)
    assert done.verdict is Verdict.FIXED, str(done)
    assert "busy ? %, memory 0 %, heat ? °C" in done.steps["cards"].output


@pytest.mark.ran("recorded", "gpu-diagnosis")
@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        (
            "Unable to determine the device handle for GPU 0000:01:00.0: Unknown Error\n",
            9,
            "needs the machine's restart",
        ),
        ("", 0, "names no card"),
    ],
)
def test_a_card_that_does_not_answer_is_no_healthy_card(tmp_path: Path, text: str, code: int, said: str) -> None:
    """It fails there, in the driver's own words."""
    done = diagnosed(cards(tmp_path, text, code, verify=text), tmp_path)
    assert (done.state, done.verdict) == (RunState.FAILED, None), str(done)
    assert said in done.steps["cards"].output


# -- the regular look ---


@pytest.mark.parametrize(
    ("text", "result", "line"),
    [
        pytest.param(
            WELL, Result.OK, "ok    graphics: 2 within", marks=pytest.mark.ran("recorded", "daily-health-check")
        ),
        pytest.param(
            "0, NVIDIA A10, 99, 9000, 24000, 61\n",
            Result.FAILED,
            "look  graphics: card 0 busy",
            marks=pytest.mark.ran("recorded", "daily-health-check"),
        ),
    ],
    ids=["well", "busy"],
)
def test_the_daily_check_looks_at_the_cards(tmp_path: Path, text: str, result: Result, line: str) -> None:
    """A card that is too busy is a line to read, as each other look."""
    report = tmp_path / "reports" / "report.txt"
    tools = cards(tmp_path, text)
    done = perform("daily-health-check", {"report": str(report)}, {"PATH": tools.path}, tmp_path)
    assert (done.steps["graphics"].result, line in report.read_text().splitlines()) == (result, True), str(done)


# -- clear-gpu-memory ---


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


@pytest.fixture
def model(place: Place) -> Iterator[SmallService]:
    """A running model's server, with three processes."""
    with SmallService(place.services, "model", free_port()).ended_afterwards() as service:
        yield service


def on_card(place: Place, model: SmallService, later: int, *, total: int = 24000) -> None:
    """An nvidia-smi: the service's first two processes hold 9,000 MiB each, those that come later `later` each."""
    ran_here.stood_in("nvidia-smi")
    folder = place.root / "graphics"
    folder.mkdir()
    program = folder / "nvidia-smi"
    program.write_text(
        f"""#!{sys.executable}
import os, pathlib, sys
first = {model.pids[:2]}
pids = [int(pid) for pid in pathlib.Path({str(model.home / "pids")!r}).read_text().split()]
held = {{pid: 9000 if pid in first else {later} for pid in pids if pid in first or pid > max({model.pids})}}
held = {{pid: size for pid, size in held.items() if os.path.exists(f"/proc/{{pid}}")}}
asked = sys.argv[1]
if "compute-apps=pid,used" in asked:
    print(*(f"{{pid}}, {{size}}" for pid, size in held.items()), sep="\\n")
elif "compute-apps" in asked:
    print(*(f"{{pid}}, python3, {{size}}" for pid, size in held.items()), sep="\\n")
elif "name" in asked:
    print(f"0, NVIDIA A10, 5, {{sum(held.values())}}, {total}, 50")
else:
    print(f"0, {{sum(held.values())}}, {total}")
"""
    )
    program.chmod(0o755)
    place.environ["PATH"] = f"{folder}:{os.environ['PATH']}"


def cleared(place: Place, model: SmallService, **given: object) -> Performed:
    return place.perform(
        "clear-gpu-memory", service="model", platform="process", port=model.port, **{"grace": 1, **given}
    )


@pytest.mark.ran("recorded", "start-service", "clear-gpu-memory")
def test_a_models_server_gives_its_graphics_memory_back(place: Place, model: SmallService) -> None:
    """It is ended with all it started, starts again, and is measured."""
    begun(place, model)
    before = model.alive
    on_card(place, model, later=500)
    done = cleared(place, model)
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.FIXED), str(done)
    assert done.before["service"].output.startswith("model: 18000 MiB in 2 processes")
    assert "before: 18000 MiB, now 8 % of it" in done.steps["lower"].output
    assert set(before) & set(model.alive) == set()


@pytest.mark.ran("recorded", "start-service", "clear-gpu-memory")
def test_a_server_that_takes_as_much_again_is_load_and_no_leak(place: Place, model: SmallService) -> None:
    """The restart did not help, and is not called a help."""
    begun(place, model)
    on_card(place, model, later=6000)
    done = cleared(place, model)
    assert (done.state, done.verdict) == (RunState.FAILED, None), str(done)
    assert "the restart did not give the memory back" in done.steps["lower"].output


@pytest.mark.ran("recorded", "start-service", "clear-gpu-memory")
def test_a_card_that_others_keep_full_is_not_fixed(place: Place, model: SmallService) -> None:
    """The service gave back what it had, and the card has no room still."""
    begun(place, model)
    on_card(place, model, later=500, total=1500)
    done = cleared(place, model)
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.NOT_FIXED), str(done)
    assert [id for id, each in done.verified.items() if not each.ok] == ["room"]


@pytest.mark.ran("recorded", "start-service", "clear-gpu-memory")
def test_a_service_that_holds_none_is_not_restarted(place: Place, model: SmallService) -> None:
    """It would give nothing back."""
    begun(place, model)
    alive = model.alive
    tools = recorded(place.root, "nvidia-smi", {CARDS: (0, WELL), PROCESSES: (0, "")})
    place.environ["PATH"] = tools.path
    done = cleared(place, model)
    assert (list(done.steps), model.alive) == (["held"], alive), str(done)
    assert "model holds nothing of the graphics cards" in done.steps["held"].output


def begun(place: Place, model: SmallService) -> None:
    done = place.perform("start-service", service="model", platform="process", port=model.port)
    assert done.verdict is Verdict.FIXED, str(done)
