"""A runbook shown, and a plan said in words: all that it may do, and nothing that could pass for something else."""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from bot.model import (
    Action,
    AlertResolved,
    Ask,
    Command,
    Http,
    Limits,
    Notify,
    Param,
    Plan,
    Script,
    Step,
    Tcp,
    Undo,
    Wait,
)
from bot.runbooks.described import describe, described, in_full
from bot.runbooks.load import Library, load_folder
from bot.runbooks.rendered import rendered
from bot.runbooks.written import duration, size
from tests.nursery import Nursery
from tests.samples import plan
from tests.terminal import Terminal

ROOT = Path(__file__).parent.parent
App = Callable[..., subprocess.CompletedProcess[str]]

WHOLE = """\
runbook: 1
id: whole
title: Everything there is
owner: platform
reviewed: 2026-11-01
doc: |
  ## Meaning
  What it is | and a bar.
match:
  - alert: [ServiceDown, "*_down"]
    labels: {job: "api-*"}
  - category: availability
    text: [connection refused]
severity: P1
params:
  service: {type: string, pattern: "a|b", from: [labels.service, labels.job], default: a, description: The unit}
  mode: {type: string, enum: [graceful, force], default: graceful}
  replicas: {type: integer, min: 1, max: 50, default: 4}
  nothing: {type: string, default: ""}
  token: {type: secret, env: SHOP_TOKEN}
risk: high
approval: {required: 2, roles: [approvers, sre], self: true, expires: 30m}
lock: "service:{service}"
cooldown: 10m
timeout: 1h
limits: {memory: 2GiB, cpu: 90s}
env: [KUBECONFIG]
schedule: "0 9 * * 1-5"
check:
  - {id: status, say: Is it running?, run: [systemctl, is-active, --, "{service}"], ok: [0, 3], timeout: 5s}
steps:
  - id: restart
    say: Restart it
    run: [systemctl, restart, "a b", "{service}"]
    timeout: 30s
    undo: {run: [systemctl, start, --, "{service}"]}
  - {id: clean, script: scripts/clean.sh, repeat_safe: true, retries: 2, optional: true}
  - {id: call, http: {url: "http://127.0.0.1/jobs", method: POST, headers: {Authorization: "Bearer {token}"}}}
  - {id: tell, notify: {channel: deploys, text: "restarted {service}"}}
  - {id: settled, wait: {http: {url: "http://127.0.0.1/health"}, every: 2s, for: 60s, stable: 2}}
  - {id: eyes, ask: "Is the queue falling?"}
verify:
  - {run: ["true"]}
  - {tcp: {host: 127.0.0.1, port: 8080}}
  - {alert: resolved, for: 5m}
on_failure: ask
"""

NEEDS = """\
runbook: 1
id: needs
title: It needs a value
doc: text
params:
  service: {type: string, pattern: "a|b", from: [labels.service], description: The unit}
  token: {type: secret, env: SHOP_TOKEN}
steps:
  - {id: restart, run: [systemctl, restart, --, "{service}"]}
verify:
  - {run: [systemctl, is-active, --, "{service}"]}
  - {alert: resolved}
"""

