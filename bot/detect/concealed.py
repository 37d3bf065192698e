"""A line of a log as it may be shown: without what looks like a secret or what a terminal would act on. Pure.

Nobody knows the secrets of other programs, so they are told by how they are usually written. What the bot's own
environment holds is known, and is hidden in every form that it is usually written in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from bot.runbooks.masking import MARK, Mask
from bot.runbooks.output import shown

_NAMED = re.compile(r"password|passwd|secret|token|api_?key|credential|private_?key", re.IGNORECASE)
_SHORTEST = 6  # characters: what is shorter would be hidden everywhere

# password=…, "api_key": "…", Authorization: Bearer …, --token …
_ASSIGNED = re.compile(
    r"""(?P<before>\b[\w.-]{0,40}(?:passw(?:or)?d|pwd|passphrase|secret|token|api[_-]?key|access[_-]?key|authorization|cookie|credentials?|senha)
        [\w.-]{0,20}\\?["']?\s{0,3}(?:=|:(?!:)|=>)\s{0,3})
        (?:(?:bearer|basic|digest|negotiate|token)\s+)?
        (?:\\?"[^"]*"?|'[^']*'?|[^\s,;&"'}\])]+)""",
    re.IGNORECASE | re.VERBOSE,
)
_BEARER = re.compile(r"(?P<before>\b(?:bearer|basic)\s+)[A-Za-z0-9._~+/=-]{8,}", re.IGNORECASE)
_IN_ADDRESS = re.compile(r"(?P<before>://[^\s/:@]{0,100}:)[^\s/@]{1,200}(?=@)")
# Tokens that one knows by how they begin: GitHub, AWS, Stripe and OpenAI, Google, GitLab, JSON web tokens, keys in PEM
_KNOWN = re.compile(
    r"\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|A(?:KIA|SIA)[A-Z0-9]{16}|(?:sk|pk|rk)[-_][A-Za-z0-9_-]{16,}"
    r"|AIza[\w-]{30,}|glpat-[\w-]{16,}|eyJ[\w-]{8,}\.[\w-]{4,}(?:\.[\w-]*)?)"
    r"|-----BEGIN[A-Z ]*PRIVATE KEY-----.*"
)
_CARD = re.compile(r"(?<![\w.-])\d(?:[ -]?\d){12,18}(?![\w-])")


def known_secrets(environ: Mapping[str, str]) -> Mask:
    """The values of those variables whose names say that they are secret."""
    return Mask(
        value.encode("utf-8", "surrogateescape")
        for name, value in environ.items()
        if _NAMED.search(name) and len(value) >= _SHORTEST
    )


def without_secrets(text: str) -> str:
    """Each of them as a mark."""
    for pattern in (_ASSIGNED, _BEARER, _IN_ADDRESS):
        text = pattern.sub(lambda found: found["before"] + MARK, text)
    text = _KNOWN.sub(MARK, text)
    return _CARD.sub(lambda found: MARK if _is_card(found[0]) else found[0], text)


def concealed(line: bytes, known: Mask, limit: int = 300) -> str:
    """At most `limit` characters of the line, in one line."""
    text = without_secrets(known.hide_in_text(shown(known.hide(line))))
    told = " ".join(text.split())
    return told if len(told) <= limit else told[: limit - 1] + "…"


def _is_card(number: str) -> bool:
    """By its check digit (ISO/IEC 7812): times and order numbers rarely have it."""
    digits = [int(char) for char in number if char.isdigit()]
    return _luhn(digits) % 10 == 0


def _luhn(digits: Iterable[int]) -> int:
    doubled = (digit * (1 + at % 2) for at, digit in enumerate(reversed(list(digits))))
    return sum(digit - 9 * (digit > 9) for digit in doubled)
