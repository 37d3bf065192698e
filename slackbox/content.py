"""What an app sends as a message: text, blocks, attachments and metadata, checked and as Slack keeps them."""

from __future__ import annotations

from typing import Any

from slackbox.blocks import check_blocks, filled_in
from slackbox.errors import Refused
from slackbox.mrkdwn import as_posted
from slackbox.workspace import Json

TEXT_MOST = 40_000
ATTACHMENTS_MOST = 100
COLOURS = {"good": "2eb886", "warning": "daa038", "danger": "a30200"}
MARKED_UP = ("text", "pretext", "fallback")


def content(source: Json) -> Json:
    """`text`, `blocks`, `attachments`, `metadata` of a call or a webhook, as the message will have them.

    Raises Refused: no_text, msg_too_long, invalid_blocks, msg_blocks_too_long, invalid_attachments,
    too_many_attachments, metadata_must_be_sent_from_app and the like.
    """
    text = source.get("text") or ""
    blocks, attachments = source.get("blocks") or [], source.get("attachments") or []
    if not isinstance(text, str):
        raise Refused("no_text")
    if len(text) > TEXT_MOST:
        raise Refused("msg_too_long")
    check_blocks(blocks)
    found: Json = {"text": text if source.get("mrkdwn") is False else as_posted(text)}
    if blocks:
        found["blocks"] = filled_in(blocks)
    if attachments:
        found["attachments"] = _attachments(attachments)
    if not text.strip() and not blocks and not attachments:
        raise Refused("no_text")
    if source.get("metadata"):
        found["metadata"] = _metadata(source["metadata"])
    return found


def changes(source: Json) -> Json:
    """The same for an edit: what is not named stays, an empty list takes blocks or attachments away."""
    named = {key: value for key, value in source.items() if value is not None}
    if not any(named.get(key) for key in ("text", "blocks", "attachments")):
        raise Refused("no_text")
    found = content(named)
    if "text" not in named:
        found.pop("text")
    for part in ("blocks", "attachments"):
        if part in named and not named[part]:
            found[part] = None
    return found


def _attachments(attachments: Any) -> list[Json]:
    if not isinstance(attachments, list) or not all(isinstance(each, dict) for each in attachments):
        raise Refused("invalid_attachments")
    if len(attachments) > ATTACHMENTS_MOST:
        raise Refused("too_many_attachments")
    kept: list[Json] = []
    for number, attachment in enumerate(attachments, start=1):
        own: Json = {key: value for key, value in attachment.items() if value not in (None, "", [])}
        if "blocks" in own:
            check_blocks(own["blocks"])
            own["blocks"] = filled_in(own["blocks"])
        for key in MARKED_UP:
            if isinstance(own.get(key), str):
                own[key] = as_posted(own[key])
        if "color" in own:
            own["color"] = COLOURS.get(own["color"], own["color"].lstrip("#"))
        own.setdefault("fallback", own.get("text") or own.get("title") or "[no preview available]")
        kept.append({"id": number, **own})
    return kept


def _metadata(metadata: Any) -> Json:
    if not isinstance(metadata, dict) or not isinstance(metadata.get("event_type"), str):
        raise Refused("invalid_metadata_format")
    if not isinstance(metadata.get("event_payload"), dict):
        raise Refused("invalid_metadata_format")
    return {"event_type": metadata["event_type"], "event_payload": metadata["event_payload"]}
