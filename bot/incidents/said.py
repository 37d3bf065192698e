"""The lines of a timeline in words, and who somebody is called to be: for cards, messages and files alike. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bot.incidents.chronicle import Told
from bot.model import BOT
from bot.team import ON_CALL, PAGER, ROLE
from bot.words import Words


def in_words(line: Told, words: Words, who: Callable[[str], str]) -> str:
    """What happened, as plain text in a line. `who` turns a Slack id into a name."""
    return " ".join(words.plain(line.what.sentence, **with_names(line, words, who)).split())


def by(line: Told, who: Callable[[str], str]) -> str:
    """The person; nobody where it was a tool or the bot."""
    return "" if line.who == BOT or line.who.startswith("B") else who(line.who)


def named(to: str, words: Words, who: Callable[[str], str]) -> str:
    """Whom an incident is brought to, in words: `to` as the team file writes it, or a Slack id."""
    if to in {ON_CALL, PAGER}:
        return words.plain("on_call" if to == ON_CALL else "the_pager")
    return to.removeprefix(ROLE) if to.startswith(ROLE) else who(to)


def with_names(line: Told, words: Words, who: Callable[[str], str]) -> Mapping[str, str]:
    """What a line's sentence is filled in with: people and roles by their names."""
    to, role, brought_to = (line.what.values[each] for each in ("to", "role", "brought_to"))
    return {
        **line.what.values,
        "to": who(to) if to else "",
        "role": words.plain(f"role_{role}") if role else "",
        "brought_to": named(brought_to, words, who) if brought_to else "",
    }
