"""`runbook test`: cases are read strictly and replayed without running anything."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from bot.runbooks.cases import Cases, gaps, load_cases
from bot.runbooks.load import Library, load_folder
from bot.runbooks.replay import Difference, replay

ROOT = Path(__file__).parent.parent

RESTART = """\
runbook: 1
id: restart
title: Restart it
reviewed: 2026-11-01
doc: text
match:
  - alert: [ServiceDown]
params:
  service: {type: string, pattern: "[a-z]+", from: [labels.service]}
  port: {type: integer, min: 1, default: 80}
check:
  - {id: state, run: [touch, ran]}
steps:
  - {id: restart, run: [systemctl, restart, --, "{service}"], repeat_safe: true, retries: 2}
  - {id: clean, script: scripts/clean.sh}
  - {id: call, http: {url: "http://127.0.0.1:8080/jobs", method: POST, json: {name: "{service}"}, status: 201}}
  - {id: tell, notify: {channel: deploys, text: "restarted {service}"}}
  - {id: eyes, ask: "Is {service} well?"}
  - {id: settled, wait: {tcp: {host: 127.0.0.1, port: 8080}, for: 10s, stable: 2}}
verify:
  - {id: running, run: [systemctl, is-active, --, "{service}"], ok: [0, 3]}
  - {id: healthy, http: {url: "http://127.0.0.1:8080/health", status: 204}}
  - {tcp: {host: 127.0.0.1, port: 8080}}
  - {id: over, alert: resolved}
"""
PROSE = """\
runbook: 1
id: full
title: A disk is full
reviewed: 2026-11-01
doc: text
match:
  - category: disk
"""
WHOLE = """\
- name: a service that stopped is restarted
  alert: {name: ServiceDown, labels: {service: nginx}, summary: it refuses connections, source: alertmanager}
  given: {port: 8081}
  runbook: restart
  params: {service: nginx, port: 8081}
  steps:
    - [systemctl, restart, --, nginx]
    - scripts/clean.sh
    - 'http POST http://127.0.0.1:8080/jobs · {"name": "nginx"} · expecting 201'
    - "notify #deploys restarted nginx"
    - "ask Is nginx well?"
    - wait for tcp 127.0.0.1:8080, 2 times in a row, at most 10 s
- name: it did not help
  alert: {name: ServiceDown, labels: {service: nginx}}
  runbook: restart
  answers: {running: 1}
  verdict: NOT FIXED
- name: a hostile name makes no plan
  alert: {name: ServiceDown, labels: {service: "nginx; rm -rf /"}}
  runbook: restart
  refused: does not fit
