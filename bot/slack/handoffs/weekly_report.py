"""The weekly report in Slack: the message in the channel, its picture in the thread, and a look at it beforehand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from bot.slack.commands import Answer, Typed
from bot.slack.drawing import Drawing
from bot.slack.handoffs.report_card import LATE, draw_report_card, labels
from bot.slack.outbox import Outbox
from bot.slack.pictures import Pictures
from bot.slack.uploads import Uploads
from bot.slack.workspace import Workspace
from bot.store import Store
from bot.store.cards import Card
from bot.store.reports import PostedReport
from handoff.report import Report
from handoff.report_picture import describe_report, draw_report
from handoff.reporting import Reporting


class WeeklyReport:
    def __init__(
        self,
        reporting: Reporting,
        store: Store,
        outbox: Outbox,
        uploads: Uploads,
        pictures: Pictures,
        workspace: Workspace,
        draw: Drawing,
    ) -> None:
        self._reporting = reporting
        self._store = store
        self._outbox = outbox
        self._uploads = uploads
        self._pictures = pictures
        self._workspace = workspace
        self._draw = draw
        self.verbs: Mapping[str, Callable[[Typed], Answer]] = dict.fromkeys(
            ("report", "relatório", "relatorio"), lambda typed: self.preview(typed.person)
        )

    def show(self, report_id: str) -> None:
        """The message, once: what came later does not change it. Then, once it stands there, the picture."""
        made = self._store.reports.find_report(report_id)
        if made is None:
            return
        key = f"report:{made.id}"
        card = self._store.cards.find_card(key)
        if card is None:
            channel = self._workspace.channel(self._draw.team().handoff.channel)
            late = made.at - made.due > LATE
            content = draw_report_card(self._reporting.posted(made), self._draw, late=late, picture="thread")
            self._outbox.show(key, channel, None, content)
        elif card.ts is not None and not made.complete:
            self._pictures.soon(made.id, partial(self._complete, made, card))

    def preview(self, person: str) -> Answer:
        """The seven days until now, for this person alone; the picture comes as a direct message."""
        report = self._reporting.of_late()
        begun = not report.is_quiet and self._pictures.soon(person, partial(self._send, report, person))
        content = draw_report_card(report, self._draw, picture="message" if begun else "busy")
        return {"response_type": "ephemeral", **content}

    def _complete(self, made: PostedReport, card: Card) -> None:
        report = self._reporting.posted(made)
        if not report.is_quiet:
            self._put(f"report:{made.id}", made.id, report, card.channel, card.ts)
        self._store.reports.complete_report(made.id, self._reporting.now())

    def _send(self, report: Report, person: str) -> None:
        self._put(f"report:{person}:{report.week.end.isoformat()}", person, report, person, None)

    def _put(self, key: str, subject: str, report: Report, channel: str, thread: str | None) -> None:
        named = labels(report, self._draw.words, self._draw.team())
        until = report.week.end.astimezone(report.zone)
        name = f"week-until-{until:%Y-%m-%d-%H%M%S}.png"
        told = describe_report(report, named)
        self._uploads.put(key, subject, channel, thread, name, draw_report(report, named), described=told)
