"""Slack's limits for blocks, elements and composition objects, as data. blocks.py checks against it.

https://docs.slack.dev/reference/block-kit
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True)
class Text:
    """A text object of at most so many characters; `plain`: mrkdwn is refused."""

    most: int
    plain: bool = False
    required: bool = False


@dataclass(frozen=True)
class Str:
    most: int
    required: bool = False
    one_of: tuple[str, ...] = ()


@dataclass(frozen=True)
class Items:
    """A list of `least` to `most` things."""

    of: Rule
    most: int
    least: int = 1
    required: bool = False


@dataclass(frozen=True)
class Shape:
    """An object with these fields, and no others."""

    fields: dict[str, Rule]
    required: bool = False
    one_of: tuple[str, ...] = ()  # at least one of these fields must be there


@dataclass(frozen=True)
class Element:
    """One of the elements named."""

    types: tuple[str, ...]
    required: bool = False


@dataclass(frozen=True)
class Free:
    """Taken as it comes."""

    required: bool = False


Rule: TypeAlias = Text | Str | Items | Shape | Element | Free

BLOCK_ID = Str(255)
ACTION_ID = Str(255)
BLOCKS_IN_MESSAGE, BLOCKS_IN_VIEW = 50, 100
TEXT_IN_ALL_BLOCKS = 13_200  # found by trying; not documented
VIEW_BYTES = 250_000

CONFIRM = Shape(
    {
        "title": Text(100, plain=True, required=True),
        "text": Text(300, required=True),
        "confirm": Text(30, plain=True, required=True),
        "deny": Text(30, plain=True, required=True),
        "style": Str(10, one_of=("primary", "danger")),
    }
)


def option(plain: bool) -> Shape:
    return Shape(
        {
            "text": Text(75, plain=plain, required=True),
            "value": Str(150, required=True),
            "description": Text(75, plain=plain),
            "url": Str(3000),
        }
    )


OPTION = option(plain=True)
GROUP = Shape({"label": Text(75, plain=True, required=True), "options": Items(OPTION, 100, required=True)})
PLACEHOLDER = Text(150, plain=True)
COMMON: dict[str, Rule] = {"action_id": ACTION_ID, "confirm": CONFIRM, "focus_on_load": Free()}
SELECT: dict[str, Rule] = {**COMMON, "placeholder": PLACEHOLDER}
MULTI: dict[str, Rule] = {**SELECT, "max_selected_items": Free()}
TYPED: dict[str, Rule] = {
    "action_id": ACTION_ID,
    "placeholder": PLACEHOLDER,
    "initial_value": Str(3000),
    "dispatch_action_config": Free(),
    "focus_on_load": Free(),
}
STATIC: dict[str, Rule] = {"options": Items(OPTION, 100), "option_groups": Items(GROUP, 100)}
CHOICES = ("options", "option_groups")


def choice(most: int) -> Shape:
    return Shape({**COMMON, "options": Items(option(plain=False), most, required=True)})


ELEMENTS: dict[str, Shape] = {
    "button": Shape(
        {
            "text": Text(75, plain=True, required=True),
            "action_id": ACTION_ID,
            "url": Str(3000),
            "value": Str(2000),
            "style": Str(10, one_of=("primary", "danger")),
            "confirm": CONFIRM,
            "accessibility_label": Str(75),
            "agent_prompt": Str(4000),
        }
    ),
    "workflow_button": Shape(
        {
            "text": Text(75, plain=True, required=True),
            "action_id": ACTION_ID,
            "workflow": Free(required=True),
            "style": Str(10, one_of=("primary", "danger")),
            "accessibility_label": Str(75),
        }
    ),
    "overflow": Shape({"action_id": ACTION_ID, "confirm": CONFIRM, "options": Items(OPTION, 5, required=True)}),
    "static_select": Shape({**SELECT, **STATIC, "initial_option": OPTION}, one_of=CHOICES),
    "multi_static_select": Shape({**MULTI, **STATIC, "initial_options": Items(OPTION, 100)}, one_of=CHOICES),
    "external_select": Shape({**SELECT, "min_query_length": Free(), "initial_option": OPTION}),
    "multi_external_select": Shape({**MULTI, "min_query_length": Free(), "initial_options": Items(OPTION, 100)}),
    "users_select": Shape({**SELECT, "initial_user": Str(255)}),
    "multi_users_select": Shape({**MULTI, "initial_users": Free()}),
    "channels_select": Shape({**SELECT, "initial_channel": Str(255), "response_url_enabled": Free()}),
    "multi_channels_select": Shape({**MULTI, "initial_channels": Free()}),
    "conversations_select": Shape(
        {
            **SELECT,
            "initial_conversation": Str(255),
            "default_to_current_conversation": Free(),
            "filter": Free(),
            "response_url_enabled": Free(),
        }
    ),
    "multi_conversations_select": Shape(
        {**MULTI, "initial_conversations": Free(), "default_to_current_conversation": Free(), "filter": Free()}
    ),
    "radio_buttons": Shape({**choice(10).fields, "initial_option": option(plain=False)}),
    "checkboxes": Shape({**choice(10).fields, "initial_options": Items(option(plain=False), 10)}),
    "datepicker": Shape({**SELECT, "initial_date": Str(10)}),
    "timepicker": Shape({**SELECT, "initial_time": Str(5), "timezone": Str(100)}),
    "datetimepicker": Shape({**COMMON, "initial_date_time": Free()}),
    "plain_text_input": Shape({**TYPED, "multiline": Free(), "min_length": Free(), "max_length": Free()}),
    "email_text_input": Shape(TYPED),
    "url_text_input": Shape(TYPED),
    "number_input": Shape(
        {**TYPED, "is_decimal_allowed": Free(required=True), "min_value": Free(), "max_value": Free()}
    ),
    "rich_text_input": Shape({**TYPED, "initial_value": Free()}),
    "file_input": Shape({"action_id": ACTION_ID, "filetypes": Free(), "max_files": Free()}),
    "image": Shape(
        {"alt_text": Str(2000, required=True), "image_url": Str(3000), "slack_file": Free()},
        one_of=("image_url", "slack_file"),
    ),
    "feedback_buttons": Shape(
        {"action_id": ACTION_ID, "positive_button": Free(required=True), "negative_button": Free(required=True)}
    ),
    "icon_button": Shape(
        {
            "action_id": ACTION_ID,
            "icon": Str(50, required=True),
            "text": Text(75, plain=True, required=True),
            "value": Str(2000),
            "confirm": CONFIRM,
            "accessibility_label": Str(75),
            "visible_to_user_ids": Free(),
        }
    ),
    # In a context block, text stands among the elements.
    "plain_text": Shape({"text": Str(3000, required=True), "emoji": Free()}),
    "mrkdwn": Shape({"text": Str(3000, required=True), "verbatim": Free()}),
}

SELECTS = tuple(name for name in ELEMENTS if name.endswith("_select"))
PICKERS = ("datepicker", "timepicker", "datetimepicker")
CLICKED = ("button", "workflow_button", "overflow", "radio_buttons", "checkboxes", *SELECTS, *PICKERS)
IN_SECTION = (*(name for name in CLICKED if name != "datetimepicker"), "image")
TYPED_IN = ("plain_text_input", "email_text_input", "url_text_input", "number_input", "rich_text_input", "file_input")
IN_INPUT = (*TYPED_IN, "radio_buttons", "checkboxes", *SELECTS, *PICKERS)
EVERYWHERE = ("message", "modal", "home")

TASK: dict[str, Rule] = {
    "title": Free(required=True),
    "status": Str(20, one_of=("pending", "in_progress", "complete", "error")),
    "details": Free(),
    "output": Free(),
    "sources": Free(),
}

# Block type → (its fields, the surfaces it may stand on)
BLOCKS: dict[str, tuple[Shape, tuple[str, ...]]] = {
    "section": (
        Shape(
            {
                "text": Text(3000),
                "fields": Items(Text(2000), 10),
                "accessory": Element(IN_SECTION),
                "expand": Free(),
            },
            one_of=("text", "fields"),
        ),
        EVERYWHERE,
    ),
    "header": (Shape({"text": Text(150, plain=True, required=True), "level": Free()}), EVERYWHERE),
    "divider": (Shape({}), EVERYWHERE),
    "context": (
        Shape({"elements": Items(Element(("image", "plain_text", "mrkdwn")), 10, required=True)}),
        EVERYWHERE,
    ),
    "actions": (Shape({"elements": Items(Element(CLICKED), 25, required=True)}), EVERYWHERE),
    "input": (
        Shape(
            {
                "label": Text(2000, plain=True, required=True),
                "element": Element(IN_INPUT, required=True),
                "hint": Text(2000, plain=True),
                "optional": Free(),
                "dispatch_action": Free(),
            }
        ),
        EVERYWHERE,
    ),
    "image": (
        Shape(
            {
                "alt_text": Str(2000, required=True),
                "image_url": Str(3000),
                "slack_file": Free(),
                "title": Text(2000, plain=True),
            },
            one_of=("image_url", "slack_file"),
        ),
        EVERYWHERE,
    ),
    "rich_text": (Shape({"elements": Free(required=True)}), EVERYWHERE),
    "video": (
        Shape(
            {
                "alt_text": Str(2000, required=True),
                "title": Text(200, plain=True, required=True),
                "thumbnail_url": Str(3000, required=True),
                "video_url": Str(3000, required=True),
                "author_name": Str(50),
                "description": Text(200, plain=True),
                "provider_icon_url": Str(3000),
                "provider_name": Str(50),
                "title_url": Str(3000),
            }
        ),
        EVERYWHERE,
    ),
    "file": (
        Shape({"external_id": Str(255, required=True), "source": Str(20, required=True, one_of=("remote",))}),
        ("message",),
    ),
    "markdown": (Shape({"text": Str(12_000, required=True)}), ("message",)),
    "table": (
        Shape({"rows": Items(Items(Free(), 20), 100, required=True), "column_settings": Items(Free(), 20)}),
        ("message",),
    ),
    "context_actions": (
        Shape({"elements": Items(Element(("feedback_buttons", "icon_button")), 5, required=True)}),
        ("message",),
    ),
    "card": (
        Shape(
            {
                "hero_image": Element(("image",)),
                "icon": Element(("image",)),
                "title": Text(150),
                "subtitle": Text(150),
                "body": Text(200),
                "actions": Items(Element(("button", "icon_button")), 25),
            },
            one_of=("title", "body", "hero_image", "actions"),
        ),
        ("message",),
    ),
    "task_card": (Shape({**TASK, "task_id": Str(255, required=True)}), ("message",)),
    "plan": (Shape({"title": Free(required=True), "tasks": Free()}), ("message",)),
    "alert": (
        Shape(
            {
                "text": Text(200, required=True),
                "level": Str(20, one_of=("default", "info", "warning", "error", "success")),
            }
        ),
        ("modal",),
    ),
}

VIEWS: dict[str, Shape] = {
    "modal": Shape(
        {
            "type": Free(required=True),
            "title": Text(24, plain=True, required=True),
            "blocks": Free(required=True),
            "close": Text(24, plain=True),
            "submit": Text(24, plain=True),
            "private_metadata": Str(3000),
            "callback_id": Str(255),
            "external_id": Str(255),
            "clear_on_close": Free(),
            "notify_on_close": Free(),
            "submit_disabled": Free(),
        }
    ),
    "home": Shape(
        {
            "type": Free(required=True),
            "blocks": Free(required=True),
            "private_metadata": Str(3000),
            "callback_id": Str(255),
            "external_id": Str(255),
            # Read and ignored, as they are at Slack when a modal is published.
            "title": Free(),
            "close": Free(),
            "submit": Free(),
            "clear_on_close": Free(),
            "notify_on_close": Free(),
            "submit_disabled": Free(),
        }
    ),
}
