"""What must be right in a runbook besides its keys and types.

`lint` asks all the rules of the file it is given, `acts` walks all that a runbook does, `parameter_uses` says where
parameters may stand, `started` and `programs` what is started and read as program text, `always_true` what cannot fail,
and `shadowing` which `match` never decides.
"""
