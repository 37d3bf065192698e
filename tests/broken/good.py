"""A runbook without a fault, and ways to bend it. `NAME` stands for the file's name, in texts and in what is said."""

from __future__ import annotations

Case = tuple[str | bytes, str]
"""A file, and all that is said about it: `LINE: error|warning: text`, a line for each problem."""

GOOD = """\
runbook: 1
id: NAME
title: A good one
doc: Read this.
params:
  service: {type: string, pattern: "[a-z]+"}
  free: {type: string}
  count: {type: integer, min: 1, max: 5, default: 2}
  token: {type: secret, env: SHOP_TOKEN}
lock: "{service} {free}"
steps:
  - {id: one, run: [resize, "{service}", "{count}"]}
  - {id: two, http: {url: "http://127.0.0.1/{service}", headers: {X-Token: "{token}"}}}
verify:
  - {run: [systemctl, is-active, "{service}"]}
"""

PROSE = "runbook: 1\nid: NAME\ntitle: A text\ndoc: Read this.\n"


def bent(old: str, new: str) -> str:
    """With something else in one place."""
    assert GOOD.count(old) == 1, old
    return GOOD.replace(old, new)


def plus(lines: str) -> str:
    """With further lines, from line 16 on."""
    return f"{GOOD}{lines}\n"


def step(entry: str) -> str:
    """With a third step, on line 14."""
    return bent("verify:\n", f"  - {entry}\nverify:\n")


def undone(entry: str) -> str:
    """The same, in a runbook that takes back what failed."""
    return f"{step(entry)}on_failure: undo\n"


def check(entry: str) -> str:
    """With a check, on line 17."""
    return plus(f"check:\n  - {entry}")


def verify(entry: str) -> str:
    """With a second verify entry, on line 16."""
    return plus(f"  - {entry}")


def param(name: str, spec: str) -> str:
    """With another declaration of a parameter: `service` on line 6, `free` 7, `count` 8, `token` 9."""
    old = next(line for line in GOOD.splitlines() if line.startswith(f"  {name}:"))
    return bent(old, f"  {name}: {spec}")


def scheduled(cron: str) -> str:
    """With defaults for all, and a schedule on line 16."""
    filled = plus(f'schedule: "{cron}"').replace('"[a-z]+"', '"[a-z]+", default: api')
    return filled.replace("free: {type: string}", 'free: {type: string, default: ""}')
