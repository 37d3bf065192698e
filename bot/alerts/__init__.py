"""Reading alerts: a Slack message comes in, an Alert goes out.

`message.py` parses at the door (with `blocks.py` and `markup.py`): nothing deeper sees Slack's JSON. `read_alert` asks
each file in `sources/` in turn; its `read` gives an Alert, or None when the message is not its own. What no tool's
reader knows is read by `sources/generic.py`, whose status (`status.py`) weighs all signs: `states.py` has the words
of tools, `signs.py` their sentences (with `portuguese.py` and `limits.py`), `emoji.py` and `colours.py` what they
colour. `subject.py` and `labels.py` tell what it is about (`figures.py`: which figures belong to a name), and
`fingerprint.py` whether two messages are about the same thing. `bounds.py` limits what a stranger's text may bring.

What people write is read by `reports.py` (`symptoms.py`, `frames.py`, `recoveries.py`, with `people_portuguese.py`):
does a sentence report trouble there is now? In the incidents channel, where most talk of trouble is about one that is
known, `outage.reports_new_outage(message)` is asked instead.
"""

from bot.alerts.bounds import bounded
from bot.alerts.message import Message
from bot.alerts.sources import (
    alertmanager,
    cloudwatch,
    datadog,
    generic,
    github,
    grafana,
    healthchecks,
    nagios,
    newrelic,
    opsgenie,
    pagerduty,
    people,
    sentry,
    uptime_kuma,
    uptimerobot,
    zabbix,
)
from bot.model import Alert

__all__ = ["read_alert"]

# In order: Grafana titles as Alertmanager does, and who is a person is told by Slack and not by the words.
_TOOLS = (
    grafana,
    alertmanager,
    zabbix,
    cloudwatch,
    datadog,
    sentry,
    pagerduty,
    opsgenie,
    newrelic,
    uptimerobot,
    uptime_kuma,
    healthchecks,
    nagios,
    github,
)


def read_alert(message: Message) -> Alert:
    """What this message reports. Its status is `none` when it is no alert."""
    if (said := people.read(message)) is not None:
        return bounded(said)
    for tool in _TOOLS:
        alert = tool.read(message)
        if alert is not None:
            return bounded(alert)
    return bounded(generic.read(message))
