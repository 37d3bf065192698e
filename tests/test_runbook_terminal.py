"""`runbook run`: a person in a terminal, a real program, real processes, from the first question to the verdict."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import socket
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.nursery import Nursery
from tests.terminal import Terminal

ROOT = Path(__file__).parent.parent
RUN = ["runbook", "run"]

HEAD = """\
runbook: 1
id: work
title: Do the work
doc: text
params:
  here: {type: string, pattern: "/[a-zA-Z0-9_/-]+", description: Where to work}
"""
MADE = """\
check:
  - {id: there, say: Is it there?, run: [ls, "{here}"]}
steps:
  - {id: make, say: Make it, run: [sh, -c, 'echo making; touch "$RUNBOOK_HERE/made"; echo made it']}
verify:
  - {run: [test, -e, "{here}/made"]}
"""
# Says that it began, and goes on when it may. Its child says so too; a stubborn one does not care for a polite TERM.
GATE = """\
#!/bin/sh
set -eu
(if test -e "$RUNBOOK_HERE/stubborn"; then trap "" TERM; fi; sh -c 'echo $$ > "$RUNBOOK_HERE/child"; exec sleep 600') &
touch "$RUNBOOK_HERE/began"
while ! test -e "$RUNBOOK_HERE/go"; do sleep 0.05; done
"""


class Workplace:
    def __init__(self, folder: Path, nursery: Nursery) -> None:
        self.folder = folder
        self.nursery = nursery
        self.here = folder / "here"
        self.here.mkdir()
        (folder / "runbooks" / "scripts").mkdir(parents=True)
        script = folder / "runbooks" / "scripts" / "gate.sh"
        script.write_text(GATE)
        script.chmod(0o755)

    def runbook(self, rest: str, head: str = HEAD) -> None:
        (self.folder / "runbooks" / "work.yaml").write_text(head + rest)

    def terminal(self, *more: str, environ: Mapping[str, str] | None = None) -> Terminal:
        """A person who has typed `runbook run work here=…`."""
        return Terminal(self.nursery, [*RUN, "work", f"here={self.here}", *more], self.folder, environ)

    def piped(self, *more: str, environ: Mapping[str, str] | None = None) -> tuple[int, str]:
        """The same where nobody sits: its exit status, and what it said."""
        own = {**os.environ, "RUNBOOKS_DIR": "runbooks", **(environ or {})}
        done = self.nursery.run([*RUN, *more], self.folder, own)
        return done.returncode, done.stdout + done.stderr

    @property
    def made(self) -> list[str]:
        return sorted(path.name for path in self.here.iterdir())


@pytest.fixture
def work(tmp_path: Path, nursery: Nursery) -> Workplace:
    return Workplace(tmp_path, nursery)


# -- from the question to the verdict ---


def test_a_run_that_helps(work: Workplace) -> None:
    """Evidence, plan, a yes, each step with its last line, verify, before and after, FIXED."""
    work.runbook(MADE)
    with work.terminal() as terminal:
        terminal.sees("Evidence\n  there  exit code 0\n")
        terminal.sees("Plan\n  Do the work · work · risk medium · plan ")
        terminal.sees("step 1  make      sh -c ")
        terminal.sees("Slack's locks, cooldowns and approvals do not apply here.\nRun it? [y/N] ")
        assert work.made == []
        terminal.types("y\n")
        terminal.sees("✔ 1 make")
        terminal.sees("made it\n")
        terminal.sees("✔ verify-1  exit code 0")
        terminal.sees("Before → after\n  there  exit code 0 → made\n")
        terminal.sees("FIXED · plan ")
        assert (terminal.ends(), work.made) == (0, ["made"])


def test_a_run_that_does_not_help(work: Workplace) -> None:
    """Every step was done, and the exit status says no."""
    work.runbook(MADE.replace("made]", "else]").replace('/made"]', '/else"]'))
    with work.terminal("--yes") as terminal:
        terminal.sees("✖ verify-1  exit code 1")
        terminal.sees("NOT FIXED · plan ")
        assert (terminal.ends(), work.made) == (1, ["made"])


def test_a_run_without_verify(work: Workplace) -> None:
    """It is done, and that is all one knows."""
    work.runbook(MADE[: MADE.index("verify:")])
    with work.terminal("--yes") as terminal:
        terminal.sees("DONE · plan ")
        assert terminal.ends() == 0


@pytest.mark.parametrize("answer", ["n\n", "\n", "yess\n", "\x03", "\x04"], ids=repr)
def test_anything_but_a_yes(work: Workplace, answer: str) -> None:
    """Nothing is run: no, nothing, something else, Ctrl-C, the end of the input."""
    work.runbook(MADE)
    with work.terminal() as terminal:
        terminal.sees("Run it? [y/N] ")
        terminal.types(answer)
        terminal.sees("Nothing was run.")
        assert (terminal.ends(), work.made) == (1, [])


def test_high_risk_wants_the_hash(work: Workplace) -> None:
    """A yes by habit runs nothing; the hash of what was shown does."""
    work.runbook(MADE, HEAD.replace("params:", "risk: high\napproval: {required: 2}\nparams:"))
    for typed, status in (("y", 1), ("hash", 0)):
        with work.terminal() as terminal:
            terminal.sees("risk high · plan ")
            terminal.sees("The risk is high. Type ")
            short = terminal.seen.partition("risk high · plan ")[2][:7]
            terminal.sees(f"{short} to run it: ")
            terminal.types((short if typed == "hash" else typed) + "\n")
            assert terminal.ends() == status
    assert work.made == ["made"]


# -- values ---


def test_missing_values_are_asked_for(work: Workplace) -> None:
    """Until one fits; none is changed to fit."""
    work.runbook(MADE)
    with Terminal(work.nursery, [*RUN, "work", "--yes"], work.folder) as terminal:
        terminal.sees("here (Where to work): ")
        terminal.types("a; rm -rf /\n")
        terminal.sees("here does not fit the pattern /[a-zA-Z0-9_/-]+\n")
        terminal.sees("here (Where to work): ")
        terminal.types(f"{work.here}\n")
        terminal.sees("FIXED · plan ")
        assert (terminal.ends(), work.made) == (0, ["made"])


@pytest.mark.parametrize("answer", ["\x03", "\x04"], ids=repr)
def test_nobody_has_to_give_a_value(work: Workplace, answer: str) -> None:
    """Ctrl-C and the end of the input end it, and nothing was run."""
    work.runbook(MADE)
    with Terminal(work.nursery, [*RUN, "work", "--yes"], work.folder) as terminal:
        terminal.sees("here (Where to work): ")
        terminal.types(answer)
        terminal.sees("No value for here; nothing was run.")
        assert terminal.ends() == 2


def test_a_secret_comes_from_the_environment_alone(work: Workplace) -> None:
    """Without it nothing starts; with it, it stands nowhere on the screen."""
    head = HEAD + "  token: {type: secret, env: SHOP_TOKEN}\n"
    work.runbook(MADE.replace("echo making;", 'echo "it is $RUNBOOK_TOKEN";').replace("; echo made it", ""), head)
    assert work.piped("work", f"here={work.here}", "--yes") == (2, "SHOP_TOKEN is not set where the bot runs\n")
    assert work.made == []
    with work.terminal("--yes", environ={"SHOP_TOKEN": "hunter2-hunter2"}) as terminal:
        terminal.sees("token = the secret in SHOP_TOKEN")
        terminal.sees("FIXED · plan ")
        assert (terminal.ends(), "hunter2" in terminal.seen) == (0, False)


# -- where nobody sits ---


def test_without_a_terminal_it_needs_a_yes_beforehand(work: Workplace) -> None:
    """Exit status 2 with what to do; nothing is looked at and nothing is run."""
    work.runbook(MADE.replace("ls, ", 'touch, "{here}/looked", '))
    assert work.piped("work", f"here={work.here}") == (
        2,
        "Nobody can say yes here: read the plan with `runbook plan`, and start it with --yes.\n",
    )
    assert work.piped("work", "--yes") == (2, "here (Where to work) has no value; add here=VALUE\n")
    assert work.made == []


def test_without_a_terminal_each_line_stands_once(work: Workplace) -> None:
    """For a log: when a step begins, and when it has ended."""
    work.runbook(MADE)
    status, said = work.piped("work", f"here={work.here}", "--yes")
    lines = [line for line in said.partition("\nRun\n")[2].splitlines() if line]
    assert status == 0
    assert lines[0] == "▸ 1 make     Make it"
    assert (lines[1][:8], lines[1].endswith("made it")) == ("✔ 1 make", True)
    assert lines[-1].startswith("FIXED · plan ")
    assert "\x1b" not in said


def test_a_question_needs_a_terminal(work: Workplace) -> None:
    """Before anything starts, and not half-way."""
    work.runbook(MADE.replace("verify:", '  - {id: eyes, ask: "Is it well?"}\nverify:'))
    assert work.piped("work", f"here={work.here}", "--yes") == (
        2,
        "work asks a person while it runs; start it in a terminal.\n",
    )
    assert work.made == []


def test_an_observer_runs_nothing(work: Workplace) -> None:
    """MODE=observe holds for a terminal too."""
    work.runbook(MADE)
    status, said = work.piped("work", f"here={work.here}", "--yes", environ={"MODE": "observe"})
    assert (status, said, work.made) == (
        2,
        "MODE is observe, and so nothing is run. `runbook plan` shows what would be.\n",
        [],
    )


def test_the_help_says_what_does_not_apply(work: Workplace) -> None:
    """Who runs by hand should know that nobody else approves, and that no lock holds."""
    status, said = work.piped("--help", environ={"COLUMNS": "200", "TERM": "dumb"})
    assert status == 0
    assert "Slack's locks, cooldowns and approvals do not apply here" in said


# -- every kind of step ---


def test_a_question_is_asked_in_the_terminal(work: Workplace) -> None:
    """Yes goes on; the question is asked until it is answered."""
    work.runbook(MADE.replace("steps:", 'steps:\n  - {id: eyes, ask: "Is it well?"}'))
    with work.terminal("--yes") as terminal:
        terminal.sees("Is it well?\n[y] yes, [n] no: ")
        terminal.types("perhaps\n")
        terminal.sees("[y] yes, [n] no: ")
        assert work.made == []
        terminal.types("y\n")
        terminal.sees("✔ 1 eyes")
        terminal.sees("FIXED")
        assert (terminal.ends(), work.made) == (0, ["made"])


@pytest.mark.parametrize(("typed", "said"), [("n\n", "step eyes: no"), ("", "step eyes: nobody answered in time")])
def test_no_and_no_answer_fail_the_step(work: Workplace, typed: str, said: str) -> None:
    """What comes after it does not run."""
    timeout = ", timeout: 1s" if not typed else ""
    work.runbook(MADE.replace("steps:", f'steps:\n  - {{id: eyes, ask: "Is it well?"{timeout}}}'))
    with work.terminal("--yes") as terminal:
        terminal.sees("[y] yes, [n] no: ")
        terminal.types(typed)
        terminal.sees("FAILED · plan ")
        terminal.sees(said)
        assert (terminal.ends(), work.made) == (1, [])


def test_messages_are_shown_and_not_posted(work: Workplace) -> None:
    """There is no Slack here, and the line says so."""
    work.runbook(MADE.replace("verify:", '  - {id: tell, notify: {channel: deploys, text: "made {here}"}}\nverify:'))
    with work.terminal("--yes") as terminal:
        terminal.sees("✔ 2 tell")
        terminal.sees(f"not posted, as there is no Slack here: #deploys made {work.here}\n")
        terminal.sees("FIXED")
        assert terminal.ends() == 0


def test_tries_and_optional_steps(work: Workplace) -> None:
    """Each try has its line; what is optional may fail."""
    count = 'echo . >> "$RUNBOOK_HERE/tries"; test $(wc -l < "$RUNBOOK_HERE/tries") -gt 1'
    work.runbook(
        "steps:\n"
        f"  - {{id: count, run: [sh, -c, '{count}'], repeat_safe: true, retries: 2}}\n"
        "  - {id: maybe, run: [sh, -c, 'echo no luck; exit 3'], optional: true}\n"
        '  - {id: make, run: [touch, "{here}/made"]}\n'
    )
    with work.terminal("--yes") as terminal:
        terminal.sees("✖ 1 count")
        terminal.sees("exit code 1 (try 1 of 3)")
        terminal.sees("✔ 1 count")
        terminal.sees("✖ 2 maybe")
        terminal.sees("exit code 3\n")
        terminal.sees("no luck\n")
        terminal.sees("DONE")
        assert (terminal.ends(), work.made) == (0, ["made", "tries"])


# -- failures ---

FAILING = """\
steps:
  - {id: make, run: [touch, "{here}/made"], undo: {run: [rm, "{here}/made"]}}
  - {id: open, run: [sh, -c, 'echo it is shut; test -e "$RUNBOOK_HERE/key"'], undo: {run: [touch, "{here}/shut"]}}
