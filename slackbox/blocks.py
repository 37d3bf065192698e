"""Blocks as Slack takes them: what it refuses (limits in block_limits.py), and what it fills in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from slackbox.block_limits import (
    BLOCK_ID,
    BLOCKS,
    BLOCKS_IN_MESSAGE,
    BLOCKS_IN_VIEW,
    ELEMENTS,
    TEXT_IN_ALL_BLOCKS,
    VIEW_BYTES,
    VIEWS,
    Element,
    Items,
    Rule,
    Shape,
    Str,
    Text,
)
from slackbox.elements import parts_of
from slackbox.errors import Refused
from slackbox.workspace import Json, random_id

# Only what these text objects say counts towards TEXT_IN_ALL_BLOCKS.
TEXT_TYPES = ("plain_text", "mrkdwn", "text", "markdown")


def check_blocks(blocks: Any, surface: str = "message") -> None:
    """Raises Refused: invalid_blocks with Slack's words for each fault; msg_blocks_too_long for all text together."""
    faults = list(_blocks_faults(blocks, surface, "/blocks"))
    if faults:
        raise _refusal("invalid_blocks", faults)
    if surface == "message" and _text_length(blocks) > TEXT_IN_ALL_BLOCKS:
        raise Refused("msg_blocks_too_long")


def check_view(view: Any, kind: str) -> None:
    """Raises Refused: invalid_arguments with Slack's words, or view_too_large."""
    faults: list[str] = []
    if not isinstance(view, dict):
        faults.append("must provide an object [json-pointer:/view]")
    elif view.get("type") != kind:
        faults.append(f"must provide a view of type {kind} [json-pointer:/view/type]")
    else:
        faults += _shape_faults(view, VIEWS[kind], "/view")
        blocks = view.get("blocks")
        if blocks is not None:
            faults += _blocks_faults(blocks, kind, "/view/blocks")
        has_input = isinstance(blocks, list) and any(isinstance(b, dict) and b.get("type") == "input" for b in blocks)
        if kind == "modal" and has_input and not view.get("submit"):
            faults.append("missing required field: submit [json-pointer:/view]")
    if faults:
        raise _refusal("invalid_arguments", faults)
    if len(json.dumps(view)) > VIEW_BYTES:
        raise Refused("view_too_large")


def filled_in(blocks: list[Json]) -> list[Json]:
    """Blocks as Slack gives them back: ids where they were left out, and the defaults of text objects."""
    copies = deepcopy(blocks)
    for block in copies:
        block.setdefault("block_id", random_id())
        for element in parts_of(block):
            if "action_id" in ELEMENTS[element["type"]].fields:
                element.setdefault("action_id", random_id())
        if block["type"] not in ("rich_text", "table"):
            _default_texts(block)
    return copies


def _default_texts(value: Any) -> None:
    if isinstance(value, list):
        for each in value:
            _default_texts(each)
    elif isinstance(value, dict):
        if isinstance(value.get("text"), str) and value.get("type") == "plain_text":
            value.setdefault("emoji", True)
        elif isinstance(value.get("text"), str) and value.get("type") == "mrkdwn":
            value.setdefault("verbatim", False)
        for each in value.values():
            _default_texts(each)


def _refusal(error: str, faults: list[str]) -> Refused:
    messages = [f"[ERROR] {fault}" for fault in faults]
    return Refused(error, errors=faults, response_metadata={"messages": messages})


def _blocks_faults(blocks: Any, surface: str, at: str) -> Iterator[str]:
    most = BLOCKS_IN_MESSAGE if surface == "message" else BLOCKS_IN_VIEW
    if not isinstance(blocks, list):
        yield f"must provide an array [json-pointer:{at}]"
        return
    if len(blocks) > most:
        yield f"no more than {most} items allowed [json-pointer:{at}]"
    block_ids: set[str] = set()
    for index, block in enumerate(blocks):
        here = f"{at}/{index}"
        if not isinstance(block, dict):
            yield f"must provide an object [json-pointer:{here}]"
            continue
        shape, surfaces = BLOCKS.get(block.get("type", ""), (Shape({}), ()))
        if surface not in surfaces:
            yield f"unsupported type: {block.get('type')} [json-pointer:{here}/type]"
            continue
        content = {key: value for key, value in block.items() if key not in ("type", "block_id")}
        yield from _shape_faults(content, shape, here)
        if "block_id" in block:
            yield from _faults(block["block_id"], BLOCK_ID, f"{here}/block_id")
            if block["block_id"] in block_ids:
                yield f"`block_id` already exists: {block['block_id']} [json-pointer:{here}/block_id]"
            block_ids.add(str(block["block_id"]))
        yield from _duplicate_actions(block, here)


