"""GitHub Actions, as the notifying actions and GitHub's own app post them, and GitHub's deployments.

A run that failed is trouble. One that began or went well is a note: it says nothing of what failed before.
"""

from __future__ import annotations

import re
from dataclasses import replace

from bot.alerts import colours, fingerprint, signs, subject
from bot.alerts.message import Message
from bot.alerts.poster import is_called, links_to
from bot.alerts.sources import generic
from bot.model import Alert, AlertStatus

SOURCE = "github-actions"

_RUN = re.compile(r"https?://[^/\s]{1,100}/([\w.-]{1,100}/[\w.-]{1,100})/actions/runs/\d")
_REPOSITORY = re.compile(r"https?://[^/\s]{1,100}/([\w.-]{1,100}/[\w.-]{1,100})(?:/|$)")
_TALK = re.compile(
    r"\bGitHub Actions\b|\b(?:workflow|job|check) run\b|\bdeployment (?:to|of)\b|\bdeployed to\b", re.IGNORECASE
)
_FAILED = re.compile(
    r"\b(?:fail(?:ed|ure|ing|s)?|errored|error|timed[ _]out|startup_failure|action_required|broken|unsuccessful)\b",
    re.IGNORECASE,
)
_FINE = re.compile(
    r"\b(?:succe(?:ss|eded|ssful|ssfully)|passed|completed|deployed|cancell?ed|skipped|started|queued|pending"
    r"|in[ _]progress|waiting|fixed|neutral)\b",
    re.IGNORECASE,
)


def read(message: Message) -> Alert | None:
    links = [url for _, url in message.all_links]
    links += [value for _, value in message.fields if value.startswith("http")]
    run = next((found for url in links if (found := _RUN.match(url))), None)
    spoken = [message.text, *(each.author for each in message.attachments), *message.headlines]
    ours = is_called(message, "github") or links_to(message, "github.com")
    if not run and not (ours and any(_TALK.search(text) for text in spoken)):
        return None
    alert = generic.read(message)
    fields = {title.casefold(): value for title, value in reversed(message.fields)}
    said = next((fields[key] for key in ("message", "title") if key in fields), "") or alert.name
    repository = run or next((found for url in links if (found := _REPOSITORY.match(url))), None)
    known = {
        "repository": repository[1] if repository else fields.get("repo", fields.get("repository", "")),
        "workflow": fields.get("workflow", ""),
        "job": fields.get("job", ""),
        "ref": fields.get("ref", fields.get("branch", "")),
    }
    labels = {**alert.labels, **{key: value for key, value in known.items() if value}}
    name = said.split("\n")[0].strip()
    return replace(
        alert,
        source=SOURCE,
        name=name,
        status=_status(message, name),
        labels=labels,
        severity_hint=None,  # every failure is red
        fingerprint=fingerprint.of_labels(
            SOURCE,
            subject.identity_of(name),
            {key: labels[key] for key in ("repository", "workflow", "ref") if key in labels},
        ),
    )


def _status(message: Message, name: str) -> AlertStatus:
    """Failed, by a field, the colour or the words; everything else is a note."""
    stated = [
        value for title, value in message.fields if title.casefold() in {"status", "conclusion", "result", "job status"}
    ]
    for text in [*stated, name, message.text[:300], *message.headlines[:4]]:
        if _FAILED.search(text) and signs.word_sign(text) is not AlertStatus.INFO:
            return AlertStatus.FIRING
        if _FINE.search(text):
            return AlertStatus.INFO
    return AlertStatus.FIRING if colours.worst(message.colors) == colours.RED else AlertStatus.INFO