verify:
  - {run: [test, -e, "{here}/made"]}
"""


def test_a_failed_step_stops_the_run(work: Workplace) -> None:
    """With what it printed; what was done stays."""
    work.runbook(FAILING)
    with work.terminal("--yes") as terminal:
        terminal.sees("✖ 2 open")
        terminal.sees("it is shut\n")
        terminal.sees("FAILED · plan ")
        terminal.sees("step open: exit code 1\n")
        assert (terminal.ends(), work.made) == (1, ["made"])


def test_a_failed_step_is_undone(work: Workplace) -> None:
    """With all that was done before it, the last first."""
    work.runbook(FAILING + "on_failure: undo\n")
    with work.terminal("--yes") as terminal:
        terminal.sees("✖ 2 open")
        terminal.sees("✔ undo open")
        terminal.sees("✔ undo make")
        terminal.sees("UNDONE · plan ")
        terminal.sees("step open: exit code 1\n")
        assert (terminal.ends(), work.made) == (1, ["shut"])


def test_a_failed_undo_is_loud(work: Workplace) -> None:
    """It is not called undone, and both reasons stand there."""
    work.runbook(FAILING.replace('undo: {run: [rm, "{here}/made"]}', 'undo: {run: ["false"]}') + "on_failure: undo\n")
    with work.terminal("--yes") as terminal:
        terminal.sees("✖ undo make")
        terminal.sees("FAILED · plan ")
        terminal.sees("step open: exit code 1; the undo of step make: exit code 1\n")
        terminal.sees("NOT UNDONE. Something is half done now; look at it by hand.\n")
        assert terminal.ends() == 1


@pytest.mark.parametrize(
    ("typed", "word", "status", "made"),
    [
        ("a", "FIXED", 0, ["key", "made"]),
        ("r", "FIXED", 0, ["key", "made"]),
        ("u", "UNDONE", 1, ["key", "shut"]),
        ("s", "FAILED", 1, ["key", "made"]),
        ("\x03", "FAILED", 1, ["key", "made"]),
    ],
)
def test_a_person_is_asked_how_it_goes_on(work: Workplace, typed: str, word: str, status: int, made: list[str]) -> None:
    """Start it again, go on, undo or stop, where the runbook says `on_failure: ask`."""
    work.runbook(FAILING + "on_failure: ask\n")
    with work.terminal("--yes") as terminal:
        terminal.sees("step open: exit code 1. How does it go on?\n")
        terminal.sees("[r] go on, [a] start it again, [s] stop, [u] undo: ")
        (work.here / "key").touch()
        terminal.types(typed if typed == "\x03" else f"{typed}\n")
        terminal.sees(f"{word} · plan ")
        assert (terminal.ends(), work.made) == (status, made)


def test_nobody_is_asked_where_nobody_sits(work: Workplace) -> None:
    """Then it stops."""
    work.runbook(FAILING + "on_failure: ask\n")
    status, said = work.piped("work", f"here={work.here}", "--yes")
    assert (status, "FAILED · plan " in said, work.made) == (1, True, ["made"])


@pytest.mark.parametrize(
    ("typed", "word", "status"), [("r", "FIXED", 0), ("s", "UNKNOWN", 1)], ids=["it ran", "nobody can say"]
)
def test_an_unknown_outcome_is_asked_about(work: Workplace, typed: str, word: str, status: int) -> None:
    """A request that changes something, and whose answer never came, is neither done nor failed."""
    with socket.create_server(("127.0.0.1", 0)) as silent:  # it takes connections, and nobody reads them
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        work.runbook(
            f"steps:\n  - {{id: call, http: {{url: '{url}', method: POST}}, timeout: 1s}}\n"
            '  - {id: make, run: [touch, "{here}/made"]}\nverify:\n  - {run: [test, -e, "{here}/made"]}\n'
        )
        with work.terminal("--yes") as terminal:
            terminal.sees("? 1 call")
            terminal.sees("How does it go on?\n[r] it ran, go on, [a] start it again, [s] stop: ")
            terminal.types(f"{typed}\n")
            terminal.sees(f"{word} · plan ")
            assert (terminal.ends(), work.made) == (status, ["made"] if typed == "r" else [])


# -- Ctrl-C ---

GATED = """\
steps:
  - {id: make, run: [touch, "{here}/made"], undo: {run: [rm, "{here}/made"]}}
  - {id: gate, say: Wait for the gate, script: scripts/gate.sh}
