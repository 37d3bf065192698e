"""What a process printed: its first and last 16 KiB, the rest counted, without secrets, and made safe to show."""

from __future__ import annotations

import re
import unicodedata
from collections import deque

from bot.runbooks.masking import Mask
from bot.tokens import without_tokens

KEPT = 16 * 1024
_NO_SECRETS = Mask()


class HeadAndTail:
    """Takes any amount of bytes and shows the first and last `kept` of them, without the secrets.

    Only as much is held as is shown, besides what tells whether a secret reaches into it, and a chunk. So what is shown
    does not depend on how the output arrived, and costs nothing for what is left out.
    """

    def __init__(self, kept: int = KEPT, mask: Mask = _NO_SECRETS) -> None:
        self._kept = kept
        self._mask = mask
        self._held = kept + max(mask.longest - 1, 0)
        self._head = bytearray()
        self._tail: deque[bytes] = deque()
        self._tail_size = 0
        self._size = 0

    def write(self, chunk: bytes) -> None:
        self._size += len(chunk)
        room = self._held - len(self._head)
        if room > 0:
            self._head += chunk[:room]
            chunk = chunk[room:]
        if not chunk:
            return
        chunk = chunk[-self._held :]
        self._tail.append(chunk)
        self._tail_size += len(chunk)
        # Whole chunks go first, so that a writer of many small ones costs no copying.
        while self._tail_size - len(self._tail[0]) >= self._held:
            self._tail_size -= len(self._tail.popleft())

    def text(self) -> str:
        """What people see."""
        head, tail = bytes(self._head), b"".join(self._tail)
        dropped = self._size - 2 * self._kept
        if len(head) + len(tail) == self._size:
            head = tail = head + tail
        if dropped <= 0:
            return self._shown(self._mask.hide(head))
        first = self._mask.hide(head, 0, self._kept, whole=head is tail)
        last = self._mask.hide(tail, len(tail) - self._kept)
        return f"{self._shown(first)}\n… {dropped:,} bytes left out …\n{self._shown(last)}"

    def _shown(self, raw: bytes) -> str:
        # Once more: colours may have stood in the middle of a secret.
        return self._mask.hide_in_text(shown(raw))


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