SHOWN = """\
# Everything there is

`whole` · risk high · owner platform · reviewed 2026-11-01

## Meaning
What it is | and a bar.

## Parameters

| name | allowed | taken from | default | meaning |
|---|---|---|---|---|
| `service` | `a\\|b` | label `service`, label `job` | `a` | The unit |
| `mode` | `graceful`, `force` | – | `graceful` | – |
| `replicas` | 1 to 50 | – | `4` | – |
| `nothing` | any text | – | an empty text | – |
| `token` | a secret | the bot's environment, `SHOP_TOKEN` | – | – |

## Fits

- alert `ServiceDown` or `*_down` and label `job` is `api-*`
- category availability and text `connection refused`
- An alert that fits is at least P1.
- It is proposed by itself at `0 9 * * 1-5` (cron, in the rota's zone).

## Approval

- Risk high: approved by 2 people of `approvers` or `sre`, who may be the one who asked.
- A proposal is open for 30m.
- One run at a time for `service:{service}`.
- At least 10m between two runs of that.

## Checks

1. **status**: Is it running?␠␠
   `systemctl is-active -- {service}` · exit code 0 or 3 · at most 5s

## Steps

1. **restart**: Restart it␠␠
   `systemctl restart 'a b' {service}` · at most 30s · undo: `systemctl start -- {service}`
2. **clean**␠␠
   `scripts/clean.sh` · tried up to 3 times · optional: its failure does not fail the run
3. **call**␠␠
   `http POST http://127.0.0.1/jobs · Authorization: Bearer {token} · expecting 200`
4. **tell**␠␠
   `notify #deploys restarted {service}`
5. **settled**␠␠
   `wait for http 200 from http://127.0.0.1/health, 2 times in a row, at most 60 s`
6. **eyes**␠␠
   `ask Is the queue falling?`

## Verify

1. **verify-1**␠␠
   `true`
2. **verify-2**␠␠
   `tcp 127.0.0.1:8080`
3. **verify-3**␠␠
   `alert resolved within 300 s`

## Bounds

- The whole run takes at most 1h.
- If a step fails, a person is asked how it goes on.
- Each step may use: processor time 90s, memory 2GiB.
- Steps see `KUBECONFIG` of the bot's environment.
""".replace("␠", " ")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    below = tmp_path / "runbooks"
    (below / "scripts").mkdir(parents=True)
    (below / "scripts" / "clean.sh").write_text("#!/bin/sh\n")
    (below / "whole.yaml").write_text(WHOLE)
    (below / "needs.yaml").write_text(NEEDS)
    return below


@pytest.fixture
def app(folder: Path, nursery: Nursery) -> App:
    """The command as a person types it, piped into something."""
    environ = {**os.environ, "RUNBOOKS_DIR": "runbooks"}
    return lambda *argv: nursery.run(["runbook", *argv], folder.parent, environ)


# -- a runbook ---


def test_the_whole_of_a_runbook_is_shown(folder: Path) -> None:
    """Every key of the file has its place, as Markdown."""
    assert rendered(load_folder(folder).runbooks["whole"]) == SHOWN


def test_prose_is_shown_without_what_runs(folder: Path) -> None:
    """No approval, no steps, no bounds, where there is nothing to run."""
    (folder / "prose.yaml").write_text("runbook: 1\nid: prose\ntitle: Read me\ndoc: Calm down.\n")
    assert rendered(load_folder(folder).runbooks["prose"]) == (
        "# Read me\n\n`prose` · prose, nothing to run · never reviewed\n\nCalm down.\n\n## Fits\n\n"
        "No alert by its `match`; it is found by its text, or by hand.\n"
    )


def test_what_is_usual_is_left_out(folder: Path) -> None:
    """Limits that are the defaults say nothing."""
    (folder / "short.yaml").write_text(
        "runbook: 1\nid: short\ntitle: Short\ndoc: x\nsteps: [{id: one, run: [id]}]\nrisk: low\n"
        "approval: {required: 0}\nlimits: {cpu: 60s}\nlock: x\n"
    )
    text = rendered(load_folder(folder).runbooks["short"])
    assert text.partition("## Approval\n")[2] == (
        "\n- It may run by itself where the team's file lists it under `unattended`.\n- One run at a time for `x`.\n"
        "\n## Steps\n\n1. **one**  \n   `id`\n"
        "\n## Bounds\n\n- The whole run takes at most 10m.\n- If a step fails, the run stops there.\n"
    )


def test_code_with_backticks_stays_code(folder: Path) -> None:
    """No text of the file ends the code that it stands in."""
    (folder / "tick.yaml").write_text(
        "runbook: 1\nid: tick\ntitle: T\ndoc: x\nsteps: [{id: one, run: [sh, -c, 'echo `id` ``two``']}]\n"
    )
    assert "``` sh -c 'echo `id` ``two``' ```" in rendered(load_folder(folder).runbooks["tick"])


@cache
def shipped_library() -> Library:
    return load_folder(ROOT / "runbooks")


