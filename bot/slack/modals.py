"""The modals: a few inputs and a button. Labels come from the words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from slack_sdk.models.blocks import (
    Block,
    ContextBlock,
    DatePickerElement,
    InputBlock,
    MarkdownTextObject,
    Option,
    OptionGroup,
    PlainTextInputElement,
    PlainTextObject,
    StaticSelectElement,
)
from slack_sdk.models.views import View

from bot.model import Category
from bot.runbooks.format import ParamSpec, Runbook
from bot.words import Words

_LONGEST = 1000  # characters of a reason
_VALUE = 3000  # of a parameter's value; Slack's limit for an input
_OPTIONS = 100  # Slack's limit for a menu, and for the entries of a group
_OPTION = 75  # characters of an entry
_HINT = 150
NONE_FITS = "-"  # in place of a runbook's id


def text_input(
    block: str, label: str, *, optional: bool = False, value: str = "", multiline: bool = True, longest: int = _LONGEST
) -> InputBlock:
    """A field for `longest` characters, in which `value` stands already."""
    return InputBlock(
        block_id=block,
        label=PlainTextObject(text=label),
        element=PlainTextInputElement(
            action_id="text", multiline=multiline, max_length=longest, initial_value=text_value(value, longest) or None
        ),
        optional=optional,
    )


def text_value(value: str, longest: int = _LONGEST) -> str:
    """As much of it as such a field shows."""
    return value[:longest]


def select_input(block: str, label: str, options: Sequence[tuple[str, str]], chosen: str) -> InputBlock:
    """A menu of labels and values, one of which is chosen already."""
    made = {value: Option(text=PlainTextObject(text=text[:_OPTION]), value=value) for text, value in options[:_OPTIONS]}
    element = StaticSelectElement(action_id="text", options=list(made.values()), initial_option=made.get(chosen))
    return InputBlock(block_id=block, label=PlainTextObject(text=label), element=element)


def date_input(block: str, label: str) -> InputBlock:
    """A calendar; may be left empty."""
    return InputBlock(
        block_id=block,
        label=PlainTextObject(text=label),
        element=DatePickerElement(action_id="text"),
        optional=True,
    )


def modal(callback_id: str, title: str, submit: str, close: str, *blocks: Block) -> dict[str, Any]:
    view = View(
        type="modal",
        callback_id=callback_id,
        title=PlainTextObject(text=title),
        submit=PlainTextObject(text=submit),
        close=PlainTextObject(text=close),
        blocks=list(blocks),
    )
    return dict(view.to_dict())


def notice(title: str, close: str, *blocks: Block) -> dict[str, Any]:
    """Something to read, with nothing to submit."""
    view = View(type="modal", title=PlainTextObject(text=title), close=PlainTextObject(text=close), blocks=list(blocks))
    return dict(view.to_dict())


def reason_modal(words: Words) -> dict[str, Any]:
    """Why a proposal is rejected; the submission's callback id is `reject_reason`."""
    return modal(
        "reject_reason",
        words.plain("modal_reject"),
        words.plain("button_reject"),
        words.plain("button_cancel"),
        text_input("reason", words.plain("modal_reason")),
    )


def emergency_modal(words: Words) -> dict[str, Any]:
    """Why somebody approves alone; the submission's callback id is `emergency_reason`."""
    return modal(
        "emergency_reason",
        words.plain("modal_emergency"),
        words.plain("button_approve"),
        words.plain("button_cancel"),
        text_input("reason", words.plain("modal_emergency_reason")),
    )


def parameters_modal(words: Words, callback_id: str, runbook: Runbook, values: Mapping[str, str]) -> dict[str, Any]:
    """One input for each parameter but the secret ones; the block's id is the parameter's name.

    `values` stand in it already. What has a value may be left empty, and then keeps what the alert or the default say.
    """
    specs = {name: spec for name, spec in runbook.params.items() if spec.type != "secret"}
    inputs: list[Block] = [_parameter(words, name, spec, values.get(name)) for name, spec in specs.items()]
    hint = ContextBlock(elements=[MarkdownTextObject(text=words("modal_edit_hint"))])
    return modal(
        callback_id,
        words.plain("modal_edit"),
        words.plain("button_run"),
        words.plain("button_cancel"),
        *inputs,
        hint,
    )


