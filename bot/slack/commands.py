"""`/incident` and its like: noun, verb, arguments. What they answer is seen by the person who typed alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from bot.mrkdwn import Mrkdwn
from bot.words import Words

Answer = dict[str, Any]


@dataclass(frozen=True)
class Typed:
    """Who typed what where. `text` is what stands after the command, `rest` what stands after its first word."""

    person: str
    channel: str
    text: str
    trigger: str

    @property
    def verb(self) -> str:
        return self.text.partition(" ")[0].casefold()  # a phone begins a line with a capital

    @property
    def rest(self) -> str:
        return self.text.partition(" ")[2].strip()


def read_typed(body: Mapping[str, Any]) -> Typed:
    """A slash command, parsed at the door."""
    return Typed(
        person=str(body.get("user_id", "")),
        channel=str(body.get("channel_id", "")),
        text=str(body.get("text", "")).strip(),
        trigger=str(body.get("trigger_id", "")),
    )


class Noun(Protocol):
    """One command: its verbs, and what it says when it is asked for help."""

    command: str
    verbs: Mapping[str, Callable[[Typed], Answer]]

    def help(self, typed: Typed) -> Answer: ...


class Commands:
    def __init__(self, words: Words, *nouns: Noun) -> None:
        self._words = words
        self.nouns = {noun.command: noun for noun in nouns}

    def answer(self, command: str, typed: Typed) -> Answer:
        noun = self.nouns[command]
        if typed.verb in noun.verbs:
            return noun.verbs[typed.verb](typed)
        if typed.verb in {"", "help", "ajuda"}:
            return noun.help(typed)
        first: dict[Callable[[Typed], Answer], str] = {}  # of several words for the same, the first
        for verb, act in noun.verbs.items():
            first.setdefault(act, verb)
        verbs = ", ".join([*first.values(), "help"])
        return say(self._words("unknown_verb", command=noun.command, verb=typed.verb, verbs=verbs))


def say(*lines: Mrkdwn) -> Answer:
    """An answer for the one who typed."""
    return {"response_type": "ephemeral", "text": "\n".join(lines)}