- name: another alert
  alert: {name: FluxCapacitorWobble}
  runbook: none
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A runbooks folder with a runbook that has every kind of step, and one of prose."""
    below = tmp_path / "runbooks"
    (below / "scripts").mkdir(parents=True)
    (below / "tests").mkdir()
    (below / "scripts" / "clean.sh").write_text("#!/bin/sh\ntouch ran\n")
    (below / "restart.yaml").write_text(RESTART)
    (below / "full.yaml").write_text(PROSE)
    return below


def write(folder: Path, text: str, name: str = "restart") -> Cases:
    (folder / "tests" / f"{name}.yaml").write_text(text)
    return load_cases(folder, load_folder(folder))


def differences(folder: Path, text: str, name: str = "restart") -> list[Difference]:
    cases = write(folder, text, name)
    assert [str(problem) for problem in cases.problems] == []
    return [found for each in cases.written for found in replay(each, load_folder(folder), folder)]


def case(rest: str, *, alert: str = "{name: ServiceDown, labels: {service: nginx}}") -> str:
    lines = "".join(f"  {line}\n" for line in rest.split("\n") if line)
    return f"- name: a case\n  alert: {alert}\n  runbook: restart\n{lines}"


def runbook_test(folder: Path, *ids: str) -> tuple[int, list[str]]:
    """The command as a person types it: its exit status, and its lines without the folder's own path."""
    done = subprocess.run(
        [sys.executable, ROOT / "app.py", "runbook", "test", *ids],
        cwd=folder.parent,
        env={**os.environ, "RUNBOOKS_DIR": "runbooks"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, (done.stdout + done.stderr).splitlines()


# -- what holds ---


def test_a_case_that_holds_has_no_difference(folder: Path) -> None:
    """Every kind of step is compared, argv as a list and the others in the words of the plan."""
    assert differences(folder, WHOLE) == []
    assert not list(folder.parent.rglob("ran")), "something was run"


def test_a_step_may_be_told_with_how_it_is_performed(folder: Path) -> None:
    """As the plan prints it, its tries included, or the action alone."""
    (folder / "restart.yaml").write_text(RESTART.replace("{id: call, http", "{id: call, optional: true, http"))
    told = 'http POST http://127.0.0.1:8080/jobs · {"name": "nginx"} · expecting 201'
    assert differences(folder, WHOLE) == []
    assert differences(folder, WHOLE.replace(told, f"{told} · optional")) == []


def test_a_run_by_hand_needs_no_alert(folder: Path) -> None:
    """`given` alone; what waits for an alert is no part of it, and the default verdict is FIXED."""
    assert differences(folder, "- {name: by hand, given: {service: nginx}, runbook: restart}\n") == []
    refused = "- {name: nothing given, given: {}, runbook: restart, refused: No value for service}\n"
    assert differences(folder, refused) == []


def test_an_alert_may_lead_to_prose(folder: Path) -> None:
    """It has no plan to compare."""
    text = "- {name: it is full, alert: {name: DiskFull, summary: disk 99 % full}, runbook: full}\n"
    assert differences(folder, text, "full") == []


@pytest.mark.parametrize(
    ("answers", "verdict"),
    [
        ("{}", "FIXED"),
        ("{running: 3, healthy: 204, verify-3: open, over: resolved}", "FIXED"),
        ("{running: 1}", "NOT FIXED"),
        ("{healthy: 200}", "NOT FIXED"),
        ("{healthy: 0}", "NOT FIXED"),
        ("{verify-3: closed}", "NOT FIXED"),
        ("{over: firing}", "NOT FIXED"),
    ],
)
def test_answers_are_judged_as_real_ones_are(folder: Path, answers: str, verdict: str) -> None:
    """An exit code by `ok`, a status by `status`; those that are left out hold."""
    assert differences(folder, case(f"answers: {answers}\nverdict: {verdict}")) == []


def test_without_verify_it_is_done(folder: Path) -> None:
    """The default verdict of such a runbook."""
    (folder / "restart.yaml").write_text(RESTART[: RESTART.index("verify:")])
    assert differences(folder, case("")) == []
    assert [each.what for each in differences(folder, case("verdict: FIXED"))] == ["verdict"]


def shipped() -> list[Path]:
    return sorted((ROOT / "runbooks" / "tests").glob("*.yaml"))


@cache
def shipped_library() -> Library:
    return load_folder(ROOT / "runbooks")


@pytest.mark.parametrize("file", shipped(), ids=lambda path: path.stem)
def test_every_shipped_case_holds(file: Path) -> None:
    """And each file has what the command asks for: an alert, steps, a bad end, a hostile value."""
    library = shipped_library()
    cases = load_cases(ROOT / "runbooks", library, [file.stem])
    assert [str(problem) for problem in cases.problems] == []
    found = {each.case.name: replay(each, library, ROOT / "runbooks") for each in cases.written}
    assert {name: differences for name, differences in found.items() if differences} == {}
    assert gaps(library, cases, ROOT / "runbooks", [file.stem]) == ()


def test_every_shipped_runbook_with_steps_has_cases() -> None:
    """Nobody has to run one to know what it does."""
    library = shipped_library()
    tested = {path.stem for path in shipped()}
    assert {book.id for book in library.runbooks.values() if book.steps} - tested == set()


# -- what differs ---


def test_another_runbook(folder: Path) -> None:
    """It says which one fits, and why."""
    (folder / "other.yaml").write_text(PROSE.replace("id: full", "id: another").replace("category: disk", "text: [x]"))
    (folder / "other.yaml").rename(folder / "another.yaml")
    found = differences(folder, case("", alert="{name: Odd, summary: an x}"))
    assert found == [Difference(3, "runbook", "restart", 'another (its text has "x")')]


def test_no_runbook(folder: Path) -> None:
    """Nothing fits the alert."""
    assert differences(folder, case("", alert="{name: Odd}")) == [Difference(3, "runbook", "restart", "none")]


def test_other_values(folder: Path) -> None:
    """Each by its name; all of them have to be said."""
    found = differences(folder, case("params:\n  service: api"))
    assert found == [
        Difference(5, "params.service", '"api"', '"nginx"'),
        Difference(4, "params.port", "nothing", '"80"'),
    ]


def test_other_steps(folder: Path) -> None:
    """Each by its place, also those that are missing or too many; argv is never joined to be compared."""
    steps = "\n".join(f"  - {step}" for step in ('[systemctl, "restart --", nginx]', "scripts/clean.sh", "http x"))
    found = differences(folder, case(f"steps:\n{steps}"))
    assert [(each.line, each.what) for each in found] == [
        (5, "steps[1]"),
        (7, "steps[3]"),
        (4, "steps[4]"),
        (4, "steps[5]"),
        (4, "steps[6]"),
    ]
    assert found[0].expected == '["systemctl", "restart --", "nginx"]'
    assert found[0].came == '["systemctl", "restart", "--", "nginx"] (step restart)'
    assert (found[2].expected, found[2].came) == ("nothing", '"notify #deploys restarted nginx" (step tell)')


def test_another_verdict(folder: Path) -> None:
    """With what each entry answered."""
    (found,) = differences(folder, case("answers: {running: 1}"))
    assert (found.line, found.what, found.expected) == (1, "verdict", "FIXED")
    assert found.came.startswith("NOT FIXED (running: exit code 1, healthy: http 204 from")


def test_a_plan_that_should_have_been_refused(folder: Path) -> None:
    """A hostile value that comes through is what such a case is there to find."""
    (found,) = differences(folder, case("refused: does not fit"))
    assert found == Difference(4, "refused", "does not fit", 'a plan with service="nginx", port="80"')


def test_a_refusal_nobody_expected(folder: Path) -> None:
    """And one for another reason than the one expected."""
    alert = '{name: ServiceDown, labels: {service: "A B"}}'
    (found,) = differences(folder, case("", alert=alert))
    assert (found.what, found.expected) == ("plan", "a plan")
    assert 'does not fit the pattern [a-z]+: "A B"' in found.came
    (found,) = differences(folder, case("refused: is too old", alert=alert))
    assert (found.line, found.what, found.expected) == (4, "refused", "is too old")


# -- what cannot be read ---

UNREADABLE = [
    ("titel: x", "4: error: `titel` is not known to this version"),
    ("answer: {}", "4: error: `answer` is not known to this version; `answers` is"),
    ("params: {servce: nginx}", "4: error: `params.servce` is no parameter of restart; known: service, port"),
    ("given: {servce: nginx}", "4: error: `given.servce` is no parameter of restart; known: service, port"),
    ("params: {port: 1.5}", "4: error: `params.port` is 1.5; write text, in quotes if need be"),
    ("answers: {runing: 1}", "known: running, healthy, verify-3, over"),
    ("answers: {running: open}", "4: error: `answers.running` is open; a `run` answers with its exit code, 0 to 255"),
    ("answers: {running: 256}", "`answers.running` is 256; a `run` answers with its exit code, 0 to 255"),
    ("answers: {healthy: 99}", "`answers.healthy` is 99; an `http` answers with a status, or 0 for no connection"),
    ("answers: {verify-3: 1}", "`answers.verify-3` is 1; a `tcp` answers open or closed"),
    ("answers: {over: open}", "`answers.over` is open; an `alert` answers resolved or firing"),
    ("steps: [5]", "4: error: `steps[1]` is no step; write the argv of a `run` as a list of texts"),
    ("steps: [[sleep, 5]]", "4: error: `steps[1]` is no step; write the argv of a `run` as a list of texts"),
    ("verdict: MENDED", '4: error: `verdict` is "MENDED"; write FIXED, NOT FIXED or DONE'),
    ("refused: no\nparams: {}", "5: error: `params` is never reached of a case that is refused; remove it"),
    ("refused: no\nverdict: FIXED", "5: error: `verdict` is never reached of a case that is refused; remove it"),
    ('refused: ""', '4: error: `refused` is ""; write at least 1 character'),
    ("refused: no\nrefused: yes", "5: error: `refused` is written twice (first on line 4); keep one"),
]


@pytest.mark.parametrize(("rest", "said"), UNREADABLE, ids=[rest for rest, _ in UNREADABLE])
def test_a_case_with_a_slip_is_refused(folder: Path, rest: str, said: str) -> None:
    """Rather than passing for one that holds; with its line and what would be right."""
    cases = write(folder, case(rest))
    assert cases.written == ()
    assert said in "\n".join(str(problem) for problem in cases.problems)


WHOLES = [
    ("", "1: error: holds no list of cases"),
    ("[]", "1: error: holds no list of cases"),
    ("name: x", "1: error: is not a list; write `- ` before each entry"),
    ("- 5", "1: error: is 5; write keys and values: {key: value}"),
    ("- {name: x, runbook: restart}", "1: error: has neither `alert` nor `given`"),
    ("- {alert: {name: X}, runbook: restart}", "1: error: `name` is missing; add it"),
    ("- {name: x, alert: {}, runbook: restart}", "1: error: `alert` has no `name`; add it"),
    ("- {name: x, alert: {name: X, tags: {}}, runbook: restart}", "`alert.tags` is not known to this version"),
    ("- {name: x, alert: {name: X}, runbook: full}", "`runbook` is full; a case of this file leads to restart"),
    ("- {name: x, given: {}, runbook: none}", "`runbook` is none, and no alert leads there; give an `alert`"),
    ("- {name: x, alert: {name: X}, runbook: none, verdict: FIXED}", "`verdict` is never reached of `runbook: none`"),
    ("- {name: x, given: {service: x}, runbook: restart, answers: {over: firing}}", "this case has none; remove it"),
    ("- &a {name: x, given: {}, runbook: restart}", "1: error: sets the anchor &a; anchors are not used here"),
]


@pytest.mark.parametrize(("text", "said"), WHOLES, ids=[text for text, _ in WHOLES])
def test_a_file_with_a_slip_is_refused(folder: Path, text: str, said: str) -> None:
    """Every way to write a case that would never be replayed."""
    cases = write(folder, f"{text}\n")
    assert cases.written == ()
    assert said in "\n".join(str(problem) for problem in cases.problems)


def test_two_cases_of_one_name(folder: Path) -> None:
    """One could not tell which of them differs."""
    cases = write(folder, case("") + case(""))
    assert [str(each) for each in cases.problems] == [
        f"{folder}/tests/restart.yaml:4: error: `name` is that of the case on line 1 too; choose another"
    ]


def test_cases_of_prose_speak_of_no_plan(folder: Path) -> None:
    """There is none."""
    text = "- {name: x, alert: {name: DiskFull}, runbook: full, verdict: FIXED}\n"
    (problem,) = write(folder, text, "full").problems
    assert problem.text == "`verdict` is of a plan, and full is prose; remove it"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("restrat", "tests restrat, and there is no such runbook; name the file after the runbook that it tests"),
        ("broken", "tests broken, which cannot be used: "),
    ],
)
def test_a_file_without_a_runbook(folder: Path, name: str, said: str) -> None:
    """Its cases would be replayed by nothing."""
    (folder / "broken.yaml").write_text("runbook: 1\nid: broken\n")
    (problem, *_) = write(folder, WHOLE.replace("runbook: restart", f"runbook: {name}"), name).problems
    assert problem.text.startswith(said)


