"""The interactive parts inside blocks: finding them, and the state that a person's input puts them in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from slackbox.workspace import Json

# Element type → (the key of its value in `state` and `actions`, the key of its initial value)
STATEFUL: dict[str, tuple[str, str]] = {
    "plain_text_input": ("value", "initial_value"),
    "email_text_input": ("value", "initial_value"),
    "url_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "rich_text_input": ("rich_text_value", "initial_value"),
    "static_select": ("selected_option", "initial_option"),
    "external_select": ("selected_option", "initial_option"),
    "radio_buttons": ("selected_option", "initial_option"),
    "checkboxes": ("selected_options", "initial_options"),
    "multi_static_select": ("selected_options", "initial_options"),
    "multi_external_select": ("selected_options", "initial_options"),
    "users_select": ("selected_user", "initial_user"),
    "multi_users_select": ("selected_users", "initial_users"),
    "channels_select": ("selected_channel", "initial_channel"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
    "file_input": ("files", "initial_files"),
}
LIST_VALUES = ("selected_options", "selected_users", "selected_channels", "selected_conversations", "files")
OPTION_VALUES = ("selected_option", "selected_options")


def interactive(blocks: list[Json]) -> Iterator[tuple[Json, Json]]:
    """Every (block, element with an action_id) in blocks."""
    for block in blocks:
        for element in parts_of(block):
            if "action_id" in element:
                yield block, element


def parts_of(block: Json) -> list[Json]:
    """The elements that stand in a block where interactive ones may."""
    many = {"actions": "elements", "context_actions": "elements", "card": "actions"}.get(block["type"])
    alone = [block[key] for key in ("element", "accessory") if block.get(key)]
    return [*alone, *(block.get(many) or [] if many else [])]


def message_blocks(message: Json) -> list[Json]:
    """A message's blocks, with those inside its attachments."""
    inside = [block for attachment in message.get("attachments", []) for block in attachment.get("blocks", [])]
    return [*message.get("blocks", []), *inside]


def find(blocks: list[Json], action_id: str, block_id: str | None = None) -> tuple[Json, Json]:
    """The (block, element) of that action_id. Raises LookupError naming those that are there."""
    there = list(interactive(blocks))
    for block, element in there:
        if element["action_id"] == action_id and block_id in (None, block["block_id"]):
            return block, element
    names = ", ".join(element["action_id"] for _, element in there) or "none"
    raise LookupError(f"no action_id {action_id!r} here; there are: {names}")


def options_of(element: Json) -> list[Json]:
    grouped = [option for group in element.get("option_groups", []) for option in group["options"]]
    return [*element.get("options", []), *grouped]


def entered(element: Json, value: Any) -> Json:
    """What a person put into an element, as `state` has it. A plain value stands for the option with that value.

    Raises LookupError naming the options, when a plain value is none of them.
    """
    kind = element["type"]
    if isinstance(value, dict):
        return {"type": kind, **value}
    key, _ = STATEFUL[kind]
    if key == "selected_option":
        value = None if value is None else _option(element, value)
    elif key == "selected_options":
        value = [_option(element, each) for each in ([value] if isinstance(value, str) else value)]
    elif key in LIST_VALUES:
        value = [value] if isinstance(value, str) else list(value)
    return {"type": kind, key: value}


def _option(element: Json, value: Any) -> Json:
    if isinstance(value, dict) or "external" in element["type"]:
        return value if isinstance(value, dict) else {"text": {"type": "plain_text", "text": value}, "value": value}
    for option in options_of(element):
        if option.get("value") == value:
            return option
    names = ", ".join(str(option.get("value")) for option in options_of(element))
    raise LookupError(f"{element['action_id']} has no option {value!r}; there are: {names}")


def state_of(blocks: list[Json], given: Json | None = None) -> Json:
    """`state.values`: what each element holds, by block_id and action_id; `given` overrides what it began with."""
    values: Json = {}
    for block, element in interactive(blocks):
        if element["type"] not in STATEFUL:
            continue
        key, initial = STATEFUL[element["type"]]
        empty: list[Any] | None = [] if key in LIST_VALUES else None
        held = {"type": element["type"], key: element.get(initial, empty)}
        put_in = (given or {}).get(block["block_id"], {}).get(element["action_id"])
        values.setdefault(block["block_id"], {})[element["action_id"]] = {**held, **(put_in or {})}
    return values


def missing_inputs(blocks: list[Json], values: Json) -> dict[str, str]:
    """What Slack's own client finds wrong in a form before the app sees it: {block_id: words}."""
    errors: dict[str, str] = {}
    for block in blocks:
        if block.get("type") != "input":
            continue
        element = block["element"]
        held = values[block["block_id"]][element["action_id"]]
        value = held.get(STATEFUL[element["type"]][0])
        if value in (None, "", []):
            if not block.get("optional"):
                errors[block["block_id"]] = "Please complete this required field."
        elif element["type"] == "plain_text_input":
            least, most = element.get("min_length", 0), element.get("max_length", 3000)
            if not least <= len(value) <= most:
                errors[block["block_id"]] = f"Please enter between {least} and {most} characters."
    return errors


def action_of(block: Json, element: Json, part: Json, action_ts: str) -> Json:
    """An entry of `actions`: the element's own parts, what was chosen, and when."""
    own: Json = {key: element[key] for key in ("text", "value", "style", "placeholder", "confirm") if key in element}
    if element["type"] not in ("button", "workflow_button"):
        own.pop("text", None)
        own.pop("style", None)
    return {
        "type": element["type"],
        "action_id": element["action_id"],
        "block_id": block["block_id"],
        **own,
        **part,
        "action_ts": action_ts,
    }
