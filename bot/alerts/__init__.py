"""Reading alerts: a Slack message comes in, an Alert goes out.

`message.py` parses at the door (`blocks.py`, `markup.py`): nothing deeper sees Slack's JSON. `read_alert` asks each file
in `sources/` in turn; its `read` gives an Alert, or None when the message is not its own. What no tool's reader knows is
read by `sources/generic.py`, whose `status_of` (`status.py`) weighs all signs: `states.py` the words of tools,
`signs.py` their sentences and emoji, `colours.py` the colour. `subject.py` and `labels.py` tell what it is about, and
`fingerprint.py` whether two messages are about the same thing. `bounds.py` limits what a stranger's text may bring.

What people write is read by `reports.py`: does a sentence report trouble that is there now? In the incidents channel,
where most talk of trouble is about one that is known, `outage.reports_new_outage(message)` is asked instead.
"""

from bot.alerts.bounds import bounded
from bot.alerts.message import Message
from bot.alerts.sources import alertmanager, generic, people
from bot.model import Alert

__all__ = ["read_alert"]

_READERS = (alertmanager.read, people.read)


def read_alert(message: Message) -> Alert:
    """What this message reports. Its status is `none` when it is no alert."""
    for read in _READERS:
        alert = read(message)
        if alert is not None:
            return bounded(alert)
    return bounded(generic.read(message))
