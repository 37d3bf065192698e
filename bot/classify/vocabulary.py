"""The words of a text in the form in which texts are compared: CamelCase split, accents and endings off. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

_LONGEST = 30  # characters of a word
_SHORTEST = 3  # of what is left of a word without its ending
_ENDINGS = ("ations", "ation", "ings", "ing", "ies", "ied", "ed", "es", "s")
_WHOLE = frozenset(("nats", "postgres", "kubernetes", "https", "always", "class", "this"))

_ADDRESS = re.compile(r"://\S{1,500}")  # a link's words are of the tool, not of the trouble
_PLURAL = re.compile(r"([A-Z]{2})s\b")  # CPUs
_WORD = re.compile(r"[A-Z]?[a-z][a-z0-9]*|[A-Z]+(?![a-z])(?:\d+(?![a-z]))?|[45]xx|[45]\d\d|\d+(?=%| %)")

# Stems that are written apart or together: `crash loop` and CrashLoopBackOff are crashloop.
_JOINED = {
    ("postgre", "sql"): ("postgres",),
    ("postgr", "sql"): ("postgres",),
    ("postgresql",): ("postgres",),
    ("my", "sql"): ("mysql",),
    ("mongo", "db"): ("mongodb",),
    ("rabbit", "mq"): ("rabbitmq",),
    ("active", "mq"): ("activemq",),
    ("activ", "mq"): ("activemq",),
    ("git", "lab"): ("gitlab",),
    ("git", "hub"): ("github",),
    ("oomkill",): ("oom", "kill"),
    ("out", "of", "memory"): ("oom", "memory"),
    ("outofmemory",): ("oom", "memory"),
    ("crash", "loop"): ("crashloop",),
    ("crashloopbackoff",): ("crashloop",),
    ("file", "system"): ("filesystem",),
    ("time", "out"): ("timeout",),
    ("tim", "out"): ("timeout",),
    ("back", "up"): ("backup",),
    ("fail", "over"): ("failover",),
    ("dead", "letter"): ("deadletter",),
    ("dead", "lock"): ("deadlock",),
    ("load", "balancer"): ("balancer",),
    ("loadbalancer",): ("balancer",),
    ("rate", "limit"): ("ratelimit",),
    ("file", "descriptor"): ("filedescriptor",),
    ("open", "file"): ("filedescriptor",),
    ("end", "point"): ("endpoint",),
    ("on", "lin"): ("onlin",),
    ("read", "only"): ("readonly",),
    ("alert", "manager"): ("alertmanager",),
    ("configur",): ("config",),
}
_BEGIN = frozenset(parts[0] for parts in _JOINED)

# Stems that say nothing of what a text is about, in English and Portuguese.
_SMALL = """
    a an and any are as at be been by can do for from has hav if in into is it its more most no not of on or our
    out over per since so some than that the their them then ther this to too up us was we wer what when which
    whil will with you your o os um uma de da dos das e em na nos nas por para com que se ao s t
"""
SMALL_WORDS = frozenset(_SMALL.split())


def words(text: str) -> list[str]:
    """The stems of a text's words: `disks are filling up` → disk, are, fill, up. Cut it before: all of it is read."""
    return [stem for _, stem in _read(text)]


def surface(text: str) -> dict[str, str]:
    """Stem → the first word of the text that has it."""
    found: dict[str, str] = {}
    for word, stem in _read(text):
        found.setdefault(stem, word)
    return found


def _read(text: str) -> Iterator[tuple[str, str]]:
    """Each word in small letters, and its stem."""
    if not text.isascii():
        text = "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))
    plain = _PLURAL.sub(r"\1", _ADDRESS.sub(" ", text))
    found = [word[:_LONGEST].lower() for word in _WORD.findall(plain)]
    stems = [stem(word) for word in found]
    place = 0
    while place < len(stems):
        size, joined = _joined(stems, place)
        if joined:
            written = " ".join(found[place : place + size])
            yield from ((written, each) for each in joined)
        else:
            yield found[place], stems[place]
        place += size


def _joined(stems: list[str], place: int) -> tuple[int, tuple[str, ...]]:
    """How many stems from here are one thing, and that thing; nothing when they are just a word."""
    if stems[place] in _BEGIN:
        for size in (3, 2, 1):
            joined = _JOINED.get(tuple(stems[place : place + size]))
            if joined:
                return size, joined
    return 1, ()


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """A word without its ending, so that `fails`, `failed` and `failing` are one."""
    if word in _WHOLE or not word.isalpha():
        return word
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST and not word.endswith(("ss", "is", "us")):
            word = word[: -len(ending)] + ("y" if ending in ("ies", "ied") else "")
            break
    if len(word) > _SHORTEST + 1 and word[-1] == "e":
        return word[:-1]
    if len(word) > _SHORTEST and word[-1] == word[-2] and word[-1] not in "aeiousl":
        return word[:-1]
    return word