@pytest.mark.parametrize("file", sorted(ROOT.glob("runbooks/*.yaml")), ids=lambda path: path.stem)
def test_every_shipped_runbook_can_be_shown(file: Path) -> None:
    """Its title first, and every step by its name."""
    runbook = shipped_library().runbooks.get(file.stem)
    assert runbook is not None
    text = rendered(runbook)
    assert text.startswith(f"# {runbook.title}\n")
    assert [step.id for step in runbook.steps if f"**{step.id}**" not in text] == []


def test_show_where_it_is_piped(app: App) -> None:
    """Plain Markdown, to go on with."""
    done = app("show", "whole")
    assert (done.returncode, done.stdout) == (0, SHOWN)


def test_show_in_a_terminal(folder: Path, nursery: Nursery) -> None:
    """Drawn for reading: headings without their signs, and a table."""
    with Terminal(nursery, ["runbook", "show", "whole"], folder.parent) as terminal:
        assert terminal.ends() == 0
        assert "## Steps" not in terminal.seen
        assert "Everything there is" in terminal.seen
        assert "systemctl restart 'a b' {service}" in terminal.seen


def test_show_what_there_is_not(folder: Path, app: App) -> None:
    """And what is broken, with its problem."""
    (folder / "broken.yaml").write_text("runbook: 1\nid: broken\ntitle: x\ndoc: x\nstep: []\n")
    assert (app("show", "whoel").returncode, app("show", "whoel").stderr) == (
        2,
        "There is no runbook whoel. Did you mean whole?\n",
    )
    done = app("show", "broken")
    assert (done.returncode, "broken.yaml:5: error: `step` is not known to this version" in done.stderr) == (2, True)


# -- a plan ---

ACTIONS: list[tuple[Action, str]] = [
    (Command(("echo", "a b", "$(id)", "")), "echo 'a b' '$(id)' ''"),
    (Script("scripts/x.sh", b"#!/bin/sh"), "scripts/x.sh"),
    (Http("http://127.0.0.1/"), "http 200 from http://127.0.0.1/"),
    (
        Http("http://127.0.0.1/", "PUT", {"X-A": "b"}, {"c": "ü"}, 201),
        'http PUT http://127.0.0.1/ · X-A: b · {"c": "ü"} · expecting 201',
    ),
    (Tcp("127.0.0.1", 80), "tcp 127.0.0.1:80"),
    (Wait(Tcp("h", 1), 2.0, 90.0), "wait for tcp h:1, at most 90 s"),
    (Wait(Command(("id",)), 2.0, 90.0, 3), "wait for id, 3 times in a row, at most 90 s"),
    (Notify("deploys", "one\ntwo\n"), "notify #deploys one ⏎ two"),
    (Ask("Is it well?"), "ask Is it well?"),
    (AlertResolved(300.0), "alert resolved within 300 s"),
]


@pytest.mark.parametrize(("action", "said"), ACTIONS, ids=[said for _, said in ACTIONS])
def test_every_action_has_its_line(action: Action, said: str) -> None:
    """In the same words on a card, in a terminal and in a case."""
    assert described(action) == said


def test_no_value_can_pass_for_a_line_of_its_own() -> None:
    """Line ends, colours and what turns text around are shown, not obeyed."""
    hostile = "x\nstep 9  drop  rm -rf /\x1b[31m\u202egnp\r"
    said = described(Command(("echo", hostile)))
    assert said == "echo 'x ⏎ step 9  drop  rm -rf /\\x1b[31m\\u202egnp\\r'"
    assert said.isprintable()


def test_a_step_says_how_it_is_performed() -> None:
    """How often it is tried, whether it may fail, and what takes it back."""
    undo = Undo(Command(("systemctl", "start", "x")), 60.0)
    step = Step("a", "", Command(("id",)), 60.0, retries=2, repeat_safe=True, optional=True, undo=undo)
    assert describe(step) == "id · tried up to 3 times · optional · undo: systemctl start x"


