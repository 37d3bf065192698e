"""The runbook that reads one key of a cache, against a real Redis server."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.model import RunState, Verdict
from tests import real_redis
from tests.library import Performed, perform
from tests.real_redis import Redis

pytestmark = pytest.mark.ran("real", "read-cache-key")


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[Redis]:
    with real_redis.running(tmp_path / "services") as server:
        yield server


def read(redis: Redis, tmp_path: Path, key: str, password: str = "", **given: str) -> Performed:
    environ = {"PATH": os.environ["PATH"], "REDIS_PORT": str(redis.port), "REDISCLI_AUTH": password}
    return perform("read-cache-key", {"key": key, **given}, environ, tmp_path)


def value(done: Performed) -> list[str]:
    """What was shown of it."""
    return done.steps["value"].output.partition("value      begins\n")[2].splitlines()


def test_type_size_and_expiry_are_told_before_anybody_approves(redis: Redis, tmp_path: Path) -> None:
    """And the value only afterwards."""
    redis.cli("SET", "conversation:abc-123", "hello, café", "EX", "3600")
    done = read(redis, tmp_path, "conversation:abc-123")
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.FIXED), str(done)
    facts = done.before["facts"].output.splitlines()
    assert facts[0] == "conversation:abc-123: string of 12 bytes"
    assert facts[2] == "expires    in 3600 s"
    assert len(facts) == 3
    assert value(done) == ["  hello, café"]


@pytest.mark.parametrize(
    ("fill", "kind", "shown"),
    [
        ("redis.call('RPUSH', KEYS[1], unpack(ARGV))", "list of 8 entries", ["a", "b", "c", "d", "e", "… 3 more"]),
        ("redis.call('ZADD', KEYS[1], 1, 'x', 2, 'y')", "zset of 2 members", ["1  x", "2  y"]),
        ("redis.call('HSET', KEYS[1], 'name', 'x', 'n', '1')", "hash of 2 fields", ["name = x", "n = 1"]),
        ("redis.call('SADD', KEYS[1], 'only')", "set of 1 members", ["only"]),
        ("redis.call('XADD', KEYS[1], '*', 'a', 'b')", "stream of 1 entries", ["(of this type nothing is shown)"]),
    ],
)
def test_of_each_type_a_few_members_are_shown(
    redis: Redis, tmp_path: Path, fill: str, kind: str, shown: list[str]
) -> None:
    """Never all of them."""
    redis.cli("EVAL", fill, "1", "cache:many", *"abcdefgh")
    done = read(redis, tmp_path, "cache:many", expires="either")
    assert done.verdict is Verdict.FIXED, str(done)
    assert done.before["facts"].output.startswith(f"cache:many: {kind}\n")
    assert value(done) == [f"  {each}" for each in shown]


def test_a_large_binary_value_makes_no_junk(redis: Redis, tmp_path: Path) -> None:
    """Its beginning, with each byte that is no text written out; and it is too large, so NOT FIXED."""
    script = r"redis.call('SETEX', KEYS[1], 60, '\0\27[31m\255\n' .. string.rep('x', 3000000))"
    redis.cli("EVAL", script, "1", "cache:blob")
    done = read(redis, tmp_path, "cache:blob")
    assert (done.state, done.verdict) == (RunState.SUCCEEDED, Verdict.NOT_FIXED), str(done)
    assert [id for id, each in done.verified.items() if not each.ok] == ["size"]
    assert value(done) == ["  " + (r"\x00\x1b[31m\xff\n" + "x" * 300)[:200] + " …"]


def test_what_looks_like_a_secret_is_not_shown(redis: Redis, tmp_path: Path) -> None:
    """The channel reads it; the key may have been a session."""
    secret = '{"user": "ana@shop.example", "token": "s3cr3t-abc", "card": "4111 1111 1111 1111", "n": 3}'
    redis.cli("HSET", "session:1", "data", secret, "url", "redis://shop:hunter2@cache-1")
    done = read(redis, tmp_path, "session:1", expires="either")
    shown = ['  data = {"user": "…", "token": …", "card": "…", "n": 3}', "  url = redis://…@cache-1"]
    assert sorted(value(done)) == shown, str(done)


def test_a_key_that_never_goes_or_is_not_there_is_not_fixed(redis: Redis, tmp_path: Path) -> None:
    """One by its expiry, the other by its absence."""
    redis.cli("SET", "cache:forgotten", "1")
    kept = read(redis, tmp_path, "cache:forgotten")
    gone = read(redis, tmp_path, "cache:gone")
    assert "expires    never" in kept.before["facts"].output
    assert gone.before["facts"].output == "cache:gone is not there\n"
    assert [id for id, each in kept.verified.items() if not each.ok] == ["expiry"]
    assert (kept.verdict, gone.verdict) == (Verdict.NOT_FIXED, Verdict.NOT_FIXED)


def test_a_server_that_answers_nobody_or_not_us(redis: Redis, tmp_path: Path) -> None:
    """The refusal is told in its own words, and an absent server is no absent key."""
    redis.cli("CONFIG", "SET", "requirepass", "fluffy-and-long")
    refused = read(redis, tmp_path, "cache:1")
    assert (refused.state, "NOAUTH" in refused.steps["value"].output) == (RunState.FAILED, True), str(refused)
    able = read(redis, tmp_path, "cache:1", password="fluffy-and-long")
    assert "cache:1 is not there" in able.steps["value"].output, str(able)
    redis.kill()
    assert "Use the runbook cache-down." in read(redis, tmp_path, "cache:1").steps["value"].output
