"""Steps, checks and verify entries."""

# ruff: noqa: E501 - what is said stands on one line, as it is printed

from __future__ import annotations

from tests.broken.good import PROSE, Case, bent, check, plus, step, undone, verify

STEPS: dict[str, Case] = {
    "two-kinds": (
        step("{id: three, run: [a], script: scripts/b.sh}"),
        "14: error: `steps[3]` has run and script; give exactly one of run, script, http, notify, wait, ask",
    ),
    "no-kind": (
        step("{id: three, say: hello}"),
        "14: error: `steps[3]` does nothing; give exactly one of run, script, http, notify, wait, ask",
    ),
    "unknown-kind": (
        step("{id: three, shell: ls}"),
        "14: error: `steps[3].shell` is not known to this version; known here: run, ok, id, say, script, http, notify, wait, ask, timeout, retries, repeat_safe, optional, undo",
    ),
    "kind-of-a-check-only": (
        step("{id: three, tcp: {host: a, port: 1}}"),
        "14: error: `steps[3].tcp` is not known to this version; known here: run, ok, id, say, script, http, notify, wait, ask, timeout, retries, repeat_safe, optional, undo",
    ),
    "no-id": (step("{run: [a]}"), "14: error: `steps[3]` has no `id`; add it"),
    "id-of-a-step": (
        step("{id: Step 3, run: [a]}"),
        '14: error: `steps[3].id` is "Step 3"; write text of the form ^[a-z0-9][a-z0-9_-]{0,62}$',
    ),
    "id-twice": (
        step("{id: one, run: [a]}"),
        "14: error: `steps[3].id` `one` is used twice in `steps`; choose another",
    ),
    "id-twice-in-check": (
        plus("check:\n  - {id: look, run: [a]}\n  - {id: look, run: [b]}"),
        "18: error: `check[2].id` `look` is used twice in `check`; choose another",
    ),
    "id-twice-in-verify": (
        bent("  - {run: [systemctl", "  - {id: up, run: [a]}\n  - {id: up, run: [systemctl"),
        "16: error: `verify[2].id` `up` is used twice in `verify`; choose another",
    ),
    "empty-argv": (
        step("{id: three, run: []}"),
        "14: error: `steps[3].run` is an empty list; write at least 1 of them",
    ),
    "a-shell-line": (
        step("{id: three, run: systemctl restart x}"),
        '14: error: `steps[3].run` is "systemctl restart x"; write a list: [one, two]',
    ),
    "number-in-argv": (
        step("{id: three, run: [sleep, 5]}"),
        "14: error: `steps[3].run[2]` is 5; write text, in quotes if need be",
    ),
    "exit-code-out-of-range": (
        step("{id: three, run: [a], ok: [256]}"),
        "14: error: `steps[3].ok[1]` is 256; write at most 255",
    ),
    "no-exit-code": (
        step("{id: three, run: [a], ok: []}"),
        "14: error: `steps[3].ok` is an empty list; write at least 1 of them",
    ),
    "exit-codes-of-a-request": (
        step('{id: three, http: {url: "http://127.0.0.1/"}, ok: [1]}'),
        "14: error: `steps[3].ok` lists exit codes, which only run and script have; remove it",
    ),
    "zero-timeout": (
        step("{id: three, run: [a], timeout: 0s}"),
        '14: error: `steps[3].timeout` is "0s"; write more than 0s',
    ),
    "retries-not-safe": (
        step("{id: three, run: [a], retries: 2}"),
        "14: error: `steps[3].retries` starts the step again; write `repeat_safe: true` if that does no harm",
    ),
    "too-many-retries": (
        step("{id: three, run: [a], repeat_safe: true, retries: 99}"),
        "14: error: `steps[3].retries` is 99; write at most 10",
    ),
    "retries-of-a-question": (
        step("{id: three, ask: Well?, repeat_safe: true}"),
        "14: error: `steps[3].repeat_safe` is not for ask, which changes nothing; remove it",
    ),
    "undo-of-a-wait": (
        undone("{id: three, wait: {run: [a]}, undo: {run: [b]}}"),
        "14: error: `steps[3].undo` is not for wait, which changes nothing; remove it",
    ),
    "undo-of-a-question": (
        undone("{id: three, ask: Well?, undo: {run: [b]}}"),
        "14: error: `steps[3].undo` is not for ask, which changes nothing; remove it",
    ),
    "undo-does-nothing": (
        step("{id: three, run: [a], undo: {}}"),
        "14: error: `steps[3].undo` does nothing; give exactly one of run, script, http",
    ),
    "undo-by-a-message": (
        step("{id: three, run: [a], undo: {notify: {channel: a, text: b}}}"),
        "14: error: `steps[3].undo.notify` is not known to this version; known here: run, ok, script, http, timeout",
    ),
    "undo-without-an-undo": (
        plus("on_failure: undo"),
        "16: error: `on_failure` is undo, and no step has an `undo`; add one, or write stop",
    ),
    "optional-yes": (
        step("{id: three, run: [a], optional: yes}"),
        '14: error: `steps[3].optional` is "yes"; write true or false',
    ),
    "short-wait": (
        step("{id: three, wait: {tcp: {host: a, port: 1}, for: 60s}, timeout: 5s}"),
        "14: error: `steps[3].timeout` is shorter than the wait's `for`; remove it",
    ),
    "wait-for-a-script": (
        step("{id: three, wait: {script: scripts/x.sh}}"),
        "14: error: `steps[3].wait.script` is not known to this version; known here: run, ok, http, tcp, every, for, stable",
    ),
    "wait-for-nothing": (
        step("{id: three, wait: {every: 2s}}"),
        "14: error: `steps[3].wait` does nothing; give exactly one of run, http, tcp",
    ),
    "wait-never-stable": (
        step("{id: three, wait: {run: [a], stable: 0}}"),
        "14: error: `steps[3].wait.stable` is 0; write at least 1",
    ),
    "port-out-of-range": (
        verify("{tcp: {host: a, port: 70000}}"),
        "16: error: `verify[2].tcp.port` is 70000; write at most 65535",
    ),
    "unknown-method": (
        step('{id: three, http: {url: "http://127.0.0.1/", method: get}}'),
        '14: error: `steps[3].http.method` is "get"; write GET, HEAD, POST, PUT, PATCH or DELETE',
    ),
    "status-out-of-range": (
        step('{id: three, http: {url: "http://127.0.0.1/", status: 42}}'),
        "14: error: `steps[3].http.status` is 42; write at least 100",
    ),
    "url-without-scheme": (
        step("{id: three, http: {url: example.com/x}}"),
        "14: error: `steps[3].http.url` is no address; write http://host/path or https://host/path",
    ),
    "url-with-a-password": (
        step('{id: three, http: {url: "http://u:p@example.com/"}}'),
        "14: error: `steps[3].http.url` has a user or password in it; remove it, the plan is shown to everyone",
    ),
    "url-with-a-space": (
        step('{id: three, http: {url: "http://example.com/a b"}}'),
        "14: error: `steps[3].http.url` holds a space or a backslash; write %20 or %5C",
    ),
    "url-without-host": (
        step('{id: three, http: {url: "http:///x"}}'),
        "14: error: `steps[3].http.url` names no host; write http://host/path",
    ),
    "url-with-a-wrong-port": (
        step('{id: three, http: {url: "http://a:99999/x"}}'),
        "14: error: `steps[3].http.url` has a wrong port or host; write http://host:8080/path",
    ),
    "header-name": (
        step('{id: three, http: {url: "http://127.0.0.1/", headers: {"X Y": a}}}'),
        "14: error: `steps[3].http.headers.X Y` is no header name; write letters, digits and -",
    ),
    "message-to-nobody": (
        step("{id: three, notify: {text: a}}"),
        "14: error: `steps[3].notify` has no `channel`; add it",
    ),
    "message-to-a-parameter": (
        step('{id: three, notify: {channel: "{service}", text: a}}'),
        '14: error: `steps[3].notify.channel` is "{service}"; write text of the form ^#?[\\w-]{1,80}$',
    ),
    "message-too-long": (
        step("{id: three, notify: {channel: a, text: " + "x" * 3001 + "}}"),
        '14: error: `steps[3].notify.text` is "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…; write at most 3000 characters',
    ),
    "question-too-long": (
        step("{id: three, ask: " + "x" * 1001 + "}"),
        '14: error: `steps[3].ask` is "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…; write at most 1000 characters',
    ),
    "empty-question": (step('{id: three, ask: ""}'), '14: error: `steps[3].ask` is ""; write at least 1 character'),
    "script-outside": (
        step("{id: three, script: ../evil.sh}"),
        "14: error: `steps[3].script` leads out of the runbooks folder; write scripts/name",
    ),
    "script-missing": (
        step("{id: three, script: scripts/none.sh}"),
        "14: error: `steps[3].script` does not exist; the path starts at the runbooks folder",
    ),
    "script-in-undo-missing": (
        undone("{id: three, run: [a], undo: {script: scripts/none.sh}}"),
        "14: error: `steps[3].undo.script` does not exist; the path starts at the runbooks folder",
    ),
    "script-no-name": (
        step('{id: three, script: "scripts/a\\nb"}'),
        "14: error: `steps[3].script` is no file name; write scripts/name",
    ),
    "slow-check": (
        check("{id: look, run: [a], timeout: 11s}"),
        '17: error: `check[1].timeout` is "11s"; write at most 10s',
    ),
    "check-without-id": (check("{run: [a]}"), "17: error: `check[1]` has no `id`; add it"),
    "check-asks": (
        check("{id: look, ask: Well?}"),
        "17: error: `check[1].ask` is not known to this version; known here: run, ok, id, say, script, http, tcp, timeout",
    ),
    "check-without-steps": (
        PROSE + "check: [{id: a, run: [b]}]\n",
        "5: error: `check` needs `steps`; without them the runbook is only text to read",
    ),
    "verify-without-steps": (
        PROSE + "verify: [{run: [b]}]\n",
        "5: error: `verify` needs `steps`; without them the runbook is only text to read",
    ),
    "cooldown-without-steps": (
        PROSE + "cooldown: 5m\n",
        "5: error: `cooldown` needs `steps`; without them the runbook is only text to read",
    ),
    "schedule-without-steps": (
        PROSE + "schedule: 0 9 * * 1\n",
        "5: error: `schedule` needs `steps`; without them the runbook is only text to read",
    ),
    "verify-by-script": (
        verify("{script: scripts/a.sh}"),
        "16: error: `verify[2].script` is not known to this version; known here: run, ok, id, say, http, tcp, alert, for, timeout",
    ),
    "verify-firing": (verify("{alert: firing}"), '16: error: `verify[2].alert` is "firing"; write resolved'),
    "verify-for-of-a-command": (
        verify("{run: [a], for: 5m}"),
        "16: error: `verify[2].for` is how long `alert: resolved` waits; write `timeout` here",
    ),
    "verify-timeout-of-an-alert": (
        verify("{alert: resolved, timeout: 5m}"),
        "16: error: `verify[2].timeout` is not for `alert: resolved`; write `for`",
    ),
    "header-of-two-lines": (
        step('{id: three, http: {url: "http://127.0.0.1/", headers: {X: "a\\nb"}}}'),
        "14: error: `steps[3].http.headers.X` holds what a header may not; write plain ASCII on one line, without spaces around it",
    ),
    "host-of-two-words": (
        verify('{tcp: {host: "db one", port: 1}}'),
        "16: error: `verify[2].tcp.host` is no host name; write such as db.example.com",
    ),
    "host-in-a-url": (
        step('{id: three, http: {url: "http://{service}_/x"}}'),
        "14: error: `steps[3].http.url` has a wrong host name; write http://host/path",
    ),
}
