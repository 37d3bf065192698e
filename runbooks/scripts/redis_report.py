#!/usr/bin/env python3
"""What a Redis server says about itself: memory, hit rate, clients, replication, slow commands, big keys. Reads only.

REDIS_HOST, REDIS_PORT: where it listens. RUNBOOK_SAMPLE: how many keys are measured. redis-cli takes the password
from REDISCLI_AUTH.
"""

import os
import subprocess
import sys

HIT_RATE = 60.0  # per cent; below it the cache saves less than it should

# Only the command and its key: the rest may be secrets or personal data.
SLOW = """
local lines = {}
for _, entry in ipairs(redis.call('SLOWLOG', 'GET', 5)) do
  local words = (entry[4][1] or '') .. ' ' .. (entry[4][2] or '')
  lines[#lines + 1] = string.format('%10.1f ms  %s', entry[3] / 1000, string.sub(string.gsub(words, '%c', ' '), 1, 80))
end
return lines
"""
BIG = """
local keys = redis.call('SCAN', '0', 'COUNT', ARGV[1])[2]
local sizes = {}
for _, key in ipairs(keys) do sizes[#sizes + 1] = {redis.call('MEMORY', 'USAGE', key) or 0, key} end
table.sort(sizes, function(a, b) return a[1] > b[1] end)
local lines = {}
for at = 1, math.min(5, #sizes) do
  local name = string.sub(string.gsub(sizes[at][2], '%c', ' '), 1, 80)
  lines[at] = string.format('%10.1f KB  %s', sizes[at][1] / 1024, name)
end
lines[#lines + 1] = string.format('%13s  the largest of %d looked at', '', #keys)
return lines
"""


def main() -> None:
    facts = dict(line.strip().split(":", 1) for line in redis("INFO").splitlines() if ":" in line)
    describe(facts)
    print("slow log   the latest")
    print(redis("EVAL", SLOW, "0").rstrip())
    print("big keys")
    print(redis("EVAL", BIG, "0", os.environ["RUNBOOK_SAMPLE"]).rstrip())


def describe(facts: dict[str, str]) -> None:
    def number(name: str) -> int:
        return int(facts.get(name) or 0)

    limit = number("maxmemory")
    share = f" of {size(limit)} ({100 * number('used_memory') / limit:.0f} %)" if limit else ", no limit set"
    print(f"up         {number('uptime_in_seconds')} s, Redis {facts.get('redis_version', '?')}")
    print(f"memory     {size(number('used_memory'))}{share}, policy {facts.get('maxmemory_policy', '?')}")
    ratio = float(facts.get("mem_fragmentation_ratio") or 0)
    # A small heap always looks fragmented; only a large one costs something.
    if ratio > 1.5 and number("used_memory_rss") > 256 * 1024**2:
        print(f"           fragmentation {ratio:.2f}, above 1.5: memory is wasted")
    print(f"evicted    {number('evicted_keys')} keys, expired {number('expired_keys')}")
    hits, misses = number("keyspace_hits"), number("keyspace_misses")
    if hits + misses:
        rate = 100 * hits / (hits + misses)
        low = f", LOW: under {HIT_RATE:.0f} %" if rate < HIT_RATE else ""
        print(f"hit rate   {rate:.1f} % of {hits + misses} reads since the start{low}")
    else:
        print("hit rate   nothing was read yet")
    print(
        f"clients    {number('connected_clients')} of {facts.get('maxclients', '?')},"
        f" {number('blocked_clients')} blocked, {number('rejected_connections')} rejected so far"
    )
    print(f"commands   {number('instantaneous_ops_per_sec')} a second")
    link = f", link to the primary {facts['master_link_status']}" if "master_link_status" in facts else ""
    print(f"role       {facts.get('role', '?')}, {number('connected_slaves')} replicas{link}")
    print(
        f"last save  {facts.get('rdb_last_bgsave_status', '?')}, append log {facts.get('aof_last_write_status', '?')}"
    )
    for name in sorted(name for name in facts if name.startswith("db") and name[2:].isdigit()):
        print(f"{name:<10} {facts[name]}")


def size(number: int) -> str:
    return f"{number / 1024**2:.1f} MB" if number >= 1024**2 else f"{number / 1024:.1f} KB"


def redis(*words: str) -> str:
    where = ["-h", os.environ.get("REDIS_HOST") or "127.0.0.1", "-p", os.environ.get("REDIS_PORT") or "6379"]
    asked = subprocess.run(["redis-cli", *where, *words], capture_output=True, text=True, errors="replace", check=False)
    said = asked.stdout.strip()
    if asked.returncode != 0:
        sys.exit(f"no answer from Redis: {asked.stderr.strip() or said}. Use the runbook cache-down.")
    if said.startswith(("NOAUTH", "WRONGPASS", "NOPERM", "ERR ", "LOADING", "(error)")):
        sys.exit(
            f"Redis refused: {said.splitlines()[0]}. Its password belongs in REDISCLI_AUTH of the bot's environment."
        )
    return asked.stdout


if __name__ == "__main__":
    main()
