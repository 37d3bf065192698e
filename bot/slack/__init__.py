"""All that talks to Slack.

In: `listeners.py` tells Bolt what to listen to, `intake.py` writes down what Slack delivers before it is acknowledged
and works it off, `clicks.py` does what was clicked, `silence_clicks.py` those that silence an alert,
`commands.py` answers `/incident` and `/runbook`, and `history.py`
reads what was posted while the bot was away.
Out: `screen.py` draws the record as cards (`cards.py`, `incidents/`), and `outbox.py` sends them at the `pace.py`
that Slack allows. `home.py` publishes the bot's own page (`home_view.py`). `telling.py` answers a click for that person
alone. `workspace.py` knows the channels and who is who.
"""
