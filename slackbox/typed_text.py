"""What a person types, read as Slack's message box reads it: one pass to rich text, from which the text is written."""

from __future__ import annotations

import re

from slackbox.mrkdwn import URL, escape
from slackbox.workspace import Json, Workspace, random_id

INLINE = re.compile(
    rf"(?P<code>`[^`\n]+`)|(?P<url>{URL})"
    r"|(?P<mention>(?<![\w@])@[\w.\-]*\w)|(?P<channel>(?<![\w#])#[a-z0-9][\w\-]*)"
    r"|(?P<emoji>:[a-z0-9_+\-]+:)"
    r"|(?<![\w*])\*(?P<bold>[^\s*](?:[^*\n]*[^\s*])?)\*(?![\w*])"
    r"|(?<![\w_])_(?P<italic>[^\s_](?:[^_\n]*[^\s_])?)_(?![\w_])"
    r"|(?<![\w~])~(?P<strike>[^\s~](?:[^~\n]*[^\s~])?)~(?![\w~])"
)
STYLE_MARKS = {"bold": "*", "italic": "_", "strike": "~"}
LIST_ITEM = re.compile(r"^(?P<indent> *)(?:(?P<bullet>[-•])|(?P<number>\d+)\.) +(?P<rest>.*)$")
BROADCASTS = ("here", "channel", "everyone")


Read = tuple[list[Json], str]  # rich text elements, and the same as the message's `text` has it


def typed(workspace: Workspace, text: str) -> tuple[str, list[Json]]:
    """A person's text → (the message's `text`, its `blocks`: one rich_text block)."""
    elements: list[Json] = []
    written: list[str] = []
    for index, piece in enumerate(re.split(r"```\n?(.*?)\n?```\n?", text, flags=re.DOTALL)):
        if index % 2:
            elements.append({"type": "rich_text_preformatted", "elements": [_text(piece)], "border": 0})
            written.append(f"```{escape(piece)}```")
        elif piece:
            found, words = _lines(workspace, piece.split("\n"))
            elements += found
            written.append(words)
    return "\n".join(written), [{"type": "rich_text", "block_id": random_id(), "elements": elements}]


def _lines(workspace: Workspace, lines: list[str]) -> Read:
    """Runs of plain lines, quoted lines and list items, each run as one element."""
    runs: list[tuple[str, list[str]]] = []
    for line in lines:
        kind, words = _kind_of(line)
        if runs and runs[-1][0] == kind:
            runs[-1][1].append(words)
        else:
            runs.append((kind, [words]))
    if len(runs) > 1 and runs[-1] == ("section", [""]):
        runs.pop()  # the line break after a quotation or a list is no line of its own
    found: list[Json] = []
    written: list[str] = []
    for kind, run in runs:
        if kind in ("bullet", "ordered"):
            items = [_inline(workspace, line) for line in run]
            sections = [{"type": "rich_text_section", "elements": elements} for elements, _ in items]
            found.append({"type": "rich_text_list", "style": kind, "indent": 0, "border": 0, "elements": sections})
            marks = [f"{number}. " if kind == "ordered" else "• " for number in range(1, len(run) + 1)]
            written += [mark + words for mark, (_, words) in zip(marks, items, strict=True)]
            continue
        elements, words = _inline(workspace, "\n".join(run))
        found.append({"type": f"rich_text_{kind}", "elements": elements})
        written.append("\n".join(f"&gt; {line}" for line in words.split("\n")) if kind == "quote" else words)
    return found, "\n".join(written)


def _kind_of(line: str) -> tuple[str, str]:
    item = LIST_ITEM.match(line)
    if item:
        return ("bullet" if item["bullet"] else "ordered"), item["rest"]
    if line.startswith(">"):
        return "quote", line[1:].removeprefix(" ")
    return "section", line


def _inline(workspace: Workspace, text: str, style: Json | None = None) -> Read:
    found: list[Json] = []
    written: list[str] = []
    at = 0
    for match in INLINE.finditer(text):
        read = _special(workspace, match, style or {})
        if read is None:
            continue
        if match.start() > at:
            found.append(_text(text[at : match.start()], style))
            written.append(escape(text[at : match.start()]))
        found += read[0]
        written.append(read[1])
        at = match.end()
    if at < len(text):
        found.append(_text(text[at:], style))
        written.append(escape(text[at:]))
    return found, "".join(written)


def _special(workspace: Workspace, match: re.Match[str], style: Json) -> Read | None:
    kind = match.lastgroup or ""
    words = match[kind]
    if kind == "code":
        return [_text(words[1:-1], {**style, "code": True})], escape(words)
    if kind in STYLE_MARKS:
        elements, inner = _inline(workspace, words, {**style, kind: True})
        return elements, STYLE_MARKS[kind] + inner + STYLE_MARKS[kind]
    found: tuple[Json, str] | None = None
    if kind == "url":
        found = {"type": "link", "url": words}, f"<{escape(words)}>"
    elif kind == "emoji":
        found = {"type": "emoji", "name": words[1:-1]}, words
    elif kind == "channel":
        channel = next((each for each in workspace.channels.values() if each.name == words[1:]), None)
        if channel:
            found = {"type": "channel", "channel_id": channel.id}, f"<#{channel.id}|{channel.name}>"
    elif kind == "mention":
        found = _mention(workspace, words[1:])
    if found is None:
        return None
    element, markup = found
    return [{**element, "style": style} if style else element], markup


def _mention(workspace: Workspace, name: str) -> tuple[Json, str] | None:
    if name in BROADCASTS:
        return {"type": "broadcast", "range": name}, f"<!{name}>"
    person = next((each for each in workspace.people.values() if name.lower() in (each.name, each.id.lower())), None)
    if person:
        return {"type": "user", "user_id": person.id}, f"<@{person.id}>"
    group = next((each for each in workspace.usergroups.values() if each.handle == name), None)
    if group:
        return {"type": "usergroup", "usergroup_id": group.id}, f"<!subteam^{group.id}>"
    return None


def _text(text: str, style: Json | None = None) -> Json:
    return {"type": "text", "text": text, "style": style} if style else {"type": "text", "text": text}