def whole_plan() -> Plan:
    undo = Undo(Command(("systemctl", "start", "x")), 60.0)
    return plan(
        checks=(Step("state", "", Tcp("h", 1), 10.0),),
        steps=(Step("one", "", Command(("id",)), 60.0, undo=undo), Step("eyes", "", Ask("Well?"), 60.0)),
        verify=(Step("verify-1", "", AlertResolved(60.0), 60.0),),
        env=("KUBECONFIG",),
        lock="service:shop",
        cooldown=600.0,
        limits=Limits(memory=2 * 1024**3),
        secrets={"token": "SHOP_TOKEN"},
    )


def test_the_whole_plan() -> None:
    """Everything that the hash covers, and where each value came from."""
    sealed = whole_plan()
    assert in_full(sealed, [Param("service", "shop", "alert"), Param("empty", "", "default")]) == [
        f"Restart the shop · restart-shop · risk medium · plan {sealed.hash[:7]}",
        "",
        "  service = shop (alert)",
        "  empty = (empty) (default)",
        "  token = the secret in SHOP_TOKEN",
        "",
        "check   state     tcp h:1",
        "step 1  one       id",
        "        undo      systemctl start x",
        "step 2  eyes      ask Well?",
        "verify  verify-1  alert resolved within 60 s",
        "",
        "env         RUNBOOK_SERVICE RUNBOOK_TOKEN KUBECONFIG",
        "lock        service:shop, which rests for 10m after a run",
        "timeout     10m",
        "on failure  stop",
        "approvals   1 of approvers, not the one who asks, within 15m",
        "limits      cpu 1m, memory 2GiB, processes 64, file 1GiB",
        f"hash        {sealed.hash}",
    ]


def test_a_plan_without_much() -> None:
    """What it does not have is not spoken of."""
    sealed = replace(plan(), params={})
    assert in_full(sealed, [])[2:4] == ["step 1  restart  true", ""]


def test_the_json_is_what_is_hashed(folder: Path, app: App) -> None:
    """`runbook plan --json | sha256sum` is the hash that people approve."""
    (folder / "small.yaml").write_text(
        "runbook: 1\nid: small\ntitle: Small\ndoc: x\nsteps: [{id: one, script: scripts/clean.sh}]\n"
    )
    text = app("plan", "small", "--json").stdout
    assert f"hash        {hashlib.sha256(text.encode()).hexdigest()}" in app("plan", "small").stdout
    assert Plan.from_json(text).steps == (Step("one", "", Script("scripts/clean.sh", b"#!/bin/sh\n"), 60.0),)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([], "service (The unit) has no value; add service=VALUE\n"),
        (["service=c"], 'service (person) does not fit the pattern a|b: "c"\n'),
        (["service=a", "servce=a"], '"servce": needs has no such parameter\n'),
        (["service=a", "service=b"], "service is given twice; give it once.\n"),
        (["service"], "'service' is no value; write NAME=VALUE, such as service=shop.\n"),
        (["service=a", "token=x"], "token is a secret; it comes from the bot's environment alone\n"),
    ],
)
def test_values_that_make_no_plan(app: App, values: list[str], said: str) -> None:
    """Exit status 2, and what to write instead."""
    done = app("plan", "needs", *values)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", said)


def test_a_plan_by_hand_waits_for_no_alert(app: App) -> None:
    """And says so, since the file speaks of one."""
    done = app("plan", "needs", "service=a")
    assert done.returncode == 0
    assert "alert resolved within" not in done.stdout
    assert "`alert: resolved` is left out of verify: no alert is behind this." in done.stdout


# -- as the file writes them ---


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(30, "30s"), (60, "1m"), (90, "90s"), (900, "15m"), (3600, "1h"), (86400, "1d"), (604800, "1w"), (0.5, "0.5s")],
)
def test_durations(seconds: float, text: str) -> None:
    """The largest unit that needs no fraction."""
    assert duration(seconds) == text


@pytest.mark.parametrize(("count", "text"), [(1024, "1KiB"), (1024**2, "1MiB"), (3 * 1024**3, "3GiB"), (0, "0KiB")])
def test_sizes(count: int, text: str) -> None:
    """The same for bytes."""
    assert size(count) == text
