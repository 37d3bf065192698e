"""What works and is doubtful: warnings, which disable nothing."""

# ruff: noqa: E501 - what is said stands on one line, as it is printed

from __future__ import annotations

from tests.broken.good import GOOD, Case, bent, check, param, plus, step, verify

DOUBTFUL: dict[str, Case] = {
    "reviewed-long-ago": (
        plus("reviewed: 2026-01-01"),
        "16: warning: `reviewed` is 324 days ago; read the runbook again and set the date",
    ),
    "reviewed-tomorrow": (plus("reviewed: 2027-01-01"), "16: warning: `reviewed` lies in the future; mend the date"),
    "no-verify": (
        GOOD[: GOOD.index("verify:")],
        "11: warning: `steps` are done, and nothing tells whether they helped; add `verify`",
    ),
    "verify-both-answers": (
        verify("{run: [grep, -q, up, /run/state], ok: [0, 1]}"),
        "16: warning: `verify[2]` lists both answers of grep, so it cannot fail; ask for what should be true afterwards",
    ),
    "verify-every-exit-code": (
        verify("{run: [a], ok: [" + ", ".join(map(str, range(256))) + "]}"),
        "16: warning: `verify[2]` lists every exit code, so it cannot fail; ask for what should be true afterwards",
    ),
    "verify-that-changes": (
        verify('{http: {url: "http://127.0.0.1/", method: POST}}'),
        "16: warning: `verify[2].http.method` is POST, where nothing may be changed; write GET or HEAD, or make it a step",
    ),
    "check-that-changes": (
        check('{id: look, http: {url: "http://127.0.0.1/", method: DELETE}}'),
        "17: warning: `check[1].http.method` is DELETE, where nothing may be changed; write GET or HEAD, or make it a step",
    ),
    "wait-that-changes": (
        step('{id: three, wait: {http: {url: "http://127.0.0.1/", method: PUT}}}'),
        "14: warning: `steps[3].wait.http.method` is PUT, where nothing may be changed; write GET or HEAD, or make it a step",
    ),
    "undo-never-done": (
        step("{id: three, run: [a], undo: {run: [b]}}"),
        "14: warning: `steps[3].undo` is never done, since `on_failure` is stop; write `on_failure: undo` or ask, or remove it",
    ),
    "value-like-an-option": (
        bent('"[a-z]+"', '"[a-z-]+"'),
        '12: warning: `steps[1].run[2]` may begin with `-` by the value of service, and a program reads that as an option; write "--" before it, or let no value begin so\n15: warning: `verify[1].run[3]` may begin with `-` by the value of service, and a program reads that as an option; write "--" before it, or let no value begin so',
    ),
    "number-like-an-option": (
        param("count", "{type: integer, min: -5, max: 5}"),
        '12: warning: `steps[1].run[3]` may begin with `-` by the value of count, and a program reads that as an option; write "--" before it, or let no value begin so',
    ),
    "parameter-unused": (
        bent("  token:", "  spare: {type: integer}\n  token:"),
        "9: warning: `params.spare` is used by nothing in this runbook; use it or remove it",
    ),
    "parameter-in-a-title": (
        bent("A good one", "Resize {service}"),
        "3: warning: `title` is shown as it is, with `{service}`; write it without",
    ),
    "parameter-in-say": (
        step('{id: three, say: "Restart {service}", run: [a]}'),
        "14: warning: `steps[3].say` is shown as it is, with `{service}`; write it without",
    ),
    "step-longer-than-the-run": (
        step("{id: three, run: [a], timeout: 20m}"),
        "14: warning: `steps[3].timeout` is longer than the whole run may take, 600 s; raise `timeout` of the runbook",
    ),
    "wait-longer-than-the-run": (
        step("{id: three, wait: {tcp: {host: 127.0.0.1, port: 80}, for: 20m}}"),
        "14: warning: `steps[3].wait.for` is longer than the whole run may take, 600 s; raise `timeout` of the runbook",
    ),
    "verify-cannot-fail-true": (
        verify("{run: [/bin/true]}"),
        "16: warning: `verify[2]` runs true, which always succeeds, so it cannot fail; ask for what should be true afterwards",
    ),
    "verify-cannot-fail-echo": (
        verify('{run: [echo, "{service} is up"]}'),
        "16: warning: `verify[2]` runs echo, which always succeeds, so it cannot fail; ask for what should be true afterwards",
    ),
    "verify-cannot-fail-constants": (
        verify('{run: [test, "1", -eq, "1"]}'),
        "16: warning: `verify[2]` compares what is written here with what is written here, so it cannot fail; ask for what should be true afterwards",
    ),
    "verify-cannot-fail-exit-0": (
        verify('{run: [sh, -c, "exit 0"]}'),
        "16: warning: `verify[2]` ends with `exit 0`, whatever comes before, so it cannot fail; ask for what should be true afterwards",
    ),
    "verify-cannot-fail-or-true": (
        verify('{run: [sh, -c, "curl -f localhost || true"]}'),
        "16: warning: `verify[2]` ends with `true`, whatever comes before, so it cannot fail; ask for what should be true afterwards",
    ),
    "verify-cannot-fail-behind-sudo": (
        verify('{run: [sudo, -n, ":"]}'),
        "16: warning: `verify[2]` runs :, which always succeeds, so it cannot fail; ask for what should be true afterwards",
    ),
}