def _duplicate_actions(block: Json, at: str) -> Iterator[str]:
    seen: set[str] = set()
    elements = block.get("elements") if block["type"] in ("actions", "context_actions") else None
    for index, element in enumerate(elements if isinstance(elements, list) else []):
        action_id = element.get("action_id") if isinstance(element, dict) else None
        if action_id in seen:
            yield f"`action_id` already exists: {action_id} [json-pointer:{at}/elements/{index}/action_id]"
        elif action_id:
            seen.add(action_id)


def _faults(value: Any, rule: Rule, at: str) -> Iterator[str]:
    if isinstance(rule, Str):
        yield from _string_faults(value, rule, at)
    elif isinstance(rule, Text):
        yield from _text_faults(value, rule, at)
    elif isinstance(rule, Items):
        if not isinstance(value, list):
            yield f"must provide an array [json-pointer:{at}]"
            return
        if len(value) < rule.least:
            yield f"no fewer than {rule.least} items allowed [json-pointer:{at}]"
        if len(value) > rule.most:
            yield f"no more than {rule.most} items allowed [json-pointer:{at}]"
        for index, each in enumerate(value):
            yield from _faults(each, rule.of, f"{at}/{index}")
    elif isinstance(rule, Shape):
        if isinstance(value, dict):
            yield from _shape_faults(value, rule, at)
        else:
            yield f"must provide an object [json-pointer:{at}]"
    elif isinstance(rule, Element):
        yield from _element_faults(value, rule, at)


def _shape_faults(value: Json, shape: Shape, at: str) -> Iterator[str]:
    for name, rule in shape.fields.items():
        if value.get(name) is not None:
            yield from _faults(value[name], rule, f"{at}/{name}")
        elif rule.required:
            yield f"missing required field: {name} [json-pointer:{at}]"
    for name in value:
        if name not in shape.fields:
            yield f"invalid additional property: {name} [json-pointer:{at}]"
    if shape.one_of and all(value.get(name) is None for name in shape.one_of):
        yield f"missing required field: {shape.one_of[0]} [json-pointer:{at}]"


def _string_faults(value: Any, rule: Str, at: str) -> Iterator[str]:
    if not isinstance(value, str):
        yield f"must provide a string [json-pointer:{at}]"
    elif rule.required and not value:
        yield f"must be more than 0 characters [json-pointer:{at}]"
    elif len(value) > rule.most:
        yield f"must be less than {rule.most + 1} characters [json-pointer:{at}]"
    elif rule.one_of and value not in rule.one_of:
        yield f"must be a valid enum value [json-pointer:{at}]"


def _text_faults(value: Any, rule: Text, at: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"must provide an object [json-pointer:{at}]"
        return
    kind = value.get("type")
    if kind not in ("plain_text", "mrkdwn") or (rule.plain and kind != "plain_text"):
        yield f"unsupported type: {kind} [json-pointer:{at}/type]"
    extra = set(value) - {"type", "text", "emoji" if kind == "plain_text" else "verbatim"}
    for name in sorted(extra):
        yield f"invalid additional property: {name} [json-pointer:{at}]"
    yield from _string_faults(value.get("text"), Str(rule.most, required=True), f"{at}/text")


def _element_faults(value: Any, rule: Element, at: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"must provide an object [json-pointer:{at}]"
        return
    kind = value.get("type")
    if kind not in rule.types:
        yield f"unsupported type: {kind} [json-pointer:{at}/type]"
        return
    yield from _shape_faults({key: part for key, part in value.items() if key != "type"}, ELEMENTS[kind], at)
    options = [*value.get("options", []), *(o for g in value.get("option_groups", []) for o in g.get("options", []))]
    initial = value.get("initial_option")
    chosen = value.get("initial_options", []) if initial is None else [initial]
    if options and any(each not in options for each in chosen):
        name = "initial_options" if initial is None else "initial_option"
        yield f"must be one of the provided options [json-pointer:{at}/{name}]"


def _text_length(value: Any) -> int:
    if isinstance(value, list):
        return sum(_text_length(each) for each in value)
    if not isinstance(value, dict):
        return 0
    own = len(value["text"]) if value.get("type") in TEXT_TYPES and isinstance(value.get("text"), str) else 0
    return own + sum(_text_length(each) for each in value.values())
