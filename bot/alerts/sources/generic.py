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
    r"^\W*(?:\w+ ){0,3}(?:alerts?|notifications?|alarms?|monitoring|report|update|status)"
    r"(?: (?:updated|changed|firing|resolved|triggered|recovered|closed|opened|ok))?\W*$",
    re.IGNORECASE,
)

_LONE_WORD = re.compile(r"\W*[A-Z]?[a-z]+\W*")


def read(message: Message) -> Alert:
    source = slug(message.username)
    head = headline(message)
    found = labels.from_pairs(_listed(message))
    name = subject.name_of(head) or head[:120]
    if not subject.identity_of(head) or labels.is_known(head.partition(":")[0]):
        name = " on ".join(found[key] for key in ("service", "check", "host") if key in found) or name
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
    """The first of its titles that says more than which tool speaks; a lone plain word says little."""
    heads = [head for head in message.headlines if head.strip()]
    telling = [head for head in heads if subject.identity_of(head) and not _TITLES_OF_TOOLS.match(head)]
    own = [head for head in telling if slug(head) != slug(message.username)]
    more = [head for head in own if not _LONE_WORD.fullmatch(subject.name_of(head))]
    fallback = next((each.fallback.split("\n")[0] for each in message.attachments if each.fallback.strip()), "")
    candidates = [*more, *own, *telling, *([fallback] if fallback else []), *heads, ""]
    return candidates[0].strip()


def links(message: Message) -> tuple[Link, ...]:
    return tuple(Link(words, url) for words, url in message.all_links)


def hint_of_colour(message: Message) -> str | None:
    """`danger` or `warning`; green says nothing of how bad it was."""
    colour = colours.worst(message.colors)
    return colour if colour in {colours.RED, colours.YELLOW} else None


def _listed(message: Message) -> list[tuple[str, str]]:
    """What the message lists; of lines that only hold a colon those that name a thing."""
    listed = set(message.listed)
    titles = {"".join(head.split()) for head in message.headlines}
    return [
        (title, value)
        for title, value in message.fields
        if labels.is_known(title)
        or (
            (title, value) in listed
            and not any(head.startswith("".join(f"{title}:{value}".split())) for head in titles)
        )
    ]


def _fingerprint(message: Message, source: str, head: str, found: dict[str, str]) -> str:
    """An incident's number or address when the tool gives one, else what it is about and on what."""
    for _, url in message.all_links[:10]:
        if numbered := _NUMBERED.match(url):
            return fingerprint.of_id(source, numbered[1].casefold(), numbered[2])
    things, identity = labels.thing(found), subject.identity_of(head)
    if identity.startswith("#"):  # its own number: what ends it lists less than what began it
        return fingerprint.of_id(source, identity)
    return fingerprint.of_labels(source, identity or ("" if things else head), things)
