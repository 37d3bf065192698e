"""Lines of an incident's timeline as people read them in Slack, and as text in a file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC

from bot.incidents.chronicle import Told
from bot.model import BOT, Incident
from bot.mrkdwn import Mrkdwn, time
from bot.slack.incidents.escalation import named
from bot.words import Words


def told_lines(told: Iterable[Told], words: Words, who: Callable[[str], str]) -> list[Mrkdwn]:
    """`who` turns a Slack id into a name."""
    return [
        words(
            "told_line",
            at=time(line.at),
            what=words(line.what.sentence, **_named(line, words, who)),
            who=_by(line, who),
        )
        for line in told
    ]


def told_in_a_file(incident: Incident, told: Iterable[Told], words: Words, name_of: Callable[[str], str | None]) -> str:
    """Markdown, with times in UTC: whoever reads it later reads it anywhere."""
    who = lambda id: name_of(id) or id  # noqa: E731
    lines = [f"# {incident.name} · {incident.severity} · {incident.title}", ""]
    for line in told:
        what = words.plain(line.what.sentence, **_named(line, words, who))
        by = _by(line, who)
        at = f"{line.at.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
        lines.append(f"- `{at}Z` {' '.join(what.split())}{f' ({by})' if by else ''}")
    return "\n".join(lines) + "\n"


def _named(line: Told, words: Words, who: Callable[[str], str]) -> Mapping[str, str]:
    """With people and roles by their names."""
    to, role, brought_to = (line.what.values[each] for each in ("to", "role", "brought_to"))
    return {
        **line.what.values,
        "to": who(to) if to else "",
        "role": words.plain(f"role_{role}") if role else "",
        "brought_to": named(brought_to, words, who) if brought_to else "",
    }


def _by(line: Told, who: Callable[[str], str]) -> str:
    """The person; nobody where it was a tool or the bot."""
    return "" if line.who == BOT or line.who.startswith("B") else who(line.who)
