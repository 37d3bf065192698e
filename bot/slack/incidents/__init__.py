"""Incidents in Slack.

`showing.py` hands the outbox all that Slack should show of one. `card.py` is the card in the incidents channel,
`escalation.py` the message that calls somebody (`plights.py` gathers what it tells), `updates.py` what people are told,
`checklist.py` boxes to tick, `postmortem.py` what stands in the thread about a postmortem. `clicks.py` (with
`looking_back_clicks.py`) and `modals.py` are the buttons and forms, `pins.py` the pushpin. `command.py` is `/incident`:
the verbs stand in `changing.py`, `looking.py`, `figures.py`, `looking_back.py` and `silences.py`; what was typed is
read by `means.py` and `asked.py`. `told.py` writes the lines of a
timeline, and `timeline_file.py` has them all in its thread.
"""
