"""`/handoff`: looks at the note, posts it, accepts it, and what is left for the next shifts."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from slack_sdk import WebClient

from bot.errors import Gone, NotOnTheTeam, WindowNotOpened
from bot.model import HandoffKind
from bot.mrkdwn import moment
from bot.slack.blocks import content, context
from bot.slack.click import open_modal
from bot.slack.commands import Answer, Typed, say
from bot.slack.handoffs.cards import history_line
from bot.slack.handoffs.modals import edit_modal
from bot.slack.handoffs.notes import NoteVerbs
from bot.slack.handoffs.showing import ShowingHandoffs
from bot.slack.handoffs.weekly_report import WeeklyReport
from bot.slack.handoffs.why_not import why_not
from bot.slack.markdown_blocks import blocks_of
from bot.store import Store
from bot.words import Words
from handoff.errors import HandoffError
from handoff.handing_over import HandingOver

_SHOWN = 10  # of the history


class HandoffCommand:
    command = "/handoff"

    def __init__(
        self,
        handing_over: HandingOver,
        showing: ShowingHandoffs,
        store: Store,
        client: WebClient,
        words: Words,
        who: Callable[[str], str],
        notes: NoteVerbs,
        report: WeeklyReport,
    ) -> None:
        """`who` turns a Slack id into a name."""
        self._handing_over = handing_over
        self._showing = showing
        self._store = store
        self._client = client
        self._words = words
        self._who = who
        acts: Mapping[tuple[str, ...], Callable[[Typed], Answer]] = {
            ("preview", "prévia", "previa"): self._preview,
            ("now", "agora"): self._now,
            ("edit", "editar"): self._edit,
            ("history", "histórico", "historico"): self._history,
            ("accept", "aceitar"): self._accept,
        }
        self.verbs: Mapping[str, Callable[[Typed], Answer]] = {
            **{verb: each for verbs, act in acts.items() for each in [self._safely(act)] for verb in verbs},
            **notes.verbs,
            **report.verbs,
        }

    def help(self, _: Typed) -> Answer:
        return say(self._words("help_handoff"))

    def _preview(self, _: Typed) -> Answer:
        blocks, cut = blocks_of(self._handing_over.preview().text)
        notes = [self._words("handoff_preview"), *([self._words("handoff_preview_cut")] if cut else [])]
        shown = [*blocks, *(context(each) for each in notes)]
        return {"response_type": "ephemeral", **content(self._words.plain("title_handoff_draft"), shown)}

    def _now(self, typed: Typed) -> Answer:
        posted = self._handing_over.post_now(typed.person)
        sentence = "handoff_posted_between" if posted.kind is HandoffKind.BETWEEN else "handoff_posted_early"
        return say(self._words(sentence, place=self._showing.place))

    def _edit(self, typed: Typed) -> Answer:
        handoff = self._handing_over.to_edit(typed.person)
        view = edit_modal(self._words, handoff, self._handing_over.preview(handoff).ongoing)
        open_modal(self._client, typed.trigger, view, f"{typed.channel}|||{handoff.id}")
        return {"response_type": "ephemeral", "text": ""}

    def _history(self, _: Typed) -> Answer:
        posted = self._store.handoffs.posted_handoffs(_SHOWN)
        if not posted:
            return say(self._words("handoff_never"))
        return say(*(history_line(each, self._showing.address(each), self._words, self._who) for each in posted))

    def _accept(self, typed: Typed) -> Answer:
        accepted = self._handing_over.accept(typed.person)
        return say(self._words("handoff_accepted_by_you", number=accepted.number, at=moment(accepted.at)))

    def _safely(self, act: Callable[[Typed], Answer]) -> Callable[[Typed], Answer]:
        """What cannot be done is said to the one who typed, and nothing has changed."""

        def answer(typed: Typed) -> Answer:
            try:
                return act(typed)
            except HandoffError as error:
                sentence, values = why_not(error, self._words, self._who)
                return say(self._words(sentence, **values))
            except NotOnTheTeam:
                return say(self._words("refused_team"))
            except Gone:
                return say(self._words("handoff_nothing"))
            except WindowNotOpened:
                return say(self._words("refused_late_command"))

        return answer
