"""Alerts from files: JSON from a tool or a script, what `detect` prints, or a Slack message. Pure but for `read_file`.

A file holds one of them, a list, or one a line. The JSON of a tool:

    {"alert_id": "a-1", "timestamp": "2026-11-21T14:02:11Z", "severity": "critical", "type": "high_memory",
     "message": "Memory at 95 %", "service": "shop", "metrics": {"memory_percent": 95}}

`name` may stand for `type`, and `summary` or `description` for `message`; what Alertmanager sends to a webhook is
understood too. Fields that are not known become labels, when they are short texts or numbers.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.alerts import fingerprint, read_alert
from bot.alerts.bounds import bounded
from bot.alerts.markup import visible
from bot.alerts.message import read_message
from bot.alerts.states import state_of
from bot.errors import MessageError
from bot.model import Alert, AlertStatus, Link

STDIN = "-"
SOURCE = "file"  # of an alert that does not say where it comes from
_LARGEST = 32 * 1024 * 1024  # bytes
_MOST = 10_000  # alerts of one file

_NAMES = ("name", "type", "alertname", "alert_name", "title")
_SUMMARIES = ("message", "summary", "description", "text")
_HINTS = ("severity_hint", "severity", "level", "priority")
_STATES = ("status", "state")
_IDS = ("alert_id", "id")
_LINKS = {
    "url": "Open",
    "link": "Open",
    "generatorURL": "Source",
    "runbook_url": "Runbook",
    "dashboard_url": "Dashboard",
}
_FACTS = ("timestamp", "startsAt", "endsAt", "count", "first", "last", "first_line", "last_line", "example")
_OTHER = ("source", "labels", "annotations", "metrics", "fingerprint", "links")
_KNOWN = frozenset((*_NAMES, *_SUMMARIES, *_HINTS, *_STATES, *_IDS, *_LINKS, *_FACTS, *_OTHER))
_SLACKS_OWN = frozenset(
    ("attachments", "blocks", "channel", "ts", "bot_id", "bot_profile", "username", "user", "event")
)
_LONGEST_LABEL = 300  # characters; a longer text is prose


@dataclass(frozen=True)
class FiledAlert:
    """`id`: what its tool calls it, or else what tells it from others. `facts`: what it says besides, for people."""

    file: str
    id: str
    alert: Alert
    facts: tuple[tuple[str, str], ...] = ()


def read_file(name: str) -> tuple[FiledAlert, ...]:
    """The alerts of a file, or of standard input for `-`, in order. Raises MessageError with the file and what is
    wrong."""
    try:
        if name == STDIN:
            data = sys.stdin.buffer.read(_LARGEST + 1)
        else:
            with Path(name).open("rb") as file:
                data = file.read(_LARGEST + 1)
    except (OSError, ValueError) as wrong:  # a name may hold what no name of a file can
        raise MessageError(f"{name} cannot be read: {getattr(wrong, 'strerror', None) or wrong}") from wrong
    return alerts_of(data, name)


def alerts_of(data: bytes, name: str) -> tuple[FiledAlert, ...]:
    """The same of a file's content. Raises MessageError."""
    if len(data) > _LARGEST:
        raise MessageError(f"{name} is larger than {_LARGEST // 1024**2} MB; an alert is not")
    try:
        found = tuple(_filed(each, name) for each in _objects(_text(data)))
    except MessageError as wrong:
        raise MessageError(*(f"{name}: {problem}" for problem in wrong.problems)) from None
    except RecursionError:
        raise MessageError(f"{name}: it is nested too deeply to be an alert") from None
    if not found:
        raise MessageError(f"{name}: there is no alert in it")
    return found


# -- from bytes to objects ---


def _text(data: bytes) -> str:
    encoding = json.detect_encoding(data)
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        if not encoding.startswith("utf-8"):
            raise MessageError(f"it looks like {encoding} and is not; save it as UTF-8") from None
        return data.decode("cp1252", "replace")  # what is no UTF-8 was mostly written by an old program


def _objects(text: str) -> Iterator[Mapping[str, Any]]:
    """Each alert of the text as it stands there: one, a list, or one a line."""
    values = list(_values(text))
    at = 0
    while at < len(values):
        value = values[at]
        at += 1
        if isinstance(value, Mapping) and _is_list(value.get("alerts")):  # Alertmanager's webhook
            value = value["alerts"]
        if isinstance(value, list):
            if len(values) + len(value) > _MOST:
                raise MessageError(f"it holds more than {_MOST:,} alerts")
            values[at:at] = value
        elif isinstance(value, Mapping):
            yield value
        else:
            raise MessageError(f"{_shown(value)} stands where an object should: {{…}}")


def _is_list(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, Mapping) for each in value)


