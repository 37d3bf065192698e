"""Keys that are unknown, missing or of the wrong type, and match entries."""

# ruff: noqa: E501 - what is said stands on one line, as it is printed

from __future__ import annotations

from tests.broken.good import PROSE, Case, bent, plus

KEYS: dict[str, Case] = {
    "unknown-key": (
        plus("escalate: now"),
        "16: error: `escalate` is not known to this version; known here: runbook, id, title, owner, reviewed, doc, match, severity, params, risk, approval, lock, cooldown, timeout, limits, env, schedule, check, steps, verify, on_failure",
    ),
    "key-of-github": (plus("on_failur: undo"), "16: error: `on_failur` is not known to this version; `on_failure` is"),
    "missing-doc": (bent("doc: Read this.\n", ""), "1: error: `doc` is missing; add it"),
    "missing-all": (
        "owner: me\n",
        "1: error: `doc` is missing; add it\n1: error: `id` is missing; add it\n1: error: `runbook` is missing; add it\n1: error: `title` is missing; add it",
    ),
    "other-version": (bent("runbook: 1", "runbook: 2"), "1: error: `runbook` is 2; write 1"),
    "version-as-text": (bent("runbook: 1", 'runbook: "1"'), '1: error: `runbook` is "1"; write 1'),
    "id-in-capitals": (
        bent("id: NAME", "id: NAME-X"),
        '2: error: `id` is "NAME-X"; write text of the form ^[a-z0-9-]{1,63}$',
    ),
    "id-unlike-the-file": (
        bent("id: NAME", "id: other"),
        "2: error: `id` is other, but the file is NAME.yaml; make them equal",
    ),
    "id-a-number": (bent("id: NAME", "id: 7"), "2: error: `id` is 7; write text, in quotes if need be"),
    "empty-title": (bent("title: A good one", 'title: ""'), '3: error: `title` is ""; write at least 1 character'),
    "long-title": (
        bent("A good one", "x" * 121),
        '3: error: `title` is "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…; write at most 120 characters',
    ),
    "title-a-number": (bent("A good one", "42"), "3: error: `title` is 42; write text, in quotes if need be"),
    "title-a-list": (bent("A good one", "[a, b]"), "3: error: `title` is a list; write text, in quotes if need be"),
    "doc-is-nothing": (bent("doc: Read this.", "doc:"), "4: error: `doc` is nothing; write text, in quotes if need be"),
    "doc-a-mapping": (
        bent("doc: Read this.", "doc: {Meaning: x}"),
        "4: error: `doc` is a mapping; write text, in quotes if need be",
    ),
    "reviewed-no-date": (plus("reviewed: yesterday"), '16: error: `reviewed` is "yesterday"; write a date: 2026-11-30'),
    "reviewed-no-day": (
        plus("reviewed: 2026-02-30"),
        '16: error: `reviewed` is "2026-02-30"; write a date: 2026-11-30',
    ),
    "params-a-list": (PROSE + "params: [a]\n", "5: error: `params` is a list; write keys and values: {key: value}"),
    "steps-a-mapping": (PROSE + "steps: {run: [a]}\n", "5: error: `steps` is a mapping; write a list: [one, two]"),
    "unknown-severity": (plus("severity: critical"), '16: error: `severity` is "critical"; write P0, P1, P2 or P3'),
    "unknown-risk": (plus("risk: huge"), '16: error: `risk` is "huge"; write low, medium or high'),
    "duration-without-unit": (
        plus("timeout: 600"),
        "16: error: `timeout` is no duration; write a number and a unit: 30s, 15m, 2h, 1d or 1w",
    ),
    "no-time-at-all": (plus("timeout: 0s"), '16: error: `timeout` is "0s"; write more than 0s'),
    "more-than-a-day": (plus("timeout: 2d"), '16: error: `timeout` is "2d"; write at most 1d'),
    "size-without-unit": (
        plus("limits: {memory: 512}"),
        "16: error: `limits.memory` is no size; write a number and a unit: 64KiB, 512MiB or 1GiB",
    ),
    "size-in-short": (
        plus("limits: {file: 1G}"),
        "16: error: `limits.file` is no size; write a number and a unit: 64KiB, 512MiB or 1GiB",
    ),
    "too-little-memory": (
        plus("limits: {memory: 64KiB}"),
        '16: error: `limits.memory` is "64KiB"; write at least 1MiB',
    ),
    "no-process": (plus("limits: {processes: 0}"), "16: error: `limits.processes` is 0; write at least 1"),
    "unknown-limit": (
        plus("limits: {disk: 1GiB}"),
        "16: error: `limits.disk` is not known to this version; known here: cpu, memory, processes, file",
    ),
    "on-failure-retry": (plus("on_failure: retry"), '16: error: `on_failure` is "retry"; write stop, undo or ask'),
    "match-everything": (
        plus("match:\n  - {}"),
        "17: error: `match[1]` is empty and would match everything; give alert, labels, category or text",
    ),
    "match-no-name": (
        plus("match:\n  - {alert: []}"),
        "17: error: `match[1].alert` is an empty list; write at least 1 of them",
    ),
    "match-a-word": (plus("match: Down"), '16: error: `match` is "Down"; write a list: [one, two]'),
    "match-name-not-listed": (
        plus("match:\n  - {alert: Down}"),
        '17: error: `match[1].alert` is "Down"; write a list: [one, two]',
    ),
    "match-unknown-category": (
        plus("match:\n  - {category: weather}"),
        '17: error: `match[1].category` is "weather"; write availability, latency, errors, cpu, memory, disk, network, database, cache, queue, kubernetes, deploy, certificate, backup, security, capacity, monitoring, model or other',
    ),
    "match-label-a-number": (
        plus("match:\n  - {labels: {code: 500}}"),
        "17: error: `match[1].labels.code` is 500; write text, in quotes if need be",
    ),
    "match-unknown-key": (
        plus("match:\n  - {alerts: [Down]}"),
        "17: error: `match[1].alerts` is not known to this version; `alert` is",
    ),
    "match-nothing-said": (
        plus("match:\n  - {alert: [A]}\n  - {category: }"),
        "18: error: `match[2]` is empty and would match everything; give alert, labels, category or text",
    ),
}
