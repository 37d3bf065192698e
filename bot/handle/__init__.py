"""An alert handled without Slack, in a terminal or in a pipeline: `app.py handle FILE`.

    command.py   the files one after the other, and the exit status
    handling.py  one alert: shown, classified, planned, asked about, run, verified
    incident.py  what became of it, as a value
    records.py   where that is kept: the log, the result file, GitHub's summary
    markdown.py  the same for GitHub to show

The plan, its run and its verdict are the engine's (`bot/runbooks/`), as for `runbook run`.
"""
