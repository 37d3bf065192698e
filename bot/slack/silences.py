"""Silences as people see them: on an alert's card, in the form that asks for one, and in a list. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from slack_sdk.models.blocks import Block

from bot.errors import (
    AlertmanagerError,
    AlertmanagerInDoubt,
    AlertOver,
    AlertUnknown,
    SilenceAmbiguous,
    SilenceError,
    SilenceOver,
    SilencesOff,
    SilenceUnknown,
)
from bot.model import KnownSilence, Silence
from bot.mrkdwn import Mrkdwn, moment
from bot.silencing import Draft
from bot.slack.blocks import actions, button, code, context
from bot.slack.drawing import Drawing
from bot.slack.modals import modal, notice, select_input, text_input
from bot.words import Words

LASTS = ("1h", "4h", "1d", "1w")  # the first is chosen already
_SHOWN = 3  # silences of one alert, the last ones
_ID = 8  # characters of an id that people see and type

_WHY_NOT: dict[type[Exception], str] = {
    AlertOver: "silence_alert_over",
    AlertUnknown: "silence_alert_unknown",
    SilenceUnknown: "silence_unknown",
    SilenceOver: "silence_over",
    SilenceAmbiguous: "silence_ambiguous",
    SilencesOff: "silences_off",
    AlertmanagerInDoubt: "alertmanager_in_doubt",
}


def why_not(error: SilenceError | AlertmanagerError) -> tuple[str, dict[str, str]]:
    """The sentence that says why nothing was done, and what it is filled in with."""
    if isinstance(error, AlertmanagerError):
        return _WHY_NOT.get(type(error), "alertmanager_says"), {"why": str(error)}
    return _WHY_NOT[type(error)], {}


def silence_blocks(draw: Drawing, silences: Sequence[Silence]) -> list[Block]:
    """Those that stand, each with its button; when none does, what became of the last one."""
    standing = [each for each in silences if each.stands]
    blocks: list[Block] = []
    for each in standing[-_SHOWN:]:
        blocks.append(context(_said(draw, each)))
        if draw.silencing:
            blocks.append(actions(button(draw.words.plain("button_end_silence"), "silence_end", each.id)))
    if silences and not standing:
        last = silences[-1]
        assert last.ended is not None  # noqa: S101  # else it would stand
        who = draw.who(last.ended_by) if last.ended_by else ""
        blocks.append(context(draw.words("silence_ended", at=moment(last.ended), who=who)))
    return blocks


def _said(draw: Drawing, silence: Silence) -> Mrkdwn:
    assert silence.ends is not None  # noqa: S101  # it was made
    return draw.words(
        "silenced",
        until=moment(silence.ends),
        who=draw.who(silence.by),
        what=_in_a_line(silence),
        comment=silence.comment,
    )


def _in_a_line(silence: Silence | KnownSilence) -> str:
    return ", ".join(map(str, silence.matchers))


def looking_modal(words: Words) -> dict[str, Any]:
    """Stands there while Alertmanager is asked."""
    return _told(words, words("modal_silence_looking"))


def refusal_modal(words: Words, error: SilenceError | AlertmanagerError) -> dict[str, Any]:
    sentence, values = why_not(error)
    return _told(words, words(sentence, **values))


def _told(words: Words, said: Mrkdwn) -> dict[str, Any]:
    return notice(words.plain("modal_silence"), words.plain("button_close"), context(said))


def silence_modal(words: Words, draft: Draft) -> dict[str, Any]:
    """What falls silent, for how long, and why; the submission's callback id is `silence_asked`."""
    return modal(
        "silence_asked",
        words.plain("modal_silence"),
        words.plain("button_silence_now"),
        words.plain("button_cancel"),
        code(words.plain("modal_silence_what"), list(map(str, draft.silence.matchers)), words.plain("cut")),
        context(words("modal_silence_count", count=draft.count, silent=draft.silent)),
        select_input("lasts", words.plain("modal_silence_lasts"), [(each, each) for each in LASTS], LASTS[0]),
        text_input("comment", words.plain("modal_silence_comment"), optional=True),
        context(words("modal_silence_hint")),
    )


def silence_line(words: Words, silence: KnownSilence) -> Mrkdwn:
    return words(
        "silence_line",
        id=silence.id[:_ID],
        what=_in_a_line(silence),
        until=moment(silence.ends),
        by=silence.by,
        comment=silence.comment,
    )
