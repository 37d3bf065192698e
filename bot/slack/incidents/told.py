"""Lines of an incident's timeline as people read them in Slack, and as text in a file."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC

from bot import markdown
from bot.incidents.chronicle import Told
from bot.incidents.said import by, in_words, with_names
from bot.model import Incident
from bot.mrkdwn import Mrkdwn, time
from bot.words import Words


def told_lines(told: Iterable[Told], words: Words, who: Callable[[str], str]) -> list[Mrkdwn]:
    """`who` turns a Slack id into a name."""
    return [
        words(
            "told_line",
            at=time(line.at),
            what=words(line.what.sentence, **with_names(line, words, who)),
            who=by(line, who),
        )
        for line in told
    ]


def told_in_a_file(incident: Incident, told: Iterable[Told], words: Words, name_of: Callable[[str], str | None]) -> str:
    """Markdown, with times in UTC: whoever reads it later reads it anywhere. What people wrote shows as it is."""
    who = lambda id: name_of(id) or id  # noqa: E731
    lines = [f"# {incident.name} · {incident.severity} · {_whole(incident.title)}", ""]
    for line in told:
        person = by(line, who)
        at = f"{line.at.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
        said = _whole(in_words(line, words, who))
        lines.append(f"- `{at}Z` {said}{f' ({_whole(person)})' if person else ''}")
    return "\n".join(lines) + "\n"


def _whole(text: str) -> str:
    """Escaped, and nothing of it cut."""
    return markdown.escaped(text, len(text) + 1)
