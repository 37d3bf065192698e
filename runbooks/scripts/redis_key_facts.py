#!/usr/bin/env python3
"""One key of a Redis server: whether it is there, its type, size and expiry. Reads only. One program, two names.

REDIS_HOST, REDIS_PORT, RUNBOOK_DATABASE: where. RUNBOOK_KEY: the key's whole name. redis-cli takes the password from
REDISCLI_AUTH. redis_key_facts shows nothing of the value; redis_key_value shows how it begins.
Ends with 0, or with 3 when there is no such key.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

MEMBERS, CHARACTERS = 5, 200
# What is shown goes to a channel, so keys, passwords, cards and addresses are cut out.
HIDDEN = [
    (re.compile(r"://[^/@\s]+@"), "://…@"),
    (re.compile(r'\b(bearer|basic) +[^\s"]+', re.IGNORECASE), r"\1 …"),
    (
        re.compile(
            r"""((?:password|passwd|pwd|secret|token|api[_-]?key|cookie)["']?\s*[:=]\s*)["']?[^\s,;"']+""",
            re.IGNORECASE,
        ),
        r"\1…",
    ),
    (re.compile(r"[\w.%+-]+@[\w.-]+\.[A-Za-z]{2,}"), "…"),
    (re.compile(r"(\d[ -]?){12,18}\d"), "…"),
]

# All in one, so that it is of one moment. Of a member that is large only the beginning leaves the server.
LOOK = """
local key, members, longest = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2])
local kind = redis.call('TYPE', key).ok
if kind == 'none' then return {kind} end
local count = {string = 'STRLEN', list = 'LLEN', hash = 'HLEN', set = 'SCARD', zset = 'ZCARD', stream = 'XLEN'}
local length = count[kind] and redis.call(count[kind], key) or -1
local size = redis.call('MEMORY', 'USAGE', key) or 0
local said = {kind, tostring(redis.call('PTTL', key)), tostring(size), tostring(length)}
local function add(value) said[#said + 1] = string.sub(value, 1, longest) end
if members == 0 then return said end
if kind == 'string' then add(redis.call('GETRANGE', key, 0, longest - 1)) end
if kind == 'list' then for _, each in ipairs(redis.call('LRANGE', key, 0, members - 1)) do add(each) end end
if kind == 'zset' then
  local found = redis.call('ZRANGE', key, 0, members - 1, 'WITHSCORES')
  for at = 1, #found, 2 do add(found[at + 1] .. '  ' .. found[at]) end
end
if kind == 'set' then
  for at, each in ipairs(redis.call('SSCAN', key, '0', 'COUNT', members)[2]) do if at <= members then add(each) end end
end
if kind == 'hash' then
  local found = redis.call('HSCAN', key, '0', 'COUNT', members)[2]
  for at = 1, math.min(#found, 2 * members), 2 do add(found[at] .. ' = ' .. string.sub(found[at + 1], 1, longest)) end
end
return said
"""
LENGTHS = {"string": "bytes", "list": "entries", "hash": "fields", "set": "members", "zset": "members"}


def main() -> int:
    key, values = os.environ["RUNBOOK_KEY"], Path(sys.argv[0]).stem == "redis_key_value"
    # `longest` is one more than what is shown, in bytes of up to four a character, to tell what was cut.
    found = redis(str(MEMBERS if values else 0), str(4 * CHARACTERS + 1), key)
    kind = found[0].decode()
    if kind == "none":
        print(f"{key} is not there")
        return 3
    ends, size, length = (int(word) for word in found[1:4])
    print(f"{key}: {kind}" + (f" of {length} {LENGTHS.get(kind, 'entries')}" if length >= 0 else ""))
    print(f"memory     {size / 1024:.1f} KiB")
    print("expires    never" if ends < 0 else f"expires    in {ends / 1000:.0f} s")
    if values:
        print("value      begins")
        for each in found[4:]:
            print(f"  {shown(each)}")
        if kind not in ("string", *LENGTHS):
            print("  (of this type nothing is shown)")
        elif kind != "string" and length > MEMBERS:
            print(f"  … {length - len(found[4:])} more")
    return 0


def shown(value: bytes) -> str:
    """On one line, of what can be printed; the rest as \\x00."""
    text = value.decode(errors="backslashreplace")
    for pattern, instead in HIDDEN:
        text = pattern.sub(instead, text)
    text = "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)
    return f"{text[:CHARACTERS]} …" if len(text) > CHARACTERS else text


def redis(members: str, longest: str, key: str) -> list[bytes]:
    where = ["-h", os.environ.get("REDIS_HOST") or "127.0.0.1", "-p", os.environ.get("REDIS_PORT") or "6379"]
    # --no-raw writes each value on one line in quotes, and with its bytes escaped.
    argv = [
        "redis-cli",
        *where,
        "-n",
        os.environ["RUNBOOK_DATABASE"],
        "--no-raw",
        "EVAL",
        LOOK,
        "1",
        key,
        members,
        longest,
    ]
    asked = subprocess.run(argv, capture_output=True, text=True, errors="replace", check=False)
    said = asked.stdout.strip()
    if asked.returncode != 0 or not said:
        sys.exit(f"no answer from Redis: {asked.stderr.strip() or said}. Use the runbook cache-down.")
    if "(error)" in said.splitlines()[0]:
        sys.exit(
            f"Redis refused: {said.splitlines()[0]}. Its password belongs in REDISCLI_AUTH of the bot's environment; "
            "what its user may do is for the cache's owner to say."
        )
    return [unquoted(line.partition(") ")[2]) for line in said.splitlines()]


def unquoted(text: str) -> bytes:
    """What redis-cli has put into quotes."""
    inside = text.strip()[1:-1]
    return inside.encode("latin-1", "replace").decode("unicode_escape").encode("latin-1")


if __name__ == "__main__":
    sys.exit(main())
