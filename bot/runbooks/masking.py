"""Secrets in what outside programs and systems say: found in the ways they are usually written, and hidden.

Hidden is every byte of a secret that stands there whole, as it is or
- percent-encoded, as in addresses and forms,
- escaped, as in JSON, in Python's messages, or in a shell's trace,
- in Base64, by itself or within something longer (a Basic header), also with the usual line breaks,
- and each line of a secret of several lines that has more than 3 characters, by itself.
At the very end of a text, where a killed program may have been cut off in the middle of a secret, its beginning is
hidden as well when that is at least half of it, or 8 bytes.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote, quote_plus

MARK = "[secret]"

_LINE = 4  # characters: a shorter line of a secret would hide half of every text
_BEGINNING = 8  # bytes
_WITHIN = 8  # characters of Base64 that a secret fills alone when it stands within something longer
_WRAPPED = (76, 64)  # where `base64` and `openssl` break lines
_SAFE = ("", "/", "!~*'()", "!~*'()/:?#[]@$&+,;=")  # what Python, JavaScript and curl leave as it is


class Mask:
    """Hides these secrets. An empty one is none."""

    def __init__(self, secrets: Iterable[bytes] = ()) -> None:
        forms = {form for secret in secrets for form in _forms(secret)}
        self._forms = sorted(forms, key=len, reverse=True)
        self.longest = len(self._forms[0]) if forms else 0

    def hide(self, data: bytes, start: int = 0, end: int | None = None, *, whole: bool = True) -> bytes:
        """`data[start:end]` with a mark for each stretch of secrets; what is around it tells what a secret is.

        `whole`: nothing comes after `data`, so that its end may be a secret's beginning.
        """
        if not self._forms:
            return data[start:end]
        shown = []
        at, end = start, len(data) if end is None else end
        for begin, over in _merged(self._found(data, whole)):
            if over <= start or begin >= end:
                continue
            shown += [data[at:begin], MARK.encode()]
            at = over
        return b"".join([*shown, data[at:end]])

    def hide_in_text(self, text: str) -> str:
        """The same for a text, in which marks may stand already."""
        if not self._forms:
            return text
        parts = (self.hide(part.encode("utf-8", "replace")).decode("utf-8", "replace") for part in text.split(MARK))
        return MARK.join(parts)

    def _found(self, data: bytes, whole: bool) -> Iterator[tuple[int, int]]:
        for form in self._forms:
            at = data.find(form)
            while at >= 0:
                yield at, at + len(form)
                at = data.find(form, at + 1)
        if whole:
            begun = max((_begun(form, data) for form in self._forms), default=0)
            if begun:
                yield len(data) - begun, len(data)


def _begun(form: bytes, data: bytes) -> int:
    """How many bytes of this secret stand at the end of the data, cut off there."""
    least = min(_BEGINNING, (len(form) + 1) // 2)
    return next((size for size in range(len(form) - 1, least - 1, -1) if data.endswith(form[:size])), 0)


def _merged(spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """In order, those that touch or overlap as one."""
    begin = end = -1
    for first, last in sorted(spans):
        if first > end:
            if end > 0:
                yield begin, end
            begin, end = first, last
        end = max(end, last)
    if end > 0:
        yield begin, end


def _forms(secret: bytes) -> set[bytes]:
    lines = [line.strip() for line in secret.splitlines()]
    pieces = {secret, secret.strip(), *(line for line in lines if len(line.decode("utf-8", "replace")) >= _LINE)}
    forms = {form for piece in pieces for form in (piece, *_escaped(piece), *_in_base64(piece))}
    return forms - {b""}


def _escaped(piece: bytes) -> Iterator[bytes]:
    text = piece.decode("utf-8", "surrogateescape")
    percent = [quote(piece, safe=safe) for safe in _SAFE] + [quote_plus(piece)]
    yield from (form.encode() for form in percent)
    yield from (re.sub("%..", lambda found: found[0].lower(), form).encode() for form in percent)
    strings = [json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1], repr(text)[1:-1]]
    strings += [form.replace("/", "\\/") for form in strings]
    strings += [re.sub("[<>&]", lambda found: f"\\u{ord(found[0]):04x}", form) for form in strings]
    strings += [re.sub(r"\\u....", lambda found: "\\u" + found[0][2:].upper(), form) for form in strings]
    strings += [text.replace("'", "'\\''"), text.replace("'", "'\"'\"'")]
    yield from (form.encode("utf-8", "surrogateescape") for form in strings)


def _in_base64(piece: bytes) -> Iterator[bytes]:
    forms = [base64.b64encode(piece)]
    forms.append(forms[0].rstrip(b"="))
    for width in _WRAPPED:
        lines = [forms[0][at : at + width] for at in range(0, len(forms[0]), width)]
        forms += [line for line in lines if len(line) >= _WITHIN]
    for before in range(3):
        encoded = base64.b64encode(bytes(before) + piece)
        filled = encoded[-(-before * 8 // 6) : (before + len(piece)) * 8 // 6]
        if len(filled) >= _WITHIN:
            forms.append(filled)
    yield from forms
    yield from (form.replace(b"+", b"-").replace(b"/", b"_") for form in forms)
