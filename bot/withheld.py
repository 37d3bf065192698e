"""What is kept back of outside texts: what nobody sees, and secrets, known ones and what looks like one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from bot.runbooks.masking import MARK, Mask
from bot.tokens import without_tokens

_LOOKED_AT = 6000  # characters: more of one text is not even read
_SHORTEST = 6  # characters of a secret: what is shorter would be hidden everywhere
_WORD = 200  # characters that the longest word may have which a cut must not go through
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn"}
_VARIATIONS = frozenset((*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)))  # can carry a hidden text
_BREAKS = frozenset("\n\r\t\v\f\x85\u2028\u2029")

# Every repetition is bounded or ends where its beginning cannot begin again, so that no text makes the search slow.
_SHAPES = tuple(
    re.compile(shape)
    for shape in (
        r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----.{0,6000}?(?:-----END [A-Z ]{0,40}-----|$)",
        r"\b(?:AKIA|ASIA)[0-9A-Z]{12,}",
        r"\b(?:gh[pousr]|gsk|glpat|github_pat|sk|pk|rk|hf|npm|dop_v1|shpat)[_-][A-Za-z0-9_-]{16,}",
        r"\bAIza[0-9A-Za-z_-]{20,}",
        r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.?[A-Za-z0-9_-]*",
        r"(?<=hooks\.slack\.com/)(?:services|workflows|triggers)/[A-Za-z0-9/_-]+",
        r"(?<=://)[^\s/@]{1,200}(?=@)",
        r"(?i)(?<=\b(?:bearer) )[A-Za-z0-9._~+/=-]{16,}",
    )
)
_NAME = (
    r"[\w.-]{0,40}(?:passw(?:or)?d|passphrase|pwd|senha|secret|token|(?:api|access|private)[_-]?key|credential)"
    r"[\w.-]{0,40}"
)
_SECRET_NAME = re.compile(rf"(?i){_NAME}|authorization|cookie")
_IS = r"[\"']?\s{0,3}[:=]\s{0,3}"
_VALUE = r"(?:\"[^\"]{1,500}\"?|'[^']{1,500}'?|[^\s\"',;&]+)"
_ASSIGNED = (
    re.compile(rf"(?i)(\bauthorization{_IS}[\"']?(?:basic |bearer |token )?){_VALUE}"),
    re.compile(rf"(?i)({_NAME}{_IS}){_VALUE}"),
)


def is_secret_name(name: str) -> bool:
    """Does what is kept under such a name stay between those who share it?"""
    return _SECRET_NAME.fullmatch(name) is not None


def secret_values(environ: Mapping[str, str]) -> list[bytes]:
    """The values of those variables whose names say that they are secret."""
    values = (value for name, value in environ.items() if is_secret_name(name) and len(value) >= _SHORTEST)
    return [value.encode("utf-8", "surrogateescape") for value in values]


def seen(text: str, most: int, mask: Mask) -> str:
    """The text as a model may see it: one line, only what people see too, secrets marked, at most `most` characters."""
    looked_at = min(_LOOKED_AT, most * 4)
    masked = mask.hide_in_text(_visible(_head(text, looked_at)))
    # Compatible forms are made one, so that no look-alike of a bracket or a letter says what we do not see.
    plain = _visible(_head(unicodedata.normalize("NFKC", masked), looked_at))
    hidden = mask.hide_in_text(" ".join(plain.split()))
    for shape in _SHAPES:
        hidden = shape.sub(MARK, hidden)
    for shape in _ASSIGNED:
        hidden = shape.sub(rf"\1{MARK}", hidden)
    hidden = without_tokens(hidden)
    return hidden if len(hidden) <= most else hidden[: most - 1] + "…"


def _head(text: str, most: int) -> str:
    """Not cut within a word, which could be a secret that half of it no longer looks like."""
    if len(text) <= most:
        return text
    head = text[:most]
    end = max(head.rfind(each) for each in " \n\t")
    return head[: max(end, most - _WORD)]


def _visible(text: str) -> str:
    shown = (" " if char in _BREAKS else char for char in text)
    return "".join(char for char in shown if unicodedata.category(char) not in _UNSEEN and ord(char) not in _VARIATIONS)
