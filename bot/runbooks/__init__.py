"""The engine: a folder of YAML files → plans, and plans → what happened.

Files: `shelf` keeps them as they are on disk, `load` reads them, `format` says what may stand there (`schema` tells
editors), `patterns` and `values` what a parameter may be, and `linting/` what must be right besides.

Plans: `match` finds the runbooks that fit an alert, `plan` fills in the values and seals, `described` says what a plan
does and `rendered` what a runbook is.

Runs: `run` checks, executes, takes back and verifies; `steps` does one action: `processes/` its commands, `network` its
requests; `output` keeps what was printed and `masking` hides secrets in it. `judge` says what an answer means,
`progress` what a run's journal means and `told` how it is said.

Without Slack: `cases` and `replay` are `runbook test`; `terminal/` is the other commands.

This file and bot/__init__.py import nothing: the supervisor's start-up time is part of every run.
"""
