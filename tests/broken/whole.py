"""Approval, schedule, cooldown and environment."""

# ruff: noqa: E501 - what is said stands on one line, as it is printed

from __future__ import annotations

from tests.broken.good import Case, plus, scheduled

WHOLE: dict[str, Case] = {
    "one-for-high-risk": (
        plus("risk: high"),
        "16: error: `risk` is high, which needs at least 2 approvers; write `approval: {required: 2}`",
    ),
    "one-for-high-risk-written": (
        plus("risk: high\napproval: {required: 1}"),
        "17: error: `approval.required` is 1, and high risk needs at least 2 approvers; write 2",
    ),
    "none-for-medium-risk": (
        plus("approval: {required: 0}"),
        "16: error: `approval.required` is 0, and the risk is medium; only low risk may run by itself",
    ),
    "none-and-not-unattended": (
        plus("risk: low\napproval: {required: 0}"),
        "17: error: `approval.required` is 0, and the team file does not list NAME under `unattended`; add it there, or write 1",
    ),
    "less-than-none": (plus("approval: {required: -1}"), "16: error: `approval.required` is -1; write at least 0"),
    "no-role": (
        plus("approval: {roles: []}"),
        "16: error: `approval.roles` is an empty list; write at least 1 of them",
    ),
    "role-not-listed": (
        plus("approval: {roles: sre}"),
        '16: error: `approval.roles` is "sre"; write a list: [one, two]',
    ),
    "unknown-role": (
        plus("approval:\n  roles: [approvers, kings]"),
        "17: error: `approval.roles[2]` is kings, a role that the team file does not have; known: approvers",
    ),
    "expires-never": (
        plus("approval: {expires: never}"),
        "16: error: `approval.expires` is no duration; write a number and a unit: 30s, 15m, 2h, 1d or 1w",
    ),
    "schedule-of-four-fields": (
        scheduled("0 9 * *"),
        '16: error: `schedule` has 4 fields; write five: minute, hour, day of the month, month, day of the week, such as "0 9 * * 1-5"',
    ),
    "schedule-of-hour-25": (
        scheduled("0 25 * * *"),
        "16: error: `schedule` is no schedule (Error validating expression '25': the last value (25) is higher than the maximum value (23)); write such as \"0 9 * * 1-5\"",
    ),
    "schedule-by-word": (
        scheduled("@daily"),
        '16: error: `schedule` has 1 fields; write five: minute, hour, day of the month, month, day of the week, such as "0 9 * * 1-5"',
    ),
    "schedule-never": (scheduled("0 0 30 2 *"), "16: error: `schedule` is never due; choose a day that comes"),
    "schedule-without-a-default": (
        scheduled("0 9 * * 1").replace(", default: api", ""),
        "6: error: `params.service` has no default, so no schedule can fill it in; give it one",
    ),
    "env-not-a-name": (
        plus("env: [KUBE CONFIG]"),
        "16: error: `env[1]` is no name of an environment variable; mend it",
    ),
    "env-of-parameters": (plus("env: [RUNBOOK_X]"), "16: error: `env[1]` is kept for parameters; choose another name"),
    "env-of-the-bot": (
        plus("env: [KUBECONFIG, DATABASE_URL]"),
        "16: error: `env[2]` is a secret of the bot itself; steps never see it, remove it",
    ),
    "env-a-mapping": (plus("env: {A: b}"), "16: error: `env` is a mapping; write a list: [one, two]"),
}
