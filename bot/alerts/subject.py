"""What a message is about, without what is passing: its state, how bad, how long, how much. Pure."""

from __future__ import annotations

import re

from bot.alerts import figures, states
from bot.alerts.emoji import bare

_NAME = 120
_TAGS = re.compile(r"^\s*(?:[\[【(]\s*([^\[\]【】()\n]{1,80})\s*[\]】)]\s*)")
_LEAD = re.compile(
    r"^\W*((?:[^\W_][\w-]*)(?: [^\W\d_]+)?)(?:\s+\d{1,4}(?=\s*[-–—:]))?(?:\s+in\s+(?:\d+\s?\w{1,8}\s?){1,4})?\s*(?::"
    r"|[-–—|»]+\s|!)\s*",
    re.IGNORECASE,
)
_EMOJI = re.compile(r":[A-Za-z+-][\w+-]{0,39}:|[\u2600-\u27bf\u2b00-\u2bff\ufe0f\U0001f000-\U0001faff]")
_ASIDE = re.compile(r"\([^()\n]{0,200}\)")
_NAMES_IN_ASIDE = re.compile(r"\(\s*([a-z][a-z._-]{0,80}\d[\w.-]{0,80})\s*\)", re.IGNORECASE)  # "Ping (db-1) Down"
_AFTER = re.compile(
    r"\b(?:it )?(?:was|were|been|after|for|since|lasted|duration|downtime|took|within)\b\s+(?:\w+\s+){0,3}?(?:\d|a "
    r"|an |about ).*$"
    r"|\b(?:due to|because|caused by)\b.*$|\bby @?\w{1,40}\W*$|[.!]\s.*$",
    re.IGNORECASE,
)
_STANDING = re.compile(  # how it stands now, in more words than one
    r"\b(?:needs?|requires?|precisam?(?: de)?|requer(?:em)?) (?:\w+ )?(?:attention|action|atenção|ação)\b"
    r"|\bmissed (?:its|the|a|an) (?:(?:scheduled|expected|next|last) )?"
    r"(?:schedule|run|ping|heartbeat|deadline|execution)\b"
    r"|\bby @?[\w.-]{1,40}(?= (?:has |was )?(?:passed|failed|fixed|errored|succeeded)\b)"
    r"|\bstopped (?:reporting|responding|sending (?:data|metrics|heartbeats))\b",
    re.IGNORECASE,
)
_TIMES = re.compile(
    r"\b\d{4}[-./]\d\d?[-./]\d\d?(?:[T ]\d\d?:\d\d(?::\d\d)?(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?)?\b"
    r"|\b\d\d?:\d\d(?::\d\d)?\b"
)
_NUMBERS = re.compile(
    rf"(?<![\w.:/-])[<>=~≥≤]*\s?\d+(?:[.,]\d+)?(?:\s?{figures.UNIT})?(?![\w-])(?!\.\d)", re.IGNORECASE
)
_SHORT_MEASURE = re.compile(r"[pvx]\d.*", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+(?:[._:/@-]+[^\W_]+)*")
_NOUNS = {"alert", "alarm", "incident", "problem", "issue", "no", "data"}


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_EMPTY = _words(
    """
    is are was were be been being has have had the a an on in at of to for from by with and or but now back
    again it its this that currently automatically auto after since still no longer not due alert alerts alarm
    alarms incident notification issue problem monitor check status state host service normal time times
    in_alarm previous previously became changed went came come goes gone declared entered returned return
    experiencing detected reporting received responding your just new created code lost connected disconnected
    reconnected o os as no na do da dos das em de ao para com por e está foi desde após há já agora novamente voltou
    resolvida resolvidos recuperada normalizada fechada restaurado restaurada restabelecido restabelecida disponível
    indisponível parada parado eta escalation exist exists does
    problema alerta alarme incidente serviço estado ar conectado desconectado parou atrasada atrasado
    """
)
_ID = re.compile(  # after a colon a number counts things ("ALERT: 3 pods down"), and letters begin a host's name
    r"\b(?:incident|alert|issue|problem|ticket|case)\b"
    r"(?:\s{0,2}(?:\bid\b\W{0,3}|[#(\[]\s?#?|[-–—]\s?#)|\s{1,2}(?:id\W{0,2})?|\s?:\s{0,2}#)"
    r"((?-i:[A-Z]{1,6}-[1-9]\d{0,11}|[A-Z]{1,6}\d{3,12})|\d{1,12}(?:\.[a-z\d]{2,20})?(?!\s[a-z]{3,30}s\b))\b",
    re.IGNORECASE,
)
_NUMBER_FIRST = re.compile(r"^\W*(?:[\[(][^\])\n]{1,40}[\])]\W*)?#(\d{2,12})\s")  # "[Triggered] #4812 Lag above 60 s"
_CHECK = re.compile(
    r"(?:^|\s)([\w.-]{1,100}/[\w.-]{1,100})\s*:\s"
)  # "web-1/check-disk: 95 % used": the rest is its output


def name_of(headline: str) -> str:
    """The headline without emoji, state and level in front of it: "[FIRING:1] 🔥 High CPU" is "High CPU"."""
    text = _EMOJI.sub(" ", headline).strip()
    for _ in range(4):
        tag, lead = _TAGS.match(text), _LEAD.match(text)
        if tag and _passing(tag[1]) and text[tag.end() :].strip():
            text = text[tag.end() :].strip()
        elif lead and _passing(lead[1]) and text[lead.end() :].strip():
            text = text[lead.end() :].strip()
        else:
            break
    text = " ".join(text.split()).strip(" -–—:|»*")
    return text if len(text) <= _NAME else text[: _NAME - 1] + "…"


def identity_of(headline: str) -> str:
    """What stays of a headline whatever the state: for the fingerprint."""
    if found := _ID.search(headline):
        return f"id {found[1].casefold()}"
    if found := _NUMBER_FIRST.match(headline):
        return f"#{found[1]}"
    if found := _CHECK.search(headline):
        return found[1].casefold()
    text = figures.joined(_EMOJI.sub(" ", bare(headline)))
    whole = text
    text = _AFTER.sub(" ", _ASIDE.sub(_name_in, _STANDING.sub(" ", _TIMES.sub(" ", text))))
    kept = _kept(text) or _kept(whole)
    return " ".join(kept)


def _name_in(aside: re.Match[str]) -> str:
    """Of an aside what names a thing: "(db-1)" or "(Store 12)", and not "(95 %, was 80 %)" or "(p95)"."""
    named = _NAMES_IN_ASIDE.fullmatch(aside[0])
    return f" {named[1]} " if named and not _SHORT_MEASURE.fullmatch(named[1]) else " "


def _kept(text: str) -> list[str]:
    """The words that are neither state nor level nor filling; of `firing:1` the part that names."""
    found = []
    for word in _WORD.findall(_NUMBERS.sub(" ", text).casefold()):
        first, *others = word.split(":")
        parts = [part for part in (first, *others) if not (_is_passing(part) or part in _EMPTY or part.isdigit())]
        if others and others[-1].isdigit() and parts and figures.is_address(parts[-1]):
            parts.append(others[-1])  # a port
        found += [":".join(parts)] if parts else []
    return found


def _passing(tag: str) -> bool:
    """A state, a level or a count: it says nothing of what the matter is."""
    words = re.findall(r"[^\W_][\w-]*", tag.casefold())
    return bool(words) and all(_is_passing(word) or word.isdigit() or word in _NOUNS for word in words)


def _is_passing(word: str) -> bool:
    return states.is_state(word) or states.is_level(word)
