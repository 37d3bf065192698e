"""The engine: a folder of YAML files → plans, and plans → what happened.

Files: `shelf` keeps them as they are on disk, `load` reads them, `format` says what may stand there (`schema` tells
editors), and `lint` what must be right besides: `parameter_uses` where parameters may stand, `programs` what is read as
program text, `patterns` what a value may be, `always_true` what cannot fail, `shadowing` which `match` never decides.

Plans: `match` finds the runbooks that fit an alert, `plan` fills in the values and seals, `described` says what a plan
does and `rendered` what a runbook is.

Runs: `run` checks, executes, takes back and verifies; `steps` does one action, `process` its process tree through the
`supervisor` (which starts by `spawn` and ends by `command_tree`), `network` its requests; `output` keeps what was
printed and `masking` hides secrets in it. `judge` says what an answer means, `progress` what a run's journal means.

Without Slack: `cases` and `replay` are `runbook test`; `terminal` is `runbook run`.

This file and bot/__init__.py import nothing: the supervisor's start-up time is part of every run.
"""
