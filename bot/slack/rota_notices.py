"""What the incidents' channel is told of the rota: that nobody is on call, and that its calendar cannot be read."""

from __future__ import annotations

from collections.abc import Callable

from slack_sdk.models.blocks import Block

from bot.calendars.kept import Trouble
from bot.mrkdwn import Mrkdwn, moment, person
from bot.nobody import NOBODY, ROTA, latest
from bot.slack.blocks import content, context, section
from bot.slack.incidents.escalation import mention
from bot.slack.outbox import Outbox
from bot.slack.workspace import Workspace
from bot.store import Store
from bot.store.driver import to_time
from bot.team import Team
from bot.words import Words


class RotaNotices:
    def __init__(
        self, store: Store, outbox: Outbox, workspace: Workspace, team: Callable[[], Team], words: Words
    ) -> None:
        self._store = store
        self._outbox = outbox
        self._channel = workspace.incidents
        self._team = team
        self._words = words

    def nobody(self, subject: str) -> None:  # noqa: ARG002 - there is one rota
        """As the record has it: a message for each time, which says afterwards that it is over."""
        last = latest(self._store)
        began = self._store.timeline.latest_entry(ROTA, {NOBODY})
        if last is None or began is None:
            return
        key = f"nobody:{int(began.at.timestamp())}"
        blocks: list[Block]
        if last.what == NOBODY:
            until = moment(to_time(began.data["until"])) if began.data["until"] else ""
            said = self._words("nobody_on_call", until=until)
            title = self._words.plain("title_nobody_on_call")
            blocks = [
                section(Mrkdwn(f"{self._called()} {said}".strip())),
                context(self._words("nobody_on_call_mend", until=until)),
            ]
        elif self._store.cards.find_card(key) is None:
            return  # it was over before anybody was told
        else:
            who = person(last.data["who"]) if last.data["who"] else ""
            said = self._words("nobody_on_call_over", since=moment(began.at), until=moment(last.at), who=who)
            title, blocks = self._words.plain("title_nobody_on_call_over"), [section(said)]
        self._outbox.show(key, self._channel, None, content(title, blocks), urgent=True)

    def calendar(self, trouble: Trouble) -> None:
        """One message when it begins, however often it is said, and one when it is over."""
        began = f"calendar:{trouble.key[:16]}:{int(trouble.since.timestamp())}"
        if (self._store.cards.find_card(began) is None) is not trouble.over:
            if trouble.over:
                values = {"place": trouble.place, "since": moment(trouble.since)}
                title, said = self._words.plain("title_calendar_well"), self._words("calendar_well", **values)
                self._outbox.show(f"{began}:over", self._channel, None, content(title, [section(said)]), urgent=True)
            else:
                read = moment(trouble.last_read) if trouble.last_read else ""
                said = self._words("calendar_broken", place=trouble.place, error=trouble.error, read=read)
                title = self._words.plain("title_calendar_broken")
                self._outbox.show(began, self._channel, None, content(title, [section(said)]), urgent=True)

    def _called(self) -> str:
        """Whoever holds the first role on the ladders."""
        team = self._team()
        return " ".join(mention(each) for each in sorted(team.holders(next(iter(team.escalation.roles()), ""))))
