"""Any log as blocks of whole lines, in constant memory: packed or not, in UTF-8 or UTF-16, with lines of any length."""

from __future__ import annotations

import bz2
import codecs
import gzip
import io
import lzma
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import IO, cast

from bot.errors import InputError

STDIN = "-"
LONGEST_LINE = 64 * 1024  # bytes; what stands after them in a line is not looked at
_BLOCK = 1024 * 1024

# A file is known by its first bytes, not by its name: rotated logs are called anything.
_PACKED: dict[bytes, Callable[[IO[bytes]], IO[bytes]]] = {
    b"\x1f\x8b": lambda file: cast(IO[bytes], gzip.GzipFile(fileobj=file)),
    b"BZh": lambda file: cast(IO[bytes], bz2.BZ2File(file)),
    b"\xfd7zXZ\x00": lambda file: cast(IO[bytes], lzma.LZMAFile(file)),  # noqa: SIM115 - closed by who opened it
}
_BROKEN = (EOFError, zlib.error, lzma.LZMAError, gzip.BadGzipFile)


def blocks(name: str) -> Iterator[bytes]:
    """The file's text, or standard input's for `-`; each block ends with a line end, and none stands within one.

    Raises InputError for a file that cannot be read, also in the middle of it.
    """
    try:
        with _opened(name) as file:
            yield from _whole_lines(_in_utf8(file))
    except _BROKEN as broken:
        raise InputError(f"{name}: its compression is broken or its end is missing ({broken})") from broken
    except OSError as wrong:
        raise InputError(f"{name} cannot be read: {wrong.strerror or wrong}") from wrong


@contextmanager
def _opened(name: str) -> Iterator[IO[bytes]]:
    with nullcontext(cast(io.BufferedReader, sys.stdin.buffer)) if name == STDIN else Path(name).open("rb") as plain:
        start = plain.peek(8)
        packed = next((opener for magic, opener in _PACKED.items() if start.startswith(magic)), None)
        if packed is None:
            yield plain
        else:
            with packed(plain) as unpacked:
                yield unpacked


def _in_utf8(file: IO[bytes]) -> Iterator[bytes]:
    """What is read of it; UTF-16, which Windows writes, as UTF-8. Other encodings stay as they are."""
    first = file.read(_BLOCK)
    encoding = _wide(first)
    if encoding is None:
        while first:
            yield first
            first = file.read(_BLOCK)
        return
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    while first:
        yield decoder.decode(first).encode("utf-8", "replace")
        first = file.read(_BLOCK)


def _wide(start: bytes) -> str | None:
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    sample = start[:4096]
    pairs = len(sample) // 2
    # Without a mark: every other byte of Latin text is nought, and the others are not.
    odd, even = sample[1::2].count(0), sample[0::2].count(0)
    if pairs > 8 and max(odd, even) > 0.7 * pairs and min(odd, even) < 0.1 * pairs:
        return "utf-16-le" if odd > even else "utf-16-be"
    return None


def _whole_lines(chunks: Iterator[bytes]) -> Iterator[bytes]:
    rest = b""
    skipping = False  # the rest of a line that was too long
    for chunk in chunks:
        if b"\r" in chunk:  # an empty line more does no harm
            chunk = chunk.replace(b"\r", b"\n")
        if skipping:
            end = chunk.find(b"\n")
            if end < 0:
                continue
            chunk, skipping = chunk[end + 1 :], False
        data = rest + chunk
        cut = data.rfind(b"\n") + 1
        if cut:
            yield data[:cut]
        rest = data[cut:]
        if len(rest) > LONGEST_LINE:
            yield rest[:LONGEST_LINE] + b"\n"
            rest, skipping = b"", True
    if rest:
        yield rest + b"\n"
