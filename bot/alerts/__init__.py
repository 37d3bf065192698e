"""Reading alerts: a Slack message comes in, an Alert goes out. One file per source.

`message.py` parses at the door: nothing deeper sees Slack's JSON. Each source's `read` gives an Alert or None when the
message is not its own; the last one, `plain.py`, reads what no tool's reader knows.
"""

from bot.alerts import alertmanager, plain
from bot.alerts.message import Message
from bot.model import Alert

__all__ = ["read_alert"]

_READERS = (alertmanager.read, plain.read)


def read_alert(message: Message) -> Alert:
    """What this message reports. Its status is `none` when it is no alert."""
    for read in _READERS:
        alert = read(message)
        if alert is not None:
            return alert
    raise AssertionError("plain.read answers every message")
