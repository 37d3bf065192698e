"""Tools never seen before: their status by all the signs in the message, their name by what remains of its title."""

from __future__ import annotations

import re

from bot.alerts import colours, fingerprint, labels, subject
from bot.alerts.message import Message
from bot.alerts.poster import slug
from bot.alerts.status import severity_of, status_of
from bot.model import Alert, Link

_NUMBERED = re.compile(
    r"https?://([^/\s]{1,100})/(?:[^\s?#]{0,200}/)?(?:incidents?|issues?|problems?|tickets?)/(?:detail/|details/"
    r"|view/)?([\w-]{0,80}\d[\w-]{0,80})",
    re.IGNORECASE,
)
_TITLES_OF_TOOLS = re.compile(
    r"^\W*(?:\w+ ){0,3}(?:alerts?|notifications?|alarms?|monitoring|report|update|status)(?: (?:firing|resolved"
    r"|triggered|recovered|closed|opened|ok))?\W*$",
    re.IGNORECASE,
)


def read(message: Message) -> Alert:
    source = slug(message.username)
    head = headline(message)
    name = subject.name_of(head) or head[:120]
    found = labels.from_pairs(_listed(message))
    status = status_of(message)
    return Alert(
        source=source,
        name=name,
        status=status,
        summary=message.words,
        labels=found,
        severity_hint=severity_of(message) or hint_of_colour(message),
        links=links(message),
        fingerprint=_fingerprint(message, source, head, found),
    )


def headline(message: Message) -> str:
    """The first of its titles that says more than which tool speaks."""
    heads = message.headlines
    telling = [head for head in heads if subject.identity_of(head) and not _TITLES_OF_TOOLS.match(head)]
    own = [head for head in telling if slug(head) != slug(message.username)]
    fallback = next((each.fallback for each in message.attachments if each.fallback.strip()), "")
    return next(iter([*own, *telling, fallback.split("\n")[0], *heads]), "").strip()


def links(message: Message) -> tuple[Link, ...]:
    return tuple(Link(words, url) for words, url in message.all_links)


def hint_of_colour(message: Message) -> str | None:
    """`danger` or `warning`; green says nothing of how bad it was."""
    colour = colours.worst(message.colors)
    return colour if colour in {colours.RED, colours.YELLOW} else None


def _listed(message: Message) -> list[tuple[str, str]]:
    """The fields, but for titles that happen to hold a colon."""
    titles = {head.casefold() for head in message.headlines}
    return [
        (title, value)
        for title, value in message.fields
        if labels.is_known(title) or not any(head.startswith(f"{title}: {value}".casefold()) for head in titles)
    ]


def _fingerprint(message: Message, source: str, head: str, found: dict[str, str]) -> str:
    """An incident's number or address when the tool gives one, else what it is about and on what."""
    for _, url in message.all_links[:10]:
        if numbered := _NUMBERED.match(url):
            return fingerprint.of_id(source, numbered[1].casefold(), numbered[2])
    return fingerprint.of_labels(source, subject.identity_of(head) or head, labels.thing(found))
