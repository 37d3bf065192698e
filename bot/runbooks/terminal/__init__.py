"""Runbooks without Slack, in a terminal.

`commands` prints what there is; `start` begins a run and asks for what is missing, `by_hand` performs it, `live` shows
it as it goes, and `person` is whoever answers.
"""