def test_a_file_with_another_ending_is_named(folder: Path) -> None:
    """It would be passed over."""
    (folder / "tests" / "restart.yml").write_text(WHOLE)
    (problem,) = load_cases(folder, load_folder(folder)).problems
    assert problem.text == "is not read; name it restart.yaml"


# -- what is missing ---


def test_a_runbook_without_a_case_is_an_error(folder: Path) -> None:
    """Where it has steps; prose needs none."""
    library = load_folder(folder)
    found = gaps(library, load_cases(folder, library), folder)
    assert [str(each) for each in found] == [
        f"{folder}/restart.yaml:1: error: has steps and no case; write {folder}/tests/restart.yaml"
    ]
    assert gaps(library, load_cases(folder, library), folder, ["full"]) == ()


def test_what_the_cases_leave_out_is_a_warning(folder: Path) -> None:
    """No alert, no steps, no bad end, no hostile value."""
    thin = "- {name: by hand, given: {service: nginx}, runbook: restart}\n"
    cases = write(folder, thin)
    assert [(each.level, each.text) for each in gaps(load_folder(folder), cases, folder)] == [
        ("warning", "no case shows an alert that leads to restart; add one"),
        ("warning", "no case says what the steps are; add `steps` to one"),
        ("warning", "no case ends NOT FIXED; add one whose `answers` say that it did not help"),
        ("warning", "no case has a value refused; add one with a hostile value and `refused`"),
    ]
    assert gaps(load_folder(folder), write(folder, WHOLE), folder) == ()


