"""What a process printed: its first and last 16 KiB, the rest counted, and made safe to show."""

from __future__ import annotations

import re
import unicodedata
from collections import deque

from bot.tokens import without_tokens

KEPT = 16 * 1024


class HeadAndTail:
    """Takes any amount of bytes and holds at most `2 * kept` of them, and a chunk."""

    def __init__(self, kept: int = KEPT) -> None:
        self._kept = kept
        self._head = bytearray()
        self._tail: deque[bytes] = deque()
        self._tail_size = 0
        self._dropped = 0

    def write(self, chunk: bytes) -> None:
        room = self._kept - len(self._head)
        if room > 0:
            self._head += chunk[:room]
            chunk = chunk[room:]
        if not chunk:
            return
        if len(chunk) > self._kept:
            self._dropped += len(chunk) - self._kept
            chunk = chunk[-self._kept :]
        self._tail.append(chunk)
        self._tail_size += len(chunk)
        # Whole chunks go first, so that a writer of many small ones costs no copying.
        while self._tail_size - len(self._tail[0]) >= self._kept:
            gone = self._tail.popleft()
            self._tail_size -= len(gone)
            self._dropped += len(gone)

    def text(self) -> str:
        """What people see."""
        tail = b"".join(self._tail)
        over = max(len(tail) - self._kept, 0)
        dropped = self._dropped + over
        if not dropped:
            return shown(bytes(self._head) + tail)
        return f"{shown(bytes(self._head))}\n… {dropped:,} bytes left out …\n{shown(tail[over:])}"


# What a terminal would do something with: colours, cursor movements, titles.
_ESCAPES = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"
    r"|\x1b[\]PX^_][^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"
    r"|\x1b[ -/]*[0-~]?"
)


def shown(raw: bytes) -> str:
    """Bytes as text that can be shown: escape sequences and control, bidi and invisible characters are gone."""
    text = _ESCAPES.sub("", raw.decode("utf-8", "replace"))
    # A progress bar writes over its own line; its last state is what a terminal would show.
    text = re.sub(r"[^\n]*\r(?!\n|$)", "", text.replace("\r\n", "\n")).replace("\r", "")
    seen = "".join(char for char in text if char in "\n\t" or unicodedata.category(char) not in _UNSEEN)
    return without_tokens(seen)


_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
