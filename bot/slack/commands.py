"""`/incident` and `/runbook`: noun, verb, arguments. What they answer is seen by the person who typed alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from slack_sdk.models.blocks import Block, DividerBlock, MarkdownBlock

from bot.model import Incident
from bot.mrkdwn import Mrkdwn, clean, escape, time
from bot.runbooks.format import Runbook
from bot.runbooks.shelf import Shelf
from bot.slack.blocks import content, context, header, section
from bot.store import Store
from bot.words import Words

Answer = dict[str, Any]

_MOST = 40  # lines of a list; the words after `list` narrow it
_DOC = 11_000  # characters of a runbook's text; Slack takes 12,000


class Commands:
    def __init__(self, store: Store, shelf: Shelf, words: Words) -> None:
        self._store = store
        self._shelf = shelf
        self._words = words

    def incident(self, text: str) -> Answer:
        return self._answer("/incident", text, {"list": self._incidents})

    def runbook(self, text: str) -> Answer:
        return self._answer("/runbook", text, {"list": self._runbooks, "show": self._show})

    def _answer(self, command: str, text: str, verbs: dict[str, Callable[[str], Answer]]) -> Answer:
        verb, _, rest = text.strip().partition(" ")
        if verb in verbs:
            return verbs[verb](rest.strip())
        if verb in {"", "help"}:
            return self._say(self._words("help_" + command.removeprefix("/")))
        return self._say(self._words("unknown_verb", command=command, verb=verb, verbs=", ".join([*verbs, "help"])))

    def _incidents(self, rest: str) -> Answer:
        incidents = (
            self._store.incidents.open_incidents() if rest != "all" else self._store.incidents.latest_incidents(_MOST)
        )
        if rest not in {"", "all", "open"}:
            return self._say(self._words("incident_list_how"))
        if not incidents:
            return self._say(self._words("no_incident" if rest != "all" else "no_incident_ever"))
        return self._say(*(self._incident_line(each) for each in incidents[:_MOST]))

    def _incident_line(self, incident: Incident) -> Mrkdwn:
        return self._words(
            "incident_line",
            number=incident.number,
            severity=incident.severity,
            title=incident.title,
            state=self._words.plain(f"state_{incident.state.value}"),
            opened=time(incident.opened),
        )

    def _runbooks(self, rest: str) -> Answer:
        wanted = rest.casefold().split()
        library = self._shelf.library()
        found = [
            runbook
            for runbook in library.runbooks.values()
            if all(word in f"{runbook.id} {runbook.title}".casefold() for word in wanted)
        ]
        lines = [self._runbook_line(runbook) for runbook in sorted(found, key=lambda each: each.id)[:_MOST]]
        if not found:
            lines.append(
                self._words("no_such_runbook" if wanted else "no_runbooks", words=rest, folder=self._shelf.folder)
            )
        if len(found) > _MOST:
            lines.append(self._words("more", count=len(found) - _MOST))
        if library.broken:
            lines.append(self._words("broken_runbooks", count=len(library.broken)))
        return self._say(*lines)

    def _runbook_line(self, runbook: Runbook) -> Mrkdwn:
        kind = (
            self._words.plain("runbook_steps", count=len(runbook.steps))
            if runbook.steps
            else self._words.plain("runbook_prose")
        )
        return self._words("runbook_line", id=runbook.id, title=runbook.title, risk=runbook.risk, kind=kind)

    def _show(self, rest: str) -> Answer:
        library = self._shelf.library()
        runbook = library.runbooks.get(rest)
        if runbook is None:
            broken = [problem for problem in library.problems if problem.level == "error" and problem.file.stem == rest]
            if broken:
                return self._say(self._words("runbook_broken", id=rest, problem=str(broken[0])))
            near = [id for id in sorted(library.runbooks) if rest and rest.casefold() in id] or sorted(library.runbooks)
            return self._say(self._words("no_such_runbook_show", id=rest, ids=", ".join(near[:10])))
        blocks: list[Block] = [
            header(runbook.title),
            context(self._runbook_line(runbook)),
            MarkdownBlock(text=clean(runbook.doc, _DOC)),
        ]
        if runbook.steps:
            steps = "\n".join(
                f"{number}. {escape(step.id)}: {escape(step.say or '')}" for number, step in enumerate(runbook.steps, 1)
            )
            blocks += [DividerBlock(), section(Mrkdwn(steps))]
        return {"response_type": "ephemeral", **content(runbook.title, blocks)}

    def _say(self, *lines: Mrkdwn) -> Answer:
        text = "\n".join(lines)
        return {"response_type": "ephemeral", "text": text}
