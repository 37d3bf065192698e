"""Incidents in Slack.

`card.py` is the card in the incidents channel, `escalation.py` the message that calls somebody (`plights.py` gathers
what it tells), `checklist.py` boxes to tick. `clicks.py` and `modals.py` are the buttons and forms, `pins.py` the
pushpin. `command.py` is `/incident`: the verbs stand in `changing.py` and `looking.py`, and `means.py` reads what was
typed. `told.py` writes the lines of a timeline.
"""
