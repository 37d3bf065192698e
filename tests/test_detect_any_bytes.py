"""Whatever is in a file, `detect` reads it to its end, in little memory, and says something that can be printed."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.detect.blocks import LONGEST_LINE, _whole_lines
from bot.detect.command import detect
from bot.detect.scan import Scan

ROOT = Path(__file__).parent.parent
NOW = datetime(2026, 11, 21, 18, tzinfo=UTC)
WELL = b"2026-11-21 14:02:11 INFO order 7 placed by customer 77, and told to the warehouse\n"
BAD = b"2026-11-21 14:02:11 ERROR order 7 cannot be read\n"
MEGABYTE = 1024 * 1024
NOBODY = "http://127.0.0.1:9"  # where nothing answers

WORDS = rb"""ERROR | {|{"level":"|"time":|failed password|payment |[|"|timed out|2026-11-21T14:02:11|9999-99-99 99:99:99
refused|postgres|out of memory|1e999|=|:"""
PIECES = st.sampled_from([*WORDS.split(b"|"), b"\r", b"\x00", b"\xff\xfe"])


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.lists(PIECES | st.binary(max_size=20), max_size=60).map(b"".join))
def test_any_bytes_can_be_looked_at(tmp_path: Path, data: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    """Binary junk is no crash, and what is printed is JSON."""
    path = tmp_path / "junk"
    path.write_bytes(data * 5)
    assert detect([str(path)], service=None, environ={}, now=lambda: NOW) in {0, 2}
    for line in capsys.readouterr().out.splitlines():
        assert json.loads(line)["status"] == "firing"


@settings(max_examples=100, deadline=None)
@given(
    lines=st.lists(st.sampled_from([WELL, BAD, b"\tat shop.Orders.read\n", b"Error: no\n", b"\n"]), max_size=80),
    cuts=st.lists(st.integers(1, 200), min_size=1, max_size=20),
)
def test_what_is_found_does_not_depend_on_how_the_log_arrives(lines: list[bytes], cuts: list[int]) -> None:
    """From a pipe it comes in pieces of any size."""
    data = b"".join(lines)

    def pieces() -> Iterator[bytes]:
        at = turn = 0
        while at < len(data):
            size = cuts[turn % len(cuts)]
            yield data[at : at + size]
            at, turn = at + size, turn + 1

    joined = b"".join(_whole_lines(pieces()))
    assert joined == data


def _found(data: bytes) -> list[tuple[str, int]]:
    scan = Scan(NOW)
    for block in _whole_lines(iter([data])):
        scan.feed(block)
    return [(each.rule.name, each.count) for each in scan.found()]


def test_a_very_long_line_is_looked_at_in_its_first_part() -> None:
    """And the lines after it are numbered and read as ever."""
    long = b"ERROR " + b"x" * (3 * LONGEST_LINE) + b" out of memory\n"
    assert _found(long * 3 + BAD * 10) == [("HighErrorRate", 13)]


def run(pieces: Iterator[bytes]) -> tuple[int, str, int]:
    """`detect -` in a process of its own, fed by a pipe: exit status, what it said, and the most memory that it held in
    megabytes. It collects for a language model, which nobody answers for."""
    measured = (
        "import resource, sys, app\nsys.argv[1:] = ['detect', '--llm', 'ollama', '-']\n"
        "try: status = app.run()\n"
        "except SystemExit as ended: status = ended.code\n"
        "sys.stdout.flush(); print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, file=sys.stderr);"
        "sys.exit(status)"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", measured],
        cwd=ROOT,
        env=os.environ | {"OLLAMA_HOST": NOBODY},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdin is not None
    for piece in pieces:
        process.stdin.write(piece)
    out, err = process.communicate()
    return process.returncode, out.decode(), int(err.splitlines()[-1])


def repeated(piece: bytes, megabytes: int) -> Iterator[bytes]:
    for _ in range(megabytes):
        yield piece * (MEGABYTE // len(piece))


def all_different() -> Iterator[bytes]:
    """Errors of which no two look alike, of any length."""
    for name in map("".join, itertools.product("abcdefghij", repeat=4)):
        yield BAD.replace(b"order", name.encode()).replace(b"\n", name.encode() * 1000 + b"\n")


def test_a_large_log_is_read_in_constant_memory() -> None:
    """Ten times as much of it needs no more: neither lines, nor one line without an end, nor many that count."""
    status, _, little = run(repeated(WELL, 4))
    assert status == 0
    for large in (repeated(WELL, 40), repeated(b"x", 200), repeated(b"\x00", 200), repeated(BAD, 4), all_different()):
        status, _, much = run(large)
        assert (status, much < little + 12) == (0, True)


def test_trouble_is_found_in_a_large_log() -> None:
    """Also where it stands at the very end."""

    def pieces() -> Iterator[bytes]:
        yield from repeated(WELL, 20)
        yield BAD * 20

    status, out, _ = run(pieces())
    assert (status, json.loads(out)["name"]) == (0, "HighErrorRate")