# -- the command ---


def test_all_hold(folder: Path) -> None:
    """A line each, and exit status 0."""
    write(folder, WHOLE)
    assert runbook_test(folder) == (
        0,
        [
            "runbooks/tests/restart.yaml:1: ok: a service that stopped is restarted",
            "runbooks/tests/restart.yaml:13: ok: it did not help",
            "runbooks/tests/restart.yaml:18: ok: a hostile name makes no plan",
            "runbooks/tests/restart.yaml:22: ok: another alert",
            "4 cases",
        ],
    )


def test_one_differs(folder: Path) -> None:
    """What was expected and what came, with its line, and exit status 1."""
    write(folder, WHOLE.replace("[systemctl, restart, --, nginx]", "[systemctl, start, --, nginx]"))
    status, lines = runbook_test(folder, "restart")
    assert status == 1
    assert lines[:4] == [
        "runbooks/tests/restart.yaml:1: differs: a service that stopped is restarted",
        "runbooks/tests/restart.yaml:7: steps[1]",
        '    expected ["systemctl", "start", "--", "nginx"]',
        '    came     ["systemctl", "restart", "--", "nginx"] (step restart)',
    ]
    assert lines[-1] == "4 cases, 1 differ"


def test_one_has_no_case(folder: Path) -> None:
    """Exit status 1 as well: nobody knows what it does."""
    assert runbook_test(folder) == (
        1,
        [
            "runbooks/restart.yaml:1: error: has steps and no case; write runbooks/tests/restart.yaml",
            "0 cases, 1 runbooks without",
        ],
    )


def test_one_cannot_be_read(folder: Path) -> None:
    """Exit status 2, whatever the others say."""
    write(folder, case("titel: x"))
    status, lines = runbook_test(folder)
    assert status == 2
    assert lines[0].startswith("runbooks/tests/restart.yaml:4: error: `titel` is not known to this version")


def test_a_broken_runbook_is_not_passed_over(folder: Path) -> None:
    """Its cases cannot be replayed, so that `0 differ` would be no answer."""
    write(folder, WHOLE)
    (folder / "broken.yaml").write_text("runbook: 1\nid: broken\n")
    status, lines = runbook_test(folder)
    assert (status, lines[-1]) == (2, "4 cases, 2 errors")
    assert runbook_test(folder, "restart")[0] == 0


def test_a_runbook_that_there_is_not(folder: Path) -> None:
    """It says which one may be meant."""
    assert runbook_test(folder, "restrat") == (2, ["There is no runbook restrat. Did you mean restart?"])
