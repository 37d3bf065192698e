"""The engine: a folder of YAML files → plans, and plans → what happened.

`load` reads the files (`format` says what may stand there, `lint` what must be right besides: `parameter_uses` where
parameters may stand, `patterns` what a value may be, `shadowing` which `match` never decides), `match` finds those that
fit an alert, `plan` fills in values and seals. `run` checks, executes and verifies a plan: `steps` does one action,
`process` its process tree through `supervisor`, and `output` keeps what it printed.
"""
