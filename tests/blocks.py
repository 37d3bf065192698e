"""Small Block Kit pieces for tests."""

from __future__ import annotations

from typing import Any


def plain(text: str) -> dict[str, str]:
    return {"type": "plain_text", "text": text}


def button(action_id: str, words: str, **more: Any) -> dict[str, Any]:
    return {"type": "button", "action_id": action_id, "text": plain(words), "value": "1", **more}


def card(headline: str, *buttons: dict[str, Any]) -> list[dict[str, Any]]:
    """A header, a section, and the buttons, each block with an id of its own."""
    blocks: list[dict[str, Any]] = [
        {"type": "header", "block_id": "head", "text": plain(headline)},
        {"type": "section", "block_id": "words", "text": plain("Memory at 95 %.")},
    ]
    if buttons:
        blocks.append({"type": "actions", "block_id": "buttons", "elements": list(buttons)})
    return blocks