def _values(text: str) -> Iterator[Any]:
    try:
        yield _parsed(text)
        return
    except json.JSONDecodeError as wrong:
        lines = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
        if not lines:
            raise MessageError("it is empty") from None
        if len(lines) == 1 or not _is_object(lines[0][1]):
            raise MessageError(f"this is not JSON: {wrong.msg} in line {wrong.lineno}, column {wrong.colno}") from None
    if len(lines) > _MOST:
        raise MessageError(f"it holds more than {_MOST:,} alerts")
    for number, line in lines:
        try:
            yield _parsed(line)
        except json.JSONDecodeError as wrong:
            raise MessageError(f"line {number} is not JSON: {wrong.msg} in column {wrong.colno}") from None


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        raise
    except ValueError as wrong:  # a number of thousands of digits
        raise MessageError(f"this is not JSON that can be read: {wrong}") from None


def _is_object(line: str) -> bool:
    try:
        return isinstance(_parsed(line), Mapping)
    except json.JSONDecodeError:
        return False


# -- from an object to an alert ---


def _filed(raw: Mapping[str, Any], name: str) -> FiledAlert:
    if _is_message(raw):
        message = read_message(raw)
        alert = read_alert(message)
        return FiledAlert(name, message.ts or alert.fingerprint[:12], alert)
    alert = _alert(raw)
    id = _first(raw, _IDS) or alert.fingerprint[:12]
    return FiledAlert(name, " ".join(visible(id).split())[:100], alert, tuple(_facts(raw)))


def _is_message(raw: Mapping[str, Any]) -> bool:
    """A Slack message has what no alert has, or says so, or has nothing but words."""
    if isinstance(raw.get("message"), Mapping) or raw.get("type") in ("message", "app_mention", "event_callback"):
        return True
    if any(key in raw for key in ("alert_id", "labels", "metrics", "severity", "severity_hint")):
        return False
    return bool(_SLACKS_OWN & set(raw)) or ("text" in raw and not any(key in raw for key in _NAMES))


def _alert(raw: Mapping[str, Any]) -> Alert:
    notes = _object(raw, "annotations")
    labels = dict(_labels(raw))
    summary = _first(raw, _SUMMARIES) or _first(notes, ("summary", *_SUMMARIES)) or ""
    named = _first(raw, _NAMES) or labels.get("alertname")
    name = named or next((line.strip() for line in summary.splitlines() if line.strip()), "")
    if not visible(name).strip():
        raise MessageError("it says neither what happened (`type`) nor what is wrong (`message`)")
    labels.pop("alertname", None)
    source = _first(raw, ("source",)) or SOURCE
    alert = Alert(
        source=source,
        name=name[:80] if named is None else name,
        status=_status(raw),
        summary=summary or name,
        labels=labels,
        severity_hint=_first(raw, _HINTS) or labels.get("severity"),
        links=tuple(_links(raw, notes)),
    )
    alert = bounded(alert)
    return Alert(**{**vars(alert), "fingerprint": fingerprint.of_labels(alert.source, alert.name, alert.labels)})


def _status(raw: Mapping[str, Any]) -> AlertStatus:
    """Firing, unless it says that it is over or reports no trouble."""
    told = (_first(raw, _STATES) or "").strip().casefold()
    if told in set(AlertStatus):
        return AlertStatus(told)
    return state_of(told) or AlertStatus.FIRING


def _labels(raw: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key, value in _object(raw, "labels").items():
        text = _scalar(value)
        if text is None:
            raise MessageError(f"the label {_shown(key)} is {_shown(value)}; a label is a text or a number")
        yield key, text
    for key, value in raw.items():
        text = _scalar(value)
        if key not in _KNOWN and text and len(text) <= _LONGEST_LABEL and "\n" not in text:
            yield key, text


def _facts(raw: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What people may want to see of it besides: figures, times, an example."""
    metrics = raw.get("metrics")
    figures = list(metrics.items()) if isinstance(metrics, Mapping) else []
    for key, value in [*((key, raw.get(key)) for key in _FACTS), *figures][:50]:
        if text := _scalar(value):
            yield " ".join(visible(key).split())[:60], " ".join(visible(text).split())[:_LONGEST_LABEL]


def _links(raw: Mapping[str, Any], notes: Mapping[str, Any]) -> Iterator[Link]:
    for where in (raw, notes):
        for key, words in _LINKS.items():
            if url := _first(where, (key,)):
                yield Link(words, url)


def _first(raw: Mapping[str, Any], keys: tuple[str, ...]) -> str | None:
    """The first of these that has something in it. Raises MessageError for a list or an object in its place."""
    for key in keys:
        value = raw.get(key)
        text = _scalar(value)
        if text is None and value is not None:
            raise MessageError(f"`{key}` is {_shown(value)}; it must be a text")
        if text and text.strip():
            return text
    return None


def _object(raw: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = raw.get(key)
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise MessageError(f"`{key}` is {_shown(value)}; it must be an object: {{…}}")
    return value


def _scalar(value: object) -> str | None:
    """A text or a number as text; None for anything else."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else str(value) if isinstance(value, int | float) else None


def _shown(value: object) -> str:
    """What stands there, for people: short, and in ASCII."""
    kinds = {list: "a list", dict: "an object", type(None): "null"}
    return kinds.get(type(value)) or (ascii(value) if len(str(value)) <= 60 else f"{str(value)[:60]!a}…")