"""


def child_is_gone(work: Workplace) -> bool:
    """Whether it has ended, also where nobody has taken note of that yet."""
    status = Path(f"/proc/{int((work.here / 'child').read_text())}/stat")
    try:
        return status.read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def test_the_step_under_way_is_drawn_with_its_time(work: Workplace) -> None:
    """And gives way to its outcome."""
    work.runbook(GATED)
    with work.terminal("--yes") as terminal:
        terminal.sees("▸ 2 gate")
        terminal.sees("1 s  Wait for the gate")
        (work.here / "go").touch()
        terminal.sees("✔ 2 gate")
        terminal.sees("DONE")
        assert terminal.ends() == 0
    os.kill(int((work.here / "child").read_text()), signal.SIGKILL)  # the step ended by itself, and may leave a daemon


@pytest.mark.parametrize("told", ["Ctrl-C", "TERM"])
def test_a_run_can_be_aborted(work: Workplace, told: str) -> None:
    """The step under way ends with all its processes, stubborn ones too, and what was done stays."""
    work.runbook(GATED)
    (work.here / "stubborn").touch()
    with work.terminal("--yes") as terminal:
        terminal.sees("Wait for the gate")
        terminal.sees_file(work.here / "child")
        if told == "TERM":
            os.kill(terminal.pid, signal.SIGTERM)
        else:
            terminal.types("\x03")
        terminal.sees("? 2 gate")
        terminal.sees("ended before it was done")
        terminal.sees("ABORTED · plan ")
        assert (terminal.ends(), child_is_gone(work)) == (1, True)
        assert work.made == ["began", "child", "made", "stubborn"]


def test_what_was_aborted_is_undone(work: Workplace) -> None:
    """Where the runbook says so, the step that was cut included."""
    work.runbook(
        GATED.replace("scripts/gate.sh}", 'scripts/gate.sh, undo: {run: [touch, "{here}/shut"]}}')
        + "on_failure: undo\n"
    )
    with work.terminal("--yes") as terminal:
        terminal.sees_file(work.here / "child")
        terminal.types("\x03")
        terminal.sees("✔ undo gate")
        terminal.sees("✔ undo make")
        terminal.sees("UNDONE · plan ")
        assert (terminal.ends(), work.made, child_is_gone(work)) == (1, ["began", "child", "shut"], True)


def test_the_undo_can_be_cut_too(work: Workplace) -> None:
    """By another Ctrl-C; then nobody knows how things stand, and it says so."""
    work.runbook(
        "steps:\n"
        '  - {id: make, run: [touch, "{here}/made"], undo: {script: scripts/gate.sh}}\n'
        '  - {id: fail, run: ["false"]}\n'
        "on_failure: undo\n"
    )
    with work.terminal("--yes") as terminal:
        terminal.sees_file(work.here / "child")
        terminal.types("\x03")
        terminal.sees("? undo make")
        terminal.sees("UNKNOWN · plan ")
        terminal.sees("NOT UNDONE. ")
        assert (terminal.ends(), child_is_gone(work)) == (1, True)


def test_aborted_while_it_reads_the_checks(work: Workplace) -> None:
    """Nothing was run yet, and nothing is."""
    work.runbook(MADE.replace('run: [ls, "{here}"]', "script: scripts/gate.sh"))
    with work.terminal("--yes") as terminal:
        terminal.sees_file(work.here / "child")
        terminal.types("\x03")
        terminal.sees("Nothing was run.")
        assert (terminal.ends(), "made" in work.made, child_is_gone(work)) == (1, False, True)


def test_aborted_at_a_question(work: Workplace) -> None:
    """The question is over, and so is the run."""
    work.runbook(MADE.replace("steps:", 'steps:\n  - {id: eyes, ask: "Is it well?"}'))
    with work.terminal("--yes") as terminal:
        terminal.sees("[y] yes, [n] no: ")
        terminal.types("\x03")
        terminal.sees("ABORTED · plan ")
        assert (terminal.ends(), work.made) == (1, [])


def test_the_plan_that_was_shown_is_what_runs(work: Workplace) -> None:
    """A file that changes between the question and the yes changes nothing."""
    work.runbook(MADE)
    with work.terminal() as terminal:
        terminal.sees("Run it? [y/N] ")
        work.runbook(MADE.replace("made", "else"))
        terminal.types("y\n")
        terminal.sees("FIXED")
        assert (terminal.ends(), work.made) == (0, ["made"])


def test_the_hash_is_that_of_the_plan(work: Workplace) -> None:
    """What `runbook plan` shows is what `runbook run` runs."""
    work.runbook(MADE)
    environ = {**os.environ, "RUNBOOKS_DIR": "runbooks"}
    plan = ["runbook", "plan", "work", f"here={work.here}", "--json"]
    sealed = work.nursery.run(plan, work.folder, environ).stdout
    assert json.loads(sealed)["runbook"] == "work"
    _, said = work.piped("work", f"here={work.here}", "--yes")
    assert f"hash        {hashlib.sha256(sealed.encode()).hexdigest()}" in said