def _parameter(words: Words, name: str, spec: ParamSpec, value: str | None) -> InputBlock:
    hints = [spec.description] if spec.description else []
    if spec.type == "integer":
        ends = [str(end) for end in (spec.min, spec.max) if end is not None]
        bounds = " – ".join(ends) if len(ends) == 2 else f"{'≥' if spec.max is None else '≤'} {ends[0]}" if ends else ""
        hints.append(words.plain("modal_integer", bounds=bounds))
    elif spec.pattern is not None:
        hints.append(words.plain("modal_pattern", pattern=spec.pattern))
    if spec.preset is not None:
        hints.append(words.plain("modal_default", value=spec.preset or words.plain("modal_empty")))
    hint = "; ".join(hints)
    element: StaticSelectElement | PlainTextInputElement
    choices = _choices(spec.enum) if spec.enum else None
    if choices is not None:
        chosen = next((each for each in choices if each.value == value), None)
        element = StaticSelectElement(action_id="text", options=choices, initial_option=chosen)
    else:
        element = PlainTextInputElement(action_id="text", initial_value=value or None, max_length=_VALUE)
    return InputBlock(
        block_id=name,
        label=PlainTextObject(text=name),
        element=element,
        hint=PlainTextObject(text=hint if len(hint) <= _HINT else hint[: _HINT - 1] + "…") if hint else None,
        optional=value is not None,
    )


def _choices(values: Sequence[str]) -> list[Option] | None:
    """As a menu, where Slack can show one."""
    if len(values) > _OPTIONS or any(not value or len(value) > _OPTION for value in values):
        return None
    return [Option(text=PlainTextObject(text=value), value=value) for value in values]


def runbooks_modal(words: Words, runbooks: Sequence[Runbook], *, none_fits: bool) -> dict[str, Any]:
    """Which runbook; the submission's callback id is `other_runbook`, its block `runbook`. They stay in this order.

    `none_fits`: that none of them fits can be chosen too, and stands first.
    """
    first = [Option(text=PlainTextObject(text=words.plain("option_none_fits")), value=NONE_FITS)] if none_fits else []
    options = first + [
        Option(text=PlainTextObject(text=f"{each.id} · {each.title}"[:_OPTION]), value=each.id) for each in runbooks
    ]
    groups = [options[start : start + _OPTIONS] for start in range(0, len(options), _OPTIONS)]
    select = (
        StaticSelectElement(action_id="text", options=options)
        if len(groups) == 1
        else StaticSelectElement(
            action_id="text",
            option_groups=[
                OptionGroup(label=PlainTextObject(text=f"{each[0].value} … {each[-1].value}"[:_OPTION]), options=each)
                for each in groups
            ],
        )
    )
    label = PlainTextObject(text=words.plain("modal_runbook"))
    return modal(
        "other_runbook",
        words.plain("modal_other"),
        words.plain("button_run"),
        words.plain("button_cancel"),
        InputBlock(block_id="runbook", label=label, element=select),
        ContextBlock(elements=[MarkdownTextObject(text=words("modal_other_hint"))]),
    )


def category_modal(words: Words, now: Category) -> dict[str, Any]:
    """What an alert is about; the submission's callback id is `right_category`, its block `category`."""
    options = [(each.value, each.value) for each in Category]
    return modal(
        "right_category",
        words.plain("modal_category"),
        words.plain("button_correct"),
        words.plain("button_cancel"),
        select_input("category", words.plain("modal_category_is"), options, now.value),
        ContextBlock(elements=[MarkdownTextObject(text=words("modal_category_hint"))]),
    )
