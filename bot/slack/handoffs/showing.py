"""Shows a handoff in Slack: its note in the channel, and what is for people alone."""

from __future__ import annotations

from bot.model import Handoff
from bot.mrkdwn import Mrkdwn
from bot.slack.drawing import Drawing
from bot.slack.handoffs.cards import (
    draw_addition,
    draw_draft,
    draw_note,
    draw_past_draft,
    draw_reminder,
    draw_unaccepted,
    file_name,
)
from bot.slack.incidents.checklist import draw_checklist
from bot.slack.outbox import Outbox
from bot.slack.uploads import Uploads
from bot.slack.workspace import Workspace
from bot.store import Store
from handoff.handing_over import HandingOver, stamp


class ShowingHandoffs:
    def __init__(
        self,
        store: Store,
        outbox: Outbox,
        uploads: Uploads,
        workspace: Workspace,
        draw: Drawing,
        handing_over: HandingOver,
    ) -> None:
        self._store = store
        self._outbox = outbox
        self._uploads = uploads
        self._workspace = workspace
        self._draw = draw
        self._handing_over = handing_over

    def show(self, id: str) -> None:
        """Hands the outbox all that Slack should show of it now."""
        handoff = self._store.handoffs.find_handoff(id)
        if handoff is None:
            return
        self._show_draft(handoff)
        if handoff.posted is None:
            return
        key, words, who = f"handoff:{id}", self._draw.words, self._draw.who
        self._outbox.show(key, self.channel, None, draw_note(handoff, words, who), urgent=True)
        for checklist in self._store.checklists.checklists_of(id):
            boxes = draw_checklist(checklist, words, who)
            if handoff.incoming is not None:
                self._outbox.show(f"checklist:{checklist.id}", handoff.incoming, None, boxes, urgent=True)
        self._ask(handoff)
        card = self._store.cards.find_card(key)
        if card is not None and card.ts is not None:
            self._uploads.put(key, id, card.channel, card.ts, file_name(handoff), handoff.whole + "\n")
            added = (each for each in self._store.timeline.entries(id) if each.what == "handoff added")
            for number, each in enumerate(added, 1):
                content = draw_addition(handoff, each.who, str(each.data["text"]), words, who)
                self._outbox.show(f"handoff-added:{id}:{number}", card.channel, card.ts, content, urgent=True)

    @property
    def place(self) -> Mrkdwn:
        """The channel where notes are posted, as people see it."""
        return Mrkdwn(f"<#{self.channel}>")

    @property
    def channel(self) -> str:
        """Where notes are posted: a channel's id."""
        return self._workspace.channel(self._draw.team().handoff.channel)

    def address(self, handoff: Handoff) -> str:
        """Of the note; empty while it does not stand."""
        card = self._store.cards.find_card(f"handoff:{handoff.id}")
        return self._workspace.permalink(card.channel, card.ts) if card and card.ts else ""

    def _show_draft(self, handoff: Handoff) -> None:
        """To the outgoing person; others who had it are told that it is theirs no more."""
        beginning = f"handoff-draft:{handoff.id}:"
        current = ""
        if handoff.is_draft and handoff.outgoing is not None:
            current = f"{beginning}{stamp(handoff)}:{handoff.outgoing}"
            text = self._handing_over.preview(handoff).text
            content = draw_draft(handoff, text, self.place, self._draw.words)
            self._outbox.show(current, handoff.outgoing, None, content, urgent=True)
        for key in self._store.cards.keys_of(beginning):
            if key != current:
                past = draw_past_draft(handoff, self.address(handoff), self._draw.words)
                self._outbox.show(key, key.rpartition(":")[2], None, past)

    def _ask(self, handoff: Handoff) -> None:
        """Whoever has not accepted, and those who hear of it then."""
        words, who, address = self._draw.words, self._draw.who, self.address(handoff)
        for at in handoff.reminded:
            if handoff.incoming is not None:
                key = f"handoff-reminder:{handoff.id}:{int(at.timestamp())}"
                reminder = draw_reminder(handoff, address, words, who)
                self._outbox.show(key, handoff.incoming, None, reminder, urgent=True)
        if handoff.escalated is not None:
            called = self._handing_over.others(handoff)
            content = draw_unaccepted(handoff, called, address, words, who)
            key = f"handoff-unaccepted:{handoff.id}"
            for each in called:
                known = self._store.cards.find_card(f"{key}:{each}") is not None
                if not each.startswith("S") and (known or handoff.accepted is None):  # a group is called by its mention
                    self._outbox.show(f"{key}:{each}", each, None, content, urgent=True)
            self._outbox.show(key, self.channel, None, content, urgent=True)
