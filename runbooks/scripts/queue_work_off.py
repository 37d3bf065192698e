#!/usr/bin/env python3
"""Works a retry queue off, the oldest first: each item is POSTed to the target and leaves the queue when it was taken.

RUNBOOK_QUEUE     the absolute path of a directory with one file per item, worked off by name, or redis:NAME for a list,
                  worked off from its head; RUNBOOK_HOST, RUNBOOK_PORT: where that Redis is
RUNBOOK_TARGET    where the items go; RUNBOOK_API_KEY, where it is set, goes along as a bearer token
RUNBOOK_MOST      how many at most
RUNBOOK_PAUSE_MS  how long to wait between two of them

An item that the target finds wrong (a 4xx that another try will not mend) goes to `refused`, so that it does not block
the rest. When the target is down, limits us, refuses the key or leads elsewhere, the work stops and the order is kept.
Each item carries an Idempotency-Key: one that is sent twice, because an answer was lost, can be told by it.
"""

import hashlib
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

# Not the item's fault: the key, time, a limit.
PASSING = (401, 403, 408, 425, 429)

# Takes the head only if it is still what was sent: another worker may have been there.
TAKE = """
local head = redis.call('LINDEX', KEYS[1], 0)
if not head or redis.sha1hex(head) ~= ARGV[1] then return 0 end
redis.call('LPOP', KEYS[1])
if KEYS[2] then redis.call('RPUSH', KEYS[2], head) end
return 1
"""


class Stay(urllib.request.HTTPRedirectHandler):
    """A redirect is not followed: it would carry our key elsewhere, and turn the POST into a GET that takes nothing."""

    def redirect_request(self, *_: object) -> None:
        return None


OPEN = urllib.request.build_opener(Stay).open


class Directory:
    def __init__(self, path: str) -> None:
        self.path = Path(path)
        self.first = self.path

    def items(self) -> list[Path]:
        return sorted(file for file in self.path.iterdir() if file.is_file() and not file.name.startswith("."))

    def size(self) -> int:
        return len(self.items())

    def head(self) -> tuple[str, bytes] | None:
        waiting = self.items()
        if not waiting:
            return None
        self.first = waiting[0]
        return self.first.name, self.first.read_bytes()

    def take(self) -> None:
        self.first.unlink()

    def refuse(self) -> None:
        refused = self.path / "refused"
        refused.mkdir(exist_ok=True)
        self.first.rename(refused / self.first.name)


class RedisList:
    def __init__(self, name: str) -> None:
        self.name = name
        self.sha1 = ""

    def size(self) -> int:
        return int(self._call("LLEN", self.name))

    def head(self) -> tuple[str, bytes] | None:
        if not self.size():
            return None
        body = self._call("LINDEX", self.name, "0")
        self.sha1 = hashlib.sha1(body, usedforsecurity=False).hexdigest()
        return hashlib.sha256(body).hexdigest(), body

    def take(self) -> None:
        self._remove("1", self.name)

    def refuse(self) -> None:
        self._remove("2", self.name, f"{self.name}:refused")

    def _remove(self, *keys: str) -> None:
        if self._call("EVAL", TAKE, *keys, self.sha1) != b"1":
            sys.exit("the head of the list changed meanwhile: another worker is at it. Let that one do it.")

    def _call(self, *words: str) -> bytes:
        where = ["-h", os.environ["RUNBOOK_HOST"], "-p", os.environ["RUNBOOK_PORT"]]
        asked = subprocess.run(["redis-cli", *where, *words], capture_output=True, check=False)
        said = asked.stdout.removesuffix(b"\n")
        if asked.returncode != 0 or said.startswith((b"ERR ", b"WRONGTYPE ", b"NOAUTH ")):
            sys.exit(f"no answer from Redis: {(asked.stderr or said).decode(errors='replace').strip()}")
        return said


def send(key: str, body: bytes) -> int:
    """The status that the target answered with; 0 when it did not answer."""
    request = urllib.request.Request(os.environ["RUNBOOK_TARGET"], data=body, method="POST")
    request.add_header("Content-Type", "application/json")
    request.add_header("Idempotency-Key", key)
    if token := os.environ.get("RUNBOOK_API_KEY"):
        if not (token.isascii() and token.isprintable()):
            sys.exit(
                "our key holds characters that no header takes; look at it where the bot reads it. Nothing was sent."
            )
        request.add_header("Authorization", f"Bearer {token}")
    try:
        with OPEN(request, timeout=20) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as wrong:
        return wrong.code
    except OSError as wrong:
        print(f"no answer: {getattr(wrong, 'reason', wrong)}")
        return 0


def main() -> None:
    where, most = os.environ["RUNBOOK_QUEUE"], int(os.environ["RUNBOOK_MOST"])
    pause = int(os.environ["RUNBOOK_PAUSE_MS"]) / 1000
    queue = RedisList(where.removeprefix("redis:")) if where.startswith("redis:") else Directory(where)
    before, sent, refused, stopped = queue.size(), 0, 0, ""
    while sent + refused < most and (item := queue.head()):
        status = send(*item)
        if 200 <= status < 300:
            queue.take()
            sent += 1
        elif 400 <= status < 500 and status not in PASSING:
            queue.refuse()
            refused += 1
            print(f"{item[0]} was answered with {status}, and is set aside")
        else:
            stopped = f"the target answered {status} to {item[0]}" if status else f"the target did not take {item[0]}"
            if 300 <= status < 400:
                stopped += ", which leads elsewhere: it is a login page, or the address was changed"
            break
        time.sleep(pause)
    print(f"before {before}, sent {sent}, set aside {refused}, after {queue.size()}")
    if stopped:
        sys.exit(f"stopped: {stopped}. It and all behind it are still there, in order. Look at the target first.")


if __name__ == "__main__":
    try:
        main()
    except OSError as wrong:
        sys.exit(f"{wrong.filename}: {wrong.strerror}. Give the right path as `queue`, one that the bot may write.")
