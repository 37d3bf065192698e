"""The modals: a few inputs and a button. Labels come from the words."""

from __future__ import annotations

from typing import Any

from slack_sdk.models.blocks import InputBlock, PlainTextInputElement, PlainTextObject
from slack_sdk.models.views import View

from bot.words import Words

_LONGEST = 1000  # characters of an answer


def _input(block: str, label: str, *, optional: bool = False) -> InputBlock:
    return InputBlock(
        block_id=block,
        label=PlainTextObject(text=label),
        element=PlainTextInputElement(action_id="text", multiline=True, max_length=_LONGEST),
        optional=optional,
    )


def _modal(callback_id: str, title: str, submit: str, close: str, *inputs: InputBlock) -> dict[str, Any]:
    view = View(
        type="modal",
        callback_id=callback_id,
        title=PlainTextObject(text=title),
        submit=PlainTextObject(text=submit),
        close=PlainTextObject(text=close),
        blocks=list(inputs),
    )
    return dict(view.to_dict())


def reason_modal(words: Words) -> dict[str, Any]:
    """Why a proposal is rejected; the submission's callback id is `reject_reason`."""
    return _modal(
        "reject_reason",
        words.plain("modal_reject"),
        words.plain("button_reject"),
        words.plain("button_cancel"),
        _input("reason", words.plain("modal_reason")),
    )


def resolve_modal(words: Words) -> dict[str, Any]:
    """Root cause and fix of an incident; the submission's callback id is `incident_resolved`."""
    return _modal(
        "incident_resolved",
        words.plain("modal_resolve"),
        words.plain("button_resolve"),
        words.plain("button_cancel"),
        _input("root_cause", words.plain("modal_root_cause"), optional=True),
        _input("fix", words.plain("modal_fix"), optional=True),
    )
