"""The bot. Read this first: the way of one alert through the files.

    Slack → slack/listeners.py   what Bolt listens to; slack/intake.py writes it down before the acknowledgement
          → alerts/              a message becomes an Alert (message.py parses it; one file per source)
          → flow.py              the story: what follows what
              alerting.py        what a message leads to: an alert begins, goes on, is over, or drowns in a storm
              classify/          category, severity and runbook, and who decided them; weigh.py weighs
              second_opinions.py the language model, asked about an alert that stands on its card already
              proposing.py       a runbook and its values become a sealed plan with evidence; a fresh one when needed
              runbooks/          the engine: reads files, fills in, seals, performs; its own map is in its __init__.py
              deciding.py        people's decisions; approval.py: may this person decide this, now, once?
              execution.py       an approved plan: claimed, journaled step by step, judged, honest after a crash
              interventions.py   what people say to a run under way: an answer, an abort, an undo, a pause
              schedules.py       runbooks that are due by the clock (cron.py: when)
              incidents/         what people coordinate on: opening, states, timeline, ladder, cadence, targets, figures
              coordinating.py    what people do with an incident; escalating.py brings it to others
              updating.py        what people are told of it, and when
              reviewing.py       postmortems, and the reminders until they are held; following_up.py: action items
              silencing.py       what is to make no noise for a while; alertmanager.py tells Alertmanager
              covering.py        who is asked to be on call in another's place, and accepts it
          → store/               everything is a row here before it is anything in Slack; the only place with SQL
          → slack/screen.py      draws the record as cards, and slack/outbox.py keeps Slack showing them
          → deliveries/          mails, pages, and what a status page is told

Without Slack, `detect/` finds trouble in logs, `alert_files.py` reads alerts from files, `classify_command.py` says
what they are taken for, and `handle/` goes the whole way with one of them; `at_hand.py` is what such commands have.

`context.py` is what all these parts share. `model/` has the words as values and `errors.py` every way to say no.
`settings.py`, `team.py`, `words.py`, `texts.py` and `checklists.py` read what people edit (`strict_yaml.py` reads it
strictly). `duty.py` says who is on call, by `rota.py`, by the calendar of `calendars/` and by who covers; `stints.py`
says in whose place, `nobody.py` sees when nobody is, and `rota_lint.py` what is odd. `moments.py` reads when people
mean; `timers.py` ticks; `clock.py` is the one clock; `mrkdwn.py` and `markdown.py` make outside text safe, and
`withheld.py` keeps back what looks like a secret; `doctor.py` says what is missing. What is wired to what stands in
`app.py`; `handoff/` hands shifts over and sums weeks up.

Parsing, classifying, matching, planning, the approval rule, the transitions and the rota are pure: values in, values
out, `now` passed in. Threads: one works off events in order, and checks, runs and Slack posts each have their own.
"""
