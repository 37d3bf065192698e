"""The processes of a run: started within limits, ended with all that came of them, whatever happens to the bot.

`process` is the bot's side; `supervisor` is a process of its own, which starts a command by `spawn` and ends it by
`command_tree`; `process_tree` finds what is below a process, and `scratch` is the folder that runs work in.

This file imports nothing: the supervisor's start-up time is part of every run.
"""
