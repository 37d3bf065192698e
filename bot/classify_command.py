"""`app.py classify FILE…`: what alerts from files are taken for, without anything else happening."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from typing import Any

from bot.alert_files import FiledAlert, read_file
from bot.classify.weigh import ranking
from bot.errors import InputError
from bot.model import Alert, Classification
from bot.runbooks.load import Library
from bot.runbooks.match import matching
from bot.words import english

DONE, BAD_INPUT = 0, 2
_CANDIDATES = 10

Classify = Callable[[Alert], Classification]


def classify_files(files: Sequence[str], *, as_json: bool, classify: Classify, library: Library) -> int:
    """Prints what each alert of the files is taken for, in their order; with `as_json`, an object a line.

    Gives the exit status: 0, or 2 when a file could not be read; the others were all the same.
    """
    status = DONE
    for name in files:
        try:
            filed = read_file(name)
        except InputError as wrong:
            sys.stderr.write("".join(f"{problem}\n" for problem in wrong.problems))
            status = BAD_INPUT
            continue
        for each in filed:
            found = classify(each.alert)
            runbooks = candidates(each.alert, found, library)
            text = json.dumps(as_object(each, found, runbooks)) if as_json else in_words(each, found, runbooks)
            sys.stdout.write(f"{text}\n")
        sys.stdout.flush()
    return status


def candidates(alert: Alert, found: Classification, library: Library) -> tuple[tuple[str, float], ...]:
    """The runbooks to choose from with their scores, the best first: the one that was decided on, then those whose
    `match` fits, and then by how well their text does."""
    decided = [found.runbook] if found.runbook else []
    fitting = [*decided, *(match.runbook for match in matching(library, alert, found.category))]
    scores = {**dict.fromkeys(fitting, 1.0)}
    for id, score in ranking(library).rank(alert, found.category):
        scores.setdefault(id, score)
    return tuple(scores.items())[:_CANDIDATES]


def as_object(filed: FiledAlert, found: Classification, runbooks: Sequence[tuple[str, float]]) -> dict[str, Any]:
    """What `--json` prints."""
    alert = filed.alert
    return {
        "file": filed.file,
        "source": alert.source,
        "name": alert.name,
        "status": str(alert.status),
        "category": str(found.category),
        "severity": str(found.severity),
        "confidence": round(found.confidence, 3),
        "by": found.by,
        "why": english().plain_reason(found.why),
        "runbooks": [{"id": id, "score": round(score, 3)} for id, score in runbooks],
    }


def in_words(filed: FiledAlert, found: Classification, runbooks: Sequence[tuple[str, float]]) -> str:
    """The same for people."""
    alert = filed.alert
    lines = [f"{filed.file}: {alert.name}", f"  {alert.status} · {found.severity} · {found.category}"]
    lines += reasons(found)
    others = [f"{id} {score:.2f}" for id, score in runbooks if id != found.runbook][:3]
    if others:
        lines.append(f"  {'or' if found.runbook else 'closest':<9} {', '.join(others)}")
    return "\n".join(lines)


def reasons(found: Classification) -> list[str]:
    """Why it is taken for what it is, a line for each part."""
    because = english().plain_reason
    lines = [f"  category  {found.category}: {because(found.why)}"]
    lines.append(f"  severity  {found.severity}: {because(found.severity_why)}")
    if found.runbook:
        lines.append(f"  runbook   {found.runbook}{f': {because(why)}' if (why := found.runbook_why) else ''}")
    else:
        lines.append("  runbook   none fits well enough to be proposed")
    return lines
