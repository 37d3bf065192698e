"""The format as a JSON Schema, for editors: made from the models, so that it says what the loader says.

`python -m bot.runbooks.schema` prints it; `make schema` writes it to runbooks/runbook.schema.json.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from bot.runbooks.format import CheckEntry, Runbook, StepEntry, UndoEntry, VerifyEntry, WaitSpec
from bot.runbooks.placeholders import NAME
from bot.runbooks.written import duration, size

DIALECT = "https://json-schema.org/draft/2020-12/schema"

Schema = dict[str, Any]

# What an editor shows for a key; the models' docstrings say what a whole part is.
_MEANINGS = {
    "Runbook": {
        "runbook": "The version of the format: 1.",
        "id": "The file's name without .yaml.",
        "title": "One line that people recognise it by.",
        "owner": "Who keeps it true.",
        "reviewed": "When somebody last read it through; after 180 days lint asks for it again.",
        "doc": "Markdown: Meaning, Impact, Diagnosis, Mitigation, If this fails.",
        "match": "The alerts that it fits: any entry may match, and inside an entry every key must.",
        "severity": "An alert that it fits is at least this severe.",
        "params": "Values that its commands take in as {name}, and scripts as RUNBOOK_<NAME>.",
        "risk": "high needs at least two approvers.",
        "approval": "Who says yes, and for how long they may.",
        "lock": "One run at a time for the same text; {name} stands for a parameter.",
        "cooldown": "How long the lock rests after a run.",
        "timeout": "How long the whole run may take.",
        "limits": "What each step may use.",
        "env": "Variables of the bot's environment that steps see, besides PATH, HOME and LANG.",
        "schedule": "When it is proposed by itself: minute, hour, day, month, weekday, in the rota's zone.",
        "check": "Read-only; run before anyone can approve. What they say is the evidence.",
        "steps": "What is run, in this order. Without steps the runbook is there to be read.",
        "verify": "Whether it worked: FIXED when all hold, else NOT FIXED.",
        "on_failure": "What follows a step that failed: stop, undo what was done, or ask a person.",
    },
    "MatchEntry": {
        "alert": "Names, case-insensitive; * stands for anything.",
        "labels": "Labels and their values; * stands for anything.",
        "category": "What the alert was classified as.",
        "text": "Parts of its name or summary, case-insensitive.",
    },
    "ParamSpec": {
        "type": "string, integer or secret.",
        "description": "What it is, for whoever has to fill it in.",
        "env": "Of a secret: the variable of the bot's environment that holds it.",
        "pattern": "What a string has to match as a whole, before it may enter a command or an address.",
        "enum": "The only values of a string.",
        "min": "The smallest value of an integer; 0 where none is given.",
        "max": "The largest value of an integer.",
        "from": "Labels of the alert that hold it, the first that is there: labels.NAME.",
        "default": "Its value where nothing else gives one; marked as such on the card.",
    },
    "Approval": {
        "required": "How many people; 0 only for low risk, and where the team's file lists it.",
        "roles": "Roles of the team's file.",
        "self": "Whether the person who asked for it counts.",
        "expires": "How long a proposal is open.",
    },
    "HttpSpec": {
        "url": "Where; {name} stands for a parameter, and not in the host's place.",
        "method": "How it is asked.",
        "headers": "Header names and values.",
        "json": "The body, sent as JSON.",
        "status": "The status that counts as success.",
    },
    "TcpSpec": {"host": "A name or an address.", "port": "1 to 65535."},
    "NotifySpec": {"channel": "The channel's name.", "text": "The message, as it is; nothing in it is formatted."},
    "Limits": {
        "cpu": "Processor time of each process.",
        "memory": "Memory of each process.",
        "processes": "Processes of the step together.",
        "file": "The largest file that it may write.",
    },
    "Entry": {
        "id": "How it is called on cards and in cases.",
        "say": "What it is for, in words.",
        "run": "An argv list, started without a shell.",
        "script": "A file below the runbooks folder, with an interpreter line.",
        "ok": "Exit codes that count as success.",
        "http": "A request.",
        "tcp": "Whether something accepts a connection.",
        "notify": "A message to a channel.",
        "wait": "Until something holds.",
        "ask": "A question that a person answers with yes or no.",
        "alert": "Whether the tool that fired the alert says that it is over.",
        "timeout": "How long it may take.",
        "retries": "Further tries after a failure; needs repeat_safe.",
        "repeat_safe": "Doing it twice does no harm.",
        "optional": "Its failure does not fail the run.",
        "undo": "What takes it back.",
        "every": "How long between two tries.",
        "for": "For how long at most.",
        "stable": "How often in a row it has to hold.",
    },
}
_ENTRIES: tuple[type[BaseModel], ...] = (CheckEntry, StepEntry, UndoEntry, VerifyEntry, WaitSpec)
_DURATION, _SIZE = r"[smhdw]$", r"(KiB|MiB|GiB)$"


def schema() -> Schema:
    """The whole schema, with the keys as the file writes them."""
    made = Runbook.model_json_schema(by_alias=True)
    parts: Schema = made.pop("$defs")
    for name, part in parts.items():
        parts[name] = _part(name, part)
    for entry in _ENTRIES:
        kinds = entry.model_construct().kinds  # type: ignore[attr-defined]
        parts[entry.__name__]["oneOf"] = [{"required": [kind]} for kind in kinds]
    parts["MatchEntry"]["minProperties"] = 1
    whole = _part("Runbook", made)
    whole["properties"]["params"]["propertyNames"] = {"pattern": f"^{NAME}$"}
    whole["dependentRequired"] = {key: ["steps"] for key in ("check", "verify", "schedule", "cooldown")}
    return {"$schema": DIALECT, **whole, "title": "A runbook of Plantão, version 1", "$defs": parts}


def text() -> str:
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def _part(name: str, part: Schema) -> Schema:
    """One model's schema without what pydantic adds for itself, and with what each key means."""
    meanings = _MEANINGS.get(name) or (_MEANINGS["Entry"] if name in {each.__name__ for each in _ENTRIES} else {})
    part = {key: value for key, value in part.items() if key != "title"}
    if "properties" in part:
        part["properties"] = {
            key: {"description": meanings[key], **_plain(value)} for key, value in part["properties"].items()
        }
    return part


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if not isinstance(value, dict):
        return value
    found = {key: _plain(each) for key, each in value.items() if key != "title"}
    # A key that says nothing is left out, so that nobody writes `owner:` alone; the loader has None for it.
    if "anyOf" in found and found.get("default", ...) is None:
        kinds = [kind for kind in found.pop("anyOf") if kind != {"type": "null"}]
        found |= kinds[0] if len(kinds) == 1 else {"anyOf": kinds}
    if found.get("default", ...) is None:
        del found["default"]
    return dict(_as_written(found))


def _as_written(found: Schema) -> Iterator[tuple[str, Any]]:
    """Defaults as the file writes them: 900.0 seconds are 15m."""
    pattern = str(found.get("pattern", ""))
    for key, value in found.items():
        if key == "default" and pattern.endswith(_DURATION) and isinstance(value, float):
            yield key, duration(value)
        elif key == "default" and pattern.endswith(_SIZE) and isinstance(value, int):
            yield key, size(value)
        elif key == "default" and isinstance(value, dict):
            continue  # that of a whole part, which says its own
        else:
            yield key, value


if __name__ == "__main__":
    sys.stdout.write(text())
