#!/usr/bin/env python3
"""Removes the keys that fit a pattern, with SCAN and UNLINK, a batch at a time, so that the server goes on answering.

REDIS_HOST, REDIS_PORT, RUNBOOK_DATABASE: which. RUNBOOK_PATTERN: a glob, as in SCAN MATCH. RUNBOOK_MOST: when more
keys fit, none is removed, and the exit status is 1. REDISCLI_AUTH: the password.
"""

import os
import socket
import sys
import time
from collections.abc import Iterator
from typing import Any

BATCH = 500
PAUSE = 0.01  # seconds between two batches, for everyone else's commands


def main() -> None:
    redis = Redis(os.environ.get("REDIS_HOST") or "127.0.0.1", int(os.environ.get("REDIS_PORT") or 6379))
    if password := os.environ.get("REDISCLI_AUTH"):
        redis.call(b"AUTH", password.encode())
    redis.call(b"SELECT", os.environ["RUNBOOK_DATABASE"].encode())
    pattern, most = os.environ["RUNBOOK_PATTERN"].encode(), int(os.environ["RUNBOOK_MOST"])
    found = 0
    for keys in scan(redis, pattern):
        found += len(keys)
        if found > most:
            sys.exit(f"more than {most} keys fit; nothing was removed. Narrow the pattern, or raise `most`.")
    # What UNLINK answers is how many were still there: some expire meanwhile, and SCAN may name one twice.
    print(f"{sum(redis.call(b'UNLINK', *keys) for keys in scan(redis, pattern))} keys removed")


def scan(redis: "Redis", pattern: bytes) -> Iterator[list[bytes]]:
    cursor = None
    while cursor != b"0":
        cursor, keys = redis.call(b"SCAN", cursor or b"0", b"MATCH", pattern, b"COUNT", b"%d" % BATCH)
        for start in range(0, len(keys), BATCH):
            yield keys[start : start + BATCH]
        time.sleep(PAUSE)


class Redis:
    """A connection. redis-cli would do, but for keys that hold a line break: it would split them into other keys."""

    def __init__(self, host: str, port: int) -> None:
        self._stream = socket.create_connection((host, port), 5).makefile("rwb")

    def call(self, *words: bytes) -> Any:
        self._stream.write(b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in words))
        self._stream.flush()
        return self._reply()

    def _reply(self) -> Any:
        line = self._stream.readline()
        kind, rest = line[:1], line[1:-2]
        if kind == b":":
            return int(rest)
        if kind == b"$":
            return None if rest == b"-1" else self._stream.read(int(rest) + 2)[:-2]
        if kind == b"*":
            return [self._reply() for _ in range(int(rest))]
        if kind == b"+":
            return rest
        sys.exit(f"Redis refused: {rest.decode(errors='replace') or 'the connection ended early'}")


if __name__ == "__main__":
    try:
        main()
    except OSError as wrong:
        sys.exit(f"no answer from Redis: {wrong}. Use the runbook cache-down.")
