"""Parameters in places where they must not stand."""

# ruff: noqa: E501 - what is said stands on one line, as it is printed

from __future__ import annotations

from tests.broken.good import PROSE, Case, bent, check, step, undone, verify

PLACES: dict[str, Case] = {
    "secret-in-run": (
        step('{id: three, run: [login, "{token}"]}'),
        "14: error: `steps[3].run[2]` shows the secret `{token}` to everyone who reads the plan; use a script, which reads RUNBOOK_TOKEN from its environment",
    ),
    "secret-in-a-url": (
        step('{id: three, http: {url: "http://127.0.0.1/?key={token}"}}'),
        "14: error: `steps[3].http.url` shows the secret `{token}` to everyone who reads the plan; put it into the value of a header",
    ),
    "secret-in-json": (
        step('{id: three, http: {url: "http://127.0.0.1/", method: POST, json: {key: ["{token}"]}}}'),
        "14: error: `steps[3].http.json` shows the secret `{token}` to everyone who reads the plan; put it into the value of a header",
    ),
    "secret-in-the-lock": (
        bent('lock: "{service} {free}"', 'lock: "{service} {free} {token}"'),
        "10: error: `lock` shows the secret `{token}` to everyone who reads the plan; leave it out",
    ),
    "secret-in-a-message": (
        step('{id: three, notify: {channel: deploys, text: "the key is {token}"}}'),
        "14: error: `steps[3].notify.text` shows the secret `{token}` to everyone who reads the plan; leave it out",
    ),
    "secret-in-a-question": (
        step('{id: three, ask: "Is {token} right?"}'),
        "14: error: `steps[3].ask` shows the secret `{token}` to everyone who reads the plan; leave it out",
    ),
    "secret-as-a-host": (
        verify('{tcp: {host: "{token}", port: 80}}'),
        "16: error: `verify[2].tcp.host` shows the secret `{token}` to everyone who reads the plan; use a script, which reads RUNBOOK_TOKEN from its environment",
    ),
    "secret-in-an-undo": (
        undone('{id: three, run: [a], undo: {run: [b, "{token}"]}}'),
        "14: error: `steps[3].undo.run[2]` shows the secret `{token}` to everyone who reads the plan; use a script, which reads RUNBOOK_TOKEN from its environment",
    ),
    "secret-in-a-wait": (
        step('{id: three, wait: {run: [b, "{token}"]}}'),
        "14: error: `steps[3].wait.run[2]` shows the secret `{token}` to everyone who reads the plan; use a script, which reads RUNBOOK_TOKEN from its environment",
    ),
    "secret-in-a-check": (
        check('{id: look, run: [b, "{token}"]}'),
        "17: error: `check[1].run[2]` shows the secret `{token}` to everyone who reads the plan; use a script, which reads RUNBOOK_TOKEN from its environment",
    ),
    "unknown-parameter": (
        step('{id: three, run: [echo, "{nope}"]}'),
        "14: error: `steps[3].run[2]` asks for `{nope}`, which `params` does not have; known are service, free, count, token",
    ),
    "unknown-parameter-in-the-lock": (
        bent('"{service} {free}"', '"{service} {free} {host}"'),
        "10: error: `lock` asks for `{host}`, which `params` does not have; known are service, free, count, token",
    ),
    "unknown-parameter-in-a-message": (
        step('{id: three, notify: {channel: deploys, text: "{who} did it"}}'),
        "14: error: `steps[3].notify.text` asks for `{who}`, which `params` does not have; known are service, free, count, token",
    ),
    "unknown-parameter-in-an-undo": (
        undone('{id: three, run: [a], undo: {run: [b, "{x}"]}}'),
        "14: error: `steps[3].undo.run[2]` asks for `{x}`, which `params` does not have; known are service, free, count, token",
    ),
    "no-parameters-at-all": (
        PROSE + 'steps:\n  - {id: one, run: [a, "{b}"]}\nverify:\n  - {run: [c]}\n',
        "6: error: `steps[1].run[2]` asks for `{b}`, which `params` does not have; add it there",
    ),
    "lone-brace": (
        step('{id: three, run: [echo, "{"]}'),
        "14: error: `steps[3].run[2]` has a brace that is no parameter; write {{ for a brace, or {name}",
    ),
    "lone-closing-brace": (
        step('{id: three, run: [awk, "1}"]}'),
        "14: error: `steps[3].run[2]` has a brace that is no parameter; write }} for a brace, or {name}",
    ),
    "placeholder-without-quotes": (
        step("{id: three, run: [echo, {service}]}"),
        '14: error: `steps[3].run[2]` is a mapping, not text; put it in quotes: "{service}"',
    ),
    "anything-in-run": (
        step('{id: three, run: [echo, "{free}"]}'),
        "14: error: `steps[3].run[2]` takes in `{free}`, which may be anything; give free a pattern or an enum",
    ),
    "anything-in-a-url": (
        step('{id: three, http: {url: "http://127.0.0.1/{free}"}}'),
        "14: error: `steps[3].http.url` takes in `{free}`, which may be anything; give free a pattern or an enum",
    ),
    "anything-as-a-host": (
        verify('{tcp: {host: "{free}", port: 80}}'),
        "16: error: `verify[2].tcp.host` takes in `{free}`, which may be anything; give free a pattern or an enum",
    ),
    "anything-in-a-header": (
        step('{id: three, http: {url: "http://127.0.0.1/", headers: {X: "{free}"}}}'),
        "14: error: `steps[3].http.headers.X` takes in `{free}`, which may be anything; give free a pattern or an enum",
    ),
    "anything-in-an-undo": (
        undone('{id: three, run: [a], undo: {run: [b, "{free}"]}}'),
        "14: error: `steps[3].undo.run[2]` takes in `{free}`, which may be anything; give free a pattern or an enum",
    ),
    "anything-in-a-wait": (
        step('{id: three, wait: {http: {url: "http://127.0.0.1/{free}"}}}'),
        "14: error: `steps[3].wait.http.url` takes in `{free}`, which may be anything; give free a pattern or an enum",
    ),
    "program-text-in-a-wait": (
        step('{id: three, wait: {run: [sh, -c, "test {count} = 1"]}}'),
        "14: error: `steps[3].wait.run[3]` puts `{count}` into what sh reads as program text; use a script, which reads RUNBOOK_COUNT from its environment",
    ),
    "program-text-in-a-check": (
        check('{id: look, run: [sh, -c, "test {count} = 1"]}'),
        "17: error: `check[1].run[3]` puts `{count}` into what sh reads as program text; use a script, which reads RUNBOOK_COUNT from its environment",
    ),
    "program-text-in-verify": (
        verify('{run: [sh, -c, "test {count} = 1"]}'),
        "16: error: `verify[2].run[3]` puts `{count}` into what sh reads as program text; use a script, which reads RUNBOOK_COUNT from its environment",
    ),
    "program-text-in-an-undo": (
        undone('{id: three, run: [a], undo: {run: [sh, -c, "{service}"]}}'),
        "14: error: `steps[3].undo.run[3]` puts `{service}` into what sh reads as program text; use a script, which reads RUNBOOK_SERVICE from its environment",
    ),
    "no-program": (
        step('{id: three, run: ["", a]}'),
        "14: error: `steps[3].run[1]` names no program; write its name or path",
    ),
    "nul-in-run": (
        step('{id: three, run: [echo, "a\\0b"]}'),
        "14: error: holds the character U+0000, which nobody sees; remove it",
    ),
    "parameter-in-shell": (
        step('{id: three, run: [sh, -c, "echo {service}"]}'),
        "14: error: `steps[3].run[3]` puts `{service}` into what sh reads as program text; use a script, which reads RUNBOOK_SERVICE from its environment",
    ),
    "parameter-in-shell-behind-sudo": (
        step('{id: three, run: [sudo, -u, app, bash, -lc, "{service}"]}'),
        "14: error: `steps[3].run[6]` puts `{service}` into what bash reads as program text; use a script, which reads RUNBOOK_SERVICE from its environment",
    ),
    "parameter-in-python": (
        step('{id: three, run: [python3, -c, "print({count})"]}'),
        "14: error: `steps[3].run[3]` puts `{count}` into what python reads as program text; use a script, which reads RUNBOOK_COUNT from its environment",
    ),
    "parameter-in-perl": (
        step('{id: three, run: [perl, -ne, "print {service}"]}'),
        "14: error: `steps[3].run[3]` puts `{service}` into what perl reads as program text; use a script, which reads RUNBOOK_SERVICE from its environment",
    ),
    "parameter-in-psql": (
        step('{id: three, run: [psql, -c, "select {count}"]}'),
        "14: error: `steps[3].run[3]` puts `{count}` into what psql reads as program text; use a script, which reads RUNBOOK_COUNT from its environment",
    ),
    "parameter-in-mysql": (
        step('{id: three, run: [mysql, --execute, "kill {count}"]}'),
        "14: error: `steps[3].run[3]` puts `{count}` into what mysql reads as program text; use a script, which reads RUNBOOK_COUNT from its environment",
    ),
    "parameter-in-awk": (
        step('{id: three, run: [awk, "NR>{count}", /etc/hosts]}'),
        "14: error: `steps[3].run[2]` puts `{count}` into what awk reads as program text; use a script, which reads RUNBOOK_COUNT from its environment",
    ),
    "parameter-in-sed": (
        step('{id: three, run: [sed, -n, "{count}p", /etc/hosts]}'),
        "14: error: `steps[3].run[3]` puts `{count}` into what sed reads as program text; use a script, which reads RUNBOOK_COUNT from its environment",
    ),
    "parameter-in-jq": (
        step('{id: three, run: [jq, ".{service}", /etc/x]}'),
        "14: error: `steps[3].run[2]` puts `{service}` into what jq reads as program text; use a script, which reads RUNBOOK_SERVICE from its environment",
    ),
    "parameter-in-ssh": (
        step('{id: three, run: [ssh, host, uptime, "{service}"]}'),
        "14: error: `steps[3].run[4]` puts `{service}` into what ssh reads as program text; use a script, which reads RUNBOOK_SERVICE from its environment",
    ),
    "parameter-in-env-split": (
        step('{id: three, run: [env, -S, "ls {service}"]}'),
        "14: error: `steps[3].run[3]` puts `{service}` into what env reads as program text; use a script, which reads RUNBOOK_SERVICE from its environment",
    ),
    "parameter-in-find-exec": (
        step('{id: three, run: [find, /tmp, -exec, sh, -c, "rm {service}", ";"]}'),
        "14: error: `steps[3].run[6]` puts `{service}` into what sh reads as program text; use a script, which reads RUNBOOK_SERVICE from its environment",
    ),
    "parameter-in-kubectl-exec": (
        step('{id: three, run: [kubectl, exec, web, --, sh, -c, "kill {count}"]}'),
        "14: error: `steps[3].run[7]` puts `{count}` into what sh reads as program text; use a script, which reads RUNBOOK_COUNT from its environment",
    ),
    "parameter-as-program": (
        step('{id: three, run: ["{service}"]}'),
        "14: error: `steps[3].run[1]` lets `{service}` choose what is started; write its name or path",
    ),
    "parameter-as-path-of-a-program": (
        step('{id: three, run: ["/opt/{service}/bin/run"]}'),
        "14: error: `steps[3].run[1]` lets `/opt/{service}/bin/run` choose what is started; write its name or path",
    ),
    "parameter-as-program-of-sudo": (
        step('{id: three, run: [sudo, -n, "{service}"]}'),
        "14: error: `steps[3].run[3]` lets `{service}` choose what is started; write its name or path",
    ),
    "parameter-as-program-of-xargs": (
        step('{id: three, run: [xargs, "{service}"]}'),
        "14: error: `steps[3].run[2]` lets `{service}` choose what is started; write its name or path",
    ),
    "parameter-as-program-in-a-container": (
        step('{id: three, run: [docker, exec, web, "{service}"]}'),
        "14: error: `steps[3].run[4]` lets `{service}` choose what is started; write its name or path",
    ),
}
